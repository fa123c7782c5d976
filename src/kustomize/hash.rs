//! The hash of its content that goes to the end of a generated object's name, so that new content has a new name.

use super::compose::Composed;
use super::resource::{Resource, Resources};
use super::value::Value;
use crate::provenance::Operation;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Appends the hash of its content to the name of every object that wants one. Once, at the end of a build.
pub fn append_hashes(resources: &mut Resources) {
    for index in 0..resources.len() {
        if resources.get(index).needs_hash {
            append(resources.get_mut(index));
        }
    }
}

/// The hash of an object's content, as kustomize writes it.
pub fn hash(root: &Value) -> String {
    let mut text = String::new();
    write_json(&content(root), &mut text);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(LENGTH).map(letter).collect()
}

/// How many letters a hash has.
const LENGTH: usize = 10;

/// Kustomize keeps hashes from spelling words, as Kubernetes does with its random names.
fn letter(digit: u8) -> char {
    char::from(b"gh2k456789mbcdtf"[usize::from(digit & 15)])
}

fn append(resource: &mut Resource) {
    let Some(old) = resource.root.at(&["metadata", "name"]) else { return };
    let by = resource.changes.iter().find(|change| change.operation == Operation::Generator);
    let by = by.map_or_else(|| resource.root.span(), |change| change.by);
    let mut name = Composed::default();
    name.push(&old);
    name.push_computed(&format!("-{}", hash(&resource.root)), by);
    let before = old.place();
    resource.rename(name.into_value(before.span, before.changes().to_vec()));
}

/// What counts. The name does not: kustomize looks for it in the wrong place and finds none.
fn content(root: &Value) -> Json {
    let part = |name: &str| root.get(name).filter(|value| !value.is_null()).map(|value| value.to_json());
    let known = |name: &str| part(name).unwrap_or_else(|| json!(""));
    let (mut content, more) = match root.text_of(&["kind"]).as_deref() {
        Some("ConfigMap") => {
            (json!({ "kind": "ConfigMap", "name": "", "data": known("data") }), "binaryData")
        }
        Some("Secret") => {
            let secret =
                json!({ "kind": "Secret", "name": "", "type": known("type"), "data": known("data") });
            (secret, "stringData")
        }
        _ => return root.to_json(),
    };
    if let (Some(content), Some(value @ Json::Object(_))) = (content.as_object_mut(), part(more)) {
        content.insert(more.into(), value);
    }
    content
}

/// JSON as Go writes it: keys in order, nothing between the signs, and what means something in HTML escaped.
fn write_json(value: &Json, text: &mut String) {
    match value {
        Json::Object(map) => write_object(map, text),
        Json::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write_json(item, text);
            }
            text.push(']');
        }
        Json::String(string) => write_string(string, text),
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_object(map: &Map<String, Json>, text: &mut String) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|&(key, _)| key);
    text.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        text.push_str(if index > 0 { "," } else { "" });
        write_string(key, text);
        text.push(':');
        write_json(value, text);
    }
    text.push('}');
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a String never fails.
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}
