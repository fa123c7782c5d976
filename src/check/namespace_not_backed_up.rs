//! `namespace-not-backed-up`: backups are scheduled, and a namespace with data is in none of them.

use super::{Check, Missing, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::codebase::namespaces::Namespace;
use crate::finding::{Sentence, Subject};
use crate::model::backup::{Coverage, Schedule};
use crate::model::glob;
use crate::source::Span;
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Compares the namespaces that hold data with what the schedules save.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NamespaceNotBackedUp {
    /// Patterns of namespaces whose data may be lost, or is saved by something else.
    except: Vec<String>,
}

impl Check for NamespaceNotBackedUp {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let schedules = codebase.backup_schedules();
        if schedules.is_empty() || codebase.has_backup_schedules_in_templates() {
            return;
        }
        let mut namespaces = codebase.namespaces();
        namespaces.retain(|name, _| !glob::matches_any(&self.except, name));
        outcome.looked_at(schedules.len() + namespaces.len());
        for gap in gaps(codebase, &schedules, &namespaces) {
            outcome.report(gap.violation());
        }
    }
}

/// Namespaces that one schedule could save and does not.
struct Gap<'a> {
    /// Where to add them.
    place: Node<'a>,
    reason: Reason,
    schedule: Schedule<'a>,
    namespaces: Vec<(&'a str, &'a Namespace<'a>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    NotIncluded,
    Excluded,
    Paused,
}

fn gaps<'a>(
    codebase: &'a Codebase,
    schedules: &[Schedule<'a>],
    namespaces: &'a BTreeMap<String, Namespace<'a>>,
) -> Vec<Gap<'a>> {
    let schedules = Schedules::of(codebase, schedules);
    let mut gaps: BTreeMap<Span, Gap<'a>> = BTreeMap::new();
    for (name, namespace) in namespaces.iter().filter(|(_, namespace)| needs_backup(namespace)) {
        let Some(new) = gap(codebase, &schedules, name, namespace) else { continue };
        match gaps.get_mut(&new.place.span()) {
            Some(gap) => gap.namespaces.extend(new.namespaces),
            None => drop(gaps.insert(new.place.span(), new)),
        }
    }
    gaps.into_values().collect()
}

/// Schedules, found without asking thousands of them about each of thousands of namespaces.
struct Schedules<'a> {
    /// For each name that is listed as it is, the schedules that list it.
    listing: HashMap<String, Vec<Schedule<'a>>>,
    /// Those that may save what they do not list so.
    open: Vec<Schedule<'a>>,
    /// The first of each file.
    by_path: BTreeMap<&'a str, Schedule<'a>>,
}

impl<'a> Schedules<'a> {
    fn of(codebase: &'a Codebase, all: &[Schedule<'a>]) -> Self {
        let mut schedules = Self { listing: HashMap::new(), open: Vec::new(), by_path: BTreeMap::new() };
        for &schedule in all {
            let path = codebase.source(schedule.name.span().file).path();
            schedules.by_path.entry(path).or_insert(schedule);
            match schedule.plainly_included() {
                Some(names) => {
                    for name in names {
                        schedules.listing.entry(name).or_default().push(schedule);
                    }
                }
                None => schedules.open.push(schedule),
            }
        }
        schedules
    }

    fn save(&self, namespace: &str) -> bool {
        let listing = self.listing.get(namespace).into_iter().flatten();
        listing.chain(&self.open).any(|schedule| matches!(schedule.coverage(namespace), Coverage::Saved))
    }
}

/// Definitions can be applied again from the codebase; data cannot.
fn needs_backup(namespace: &Namespace<'_>) -> bool {
    !namespace.data.is_empty() && !namespace.is_saved_from_within && !namespace.is_left_out_by_label()
}

/// The schedule that comes closest to saving a namespace, unless one saves it.
fn gap<'a>(
    codebase: &'a Codebase,
    schedules: &Schedules<'a>,
    name: &'a str,
    namespace: &'a Namespace<'a>,
) -> Option<Gap<'a>> {
    if schedules.save(name) {
        return None;
    }
    let path = codebase.source(namespace.data.first()?.0.file()).path();
    // Of equally near ones the first counts, which `max_by_key` returns from behind.
    let nearest = schedules.by_path.iter().rev().max_by_key(|(other, _)| common_folders(path, other));
    let &schedule = nearest?.1;
    let (place, reason) = match schedule.coverage(name) {
        Coverage::Saved => return None,
        Coverage::NotIncluded(list) => (list, Reason::NotIncluded),
        Coverage::Excluded(entry) => (entry, Reason::Excluded),
        Coverage::Paused => (schedule.name, Reason::Paused),
    };
    Some(Gap { place, reason, schedule, namespaces: vec![(name, namespace)] })
}

impl Gap<'_> {
    fn violation(&self) -> Violation {
        let schedule = self.schedule.name.text();
        let what = match self.reason {
            Reason::NotIncluded => format!("the schedule `{schedule}` does not list"),
            Reason::Excluded => format!("the schedule `{schedule}` leaves out"),
            Reason::Paused => format!("the schedule `{schedule}` is paused and does not save"),
        };
        let sentence = Sentence::Listed {
            start: format!("{what} "),
            most: MOST_NAMED,
            end: ", whose data no other backup saves".into(),
        };
        let mut violation =
            Violation::at(self.place, "").telling(None, sentence).for_want_of(another_backup());
        for (name, namespace) in &self.namespaces {
            violation = show(violation, name, namespace);
        }
        // Who writes an exclusion has thought of it; the reason is still worth a waiver.
        if self.reason == Reason::Excluded { violation.weaker() } else { violation }
    }
}

fn another_backup() -> Missing {
    Missing::anywhere().with_one_of(["velero", "Schedule", "schedules", "ackup"])
}

fn show(violation: Violation, name: &str, namespace: &Namespace<'_>) -> Violation {
    let mut heads = HashSet::new();
    let written = namespace.data.iter().filter(|(object, _)| heads.insert(object.head().span()));
    let others = written.map(|(object, words)| {
        let message = format!("{words} of `{name}`, in {}", object.title());
        another(*object, object.head(), message).about(Subject::new(format!("`{name}`")))
    });
    // One object is enough to see what a namespace holds.
    violation.with_others(others, 1)
}

/// Namespaces that a message names.
const MOST_NAMED: usize = 2;

fn common_folders(left: &str, right: &str) -> usize {
    left.split('/').zip(right.split('/')).take_while(|(left, right)| left == right).count()
}
