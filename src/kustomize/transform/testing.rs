//! What the tests of the transformers share: objects and kustomizations from texts.

use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::value::Value;
use crate::provenance::Place;
use crate::source::{FileKind, Sources, Span};
use crate::yaml;
use std::sync::Arc;

/// A kustomization and objects.
pub(super) struct Case {
    sources: Sources,
    /// The kustomization, or the object of a transformer file.
    pub(super) kustomization: Value,
    /// The objects.
    pub(super) resources: Resources,
}

impl Case {
    pub(super) fn new(kustomization: &str, objects: &str) -> Self {
        let mut sources = Sources::default();
        let kustomization = read(&mut sources, "kustomization.yaml", kustomization);
        let objects = read(&mut sources, "objects.yaml", objects);
        Self {
            sources,
            kustomization: kustomization.into_iter().next().expect("a test has a kustomization"),
            resources: objects.into_iter().map(|root| Arc::new(Resource::new(root))).collect(),
        }
    }

    /// The value of a field of the kustomization.
    pub(super) fn field(&self, key: &str) -> Value {
        self.kustomization.get(key).expect("a test has the field")
    }

    /// The objects as JSON.
    pub(super) fn json(&self) -> Vec<serde_json::Value> {
        self.resources.iter().map(|resource| resource.root.to_json()).collect()
    }

    /// What is written at a place.
    pub(super) fn written(&self, span: Span) -> &str {
        self.sources.get(span.file).slice(span)
    }

    /// A text piece by piece: those that are computed in angle brackets. What is not computed has to stand there.
    pub(super) fn pieces(&self, value: &Value) -> Vec<String> {
        let text = value.text();
        let mut at = 0;
        let mut pieces = Vec::new();
        for piece in value.place().pieces(text.len()) {
            let part = &text[at..at + piece.length as usize];
            at += piece.length as usize;
            if piece.computed {
                pieces.push(format!("<{part}>"));
            } else {
                assert_eq!(part, self.written(piece.span));
                pieces.push(part.to_owned());
            }
        }
        assert_eq!(at, text.len());
        pieces
    }

    /// What was written at a place before it was changed, the oldest first; empty where nothing was.
    pub(super) fn before(&self, place: &Place) -> Vec<&str> {
        let before = |span: Option<Span>| span.map_or("", |span| self.written(span));
        place.changes().iter().map(|change| before(change.before)).collect()
    }
}

fn read(sources: &mut Sources, path: &str, text: &str) -> Vec<Value> {
    let file = sources.add(path.into(), FileKind::Yaml, text.into());
    let tree = Arc::new(yaml::parse(file, text.into()));
    tree.roots().map(|root| Value::written(&tree, root)).collect()
}
