//! `postBuild` of Flux: variables in the objects that kustomize printed.
//!
//! Flux substitutes in the text of an object and reads it again, so that a text without quotes may become a number. A
//! variable that nothing in the codebase defines stays as it is written: it is filled in when it is deployed.

mod expression;

use super::compose::{Composed, pieces_of};
use super::gap::{Gap, GapKind};
use super::resource::Resources;
use super::value::{Key, Value};
use crate::provenance::{Change, Operation, Place};
use crate::source::Span;
use crate::yaml::{Schema, Shape, Value as Typed};
use std::collections::BTreeMap;

/// The variables of a `postBuild`.
#[derive(Debug, Clone)]
pub struct Substitution {
    /// What each stands for.
    pub variables: BTreeMap<String, Value>,
    /// Where the substitution is declared.
    pub by: Span,
}

/// A substitution at work: what it may still write.
struct Work<'a> {
    substitution: &'a Substitution,
    /// Bytes, so that hostile variables do not use up all memory.
    budget: usize,
}

impl Substitution {
    /// What it does, in words.
    pub(super) fn fingerprint(&self) -> String {
        let variables = self.variables.iter().map(|(name, value)| (name, value.text()));
        format!("{:?}", variables.collect::<Vec<_>>())
    }

    /// Substitutes in every object that does not forbid it.
    pub fn apply(&self, resources: &mut Resources, gaps: &mut Vec<Gap>) {
        let mut work = Work { substitution: self, budget: MAX_WRITTEN };
        for index in 0..resources.len() {
            let resource = resources.get(index);
            if is_disabled(&resource.root) {
                continue;
            }
            if let Some(root) = work.substituted(&resource.root) {
                let resource = resources.get_mut(index);
                resource.root = root;
                resource.refresh();
            }
        }
        if work.budget == 0 {
            gaps.push(Gap::new(GapKind::Limit, self.by, "there is too much to substitute"));
        }
    }
}

fn is_disabled(root: &Value) -> bool {
    ["labels", "annotations"]
        .iter()
        .any(|field| root.text_of(&["metadata", field, SUBSTITUTE]).as_deref() == Some("disabled"))
}

const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// What one build may write at most. Objects are not larger than a few megabytes.
const MAX_WRITTEN: usize = 64 << 20;

impl Work<'_> {
    /// The value with variables substituted, keys included; nothing if there are none.
    fn substituted(&mut self, value: &Value) -> Option<Value> {
        match value.shape() {
            Shape::Scalar => self.scalar(value),
            Shape::Sequence => self.items(value),
            Shape::Mapping => self.entries(value),
        }
    }

    fn items(&mut self, value: &Value) -> Option<Value> {
        let mut changed: Option<Value> = None;
        for (index, item) in value.items().into_iter().enumerate() {
            let Some(new) = self.substituted(&item) else { continue };
            if let Some(list) = changed.get_or_insert_with(|| value.clone()).list_mut() {
                list.items[index] = new;
            }
        }
        changed
    }

    fn entries(&mut self, value: &Value) -> Option<Value> {
        let mut changed: Option<Value> = None;
        for (index, entry) in value.entries().into_iter().enumerate() {
            let key = self.key(&entry.key);
            let new = self.substituted(&entry.value);
            if key.is_none() && new.is_none() {
                continue;
            }
            if let Some(map) = changed.get_or_insert_with(|| value.clone()).map_mut() {
                let slot = &mut map.entries[index];
                slot.key = key.unwrap_or(entry.key);
                slot.value = new.unwrap_or(entry.value);
            }
        }
        changed
    }

    fn key(&mut self, key: &Key) -> Option<Key> {
        if !key.text.contains('$') {
            return None;
        }
        let value = Value::text_at(&*key.text, Place::at(key.span));
        let new = self.scalar(&value)?;
        Some(Key { text: (&*new.text()).into(), span: key.span })
    }

    fn scalar(&mut self, value: &Value) -> Option<Value> {
        let text = value.text();
        if !text.contains("${") {
            return None;
        }
        let pieces = pieces_of(value, &text);
        let mut composed = Composed::default();
        let newest = expression::expand(&text, &pieces, &self.substitution.variables, &mut composed);
        if composed.text() == text {
            return None;
        }
        let Some(budget) = self.budget.checked_sub(composed.text().len()) else {
            self.budget = 0;
            return None;
        };
        self.budget = budget;
        let place = value.place();
        let change =
            Change { operation: Operation::Substitution, by: self.substitution.by, before: Some(place.span) };
        let changes = place.changes().iter().copied().chain([change]).collect();
        let new = composed.into_value(newest.unwrap_or(place.span), changes);
        Some(if is_printed_plain(&text) { read_again(new) } else { new })
    }
}

/// Whether kustomize prints a text without quotes. It does so with what cannot be mistaken for anything else.
fn is_printed_plain(text: &str) -> bool {
    let is_mark = |c: char| "!&*-?:,[]{}#|>@`\"'%= \t".contains(c);
    !text.starts_with(is_mark)
        && !text.ends_with([' ', ':'])
        && !text.contains('\n')
        && !text.contains(": ")
        && !text.contains(" #")
}

/// A text that stands there without quotes is what it looks like: a number, a boolean or nothing.
fn read_again(value: Value) -> Value {
    let text = value.text().into_owned();
    match Typed::of_plain(&text, Schema::Kustomize) {
        Typed::String(_) => value,
        _ => Value::plain_at(text, value.place()),
    }
}
