//! What a team has accepted to find today, so that only what is new stands in its way.
//!
//! A baseline is a list of places. A place is known by what it says and by whose it is, never by its line: moved
//! lines, renamed files and documents in another order disturb nothing. Here is no input or output: a text becomes a
//! [`Baseline`], a report and a baseline become a report, a report becomes a baseline again.

mod file;
mod keep;
mod matching;
mod place;

use crate::config::{Config, Named};
use crate::error::Error;
use crate::finding::Finding;
use crate::problem::{Place as ProblemPlace, Problem};
use crate::report::{Report, fingerprint};
use crate::rule;
use crate::source::{Source, Span};
pub use keep::{Change, Kept, keep};
use matching::{Answer, Scope};
use place::{Place, Wrong};
use std::collections::{BTreeMap, BTreeSet};

/// Places that are known. The same places give the same text, whoever writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted.
    entries: Vec<Entry>,
}

/// Places of one file that nothing tells apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    place: Place,
    /// The day on which they became known, as it was written.
    since: Option<String>,
    /// How many they are; at least one.
    count: usize,
}

impl Baseline {
    /// Reads the text of a baseline; `name` is the file that errors speak of.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        file::parse(name, text)
    }

    /// The baseline of a configuration, if it has one and does not say to leave it alone.
    pub fn of_config(config: &Config) -> Result<Option<Self>, Error> {
        let Some(file) = &config.baseline else { return Ok(None) };
        file.text()?.map(|text| Self::parse(&file.name, &text)).transpose()
    }

    /// Whether a text was a baseline once, whatever has happened to it since: an unfinished merge, another version.
    pub fn was_meant(text: &str) -> bool {
        text.trim().is_empty() || file::was_meant(text)
    }

    /// The text of the file: JSON with one entry on each line, so that git can merge it and people can review it.
    pub fn text(&self) -> String {
        file::text(self)
    }

    /// How many places it knows.
    pub fn len(&self) -> usize {
        self.entries.iter().map(|entry| entry.count).sum()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sorted, and what nothing tells apart counted together.
    fn of_entries(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut counts: BTreeMap<(Place, Option<String>), usize> = BTreeMap::new();
        for Entry { place, since, count } in entries {
            *counts.entry((place, since)).or_default() += count;
        }
        let entries = counts.into_iter().filter(|(_, count)| *count > 0);
        Self { entries: entries.map(|((place, since), count)| Entry { place, since, count }).collect() }
    }
}

/// Sets aside what the baseline knows. A finding with several places is told at those that are new.
pub fn apply(mut report: Report, baseline: Option<&Baseline>, config: &Config) -> Report {
    let Some(baseline) = baseline else { return report };
    let places = places(&report);
    let marks: Vec<&Place> = places.iter().map(|(place, _)| place).collect();
    let named = Named::of(config);
    let answer =
        matching::compare(&marks, &baseline.entries, &Scope { paths: paths(&report), named: &named });
    let gone = gone(&report, &places, &answer, &baseline.entries);
    let known = places.iter().zip(&answer.entry_of).filter(|(_, entry)| entry.is_some());
    let known: BTreeSet<Site> = known.map(|((_, site), _)| *site).collect();
    set_aside(&mut report, &known, &named);
    // What was not looked at cannot be said to be gone.
    let is_everything = config.reads_root && config.stdin.is_none() && named.are_everything();
    report.gone_from_baseline = if is_everything { gone } else { 0 };
    report
}

/// How many entries stand for what is no more, or what a waiver accepts now. Of a rule that is off nobody knows.
fn gone(report: &Report, places: &[(Place, Site)], answer: &Answer, entries: &[Entry]) -> usize {
    let mut found = vec![0; entries.len()];
    let open = places.iter().zip(&answer.entry_of).filter(|((_, site), _)| !site.is_waived());
    open.filter_map(|(_, entry)| *entry).for_each(|entry| found[entry] += 1);
    let is_gone = |entry: &Entry, found: usize| found < entry.count && !is_off(report, &entry.place);
    entries.iter().zip(found).filter(|(entry, found)| is_gone(entry, *found)).count()
}

/// Whether the rule of a place is switched off there.
fn is_off(report: &Report, place: &Place) -> bool {
    let Wrong::Rule(name) = &place.wrong else { return false };
    let rule = report.rules.iter().find(|rule| rule.id.as_str() == name);
    rule.is_some_and(|rule| rule.is_off_at(&place.path))
}

fn set_aside(report: &mut Report, known: &BTreeSet<Site>, named: &Named) {
    let taken = fingerprint::all(report);
    let mut new = Vec::new();
    for (number, finding) in std::mem::take(&mut report.findings).into_iter().enumerate() {
        let is_known = |span| known.contains(&Site::Finding(number, span));
        // Where it is known at all, it is not told at a place that nobody asked about.
        let (first, is_partly_known) = (finding.span, finding.places().any(is_known));
        let asked = |span: Span| span == first || named.holds(report.sources.get(span.file).path());
        let (told, aside) = finding.split(|span| is_known(span) || is_partly_known && !asked(span));
        new.extend(told);
        report.baselined.extend(aside);
    }
    report.findings = new;
    for (number, problem) in std::mem::take(&mut report.problems).into_iter().enumerate() {
        let is_known = known.contains(&Site::Problem(number));
        if is_known { &mut report.baselined_problems } else { &mut report.problems }.push(problem);
    }
    // One that is told elsewhere now stands elsewhere in the order.
    rule::sort(&mut report.findings);
    rule::sort(&mut report.baselined);
    fingerprint::stamp_moved(report, taken);
}

/// Whose place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    /// The number of a finding, and one of its places.
    Finding(usize, Span),
    /// The number of a problem.
    Problem(usize),
    /// What a waiver accepts. It holds the entry that it had before, so that nothing new takes it.
    Waived,
}

impl Site {
    /// Whether it is where a finding is told, or a problem.
    fn is_told(self, report: &Report) -> bool {
        match self {
            Self::Finding(number, span) => {
                report.findings.get(number).is_some_and(|finding| finding.span == span)
            }
            Self::Problem(_) => true,
            Self::Waived => false,
        }
    }

    fn is_waived(self) -> bool {
        self == Self::Waived
    }
}

/// All places at which something is wrong, in the order of the text: of places that nothing tells apart, the last are
/// the new ones.
fn places(report: &Report) -> Vec<(Place, Site)> {
    let findings = report.findings.iter().enumerate().flat_map(|(number, finding)| {
        let spans: BTreeSet<Span> = finding.places().collect();
        spans.into_iter().map(move |span| (number, finding, span))
    });
    let mut findings: Vec<(usize, &Finding, Span)> = findings.collect();
    findings.sort_by_key(|(number, _, span)| (*span, *number));
    let findings = findings.into_iter().map(|(number, finding, span)| {
        (Place::of_finding(report, finding, span), Site::Finding(number, span))
    });
    let problems = report.problems.iter().enumerate();
    let problems =
        problems.map(|(number, problem)| (Place::of_problem(report, problem), Site::Problem(number)));
    let waived = report.waived.iter().map(|waived| &waived.finding);
    let waived = waived.flat_map(|finding| {
        finding.places().map(|span| (Place::of_finding(report, finding, span), Site::Waived))
    });
    findings.chain(problems).chain(waived).collect()
}

/// The paths that are there, read or not.
fn paths(report: &Report) -> BTreeSet<&str> {
    let unread = report.problems.iter().filter_map(|Problem { place, .. }| match place {
        ProblemPlace::Path(path) => Some(path.as_str()),
        ProblemPlace::Span(_) => None,
    });
    let skipped = report.skipped.iter().map(|skipped| skipped.path.as_str());
    report.sources.iter().map(Source::path).chain(unread).chain(skipped).collect()
}
