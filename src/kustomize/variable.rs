//! `vars`: `$(NAME)` in certain fields stands for a value of an object.

use super::compose::Composed;
use super::dotted;
use super::field_spec::{Edit, FieldSpecs, Missing, Unfit};
use super::gap::{Gap, GapKind};
use super::id::{Gvk, Id};
use super::resource::Resources;
use super::value::{Entry, Value};
use crate::provenance::{Change, Operation, Place};
use crate::yaml::Shape;
use std::collections::HashMap;
use std::sync::Arc;

/// An entry of `vars`.
#[derive(Debug, Clone)]
pub struct Variable {
    /// What stands between `$(` and `)`.
    pub name: Arc<str>,
    /// The entry.
    pub entry: Value,
}

/// Takes note of the entries of `vars` and of the objects that they mean, which may get other names later. For each
/// kustomization, at its end.
pub fn record(
    entries: &Value,
    variables: &mut Vec<Variable>,
    resources: &mut Resources,
    gaps: &mut Vec<Gap>,
) {
    for entry in entries.items() {
        let Some(name) = entry.text_of(&["name"]).filter(|name| !name.is_empty()) else {
            gaps.push(Gap::new(GapKind::Field, entry.span(), "a variable needs a name"));
            continue;
        };
        let name: Arc<str> = name.into();
        match variables.iter().find(|variable| variable.name == name) {
            Some(known) if known.entry.to_json() == entry.to_json() => {}
            Some(_) => {
                let message = format!("there is another variable `{name}` already");
                gaps.push(Gap::new(GapKind::Duplicate, entry.span(), message));
                continue;
            }
            None => variables.push(Variable { name: Arc::clone(&name), entry: entry.clone() }),
        }
        attach(&name, &entry, resources, gaps);
    }
}

/// Puts the values of variables in place of their names. Once, at the end of a build.
pub fn expand(resources: &mut Resources, variables: &[Variable], fields: &FieldSpecs, gaps: &mut Vec<Gap>) {
    let values = values(resources, variables, gaps);
    if values.is_empty() {
        return;
    }
    for index in 0..resources.len() {
        let resource = resources.get(index);
        let mut changed: Option<Value> = None;
        for field in fields.of_kind(&resource.id().gvk) {
            let mut edit = Edit {
                missing: Missing::Left,
                made_at: resource.root.span(),
                change: &mut |value| expanded_field(value, &values),
                gaps,
            };
            let new = field.edited(changed.as_ref().unwrap_or(&resource.root), &mut edit);
            changed = new.or(changed);
        }
        if let Some(root) = changed {
            let resource = resources.get_mut(index);
            resource.root = root;
            resource.refresh();
        }
    }
}

/// The object is marked: it may not be found by this name any more when its value is wanted.
fn attach(name: &Arc<str>, entry: &Value, resources: &mut Resources, gaps: &mut Vec<Gap>) {
    let wanted = object_of(entry);
    let is_meant = |id: &Id| {
        let is_anywhere = wanted.namespace.is_empty() && !wanted.gvk.is_cluster_scoped();
        id.name == wanted.name && id.gvk == wanted.gvk && (is_anywhere || id.is_beside(&wanted))
    };
    let meant = |&index: &usize| is_meant(resources.get(index).original_id());
    let matches: Vec<usize> = (0..resources.len()).filter(meant).collect();
    match matches[..] {
        [] => {}
        [index] => {
            let marks = &mut resources.get_mut(index).variables;
            if !marks.contains(name) {
                marks.push(Arc::clone(name));
            }
        }
        _ => {
            let message = format!("the variable `{name}` may mean {} objects: {wanted}", matches.len());
            gaps.push(Gap::new(GapKind::Ambiguous, entry.span(), message));
        }
    }
}

fn object_of(entry: &Value) -> Id {
    let text = |name: &str| entry.text_of(&["objref", name]).unwrap_or_default();
    let gvk = match text("apiVersion") {
        version if version.is_empty() => {
            Gvk { group: text("group").into(), version: text("version").into(), kind: text("kind").into() }
        }
        version => Gvk::new(&version, &text("kind")),
    };
    Id { gvk, name: text("name").into(), namespace: text("namespace").into() }
}

/// The values by name, each with the variable it is of.
type Values<'a> = HashMap<&'a str, (Value, &'a Variable)>;

fn values<'a>(resources: &Resources, variables: &'a [Variable], gaps: &mut Vec<Gap>) -> Values<'a> {
    let mut objects = HashMap::new();
    for resource in resources {
        for name in &resource.variables {
            objects.entry(&**name).or_insert(resource);
        }
    }
    let mut values = HashMap::new();
    for variable in variables {
        let Some(object) = objects.get(&*variable.name) else {
            let message = format!("no object is what the variable `{}` means", variable.name);
            gaps.push(Gap::new(GapKind::Target, variable.entry.span(), message));
            continue;
        };
        let path = path_of(variable);
        if let Some(value) = field(&object.root, &path) {
            values.insert(&*variable.name, (value, variable));
        } else {
            let message = format!("{} has no field `{path}`", object.id());
            gaps.push(Gap::new(GapKind::Target, variable.entry.span(), message));
        }
    }
    values
}

/// Go reads the keys of vars in any case; both of these are in use.
fn path_of(variable: &Variable) -> String {
    let text = |key: &str| variable.entry.text_of(&["fieldref", key]).filter(|path| !path.is_empty());
    text("fieldpath").or_else(|| text("fieldPath")).unwrap_or_else(|| "metadata.name".into())
}

/// The value at a path like `spec.ports[0].port`.
fn field(root: &Value, path: &str) -> Option<Value> {
    dotted::parts(path).iter().try_fold(root.clone(), |value, part| match part.split_once('[') {
        Some((key, index)) if index.ends_with(']') && !key.is_empty() => {
            let index: usize = index.trim_end_matches(']').parse().ok()?;
            value.get(key)?.items().into_iter().nth(index)
        }
        _ if value.is_list() => value.items().into_iter().nth(part.parse().ok()?),
        _ => value.get(part),
    })
}

/// What the field holds with values in place of names: in a text, and in the texts of a list or of a mapping.
fn expanded_field(value: &Value, values: &Values<'_>) -> Result<Option<Value>, Unfit> {
    let mut changed = value.clone();
    let mut is_changed = false;
    match value.shape() {
        Shape::Scalar => return Ok(expanded(value, values)),
        Shape::Sequence => {
            for (index, item) in value.items().iter().enumerate() {
                if !item.is_string() {
                    return Err(Unfit);
                }
                let Some(new) = expanded(item, values) else { continue };
                let slot = changed.list_mut().and_then(|list| list.items.get_mut(index));
                slot.map(|slot| *slot = new).inspect(|()| is_changed = true);
            }
        }
        Shape::Mapping => {
            for Entry { key, value } in value.entries() {
                let Some(new) = expanded(&value, values) else { continue };
                // Such mappings are labels and annotations, the values of which are texts.
                let new = Value::text_at(&*new.text(), new.place());
                let slot = changed.map_mut().and_then(|map| map.get_mut(&key.text));
                slot.map(|slot| *slot = new).inspect(|()| is_changed = true);
            }
        }
    }
    Ok(is_changed.then_some(changed))
}

/// A text with values in place of names; nothing if it stays as it is.
fn expanded(value: &Value, values: &Values<'_>) -> Option<Value> {
    let text = value.text();
    if !value.is_string() || !text.contains('$') {
        return None;
    }
    let pieces = pieces(&text);
    if let [Piece::Name(name)] = pieces[..] {
        let (new, variable) = values.get(name)?;
        // The value alone keeps its type.
        let is_scalar = new.shape() == Shape::Scalar && !new.is_null();
        let by = variable.entry.span();
        return is_scalar.then(|| new.clone().after(&value.place(), Operation::Variable, by));
    }
    let before = value.place();
    let mut changes = before.changes().to_vec();
    let mut composed = Composed::default();
    let mut at = 0;
    for piece in pieces {
        let length = piece.length();
        match piece {
            Piece::Text(_) => composed.push_part(value, at..at + length),
            Piece::Dollar => composed.push_part(value, at..at + 1),
            Piece::Name(name) => match values.get(name).filter(|(new, _)| new.shape() == Shape::Scalar) {
                Some((new, variable)) => {
                    push_value(&mut composed, new);
                    changes.push(change(&before, variable));
                }
                None => composed.push_part(value, at..at + length),
            },
        }
        at += length;
    }
    (composed.text() != text).then(|| composed.into_value(before.span, changes))
}

/// Numbers are written as Go writes them: `0x10` is 16.
fn push_value(composed: &mut Composed, value: &Value) {
    let text = match value.to_json() {
        serde_json::Value::String(_) => return composed.push(value),
        other => other.to_string(),
    };
    if text == value.text() { composed.push(value) } else { composed.push_computed(&text, value.span()) }
}

fn change(before: &Place, variable: &Variable) -> Change {
    Change { operation: Operation::Variable, by: variable.entry.span(), before: Some(before.span) }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    /// `$$`, which stands for a dollar.
    Dollar,
    /// `$(NAME)`.
    Name(&'a str),
}

impl Piece<'_> {
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Dollar => "$$".len(),
            Self::Name(name) => name.len() + "$()".len(),
        }
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let (before, behind) = rest.split_at(dollar);
        let closed = behind.strip_prefix("$(").and_then(|inside| inside.split_once(')'));
        let piece = match closed {
            _ if behind.starts_with("$$") => Piece::Dollar,
            Some((name, _)) => Piece::Name(name),
            // A dollar that begins nothing stands for itself, and so does what follows.
            None => Piece::Text(&behind[..1]),
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        rest = &behind[piece.length()..];
        pieces.push(piece);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests;
