//! `k8factor rules` and `k8factor explain` as a user meets them.

use assert_cmd::Command;
use serde_json::{Value, json};
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

/// Programs get every rule with its page, those of the repository at hand included.
#[test]
fn rules_are_listed_for_programs() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let new: &[&str] = &["rules", "new", "job-without-deadline", "--factor", "8"];
    check(folder.path(), &(new, 0, "job-without-deadline.md"));
    let page = folder.path().join(".k8factor/rules/8-duplication-loss/job-without-deadline.md");
    let text = fs::read_to_string(&page).expect("it was written above");
    // Marks that turn the direction of writing never reach a terminal as they are.
    fs::write(&page, text.replace("What goes wrong", "What \u{202e}goes wrong")).expect("the page is ours");

    let arguments = ["rules", "list", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_k8factor")).args(arguments).current_dir(&folder).output();
    let printed = output.expect("the program was built").stdout;
    assert!(!String::from_utf8_lossy(&printed).contains('\u{202e}'), "it is escaped");
    let list: Value = serde_json::from_slice(&printed).expect("it is JSON");

    let schema = include_str!("../docs/rules.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    let objections: Vec<_> = validator.iter_errors(&list).map(|error| error.to_string()).collect();
    assert_eq!(objections, Vec::<String>::new());

    let rules = list["rules"].as_array().expect("a list");
    let ids: Vec<_> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    let built_in = k8factor::rule::built_in().expect("every built-in page loads");
    assert!(built_in.iter().all(|rule| ids.contains(&rule.id.as_str())), "{ids:?}");
    let own = rules.iter().find(|rule| rule["origin"] == "own").expect("the new one");
    assert_eq!(own["id"], "job-without-deadline");
    assert_eq!(own["factor"], json!({"number": 8, "title": "Duplication / loss"}));
    assert!(
        own["documentation"].as_str().is_some_and(|text| text.contains("What \u{202e}goes wrong")),
        "{own}"
    );
    assert!(own.get("since").is_none(), "{own}");
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
