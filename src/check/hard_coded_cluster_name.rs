//! Names of clusters written where another cluster would have to read them.
//!
//! Texts are searched, not trees: a name in a script, a pipeline or a template hurts as much as one in a manifest.

mod allowed;
mod destinations;

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::identity::{Identity, Mention, Origin, Strength};
use crate::model::mention::Surroundings;
use crate::source::{FileKind, Source, Span};
use allowed::Allowed;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Searches texts for the names of known clusters.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HardCodedClusterName {}

/// How sure it is that a place refers to the cluster. The surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sureness {
    /// The whole name, or a command that connects to the cluster.
    Sure,
    /// A part of a longer word, or an ordinary word that a key calls a cluster.
    Likely,
    /// An ordinary word that a key calls an environment.
    Unsure,
}

/// A place that refers to a cluster by name.
#[derive(Debug, Clone, Copy)]
struct Place {
    sureness: Sureness,
    span: Span,
}

impl Check for HardCodedClusterName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        destinations::report(codebase, outcome);
        if codebase.identities().is_empty() {
            return;
        }
        let sources = codebase.sources().as_slice().par_iter();
        let judged = sources.filter(|source| codebase.zone(source.id()).has_judged_texts());
        let found: Vec<_> = judged.map(|source| (source, places(codebase, source))).collect();
        outcome.looked_at(found.len());
        for (source, of_file) in found {
            for (name, places) in of_file {
                outcome.report_all(violation(codebase, source, name, places));
            }
        }
    }
}

/// The places of one file, by the name of the cluster.
fn places<'a>(codebase: &'a Codebase, source: &'a Source) -> BTreeMap<&'a str, Vec<Place>> {
    let mut places: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    let mut allowed = None;
    for mention in codebase.identities().mentions(source.text()) {
        let allowed = allowed.get_or_insert_with(|| Allowed::of(codebase, source));
        if let Some(place) = place(source, mention, allowed) {
            places.entry(mention.identity.name.as_str()).or_default().push(place);
        }
    }
    places
}

fn place(source: &Source, mention: Mention<'_>, allowed: &Allowed<'_>) -> Option<Place> {
    let span = Span::new(source.id(), mention.start as u32, mention.end as u32);
    let around = Surroundings::new(source.text(), mention.start, mention.end);
    let sureness = sureness(source, mention, around, span)?;
    (!allowed.allows(mention.identity, around, span)).then_some(Place { sureness, span })
}

/// Nothing where an ordinary word is just that.
fn sureness(source: &Source, mention: Mention<'_>, around: Surroundings<'_>, span: Span) -> Option<Sureness> {
    if mention.identity.is_named_by(Origin::Command, span) {
        return Some(Sureness::Sure);
    }
    match mention.strength {
        Strength::Strong if is_variable(source, around) => Some(Sureness::Likely),
        Strength::Strong if is_whole(around) && mention.identity.is_certain() => Some(Sureness::Sure),
        Strength::Strong => Some(Sureness::Likely),
        Strength::Weak if around.is_said_of_cluster() => Some(Sureness::Likely),
        Strength::Weak if around.is_said_of_environment() => Some(Sureness::Unsure),
        Strength::Weak | Strength::Environment => around.is_named_as_cluster().then_some(Sureness::Likely),
    }
}

/// A script or a pipeline that names its cluster once, in a variable, is edited in one place.
fn is_variable(source: &Source, around: Surroundings<'_>) -> bool {
    let program = matches!(source.kind(), FileKind::Shell | FileKind::Makefile | FileKind::Ci(_));
    program && around.is_named_as_cluster()
}

/// `api.<name>` and `<name>-admin` are the cluster as much as its name is.
fn is_whole(around: Surroundings<'_>) -> bool {
    let (before, after) = around.rest_of_run();
    let words = before.split(['-', '_', '.']).chain(after.split(['-', '_', '.']));
    words.into_iter().all(|word| word.is_empty() || AFFIXES.contains(&word))
}

/// What tools put around the name of a cluster. Source: `kops pkg/apis/kops/cluster.go`, `eksctl`, `az aks`.
const AFFIXES: [&str; 10] =
    ["api", "internal", "admin", "aks", "eks", "gke", "cluster", "bastion", "oidc", "kubeconfig"];

/// One finding for a name in a file, with all its places: a rename is one piece of work.
fn violation(codebase: &Codebase, source: &Source, name: &str, mut places: Vec<Place>) -> Option<Violation> {
    places.sort_by_key(|place| (place.sureness, place.span));
    let (first, others) = places.split_first()?;
    let (start, end) = match owner(codebase, source, name) {
        Some(owner) => (
            format!("`{name}` is another cluster than `{}`, to which this file belongs", owner.name),
            "; when one of them is replaced, the other breaks",
        ),
        None => (
            format!(
                "`{name}` is the name of a cluster, written into code that the next cluster uses as well"
            ),
            "; there it still means the old one",
        ),
    };
    let sentence = Sentence::Counted {
        start,
        one_more: " (and once more in this file)",
        more: " (and {} more times in this file)",
        end: end.into(),
    };
    // Every place is another one of the same name.
    let again = || Subject::new("");
    let violation = Violation::at_span(first.span, "").telling(again(), sentence);
    let others = others.iter().map(|place| Another::at(place.span, "here as well").about(again()));
    let violation = others.fold(violation, Violation::with_another);
    Some(match first.sureness {
        Sureness::Sure => violation,
        Sureness::Likely => violation.weaker().less_sure(),
        Sureness::Unsure => violation.weaker().weaker().less_sure().less_sure(),
    })
}

/// The other cluster that this file belongs to.
fn owner<'a>(codebase: &'a Codebase, source: &Source, name: &str) -> Option<&'a Identity> {
    codebase.identities().owners(source.path()).into_iter().find(|identity| identity.name != name)
}
