//! A rule about something missing stays quiet where something was not read, and the report says so.
//!
//! The codebases are the bad examples of the rule pages: each has a finding, until something unread lies beside it.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::problem::{Problem, SkipReason, Skipped};
use k8factor::report::{Report, human};
use k8factor::rule::{self, Example, Rule, Verdict};
use std::slice;

/// Rules that object to nothing but absences. A check that misses something belongs here.
const ABSENT: [&str; 5] = [
    "cluster-without-spec",
    "job-without-protection-label",
    "kubernetes-version-missing",
    "namespace-not-backed-up",
    "no-backup",
];

/// Rules that object to an absence in some cases, or to one that few neighbours could end.
const PARTLY: [&str; 5] = [
    "dangling-reference",
    "image-without-version",
    "object-in-one-environment-only",
    "series-without-environment-label",
    "shared-dns-owner",
];

/// Something beside an example.
#[derive(Debug, Clone, Copy)]
enum Neighbour {
    /// It could not be opened.
    Closed(&'static str),
    Skipped(&'static str, SkipReason),
    Text(&'static str, &'static str),
}

use Neighbour::{Closed, Skipped as Left, Text};

#[test]
fn nothing_is_missing_while_everything_around_is_closed() {
    for rule in rule::built_in().expect("every built-in page loads") {
        let mut held_back = 0;
        for example in bad_examples(&rule) {
            let before = verdict(&rule, &example, |_| {}).0;
            // Folders that cannot be listed may hold files of every kind.
            let after = verdict(&rule, &example, |discovery| {
                for file in &example.files {
                    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let path = format!("{folder}/closed").trim_start_matches('/').to_owned();
                    discovery.problems.push(Problem::with_path(path, "closed"));
                }
            });
            let after = after.0;
            let id = rule.id.as_str();
            assert_eq!(
                after.findings.len() + after.held_back.len(),
                before.findings.len(),
                "{id}: {example:?}"
            );
            let is_absent = ABSENT.contains(&id);
            assert!(!is_absent || after.findings.is_empty(), "{id} objects to {:#?}", after.findings);
            assert!(!is_absent || after.assessed.is_empty(), "{id} cannot know whether {example:?} conforms");
            held_back += after.held_back.len();
        }
        let is_about_absence = [&ABSENT[..], &PARTLY].concat().contains(&rule.id.as_str());
        assert_eq!(held_back > 0, is_about_absence, "{} held back {held_back}", rule.id);
    }
}

/// What could provide the missing thing, and nothing else, holds a finding back.
#[test]
fn what_could_not_hold_the_missing_thing_silences_nobody() {
    let chart = "{{ if .Values.on }}\na: [\n{{ end }}\nb: }\n";
    let everywhere = [
        Text("charts/x/templates/web.yaml", chart),
        Text("broken.yaml", "a: [\nb: }\n"),
        Left("crypt.yaml", SkipReason::Encrypted),
        Left("image.yaml", SkipReason::Binary),
        Left("circle", SkipReason::Circle),
        Closed("tests/closed.yaml"),
        Closed(".gitignore"),
    ];
    for id in ABSENT.into_iter().chain(["object-in-one-environment-only"]) {
        for neighbour in everywhere {
            assert!(!is_held_back(id, neighbour), "{id}: {neighbour:?}");
        }
    }
    let other = Closed("overlays/prod/closed.yaml");
    assert!(!is_held_back("object-in-one-environment-only", other), "the other environment lacks the object");
    let scripts = Closed("bin/latin1.sh");
    let with_script: Vec<_> = ABSENT.into_iter().filter(|id| is_held_back(id, scripts)).collect();
    assert_eq!(with_script, ["cluster-without-spec", "no-backup"], "the others need YAML");
}

#[test]
fn what_could_hold_the_missing_thing_silences_its_rule() {
    let cases = [
        ("cluster-without-spec", Text("c.yaml", "kind: Cluster\nspec: [\n")),
        (
            "cluster-without-spec",
            Text("charts/c/templates/c.yaml", "{{ if a }}\nkind: Cluster\nb: [\nc: }\n"),
        ),
        ("cluster-without-spec", Left("shared", SkipReason::Link)),
        ("job-without-protection-label", Text("p.yaml", "labels: {k8factor/protect-from: loss\n")),
        (
            "job-without-protection-label",
            Text("p.json", "[{\"path\": \"/metadata/labels/k8factor~1protect-from\"\n"),
        ),
        ("job-without-protection-label", Closed("p.yaml")),
        ("kubernetes-version-missing", Closed("versions.yaml")),
        ("namespace-not-backed-up", Text("s.yaml", "kind: Schedule\nspec: [\n")),
        ("namespace-not-backed-up", Left("s.yaml", SkipReason::TooLarge)),
        ("no-backup", Closed("velero.yaml")),
        ("no-backup", Left("big.json", SkipReason::TooLarge)),
        ("object-in-one-environment-only", Text("overlays/stage/status.yaml", "a: [\nb: }\n")),
        ("object-in-one-environment-only", Closed("overlays/stage/status.yaml")),
        ("object-in-one-environment-only", Closed("overlays")),
    ];
    for (id, neighbour) in cases {
        assert!(is_held_back(id, neighbour), "{id}: {neighbour:?}");
    }
}

/// Secrets are what people encrypt.
#[test]
fn an_encrypted_file_may_be_the_secret_and_nothing_else() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: web}\nspec:\n";
    let cases = [
        ("  volumes: [{name: a, secret: {secretName: lost}}]\n", 1),
        ("  volumes: [{name: a, configMap: {name: lost}}]\n", 0),
    ];
    for (volumes, expected) in cases {
        let rule = named("dangling-reference");
        let text = format!("{pod}{volumes}");
        let (verdict, _) = run(&rule, &[("pod.yaml", &text)], |discovery| {
            discovery.skipped.push(Skipped { path: "crypt.yaml".into(), reason: SkipReason::Encrypted });
        });
        assert_eq!((verdict.held_back.len(), verdict.findings.len()), (expected, 1 - expected), "{volumes}");
    }
}

/// What lies behind a link out of the root, or in a folder that cannot be listed, is there although nobody saw it.
#[test]
fn a_path_into_something_unread_leads_somewhere() {
    let rule = named("dangling-reference");
    let text = [("k/kustomization.yaml", "resources: [../shared/base, ../closed/a.yaml, ../nowhere]\n")];
    let (verdict, _) = run(&rule, &text, |discovery| {
        discovery.problems.push(Problem::with_path("closed", "closed"));
        discovery.skipped.push(Skipped { path: "shared".into(), reason: SkipReason::Link });
    });
    let messages: Vec<_> = verdict.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(matches!(messages[..], [message] if message.starts_with("`../nowhere`")), "{messages:?}");
}

#[test]
fn the_summary_names_what_was_held_back() {
    let rule = named("no-backup");
    let example = bad_examples(&rule).swap_remove(0);
    let (verdict, codebase) = verdict(&rule, &example, |discovery| {
        discovery.problems.push(Problem::with_path("far/a.yaml", "closed"));
    });
    let report = Report::new(std::slice::from_ref(&rule), codebase, verdict);
    let mut page = Vec::new();
    human::write(&report, &human::Options::default(), &mut page).expect("a Vec takes everything");
    let page = String::from_utf8(page).expect("reports are text");
    for part in ["held back 1 finding of no-backup", "`far/a.yaml`", "7 Backup                - not assessed"]
    {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
}

fn named(id: &str) -> Rule {
    let rules = rule::built_in().expect("every built-in page loads");
    rules.into_iter().find(|rule| rule.id.as_str() == id).unwrap_or_else(|| panic!("there is no rule {id}"))
}

fn bad_examples(rule: &Rule) -> Vec<Example> {
    let examples = rule.page().examples().expect("the page has examples");
    examples.into_iter().filter(|example| example.is_bad).collect()
}

/// Whether all findings in the first example of a rule are held back because of its neighbour.
fn is_held_back(id: &str, neighbour: Neighbour) -> bool {
    let rule = named(id);
    let example = bad_examples(&rule).swap_remove(0);
    let mut texts = texts(&example);
    texts.extend([("charts/c/Chart.yaml", "name: c\n"), ("charts/x/Chart.yaml", "name: x\n")]);
    if let Text(path, text) = neighbour {
        texts.push((path, text));
    }
    let (verdict, _) = run(&rule, &texts, |discovery| match neighbour {
        Closed(path) => discovery.problems.push(Problem::with_path(path, "closed")),
        Left(path, reason) => discovery.skipped.push(Skipped { path: path.into(), reason }),
        Text(..) => {}
    });
    assert!(
        !verdict.findings.is_empty() || !verdict.held_back.is_empty(),
        "{id} says nothing of {neighbour:?}"
    );
    verdict.findings.is_empty()
}

fn texts(example: &Example) -> Vec<(&str, &str)> {
    example.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect()
}

fn verdict(rule: &Rule, example: &Example, change: impl FnOnce(&mut Discovery)) -> (Verdict, Codebase) {
    run(rule, &texts(example), change)
}

fn run(rule: &Rule, texts: &[(&str, &str)], change: impl FnOnce(&mut Discovery)) -> (Verdict, Codebase) {
    let mut discovery = Discovery::of_texts(texts);
    change(&mut discovery);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
    (rule::run(slice::from_ref(rule), &codebase), codebase)
}
