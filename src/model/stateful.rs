//! Which kinds keep data in the cluster, and how hard that data is to move.

use super::kinds::group_matches;
use super::object::Object;
use crate::facts;
use crate::yaml::Node;
use serde::Deserialize;
use std::sync::LazyLock;

/// How hard it is to move what an object keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// One writer owns the data: it is either stopped or copied while it changes.
    SingleWriter,
    /// A replicated log or queue: two clusters never hold the same messages.
    Queue,
    /// Can be filled again from elsewhere; losing it costs time.
    Rebuildable,
    /// A name and an order, no data.
    IdentityOnly,
}

impl Grade {
    /// The grade of an object; nothing if its kind is not known to keep anything.
    pub fn of(object: Object<'_>) -> Option<Self> {
        if object.is("apps", "StatefulSet") || object.is("apps.kruise.io", "StatefulSet") {
            return Some(Self::of_stateful_set(object));
        }
        known(object).map(|kind| kind.grade)
    }

    fn of_stateful_set(object: Object<'_>) -> Self {
        let claims = has_claim_templates(object);
        let pods = object.at(&["spec", "template", "spec"]);
        let mounted = pods.is_some_and(|pods| mounted_claims(pods).next().is_some());
        if claims || mounted { Self::SingleWriter } else { Self::IdentityOnly }
    }

    /// Whether the only copy may be inside the cluster.
    pub fn is_data(self) -> bool {
        matches!(self, Self::SingleWriter | Self::Queue)
    }
}

/// What data an object keeps in the cluster, in words for a message: what is gone with the cluster unless somebody
/// saved it. What can be filled again is not data here.
pub fn data_of(object: Object<'_>) -> Option<&'static str> {
    if object.is("", "PersistentVolumeClaim") {
        return Some("a volume");
    }
    if object.is("apps", "StatefulSet") {
        return data_of_stateful_set(object);
    }
    if object.is("", "PersistentVolume") {
        // Volumes of other kinds are only named here; their data is elsewhere and survives the cluster.
        let kinds: [&[&str]; 2] = [&["spec", "local"], &["spec", "hostPath"]];
        return kinds.into_iter().any(|path| object.at(path).is_some()).then_some("a disk of a node");
    }
    known(object).filter(|kind| kind.grade.is_data())?.keeps.as_deref()
}

fn data_of_stateful_set(object: Object<'_>) -> Option<&'static str> {
    if has_claim_templates(object) {
        return Some("a volume for each pod");
    }
    let volumes = object.at(&["spec", "template", "spec", "volumes"]);
    let on_node = volumes.into_iter().flat_map(Node::items).any(|volume| volume.get("hostPath").is_some());
    on_node.then_some("a folder of its node")
}

/// A `StatefulSet` makes a volume for each of its pods.
fn has_claim_templates(object: Object<'_>) -> bool {
    object.at(&["spec", "volumeClaimTemplates"]).is_some_and(|claims| !claims.is_empty())
}

/// The claims a pod mounts, each at its `claimName`.
pub fn mounted_claims(pod_spec: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let volumes = pod_spec.get("volumes").into_iter().flat_map(Node::items);
    volumes.filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]))
}

fn known(object: Object<'_>) -> Option<&'static Keeper> {
    let mut kinds = KEEPERS.iter().filter(|known| object.kind() == known.kind);
    kinds.find(|known| group_matches(&known.group, object.group()))
}

/// A kind of custom resource that keeps data: a row of `data/stateful-kinds.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keeper {
    group: String,
    kind: String,
    grade: Grade,
    keeps: Option<String>,
}

static KEEPERS: LazyLock<Vec<Keeper>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/stateful-kinds.yaml")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_keeps_data_says_what_it_keeps() {
        let silent = KEEPERS.iter().find(|kind| kind.grade.is_data() == kind.keeps.is_none());
        assert!(silent.is_none(), "{silent:?}");
    }
}
