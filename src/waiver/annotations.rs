//! Waivers in the annotation `k8factor/allow`, wherever it is written: in an object, a patch or a kustomization.

use super::reach::Reach;
use super::{Found, Written};
use crate::codebase::Codebase;
use crate::model::waiver::{self, ANNOTATION, Mistake};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use memchr::memmem;
use std::collections::HashMap;

/// Finds the annotations of a file.
pub(super) fn find(codebase: &Codebase, file: FileId, found: &mut Found) {
    let Some(tree) = codebase.tree(file) else { return };
    let text = codebase.source(file).text().as_bytes();
    if [ANNOTATION, IN_POINTER].iter().all(|key| memmem::find(text, key.as_bytes()).is_none()) {
        return;
    }
    let objects: HashMap<Span, Span> = codebase
        .objects_in(file)
        .filter_map(|object| Some((object.annotation(ANNOTATION)?.value.span(), object.root().span())))
        .collect();
    for value in tree.roots().flat_map(Node::walk).filter_map(value_in) {
        add(value, objects.get(&value.span()).copied(), found);
    }
}

/// The objects that have the annotation in some build, as they are written, by its value.
pub(super) fn carriers(codebase: &Codebase) -> HashMap<Span, Vec<Span>> {
    let mut carriers: HashMap<Span, Vec<Span>> = HashMap::new();
    for object in codebase.objects() {
        if let Some(entry) = object.annotation(ANNOTATION) {
            carriers.entry(entry.value.span()).or_default().push(object.root().span());
        }
    }
    carriers
}

/// The end of the path with which a JSON patch sets the annotation.
const IN_POINTER: &str = "k8factor~1allow";

/// The value of the annotation, if this mapping gives it.
fn value_in(node: Node<'_>) -> Option<Node<'_>> {
    let is_path = |entry: &crate::yaml::Entry<'_>| {
        entry.key.is_text("path") && entry.value.text().ends_with(IN_POINTER)
    };
    let given = node.entries().find(|entry| entry.key.is_text(ANNOTATION)).map(|entry| entry.value);
    given.or_else(|| node.entries().find(is_path).and_then(|_| node.get("value")))
}

/// To find the place of a line in the value takes time for each. Nobody reviews this many reasons in one object.
const MOST: usize = 100;

fn add(value: Node<'_>, object: Option<Span>, found: &mut Found) {
    let text = value.text();
    let waivers = waiver::in_annotation(&text);
    if waivers.len() > MOST {
        let message =
            format!("this annotation holds {} waivers, and the first {MOST} of them count", waivers.len());
        found.mistakes.push((value.span(), Mistake { range: 0..text.len(), message }));
    }
    for waiver in waivers.into_iter().take(MOST) {
        let place = |range| value.span_within(range);
        match waiver {
            Err(mistake) => found.mistakes.push((place(mistake.range.clone()), mistake)),
            Ok(words) => found.written.push(Written {
                span: place(words.range),
                rules: words
                    .rules
                    .into_iter()
                    .map(|rule| (text[rule.clone()].to_owned(), place(rule)))
                    .collect(),
                reason: words.reason,
                until: words.until,
                reach: Reach::Annotation { value: value.span(), object },
            }),
        }
    }
}
