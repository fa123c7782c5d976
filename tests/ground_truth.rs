//! How many faults that people marked by hand are found, and how many innocent lines are reported.
//!
//! `ground-truth.tsv` beside the codebases has the columns path, line, factor, verdict and note. A fault counts as
//! found if a finding of its factor lies within two lines. Rows whose note says DEBATABLE are left out.

#[path = "common/corpora.rs"]
mod corpora;

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::finding::Factor;
use k8factor::rule::Verdict;
use k8factor::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What was reached; a change that falls below needs a reason. Factor, faults found, innocent lines left alone.
const FLOORS: &[(u8, f64, f64)] = &[(7, 1.0, 1.0)];

/// How far a finding may lie from the marked line.
const REACH: u32 = 2;

#[test]
fn marked_lines_are_judged_as_people_judge_them() {
    let Some(folder) = corpora::folder("ground truth") else { return };
    let table = fs::read_to_string(folder.join("ground-truth.tsv")).expect("it lies beside the codebases");
    let rows: Vec<Row> = table.lines().skip(1).filter_map(Row::read).collect();
    let rules = corpora::rules();
    let ruled: BTreeSet<Factor> = rules.iter().map(|rule| rule.factor).collect();
    let mut scores: BTreeMap<Factor, Score> = BTreeMap::new();
    for path in corpora::codebases(&folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let config = Config::for_folder(path);
        let (codebase, verdict) = corpora::check(&config, &rules).expect("the codebase can be checked");
        let places = places(&codebase, &verdict);
        for row in rows.iter().filter(|row| row.codebase == name && ruled.contains(&row.factor)) {
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
fn places(codebase: &Codebase, verdict: &Verdict) -> BTreeSet<(Factor, String, u32)> {
    let line = |span: Span| {
        let source = codebase.source(span.file);
        (source.path().to_owned(), source.line(span.start))
    };
    let mut places = BTreeSet::new();
    for finding in &verdict.findings {
        let related = finding.related.iter().map(|label| label.span);
        for (path, line) in std::iter::once(finding.span).chain(related).map(line) {
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

    fn recall(&self) -> f64 {
        share(self.found, self.faults)
    }

    fn silence(&self) -> f64 {
        share(self.silent, self.innocent)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn print(scores: &BTreeMap<Factor, Score>) {
    eprintln!("\nfactor                 faults found      innocent lines left alone");
    for (factor, score) in scores {
        let found = format!("{}/{}", score.found, score.faults);
        eprintln!("{} {:<20} {found:<17} {}/{}", factor.number(), factor.title(), score.silent, score.innocent);
    }
    for line in scores.values().flat_map(|score| &score.wrong) {
        eprintln!("  {line}");
    }
}

fn check_floors(scores: &BTreeMap<Factor, Score>) {
    for &(number, recall, silence) in FLOORS {
        let Some(score) = Factor::from_number(number).and_then(|factor| scores.get(&factor)) else { continue };
        assert!(score.recall() >= recall, "factor {number} finds {:.2} of the faults", score.recall());
        assert!(
            score.silence() >= silence,
            "factor {number} leaves {:.2} of the innocent lines alone",
            score.silence()
        );
    }
}
