//! Clusters that are told their own name in more than one place.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::namings::{NameZone, Naming};
use crate::finding::{Another, Sentence, Subject};
use crate::model::usage::Usage;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Looks at the layers of clusters.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClusterNamedTwice {}

impl Check for ClusterNamedTwice {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        outcome.looked_at(codebase.identities().len());
        let mut told: BTreeMap<u32, Vec<&Naming>> = BTreeMap::new();
        for naming in codebase.namings().iter().filter(|naming| is_told(naming)) {
            told.entry(naming.cluster).or_default().push(naming);
        }
        let several = told.into_iter().filter(|(_, places)| places.len() > 1);
        outcome
            .report_all(several.filter_map(|(cluster, places)| {
                violation(&codebase.identities().get(cluster).name, &places)
            }));
    }
}

/// Whether something that runs in the cluster is told the name there.
fn is_told(naming: &Naming) -> bool {
    let is_own = matches!(naming.zone, NameZone::Injection | NameZone::OwnLayer);
    is_own && naming.usage == Usage::Controller
}

fn violation(name: &str, places: &[&Naming]) -> Option<Violation> {
    let (first, others) = places.split_first()?;
    let sentence = Sentence::Counted {
        start: format!("the cluster `{name}` is told its name here"),
        one_more: " and in 1 more place",
        more: " and in {} more places",
        end: "; one that stays as it is in the next cluster means the old one".into(),
    };
    let again = || Subject::new("");
    let others = others.iter().map(|naming| Another::at(naming.span, "here as well").about(again()));
    let violation = Violation::at_span(first.span, "").telling(again(), sentence);
    Some(others.fold(violation, Violation::with_another).about_cluster(name))
}
