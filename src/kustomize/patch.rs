//! The entries of `patches`, `patchesStrategicMerge` and `patchesJson6902`, as a kustomization has them.
//!
//! Reading an entry resolves its text; [`Patches::apply`] knows nothing of files.

mod apply;

use super::gap::{Gap, GapKind};
use super::id::Id;
use super::resource::Resources;
use super::selector::Selector;
use super::store::Store;
use super::value::{Entry, Value};
use crate::paths::resolve_path;
use crate::provenance::Removed;
use crate::source::Span;
use crate::yaml::{Builder, Node, Tree};
use serde::de::IgnoredAny;
use std::sync::Arc;

/// The patches of one field of a kustomization, in order.
#[derive(Debug, Clone, Default)]
pub struct Patches {
    list: Vec<Patch>,
}

/// What there is to say about a step of a build.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// What could not be done.
    pub gaps: Vec<Gap>,
    /// The objects that were deleted.
    pub removed: Vec<(Id, Removed)>,
}

/// Where the files of a kustomization are.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// All files.
    pub store: Store<'a>,
    /// The folder of the kustomization, relative to the checked root.
    pub path: &'a str,
}

/// One entry.
#[derive(Debug, Clone)]
struct Patch {
    /// The entry in the kustomization.
    span: Span,
    target: Option<Selector>,
    content: Content,
    may_rename: bool,
    may_change_kind: bool,
    /// Kustomize writes down what objects are known by before it applies a JSON patch of this kind.
    remembers: bool,
}

#[derive(Debug, Clone)]
enum Content {
    /// Strategic merge patches.
    Merge(Vec<Document>),
    /// The list of operations of a JSON patch.
    Json(Value),
}

/// A strategic merge patch.
#[derive(Debug, Clone)]
struct Document {
    /// What it is for, unless the entry has a target.
    id: Id,
    /// What it says, without what it is told by.
    body: Value,
    /// Where its name stands.
    span: Span,
}

impl Patches {
    /// The entries of `patches`.
    pub fn read(entries: &Value, folder: Folder<'_>, gaps: &mut Vec<Gap>) -> Self {
        let list = entries.items().iter().filter_map(|entry| read_entry(entry, folder, gaps)).collect();
        Self { list }
    }

    /// The entries of `patchesStrategicMerge`: texts or paths.
    pub fn read_strategic_merges(entries: &Value, folder: Folder<'_>, gaps: &mut Vec<Gap>) -> Self {
        let read = |entry: &Value, gaps: &mut Vec<Gap>| {
            let roots = match embedded(entry) {
                Some(tree) if tree.roots().any(Node::is_mapping) => roots(&tree, gaps),
                _ => file(entry, folder, gaps)?,
            };
            let roots = roots.into_iter().map(without_null_labels).collect();
            let content = content(roots, entry, gaps)?;
            if let Content::Json(operations) = &content {
                let message = "a JSON patch is no strategic merge patch";
                gaps.push(Gap::new(GapKind::Unreadable, operations.span(), message));
                return None;
            }
            Some(Patch::new(entry.span(), content))
        };
        Self { list: entries.items().iter().filter_map(|entry| read(entry, gaps)).collect() }
    }

    /// The entries of `patchesJson6902`.
    pub fn read_json_patches(entries: &Value, folder: Folder<'_>, gaps: &mut Vec<Gap>) -> Self {
        let read = |entry: &Value, gaps: &mut Vec<Gap>| {
            let mut patch = read_entry(entry, folder, gaps)?;
            patch.remembers = false;
            if matches!(patch.content, Content::Merge(_)) {
                let message = "a patch of `patchesJson6902` is a list of operations";
                gaps.push(Gap::new(GapKind::Unreadable, entry.span(), message));
                return None;
            }
            Some(patch)
        };
        Self { list: entries.items().iter().filter_map(|entry| read(entry, gaps)).collect() }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Applies all of them in order.
    pub fn apply(&self, resources: &mut Resources, log: &mut Log) {
        apply::apply(&self.list, resources, log);
    }
}

impl Patch {
    fn new(span: Span, content: Content) -> Self {
        Self { span, target: None, content, may_rename: false, may_change_kind: false, remembers: true }
    }
}

fn read_entry(entry: &Value, folder: Folder<'_>, gaps: &mut Vec<Gap>) -> Option<Patch> {
    if !entry.is_map() {
        let message = "a patch is a mapping with `path` or `patch`";
        gaps.push(Gap::new(GapKind::Field, entry.span(), message));
        return None;
    }
    let text = entry.get("patch").filter(|text| !text.text().trim().is_empty());
    let path = entry.get("path").filter(|path| !path.text().is_empty());
    // Flux takes patches that are no texts.
    let inline = entry.get("patch").filter(|patch| patch.is_map() || patch.is_list());
    let (said_at, roots) = match (inline.clone().or(text), path) {
        (Some(body), None) if inline.is_some() => (body.clone(), Some(vec![body])),
        (Some(text), None) => {
            let roots = embedded(&text).map(|tree| roots(&tree, gaps));
            gaps.extend(not_json(&text.text(), text.span()));
            (text, roots)
        }
        (None, Some(path)) => {
            let roots = file(&path, folder, gaps)?;
            (path, Some(roots))
        }
        (one, _) => {
            let message = if one.is_some() {
                "the patch has both `path` and `patch`"
            } else {
                "the patch has neither `path` nor `patch`"
            };
            gaps.push(Gap::new(GapKind::Field, entry.span(), message));
            return None;
        }
    };
    let content = content(roots.unwrap_or_default(), &said_at, gaps)?;
    let mut read = Patch::new(entry.span(), content);
    read.target = entry.get("target").filter(Value::is_map).map(|target| Selector::parse(&target, gaps));
    let option = |name: &str| entry.text_of(&["options", name]).is_some_and(|value| value == "true");
    read.may_rename = option("allowNameChange");
    read.may_change_kind = option("allowKindChange");
    let problem = match &read.content {
        Content::Json(_) if read.target.is_none() => "a JSON patch needs a `target`",
        Content::Merge(documents) if read.target.is_some() && documents.len() > 1 => {
            "a patch with a `target` is one document"
        }
        _ => return Some(read),
    };
    gaps.push(Gap::new(GapKind::Field, entry.span(), problem));
    None
}

fn embedded(text: &Value) -> Option<Arc<Tree>> {
    if let Some(node) = text.node() {
        return node.embedded().map(Arc::new);
    }
    // A text that was put together has no place for each of its lines: all of them stand where it stands.
    let mut built = Builder::default();
    built.scalar(&text.as_text()?, true, text.place());
    built.finish(text.span().file).built_root().embedded().map(Arc::new)
}

/// The documents of the file at a path.
fn file(path: &Value, folder: Folder<'_>, gaps: &mut Vec<Gap>) -> Option<Vec<Value>> {
    let text = path.text();
    let mut gap = |kind, message: String| {
        gaps.push(Gap::new(kind, path.span(), message));
        None
    };
    if text.contains("://") {
        return gap(GapKind::Remote, format!("`{text}` is not fetched"));
    }
    let resolved = resolve_path(folder.path, &text);
    let Some(source) = resolved.and_then(|path| folder.store.file(&path)) else {
        let near = resolve_path(folder.path, &text).and_then(|path| folder.store.near(&path));
        let near = near.map(|near| format!("; `{near}` is")).unwrap_or_default();
        return gap(GapKind::Missing, format!("`{text}` is not there{near}"));
    };
    let Some(tree) = folder.store.tree(source.id()) else {
        return gap(GapKind::Unreadable, format!("`{text}` is no YAML"));
    };
    gaps.extend(not_json(source.text(), Span::file_start(source.id())));
    Some(roots(tree, gaps))
}

/// A list between brackets has to be JSON, letter by letter. It is taken all the same.
fn not_json(text: &str, span: Span) -> Option<Gap> {
    let error = text.starts_with('[').then(|| serde_json::from_str::<IgnoredAny>(text).err())??;
    let message = format!("kustomize reads a patch that begins with `[` as JSON, and this is none: {error}");
    Some(Gap::new(GapKind::Unreadable, span, message))
}

fn roots(tree: &Arc<Tree>, gaps: &mut Vec<Gap>) -> Vec<Value> {
    for document in tree.documents().iter().filter(|document| !document.is_readable()) {
        let message = "the patch cannot be read as YAML";
        gaps.push(Gap::new(GapKind::Unreadable, tree.span_of(document), message));
    }
    let roots = tree.roots().map(|root| Value::written(tree, root));
    roots.filter(|root| !root.is_null()).collect()
}

fn content(roots: Vec<Value>, said_at: &Value, gaps: &mut Vec<Gap>) -> Option<Content> {
    match roots.first() {
        // The reader of JSON patches looks at nothing but the first document.
        Some(first) if first.is_list() && !first.items().is_empty() => {
            return Some(Content::Json(first.clone()));
        }
        Some(first) if first.is_map() => {}
        _ => {
            gaps.push(Gap::new(GapKind::Unreadable, said_at.span(), "there is no patch in it"));
            return None;
        }
    }
    let roots = roots.into_iter().flat_map(flattened);
    let documents: Vec<_> = roots.filter_map(|root| document(root, gaps)).collect();
    (!documents.is_empty()).then_some(Content::Merge(documents))
}

/// The items of a list object are patches of their own.
fn flattened(root: Value) -> Vec<Value> {
    let is_list = root.text_of(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
    match root.get("items").filter(|items| is_list && items.is_list()) {
        Some(items) => items.items(),
        None => vec![root],
    }
}

fn document(root: Value, gaps: &mut Vec<Gap>) -> Option<Document> {
    let id = Id::of(&root);
    if id.gvk.kind.is_empty() || id.name.is_empty() {
        let message = "a strategic merge patch needs `kind` and `metadata.name`, even if it has a target";
        gaps.push(Gap::new(GapKind::Unreadable, root.span(), message));
        return None;
    }
    let span = root.at(&["metadata", "name"]).map_or_else(|| root.span(), |name| name.span());
    Some(Document { id, span, body: with_texts(root) })
}

/// The patch with labels and annotations as kustomize takes them: all are texts, even null, which deletes nothing
/// here; and without those that are empty, which therefore change nothing. Null instead of all of them deletes all.
fn with_texts(root: Value) -> Value {
    let mut changed: Option<Value> = None;
    for key in ["labels", "annotations"] {
        let Some(map) = root.at(&["metadata", key]).filter(|map| !(map.is_map() && has_texts_only(map)))
        else {
            continue;
        };
        let body = changed.get_or_insert_with(|| root.clone());
        let Some(metadata) = body.at_mut(&["metadata"]).and_then(Value::map_mut) else { continue };
        let entries = map.entries();
        if entries.is_empty() && map.is_map() {
            metadata.remove(key);
        }
        for entry in entries.into_iter().filter(|entry| !is_text(entry)) {
            let text = entry.value.node().map(Node::text).unwrap_or_default().into_owned();
            let place = entry.value.place();
            if let Some(map) = metadata.get_mut(key).and_then(Value::map_mut) {
                map.insert(entry.key, Value::text_at(text, place));
            }
        }
    }
    changed.unwrap_or(root)
}

/// Null instead of all labels deletes them in `patches`, and changes nothing in `patchesStrategicMerge`.
fn without_null_labels(mut root: Value) -> Value {
    for key in ["labels", "annotations"] {
        if root.at(&["metadata", key]).is_some_and(|map| map.is_null()) {
            root.at_mut(&["metadata"]).and_then(Value::map_mut).map(|metadata| metadata.remove(key));
        }
    }
    root
}

fn has_texts_only(map: &Value) -> bool {
    let entries = map.entries();
    !entries.is_empty() && entries.iter().all(is_text)
}

fn is_text(entry: &Entry) -> bool {
    entry.value.is_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::resource::Resource;
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    const BASE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: ns}
spec: {replicas: 1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
";

    struct Built {
        objects: Vec<serde_json::Value>,
        resources: Resources,
        log: Log,
        kustomization: String,
    }

    impl Built {
        fn messages(&self) -> Vec<&str> {
            self.log.gaps.iter().map(|gap| &*gap.message).collect()
        }

        fn text(&self, span: Span) -> &str {
            &self.kustomization[span.start as usize..span.end as usize]
        }
    }

    /// Builds a kustomization of `BASE` in the folder `overlay`, with a patch in `overlay/patch.yaml`.
    fn build(kustomization: &str, patch: &str) -> Built {
        let mut sources = Sources::default();
        let mut trees = Vec::new();
        let files = [
            ("base.yaml", BASE),
            ("overlay/kustomization.yaml", kustomization),
            ("overlay/patch.yaml", patch),
        ];
        for (path, text) in files {
            let file = sources.add(path.into(), FileKind::Yaml, text.into());
            trees.push(Some(Arc::new(yaml::parse(file, text.into()))));
        }
        let store = Store::new(&sources, &trees);
        let documents = |path: &str| store.documents(store.file(path).expect("it is there").id());
        let objects = documents("base.yaml").into_iter().map(|root| Arc::new(Resource::new(root)));
        let mut resources: Resources = objects.collect();
        let folder = Folder { store, path: "overlay" };
        let mut log = Log::default();
        let root = documents("overlay/kustomization.yaml").remove(0);
        let list = |field: &str| root.get(field).unwrap_or_else(|| Value::empty_list(root.span()));
        Patches::read_strategic_merges(&list("patchesStrategicMerge"), folder, &mut log.gaps)
            .apply(&mut resources, &mut log);
        Patches::read(&list("patches"), folder, &mut log.gaps).apply(&mut resources, &mut log);
        Patches::read_json_patches(&list("patchesJson6902"), folder, &mut log.gaps)
            .apply(&mut resources, &mut log);
        let objects = resources.iter().map(|resource| resource.root.to_json()).collect();
        Built { objects, resources, log, kustomization: kustomization.into() }
    }

    const THREE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: ns}
spec: {replicas: 3}
";

    #[test]
    fn a_patch_finds_its_object_by_all_that_it_is_told_by() {
        let built = build("patches: [{path: patch.yaml}]", THREE);
        assert_eq!((&built.objects[0]["spec"]["replicas"], built.log.gaps.len()), (&3.into(), 0));
        let legacy = build("patchesStrategicMerge: [./patch.yaml]", THREE);
        assert_eq!(legacy.objects, built.objects);
        for (patch, message) in [
            (
                THREE.replace("apps/v1", "apps/v2"),
                "the patch is for Deployment `a` in namespace `ns` of `apps/v2`, which is not there; there is one of `apps/v1`",
            ),
            (
                THREE.replace(", namespace: ns", ""),
                "the patch is for Deployment `a` of `apps/v1`, which is not there; there is one in namespace `ns`",
            ),
            (
                THREE.replace("name: a", "name: z"),
                "the patch is for Deployment `z` in namespace `ns` of `apps/v1`, which is not there",
            ),
        ] {
            assert_eq!(build("patches: [{path: patch.yaml}]", &patch).messages(), [message]);
        }
    }

    #[test]
    fn places_in_a_patch_of_the_kustomization_are_places_in_it() {
        let patch = "patches:\n- target: {kind: Deployment}\n  patch: |-\n    apiVersion: other/v1\n    kind: Other\n    metadata: {name: x, namespace: z}\n    spec: {replicas: 30}\n";
        let built = build(patch, "");
        let root = &built.resources.get(0).root;
        let replicas = root.at(&["spec", "replicas"]).expect("it was written");
        assert_eq!(built.text(replicas.span()), "30");
        assert!(built.text(replicas.place().changes()[0].by).starts_with("target: {kind: Deployment}"));
        assert_eq!(root.text_of(&["apiVersion"]).as_deref(), Some("apps/v1"));
        assert_eq!(root.text_of(&["metadata", "name"]).as_deref(), Some("a"));
        assert_eq!(root.text_of(&["metadata", "namespace"]).as_deref(), Some("ns"));
    }

    #[test]
    fn options_allow_another_name_and_kind() {
        let kustomization = "patches:\n- target: {kind: Deployment}\n  path: patch.yaml\n  options: {allowNameChange: true, allowKindChange: true}\n- target: {kind: Other}\n  patch: '[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]'\n";
        let built = build(kustomization, "kind: Other\nmetadata: {name: c}\n");
        let resource = built.resources.get(0);
        assert_eq!(resource.id().to_string(), "Other `c` in namespace `ns`");
        assert_eq!(resource.original_id().to_string(), "Deployment `a` in namespace `ns`");
        assert_eq!(built.objects[0]["x"], 1);
    }

    #[test]
    fn deleted_objects_are_written_down() {
        let patch = "kind: x\nmetadata: {name: x}\n$patch: delete\n";
        let built = build("patches: [{path: patch.yaml, target: {name: a}}]", patch);
        assert_eq!(built.objects.len(), 1);
        let (id, removed) = &built.log.removed[0];
        assert_eq!((&*id.name, &*removed.pointer), ("a", ""));
        assert_eq!(&patch[removed.by.by.start as usize..], "delete\n");
    }

    #[test]
    fn annotations_are_there_for_json_patches() {
        let patch = "- {op: add, path: /metadata/annotations/x, value: 1}\n- {op: replace, path: /metadata/name, value: c}\n";
        let built = build("patches: [{path: patch.yaml, target: {name: b}}]", patch);
        assert_eq!(built.objects[1]["metadata"], serde_json::json!({"annotations": {"x": "1"}, "name": "c"}));
        assert_eq!(&*built.resources.get(1).original_id().name, "b");
        let legacy = build("patchesJson6902: [{path: patch.yaml, target: {name: b}}]", patch);
        assert_eq!(legacy.messages(), ["there is nothing that could hold `/metadata/annotations/x`"]);
        let plain =
            build("patches: [{path: patch.yaml, target: {name: b}}]", "- {op: add, path: /x, value: 1}");
        assert_eq!(plain.objects[1]["metadata"], serde_json::json!({"name": "b"}));
    }

    #[test]
    fn what_is_no_patch_is_told_and_the_rest_goes_on() {
        let rest = "- {path: patch.yaml}";
        for (entry, kind) in [
            ("text", GapKind::Field),
            ("{}", GapKind::Field),
            ("{path: a, patch: b}", GapKind::Field),
            ("{path: none.yaml}", GapKind::Missing),
            ("{path: ../../none.yaml}", GapKind::Missing),
            ("{path: 'https://example.com/a.yaml'}", GapKind::Remote),
            ("{patch: text}", GapKind::Unreadable),
            ("{patch: '{'}", GapKind::Unreadable),
            ("{patch: '[]'}", GapKind::Unreadable),
            ("{patch: 'spec: {}'}", GapKind::Unreadable),
            ("{patch: '- {op: remove, path: /a}'}", GapKind::Field),
            ("{patch: '- {op: remove, path: /a}', target: {name: a}}", GapKind::Change),
            ("{patch: '- {op: remove, path: /kind}', target: {name: a}}", GapKind::Change),
        ] {
            let built = build(&format!("patches:\n- {entry}\n{rest}"), THREE);
            assert_eq!(built.objects[0]["spec"]["replicas"], 3, "{entry}");
            assert_eq!(built.log.gaps.first().map(|gap| gap.kind), Some(kind), "{entry}");
        }
    }
}
