//! What the documents show is what the program prints.

use k8factor::finding::Factor;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_pictures_are_real_output() {
    let readme = fs::read_to_string("README.md").expect("README.md exists");
    assert_eq!(consoles(&readme).count(), 3, "pictures of a terminal in README.md");
    for console in consoles(&readme) {
        let (command, picture) = console.split_once('\n').expect("a command and what it prints");
        let printed = run(command.strip_prefix("$ ").expect("a prompt"), Path::new("."));
        // `…` on a line of its own stands for what is left out.
        for part in format!("\n{picture}").split("\n…\n") {
            assert!(
                printed.contains(part.trim_matches('\n')),
                "README.md shows what is not printed:\n{part}"
            );
        }
    }
}

#[test]
fn the_guide_to_rules_shows_real_commands() {
    let guide = fs::read_to_string("docs/writing-rules.md").expect("the guide exists");
    let session = consoles(&guide).next().expect("a picture").split_once("$ ").expect("a prompt").1;
    let folder = tempfile::tempdir().expect("a folder for the test");
    for step in session.split("\n$ ") {
        let (command, expected) = step.split_once('\n').expect("a command and what it prints");
        let printed = run(command, folder.path());
        assert_eq!(printed.trim_end(), expected.trim_end(), "docs/writing-rules.md: {command}");
    }
}

/// The pictures of a terminal in a page.
fn consoles(page: &str) -> impl Iterator<Item = &str> {
    page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next())
}

/// What a command prints to standard output.
fn run(command: &str, folder: &Path) -> String {
    let arguments = command.strip_prefix("k8factor ").expect("the program and what it is to do").split(' ');
    let mut program = Command::new(env!("CARGO_BIN_EXE_k8factor"));
    let output = program.args(arguments).current_dir(folder).output().expect("it runs");
    String::from_utf8(output.stdout).expect("what is printed is text")
}

#[test]
fn the_factors_ask_the_same_everywhere() {
    let readme = fs::read_to_string("README.md").expect("README.md exists");
    for factor in Factor::ALL {
        let row = format!("| {} | {} | {} |\n", factor.number(), factor.title(), factor.question());
        assert!(readme.contains(&row), "README.md has no row {row}");
    }
}

const DOCUMENTS: [&str; 6] = [
    "docs/architecture.md",
    "docs/ci.md",
    "docs/configuration.md",
    "docs/formats.md",
    "docs/install.md",
    "docs/writing-rules.md",
];

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for page in ["README.md", "CONTRIBUTING.md"].into_iter().chain(DOCUMENTS) {
        let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page}: {error}"));
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = !link.is_empty() && !link.contains("://");
            let path = Path::new(folder).join(link);
            assert!(!is_file || path.exists(), "{page} links to {link}, which does not exist");
        }
    }
}
