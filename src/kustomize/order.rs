//! The order in which a build is printed: that of the files, or kinds that others need before them.

use super::file::File;
use super::gap::{Gap, GapKind};
use super::id::Id;
use super::resource::Resources;
use super::value::Value;

/// Sorts objects as the kustomization of the root asks; without `sortOptions` as kustomize does by itself.
pub fn sort(resources: &mut Resources, file: &File) {
    let Some(options) = file.get("sortOptions") else {
        return sort_by_kind(resources, &FIRST.map(str::to_owned), &LAST.map(str::to_owned));
    };
    if options.text_of(&["order"]).as_deref() != Some("legacy") {
        return;
    }
    let listed = |key: &str, usual: &[&str]| match options.at(&["legacySortOptions", key]) {
        Some(kinds) => kinds.items().iter().map(|kind| kind.text().into_owned()).collect(),
        None => usual.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>(),
    };
    sort_by_kind(resources, &listed("orderFirst", &FIRST), &listed("orderLast", &LAST));
}

/// What kustomize does not take under `sortOptions`.
pub fn wrong_options(file: &File) -> Option<Gap> {
    let options = file.get("sortOptions")?;
    let order = options.text_of(&["order"]).unwrap_or_default();
    let legacy = options.get("legacySortOptions");
    let (place, message) = match (&*order, legacy) {
        ("fifo", Some(legacy)) => (legacy, "`legacySortOptions` are for `order: legacy`"),
        ("fifo" | "legacy", _) => return None,
        _ => (options.get("order").unwrap_or_else(|| options.clone()), "`order` is fifo or legacy"),
    };
    Some(Gap::new(GapKind::Field, Value::span(&place), message))
}

fn sort_by_kind(resources: &mut Resources, first: &[String], last: &[String]) {
    let rank = |id: &Id| {
        let at = |kinds: &[String]| kinds.iter().position(|kind| **kind == *id.gvk.kind);
        match (at(first), at(last)) {
            (Some(at), _) => (0, at),
            (None, None) => (1, 0),
            (None, Some(at)) => (2, at),
        }
    };
    let text = |id: &Id| (id.gvk.group.clone(), id.gvk.version.clone(), id.gvk.kind.clone());
    let key = |id: &Id| (rank(id), text(id), id.namespace.clone(), id.name.clone());
    resources.sort_by_cached_key(|resource| key(resource.id()));
}

/// What others need comes first.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// What could keep others out comes last.
const LAST: [&str; 4] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
];
