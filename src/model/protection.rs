//! What a workload says it is protected from: duplication or loss.

use super::kustomization::Kustomization;
use super::object::Object;
use crate::yaml::{Entry, Node};

/// What a workload must not suffer while it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// A gap. Copies may exist side by side, so the new one is created before the old one is removed.
    Loss,
    /// Two copies. A gap may occur, so the old one is removed before the new one is created.
    Duplication,
    /// Neither: any order will do.
    None,
}

impl Protection {
    /// What this value of the label says; nothing if it is no such value.
    pub fn of_value(value: &str) -> Option<Self> {
        match value {
            "loss" => Some(Self::Loss),
            "duplication" => Some(Self::Duplication),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// The label on the object itself, or on the Jobs that a CronJob creates.
pub fn labels<'a>(object: Object<'a>, key: &str) -> impl Iterator<Item = Entry<'a>> {
    let on_jobs = object.at(&["spec", "jobTemplate", "metadata", "labels"]);
    let on_jobs = on_jobs.filter(|_| object.is("batch", "CronJob")).and_then(|labels| labels.entry(key));
    object.label(key).into_iter().chain(on_jobs)
}

/// The label where a kustomization adds it to everything it builds.
pub fn added_labels<'a>(kustomization: Kustomization<'a>, key: &str) -> impl Iterator<Item = AddedLabel<'a>> {
    let common = kustomization.field("commonLabels").and_then(|labels| labels.value.entry(key));
    let common = common.map(|entry| AddedLabel { entry, changes_selectors: true });
    let pairs = kustomization.field("labels").into_iter().flat_map(|labels| labels.value.items());
    let pairs = pairs.filter_map(move |item| {
        let entry = item.get("pairs")?.entry(key)?;
        let changes_selectors = item.get("includeSelectors").is_some_and(|value| value.is_text("true"));
        Some(AddedLabel { entry, changes_selectors })
    });
    let pairs: Vec<_> = pairs.collect();
    common.into_iter().chain(pairs)
}

/// A label that a kustomization adds.
#[derive(Debug, Clone, Copy)]
pub struct AddedLabel<'a> {
    /// The label.
    pub entry: Entry<'a>,
    /// Whether it goes into selectors as well, which cannot be changed in a living cluster.
    pub changes_selectors: bool,
}

/// Whether somebody else runs this Job once and takes it away: Helm, Argo CD, or the CronJob that owns it.
pub fn is_run_by_another(job: Object<'_>) -> bool {
    let hook = HOOKS.iter().any(|key| job.annotation(key).is_some());
    let owners = job.at(&["metadata", "ownerReferences"]).into_iter().flat_map(Node::items);
    hook || owners.filter_map(|owner| owner.get("kind")).any(|kind| kind.is_text("CronJob"))
}

/// Source: `argo-cd docs/user-guide/resource_hooks.md`, `helm docs/topics/charts_hooks`.
const HOOKS: [&str; 2] = ["argocd.argoproj.io/hook", "helm.sh/hook"];
