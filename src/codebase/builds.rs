//! What comes to clusters: what kustomize makes of each kustomization that no other one takes in, as whoever deploys it
//! wants it.

mod plan;
#[cfg(test)]
mod tests;

use super::deployments::{self, Folders, Seen};
use crate::config::DeclaredEnvironment;
use crate::kustomize::file::File;
use crate::kustomize::input::Input;
use crate::kustomize::store::Store;
use crate::kustomize::value::Value;
use crate::kustomize::workshop::{Task, Workshop};
use crate::kustomize::{Build, Object};
use crate::model;
use crate::model::environment::{groups_of_folders, with_declared};
use crate::model::identity::Identities;
use crate::model::object::{Built, TypeMeta};
use crate::model::role::Zone;
use crate::source::{FileId, Sources, Span};
use plan::Plan;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// All builds, and every object in them once.
#[derive(Debug, Default)]
pub struct Builds {
    list: Vec<Build>,
    objects: Vec<BuiltObject>,
    /// Where the objects begin that some build holds.
    built: HashSet<Span>,
    /// Where the objects begin that some build takes away.
    removed: HashSet<Span>,
    /// What environments hold that are taken in by others, by kustomization.
    inner: HashMap<FileId, Vec<BuiltObject>>,
    /// The objects of each kustomization with a build, as numbers.
    held: HashMap<FileId, Vec<u32>>,
}

/// An object and the builds it is part of.
#[derive(Debug)]
pub(super) struct BuiltObject {
    pub(super) object: Arc<Object>,
    pub(super) meta: TypeMeta,
    pub(super) zone: Zone,
    /// Numbers of builds, ascending.
    pub(super) builds: Box<[u32]>,
}

impl BuiltObject {
    /// The object as checks see it.
    pub(super) fn view(&self) -> model::object::Object<'_> {
        let original = self.object.original();
        let built = Built { builds: &self.builds, name: &original.name, namespace: &original.namespace };
        model::object::Object::new(self.object.root(), &self.meta, self.zone).built(built)
    }
}

impl Builds {
    /// Builds every kustomization that is used by no other one, and every folder that Flux or Argo CD deploys. Those of
    /// tests and documentation are left out, as are components, which are nothing on their own.
    ///
    /// What deploys is built itself. So what it deploys is built in rounds, until nothing new comes up.
    pub(super) fn of(store: Store<'_>, zones: &[Zone], environments: &[DeclaredEnvironment]) -> Self {
        let mut workshop = Workshop::new(store);
        let folders = Folders::new(store, &workshop, zones);
        let written = written(store, zones);
        let mut plan = Plan::new(&mut workshop, Vec::new(), &folders, zones);
        workshop.finish(&plan.tasks());
        for _ in 0..ROUNDS {
            let covered = covered(&workshop, &plan.tasks(), zones.len());
            let mut seen = seen(&workshop, &plan.tasks());
            seen.extend(
                written.iter().filter(|(file, _)| !covered[file.index()]).map(|(_, seen)| seen.clone()),
            );
            if seen.is_empty() {
                break;
            }
            let next = Plan::new(&mut workshop, deployments::read(&seen, &folders), &folders, zones);
            if next.is_same(&plan) {
                break;
            }
            plan = next;
            workshop.finish(&plan.tasks());
        }
        let list = plan.builds(&workshop, store.sources());
        let objects = objects(&list, zones);
        let built = objects.iter().map(|built| built.object.root().span()).collect();
        let removed = list.iter().flat_map(|build| build.removed.iter().map(|(_, removed)| removed.span));
        let (removed, held) = (removed.collect(), held(&list, &objects));
        let inner = inner(&mut workshop, &held, zones, environments);
        Self { list, objects, built, removed, inner, held }
    }

    /// The builds, in the order of their folders.
    pub fn list(&self) -> &[Build] {
        &self.list
    }

    /// Every object that some build holds, once.
    pub(super) fn objects(&self) -> &[BuiltObject] {
        &self.objects
    }

    /// Whether an object that is written here is seen as what is built of it. One that kustomize refuses is not.
    pub fn cover(&self, object: Span) -> bool {
        self.built.contains(&object) || self.removed.contains(&object)
    }

    /// Whether every build that takes in the object that is written here takes it away again.
    pub fn take_away(&self, object: Span) -> bool {
        self.removed.contains(&object) && !self.built.contains(&object)
    }

    /// What is built of a kustomization: an entry, or an environment that another one takes in. Nothing for others.
    pub(super) fn objects_of(&self, kustomization: FileId) -> impl Iterator<Item = &BuiltObject> {
        let held = self.held.get(&kustomization).into_iter().flatten();
        let inner = self.inner.get(&kustomization).into_iter().flatten();
        held.map(|&index| &self.objects[index as usize]).chain(inner)
    }

    /// Notes the environment of each build of which the user says where it lies.
    pub(super) fn name_environments(&mut self, sources: &Sources, environments: &[DeclaredEnvironment]) {
        if environments.is_empty() {
            return;
        }
        for build in &mut self.list {
            let named = plan::declared_environment(build, sources, environments);
            build.deployment.environment = named.or(build.deployment.environment.take());
        }
    }

    /// Notes the cluster of each build whose deployers or folder name one and no other.
    pub(super) fn name_clusters(&mut self, sources: &Sources, identities: &Identities) {
        for build in &mut self.list {
            build.deployment.cluster = plan::cluster(build, sources, identities);
        }
    }
}

/// Deployers that deploy deployers: nobody goes deeper than this.
const ROUNDS: usize = 6;

/// Objects that matter, as they are written, with their files.
fn written(store: Store<'_>, zones: &[Zone]) -> Vec<(FileId, Seen)> {
    let files = store.sources().as_slice().par_iter();
    let files = files.filter(|source| zones[source.id().index()].is_judged() && source.kind().is_yaml());
    let objects = files.flat_map_iter(|source| {
        let documents = store.documents(source.id()).into_iter().flat_map(listed);
        let relevant =
            documents.filter(|value| deployments::is_relevant(value) && deployments::is_finite(value));
        relevant.map(move |value| (source.id(), Seen { value, folder: source.folder().to_owned() }))
    });
    objects.collect()
}

/// A list is its items.
fn listed(root: Value) -> Vec<Value> {
    let is_list = root.get("kind").is_some_and(|kind| kind.text().ends_with("List"));
    match root.get("items").filter(|items| is_list && items.is_list()) {
        Some(items) => items.items(),
        None => vec![root],
    }
}

/// Objects that matter, as they are built.
fn seen(workshop: &Workshop<'_>, tasks: &[Task]) -> Vec<Seen> {
    let of_task = |task: &Task| {
        let folder = &workshop.graph().nodes[task.number as usize].file.folder;
        let resources = workshop.finished(task).into_iter().flat_map(|finished| &finished.resources);
        let relevant = resources.filter(|resource| deployments::is_relevant(&resource.root));
        relevant.map(|resource| Seen { value: resource.root.clone(), folder: folder.clone() }).collect()
    };
    tasks.par_iter().flat_map_iter(|task| -> Vec<Seen> { of_task(task) }).collect()
}

fn covered(workshop: &Workshop<'_>, tasks: &[Task], files: usize) -> Vec<bool> {
    let mut covered = vec![false; files];
    let roots: Vec<u32> = tasks.iter().map(|task| task.number).collect();
    for at in workshop.graph().closure(&roots) {
        for (_, input) in &workshop.graph().nodes[at as usize].resources {
            if let Input::File(file) = input {
                covered[file.index()] = true;
            }
        }
    }
    covered
}

/// The objects of each build, by their numbers. Of several builds of one kustomization the first counts.
fn held(builds: &[Build], objects: &[BuiltObject]) -> HashMap<FileId, Vec<u32>> {
    let mut held: HashMap<FileId, Vec<u32>> = HashMap::new();
    let first: HashMap<FileId, usize> =
        builds.iter().enumerate().rev().map(|(number, build)| (build.kustomization, number)).collect();
    for (object, index) in objects.iter().zip(0..) {
        for &number in &object.builds {
            let kustomization = builds[number as usize].kustomization;
            if first.get(&kustomization) == Some(&(number as usize)) {
                held.entry(kustomization).or_default().push(index);
            }
        }
    }
    held
}

/// Environments that stand side by side and are no builds of their own, built to be compared.
fn inner(
    workshop: &mut Workshop<'_>,
    held: &HashMap<FileId, Vec<u32>>,
    zones: &[Zone],
    environments: &[DeclaredEnvironment],
) -> HashMap<FileId, Vec<BuiltObject>> {
    let nodes = &workshop.graph().nodes;
    let is_judged = |file: &File| !file.is_component && zones[file.id.index()].is_judged();
    let folders = nodes.iter().map(|node| &node.file).filter(|file| is_judged(file));
    let folders: BTreeSet<&str> = folders.map(|file| file.folder.as_str()).collect();
    let groups = with_declared(groups_of_folders(&folders), environments, &folders, std::iter::empty());
    let members = groups.iter().flat_map(|group| &group.environments).flat_map(|one| &one.members);
    let members: BTreeSet<u32> = members.filter_map(|member| workshop.graph().in_folder(member)).collect();
    let is_new = |at: &u32| !held.contains_key(&nodes[*at as usize].file.id);
    let tasks: Vec<Task> = members.into_iter().filter(is_new).map(Task::plain).collect();
    workshop.finish(&tasks);
    let builds = workshop.builds(&tasks).into_iter();
    builds.map(|build| (build.kustomization, objects(std::slice::from_ref(&build), zones))).collect()
}

fn objects(builds: &[Build], zones: &[Zone]) -> Vec<BuiltObject> {
    let mut numbers: HashMap<*const Object, usize> = HashMap::new();
    let mut objects: Vec<(&Arc<Object>, Vec<u32>)> = Vec::new();
    for (build, number) in builds.iter().zip(0..) {
        for object in &build.objects {
            let at = *numbers.entry(Arc::as_ptr(object)).or_insert_with(|| {
                objects.push((object, Vec::new()));
                objects.len() - 1
            });
            objects[at].1.push(number);
        }
    }
    let built = objects.into_iter().filter_map(|(object, numbers)| {
        let zone = |number: &u32| zones[builds[*number as usize].kustomization.index()];
        Some(BuiltObject {
            meta: TypeMeta::of(object.root())?,
            zone: numbers.iter().map(zone).min()?,
            object: Arc::clone(object),
            builds: numbers.into(),
        })
    });
    built.collect()
}
