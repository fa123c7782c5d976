//! The objects written in a file, as kustomize takes them in.

use super::gap::{Gap, GapKind};
use super::resource::Resource;
use super::store::Store;
use super::value::Value;
use crate::source::{FileId, Span};
use crate::yaml::{Grade, Node, Schema, Tree};
use std::sync::Arc;

/// The objects of a file. What is no object becomes a gap.
pub fn in_file(store: Store<'_>, file: FileId, gaps: &mut Vec<Gap>) -> Vec<Resource> {
    let Some(tree) = store.tree(file) else {
        gaps.push(Gap::new(GapKind::Unreadable, Span::file_start(file), "this file is no YAML"));
        return Vec::new();
    };
    in_tree(tree, gaps)
}

/// The objects of a text that stands in a kustomization.
pub fn inline(text: &Value, gaps: &mut Vec<Gap>) -> Vec<Resource> {
    let Some(tree) = text.node().and_then(Node::embedded).map(Arc::new) else { return Vec::new() };
    in_tree(&tree, gaps)
}

fn in_tree(tree: &Arc<Tree>, gaps: &mut Vec<Gap>) -> Vec<Resource> {
    let fatal = tree.troubles().iter().filter(|trouble| trouble.grade == Grade::Fatal);
    gaps.extend(fatal.map(|trouble| Gap::new(GapKind::Unreadable, trouble.span, trouble.message())));
    if tree.is_template() {
        let message = "this file is a template: kustomize cannot read it as it stands";
        gaps.push(Gap::new(GapKind::Unreadable, Span::file_start(tree.file()), message));
        return Vec::new();
    }
    let (mut objects, mut listed) = (Vec::new(), Vec::new());
    for root in tree.roots() {
        let value = Value::written(tree, root);
        match items(&value) {
            Some(items) => listed.extend(items.iter().filter_map(|item| object(item, gaps))),
            None => objects.extend(object(&value, gaps)),
        }
    }
    objects.append(&mut listed);
    objects
}

/// The items of a list of objects. They come behind all other objects of their file.
fn items(value: &Value) -> Option<Vec<Value>> {
    let kind = value.get("kind")?;
    let items = value.get("items").filter(Value::is_list)?;
    kind.text().ends_with("List").then(|| items.items())
}

fn object(value: &Value, gaps: &mut Vec<Gap>) -> Option<Resource> {
    if let Some(reason) = refusal(value) {
        gaps.push(reason);
        return None;
    }
    Some(Resource::new(value.clone()))
}

fn refusal(value: &Value) -> Option<Gap> {
    let unreadable = |span, message: &str| Some(Gap::new(GapKind::Unreadable, span, message));
    if !value.is_map() {
        return unreadable(value.span(), "this is no object: kustomize wants a mapping");
    }
    let node = value.node()?;
    // What is one key for kubectl, `yes` and `on`, are two for kustomize.
    let is_twice = |(first, again): &(Node<'_>, Node<'_>)| node.holds(*again) && first.text() == again.text();
    if let Some((_, again)) = node.tree().duplicates().find(is_twice) {
        return unreadable(again.span(), "this key stands twice: kustomize refuses the file");
    }
    // Aliases may repeat more than anybody can hold, and only who follows them all sees it.
    if let Some(error) = has_aliases(node).then(|| node.to_json(Schema::Kustomize).err()).flatten() {
        return unreadable(error.span().unwrap_or(node.span()), error.message());
    }
    let has = |path: &[&str]| value.text_of(path).is_some_and(|text| !text.is_empty());
    if !has(&["kind"]) {
        return unreadable(value.span(), "this object has no `kind`: kustomize refuses it");
    }
    if !has(&["metadata", "name"]) && !value.text_of(&["kind"])?.ends_with("List") {
        return unreadable(value.span(), "this object has no `metadata.name`: kustomize refuses it");
    }
    None
}

fn has_aliases(node: Node<'_>) -> bool {
    node.tree().has_aliases() && node.walk().any(Node::is_alias)
}
