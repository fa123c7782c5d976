//! Lists that are merged item by item: what a patch names comes first, what it does not name stays behind it.
//!
//! Kustomize has its ways with items that cannot be told apart; most lose something. What it loses is told as a gap.

use super::{DIRECTIVE, Directive, Merger, Verdict, directive_span};
use crate::kustomize::gap::GapKind;
use crate::kustomize::merge::keys::{Field, Type};
use crate::kustomize::value::{List, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What an item is told by: the texts of the keys, empty where one is missing.
type Identity = Vec<String>;

impl Merger<'_> {
    /// Both are lists.
    pub(super) fn sequence(
        &mut self,
        dest: &mut Value,
        patch: &Value,
        field: Option<&'static Field>,
    ) -> Verdict {
        let Some(keys) = field.and_then(|field| field.merge.as_deref()) else {
            return Verdict::Set(self.instead(patch.clone(), dest));
        };
        let of = field.and_then(Field::of);
        match list_directive(patch) {
            Some((Directive::Delete, _)) => Verdict::Remove,
            Some((Directive::Replace, span)) => {
                let new = self.added_items(patch, keys, of);
                for (at, item) in dest.items().iter().enumerate() {
                    self.at(at, |merger| merger.take_note_of_removal(item, span));
                }
                Verdict::Set(self.instead(new, dest))
            }
            _ if keys.is_empty() => self.unite(dest, patch),
            _ => self.merge_items(dest, patch, keys, of),
        }
    }

    /// A list where there was none.
    pub(super) fn added_list(
        &mut self,
        patch: &Value,
        keys: &[String],
        of: Option<&'static Type>,
    ) -> Option<Value> {
        let directive = list_directive(patch);
        if let Some((_, span)) = directive {
            let message = "`$patch` has no list to act on: kustomize keeps it as an item";
            self.gap(GapKind::Change, span, message);
        }
        let deletes = matches!(directive, Some((Directive::Delete, _)));
        (!deletes).then(|| self.added_items(patch, keys, of))
    }

    /// Of equal items the last one counts, at the place of the first.
    fn added_items(&mut self, patch: &Value, keys: &[String], of: Option<&'static Type>) -> Value {
        let items = patch.items();
        let mut places: HashMap<Identity, usize> = HashMap::new();
        let mut new: Vec<Value> = Vec::new();
        for item in items.iter().filter(|item| !item.is_null() && !is_directive(item)) {
            let identity = identity(item, keys);
            self.complain_about_missing_key(item, &identity, keys);
            let Some(value) = self.added_item(item, of) else { continue };
            match places.get(&identity).filter(|_| has_identity(&identity)) {
                Some(at) => new[*at] = value,
                None => {
                    places.insert(identity, new.len());
                    new.push(value);
                }
            }
        }
        let is_changed = new.len() != items.len() || new.iter().zip(&items).any(|(a, b)| !a.is_same(b));
        if is_changed { list(new, patch) } else { patch.clone() }
    }

    fn added_item(&mut self, item: &Value, of: Option<&'static Type>) -> Option<Value> {
        if !item.is_map() || !self.enter(item) {
            return Some(item.clone());
        }
        let value = self.added_map(item, of);
        self.leave();
        value
    }

    /// A set of plain values: those of the patch, then the others.
    fn unite(&mut self, dest: &mut Value, patch: &Value) -> Verdict {
        let mut seen = HashSet::new();
        let mut union = Vec::new();
        for item in patch.items() {
            if item.as_text().is_none() && !item.is_null() {
                self.gap(GapKind::Change, item.span(), "the items of this list are plain values");
            } else if !item.is_null() && seen.insert(item.text().into_owned()) {
                union.push(item);
            }
        }
        let others = dest.items();
        union.extend(others.into_iter().filter(|item| seen.insert(item.text().into_owned())));
        if let Some(dest) = dest.list_mut() {
            dest.items = union;
        }
        Verdict::Keep
    }

    fn merge_items(
        &mut self,
        dest: &mut Value,
        patch: &Value,
        keys: &[String],
        of: Option<&'static Type>,
    ) -> Verdict {
        let Some(dest) = dest.list_mut() else { return Verdict::Keep };
        let mut old = self.known(std::mem::take(&mut dest.items), keys);
        let mut new = Vec::new();
        let mut keyless = Vec::new();
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        for item in patch.items().iter().filter(|item| !is_directive(item)) {
            let identity = identity(item, keys);
            if self.complain_about_missing_key(item, &identity, keys) {
                keyless.extend(self.added_item(item, of).filter(|item| !item.is_null()));
                continue;
            }
            if !seen.insert(identity.clone()) {
                self.complain_about_loss(item, keys, "this patch has another item of this");
                continue;
            }
            let found = old.places.get(&identity).copied();
            if old.has_rival(&identity) && (found.is_none() || !is_complete(&identity)) {
                let why = "the object has an item that differs only in having fewer or more of the keys";
                self.complain_about_loss(item, keys, why);
            } else if let Some(at) = found {
                order.push(Slot::Old(at));
                self.at(at, |merger| merger.merge_item(&mut old, at, item, keys, of));
            } else if let Some(value) = self.added_item(item, of) {
                order.push(Slot::New(new.len()));
                new.push(Some(value));
            }
        }
        // With a second key in play, what is changed stays where it was.
        let stays = seen.iter().chain(old.places.keys()).any(|identity| is_complete(identity));
        dest.items = arranged(old.items, new, &order, stays && keys.len() > 1);
        dest.items.extend(keyless);
        Verdict::Keep
    }

    fn merge_item(
        &mut self,
        old: &mut Known,
        at: usize,
        item: &Value,
        keys: &[String],
        of: Option<&'static Type>,
    ) {
        let Some(mut value) = old.items[at].take() else { return };
        match self.directive(item) {
            Directive::Delete => return self.take_note_of_removal(&value, directive_span(item)),
            Directive::Replace => {
                let message = "`$patch: replace` does nothing to an item of a list";
                self.gap(GapKind::Change, directive_span(item), message);
            }
            Directive::Merge if old.repeated.contains(&at) => {
                let message = "the object has this item more than once: kustomize drops what the patch says";
                self.gap(GapKind::MergeKey, item.span(), message);
            }
            Directive::Merge if self.enter(item) => {
                self.map(&mut value, item, of, keys);
                self.leave();
            }
            Directive::Merge | Directive::Unknown => {}
        }
        old.items[at] = Some(value);
    }

    /// The items of the object, of equal ones the last at the place of the first.
    fn known(&mut self, items: Vec<Value>, keys: &[String]) -> Known {
        let mut known = Known::default();
        for item in items {
            let identity = identity(&item, keys);
            if self.complain_about_missing_key(&item, &identity, keys) {
                known.items.push((!item.is_null()).then_some(item));
                continue;
            }
            if let Some(at) = known.places.get(&identity) {
                known.items[*at] = Some(item);
                known.repeated.insert(*at);
                continue;
            }
            let others = known.rivals.entry(identity[0].clone()).or_default();
            others.push(identity.clone());
            known.places.insert(identity, known.items.len());
            known.items.push(Some(item));
        }
        known
    }

    /// Whether it had to.
    fn complain_about_missing_key(&mut self, item: &Value, identity: &Identity, keys: &[String]) -> bool {
        if keys.is_empty() || has_identity(identity) {
            return false;
        }
        let key = &keys[0];
        let message = format!("the item has no `{key}`, by which kustomize merges the list: it drops items");
        self.gap(GapKind::MergeKey, item.span(), message);
        true
    }

    fn complain_about_loss(&mut self, item: &Value, keys: &[String], why: &str) {
        let keys = keys.join("` and `");
        let message = format!("kustomize drops this item: {why}, and tells items by `{keys}`");
        self.gap(GapKind::MergeKey, item.span(), message);
    }

    fn at<R>(&mut self, at: usize, act: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(at.to_string().into());
        let result = act(self);
        self.path.pop();
        result
    }
}

/// The items of the object while the patch goes over them.
#[derive(Default)]
struct Known {
    /// Nothing where an item was deleted.
    items: Vec<Option<Value>>,
    places: HashMap<Identity, usize>,
    repeated: HashSet<usize>,
    /// The identities with the same first key.
    rivals: HashMap<String, Vec<Identity>>,
}

impl Known {
    /// Whether another item differs only in keys that one of both does not have.
    fn has_rival(&self, identity: &Identity) -> bool {
        let rivals = self.rivals.get(&identity[0]).into_iter().flatten();
        rivals.take(MAX_RIVALS).any(|rival| {
            rival.iter().zip(identity).all(|(a, b)| a == b || a.is_empty() || b.is_empty())
                && rival != identity
        })
    }
}

/// A port has two or three protocols.
const MAX_RIVALS: usize = 16;

enum Slot {
    Old(usize),
    New(usize),
}

fn arranged(
    mut old: Vec<Option<Value>>,
    mut new: Vec<Option<Value>>,
    order: &[Slot],
    stays: bool,
) -> Vec<Value> {
    let mut items = Vec::with_capacity(old.len() + new.len());
    for slot in order {
        match slot {
            Slot::New(at) => items.extend(new[*at].take()),
            Slot::Old(at) if !stays => items.extend(old[*at].take()),
            Slot::Old(_) => {}
        }
    }
    items.extend(old.into_iter().flatten());
    items
}

fn identity(item: &Value, keys: &[String]) -> Identity {
    if keys.is_empty() {
        return vec![item.text().into_owned()];
    }
    keys.iter().map(|key| item.get(key).map_or_else(String::new, |value| value.text().into_owned())).collect()
}

fn has_identity(identity: &Identity) -> bool {
    identity.first().is_some_and(|key| !key.is_empty())
}

fn is_complete(identity: &Identity) -> bool {
    identity.iter().all(|key| !key.is_empty())
}

/// An item that is nothing but a directive for the whole list.
fn is_directive(item: &Value) -> bool {
    item.is_map() && item.get(DIRECTIVE).is_some() && item.entries().len() == 1
}

fn list_directive(patch: &Value) -> Option<(Directive, crate::source::Span)> {
    patch.items().iter().filter(|item| is_directive(item)).find_map(|item| {
        let directive = item.text_of(&[DIRECTIVE])?;
        let directive = match &*directive {
            "delete" => Directive::Delete,
            "replace" => Directive::Replace,
            _ => return None,
        };
        Some((directive, directive_span(item)))
    })
}

fn list(items: Vec<Value>, patch: &Value) -> Value {
    Value::List(Arc::new(List { items, place: patch.place() }))
}
