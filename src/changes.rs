//! Only what changed: which lines of the codebase are others than before, and what of a report touches them.
//!
//! Here is no git: [`crate::git`] says what changed, and this module what of it matters.

use crate::finding::Finding;
use crate::model::waiver;
use crate::problem::{Place, Problem};
use crate::report::{Report, fingerprint};
use crate::rule;
use crate::source::{Sources, Span};
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use std::collections::BTreeMap;
use std::ops::Range;

/// What changed in a codebase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// By path, relative to the checked root. What is not among them is as it was.
    pub files: BTreeMap<String, Changed>,
    /// What somebody who relies on this has to know.
    pub notes: Vec<String>,
}

/// What changed in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// All of it: it is new, or nobody knows what it was before.
    Whole,
    /// These lines, counted from 1. An empty range stands where lines were taken away.
    Lines(Vec<Range<u32>>),
}

impl Changed {
    /// The lines of a text that are others than before. How a line ends is form: git may change it at a checkout.
    pub fn between(before: &str, now: &str) -> Self {
        let mut input = InternedInput::default();
        input.update_before(lines(before));
        input.update_after(lines(now));
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let before: Vec<&str> = lines(before).collect();
        let hunks = diff.hunks().map(|Hunk { before: old, after }| {
            let is_waiver =
                before[old.start as usize..old.end as usize].iter().any(|line| waiver::may_be_in(line));
            // What a waiver accepted stands below it, and is accepted no more.
            after.start + 1..after.end + 1 + u32::from(is_waiver)
        });
        Self::Lines(hunks.collect())
    }

    /// Whether any of the lines `first..=last` changed, or something between them is gone.
    fn touches(&self, first: u32, last: u32) -> bool {
        let Self::Lines(ranges) = self else { return true };
        let next = ranges.partition_point(|range| range.end.max(range.start + 1) <= first);
        ranges[next..].iter().take_while(|range| range.start <= last).any(|range| {
            // What is gone was between two lines, and stood in what reaches over both.
            if range.is_empty() { first < range.start } else { first < range.end }
        })
    }
}

/// Without what ends them. The last line is one whether or not it is ended.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}').lines()
}

impl Changes {
    /// Whether a place is in something that changed. An empty place stands on a line as well.
    pub fn touch(&self, sources: &Sources, span: Span) -> bool {
        let source = sources.get(span.file);
        let Some(changed) = self.files.get(source.path()) else { return false };
        // A place that ends with a line break does not reach into the next line.
        let last = span.end.saturating_sub(1).max(span.start);
        changed.touches(source.line(span.start), source.line(last))
    }
}

/// Leaves out what has no place in what changed. Without changes everything stays.
pub fn apply(mut report: Report, changes: Option<&Changes>) -> Report {
    let Some(changes) = changes else { return report };
    report.notes.extend(changes.notes.iter().cloned());
    let taken = fingerprint::all(&report);
    let found = std::mem::take(&mut report.findings);
    let number = found.len();
    let left = found.into_iter().filter_map(|finding| changed_part(finding, &report.sources, changes));
    report.findings = left.collect();
    report.unchanged += number - report.findings.len();
    narrow(&mut report, changes);
    // One that is told elsewhere now stands elsewhere in the order.
    rule::sort(&mut report.findings);
    fingerprint::stamp_moved(&mut report, taken);
    report
}

/// The finding at those of its places that changed, if there are any.
fn changed_part(finding: Finding, sources: &Sources, changes: &Changes) -> Option<Finding> {
    let touched = |span| changes.touch(sources, span);
    if finding.places().any(touched) {
        return finding.split(|span| !touched(span)).0;
    }
    // A name that is declared in a new line is written in old ones.
    finding.related.iter().any(|label| touched(label.span)).then_some(finding)
}

/// Everything but the findings. As with named paths, a factor that nothing is said about is not assessed.
fn narrow(report: &mut Report, changes: &Changes) {
    let Report { sources, waived, baselined, problems, baselined_problems, skipped, held_back, .. } = report;
    let touches = |finding: &Finding| {
        let places = finding.places().chain(finding.related.iter().map(|label| label.span));
        places.into_iter().any(|span| changes.touch(sources, span))
    };
    waived.retain(|waived| touches(&waived.finding));
    baselined.retain(touches);
    held_back.retain(|held_back| changes.touch(sources, held_back.span));
    let has_changed = |path: &str| changes.files.contains_key(path);
    let is_in_changed = |problem: &Problem| match &problem.place {
        Place::Path(path) => has_changed(path),
        Place::Span(span) => has_changed(sources.get(span.file).path()),
    };
    problems.retain(is_in_changed);
    baselined_problems.retain(is_in_changed);
    skipped.retain(|skipped| has_changed(&skipped.path));
    let said = report.findings.iter().map(|finding| finding.factor);
    report.assessed = said.collect();
    report.assessed.sort();
    report.assessed.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    type Ranges = &'static [(u32, u32)];

    fn ranges(before: &str, now: &str) -> Vec<(u32, u32)> {
        match Changed::between(before, now) {
            Changed::Lines(ranges) => ranges.iter().map(|range| (range.start, range.end)).collect(),
            Changed::Whole => panic!("both texts are there"),
        }
    }

    #[test]
    fn lines_that_changed_are_counted_from_one() {
        let cases: [(&str, &str, Ranges); 11] = [
            ("a\nb\n", "a\nb\n", &[]),
            ("a\nb\n", "a\r\nb\r\n", &[]),
            ("a\nb", "a\nb\n", &[]),
            ("\u{feff}a\n", "a\n", &[]),
            ("a\nb\nc\n", "a\nx\nc\n", &[(2, 3)]),
            ("a\nc\n", "a\nb\nc\n", &[(2, 3)]),
            ("a\nb\nc\n", "a\nc\n", &[(2, 2)]),
            ("", "a\nb\n", &[(1, 3)]),
            ("a\n", "", &[(1, 1)]),
            ("a\n# k8factor: allow(b) c\nd\n", "a\nd\n", &[(2, 3)]),
            ("# k8factor: allow(b) c\nd\n", "# other\nd\n", &[(1, 3)]),
        ];
        for (before, now, expected) in cases {
            assert_eq!(ranges(before, now), expected, "{before:?} to {now:?}");
        }
    }

    #[test]
    fn what_was_taken_away_belongs_to_what_reaches_over_it() {
        let changed = Changed::Lines(vec![3..5, 8..8, 12..13]);
        let touched = [(3, 3), (4, 4), (1, 3), (4, 9), (7, 8), (1, 20), (12, 12)];
        let untouched = [(1, 2), (5, 7), (5, 5), (7, 7), (8, 8), (8, 11), (13, 20)];
        for (first, last) in touched {
            assert!(changed.touches(first, last), "{first}-{last}");
        }
        for (first, last) in untouched {
            assert!(!changed.touches(first, last), "{first}-{last}");
        }
        assert!(Changed::Whole.touches(1, 1));
    }
}
