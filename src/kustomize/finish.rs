//! What happens once, at the root of a build: hashes in names, references to what was renamed, variables.

use super::accumulation::Accumulation;
use super::file::File;
use super::gap::Gap;
use super::resource::Resources;
use super::store::Store;
use super::value::Value;
use super::{build_metadata, hash, name_reference, order, variable};

/// The objects as they come to a cluster, and what is wrong with them beyond what was gathered.
pub fn finish(gathered: &Accumulation, file: &File, store: Store<'_>) -> (Resources, Vec<Gap>) {
    let (mut resources, mut gaps) = (gathered.resources.clone(), gathered.gaps.clone());
    if file.is_plain {
        return (resources, gaps);
    }
    hash::append_hashes(&mut resources);
    name_reference::fix_names(&mut resources, &gathered.configuration.name_reference, &mut gaps);
    variable::expand(&mut resources, &gathered.variables, &gathered.configuration.var_reference, &mut gaps);
    (0..resources.len()).for_each(|index| write_annotations(&mut resources, index));
    resources.retain(|resource| {
        !is_for_tools(resource.root.text_of(&["metadata", "annotations", LOCAL]).as_deref())
    });
    build_metadata::write(&mut resources, file, store);
    gaps.extend(order::wrong_options(file));
    order::sort(&mut resources, file);
    gaps.sort();
    gaps.dedup();
    (resources, gaps)
}

/// Kustomize writes all annotations anew: they are texts then, and none at all where there are none.
fn write_annotations(resources: &mut Resources, index: usize) {
    let Some(annotations) = resources.get(index).root.at(&["metadata", "annotations"]) else { return };
    let entries = annotations.entries();
    if entries.is_empty() && (annotations.is_map() || annotations.is_null()) {
        let root = &mut resources.get_mut(index).root;
        let metadata = root.at_mut(&["metadata"]).and_then(Value::map_mut);
        metadata.map(|metadata| metadata.remove("annotations"));
    }
    for entry in entries.into_iter().filter(|entry| !entry.value.is_string()) {
        let written = entry.value.node().map(|node| node.text().into_owned());
        let text = written.unwrap_or_else(|| entry.value.text().into_owned());
        let value = Value::text_at(text, entry.value.place());
        resources.get_mut(index).set(&["metadata", "annotations", &entry.key.text], value);
    }
}

/// Objects that steer tools and never come to a cluster.
fn is_for_tools(annotation: Option<&str>) -> bool {
    annotation.is_some_and(|value| value != "false")
}

const LOCAL: &str = "config.kubernetes.io/local-config";
