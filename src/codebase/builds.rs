//! What kustomize makes of the codebase: one build for each kustomization that no other one takes in.

use crate::kustomize::graph::Graph;
use crate::kustomize::input::Input;
use crate::kustomize::store::Store;
use crate::kustomize::{self, Build, Object};
use crate::model::object::TypeMeta;
use crate::model::role::Zone;
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// All builds, and every object in them once.
#[derive(Debug, Default)]
pub struct Builds {
    list: Vec<Build>,
    objects: Vec<BuiltObject>,
    /// For each file, whether a build takes its objects in.
    covered: Vec<bool>,
    /// Where the objects begin that some build holds or takes away.
    seen: HashSet<Span>,
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

impl Builds {
    /// Builds every kustomization that is used by no other one. Those of tests and documentation are left out, as are
    /// components, which are nothing on their own.
    pub(super) fn of(store: Store<'_>, zones: &[Zone]) -> Self {
        let graph = Graph::new(store);
        let roots = roots(&graph, zones);
        let list = kustomize::build_roots(store, &graph, &roots);
        let mut covered = vec![false; zones.len()];
        for at in graph.closure(&roots) {
            for (_, input) in &graph.nodes[at as usize].resources {
                if let Input::File(file) = input {
                    covered[file.index()] = true;
                }
            }
        }
        let objects = objects(&list, zones);
        let built = objects.iter().map(|built| built.object.root().span());
        let removed = list.iter().flat_map(|build| build.removed.iter().map(|(_, removed)| removed.span));
        let seen = built.chain(removed).collect();
        Self { list, objects, covered, seen }
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
    pub(super) fn cover(&self, object: Span) -> bool {
        self.covered.get(object.file.index()).copied().unwrap_or_default() && self.seen.contains(&object)
    }
}

/// Kustomizations that no other judged one needs. Of a circle the first counts as a root.
fn roots(graph: &Graph, zones: &[Zone]) -> Vec<u32> {
    let numbers = 0..graph.nodes.len() as u32;
    let judged = |at: &u32| {
        let file = &graph.nodes[*at as usize].file;
        !file.is_component && zones[file.id.index()].is_judged()
    };
    let judged: Vec<u32> = numbers.filter(judged).collect();
    let mut needed = vec![false; graph.nodes.len()];
    let needs = judged.iter().flat_map(|at| graph.nodes[*at as usize].needs());
    needs.for_each(|at| needed[at as usize] = true);
    judged.into_iter().filter(|at| !needed[*at as usize]).collect()
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
