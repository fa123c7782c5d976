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
mod dotted;
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
pub mod overlay;
pub mod patch;
pub mod plugin;
pub mod print;
pub mod recipe;
pub mod replacement;
pub mod resource;
pub mod selector;
pub mod step;
pub mod store;
pub mod substitution;
#[cfg(test)]
mod testing;
pub mod transform;
pub mod value;
pub mod variable;
pub mod workshop;

use crate::provenance::{Change, Removed};
use crate::source::FileId;
use crate::yaml::Node;
use freeze::Frozen;
use gap::Gap;
use id::Id;
use overlay::Deployment;
use resource::Resource;
use std::collections::HashMap;
use std::sync::Arc;
use store::Store;
use workshop::{Task, Workshop};

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
    /// Who brings it to which cluster, as far as that is known.
    pub deployment: Deployment,
}

/// An object that was built.
#[derive(Debug)]
pub struct Object {
    frozen: Frozen,
    original: Id,
    /// What the build did to it as a whole, the oldest first.
    pub changes: Vec<Change>,
    /// What was taken away from it.
    pub removed: Vec<Removed>,
}

/// Builds the kustomizations in these folders, relative to the checked root; nothing for a folder that has none.
pub fn build(store: Store<'_>, folders: &[&str]) -> Vec<Option<Build>> {
    let mut workshop = Workshop::new(store);
    let task = |folder: &&str| workshop.graph().in_folder(folder).map(Task::plain);
    let tasks: Vec<Option<Task>> = folders.iter().map(task).collect();
    let wanted: Vec<Task> = tasks.iter().flatten().cloned().collect();
    workshop.finish(&wanted);
    let builds: HashMap<u32, Build> =
        wanted.iter().map(|task| task.number).zip(workshop.builds(&wanted)).collect();
    tasks.iter().map(|task| builds.get(&task.as_ref()?.number).cloned()).collect()
}

impl Build {
    /// What a reader calls it: its folder, or `.` for the root, and who deploys it if that alone tells it apart from
    /// others.
    pub fn title(&self) -> &str {
        match &self.deployment.title {
            Some(title) => title,
            None if self.folder.is_empty() => ".",
            None => &self.folder,
        }
    }
}

impl Object {
    fn new(resource: &Resource) -> Self {
        Self {
            frozen: Frozen::new(&resource.root),
            original: resource.original_id().clone(),
            changes: resource.changes.clone(),
            removed: resource.removed.clone(),
        }
    }

    /// The root of the object.
    pub fn root(&self) -> Node<'_> {
        self.frozen.root()
    }

    /// What it was known by before anything was changed.
    pub fn original(&self) -> &Id {
        &self.original
    }

    /// Whether it is exactly as it was written.
    pub fn is_written(&self) -> bool {
        self.frozen.is_written()
    }
}
