//! How many faults that people marked by hand are found, and how many innocent lines are reported.
//!
//! `ground-truth.tsv` beside the codebases has the columns path, line, factor, verdict and note. A fault counts as
//! found if a finding of its factor lies within two lines. Rows whose note says DEBATABLE are left out.

#![allow(clippy::print_stderr, reason = "figures are for people to read")]

mod common;

use common::shared;
use k8factor::config::Config;
use k8factor::finding::Factor;
use k8factor::report::Report;
use k8factor::rule;
use k8factor::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What was reached; a change that falls below needs a reason. Factor, faults found and innocent lines left alone, both
/// in percent. Nobody has marked lines of factor 5.
const FLOORS: [(u8, usize, usize); 7] =
    [(1, 100, 100), (2, 100, 100), (3, 100, 100), (4, 100, 100), (6, 95, 100), (7, 100, 100), (8, 100, 100)];

/// How far a finding may lie from the marked line.
const REACH: u32 = 2;

#[test]
fn marked_lines_are_judged_as_people_judge_them() {
    let Some(folder) = shared::folder("corpora", "ground truth") else { return };
    let table = fs::read_to_string(folder.join("ground-truth.tsv")).expect("it lies beside the codebases");
    let rows: Vec<Row> = table.lines().skip(1).filter_map(Row::read).collect();
    let rules = rule::built_in().expect("every built-in page loads");
    let factors: BTreeSet<Factor> = rules.iter().map(|rule| rule.factor).collect();
    let mut scores: BTreeMap<Factor, Score> = BTreeMap::new();
    for path in shared::codebases(&folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let report = k8factor::check(&Config::for_folder(path)).expect("the codebase can be checked");
        let places = places(&report);
        for row in rows.iter().filter(|row| row.codebase == name && factors.contains(&row.factor)) {
            scores.entry(row.factor).or_default().add(row, &places);
        }
    }
    print(&scores);
    check_floors(&scores);
}

/// A line and what a person says about it.
struct Row {
    codebase: String,
    path: String,
    line: u32,
    factor: Factor,
    is_fault: bool,
    note: String,
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (codebase, path) = columns.next()?.split_once('/')?;
        let line = columns.next()?.parse().ok()?;
        let factor = Factor::from_number(columns.next()?.strip_prefix('F')?.parse().ok()?)?;
        let is_fault = columns.next()? == "violation";
        let note = columns.next().unwrap_or_default().to_owned();
        let row = Self { codebase: codebase.into(), path: path.into(), line, factor, is_fault, note };
        (!row.note.contains("DEBATABLE")).then_some(row)
    }

    fn is_hit(&self, places: &BTreeSet<(Factor, String, u32)>) -> bool {
        let lines = self.line.saturating_sub(REACH)..=self.line + REACH;
        lines.into_iter().any(|line| places.contains(&(self.factor, self.path.clone(), line)))
    }
}

/// Every line that findings point at.
fn places(report: &Report) -> BTreeSet<(Factor, String, u32)> {
    let line = |span: Span| {
        let source = report.sources.get(span.file);
        (source.path().to_owned(), source.line(span.start))
    };
    let mut places = BTreeSet::new();
    for finding in &report.findings {
        // How a built value came to be is told, and nobody is accused of it.
        let is_history = |message: &str| {
            ["written here at first", "changed here by"].iter().any(|words| message.starts_with(words))
        };
        let related =
            finding.related.iter().filter(|label| !is_history(&label.message)).map(|label| label.span);
        for (path, line) in finding.places().chain(related).map(line) {
            places.insert((finding.factor, path, line));
        }
    }
    places
}

#[derive(Default)]
struct Score {
    faults: usize,
    found: usize,
    innocent: usize,
    silent: usize,
    wrong: Vec<String>,
}

impl Score {
    fn add(&mut self, row: &Row, places: &BTreeSet<(Factor, String, u32)>) {
        let is_hit = row.is_hit(places);
        let (all, right) = if row.is_fault {
            (&mut self.faults, &mut self.found)
        } else {
            (&mut self.innocent, &mut self.silent)
        };
        *all += 1;
        *right += usize::from(is_hit == row.is_fault);
        if is_hit != row.is_fault {
            let verb = if is_hit { "noisy " } else { "missed" };
            self.wrong.push(format!("{verb} {}/{}:{} {}", row.codebase, row.path, row.line, row.note));
        }
    }

    fn found(&self) -> usize {
        percent(self.found, self.faults)
    }

    fn silent(&self) -> usize {
        percent(self.silent, self.innocent)
    }
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(100)
}

fn print(scores: &BTreeMap<Factor, Score>) {
    eprintln!("\nfactor                 faults found      innocent lines left alone");
    for (factor, score) in scores {
        let found = format!("{}/{}", score.found, score.faults);
        eprintln!(
            "{} {:<20} {found:<17} {}/{}",
            factor.number(),
            factor.title(),
            score.silent,
            score.innocent
        );
    }
    for line in scores.values().flat_map(|score| &score.wrong) {
        eprintln!("  {line}");
    }
}

fn check_floors(scores: &BTreeMap<Factor, Score>) {
    let with_floor: Vec<_> = FLOORS.iter().map(|(number, ..)| *number).collect();
    let with_rows: Vec<_> = scores.keys().map(|factor| factor.number()).collect();
    assert_eq!(with_rows, with_floor, "every factor that people have marked has a floor");
    for ((number, found, silent), score) in FLOORS.into_iter().zip(scores.values()) {
        let (now_found, now_silent) = (score.found(), score.silent());
        assert!(now_found >= found, "factor {number} finds {now_found} % of the faults");
        assert!(now_silent >= silent, "factor {number} leaves {now_silent} % of the innocent lines alone");
    }
}
