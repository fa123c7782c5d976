//! Where builds are made: what one of them needed is at hand for the next, and what several have in common is shared.

use super::builder::Builder;
use super::finish;
use super::gap::{Gap, GapKind};
use super::graph::Graph;
use super::id::Id;
use super::input::Input;
use super::overlay::{Deployment, Finishing, Overlay};
use super::resource::{Resource, Resources};
use super::store::Store;
use super::value::Value;
use super::{Build, Object};
use crate::kustomize::file::File;
use crate::provenance::Removed;
use crate::source::FileId;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// A kustomization to build, with what is done to its objects at the very end.
#[derive(Debug, Clone)]
pub struct Task {
    /// The number of the kustomization.
    pub number: u32,
    /// What is done to what kustomize prints.
    pub finishing: Arc<Finishing>,
}

/// Builds that are finished, and what is needed for more.
#[derive(Debug)]
pub struct Workshop<'a> {
    store: Store<'a>,
    builder: Builder<'a>,
    /// Kustomizations that were added, by what they are made of.
    added: HashMap<(String, String), u32>,
    finished: HashMap<Key, Finished>,
}

/// What tells tasks apart.
type Key = (u32, Arc<str>);

/// The objects of a build, and what is to be said about it.
#[derive(Debug)]
pub struct Finished {
    /// The objects in order.
    pub resources: Resources,
    gaps: Vec<Gap>,
    removed: Vec<(Id, Removed)>,
}

impl Task {
    /// A kustomization as it is.
    pub fn plain(number: u32) -> Self {
        Self { number, finishing: Arc::new(Finishing::default()) }
    }

    /// What tells it apart from other tasks.
    pub fn key(&self) -> Key {
        (self.number, Arc::clone(&self.finishing.fingerprint))
    }
}

impl<'a> Workshop<'a> {
    /// One in which nothing was built yet.
    pub fn new(store: Store<'a>) -> Self {
        let builder = Builder::new(store);
        Self { store, builder, added: HashMap::new(), finished: HashMap::new() }
    }

    /// Every kustomization.
    pub fn graph(&self) -> &Graph {
        &self.builder.graph
    }

    /// The kustomization in a folder with the edits of who deploys it; itself where there are none.
    pub fn edited(&mut self, number: u32, overlay: &Overlay) -> u32 {
        if overlay.has_no_edits() {
            return number;
        }
        let key = (format!("#{number}"), overlay.fingerprint());
        if let Some(&known) = self.added.get(&key) {
            return known;
        }
        let node = &self.graph().nodes[number as usize];
        let (mut file, gaps) = (node.file.clone(), node.gaps.clone());
        overlay.edit(&mut file);
        self.add(key, file, gaps, Vec::new())
    }

    /// A kustomization that lists these inputs and nothing else, with the edits of who deploys it. `id` is the file that
    /// stands for it; a plain one is applied without kustomize.
    pub fn generated(
        &mut self,
        id: FileId,
        folder: &str,
        listed: Vec<(Value, Input)>,
        overlay: &Overlay,
        is_plain: bool,
    ) -> u32 {
        let inputs: Vec<_> = listed.iter().map(|(_, input)| input_key(input)).collect();
        let key = (format!("{folder}\n{is_plain} {inputs:?}"), overlay.fingerprint());
        if let Some(&known) = self.added.get(&key) {
            return known;
        }
        let mut file = File::generated(id, folder);
        file.is_plain = is_plain;
        overlay.edit(&mut file);
        self.add(key, file, Vec::new(), listed)
    }

    fn add(&mut self, key: (String, String), file: File, gaps: Vec<Gap>, listed: Vec<(Value, Input)>) -> u32 {
        let number = self.builder.graph.add(self.store, file, gaps, listed);
        self.added.insert(key, number);
        number
    }

    /// Builds what was not built yet.
    pub fn finish(&mut self, tasks: &[Task]) {
        let mut tasks: Vec<&Task> =
            tasks.iter().filter(|task| !self.finished.contains_key(&task.key())).collect();
        tasks.sort_by_key(|task| task.key());
        tasks.dedup_by_key(|task| task.key());
        let roots: Vec<u32> = tasks.iter().map(|task| task.number).collect();
        self.builder.gather(&roots);
        let (builder, store) = (&self.builder, self.store);
        let finished =
            tasks.par_iter().filter_map(|task| Some((task.key(), finished(builder, task, store)?)));
        let finished: Vec<_> = finished.collect();
        self.finished.extend(finished);
    }

    /// What was built for a task.
    pub fn finished(&self, task: &Task) -> Option<&Finished> {
        self.finished.get(&task.key())
    }

    /// The builds, ready to be read. An object that is in several of them is one.
    pub fn builds(&self, tasks: &[Task]) -> Vec<Build> {
        let objects = frozen(tasks.iter().filter_map(|task| self.finished(task)));
        let build = |task: &Task| {
            let file = &self.graph().nodes[task.number as usize].file;
            let finished = self.finished(task);
            let object = |resource: &Arc<Resource>| objects.get(&Arc::as_ptr(resource)).map(Arc::clone);
            let resources = finished.into_iter().flat_map(|finished| &finished.resources);
            let gaps = finished.map(|finished| finished.gaps.clone()).unwrap_or_default();
            let (idle, gaps) = gaps.into_iter().partition(|gap| gap.kind == GapKind::Idle);
            Build {
                kustomization: file.id,
                folder: file.folder.clone(),
                objects: resources.filter_map(object).collect(),
                gaps,
                idle,
                removed: finished.map(|finished| finished.removed.clone()).unwrap_or_default(),
                deployment: Deployment::default(),
            }
        };
        tasks.iter().map(build).collect()
    }
}

/// What tells inputs apart.
fn input_key(input: &Input) -> (u8, u32) {
    match input {
        Input::File(file) => (0, file.index() as u32),
        Input::Folder(number) => (1, *number),
        Input::Inline(_) | Input::Gap(_) => (2, 0),
    }
}

fn finished(builder: &Builder<'_>, task: &Task, store: Store<'_>) -> Option<Finished> {
    let gathered = builder.gathered(task.number)?;
    let file = &builder.graph.nodes[task.number as usize].file;
    let (mut resources, mut gaps) = finish::finish(gathered, file, store);
    task.finishing.apply(&mut resources, &mut gaps);
    if task.finishing.reads_outside {
        gaps.retain(|gap| gap.kind != GapKind::Outside);
    }
    Some(Finished { resources, gaps, removed: gathered.removed.clone() })
}

/// Each object once, whatever the number of builds it is in.
fn frozen<'r>(builds: impl Iterator<Item = &'r Finished>) -> HashMap<*const Resource, Arc<Object>> {
    let mut each: HashMap<*const Resource, &Arc<Resource>> = HashMap::new();
    for resource in builds.flat_map(|build| &build.resources) {
        each.entry(Arc::as_ptr(resource)).or_insert(resource);
    }
    let each: Vec<_> = each.into_values().collect();
    let object = |resource: &&Arc<Resource>| Arc::new(Object::new(resource));
    let objects: Vec<_> = each.par_iter().map(object).collect();
    each.into_iter().map(Arc::as_ptr).zip(objects).collect()
}
