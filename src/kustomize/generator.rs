//! `configMapGenerator` and `secretGenerator`: objects made of files and literals, and how they are taken in.

mod encode;
mod pairs;

use super::gap::{Gap, GapKind};
use super::resource::{Behavior, Resource, Resources, key};
use super::store::Store;
use super::value::{Entry, Map, Value};
use crate::provenance::{Change, Operation, Place};
use crate::source::Span;
use pairs::Pair;
use std::sync::Arc;

/// What a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
}

/// The object of one entry of `configMapGenerator` or `secretGenerator`, or of a `ConfigMapGenerator` or
/// `SecretGenerator` that stands in a file of its own. `options` is the `generatorOptions` beside the entry; paths
/// begin at `folder`. What cannot be read is left out and becomes a gap.
pub fn generate(
    what: Generated,
    entry: &Value,
    options: Option<&Value>,
    folder: &str,
    store: &Store<'_>,
    gaps: &mut Vec<Gap>,
) -> Option<Resource> {
    let Some(name) = given(entry, "name").or_else(|| given_in_metadata(entry, "name")) else {
        gaps.push(Gap::new(GapKind::Field, entry.span(), "a generator needs a name"));
        return None;
    };
    let data = pairs::read(entry, folder, store, gaps);
    let options = Options { local: field(entry, "options"), global: options.cloned() };
    let mut root = Value::empty_map(entry.span());
    if let Some(map) = root.map_mut() {
        let mut put = |name: &str, value: Value| map.insert(key(name, entry.span()), value);
        put("apiVersion", made("v1", entry));
        put("kind", made(what.kind(), entry));
        put("metadata", metadata(entry, name, &options));
        if what == Generated::Secret {
            put("type", given(entry, "type").unwrap_or_else(|| made("Opaque", entry)));
        }
        if let Some(immutable) = options.flag("immutable") {
            put("immutable", immutable);
        }
        let is_binary = |pair: &Pair| what == Generated::ConfigMap && pair.is_binary;
        let (binary, data): (Vec<_>, Vec<_>) = data.into_iter().partition(is_binary);
        if what == Generated::Secret || !data.is_empty() {
            put("data", data_of(what, data, entry, gaps));
        }
        if !binary.is_empty() {
            put("binaryData", data_of(what, binary, entry, gaps));
        }
    }
    let mut resource = Resource::new(root);
    resource.needs_hash = options.flag("disableNameSuffixHash").is_none();
    resource.behavior =
        Behavior::of(&field(entry, "behavior").map(|word| word.text().into_owned()).unwrap_or_default());
    resource.changes.push(Change { operation: Operation::Generator, by: entry.span(), before: None });
    Some(resource)
}

/// Takes a generated object in, as its behavior says: it is new, or it goes over one that is there.
pub fn absorb(resource: Resource, into: &mut Resources, gaps: &mut Vec<Gap>) {
    let matches = into.with_any_id(|id| id == resource.id());
    match (resource.behavior, matches.as_slice()) {
        (Behavior::Create, []) => into.push(Arc::new(resource)),
        (Behavior::Merge | Behavior::Replace, &[index]) => {
            let merged = taken_over(resource, into.get(index));
            into.put(index, Arc::new(merged));
        }
        (Behavior::Create, _) => {
            let message =
                format!("{} is there already, and `behavior` is neither merge nor replace", resource.id());
            gaps.push(Gap::new(GapKind::Duplicate, generated_at(&resource), message));
        }
        (_, []) => {
            let message = format!("there is no {} to merge with or to replace", resource.id());
            gaps.push(Gap::new(GapKind::Target, generated_at(&resource), message));
        }
        _ => {
            let message = format!("there is more than one {} to merge with or to replace", resource.id());
            gaps.push(Gap::new(GapKind::Ambiguous, generated_at(&resource), message));
        }
    }
}

/// The value of a key of a generator. Kustomize reads keys in any case.
pub(super) fn field(entry: &Value, name: &str) -> Option<Value> {
    entry.get(name).or_else(|| {
        let mut entries = entry.entries().into_iter();
        entries.find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| entry.value)
    })
}

/// `options` of an entry and `generatorOptions` beside it.
struct Options {
    local: Option<Value>,
    global: Option<Value>,
}

impl Options {
    /// A flag that is set. One that is not set counts for nothing, even before one that is.
    fn flag(&self, name: &str) -> Option<Value> {
        let mut values = self.both(name);
        values.find(|value| !value.is_string() && value.text() == "true")
    }

    /// Labels or annotations: those of the entry, and of the others what it lacks.
    fn texts(&self, name: &str) -> Option<Value> {
        let mut values = self.both(name).filter(Value::is_map);
        let (mut value, other) = (values.next()?, values.next());
        for entry in other.into_iter().flat_map(|other| other.entries()) {
            if value.get(&entry.key.text).is_none() {
                value.map_mut()?.entries.push(entry);
            }
        }
        Some(value)
    }

    fn both(&self, name: &str) -> impl Iterator<Item = Value> {
        [&self.local, &self.global].into_iter().flatten().filter_map(move |options| field(options, name))
    }
}

impl Generated {
    fn kind(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }
}

fn given(entry: &Value, name: &str) -> Option<Value> {
    field(entry, name).filter(|value| !value.text().is_empty())
}

fn given_in_metadata(entry: &Value, name: &str) -> Option<Value> {
    given(&entry.get("metadata")?, name)
}

/// A text that stands nowhere: the entry as a whole says it.
fn made(text: &'static str, entry: &Value) -> Value {
    Value::text_at(text, Place::computed(entry.span(), text.len()))
}

fn metadata(entry: &Value, name: Value, options: &Options) -> Value {
    let mut metadata = Map { entries: Vec::new(), place: Place::at(entry.span()) };
    let namespace = given(entry, "namespace").or_else(|| given_in_metadata(entry, "namespace"));
    let values = [
        ("name", Some(name)),
        ("namespace", namespace),
        ("labels", options.texts("labels")),
        ("annotations", options.texts("annotations")),
    ];
    for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let span = value.span();
        metadata.insert(key(name, span), value);
    }
    Value::Map(Arc::new(metadata))
}

fn data_of(what: Generated, data: Vec<Pair>, entry: &Value, gaps: &mut Vec<Gap>) -> Value {
    let mut entries: Vec<Entry> = Vec::with_capacity(data.len());
    let mut seen = std::collections::HashSet::new();
    for Pair { key, value, is_binary } in data {
        if !seen.insert(Arc::clone(&key.text)) {
            let message = format!("the key `{}` is given twice", key.text);
            gaps.push(Gap::new(GapKind::Duplicate, key.span, message));
            continue;
        }
        let value = match what {
            _ if is_binary => encode::in_lines(&value),
            Generated::Secret => encode::encoded(&value),
            Generated::ConfigMap => value,
        };
        entries.push(Entry { key, value });
    }
    Value::Map(Arc::new(Map { entries, place: Place::at(entry.span()) }))
}

/// The new object in place of an old one. Kustomize keeps of the old one its name, its labels and annotations, and
/// what it was known by; when merging also its data. Everything else is lost.
fn taken_over(mut new: Resource, old: &Resource) -> Resource {
    for name in ["name", "namespace"] {
        take_over_text(&mut new, old, name);
    }
    for path in [["metadata", "labels"], ["metadata", "annotations"]] {
        overlay(&mut new, old, &path);
    }
    if new.behavior == Behavior::Merge {
        overlay(&mut new, old, &["data"]);
        overlay(&mut new, old, &["binaryData"]);
    }
    let changes = old.changes.iter().chain(&new.changes).copied().collect();
    let mut merged = old.clone();
    merged.root = new.root;
    merged.changes = changes;
    merged.needs_hash &= new.needs_hash;
    merged.refresh();
    take_note_of_lost_data(&mut merged, old);
    merged
}

fn take_note_of_lost_data(merged: &mut Resource, old: &Resource) {
    let by = generated_at(merged);
    for field in ["data", "binaryData"] {
        for entry in old.root.get(field).map(|data| data.entries()).unwrap_or_default() {
            if merged.root.at(&[field, &entry.key.text]).is_none() {
                let name = entry.key.text.replace('~', "~0").replace('/', "~1");
                let pointer = format!("/{field}/{name}");
                merged.take_note_of_removal(pointer, &entry.value, Operation::Generator, by);
            }
        }
    }
}

fn take_over_text(new: &mut Resource, old: &Resource, name: &str) {
    if let Some(value) = old.root.at(&["metadata", name]) {
        new.set(&["metadata", name], value);
    } else if let Some(metadata) = new.root.at_mut(&["metadata"]).and_then(Value::map_mut) {
        metadata.remove(name);
    }
}

/// The entries of the old mapping with those of the new one over them.
fn overlay(new: &mut Resource, old: &Resource, path: &[&str]) {
    let Some(mut merged) = old.root.at(path).filter(Value::is_map) else { return };
    let by = generated_at(new);
    let added = new.root.at(path).map(|value| value.entries()).unwrap_or_default();
    let Some(map) = merged.map_mut() else { return };
    for entry in added {
        match map.get_mut(&entry.key.text) {
            Some(slot) => slot.replace(entry.value, Operation::Generator, by),
            None => map.entries.push(entry),
        }
    }
    new.set(path, merged);
}

/// Where the entry of a generated object stands.
fn generated_at(resource: &Resource) -> Span {
    let entry = resource.changes.iter().rev().find(|change| change.operation == Operation::Generator);
    entry.map_or_else(|| resource.root.span(), |change| change.by)
}

#[cfg(test)]
mod tests;
