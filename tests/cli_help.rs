//! What helps at the command line: completions, manual pages, and silence where nobody looks.

use assert_cmd::Command;
use k8factor::cli;
use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

#[test]
fn completions_name_every_command_and_flag_of_check() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&run(&["completions", shell]));
        for name in commands() {
            let last = name.rsplit(' ').next().unwrap_or_default();
            assert!(script.contains(last), "{shell}: nothing completes `{name}`");
        }
        for flag in ["fail-on", "format", "allow-empty"] {
            assert!(script.contains(flag), "{shell}: nothing completes `--{flag}`");
        }
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_there_are() {
    let output = run(&["completions", "tcsh"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("bash, elvish, fish, powershell, zsh"), "{said}");
}

#[test]
fn the_manual_page_names_every_command() {
    let page = printed(&run(&["man"]));
    assert!(page.contains(".TH k8factor 1"), "{page}");
    for name in commands().iter().filter(|name| !name.contains(' ')) {
        assert!(page.contains(&format!("k8factor\\-{name}(1)")), "no `{name}` in {page}");
    }
    assert!(page.contains("Exit status:") && page.contains("nothing to check"), "{page}");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let pages = folder.path().join("share/man1");
    let said = printed(&run(&["man", "--folder", pages.to_str().expect("a text")]));
    let names = commands().into_iter().map(|name| format!("k8factor-{}.1", name.replace(' ', "-")));
    let expected: BTreeSet<_> = names.chain(["k8factor.1".to_owned()]).collect();
    let entries = fs::read_dir(&pages).expect("the folder was made");
    let written: BTreeSet<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(written, expected);
    assert_eq!(said.lines().count(), expected.len(), "{said}");

    let check = fs::read_to_string(pages.join("k8factor-check.1")).expect("a page");
    for part in [".TH k8factor-check 1", "k8factor\\-check \\- Check a cluster codebase", "\\-\\-fail\\-on"] {
        assert!(check.contains(part), "no {part:?} in {check}");
    }
    let list = fs::read_to_string(pages.join("k8factor-rules-list.1")).expect("a page");
    assert!(list.contains("k8factor\\-rules\\-list \\- List all rules"), "{list}");
}

/// A log is no terminal: neither stages nor the sequences that wipe them away may stand in it.
#[test]
fn nothing_is_said_of_progress_in_a_pipe() {
    let output = run(&["check", "fixtures/clusters/before-migration", "--color", "always"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn nothing_to_check_may_be_fine() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::write(folder.path().join("README.md"), "text\n").expect("a new file");
    for (arguments, status) in [(&["check"][..], 3), (&["check", "--allow-empty"], 0)] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_k8factor")).args(arguments).current_dir(&folder).output();
        let output = output.expect("the program was built");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("nothing to check in"), "{arguments:?} says why nothing is reported: {said}");
    }
    fs::write(folder.path().join("bad.yaml"), "a: [\n").expect("a new file");
    let output = Command::new(env!("CARGO_BIN_EXE_k8factor"))
        .args(["check", "--allow-empty"])
        .current_dir(&folder)
        .output();
    assert_eq!(output.expect("the program was built").status.code(), Some(1), "it forgives nothing else");
}

/// `check`, `rules`, `rules list`, …
fn commands() -> Vec<String> {
    let mut names = Vec::new();
    for command in cli::command().get_subcommands() {
        names.push(command.get_name().to_owned());
        let below =
            command.get_subcommands().map(|below| format!("{} {}", command.get_name(), below.get_name()));
        names.extend(below);
    }
    names.retain(|name| name != "help");
    assert!(names.len() > 8, "{names:?}");
    names
}

fn run(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_k8factor")).args(arguments).output();
    output.expect("the program was built")
}

fn printed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout.clone()).expect("what is printed is text")
}
