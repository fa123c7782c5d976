//! Builds kustomizations: what an overlay makes of its bases, every value knowing where it was written.
//!
//! A build is a pure function of the files that were read. It runs no program and fetches nothing; what would need
//! that, or is broken, becomes a [`gap::Gap`], and everything around it is built.

pub mod accumulation;
pub mod build_metadata;
pub mod builder;
pub mod compose;
pub mod configuration;
pub mod definition;
pub mod field_spec;
pub mod file;
pub mod finish;
pub mod freeze;
pub mod gap;
pub mod generator;
pub mod graph;
pub mod hash;
pub mod id;
pub mod input;
pub mod json_patch;
pub mod merge;
pub mod name_reference;
pub mod objects;
pub mod order;
pub mod patch;
pub mod plugin;
pub mod print;
pub mod recipe;
pub mod replacement;
pub mod resource;
pub mod selector;
pub mod step;
pub mod store;
#[cfg(test)]
mod testing;
pub mod transform;
pub mod value;
pub mod variable;

use crate::provenance::{Change, Removed};
use crate::source::FileId;
use crate::yaml::Node;
use builder::Builder;
use freeze::Frozen;
use gap::{Gap, GapKind};
use graph::Graph;
use id::Id;
use rayon::prelude::*;
use resource::{Resource, Resources};
use std::collections::HashMap;
use std::sync::Arc;
use store::Store;

/// What becomes of one kustomization.
#[derive(Debug, Clone)]
pub struct Build {
    /// Its file.
    pub kustomization: FileId,
    /// Its folder, relative to the checked root.
    pub folder: String,
    /// The objects, in the order in which kustomize prints them. What several builds have in common is shared.
    pub objects: Vec<Arc<Object>>,
    /// What could not be built.
    pub gaps: Vec<Gap>,
    /// Changes that are for no object: nothing lacks, and nothing happens.
    pub idle: Vec<Gap>,
    /// Whole objects that the build takes away.
    pub removed: Vec<(Id, Removed)>,
}

/// An object that was built.
#[derive(Debug)]
pub struct Object {
    frozen: Frozen,
    /// What the build did to it as a whole, the oldest first.
    pub changes: Vec<Change>,
    /// What was taken away from it.
    pub removed: Vec<Removed>,
}

/// Builds the kustomizations in these folders, relative to the checked root; nothing for a folder that has none.
pub fn build(store: Store<'_>, folders: &[&str]) -> Vec<Option<Build>> {
    let graph = Graph::new(store);
    let numbers: Vec<_> = folders.iter().map(|folder| graph.in_folder(folder)).collect();
    let roots: Vec<u32> = numbers.iter().flatten().copied().collect();
    let builds: HashMap<u32, Build> = roots.iter().copied().zip(build_roots(store, &graph, &roots)).collect();
    numbers.iter().map(|number| builds.get(number.as_ref()?).cloned()).collect()
}

/// Builds kustomizations by their numbers.
pub fn build_roots(store: Store<'_>, graph: &Graph, roots: &[u32]) -> Vec<Build> {
    let gathered = Builder::run(store, graph, roots);
    let finished: Vec<_> = roots
        .par_iter()
        .map(|root| {
            let file = &graph.nodes[*root as usize].file;
            gathered
                .get(root)
                .map(|gathered| (finish::finish(gathered, file, store), gathered.removed.clone()))
        })
        .collect();
    let objects = frozen(finished.iter().flatten().map(|((resources, _), _)| resources));
    let builds = roots.iter().zip(&finished).map(|(root, finished)| {
        let file = &graph.nodes[*root as usize].file;
        let ((resources, gaps), removed) = finished.clone().unwrap_or_default();
        let (idle, gaps) = gaps.into_iter().partition(|gap| gap.kind == GapKind::Idle);
        let object = |resource: &Arc<Resource>| objects.get(&Arc::as_ptr(resource)).map(Arc::clone);
        Build {
            kustomization: file.id,
            folder: file.folder.clone(),
            objects: resources.iter().filter_map(object).collect(),
            gaps,
            idle,
            removed,
        }
    });
    builds.collect()
}

/// Each object once, whatever the number of builds it is in.
fn frozen<'r>(builds: impl Iterator<Item = &'r Resources>) -> HashMap<*const Resource, Arc<Object>> {
    let mut each: HashMap<*const Resource, &Arc<Resource>> = HashMap::new();
    for resource in builds.flat_map(Resources::iter) {
        each.entry(Arc::as_ptr(resource)).or_insert(resource);
    }
    let each: Vec<_> = each.into_values().collect();
    let object = |resource: &&Arc<Resource>| Arc::new(Object::new(resource));
    let objects: Vec<_> = each.par_iter().map(object).collect();
    each.into_iter().map(Arc::as_ptr).zip(objects).collect()
}

impl Build {
    /// What a reader calls it: its folder, or `.` for the root.
    pub fn title(&self) -> &str {
        if self.folder.is_empty() { "." } else { &self.folder }
    }
}

impl Object {
    fn new(resource: &Resource) -> Self {
        Self {
            frozen: Frozen::new(&resource.root),
            changes: resource.changes.clone(),
            removed: resource.removed.clone(),
        }
    }

    /// The root of the object.
    pub fn root(&self) -> Node<'_> {
        self.frozen.root()
    }

    /// Whether it is exactly as it was written.
    pub fn is_written(&self) -> bool {
        self.frozen.is_written()
    }
}
