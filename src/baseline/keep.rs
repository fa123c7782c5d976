//! From a report to the baseline that shall be kept.

use super::matching::Scope;
use super::place::Place;
use super::{Baseline, Entry, is_off, matching, paths, places};
use crate::config::Named;
use crate::report::Report;

/// What is to be done with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// All that is wrong today is known from today on.
    Write,
    /// What is new is added, what is gone is dropped, the rest stays as old as it is.
    Update,
    /// What is gone is dropped.
    Prune,
}

/// A new baseline and what it has of the old one, counted in places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The new baseline.
    pub baseline: Baseline,
    /// Places that were known before.
    pub kept: usize,
    /// Places that were not.
    pub added: usize,
    /// Places that are known no more.
    pub dropped: usize,
}

/// The baseline after a change. The report is made without a baseline; it may be about some paths only, and then what
/// is `named` may change and the rest stays. `today` is written behind what is added.
pub fn keep(report: &Report, old: &Baseline, named: &Named, change: Change, today: Option<&str>) -> Kept {
    let places = places(report);
    let old_entries: Vec<Entry> = match change {
        // Who writes anew forgets what these paths were known for.
        Change::Write => {
            old.entries.iter().filter(|entry| !named.holds(&entry.place.path)).cloned().collect()
        }
        Change::Update | Change::Prune => old.entries.clone(),
    };
    let marks: Vec<&Place> = places.iter().map(|(place, _)| place).collect();
    let answer = matching::compare(&marks, &old_entries, &Scope { paths: paths(report), named });
    let stay = old_entries.iter().zip(&answer.found).filter_map(|(entry, found)| {
        let may_change = named.holds(&entry.place.path) && !is_off(report, &entry.place);
        let count = if may_change { 0 } else { entry.count - found };
        (count > 0).then(|| Entry { count, ..entry.clone() })
    });
    let stay: Vec<Entry> = stay.collect();
    let (mut kept, mut added) = (Vec::new(), Vec::new());
    let open = places.into_iter().zip(answer.entry_of).filter(|((_, site), _)| !site.is_waived());
    for ((place, site), entry) in open {
        let Some(entry) = entry else {
            // A finding may have places that nobody asked about.
            if named.holds(&place.path) || site.is_told(report) {
                added.push(Entry { place, since: today.map(str::to_owned), count: 1 });
            }
            continue;
        };
        kept.push(Entry { place, since: old_entries[entry].since.clone(), count: 1 });
    }
    if change == Change::Prune {
        added.clear();
    }
    let (added_count, stays) =
        (added.len(), kept.len() + stay.iter().map(|entry| entry.count).sum::<usize>());
    Kept {
        baseline: Baseline::of_entries(stay.into_iter().chain(kept).chain(added)),
        kept: stays,
        added: added_count,
        dropped: old.len() - stays,
    }
}
