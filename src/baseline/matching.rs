//! Which places of a report are entries of a baseline.
//!
//! The closest likeness is sought first and in the same file first, so that no place takes the entry of another. Each
//! entry stands for as many places as it counts: one more copy of a known mistake is a new mistake.

use super::Entry;
use super::place::Place;
use crate::config::Named;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// What was found of a baseline.
pub(super) struct Answer {
    /// The entry of each place, if it has one.
    pub(super) entry_of: Vec<Option<usize>>,
    /// How many places each entry has been found at.
    pub(super) found: Vec<usize>,
}

impl Answer {}

/// Where an entry may be found again.
pub(super) struct Scope<'a> {
    /// The paths that are still there.
    pub(super) paths: BTreeSet<&'a str>,
    /// The paths that were looked at.
    pub(super) named: &'a Named,
}

/// Finds the entry of each place.
pub(super) fn compare(places: &[&Place], entries: &[Entry], scope: &Scope<'_>) -> Answer {
    let subjects: Vec<String> = entries.iter().map(|entry| entry.place.wrong.subject()).collect();
    let place_subjects: Vec<String> = places.iter().map(|place| place.wrong.subject()).collect();
    let mut answer = Answer { entry_of: vec![None; places.len()], found: vec![0; entries.len()] };
    for pass in &PASSES {
        let mut free: HashMap<Key<'_>, VecDeque<usize>> = HashMap::new();
        for (number, entry) in entries.iter().enumerate() {
            if answer.found[number] < entry.count && pass.takes_entry(&entry.place, scope) {
                free.entry(pass.key(&entry.place, &subjects[number])).or_default().push_back(number);
            }
        }
        for (number, place) in places.iter().enumerate() {
            if answer.entry_of[number].is_some() || !(pass.place)(place) {
                continue;
            }
            let Some(queue) = free.get_mut(&pass.key(place, &place_subjects[number])) else { continue };
            let Some(&entry) = queue.front() else { continue };
            answer.entry_of[number] = Some(entry);
            answer.found[entry] += 1;
            if answer.found[entry] == entries[entry].count {
                queue.pop_front();
            }
        }
    }
    answer
}

type Key<'a> = [&'a str; 6];

/// One kind of likeness.
struct Pass {
    /// Which places are compared.
    place: fn(&Place) -> bool,
    /// Which entries are.
    entry: fn(&Place) -> bool,
    /// What both must have in common, beside the path.
    key: for<'a> fn(&'a Place) -> [&'a str; 4],
    within: Within,
}

/// In which files an entry is sought.
#[derive(Clone, Copy)]
enum Within {
    /// In its own.
    Same,
    /// In any, if it belongs to an object, which can move, and its own file was looked at: there it was not found.
    /// Otherwise its own file must be gone, which one that was renamed is; a line that left one file and came up in
    /// another is as new there as any.
    Other,
}

const PASSES: [Pass; 10] = [
    Pass { place: all, entry: all, key: everything, within: Within::Same },
    Pass { place: all, entry: all, key: everything, within: Within::Other },
    // The first place of a finding knows its object, and which is the first may change.
    Pass { place: without_object, entry: with_object, key: words, within: Within::Same },
    Pass { place: with_object, entry: without_object, key: words, within: Within::Same },
    // A block may have had one line only, or has only one left.
    Pass { place: Place::is_block, entry: all, key: spot, within: Within::Same },
    Pass { place: all, entry: Place::is_block, key: spot, within: Within::Same },
    Pass { place: without_object, entry: with_object, key: words, within: Within::Other },
    Pass { place: with_object, entry: without_object, key: words, within: Within::Other },
    Pass { place: Place::is_block, entry: all, key: spot, within: Within::Other },
    Pass { place: all, entry: Place::is_block, key: spot, within: Within::Other },
];

impl Pass {
    fn takes_entry(&self, entry: &Place, scope: &Scope<'_>) -> bool {
        let path = entry.path.as_str();
        let is_free = match self.within {
            Within::Same => true,
            Within::Other if scope.named.holds(path) && entry.object.is_some() => true,
            Within::Other => !scope.paths.contains(path),
        };
        is_free && (self.entry)(entry)
    }

    fn key<'a>(&self, place: &'a Place, subject: &'a str) -> Key<'a> {
        let path = match self.within {
            Within::Same => place.path.as_str(),
            Within::Other => "",
        };
        let [a, b, c, d] = (self.key)(place);
        [subject, path, a, b, c, d]
    }
}

fn all(_: &Place) -> bool {
    true
}

fn with_object(place: &Place) -> bool {
    place.object.is_some()
}

fn without_object(place: &Place) -> bool {
    place.object.is_none()
}

/// Where there is an object, the line is only form.
fn everything(place: &Place) -> [&str; 4] {
    let line = if place.object.is_some() { "" } else { place.line.as_str() };
    [object(place), pointer(place), &place.text, line]
}

fn words(place: &Place) -> [&str; 4] {
    ["", "", &place.text, &place.line]
}

fn spot(place: &Place) -> [&str; 4] {
    [object(place), pointer(place), "", ""]
}

fn object(place: &Place) -> &str {
    place.object.as_deref().unwrap_or_default()
}

fn pointer(place: &Place) -> &str {
    place.pointer.as_deref().unwrap_or_default()
}
