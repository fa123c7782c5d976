//! What the README shows is what the program prints.

use std::fs;
use std::process::Command;

#[test]
fn the_picture_is_real_output() {
    let readme = fs::read_to_string("README.md").expect("README.md exists");
    let block = readme.split("```console\n").nth(1).and_then(|rest| rest.split("```").next());
    let (command, picture) = block.and_then(|block| block.split_once('\n')).expect("a console block");
    let arguments = command.strip_prefix("$ k8factor ").expect("a prompt and the program").split(' ');
    let output = Command::new(env!("CARGO_BIN_EXE_k8factor")).args(arguments).output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("a report is text");
    // `…` on a line of its own stands for what is left out.
    for part in picture.split("\n…\n") {
        assert!(printed.contains(part.trim_matches('\n')), "README.md shows what is not printed:\n{part}");
    }
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for page in ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/writing-rules.md"] {
        let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page}: {error}"));
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = !link.is_empty() && !link.contains("://");
            let path = std::path::Path::new(folder).join(link);
            assert!(!is_file || path.exists(), "{page} links to {link}, which does not exist");
        }
    }
}
