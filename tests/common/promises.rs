//! What must hold of every codebase there is, whatever stands in it. The fuzz target includes this file.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::finding::Finding;
use k8factor::problem::Place;
use k8factor::report::visible::is_active;
use k8factor::report::{Report, human, json};
use k8factor::rule::{self, Rule};
use k8factor::source::{Sources, Span};
use std::cmp::Reverse;
use std::sync::LazyLock;

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| rule::built_in().expect("every built-in page loads"));

/// The report on these files, each path once. Panics where a promise is broken.
pub(crate) fn check(texts: &[(&str, &str)]) -> Report {
    let report = report(texts, &RULES);
    places_lie_in_their_files(&report);
    findings_are_sorted_and_stand_once(&report);
    report
}

/// What the program says about codebases in memory.
pub(crate) fn report(texts: &[(&str, &str)], rules: &[Rule]) -> Report {
    let discovery = Discovery::of_texts(texts);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
    let verdict = rule::run(rules, &codebase);
    Report::new(rules, codebase, verdict)
}

/// The report for people. Nothing in it acts on a terminal.
pub(crate) fn human(report: &Report, width: usize, all: bool) -> String {
    let options = human::Options { width: Some(width), all, ..human::Options::default() };
    let mut out = Vec::new();
    human::write(report, &options, &mut out).expect("a Vec takes everything");
    let text = String::from_utf8(out).expect("reports are UTF-8");
    let active = text.lines().find(|line| line.chars().any(is_active));
    assert_eq!(active, None, "the report for people holds a character that acts on a terminal");
    text
}

/// The report for programs.
pub(crate) fn json(report: &Report) -> String {
    let mut out = Vec::new();
    json::write(report, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn places_lie_in_their_files(report: &Report) {
    for finding in &report.findings {
        lies_in_its_file(&report.sources, finding.span, &finding.message);
        for label in &finding.related {
            lies_in_its_file(&report.sources, label.span, &label.message);
        }
    }
    for problem in &report.problems {
        if let Place::Span(span) = problem.place {
            lies_in_its_file(&report.sources, span, &problem.message);
        }
    }
}

fn lies_in_its_file(sources: &Sources, span: Span, message: &str) {
    let source = sources.get(span.file);
    let fits = source.text().get(span.start as usize..span.end as usize).is_some();
    assert!(fits, "{}: {span:?} is no part of the file: {message}", source.path());
}

fn findings_are_sorted_and_stand_once(report: &Report) {
    fn order(finding: &Finding) -> impl Ord + '_ {
        let Finding { factor, severity, span, rule, message, .. } = finding;
        (*factor, Reverse(*severity), *span, rule, message)
    }
    for pair in report.findings.windows(2) {
        assert!(order(&pair[0]) < order(&pair[1]), "wrong order, or twice: {pair:#?}");
    }
    assert!(report.problems.is_sorted() && report.skipped.is_sorted());
}
