//! Strategic merge patches, as kustomize applies them: mappings key by key, some lists item by item, null removes.
//!
//! What kustomize would break without a word is not broken here: a gap tells about it.

mod keys;
mod list;

use super::gap::{Gap, GapKind};
use super::id::Gvk;
use super::value::{Entry, Key, Map, Value};
use crate::provenance::{Change, Operation, Removed};
use crate::source::Span;
use crate::yaml::Shape;
use keys::{Field, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// What there is to say about a patch that was applied.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// What could not be done.
    pub gaps: Vec<Gap>,
    /// What it took away.
    pub removed: Vec<Removed>,
}

/// Applies a patch to an object of a kind. Says whether the object is still there: a patch may delete it. `by` is the
/// place of the patch in its kustomization.
#[must_use]
pub fn merge(dest: &mut Value, patch: &Value, gvk: &Gvk, by: Span, notes: &mut Notes) -> bool {
    let mut merger = Merger { by, path: Vec::new(), notes, steps: 0, depth: 0 };
    match merger.directive(patch) {
        Directive::Delete => return false,
        Directive::Merge => merger.map(dest, patch, Type::of(gvk)),
        Directive::Replace => {
            let message = "`$patch: replace` at the top of a patch changes nothing";
            merger.gap(GapKind::Change, directive_span(patch), message);
        }
        Directive::Unknown => {}
    }
    true
}

/// What a mapping of a patch says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
    Unknown,
}

/// What becomes of a value. What was changed where it stands is kept.
enum Verdict {
    Keep,
    Set(Value),
    Remove,
}

struct Merger<'a> {
    by: Span,
    /// Keys and numbers that lead to the value at hand.
    path: Vec<Arc<str>>,
    notes: &'a mut Notes,
    steps: u32,
    depth: u32,
}

const DIRECTIVE: &str = "$patch";

/// Aliases can make a small patch a huge one. No patch that somebody wrote has as many values.
const MAX_STEPS: u32 = 1_000_000;

/// Aliases can nest values deeper than they are written.
const MAX_DEPTH: u32 = 1_000;

/// From this many keys on an index is faster than a search.
const LARGE: usize = 16;

impl Merger<'_> {
    /// Both are mappings.
    fn map(&mut self, dest: &mut Value, patch: &Value, of: Option<&'static Type>) {
        let Some(dest) = dest.map_mut() else { return };
        let changes = patch.entries();
        let index = (changes.len() >= LARGE).then(|| index(dest));
        let mut gone = Vec::new();
        for change in changes.iter().filter(|change| &*change.key.text != DIRECTIVE) {
            let at = position(dest, &change.key, index.as_ref());
            let field = of.and_then(|of| of.field(&change.key.text));
            self.path.push(Arc::clone(&change.key.text));
            let old = at.map(|at| &mut dest.entries[at].value);
            match (self.value(old, change, field), at) {
                (Verdict::Set(value), Some(at)) => dest.entries[at].value = value,
                (Verdict::Set(value), None) => dest.entries.push(Entry { key: change.key.clone(), value }),
                (Verdict::Remove, Some(at)) => {
                    self.take_note_of_removal(&dest.entries[at].value, change.key.span);
                    gone.push(at);
                }
                _ => {}
            }
            self.path.pop();
        }
        drop_at(&mut dest.entries, &gone);
    }

    fn value(&mut self, dest: Option<&mut Value>, change: &Entry, field: Option<&'static Field>) -> Verdict {
        let patch = &change.value;
        if patch.is_null() {
            return Verdict::Remove;
        }
        let Some(dest) = dest.filter(|dest| !dest.is_null()) else {
            return self.added(patch, field).map_or(Verdict::Remove, Verdict::Set);
        };
        if dest.shape() != patch.shape() {
            let message = format!(
                "`{}` is {} in the object and {} in the patch",
                change.key.text,
                shape_name(dest),
                shape_name(patch)
            );
            self.gap(GapKind::Change, patch.span(), message);
            return Verdict::Keep;
        }
        if !self.enter(patch) {
            return Verdict::Keep;
        }
        let verdict = match patch.shape() {
            Shape::Scalar => Verdict::Set(self.instead(patch.clone(), dest)),
            Shape::Mapping => self.mapping(dest, patch, field.and_then(Field::of)),
            Shape::Sequence => self.sequence(dest, patch, field),
        };
        self.leave();
        verdict
    }

    fn mapping(&mut self, dest: &mut Value, patch: &Value, of: Option<&'static Type>) -> Verdict {
        match self.directive(patch) {
            Directive::Delete => Verdict::Remove,
            Directive::Unknown => Verdict::Keep,
            Directive::Merge => {
                self.map(dest, patch, of);
                Verdict::Keep
            }
            Directive::Replace => {
                let Some(new) = self.added_map(patch, of) else { return Verdict::Keep };
                for entry in dest.entries().iter().filter(|entry| new.get(&entry.key.text).is_none()) {
                    self.path.push(Arc::clone(&entry.key.text));
                    self.take_note_of_removal(&entry.value, directive_span(patch));
                    self.path.pop();
                }
                Verdict::Set(self.instead(new, dest))
            }
        }
    }

    /// A value where there was none: what the patch says, without nulls and directives. Nothing if it deletes what is
    /// not there.
    fn added(&mut self, patch: &Value, field: Option<&'static Field>) -> Option<Value> {
        if !self.enter(patch) {
            return Some(patch.clone());
        }
        let value = match (patch.shape(), field.and_then(|field| field.merge.as_deref())) {
            (Shape::Mapping, _) => self.added_map(patch, field.and_then(Field::of)),
            (Shape::Sequence, Some(keys)) => self.added_list(patch, keys, field.and_then(Field::of)),
            _ => Some(patch.clone()),
        };
        self.leave();
        value
    }

    fn added_map(&mut self, patch: &Value, of: Option<&'static Type>) -> Option<Value> {
        if self.directive(patch) == Directive::Delete {
            return None;
        }
        let mut is_changed = false;
        let mut entries = Vec::new();
        for entry in patch.entries() {
            let is_left_out = &*entry.key.text == DIRECTIVE || entry.value.is_null();
            let field = of.and_then(|of| of.field(&entry.key.text));
            match (!is_left_out).then(|| self.added(&entry.value, field)).flatten() {
                Some(value) => {
                    is_changed |= !value.is_same(&entry.value);
                    entries.push(Entry { key: entry.key, value });
                }
                None => is_changed = true,
            }
        }
        if !is_changed {
            return Some(patch.clone());
        }
        Some(Value::Map(Arc::new(Map { entries, place: patch.place() })))
    }

    fn directive(&mut self, patch: &Value) -> Directive {
        let Some(directive) = patch.get(DIRECTIVE) else { return Directive::Merge };
        match &*directive.text() {
            "merge" => Directive::Merge,
            "replace" => Directive::Replace,
            "delete" => Directive::Delete,
            other => {
                let message = format!("`$patch: {other}` is none of `merge`, `replace` and `delete`");
                self.gap(GapKind::Change, directive.span(), message);
                Directive::Unknown
            }
        }
    }

    /// A value that takes the place of another.
    fn instead(&self, new: Value, old: &Value) -> Value {
        new.after(&old.place(), Operation::Patch, self.by)
    }

    fn take_note_of_removal(&mut self, value: &Value, by: Span) {
        let pointer = self.pointer();
        let by = Change { operation: Operation::Patch, by, before: None };
        self.notes.removed.push(Removed { pointer, span: value.span(), by });
    }

    fn pointer(&self) -> String {
        self.path.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }

    fn gap(&mut self, kind: GapKind, span: Span, message: impl Into<String>) {
        self.notes.gaps.push(Gap::new(kind, span, message));
    }

    /// Whether there is time for another value. [`Self::leave`] must follow if there is.
    fn enter(&mut self, patch: &Value) -> bool {
        if self.steps >= MAX_STEPS {
            return false;
        }
        self.steps += 1;
        if self.steps == MAX_STEPS {
            self.gap(GapKind::Limit, patch.span(), "the patch is too large: aliases repeat too much of it");
            return false;
        }
        if self.depth == MAX_DEPTH {
            self.gap(GapKind::Limit, patch.span(), "the patch is nested too deeply");
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

fn index(map: &Map) -> HashMap<Arc<str>, usize> {
    map.entries.iter().enumerate().map(|(at, entry)| (Arc::clone(&entry.key.text), at)).collect()
}

/// The keys of a patch differ from each other, so what the patch itself adds need not be found.
fn position(map: &Map, key: &Key, index: Option<&HashMap<Arc<str>, usize>>) -> Option<usize> {
    match index {
        Some(index) => index.get(&key.text).copied(),
        None => map.entries.iter().position(|entry| entry.key.text == key.text),
    }
}

fn drop_at<T>(list: &mut Vec<T>, gone: &[usize]) {
    if gone.is_empty() {
        return;
    }
    let gone: std::collections::HashSet<usize> = gone.iter().copied().collect();
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

fn directive_span(patch: &Value) -> Span {
    patch.get(DIRECTIVE).map_or_else(|| patch.span(), |directive| directive.span())
}

fn shape_name(value: &Value) -> &'static str {
    match value.shape() {
        Shape::Scalar => "a plain value",
        Shape::Mapping => "a mapping",
        Shape::Sequence => "a list",
    }
}
