//! Fields by kind and path, as kustomize names them: `spec/containers[]/image` of every kind, for example.
//!
//! A path has no part for the items of sequences: every item is meant. What is there is read first; only the way down
//! to a value that gets another one is copied.

use super::gap::{Gap, GapKind};
use super::id::Gvk;
use super::value::{Key, Value};
use crate::provenance::Place;
use crate::source::Span;
use crate::yaml::Shape;
use std::collections::HashMap;
use std::sync::Arc;

/// A field of objects of some kinds.
#[derive(Debug, Clone)]
pub struct FieldSpec {
    /// The kinds; an empty part stands for any.
    pub gvk: Gvk,
    /// The keys on the way down.
    pub path: Arc<[Segment]>,
    /// Whether the field is made where it is missing.
    pub create: bool,
    /// Where somebody wrote it; nothing if kustomize itself knows the field.
    pub span: Option<Span>,
}

/// A key on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The key.
    pub key: Arc<str>,
    /// Written `key[]`: it holds a sequence, and is never made.
    pub is_list: bool,
}

/// Fields, found by kind.
#[derive(Debug, Clone, Default)]
pub struct FieldSpecs {
    list: Vec<FieldSpec>,
    /// The numbers of those of one kind; those of any kind have an empty one.
    by_kind: HashMap<Arc<str>, Vec<usize>>,
}

/// How the values at the places of a field are changed.
pub struct Edit<'a> {
    /// What stands at the end of a path where nothing is and the field may be made.
    pub missing: Missing,
    /// Where keys stand that are made on the way.
    pub made_at: Span,
    /// The new value of a place; nothing if it stays as it is.
    pub change: &'a mut dyn FnMut(&Value) -> Result<Option<Value>, Unfit>,
    /// What could not be done.
    pub gaps: &'a mut Vec<Gap>,
}

/// What a change starts from where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing is made.
    Left,
    /// Null, to be replaced with a scalar.
    Scalar,
    /// An empty mapping.
    Map,
}

/// A value that cannot be changed: it is not what the field must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit;

impl FieldSpec {
    /// A field with a path as kustomize writes it: parts between slashes, `\/` for a slash in a key.
    pub fn new(gvk: Gvk, path: &str, create: bool) -> Self {
        Self { gvk, path: segments(path).into(), create, span: None }
    }

    /// A field as it is written in a configuration or a transformer.
    pub fn of(written: &Value, gaps: &mut Vec<Gap>) -> Option<Self> {
        let text = |key: &str| written.text_of(&[key]).unwrap_or_default();
        let path = text("path");
        if path.is_empty() {
            let message = "this field has no path, so kustomize finds it in no object";
            gaps.push(Gap::new(GapKind::Field, written.span(), message));
            return None;
        }
        let gvk =
            Gvk { group: text("group").into(), version: text("version").into(), kind: text("kind").into() };
        Some(Self { span: Some(written.span()), ..Self::new(gvk, &path, text("create") == "true") })
    }

    /// Whether the path is exactly these keys.
    pub fn is_at(&self, keys: &[&str]) -> bool {
        self.path.len() == keys.len()
            && self.path.iter().zip(keys).all(|(part, key)| *part.key == **key && !part.is_list)
    }

    /// The path as kustomize writes it.
    pub fn written_path(&self) -> String {
        let part = |part: &Segment| part.key.replace('/', "\\/") + if part.is_list { "[]" } else { "" };
        self.path.iter().map(part).collect::<Vec<_>>().join("/")
    }

    /// Shows every value at this path. Whether the object is of the right kind is for the caller to know.
    pub fn visit(&self, root: &Value, see: &mut dyn FnMut(&Value)) {
        visit(root, &self.path, see);
    }

    /// The object with all its places of this field changed; nothing if none of them is.
    pub fn edited(&self, root: &Value, edit: &mut Edit<'_>) -> Option<Value> {
        self.edited_below(root, &self.path, edit)
    }

    fn edited_below(&self, value: &Value, path: &[Segment], edit: &mut Edit<'_>) -> Option<Value> {
        let Some((segment, rest)) = path.split_first() else {
            return (edit.change)(value).unwrap_or_else(|Unfit| self.report(value, true, edit));
        };
        match value.shape() {
            Shape::Mapping => self.edited_field(value, segment, rest, edit),
            Shape::Sequence => edited_items(value, |item| self.edited_below(item, path, edit)),
            Shape::Scalar => self.report(value, false, edit),
        }
    }

    fn edited_field(
        &self,
        map: &Value,
        segment: &Segment,
        rest: &[Segment],
        edit: &mut Edit<'_>,
    ) -> Option<Value> {
        let there = map.get(&segment.key);
        // A null that is to become a scalar is there, whatever `create` says.
        let counts = |value: &Value| !value.is_null() || (rest.is_empty() && edit.missing == Missing::Scalar);
        let value = match there.filter(counts) {
            Some(value) => value,
            None if self.create && !segment.is_list => made(rest, edit)?,
            None => return None,
        };
        let new = self.edited_below(&value, rest, edit)?;
        Some(with_entry(map, &segment.key, edit.made_at, new))
    }

    fn report(&self, value: &Value, is_at_end: bool, edit: &mut Edit<'_>) -> Option<Value> {
        let path = self.written_path();
        let message = if is_at_end {
            format!("the field `{path}` holds something else here than kustomize can set")
        } else {
            format!("the field `{path}` leads through this value, which is no mapping")
        };
        let gap = Gap::new(GapKind::Change, value.span(), message);
        if edit.gaps.last() != Some(&gap) {
            edit.gaps.push(gap);
        }
        None
    }
}

impl FieldSpecs {
    /// Fields as they are written in a configuration or a transformer.
    pub fn of(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        let mut specs = Self::default();
        for item in written.items() {
            if let Some(spec) = FieldSpec::of(&item, gaps) {
                specs.add(spec, gaps);
            }
        }
        specs
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &FieldSpec> {
        self.list.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Those of objects of a kind.
    pub fn of_kind<'a>(&'a self, gvk: &'a Gvk) -> impl Iterator<Item = &'a FieldSpec> {
        let numbers = |kind: &str| self.by_kind.get(kind).map_or(&[][..], Vec::as_slice);
        let named = if gvk.kind.is_empty() { &[][..] } else { numbers(&gvk.kind) };
        let specs = numbers("").iter().chain(named).map(|&number| &self.list[number]);
        specs.filter(|spec| gvk.is_selected_by(&spec.gvk))
    }

    /// Adds one unless it is there already, be it for fewer kinds: for kustomize a configured `metadata/name` of one
    /// kind takes the place of a later one of any kind. That a field is made in one place and not in another is a
    /// conflict.
    pub fn add(&mut self, spec: FieldSpec, gaps: &mut Vec<Gap>) {
        if spec.path.len() > MAX_PARTS {
            let limit = |span| Gap::new(GapKind::Limit, span, "this path is too long to be followed");
            gaps.extend(spec.span.map(limit));
            return;
        }
        if let Some(known) = self.same_field(&spec) {
            if known.create != spec.create {
                gaps.extend(conflict(known, &spec));
            }
            return;
        }
        self.by_kind.entry(Arc::clone(&spec.gvk.kind)).or_default().push(self.list.len());
        self.list.push(spec);
    }

    /// Adds those that are not there yet.
    pub fn add_all(&mut self, others: &Self, gaps: &mut Vec<Gap>) {
        others.iter().for_each(|spec| self.add(spec.clone(), gaps));
    }

    fn same_field(&self, spec: &FieldSpec) -> Option<&FieldSpec> {
        let same = |known: &&FieldSpec| known.gvk.is_selected_by(&spec.gvk) && known.path == spec.path;
        if spec.gvk.kind.is_empty() {
            return self.list.iter().find(same);
        }
        let numbers = self.by_kind.get(&spec.gvk.kind)?;
        numbers.iter().map(|&number| &self.list[number]).find(same)
    }
}

/// Keys in a path. No object is nested as deeply.
const MAX_PARTS: usize = 200;

/// An object with all places of all these fields changed; nothing if none of them is.
pub fn edited_by<'a>(
    specs: impl Iterator<Item = &'a FieldSpec>,
    root: &Value,
    edit: &mut Edit<'_>,
) -> Option<Value> {
    let mut changed: Option<Value> = None;
    for spec in specs {
        if let Some(new) = spec.edited(changed.as_ref().unwrap_or(root), edit) {
            changed = Some(new);
        }
    }
    changed
}

/// A sequence with some items changed; nothing if none of them is.
pub fn edited_items(list: &Value, mut change: impl FnMut(&Value) -> Option<Value>) -> Option<Value> {
    let mut changed: Option<Value> = None;
    for (index, item) in list.items().iter().enumerate() {
        let Some(new) = change(item) else { continue };
        let items = changed.get_or_insert_with(|| list.clone()).list_mut();
        if let Some(slot) = items.and_then(|list| list.items.get_mut(index)) {
            *slot = new;
        }
    }
    changed
}

/// A mapping in which a key has another value. A key that is made stands where the step is declared.
pub fn with_entry(map: &Value, key: &Arc<str>, made_at: Span, value: Value) -> Value {
    let mut changed = map.clone();
    if let Some(map) = changed.map_mut() {
        map.insert(Key { text: Arc::clone(key), span: made_at }, value);
    }
    changed
}

fn segments(path: &str) -> Vec<Segment> {
    let mut texts: Vec<String> = Vec::new();
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        match texts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            _ => texts.push(part.to_owned()),
        }
    }
    let segment = |text: &String| match text.strip_suffix("[]") {
        Some(key) => Segment { key: key.into(), is_list: true },
        None => Segment { key: text.as_str().into(), is_list: false },
    };
    texts.iter().map(segment).collect()
}

fn visit(value: &Value, path: &[Segment], see: &mut dyn FnMut(&Value)) {
    let Some((segment, rest)) = path.split_first() else { return see(value) };
    match value.shape() {
        Shape::Sequence => value.items().iter().for_each(|item| visit(item, path, see)),
        Shape::Mapping => {
            if let Some(value) = value.get(&segment.key).filter(|value| !value.is_null()) {
                visit(&value, rest, see);
            }
        }
        Shape::Scalar => {}
    }
}

fn made(rest: &[Segment], edit: &Edit<'_>) -> Option<Value> {
    match edit.missing {
        Missing::Left => None,
        Missing::Scalar if rest.is_empty() => Some(Value::plain_at("", Place::at(edit.made_at))),
        Missing::Scalar | Missing::Map => Some(Value::empty_map(edit.made_at)),
    }
}

fn conflict(known: &FieldSpec, spec: &FieldSpec) -> Option<Gap> {
    let span = spec.span.or(known.span)?;
    let path = spec.written_path();
    let message =
        format!("the field `{path}` is configured with and without `create`, which kustomize refuses");
    Some(Gap::new(GapKind::Field, span, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_slashes_that_are_not_escaped() {
        let spec = FieldSpec::new(Gvk::default(), "/metadata/annotations/a\\/b[]", false);
        let keys: Vec<&str> = spec.path.iter().map(|part| &*part.key).collect();
        assert_eq!(keys, ["metadata", "annotations", "a/b"]);
        assert!(spec.path[2].is_list);
        assert_eq!(spec.written_path(), "metadata/annotations/a\\/b[]");
    }
}
