//! Texts of an `ApplicationSet` with parameters in them, and paths of which a part is filled in later.

use crate::kustomize::compose::{Composed, pieces_of};
use crate::kustomize::value::Value;
use crate::yaml::Shape;
use std::collections::BTreeMap;

/// What the parameters of a template stand for.
pub(super) type Parameters = BTreeMap<String, Value>;

/// The value with all parameters that are known put in; the others stay as they are written.
pub(super) fn rendered(value: &Value, parameters: &Parameters) -> Value {
    match value.shape() {
        Shape::Scalar => scalar(value, parameters),
        Shape::Sequence => {
            let mut list = value.clone();
            for (index, item) in value.items().iter().enumerate().filter(|(_, item)| has_braces(item)) {
                if let Some(list) = list.list_mut() {
                    list.items[index] = rendered(item, parameters);
                }
            }
            list
        }
        Shape::Mapping => {
            let mut map = value.clone();
            for entry in value.entries().into_iter().filter(|entry| has_braces(&entry.value)) {
                if let Some(slot) = map.map_mut().and_then(|map| map.get_mut(&entry.key.text)) {
                    *slot = rendered(&entry.value, parameters);
                }
            }
            map
        }
    }
}

fn has_braces(value: &Value) -> bool {
    value.shape() != Shape::Scalar || value.text().contains("{{")
}

fn scalar(value: &Value, parameters: &Parameters) -> Value {
    let text = value.text();
    let pieces = pieces_of(value, &text);
    let mut composed = Composed::default();
    let (mut written, mut is_changed) = (0, false);
    while let Some(start) = text[written..].find("{{").map(|at| written + at) {
        let Some(end) = text[start..].find("}}").map(|at| start + at + 2) else { break };
        composed.push_cut(&text, &pieces, written..start);
        match parameter(&text[start + 2..end - 2], parameters) {
            Some(parameter) if composed.text().len() < LONGEST => {
                let text = parameter.text();
                composed.push_cut(&text, &pieces_of(parameter, &text), 0..text.len());
                is_changed = true;
            }
            _ => composed.push_cut(&text, &pieces, start..end),
        }
        written = end;
    }
    if !is_changed {
        return value.clone();
    }
    composed.push_cut(&text, &pieces, written..text.len());
    let place = value.place();
    composed.into_value(place.span, place.changes().to_vec())
}

/// What one parameter may make of a text, so that many large ones do not use up all memory.
const LONGEST: usize = 1 << 16;

/// `path.basename`, `.path.basename`, `index .path.segments 1`; functions of templates are not called.
fn parameter<'p>(expression: &str, parameters: &'p Parameters) -> Option<&'p Value> {
    let expression = expression.trim().trim_start_matches('-').trim_end_matches('-').trim();
    if let Some(index) = expression.strip_prefix("index ") {
        let (list, number) = index.trim().split_once(' ')?;
        let name = format!("{}[{}]", list.trim_start_matches('.'), number.trim());
        return parameters.get(&name);
    }
    parameters.get(expression.strip_prefix('.').unwrap_or(expression))
}

/// Whether a part of a path is filled in later.
pub(super) fn has_slots(path: &str) -> bool {
    path.contains("{{") || path.contains("${")
}

/// The path with a star for each part that is filled in later.
pub(super) fn glob(path: &str) -> String {
    let mut pattern = String::new();
    let mut rest = path;
    while let Some(start) = ["{{", "${"].into_iter().filter_map(|open| rest.find(open)).min() {
        let close = if rest[start..].starts_with("{{") { "}}" } else { "}" };
        let Some(end) = rest[start..].find(close).map(|at| start + at + close.len()) else { break };
        pattern.push_str(&rest[..start]);
        if !pattern.ends_with('*') {
            pattern.push('*');
        }
        rest = &rest[end..];
    }
    pattern + rest
}
