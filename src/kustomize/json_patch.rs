//! JSON patches (`add`, `remove`, `replace`, `move`, `copy`, `test`) as kustomize's library applies them, which is
//! more lenient than RFC 6902: `replace` makes what is missing, lists are counted from their end too.

use super::gap::{Gap, GapKind};
use super::merge::Notes;
use super::value::{Entry, Key, Value};
use crate::provenance::{Change, Operation, Place, Removed};
use crate::source::Span;
use crate::yaml::{Schema, Shape, Value as Typed};

/// Applies the operations of a patch, all or none: kustomize builds nothing at all if one fails. Says whether they were
/// applied. `by` is the place of the patch in its kustomization.
pub fn apply(dest: &mut Value, patch: &Value, by: Span, notes: &mut Notes) -> bool {
    let mut work = Work { root: dest.clone(), by, removed: Vec::new(), nodes: 0 };
    for operation in patch.items() {
        if let Err(failure) = work.operation(&operation) {
            let Failure(kind, message) = failure;
            notes.gaps.push(Gap::new(kind, operation.span(), message));
            return false;
        }
    }
    *dest = work.root;
    notes.removed.extend(work.removed);
    true
}

struct Work {
    root: Value,
    by: Span,
    removed: Vec<Removed>,
    /// How many values were copied and compared so far.
    nodes: usize,
}

struct Failure(GapKind, String);

type Outcome<T> = Result<T, Failure>;

/// Copies of copies would fill the memory. Nobody copies as much.
const MAX_NODES: usize = 200_000;

/// Readers of the object go down this deep.
const MAX_DEPTH: usize = 900;

impl Work {
    fn operation(&mut self, operation: &Value) -> Outcome<()> {
        let text = |name: &str| operation.text_of(&[name]);
        let Some(name) = text("op") else { return fail("the operation has no `op`") };
        let Some(path) = text("path") else { return fail("the operation has no `path`") };
        let from = || text("from").ok_or_else(|| failure("the operation has no `from`"));
        match &*name {
            "add" => {
                let value = self.given(operation)?;
                self.add(&path, value)
            }
            "replace" => {
                let value = self.given(operation)?;
                self.replace(&path, value)
            }
            "remove" => self.remove(&path, operation.span()).map(|_| ()),
            "copy" => {
                let value = self.source(&from()?)?;
                self.measure(&value, 0)?;
                self.add(&path, value)
            }
            "move" => {
                let value = self.remove(&from()?, operation.span())?;
                self.measure(&value, 0)?;
                self.add(&path, value)
            }
            "test" => self.test(&path, operation),
            other => fail(format!("`{other}` is no operation of a JSON patch")),
        }
    }

    /// The value of an operation; null if it has none.
    fn given(&mut self, operation: &Value) -> Outcome<Value> {
        let value = operation.get("value");
        let value = value.unwrap_or_else(|| Value::plain_at("", Place::at(operation.span())));
        self.measure(&value, 0)?;
        Ok(as_kubectl(&value).unwrap_or(value))
    }

    fn add(&mut self, path: &str, value: Value) -> Outcome<()> {
        let by = self.by;
        let (parent, last) = self.parent(path)?;
        if let Some(list) = parent.list_mut() {
            let at = match &*last {
                "-" => list.items.len(),
                index => position(index, list.items.len() + 1).ok_or_else(|| no_index(path))?,
            };
            list.items.insert(at, value);
            return Ok(());
        }
        put(parent, &last, value, by);
        Ok(())
    }

    fn replace(&mut self, path: &str, value: Value) -> Outcome<()> {
        let by = self.by;
        if path.is_empty() {
            if !value.is_map() {
                return fail("an object can only be replaced by a mapping");
            }
            self.root.replace(value, Operation::Patch, by);
            return Ok(());
        }
        let (parent, last) = self.parent(path)?;
        if let Some(list) = parent.list_mut() {
            let at = position(&last, list.items.len()).ok_or_else(|| no_index(path))?;
            list.items[at].replace(value, Operation::Patch, by);
            return Ok(());
        }
        put(parent, &last, value, by);
        Ok(())
    }

    fn remove(&mut self, path: &str, said_at: Span) -> Outcome<Value> {
        let (parent, last) = self.parent(path)?;
        let removed = if let Some(list) = parent.list_mut() {
            let at = position(&last, list.items.len()).ok_or_else(|| no_index(path))?;
            list.items.remove(at)
        } else {
            let removed = parent.map_mut().and_then(|map| map.remove(&last));
            removed.ok_or_else(|| failure(format!("`{path}` is not there")))?.value
        };
        let by = Change { operation: Operation::Patch, by: said_at, before: None };
        let pointer = path.find('/').map_or("", |slash| &path[slash..]).to_owned();
        self.removed.push(Removed { pointer, span: removed.span(), by });
        Ok(removed)
    }

    /// What is copied. A key that is not there is copied as null.
    fn source(&mut self, path: &str) -> Outcome<Value> {
        let span = self.by;
        let (parent, last) = self.found(path)?;
        if parent.is_list() {
            let items = parent.items();
            let at = position(&last, items.len()).ok_or_else(|| no_index(path))?;
            return Ok(items[at].clone());
        }
        Ok(parent.get(&last).unwrap_or_else(|| Value::plain_at("", Place::at(span))))
    }

    fn test(&mut self, path: &str, operation: &Value) -> Outcome<()> {
        let Some(expected) = operation.get("value") else { return fail("the test has no `value`") };
        let found = self.source(path)?;
        self.measure(&expected, 0)?;
        self.measure(&found, 0)?;
        let expected = as_kubectl(&expected).unwrap_or(expected);
        if is_equal(&found.to_json(), &expected.to_json()) {
            return Ok(());
        }
        fail(format!("`{path}` is not what the patch tests it for"))
    }

    /// What holds the value at a path, and the last step of the path.
    fn parent(&mut self, path: &str) -> Outcome<(&mut Value, String)> {
        // Nothing is opened on a way that leads nowhere.
        self.found(path)?;
        let (steps, last) = split(path)?;
        let mut value = &mut self.root;
        for step in steps {
            let next = if value.is_list() {
                let list = value.list_mut();
                list.and_then(|list| position(&step, list.items.len()).map(|at| &mut list.items[at]))
            } else {
                value.map_mut().and_then(|map| map.get_mut(&step))
            };
            value = next.ok_or_else(|| no_parent(path))?;
        }
        Ok((value, last))
    }

    fn found(&self, path: &str) -> Outcome<(Value, String)> {
        let (steps, last) = split(path)?;
        let mut value = self.root.clone();
        for step in steps {
            let next = if value.is_list() {
                let items = value.items();
                position(&step, items.len()).map(|at| items[at].clone())
            } else {
                value.get(&step)
            };
            value = next.ok_or_else(|| no_parent(path))?;
        }
        if value.shape() == Shape::Scalar {
            return Err(no_parent(path));
        }
        Ok((value, last))
    }

    /// Counts the values below this one.
    fn measure(&mut self, value: &Value, depth: usize) -> Outcome<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(Failure(GapKind::Limit, "the patch makes the object too large".into()));
        }
        match value.shape() {
            Shape::Scalar => Ok(()),
            Shape::Mapping => {
                value.entries().iter().try_for_each(|entry| self.measure(&entry.value, depth + 1))
            }
            Shape::Sequence => value.items().iter().try_for_each(|item| self.measure(item, depth + 1)),
        }
    }
}

/// What comes before the first slash counts for nothing.
fn split(path: &str) -> Outcome<(Vec<String>, String)> {
    let mut steps: Vec<String> = path.split('/').skip(1).map(unescaped).collect();
    if steps.len() > MAX_DEPTH {
        return Err(Failure(GapKind::Limit, "the path is too long".into()));
    }
    let last = steps.pop().ok_or_else(|| no_parent(path))?;
    Ok((steps, last))
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The place in a list of this length that a step means; negative numbers count from the end.
fn position(step: &str, length: usize) -> Option<usize> {
    let at: i64 = step.parse().ok()?;
    let at = if at < 0 { at.checked_add(i64::try_from(length).ok()?)? } else { at };
    usize::try_from(at).ok().filter(|at| *at < length)
}

fn put(parent: &mut Value, key: &str, value: Value, by: Span) {
    let Some(map) = parent.map_mut() else { return };
    match map.get_mut(key) {
        Some(slot) => slot.replace(value, Operation::Patch, by),
        None => map.entries.push(Entry { key: Key { text: key.into(), span: value.span() }, value }),
    }
}

/// A value as kubectl reads it, if that differs: JSON patches are read by another reader than all the rest, for which
/// `yes` is a boolean and a day has no time.
fn as_kubectl(value: &Value) -> Option<Value> {
    match value.shape() {
        Shape::Scalar => {
            let node = value.node()?;
            let place = Place::at(value.span());
            match (node.value_as(Schema::Kubectl), node.value_as(Schema::Kustomize)) {
                (Typed::Bool(value), Typed::String(_)) => {
                    let text = value.to_string();
                    let place = Place::computed(place.span, text.len());
                    Some(Value::plain_at(text, place))
                }
                (Typed::String(a), Typed::String(b)) if a != b => Some(Value::text_at(a, place)),
                _ => None,
            }
        }
        Shape::Mapping => {
            let changed: Vec<_> =
                value.entries().into_iter().filter_map(|e| Some((as_kubectl(&e.value)?, e))).collect();
            let mut copy = value.clone();
            let map = (!changed.is_empty()).then(|| copy.map_mut()).flatten()?;
            changed.into_iter().for_each(|(new, entry)| map.insert(entry.key, new));
            Some(copy)
        }
        Shape::Sequence => {
            let changed: Vec<_> = value.items().iter().map(as_kubectl).collect();
            if changed.iter().all(Option::is_none) {
                return None;
            }
            let mut copy = value.clone();
            let list = copy.list_mut()?;
            for (slot, new) in list.items.iter_mut().zip(changed) {
                *slot = new.unwrap_or_else(|| slot.clone());
            }
            Some(copy)
        }
    }
}

/// For JSON `1` and `1.0` are the same.
fn is_equal(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Json::Array(x), Json::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| is_equal(x, y))
        }
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| is_equal(x, y)))
        }
        _ => a == b,
    }
}

fn no_parent(path: &str) -> Failure {
    failure(format!("there is nothing that could hold `{path}`"))
}

fn no_index(path: &str) -> Failure {
    failure(format!("the list has no item `{path}`"))
}

fn failure(message: impl Into<String>) -> Failure {
    Failure(GapKind::Change, message.into())
}

fn fail<T>(message: impl Into<String>) -> Outcome<T> {
    Err(failure(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;
    use std::sync::Arc;

    fn value(text: &str) -> Value {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = Arc::new(yaml::parse(file, text.into()));
        Value::written(&tree, tree.roots().next().expect("there is a document"))
    }

    fn patched(dest: &str, patch: &str) -> (Value, Notes) {
        let (mut root, patch) = (value(dest), value(patch));
        let mut notes = Notes::default();
        let is_applied = apply(&mut root, &patch, patch.span(), &mut notes);
        assert_eq!(is_applied, notes.gaps.is_empty());
        (root, notes)
    }

    /// Each row was tried with kustomize v5.5.0.
    #[test]
    fn operations_are_lenient() {
        for (dest, patch, expected) in [
            ("a: [1, 2, 3]", "{op: add, path: /a/-1, value: 9}", "a: [1, 2, 3, 9]"),
            ("a: [1, 2, 3]", "{op: add, path: /a/-4, value: 9}", "a: [9, 1, 2, 3]"),
            ("a: [1, 2, 3]", "{op: add, path: /a/01, value: 9}", "a: [1, 9, 2, 3]"),
            ("a: [1, 2, 3]", "{op: add, path: /a/-, value: 9}", "a: [1, 2, 3, 9]"),
            ("a: [1, 2, 3]", "{op: remove, path: /a/-1}", "a: [1, 2]"),
            ("a: [1, 2, 3]", "{op: replace, path: /a/-1, value: 9}", "a: [1, 2, 9]"),
            ("a: [[1]]", "{op: add, path: /a/-1/-, value: 9}", "a: [[1, 9]]"),
            ("a: 1", "{op: replace, path: /b, value: 9}", "{a: 1, b: 9}"),
            ("a: {}", "{op: add, path: a/b, value: 9}", "{a: {}, b: 9}"),
            ("a: {}", "{op: add, path: /a/, value: 9}", "a: {'': 9}"),
            ("a: 1", "{op: add, path: /b}", "{a: 1, b: null}"),
            ("a: 1", "{op: replace, path: '', value: {b: 2}}", "b: 2"),
            ("{a/b: 1, c~d: 2}", "{op: move, from: /a~1b, path: /c~0d}", "c~d: 1"),
            ("a: [[1], 2]", "{op: copy, from: /a/0, path: /a/-}", "a: [[1], 2, [1]]"),
            ("a: 1", "{op: copy, from: /x, path: /b}", "{a: 1, b: null}"),
            ("a: {b: 1}", "{op: test, path: /a, value: {b: 1.0}}", "a: {b: 1}"),
            ("a: 1", "{op: test, path: /b, value: null}", "a: 1"),
            ("a: 1", "{op: add, path: /b, value: [yes, 2026-11-20]}", "{a: 1, b: [true, '2026-11-20']}"),
        ] {
            let (root, notes) = patched(dest, &format!("[{patch}]"));
            assert_eq!(notes.gaps, [], "{patch}");
            assert_eq!(root.to_json(), value(expected).to_json(), "{patch}");
        }
    }

    #[test]
    fn what_fails_leaves_the_object_as_it_was() {
        for patch in [
            "{op: add, path: /a/-5, value: 9}",
            "{op: add, path: /a/4, value: 9}",
            "{op: remove, path: /a/-}",
            "{op: replace, path: /a/3, value: 9}",
            "{op: replace, path: /a/-, value: 9}",
            "{op: replace, path: /b/c, value: 9}",
            "{op: add, path: /b/c, value: 9}",
            "{op: add, path: /a/0/x, value: 9}",
            "{op: add, path: b, value: 9}",
            "{op: add, path: '', value: {}}",
            "{op: remove, path: /b}",
            "{op: move, from: /b, path: /c}",
            "{op: move, from: /a, path: /a/b}",
            "{op: test, path: /a/0, value: '1'}",
            "{op: test, path: /a}",
            "{op: test, path: /a/7, value: null}",
            "{op: other, path: /a}",
            "{Op: add, Path: /b, Value: 1}",
        ] {
            let text = format!("[{{op: add, path: /first, value: 1}}, {patch}]");
            let (root, notes) = patched("a: [1, 2, 3]", &text);
            assert_eq!(root.to_json(), value("a: [1, 2, 3]").to_json(), "{patch}");
            assert_eq!(notes.gaps.len(), 1, "{patch}");
            let span = notes.gaps[0].span;
            assert_eq!(&text[span.start as usize..span.end as usize], patch);
        }
    }

    #[test]
    fn copies_of_copies_have_an_end() {
        let copy = "{op: copy, from: /a, path: /a/-}";
        let (_, notes) = patched("a: [1]", &format!("[{}]", [copy; 60].join(", ")));
        assert_eq!(notes.gaps[0].kind, GapKind::Limit);
    }
}
