//! Places in an object store that several clusters write to.

use super::spot::Spot;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::clusters_of::{Clusters, Several};
use crate::finding::{Sentence, Subject};
use crate::model::object_store::locations;
use crate::source::Span;
use std::collections::BTreeMap;

/// Looks at the buckets and folders of backups, logs and metrics.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SharedObjectStore {}

/// A place in a store, and where it is written down.
#[derive(Debug, Default)]
struct Store<'c> {
    title: String,
    is_gentle: bool,
    spots: BTreeMap<Span, Spot<'c>>,
}

impl Check for SharedObjectStore {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        for ((tool, _), store) in stores(codebase) {
            outcome.looked_at(store.spots.len());
            outcome.report_all(violation(tool, &store));
        }
    }
}

/// One of them stands wherever a place in a store is named.
const WORDS: [&str; 4] = ["ucket", "destinationPath", "backupStore", "etcd-s3"];

fn stores(codebase: &Codebase) -> BTreeMap<(&'static str, String), Store<'_>> {
    let mut stores: BTreeMap<(&'static str, String), Store<'_>> = BTreeMap::new();
    codebase.visit_settings(&WORDS, &mut |setting| {
        let object = setting.object.filter(|_| !setting.is_text());
        for location in locations(setting.root, object) {
            let spot = Spot::new(codebase, &setting, location.node);
            let store = stores.entry((location.tool, location.key)).or_default();
            store.title = location.title;
            store.is_gentle = location.is_gentle;
            match store.spots.get_mut(&spot.span) {
                Some(known) => known.merge(spot),
                None => drop(store.spots.insert(spot.span, spot)),
            }
        }
    });
    stores
}

fn violation(tool: &str, store: &Store<'_>) -> Option<Violation> {
    let spots = || store.spots.values().filter(|spot| !spot.clusters.is_empty());
    let clusters = spots().fold(Clusters::default(), |all, spot| all.with(spot.clusters.clone()));
    let several = clusters.several()?;
    let first = spots().next()?;
    let sentence = Sentence::Listed {
        start: format!("{tool} writes to `{}` in ", store.title),
        most: MOST_NAMED,
        end: ", where another cluster writes, too; each may prune, restore or overwrite what belongs to the other".into(),
    };
    let subject = |spot: &Spot<'_>| Subject::new(spot.clusters.title());
    let violation = first.violation("").telling(subject(first), sentence);
    let others = spots().skip(1).map(|spot| {
        spot.another(format!("the same place in {}", spot.clusters.title())).about(subject(spot))
    });
    let violation = others.fold(violation, Violation::with_another);
    let show = |violation: Violation, (name, place): (String, Span)| {
        violation.with_related(place, format!("comes to {name} from here"))
    };
    let violation = clusters.places().take(MOST_SHOWN).fold(violation, show);
    let violation = if store.is_gentle { violation.weaker() } else { violation };
    Some(if several == Several::Surely { violation } else { violation.weaker().less_sure() })
}

/// Names of clusters in a message, and places shown that tell why it comes to them.
const MOST_NAMED: usize = 3;
const MOST_SHOWN: usize = 5;
