//! `docs/places.md` says which rule reports the name of a cluster, wherever one may hide: each row holds.

use k8factor::config::Config;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const FIXTURE: &str = "fixtures/places";

/// A file and a line of it, from 1.
type Line = (String, usize);

#[test]
fn every_row_holds() {
    let (rows, found) = (rows(), found());
    let wrong = rows.iter().filter_map(|(line, rules)| {
        let reported = found.get(line).cloned().unwrap_or_default();
        (reported != *rules).then(|| format!("{}:{} {rules:?}, and not {reported:?}", line.0, line.1))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let covered = rows.values().filter(|rules| !rules.is_empty()).count();
    assert!(covered > 400, "{covered}");
    println!("{} rows, {covered} with a rule", rows.len());
}

/// What the table says of each line.
fn rows() -> BTreeMap<Line, BTreeSet<String>> {
    let table = fs::read_to_string("docs/places.md").expect("the page is there");
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| place "));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [.., example, rules, _] = &cells[..] else { panic!("a row has five cells: {row}") };
        let (path, line) = example.rsplit_once(':').expect("an example is a line of a file");
        let rules = rules.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        ((path.to_owned(), line.parse().expect("a line has a number")), rules)
    })
    .collect()
}

/// The rules that report each line, at whatever severity.
fn found() -> BTreeMap<Line, BTreeSet<String>> {
    let report = k8factor::check(&Config::for_folder(FIXTURE)).expect("the fixture can be checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let mut found: BTreeMap<Line, BTreeSet<String>> = BTreeMap::new();
    for finding in &report.findings {
        for span in finding.places() {
            let source = report.sources.get(span.file);
            let line = (source.path().to_owned(), source.line(span.start) as usize);
            found.entry(line).or_default().insert(finding.rule.to_string());
        }
    }
    found
}
