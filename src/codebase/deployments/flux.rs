//! Kustomizations of Flux.

use super::{Content, Deployment, Seen, World, deployer, text};
use crate::kustomize::overlay::{Finishing, Overlay, map};
use crate::kustomize::substitution::Substitution;
use crate::kustomize::value::Value;
use crate::provenance::Place;
use std::collections::BTreeMap;

/// What a Kustomization brings to a cluster: one folder, or several that its path may mean.
pub(super) fn deployments(seen: &Seen, world: &World<'_>) -> Vec<Deployment> {
    let object = &seen.value;
    let Some(is_known) = is_from_here(object, world) else { return Vec::new() };
    let root = Value::text_at("", Place::at(object.at(&["spec"]).map_or(object.span(), |spec| spec.span())));
    let path = object.at(&["spec", "path"]).unwrap_or(root);
    let targets = world.targets(&path.text()).into_iter().filter(|(folder, _)| world.folders.has(folder));
    let deployment = |(folder, is_certain): (String, bool)| {
        let mut deployer = deployer(object);
        deployer.is_certain = is_certain && is_known;
        let is_kustomized = world.folders.has_kustomization(&folder);
        let content = if is_kustomized { Content::Kustomization } else { Content::Tree };
        let (overlay, finishing) = (overlay(object), finishing(seen, world));
        Deployment { deployer, folder, path: path.clone(), content, overlay, finishing }
    };
    targets.map(deployment).collect()
}

/// Whether the source is this codebase: certainly, maybe, or not at all. A source that nothing here declares was made by
/// whoever installed Flux.
fn is_from_here(object: &Value, world: &World<'_>) -> Option<bool> {
    let path = object.text_of(&["spec", "path"]).unwrap_or_default();
    let kind = object.text_of(&["spec", "sourceRef", "kind"]).unwrap_or_default();
    let name = object.text_of(&["spec", "sourceRef", "name"]).unwrap_or_default();
    if kind == "GitRepository" {
        if let Some(url) = world.flux_url(object) {
            return world.is_own(&url).then_some(true);
        }
        return (name == "flux-system" || world.exists(&path)).then_some(true);
    }
    let is_bootstrap = name == "flux-system";
    (is_bootstrap || world.exists(&path)).then_some(is_bootstrap)
}

/// In the order of Flux. Where the order matters, kustomize has its own.
fn overlay(object: &Value) -> Overlay {
    let mut overlay = Overlay::default();
    for (ours, field) in
        [("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")]
    {
        overlay.texts.extend(text(object, &["spec", ours]).map(|value| (field, value)));
    }
    let items = |field: &str| object.at(&["spec", field]).map(|list| list.items()).unwrap_or_default();
    let merges = items("patchesStrategicMerge").into_iter();
    let merges = merges.map(|patch| {
        let span = patch.span();
        map([("patch", patch)], span)
    });
    let patches = items("patches").into_iter().chain(merges).chain(items("patchesJson6902"));
    overlay.items.extend(patches.map(|patch| ("patches", patch)));
    overlay.items.extend(items("components").into_iter().map(|component| ("components", component)));
    overlay.named.extend(items("images").into_iter().map(|image| ("images", image)));
    overlay
}

fn finishing(seen: &Seen, world: &World<'_>) -> Finishing {
    let metadata = |field: &str| {
        seen.value.at(&["spec", "commonMetadata", field]).filter(|pairs| !pairs.entries().is_empty())
    };
    let finishing = Finishing {
        substitution: substitution(seen, world),
        labels: metadata("labels"),
        annotations: metadata("annotations"),
        reads_outside: true,
        ..Finishing::default()
    };
    finishing.sealed()
}

/// Later sources count before earlier ones, and what the object says itself before all. Secrets keep what they hold.
fn substitution(seen: &Seen, world: &World<'_>) -> Option<Substitution> {
    let declared = seen.value.at(&["spec", "postBuild"])?;
    let mut variables = BTreeMap::new();
    let mut is_opaque = false;
    for source in declared.get("substituteFrom").map(|list| list.items()).unwrap_or_default() {
        let name = source.text_of(&["name"]).unwrap_or_default();
        let is_map = source.text_of(&["kind"]).as_deref() == Some("ConfigMap");
        match config_map(&name, seen, world).filter(|_| is_map) {
            Some(map) => {
                let data = map.value.get("data").map(|data| data.entries()).unwrap_or_default();
                variables.extend(data.into_iter().map(|entry| (entry.key.text.to_string(), entry.value)));
            }
            None => is_opaque = true,
        }
    }
    let own = declared.get("substitute").map(|map| map.entries()).unwrap_or_default();
    variables.extend(own.into_iter().map(|entry| (entry.key.text.to_string(), entry.value)));
    (is_opaque || !variables.is_empty()).then(|| Substitution { variables, by: declared.span() })
}

/// The `ConfigMap` of a name in the namespace of the Kustomization. Where each cluster has one, it is the one that comes
/// from the same build, or lies closest; none if that is not clear.
fn config_map<'w>(name: &str, seen: &Seen, world: &'w World<'_>) -> Option<&'w Seen> {
    let namespace = seen.value.text_of(&["metadata", "namespace"]);
    let is_there = |map: &&&Seen| {
        let own = map.value.text_of(&["metadata", "namespace"]);
        own.is_none() || namespace.is_none() || own == namespace
    };
    let candidates: Vec<&Seen> = world.config_maps.get(name)?.iter().filter(is_there).copied().collect();
    let closeness = |map: &&Seen| common_parts(&map.folder, &seen.folder);
    let closest = candidates.iter().copied().max_by_key(closeness)?;
    let data = |map: &Seen| map.value.get("data").map(|data| data.to_json());
    let mut rivals = candidates.iter().filter(|map| closeness(map) == closeness(&closest));
    rivals.all(|rival| data(rival) == data(closest)).then_some(closest)
}

/// How many folders two paths have in common; more than any number of them if they are the same.
fn common_parts(a: &str, b: &str) -> usize {
    if a == b {
        return usize::MAX;
    }
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}
