//! Finds the objects that patches are for, and applies them.

use super::{Content, Document, Log, Patch};
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::id::Id;
use crate::kustomize::json_patch;
use crate::kustomize::merge::{self, Notes};
use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::selector::Selector;
use crate::kustomize::value::Value;
use crate::provenance::{Change, Operation, Place, Removed};
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Applies patches in order; objects that they delete are taken out.
pub(super) fn apply(patches: &[Patch], resources: &mut Resources, log: &mut Log) {
    if patches.is_empty() {
        return;
    }
    let mut session = Session::new(resources, log);
    for patch in patches {
        session.apply(patch);
    }
    let deleted = session.deleted;
    let mut index = 0;
    resources.retain(|_| {
        index += 1;
        !deleted.contains(&(index - 1))
    });
}

struct Session<'a> {
    resources: &'a mut Resources,
    log: &'a mut Log,
    /// The objects by all that they are or were known by.
    ids: HashMap<Id, Vec<usize>>,
    names: HashMap<Arc<str>, Vec<usize>>,
    deleted: HashSet<usize>,
    work: usize,
}

/// Objects looked at and patched. Ten thousand patches for ten thousand objects each are no codebase.
const MAX_WORK: usize = 50_000_000;

/// How many objects may be looked at in the time that one is patched in.
const COST_OF_PATCH: usize = 10;

impl<'a> Session<'a> {
    fn new(resources: &'a mut Resources, log: &'a mut Log) -> Self {
        let mut session = Self {
            resources,
            log,
            ids: HashMap::new(),
            names: HashMap::new(),
            deleted: HashSet::new(),
            work: 0,
        };
        for index in 0..session.resources.len() {
            session.enlist(index);
        }
        session
    }

    /// Makes an object known by all its identities.
    fn enlist(&mut self, index: usize) {
        for id in self.resources.get(index).ids() {
            let known = self.ids.entry(id.clone()).or_default();
            if known.last() != Some(&index) && !known.contains(&index) {
                known.push(index);
            }
            let named = self.names.entry(Arc::clone(&id.name)).or_default();
            if named.last() != Some(&index) {
                named.push(index);
            }
        }
    }

    fn apply(&mut self, patch: &Patch) {
        match (&patch.content, &patch.target) {
            (Content::Merge(documents), None) => {
                for document in documents {
                    if let Some(index) = self.find(document) {
                        self.merge(index, patch, document);
                    }
                }
            }
            (Content::Merge(documents), Some(target)) => {
                for index in self.select(target, patch.span) {
                    for document in documents {
                        self.merge(index, patch, document);
                    }
                }
            }
            (Content::Json(operations), Some(target)) => {
                for index in self.select(target, patch.span) {
                    self.change(index, patch, operations);
                }
            }
            (Content::Json(_), None) => {}
        }
    }

    /// The one object that a patch without a target is for.
    fn find(&mut self, document: &Document) -> Option<usize> {
        let id = &document.id;
        let found: Vec<usize> = self.ids.get(id).into_iter().flatten().copied().collect();
        let found: Vec<usize> = found.into_iter().filter(|index| !self.deleted.contains(index)).collect();
        let message = match found[..] {
            [index] => return Some(index),
            [] => self.nothing_found(id),
            _ => format!("the patch is for {id}, and there are {} of it", found.len()),
        };
        self.log.gaps.push(Gap::new(GapKind::Target, document.span, message));
        None
    }

    fn nothing_found(&self, id: &Id) -> String {
        let message = format!("the patch is for {id} of `{}`, which is not there", id.gvk.api_version());
        let named = self.names.get(&id.name).into_iter().flatten().take(MAX_NEAR_MISSES);
        let near = named
            .filter(|index| !self.deleted.contains(index))
            .map(|&index| self.resources.get(index).id())
            .find(|near| near.gvk.kind == id.gvk.kind);
        match near {
            Some(near) if near.gvk != id.gvk => {
                format!("{message}; there is one of `{}`", near.gvk.api_version())
            }
            Some(near) if near.namespace.is_empty() => format!("{message}; there is one without a namespace"),
            Some(near) => format!("{message}; there is one in namespace `{}`", near.namespace),
            None => message,
        }
    }

    fn select(&mut self, target: &Selector, span: Span) -> Vec<usize> {
        let mut selected = match target.exact_name() {
            Some(name) => self.names.get(name).cloned().unwrap_or_default(),
            None => (0..self.resources.len()).collect(),
        };
        selected.sort_unstable();
        selected.dedup();
        self.work += selected.len();
        if self.work < MAX_WORK {
            selected
                .retain(|index| !self.deleted.contains(index) && target.selects(self.resources.get(*index)));
            self.work += selected.len() * COST_OF_PATCH;
        }
        if self.work < MAX_WORK {
            if selected.is_empty() {
                let message = "no object is what this target selects";
                self.log.gaps.push(Gap::new(GapKind::Idle, span, message));
            }
            return selected;
        }
        let message = "there are too many patches for too many objects: this one is not applied";
        self.log.gaps.push(Gap::new(GapKind::Limit, span, message));
        Vec::new()
    }

    fn merge(&mut self, index: usize, patch: &Patch, document: &Document) {
        let resource = self.resources.get_mut(index);
        let told_by = ToldBy::of(&resource.root);
        let before = resource.id().clone();
        let body = patch.body_for(document);
        let mut notes = Notes::default();
        let is_there = merge::merge(&mut resource.root, &body, &before.gvk, patch.span, &mut notes);
        self.log.gaps.append(&mut notes.gaps);
        if !is_there {
            return self.delete(index, &body);
        }
        resource.removed.append(&mut notes.removed);
        told_by.restore(&mut resource.root);
        if patch.may_rename || patch.may_change_kind {
            remember(resource);
            resource.refresh();
            self.enlist(index);
        }
    }

    fn delete(&mut self, index: usize, body: &Value) {
        let resource = self.resources.get(index);
        let said_at = body.get("$patch").map_or_else(|| body.span(), |directive| directive.span());
        let by = Change { operation: Operation::Patch, by: said_at, before: None };
        let removed = Removed { pointer: String::new(), span: resource.head().span, by };
        self.log.removed.push((resource.id().clone(), removed));
        self.deleted.insert(index);
    }

    /// Applies a JSON patch.
    fn change(&mut self, index: usize, patch: &Patch, operations: &Value) {
        let resource = self.resources.get_mut(index);
        let mut root = resource.root.clone();
        let has_memory = patch.remembers || !resource.previous.is_empty();
        let is_made = has_memory && make_annotations(&mut root, patch.span);
        let mut notes = Notes::default();
        let is_applied = json_patch::apply(&mut root, operations, patch.span, &mut notes);
        self.log.gaps.append(&mut notes.gaps);
        if !is_applied {
            return;
        }
        if is_made {
            drop_empty_annotations(&mut root);
        }
        if patch.remembers {
            make_texts_of_annotations(&mut root);
        }
        let id = Id::of(&root);
        if id.name.is_empty() || id.gvk.kind.is_empty() {
            let message = format!("the patch takes its name or kind away from {}", resource.id());
            self.log.gaps.push(Gap::new(GapKind::Change, operations.span(), message));
            return;
        }
        if patch.remembers {
            remember(resource);
        }
        resource.root = root;
        resource.removed.append(&mut notes.removed);
        if *resource.id() != id || resource.id().namespace != id.namespace {
            resource.refresh();
            self.enlist(index);
        }
    }
}

/// So many objects of one name are looked through to say more about a patch that is for none.
const MAX_NEAR_MISSES: usize = 100;

impl Patch {
    /// What a document changes: kind, name and namespace stay what they are unless the options allow more.
    fn body_for(&self, document: &Document) -> Value {
        let mut body = document.body.clone();
        let Some(map) = body.map_mut() else { return body };
        map.remove("apiVersion");
        if !self.may_change_kind {
            map.remove("kind");
        }
        if let Some(metadata) = map.get_mut("metadata").and_then(Value::map_mut) {
            metadata.remove("namespace");
            if !self.may_rename {
                metadata.remove("name");
            }
        }
        body
    }
}

/// What an object is told by, in case that a patch takes it away.
struct ToldBy {
    name: Option<Value>,
    namespace: Option<Value>,
}

impl ToldBy {
    fn of(root: &Value) -> Self {
        Self { name: root.at(&["metadata", "name"]), namespace: root.at(&["metadata", "namespace"]) }
    }

    fn restore(self, root: &mut Value) {
        for (key, value) in [("name", self.name), ("namespace", self.namespace)] {
            let Some(value) = value.filter(|_| root.at(&["metadata", key]).is_none()) else { continue };
            let span = value.span();
            if let Some(slot) = root.make(&["metadata", key], span) {
                *slot = value;
            }
        }
    }
}

/// Once is enough: a name that was not changed since needs no second note.
fn remember(resource: &mut Resource) {
    if resource.previous.last() != Some(resource.id()) {
        resource.remember_id();
    }
}

/// Kustomize keeps its own notes in annotations, so that a JSON patch always finds the mapping.
fn make_annotations(root: &mut Value, span: Span) -> bool {
    if root.at(&["metadata", "annotations"]).is_some_and(|annotations| !annotations.is_null()) {
        return false;
    }
    let Some(slot) = root.make(&["metadata", "annotations"], span) else { return false };
    *slot = Value::empty_map(span);
    true
}

fn drop_empty_annotations(root: &mut Value) {
    let annotations = root.at(&["metadata", "annotations"]);
    if annotations.is_some_and(|annotations| annotations.is_map() && annotations.entries().is_empty()) {
        let metadata = root.at_mut(&["metadata"]).and_then(Value::map_mut);
        metadata.map(|metadata| metadata.remove("annotations"));
    }
}

/// Kustomize writes all annotations anew then, each as a text.
fn make_texts_of_annotations(root: &mut Value) {
    let Some(annotations) = root.at(&["metadata", "annotations"]).filter(Value::is_map) else { return };
    let others = annotations.entries().into_iter().filter(|entry| !entry.value.is_string());
    for entry in others.filter(|entry| entry.value.as_text().is_some()).collect::<Vec<_>>() {
        let place: Place = entry.value.place();
        let text = Value::text_at(entry.value.text(), place);
        if let Some(slot) = root.at_mut(&["metadata", "annotations", &*entry.key.text]) {
            *slot = text;
        }
    }
}
