//! Every form of a waiver, over the codebases in `fixtures/waivers`. What is expected stands in `expected.tsv` there.

mod common;

use jiff::civil::date;
use k8factor::config::{Config, FILE_NAME, Flags};
use k8factor::finding::Finding;
use k8factor::report::Report;
use k8factor::source::Span;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/waivers");

/// `case`, then what `said` gives, for every line of the table.
fn expected() -> Vec<String> {
    let table = fs::read_to_string(format!("{FOLDER}/expected.tsv")).expect("the table is there");
    let rows = table.lines().skip(1).filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(str::to_owned).collect()
}

fn cases() -> Vec<String> {
    let entries = fs::read_dir(FOLDER).expect("the fixtures are there");
    let folders = entries.map(|entry| entry.expect("it can be listed").path()).filter(|path| path.is_dir());
    let mut names: Vec<_> =
        folders.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn check(case: &str, config: impl Fn(Config) -> Config) -> Report {
    let folder = Path::new(FOLDER).join(case);
    // Without a configuration of its own the root of a case would be this repository.
    let read = if folder.join(FILE_NAME).exists() {
        Flags::default().resolve(&folder, None).expect("the configuration is right")
    } else {
        Config::for_folder(folder)
    };
    k8factor::check(&config(Config { today: Some(date(2026, 11, 21)), ..read })).expect("it can be checked")
}

fn place(report: &Report, span: Span) -> String {
    let source = report.sources.get(span.file);
    format!("{}:{}", source.path(), source.line(span.start))
}

/// Everything that is reported or waived.
fn said(case: &str, report: &Report) -> Vec<String> {
    let reported = report.findings.iter().map(|finding| {
        let rule = finding.rule.as_str();
        let message = if rule.starts_with("waiver-") { finding.message.as_str() } else { "" };
        format!("{case}\t{}\t{rule}\treported\t{message}", place(report, finding.span))
    });
    let waived = report.waived.iter().map(|waived| {
        let (finding, until) = (&waived.finding, waived.until.map(|day| format!(" until {day}")));
        let reason = format!("{}{}", waived.reason, until.unwrap_or_default());
        let (at, by) = (place(report, finding.span), place(report, waived.span));
        format!("{case}\t{at}\t{}\twaived by {by}\t{reason}", finding.rule.as_str())
    });
    reported.chain(waived).collect()
}

#[test]
fn every_form_does_what_the_table_says() {
    let mut found: Vec<String> =
        cases().iter().flat_map(|case| said(case, &check(case, |config| config))).collect();
    let mut expected = expected();
    found.sort();
    expected.sort();
    let missing: Vec<_> = expected.iter().filter(|row| !found.contains(row)).collect();
    let unexpected: Vec<_> = found.iter().filter(|row| !expected.contains(row)).collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "expected {missing:#?}\nand found {unexpected:#?}");
    assert_eq!(found.len(), expected.len(), "each row once");
}

#[test]
fn without_waivers_everything_is_reported_and_nothing_is_said_of_them() {
    for case in cases() {
        let (with, without) = (
            check(&case, |config| config),
            check(&case, |config| Config { honours_waivers: false, ..config }),
        );
        assert_eq!(without.waived, []);
        let is_about_waivers = |rule: &str| rule.starts_with("waiver-");
        assert!(without.findings.iter().all(|finding| !is_about_waivers(finding.rule.as_str())), "{case}");
        // What one overlay accepts and another does not is two findings, and one where nobody accepts anything.
        let places = |report: &Report| -> BTreeSet<(String, Span)> {
            let findings = report.findings.iter().chain(report.waived.iter().map(|waived| &waived.finding));
            let judged = findings.filter(|finding| !is_about_waivers(finding.rule.as_str()));
            let of = |finding: &Finding| {
                let rule = finding.rule.to_string();
                finding.places().map(|span| (rule.clone(), span)).collect::<Vec<_>>()
            };
            judged.flat_map(of).collect()
        };
        assert_eq!(places(&with), places(&without), "{case}: nothing is lost");
    }
}
