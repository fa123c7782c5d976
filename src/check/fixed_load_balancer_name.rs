//! Names in a cloud of which there is one, so that a second cluster cannot have them.

use super::spot::Spot;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::settings::Setting;
use crate::model::cloud_name::{CloudName, is_fixed};
use crate::model::identity::Strength;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at annotations and fields that name load balancers and their addresses.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FixedLoadBalancerName {}

/// A name that is written somewhere.
struct Fixed<'c> {
    cloud: &'static CloudName,
    text: String,
    /// What has the name: the same thing in another cluster may have another.
    bearer: String,
    spot: Spot<'c>,
    is_own: bool,
}

impl Check for FixedLoadBalancerName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let names = names(codebase);
        outcome.looked_at(names.len());
        let told_apart = told_apart(&names);
        let mut by_name: BTreeMap<(&str, &str), Vec<&Fixed<'_>>> = BTreeMap::new();
        for name in names.values() {
            // Each cluster has chosen its own, and so will the next.
            if !(name.is_own && told_apart.contains(&(name.cloud.key.as_str(), name.bearer.as_str()))) {
                by_name.entry((&name.cloud.key, &name.text)).or_default().push(name);
            }
        }
        outcome.report_all(by_name.values().filter_map(|places| violation(places)));
    }
}

/// Every name that stands as it is, once.
fn names(codebase: &Codebase) -> BTreeMap<Span, Fixed<'_>> {
    let mut names: BTreeMap<Span, Fixed<'_>> = BTreeMap::new();
    codebase.visit_settings(&CloudName::keys(), &mut |setting| {
        let entries = setting.root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries);
        for entry in entries {
            let Some(cloud) = CloudName::of_entry(entry, setting.object) else { continue };
            if is_fixed(entry.value) && !names_cluster(codebase, entry.value) {
                let fixed = fixed(codebase, &setting, cloud, entry.value);
                match names.get_mut(&fixed.spot.span) {
                    Some(known) => known.spot.merge(fixed.spot),
                    None => drop(names.insert(fixed.spot.span, fixed)),
                }
            }
        }
    });
    names
}

fn fixed<'c>(
    codebase: &Codebase,
    setting: &Setting<'_, 'c>,
    cloud: &'static CloudName,
    value: Node<'_>,
) -> Fixed<'c> {
    let spot = Spot::new(codebase, setting, value);
    let bearer = setting.object.map_or_else(
        || codebase.source(spot.span.file).file_name().to_owned(),
        |object| format!("{}/{}", object.namespace().unwrap_or_default(), object.title()),
    );
    let is_own = is_own(codebase, value);
    Fixed { cloud, text: value.text().into_owned(), bearer, spot, is_own }
}

/// Whether the name of a cluster is a part of it: it goes when the cluster goes.
fn names_cluster(codebase: &Codebase, value: Node<'_>) -> bool {
    let text = value.text();
    let mut mentions = codebase.identities().mentions(&text);
    mentions.any(|mention| mention.strength != Strength::Environment)
}

/// Whether it, or a part of it, is written where one cluster alone reads it.
fn is_own(codebase: &Codebase, value: Node<'_>) -> bool {
    let is_own = |span: Span| codebase.identities().owners(codebase.source(span.file).path()).len() == 1;
    let pieces = value.place().map(|place| place.pieces(0)).unwrap_or_default();
    is_own(value.span()) || pieces.iter().any(|piece| is_own(piece.span))
}

/// What has different names in different clusters.
fn told_apart<'n>(names: &'n BTreeMap<Span, Fixed<'_>>) -> BTreeSet<(&'n str, &'n str)> {
    let mut texts: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for name in names.values().filter(|name| name.is_own) {
        texts.entry((&name.cloud.key, &name.bearer)).or_default().insert(&name.text);
    }
    texts.into_iter().filter(|(_, texts)| texts.len() > 1).map(|(bearer, _)| bearer).collect()
}

fn violation(places: &[&Fixed<'_>]) -> Option<Violation> {
    let (first, others) = places.split_first()?;
    let Fixed { cloud, text, .. } = first;
    let message =
        format!("`{text}` is {}; a second cluster cannot be built beside the one that has it", cloud.what);
    let others = others.iter().map(|other| other.spot.another("the same name here"));
    let violation = others.fold(first.spot.violation(message), Violation::with_another);
    // In the layer of one cluster it is edited when the layer is copied.
    Some(if places.iter().all(|place| place.is_own) { violation.weaker() } else { violation })
}
