//! The files a build may read: those that were read already, and no others.

use super::gap::{Gap, GapKind};
use super::value::Value;
use crate::paths::resolve_path;
use crate::source::{FileId, Source, Sources};
use crate::suggest::closest;
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

    /// The name in the same folder that a path to nothing was probably meant to lead to.
    pub fn near(&self, path: &str) -> Option<&'a str> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names: Vec<&str> = self.sources.names_in(folder).take(MAX_NAMES).collect();
        let stem = |name: &'a str| name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let wanted = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let same = names.iter().copied().find(|other| stem(other) == wanted);
        let is_long = wanted.chars().count() >= MIN_LETTERS;
        let near = || closest(wanted, names.iter().copied().map(stem)).filter(|_| is_long);
        same.or_else(|| names.iter().copied().find(|other| Some(stem(other)) == near()))
    }

    /// The file that an entry of a kustomization in `folder` names. If it is not there, that is a gap.
    pub fn named(&self, folder: &str, entry: &Value, gaps: &mut Vec<Gap>) -> Option<&'a Source> {
        let text = entry.text();
        let path = resolve_path(folder, &text);
        let found = path.as_deref().and_then(|path| self.file(path));
        if found.is_none() {
            let near = path.as_deref().and_then(|path| self.near(path));
            let near = near.map(|near| format!("; `{near}` is there")).unwrap_or_default();
            gaps.push(Gap::new(GapKind::Missing, entry.span(), format!("there is no `{text}`{near}")));
        }
        found
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

/// So many names of a folder are compared with one that is missing.
const MAX_NAMES: usize = 200;

/// Shorter names are close to any other.
const MIN_LETTERS: usize = 4;
