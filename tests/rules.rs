//! Every rule keeps what its page promises, and the files about rules agree with each other.

mod common;

use common::rules::{files_below, load_own, render, snapshot};
use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::rule::{self, Page, Rule, command};
use k8factor::{check, discover, documents};
use std::fs;

fn built_in() -> Vec<Rule> {
    rule::built_in().expect("every built-in page loads")
}

#[test]
fn every_example_holds() {
    let mut failures = Vec::new();
    for rule in built_in() {
        let mismatches = rule::test(&rule).unwrap_or_else(|error| panic!("{error}"));
        failures
            .extend(mismatches.iter().map(|m| format!("{}:{}: {}", rule.page().path(), m.line, m.message)));
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// Expressions of built-in pages are compiled when they are first used; here they are compiled as a user's are.
#[test]
fn every_built_in_page_would_load_as_a_users_own() {
    let rules = built_in();
    let pages: Vec<_> = rules.iter().map(|rule| (below_rules(rule.page()), rule.page().text())).collect();
    load_own(&pages).unwrap_or_else(|error| panic!("{error}"));
}

fn below_rules(page: &Page) -> &str {
    page.path().strip_prefix("rules/").expect("built-in pages lie in rules/")
}

#[test]
fn every_page_has_the_same_shape() {
    for rule in built_in() {
        let (path, id) = (rule.page().path(), rule.id.as_str());
        let headings: Vec<_> = rule.page().headings().into_iter().filter(|(level, _)| *level <= 2).collect();
        let mut titles: Vec<_> =
            headings.iter().map(|(level, text)| (*level, text.as_str())).skip(1).collect();
        // Native checks that take parameters say which; tests/parameters.rs holds that.
        titles.retain(|title| *title != (2, "Parameters"));
        assert_eq!(headings.first().map(|(level, _)| *level), Some(1), "{path} begins with a title");
        assert_eq!(titles, [(2, "Why"), (2, "Bad"), (2, "Good")], "{path}");
        assert!(
            path.starts_with(&format!("rules/{}/", rule.factor.folder())),
            "{path} is in the folder of its factor"
        );
        assert!(
            !rule.summary.ends_with('.') && rule.summary.len() <= 90,
            "{path}: `summary` is one short line"
        );
        assert!(rule.help.ends_with('.'), "{path}: `help` is a sentence");
        // `no-backup` objects to the absence of any; the others would name the cure.
        let names_cure = ["no-", "require-", "check-", "use-", "missing-"].iter().any(|w| id.starts_with(w));
        assert!(!names_cure || id == "no-backup", "{path}: a rule is named after what it objects to");
        let since: Vec<_> = rule.since.as_deref().unwrap_or_default().split('.').collect();
        assert!(
            since.len() == 3 && since.iter().all(|part| part.parse::<u32>().is_ok()),
            "{path}: `since` is a version"
        );
    }
}

#[test]
fn every_check_refuses_an_unknown_parameter() {
    for name in check::registry::names() {
        let page =
            PAGE.replace("kinds: Pod\nfails: true\nmessage: x", &format!("check: {name}\nwith:\n  odd: 1"));
        let error = load_own(&[("1-x/a.md", &page)]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("a.md:8:3: ") && error.contains("`odd`"), "{name}: {error}");
    }
}

/// Rules are pages. The one place in the code that may share their names is the table of native checks.
#[test]
fn nothing_in_the_core_knows_the_name_of_a_rule() {
    let rules = built_in();
    for (path, text) in files_below("src") {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code.filter(|_| path != "src/check/registry.rs") {
            let known = rules.iter().find(|rule| is_word(line, rule.id.as_str()));
            assert!(known.is_none(), "{path} knows a rule: {line}");
        }
    }
}

fn is_word(line: &str, word: &str) -> bool {
    let mut parts = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    parts.any(|part| part == word)
}

#[test]
fn the_index_of_rules_is_up_to_date() {
    let index = command::index(&built_in());
    if std::env::var_os("UPDATE").is_some() {
        fs::write("docs/rules.md", &index).expect("docs/ can be written to");
    }
    let written = fs::read_to_string("docs/rules.md").unwrap_or_default();
    assert_eq!(written, index, "docs/rules.md is old: run `UPDATE=1 cargo test --test rules`");
}

#[test]
fn the_guide_names_every_function() {
    let guide = fs::read_to_string("docs/writing-rules.md").expect("the guide exists");
    for function in check::expression::FUNCTIONS {
        assert!(guide.contains(&format!("`{function}`")), "docs/writing-rules.md does not name `{function}`");
    }
}

/// `fixtures/<rule>/<case>/` is a small codebase, `snapshots/<rule>__<case>.snap` what the rule says of it.
#[test]
fn fixtures() {
    let rules = built_in();
    for entry in fs::read_dir("fixtures").expect("fixtures/ exists") {
        let folder = entry.expect("fixtures/ can be read").file_name().into_string().expect("an ASCII name");
        let Some(position) = rules.iter().position(|rule| rule.id.as_str() == folder) else {
            assert!(NO_RULES.contains(&&*folder), "fixtures/{folder} is named after no rule");
            continue;
        };
        for case in fs::read_dir(format!("fixtures/{folder}")).expect("a folder of cases") {
            let case = case.expect("cases can be read").file_name().into_string().expect("an ASCII name");
            let codebase = codebase(&format!("fixtures/{folder}/{case}"));
            let verdict = rule::run(&rules[position..=position], &codebase);
            snapshot(&format!("{folder}__{case}"), &render(&verdict, &codebase));
        }
    }
}

#[test]
fn every_snapshot_of_a_fixture_has_its_fixture() {
    for (path, _) in files_below("snapshots") {
        let name = path.trim_start_matches("snapshots/").trim_end_matches(".snap");
        if let Some((folder, case)) = name.split_once("__")
            && !NO_RULES.contains(&folder)
        {
            assert!(
                fs::exists(format!("fixtures/{folder}/{case}")).is_ok_and(|is| is),
                "{path} has no fixture"
            );
        }
    }
}

/// What fixtures and snapshots are named after beside rules: whole clusters, the reader, the formats, what none shows.
const NO_RULES: &[&str] = &[
    "decommission",
    "decommission-eks",
    "deployments",
    "formats",
    "kustomize",
    "places",
    "clusters",
    "waivers",
    "yaml",
    "report",
    "secrets",
];

fn codebase(root: &str) -> Codebase {
    let config = Config::for_folder(root);
    let discovery = discover::walk(&config).expect("the fixture can be walked");
    let documents = documents::parse_all(&discovery.sources);
    Codebase::new(&config, discovery, documents)
}

const PAGE: &str = "---
summary: x
severity: info
confidence: low
help: x
kinds: Pod
fails: true
message: x
---
";

/// Pages with good examples that another rule of the factor may object to: the version is there but floats, the
/// Secret is what the other rule is about.
const OTHER_MATTERS: [(&str, &str); 2] = [
    ("kubernetes-version-missing", "kubernetes-version-floating"),
    ("credential-literal", "plaintext-secret"),
];

/// Rules about what every cluster has: a name, here one that can be searched for, and lines that list it.
const OF_EVERY_CLUSTER: [&str; 2] = ["timeless-cluster-name", "cluster-listed-by-name"];

/// A good example shows how it is done, so no other rule of the same factor may object to it.
#[test]
fn what_a_page_calls_good_is_good_to_every_rule_of_its_factor() {
    let rules = built_in();
    let mut objections = Vec::new();
    for page in rules.iter().map(Rule::page) {
        for example in page.examples().expect("every page has examples").iter().filter(|e| !e.is_bad) {
            let texts: Vec<_> =
                example.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
            let discovery = discover::Discovery::of_texts(&texts);
            let documents = documents::parse_all(&discovery.sources);
            let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
            let verdict = rule::run(&rules, &codebase);
            let is_other_matter =
                |rule: &str| OTHER_MATTERS.contains(&(page.id(), rule)) || OF_EVERY_CLUSTER.contains(&rule);
            let factor = rules.iter().find(|rule| rule.id.as_str() == page.id()).map(|rule| rule.factor);
            let wrong = verdict.findings.iter().filter(|finding| Some(finding.factor) == factor);
            let wrong = wrong.filter(|finding| !is_other_matter(finding.rule.as_str()));
            objections.extend(wrong.map(|finding| {
                let line = page.line(example.files[0].start);
                format!("{}:{line}: {}: {}", page.path(), finding.rule, finding.message)
            }));
        }
    }
    assert!(objections.is_empty(), "\n{}\n", objections.join("\n"));
}
