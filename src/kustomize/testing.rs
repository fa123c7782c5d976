//! Small codebases for the unit tests of the build.

use super::gap::Gap;
use super::resource::{Resource, Resources};
use super::store::Store;
use super::value::Value;
use crate::provenance::Place;
use crate::source::{FileKind, Sources};
use crate::yaml::{Tree, parse};
use std::sync::Arc;

/// Files that were read.
pub(super) struct Files {
    sources: Sources,
    trees: Vec<Option<Arc<Tree>>>,
}

impl Files {
    /// Of paths and texts, in the order of the paths.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::default();
        let mut trees = Vec::new();
        for &(path, text) in files {
            let file = sources.add(path.into(), FileKind::Yaml, text.into());
            let is_yaml = path.rsplit('.').next() == Some("yaml");
            trees.push(is_yaml.then(|| Arc::new(parse(file, text.into()))));
        }
        Self { sources, trees }
    }

    pub(super) fn store(&self) -> Store<'_> {
        Store::new(&self.sources, &self.trees)
    }

    /// The documents of a file.
    pub(super) fn documents(&self, path: &str) -> Vec<Value> {
        self.store().file(path).map(|source| self.store().documents(source.id())).unwrap_or_default()
    }

    /// The first document of a file.
    pub(super) fn document(&self, path: &str) -> Value {
        self.documents(path).swap_remove(0)
    }

    /// The objects of a file.
    pub(super) fn resources(&self, path: &str) -> Resources {
        self.documents(path).into_iter().map(|root| Arc::new(Resource::new(root))).collect()
    }

    /// The pieces of a text as they are written; what is computed stands in angle brackets.
    pub(super) fn pieces(&self, value: &Value) -> Vec<String> {
        let text = value.text().into_owned();
        let mut at = 0;
        let pieces = value.place().pieces(text.len());
        let written = pieces.iter().map(|piece| {
            let part = &text[at..at + piece.length as usize];
            at += piece.length as usize;
            let slice = self.sources.get(piece.span.file).slice(piece.span);
            assert!(piece.computed || slice.trim_matches(['"', '\'']) == part, "{slice} is not {part}");
            if piece.computed { format!("<{part}>") } else { part.to_string() }
        });
        let written = written.collect();
        assert_eq!(at, text.len());
        written
    }

    /// What stands at a place.
    pub(super) fn at(&self, place: &Place) -> &str {
        self.sources.get(place.span.file).slice(place.span)
    }
}

/// What gaps say.
pub(super) fn messages(gaps: &[Gap]) -> Vec<&str> {
    gaps.iter().map(|gap| gap.message.as_str()).collect()
}
