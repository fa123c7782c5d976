//! The folders of a codebase, and what is in them.

use crate::kustomize::input::Input;
use crate::kustomize::store::Store;
use crate::kustomize::value::Value;
use crate::kustomize::workshop::Workshop;
use crate::model::glob;
use crate::model::role::Zone;
use crate::source::{FileId, FileKind, Source, is_below};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Folders that can be deployed.
#[derive(Debug)]
pub(in crate::codebase) struct Folders<'a> {
    store: Store<'a>,
    all: BTreeSet<&'a str>,
    /// The number of the kustomization in each folder that has one, and whether it is a component.
    kustomizations: BTreeMap<&'a str, (u32, bool)>,
    /// For each file, whether it holds objects and nothing else.
    has_objects: Vec<bool>,
}

impl<'a> Folders<'a> {
    /// Every folder, those that hold only folders included.
    pub(in crate::codebase) fn new(store: Store<'a>, workshop: &Workshop<'a>, zones: &[Zone]) -> Self {
        let mut all = BTreeSet::new();
        for source in store.sources() {
            let mut folder = source.folder();
            while all.insert(folder) {
                folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        let number = |folder: &&'a str| {
            let number = workshop.graph().in_folder(folder)?;
            Some((*folder, (number, workshop.graph().nodes[number as usize].file.is_component)))
        };
        let kustomizations = all.iter().filter_map(number).collect();
        let has_objects =
            |source: &Source| zones[source.id().index()].is_judged() && holds_objects(store, source);
        let has_objects = store.sources().iter().map(has_objects).collect();
        Self { store, all, kustomizations, has_objects }
    }

    /// The files there are.
    pub(super) fn store(&self) -> Store<'a> {
        self.store
    }

    /// Whether there is such a folder.
    pub(super) fn has(&self, folder: &str) -> bool {
        self.all.contains(folder)
    }

    /// Whether a folder has a kustomization of its own.
    pub(super) fn has_kustomization(&self, folder: &str) -> bool {
        self.kustomizations.contains_key(folder)
    }

    /// Whether a folder is a chart of Helm.
    pub(super) fn is_chart(&self, folder: &str) -> bool {
        let path = if folder.is_empty() { "Chart.yaml".to_owned() } else { format!("{folder}/Chart.yaml") };
        self.store.file(&path).is_some()
    }

    /// The folders whose paths match a pattern, part by part.
    pub(super) fn matching<'p>(&'p self, pattern: &'p str) -> impl Iterator<Item = &'a str> + use<'a, 'p> {
        let start = pattern.split(['*', '?', '[']).next().unwrap_or_default();
        let from = self
            .all
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .copied()
            .take_while(move |folder| folder.starts_with(start));
        from.filter(move |folder| matches_parts(pattern, folder))
    }

    /// Every file below a folder.
    pub(super) fn files_below<'f>(&self, folder: &'f str) -> impl Iterator<Item = &'a Source> + use<'a, 'f> {
        let sources = self.store.sources().as_slice();
        let start = sources.partition_point(|source| source.path() < folder);
        let near = sources[start..].iter().take_while(move |source| source.path().starts_with(folder));
        near.filter(move |source| is_below(source.path(), folder))
    }

    /// The files with objects of a folder, and of those below it if `recurse` says so.
    pub(super) fn files(&self, folder: &str, recurse: bool) -> Vec<&'a Source> {
        let here = self.files_below(folder).filter(|source| recurse || source.folder() == folder);
        here.filter(|source| self.has_objects[source.id().index()]).collect()
    }

    /// What Flux lists in the kustomization that it makes for a folder without one: all files, and folders with
    /// kustomizations as such.
    pub(in crate::codebase) fn tree(&self, folder: &str, path: &Value) -> Vec<(Value, Input)> {
        let mut inputs = Vec::new();
        let mut seen = BTreeSet::new();
        for source in self.files_below(folder) {
            let inside = source.folder().get(folder.len()..).unwrap_or_default();
            if inside.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            match self.outermost(folder, source.folder()) {
                Some((number, true)) => drop(seen.insert(number)),
                Some((number, false)) if seen.insert(number) => {
                    inputs.push((path.clone(), Input::Folder(number)));
                }
                None if self.has_objects[source.id().index()] && source.kind() == FileKind::Yaml => {
                    inputs.push((path.clone(), Input::File(source.id())));
                }
                Some(_) | None => {}
            }
        }
        inputs
    }

    /// The outermost kustomization on the way down to a folder, the start left out.
    fn outermost(&self, start: &str, folder: &str) -> Option<(u32, bool)> {
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        let mut below = ends.filter(|&end| end > start.len()).map(|end| &folder[..end]);
        below.find_map(|folder| self.kustomizations.get(folder)).copied()
    }

    /// The files as what a kustomization lists.
    pub(in crate::codebase) fn inputs(files: &[FileId], path: &Value) -> Vec<(Value, Input)> {
        files.iter().map(|file| (path.clone(), Input::File(*file))).collect()
    }
}

/// Whether a path matches a pattern in which `*` stands for no slash.
pub(super) fn matches_parts(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if glob::matches(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Whether a file holds objects with names and nothing else, so that it can be taken in.
fn holds_objects(store: Store<'_>, source: &Source) -> bool {
    if !matches!(source.kind(), FileKind::Yaml | FileKind::Json) {
        return false;
    }
    let Some(tree) = store.tree(source.id()).filter(|tree| !tree.is_template()) else { return false };
    let mut roots = tree.roots().filter(|root| !root.is_null()).peekable();
    let is_text = |root: Node<'_>, path: &[&str]| root.at(path).is_some_and(|node| !node.is_empty());
    let is_object = |root: Node<'_>| {
        let is_list = root.get("kind").is_some_and(|kind| kind.text().ends_with("List"));
        is_text(root, &["apiVersion"])
            && is_text(root, &["kind"])
            && (is_list || is_text(root, &["metadata", "name"]))
    };
    roots.peek().is_some() && roots.all(is_object)
}
