//! Copies of external-dns that take the records of another cluster for their own.

mod instances;

use super::spot::Spot;
use super::{Check, Missing, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::clusters_of::{Clusters, Several};
use crate::finding::{Sentence, Subject};
use crate::model::external_dns::{DEFAULT_OWNER, Owner, Policy};
use instances::{Instance, instances};
use std::collections::BTreeMap;

/// Looks at every external-dns, whether its arguments or the values of its chart set it up.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SharedDnsOwner {}

impl Check for SharedDnsOwner {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let instances = instances(codebase);
        outcome.looked_at(instances.len());
        let mut by_owner: BTreeMap<&str, Vec<&Instance<'_>>> = BTreeMap::new();
        for instance in &instances {
            match &instance.owner {
                Owner::Volatile(text) => outcome.report(volatile(instance, text)),
                Owner::Named(name) => by_owner.entry(name).or_default().push(instance),
                Owner::Missing => by_owner.entry(DEFAULT_OWNER).or_default().push(instance),
                Owner::Injected => {}
            }
        }
        for (owner, group) in by_owner {
            report(owner, &group, outcome);
        }
    }
}

/// Reports the instances that meet others of the same owner, and those that would.
fn report(owner: &str, group: &[&Instance<'_>], outcome: &mut Outcome) {
    let (shared, alone): (Vec<&Instance<'_>>, Vec<_>) = group
        .iter()
        .partition(|instance| group.iter().take(MOST_COMPARED).any(|other| meet(instance, other)));
    outcome.report_all(collision(owner, &shared));
    outcome.report_all(alone.into_iter().filter(|instance| instance.owner == Owner::Missing).map(missing));
}

/// Nobody has more clusters that share a name; who does hears of the first.
const MOST_COMPARED: usize = 100;

/// Whether two write into one zone from two clusters. One that comes to two clusters meets itself.
fn meet(one: &Instance<'_>, other: &Instance<'_>) -> bool {
    let clusters = || one.spot.clusters.clone().with(other.spot.clusters.clone());
    let is_same = one.spot.span == other.spot.span;
    (is_same || one.spot.clusters.differ(&other.spot.clusters))
        && one.zones.overlap(&other.zones)
        && clusters().several().is_some()
}

fn collision(owner: &str, instances: &[&Instance<'_>]) -> Option<Violation> {
    let (first, others) = instances.split_first()?;
    let spots = instances.iter().map(|instance| instance.spot.clusters.clone());
    let clusters = spots.fold(Clusters::default(), Clusters::with);
    let is_told = instances.iter().all(|instance| instance.zones.are_told());
    let sentence = Sentence::Listed {
        start: "external-dns marks the records of ".into(),
        most: MOST_NAMED,
        end: format!(" with the owner id `{owner}`, {}; {}", meeting(is_told), fate(instances)),
    };
    let mut violation = first.spot.violation("").telling(subject(&first.spot), sentence);
    let again = |instance: &&Instance<'_>| {
        let words = format!("the same in {}", instance.spot.clusters.title());
        instance.spot.another(words).about(subject(&instance.spot))
    };
    violation = others.iter().map(again).fold(violation, Violation::with_another);
    for (name, place) in clusters.places().take(MOST_SHOWN) {
        violation = violation.with_related(place, format!("comes to {name} from here"));
    }
    let violation = if is_told { violation } else { violation.less_sure() };
    let violation = if deletes(instances) { violation } else { violation.weaker() };
    Some(match clusters.several() {
        Some(Several::Surely) => violation,
        _ => violation.weaker().less_sure(),
    })
}

fn subject(spot: &Spot<'_>) -> Subject {
    Subject::new(spot.clusters.title())
}

fn deletes(instances: &[&Instance<'_>]) -> bool {
    instances.iter().any(|instance| instance.policy == Policy::Sync)
}

/// Why they are in each other's way.
fn meeting(is_told: bool) -> &'static str {
    if is_told {
        "with which another cluster marks its own in the same zone"
    } else {
        "with which another cluster marks its own, and nothing keeps their zones apart"
    }
}

fn fate(instances: &[&Instance<'_>]) -> &'static str {
    if deletes(instances) {
        "each deletes the records of the other, which it takes for its own"
    } else {
        "each changes the records of the other, which it takes for its own"
    }
}

/// Names of clusters in a message, and places shown that tell why it comes to them.
const MOST_NAMED: usize = 3;
const MOST_SHOWN: usize = 5;

/// One that nobody gave an id. The next cluster has none either.
fn missing(instance: &Instance<'_>) -> Violation {
    let message = format!(
        "external-dns marks its records with the id `{DEFAULT_OWNER}`, as the next cluster will; while both serve a zone, \
         each takes the records of the other for its own"
    );
    let owner = Missing::anywhere().that_belongs_here().with_one_of(OWNERS);
    let violation = instance.spot.violation(message).weaker().for_want_of(owner);
    if instance.policy == Policy::Sync { violation } else { violation.weaker() }
}

/// What is written where an owner is named: in an argument, a value of the chart, a variable.
const OWNERS: [&str; 3] = ["txt-owner-id", "txtOwnerId", "TXT_OWNER_ID"];

fn volatile(instance: &Instance<'_>, text: &str) -> Violation {
    instance.spot.violation(format!(
        "the owner id `{text}` of external-dns is another one after each restart; it then no longer knows its own \
         records, and neither changes nor deletes them"
    ))
}
