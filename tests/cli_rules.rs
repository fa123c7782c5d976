//! `k8factor rules` and `k8factor explain` as a user meets them.

use assert_cmd::Command;
use std::fs;
use std::path::Path;

#[test]
fn a_new_page_is_a_working_rule() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let page = ".k8factor/rules/8-duplication-loss/job-without-deadline.md";
    let steps: &[(&[&str], i32, &str)] = &[
        (&["rules", "test"], 3, "there are no rules of your own"),
        (&["rules", "new", "job-without-deadline", "--factor", "8"], 0, page),
        (&["rules", "new", "job-without-deadline", "--factor", "8"], 2, "is there already"),
        (&["rules", "test"], 0, "rules: 1, examples: 2, mismatches: 0"),
        (&["rules", "test", "job-without-deadline"], 0, "ok   job-without-deadline"),
        (&["rules", "list"], 0, "8 * job-without-deadline"),
        (&["rules", "show", "job-without-deadline"], 0, "---\n# What the rule objects to"),
        (&["explain", "job-without-deadline"], 0, "Factor 8, Duplication / loss"),
    ];
    for step in steps {
        check(folder.path(), step);
    }

    let page = folder.path().join(page);
    let text = fs::read_to_string(&page).expect("it was written above");
    fs::write(&page, text.replace("team: shop", "app: shop")).expect("the page is ours");
    check(folder.path(), &(&["rules", "test"], 1, "job-without-deadline.md:40: this line is reported"));
    fs::write(&page, "no front matter").expect("the page is ours");
    check(folder.path(), &(&["rules", "list"], 2, "job-without-deadline.md:1:1: "));
    check(folder.path(), &(&["check"], 2, "job-without-deadline.md:1:1: "));
}

#[test]
fn built_in_rules_are_listed_explained_and_tested() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let steps: &[(&[&str], i32, &str)] = &[
        (&["rules", "list"], 0, "\n4   server-populated-metadata"),
        (&["rules", "show", "live-status"], 0, "check: live-status"),
        (&["rules", "test", "live-status"], 0, "rules: 1, "),
        (&["rules", "test", "live-status", "live-status"], 0, "rules: 1, "),
        (&["explain", "live-status"], 0, "\nWHY\n"),
        (&["explain", "live-stauts"], 2, "Did you mean `live-status`?"),
        (&["rules", "new", "Bad_Name", "--factor", "8"], 2, "small letters, digits and hyphens"),
        (&["rules", "new", "sub/a", "--factor", "8"], 2, "`sub/a` is no name for a rule"),
        (&["rules", "new", "../../a", "--factor", "8"], 2, "`../../a` is no name for a rule"),
        (&["rules", "new", "a", "--factor", "9"], 2, "9 is not in 1..=8"),
        (&["rules", "list", "--rules", "nowhere"], 2, "nowhere: there is no such file or folder"),
        (&["rules", "new", "a", "--factor", "1", "--rules", "new"], 0, "new/1-codebase/a.md\n"),
        (&["rules", "test", "--rules", "new"], 0, "ok   a\n"),
        (
            &["rules", "new", "live-status", "--factor", "4", "--rules", "own"],
            0,
            "It replaces the rule of this name",
        ),
    ];
    for step in steps {
        check(folder.path(), step);
    }
}

/// What was typed, how it ends, and a part of what is said.
fn check(folder: &Path, (arguments, exit, expected): &(&[&str], i32, &str)) {
    let output = Command::new(env!("CARGO_BIN_EXE_k8factor")).args(*arguments).current_dir(folder).output();
    let output = output.expect("the program was built");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert_eq!(output.status.code(), Some(*exit), "{arguments:?}: {said}");
    assert!(said.contains(expected), "{arguments:?}: no {expected:?} in {said}");
}
