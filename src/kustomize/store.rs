//! The files a build may read: those that were read already, and no others.

use super::value::Value;
use crate::source::{FileId, Source, Sources};
use crate::yaml::Tree;
use std::sync::Arc;

/// Files by path, and the trees they were read into.
#[derive(Debug, Clone, Copy)]
pub struct Store<'a> {
    sources: &'a Sources,
    trees: &'a [Option<Arc<Tree>>],
}

impl<'a> Store<'a> {
    /// The files of a codebase; one tree for each source, none where the file is not YAML.
    pub fn new(sources: &'a Sources, trees: &'a [Option<Arc<Tree>>]) -> Self {
        Self { sources, trees }
    }

    /// Every file.
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// The file at this path, relative to the checked root.
    pub fn file(&self, path: &str) -> Option<&'a Source> {
        self.sources.by_path(path)
    }

    /// Whether files that were read lie below a folder.
    pub fn has_folder(&self, path: &str) -> bool {
        self.sources.has_folder(path)
    }

    /// What a file was read into; nothing if it is no YAML.
    pub fn tree(&self, file: FileId) -> Option<&'a Arc<Tree>> {
        self.trees.get(file.index())?.as_ref()
    }

    /// The documents of a YAML file.
    pub fn documents(&self, file: FileId) -> Vec<Value> {
        let tree = self.tree(file).into_iter();
        tree.flat_map(|tree| tree.roots().map(|root| Value::written(tree, root))).collect()
    }

    /// The whole text of a file as one scalar, as `configMapGenerator` takes it in. Its places are places in the file.
    pub fn text(&self, source: &Source) -> Value {
        let tree = Arc::new(Tree::of_text(source.id(), source.shared_text()));
        let node = tree.root_of_text();
        Value::written(&tree, node)
    }
}
