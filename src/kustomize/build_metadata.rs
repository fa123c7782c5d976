//! `buildMetadata`: what kustomize writes into objects about how they were built.

use super::file::File;
use super::resource::{Resource, Resources};
use super::store::Store;
use super::value::Value;
use crate::provenance::{Operation, Place};
use crate::source::FileId;
use std::sync::Arc;

/// A step that went over an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The kustomization that asks for it.
    pub by: FileId,
    /// `PrefixTransformer`, for example.
    pub kind: &'static str,
}

/// Whether a kustomization asks for this piece of metadata.
pub fn wants(file: &File, what: &str) -> bool {
    file.items("buildMetadata").iter().any(|item| item.text() == what)
}

/// Writes what the kustomization of the root asks for.
pub fn write(resources: &mut Resources, file: &File, store: Store<'_>) {
    let Some(list) = file.get("buildMetadata") else { return };
    let made = |text: String| {
        let length = text.len();
        Value::text_at(text, Place::computed(list.span(), length))
    };
    for index in 0..resources.len() {
        let resource = resources.get(index);
        let origin = wants(file, "originAnnotations").then(|| origin(resource, file, store));
        let steps = wants(file, "transformerAnnotations").then(|| steps(resource, file, store));
        let resource = resources.get_mut(index);
        if let Some(origin) = origin {
            resource.set(&["metadata", "annotations", "config.kubernetes.io/origin"], made(origin));
        }
        if let Some(steps) = steps.filter(|steps| !steps.is_empty()) {
            resource
                .set(&["metadata", "annotations", "alpha.config.kubernetes.io/transformations"], made(steps));
        }
        if wants(file, "managedByLabel") {
            resource
                .set(&["metadata", "labels", "app.kubernetes.io/managed-by"], made(MANAGED_BY.to_owned()));
        }
    }
}

/// The version is that of the kustomize whose behaviour is built here.
const MANAGED_BY: &str = "kustomize-v5.5.0";

fn origin(resource: &Resource, file: &File, store: Store<'_>) -> String {
    let generated = resource.changes.iter().find(|change| change.operation == Operation::Generator);
    let Some(generated) = generated else {
        return format!("path: {}\n", relative(resource.root.span().file, file, store));
    };
    let by = relative(generated.by.file, file, store);
    let kind = &resource.id().gvk.kind;
    let name = resource.generator.as_ref().map(|name| format!("  name: {name}\n")).unwrap_or_default();
    format!("configuredIn: {by}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}Generator\n{name}")
}

fn steps(resource: &Resource, file: &File, store: Store<'_>) -> String {
    let step = |applied: &Applied| {
        let by = relative(applied.by, file, store);
        format!(
            "- configuredIn: {by}\n  configuredBy:\n    apiVersion: builtin\n    kind: {}\n",
            applied.kind
        )
    };
    resource.applied.iter().map(step).collect()
}

/// The path of a file as seen from the folder of the root.
fn relative(to: FileId, from: &File, store: Store<'_>) -> String {
    let path = store.sources().get(to).path();
    let folders: Vec<&str> = from.folder.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').collect();
    let common = folders.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folders.len() - common);
    up.chain(parts[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// Takes note of a step on every object.
pub fn take_note(resources: &mut Resources, by: FileId, kind: &'static str) {
    for index in 0..resources.len() {
        resources.get_mut(index).applied.push(Applied { by, kind });
    }
}

/// The name of a generator that stands in a file of its own.
pub fn named(mut resource: Resource, declared: &Value) -> Resource {
    resource.generator = declared.text_of(&["metadata", "name"]).map(Arc::from);
    resource
}
