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
use std::collections::{HashMap, HashSet};
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
        Directive::Merge => {
            merger.map(dest, patch, Type::of(gvk), &[]);
            without_unwritten(dest, Type::of(gvk));
        }
        Directive::Replace => {
            let message = "`$patch: replace` at the top of a patch changes nothing";
            merger.gap(GapKind::Change, directive_span(patch), message);
        }
        Directive::Unknown => {}
    }
    true
}

/// Kustomize loses keys behind which nothing is written, wherever in the mappings of a patched object they stand, and
/// in lists whose items it merges. A written `null` stays.
fn without_unwritten(value: &mut Value, of: Option<&'static Type>) {
    if !has_unwritten(value) {
        return;
    }
    let Some(map) = value.map_mut() else { return };
    map.entries.retain(|entry| !is_unwritten(&entry.value));
    for entry in &mut map.entries {
        let field = of.and_then(|of| of.field(&entry.key.text));
        let is_merged = field.is_some_and(|field| field.merge.is_some());
        if is_merged && entry.value.items().iter().any(has_unwritten) {
            let items = entry.value.list_mut().into_iter().flat_map(|list| &mut list.items);
            items.for_each(|item| without_unwritten(item, field.and_then(Field::of)));
        }
        without_unwritten(&mut entry.value, field.and_then(Field::of));
    }
}

fn has_unwritten(value: &Value) -> bool {
    match value {
        Value::Written(written) => {
            let node = written.node();
            let is_collection = node.is_mapping() || node.is_sequence();
            is_collection && node.walk().any(|node| node.is_null() && node.raw().is_empty())
        }
        Value::Map(map) => {
            map.entries.iter().any(|entry| is_unwritten(&entry.value) || has_unwritten(&entry.value))
        }
        Value::List(list) => list.items.iter().any(has_unwritten),
        Value::Scalar(_) => false,
    }
}

fn is_unwritten(value: &Value) -> bool {
    value.is_null() && value.node().is_some_and(|node| node.raw().is_empty())
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
    /// Both are mappings. Where an item of a list is merged, the keys by which it was found stay as they are.
    fn map(&mut self, dest: &mut Value, patch: &Value, of: Option<&'static Type>, found_by: &[String]) {
        let Some(dest) = dest.map_mut() else { return };
        let mut changes = patch.entries();
        changes.retain(|change| {
            let key = &*change.key.text;
            key != DIRECTIVE && !found_by.iter().any(|found_by| found_by == key)
        });
        let index = (changes.len() >= LARGE).then(|| index(dest));
        let mut gone = Vec::new();
        for change in &changes {
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
                self.map(dest, patch, of, &[]);
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
        let step = |step: &Arc<str>| step.replace('~', "~0").replace('/', "~1");
        self.path.iter().flat_map(|name| ["/".to_owned(), step(name)]).collect()
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
    let gone: HashSet<usize> = gone.iter().copied().collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;
    use serde_json::Value as Json;

    fn value(sources: &mut Sources, path: &str, text: &str) -> Value {
        let file = sources.add(path.into(), FileKind::Yaml, text.into());
        let tree = Arc::new(yaml::parse(file, text.into()));
        let root = tree.roots().next().expect("there is a document");
        Value::written(&tree, root)
    }

    struct Merged {
        root: Value,
        notes: Notes,
        sources: Sources,
    }

    fn merged(dest: &str, patch: &str, kind: &str) -> Merged {
        let mut sources = Sources::default();
        let mut root = value(&mut sources, "a.yaml", dest);
        let patch = value(&mut sources, "b.yaml", patch);
        let mut notes = Notes::default();
        let (version, kind) = kind.rsplit_once(' ').expect("a version and a kind");
        assert!(merge(&mut root, &patch, &Gvk::new(version, kind), patch.span(), &mut notes));
        Merged { root, notes, sources }
    }

    impl Merged {
        fn text(&self, span: Span) -> &str {
            let source = self.sources.get(span.file);
            &source.text()[span.start as usize..span.end as usize]
        }
    }

    fn json(text: &str) -> Json {
        value(&mut Sources::default(), "c.yaml", text).to_json()
    }

    /// What a pod's `spec` becomes; each row was tried with kustomize v5.5.0.
    fn pod(dest: &str, patch: &str, expected: &str) {
        let merged = merged(&format!("spec: {dest}"), &format!("spec: {patch}"), "v1 Pod");
        assert_eq!(merged.root.to_json(), json(&format!("spec: {expected}")), "{dest} << {patch}");
        assert_eq!(merged.notes.gaps, [], "{dest} << {patch}");
    }

    fn ports(dest: &str, patch: &str, expected: &str) {
        let pod_of = |ports: &str| format!("{{containers: [{{name: c, ports: {ports}}}]}}");
        pod(&pod_of(dest), &pod_of(patch), &pod_of(expected));
    }

    /// What a pod's `spec` becomes where kustomize loses something, and what is said about it.
    fn gap(dest: &str, patch: &str, expected: &str, kind: GapKind) {
        let merged = merged(&format!("spec: {dest}"), &format!("spec: {patch}"), "v1 Pod");
        assert_eq!(merged.root.to_json(), json(&format!("spec: {expected}")), "{dest} << {patch}");
        let kinds: Vec<_> = merged.notes.gaps.iter().map(|gap| gap.kind).collect();
        assert_eq!(kinds, [kind], "{dest} << {patch}");
    }

    #[test]
    fn mappings_are_merged_key_by_key() {
        pod("{a: {x: y}}", "{a: {b: {c: null}}, d: {}, e: []}", "{a: {x: y, b: {}}, d: {}, e: []}");
        pod("{a: {b: c}}", "{a: {b: null}}", "{a: {}}");
        pod("{a: {b: c}}", "{a: {}}", "{a: {b: c}}");
        pod("{a: null, c: null}", "{a: 1}", "{a: 1, c: null}");
        pod("{h: {y: 2}, j: {k: 1}}", "{h: {$patch: replace, i: 1}, j: {$patch: delete}}", "{h: {i: 1}}");
        pod("{}", "{g: {$patch: delete}, h: {$patch: replace, i: 1}}", "{h: {i: 1}}");
        gap("{a: 1}", "{a: {b: c}}", "{a: 1}", GapKind::Change);
        gap("{a: {b: c}}", "{a: {$patch: some}}", "{a: {b: c}}", GapKind::Change);
    }

    #[test]
    fn other_lists_are_replaced() {
        pod("{tolerations: [x]}", "{tolerations: []}", "{tolerations: []}");
        pod(
            "{f: [{a: 1}]}",
            "{f: [null, {a: null, $patch: delete}]}",
            "{f: [null, {a: null, $patch: delete}]}",
        );
        let merged = merged("spec: {containers: [{name: a}]}", "spec: {containers: [{name: b}]}", "x/v1 Pod");
        assert_eq!(merged.root.to_json(), json("spec: {containers: [{name: b}]}"));
    }

    #[test]
    fn what_a_patch_names_comes_first() {
        let dest = "{containers: [{name: a}, {name: b}, {name: c}]}";
        let patch = "{containers: [{name: c, x: y}, {name: d}, {name: a, z: y}]}";
        pod(dest, patch, "{containers: [{name: c, x: y}, {name: d}, {name: a, z: y}, {name: b}]}");
        pod(dest, "{containers: []}", dest);
        pod(dest, "{containers: null}", "{}");
        pod(
            dest,
            "{containers: [{name: b, $patch: delete}, {name: z, $patch: delete}]}",
            "{containers: [{name: a}, {name: c}]}",
        );
        pod(dest, "{containers: [{name: e}, {$patch: replace}]}", "{containers: [{name: e}]}");
        pod(dest, "{containers: [{$patch: delete}, {name: e}]}", "{}");
        pod(
            "{}",
            "{containers: [{name: z, $patch: delete}, {name: y, x: null}]}",
            "{containers: [{name: y}]}",
        );
    }

    #[test]
    fn ports_are_told_by_number_and_protocol() {
        let two = "[{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]";
        let changed = "[{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP, name: z}]";
        ports(two, "[{containerPort: 80, protocol: UDP, name: z}]", changed);
        let plain = "[{containerPort: 1}, {containerPort: 2}]";
        ports(plain, "[{containerPort: 2, name: x}]", "[{containerPort: 2, name: x}, {containerPort: 1}]");
        let mixed = "[{containerPort: 1, protocol: T}, {containerPort: 2}]";
        let patch = "[{containerPort: 2, name: x}, {containerPort: 9}]";
        ports(
            mixed,
            patch,
            "[{containerPort: 9}, {containerPort: 1, protocol: T}, {containerPort: 2, name: x}]",
        );
    }

    #[test]
    fn what_kustomize_loses_is_told() {
        let pod_of = |ports: &str| format!("{{containers: [{{name: c, ports: {ports}}}]}}");
        let two = pod_of("[{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]");
        gap(&two, &pod_of("[{containerPort: 80, name: z}]"), &two, GapKind::MergeKey);
        let one = pod_of("[{containerPort: 80}]");
        gap(&one, &pod_of("[{containerPort: 80, protocol: TCP, name: z}]"), &one, GapKind::MergeKey);
        let env = "{hostAliases: [{ip: a, x: 1}]}";
        gap(
            env,
            "{hostAliases: [{ip: a, y: 2}, {ip: a, z: 3}]}",
            "{hostAliases: [{ip: a, x: 1, y: 2}]}",
            GapKind::MergeKey,
        );
        gap(env, "{hostAliases: [{ip: a, $patch: replace}]}", env, GapKind::Change);
        // Kustomize leaves nothing of the list.
        gap(env, "{hostAliases: [{y: 2}]}", "{hostAliases: [{ip: a, x: 1}, {y: 2}]}", GapKind::MergeKey);
    }

    #[test]
    fn finalizers_are_a_set() {
        let merged = merged("metadata: {finalizers: [a, b]}", "metadata: {finalizers: [c, b]}", "v1 Secret");
        assert_eq!(merged.root.to_json(), json("metadata: {finalizers: [c, b, a]}"));
    }

    #[test]
    fn values_know_where_they_were_written() {
        let dest = "spec: {replicas: 1, keep: me, gone: {x: y}}";
        let merged = merged(dest, "spec:\n  replicas: 30\n  gone: null\n", "apps/v1 Deployment");
        let replicas = merged.root.at(&["spec", "replicas"]).expect("it was written");
        assert_eq!(merged.text(replicas.span()), "30");
        let place = replicas.place();
        let before = place.changes()[0].before.expect("there was another value");
        assert_eq!((merged.text(before), place.changes().len()), ("1", 1));
        let removed = &merged.notes.removed[0];
        assert_eq!((&*removed.pointer, merged.text(removed.span)), ("/spec/gone", "{x: y}"));
        assert_eq!(merged.text(removed.by.by), "gone");
    }

    #[test]
    fn a_patch_may_delete_the_object() {
        let mut sources = Sources::default();
        let mut root = value(&mut sources, "a.yaml", "a: b");
        let patch = value(&mut sources, "b.yaml", "$patch: delete");
        assert!(!merge(&mut root, &patch, &Gvk::default(), patch.span(), &mut Notes::default()));
    }
}
