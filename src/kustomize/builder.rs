//! The order of a build: bases first, then everything that uses them; within a kustomization the order of kustomize,
//! which is not that of the text.

use super::accumulation::{Accumulation, Known, MAX_OBJECTS};
use super::build_metadata;
use super::gap::{Gap, GapKind};
use super::generator;
use super::graph::{Graph, Node};
use super::input::Input;
use super::objects;
use super::plugin::Plugins;
use super::recipe::Recipe;
use super::resource::Resource;
use super::step::Step;
use super::store::Store;
use super::value::Value;
use super::variable;
use crate::source::Span;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Builds kustomizations, each once however many use it.
#[derive(Debug)]
pub struct Builder<'a> {
    store: Store<'a>,
    /// The kustomizations. Further ones may be added; those that are there stay as they are.
    pub graph: Graph,
    /// What each kustomization does, by its number.
    recipes: HashMap<u32, Recipe>,
    /// What was gathered already, by number. A component gathers nothing on its own.
    done: HashMap<u32, Arc<Accumulation>>,
    /// Whether a root wants to know which steps went over its objects.
    is_noted: bool,
}

impl<'a> Builder<'a> {
    /// A builder that has built nothing yet.
    pub fn new(store: Store<'a>) -> Self {
        let graph = Graph::new(store);
        Self { store, graph, recipes: HashMap::new(), done: HashMap::new(), is_noted: false }
    }

    /// Gathers what these kustomizations and all they need ask for, unless that was done before. Nothing waits for
    /// another thread: all on one level are independent.
    pub fn gather(&mut self, roots: &[u32]) {
        let mut closure = self.graph.closure(roots);
        closure.retain(|at| !self.done.contains_key(at));
        let (store, graph) = (self.store, &self.graph);
        let recipes = closure.par_iter().map(|&at| (at, Recipe::new(&graph.nodes[at as usize].file, store)));
        let recipes: Vec<_> = recipes.collect();
        let wants =
            |root: &u32| build_metadata::wants(&graph.nodes[*root as usize].file, "transformerAnnotations");
        self.is_noted |= roots.iter().any(wants);
        self.recipes.extend(recipes);
        let left_out = self.left_out(&closure);
        for level in closure.chunk_by(|&a, &b| self.graph.level(a) == self.graph.level(b)) {
            let gathered = |at| if left_out.contains(&at) { self.nothing(at) } else { self.gathered_by(at) };
            let done: Vec<_> = level.par_iter().map(|&at| (at, Arc::new(gathered(at)))).collect();
            self.done.extend(done);
        }
    }

    /// The kustomizations that are one too many: a large base with very many overlays is more than anybody can hold.
    fn left_out(&self, closure: &[u32]) -> HashSet<u32> {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        let (mut left_out, mut sum) = (HashSet::new(), 0);
        for &at in closure {
            let count = |(_, input): &(Value, Input)| match input {
                Input::File(file) => self.store.tree(*file).map_or(0, |tree| tree.documents().len()),
                Input::Folder(to) => {
                    let done = self.done.get(to).map(|done| done.resources.len());
                    done.or_else(|| counts.get(to).copied()).unwrap_or_default()
                }
                Input::Inline(_) | Input::Gap(_) => 0,
            };
            let count = self.node(at).resources.iter().map(count).sum::<usize>().min(MAX_OBJECTS);
            sum += count;
            if sum > MAX_SUM {
                left_out.insert(at);
            }
            counts.insert(at, count);
        }
        left_out
    }

    fn nothing(&self, at: u32) -> Accumulation {
        let mut nothing = Accumulation::default();
        let message = format!("all builds together have more than {MAX_SUM} objects: this one is left out");
        nothing.gaps.push(Gap::new(GapKind::Limit, Span::file_start(self.node(at).file.id), message));
        nothing
    }

    /// What was gathered for a kustomization.
    pub fn gathered(&self, at: u32) -> Option<&Arc<Accumulation>> {
        self.done.get(&at)
    }

    fn gathered_by(&self, at: u32) -> Accumulation {
        let mut gathered = Accumulation::default();
        if !self.node(at).file.is_component {
            self.fill(at, &mut gathered, 0);
            gathered.tidy();
        }
        gathered
    }

    fn node(&self, at: u32) -> &Node {
        &self.graph.nodes[at as usize]
    }

    /// Does what a kustomization asks for to what was gathered: nothing yet, or for a component all that its user has.
    fn fill(&self, at: u32, gathered: &mut Accumulation, depth: u32) {
        let (node, Some(recipe)) = (self.node(at), self.recipes.get(&at)) else { return };
        gathered.gaps.extend(node.gaps.iter().chain(&recipe.gaps).cloned());
        self.add_resources(node, gathered);
        gathered.configure(&recipe.configuration);
        self.generate(node, recipe, gathered);
        for (entry, input) in &node.components {
            self.add_component(entry, input, gathered, depth);
        }
        for step in &recipe.steps {
            self.apply(step, node, gathered);
        }
        self.transform(node, gathered);
        if let Some(entries) = node.file.get("vars") {
            let Accumulation { variables, resources, gaps, .. } = gathered;
            variable::record(entries, variables, resources, gaps);
        }
    }

    fn add_resources(&self, node: &Node, gathered: &mut Accumulation) {
        let mut known = Known::of(&gathered.resources);
        for (entry, input) in &node.resources {
            match input {
                Input::Folder(to) if self.node(*to).file.is_component => {
                    let message = "this is a component: it belongs under `components`";
                    gathered.gaps.push(Gap::new(GapKind::Field, entry.span(), message));
                }
                Input::Folder(to) => {
                    if let Some(other) = self.done.get(to) {
                        gathered.take_in(other, &mut known, entry.span());
                    }
                }
                other if node.file.is_plain => {
                    let objects = self.objects(other, gathered).into_iter().map(Arc::new);
                    objects.for_each(|object| gathered.resources.push(object));
                }
                other => {
                    for resource in self.objects(other, gathered) {
                        gathered.add(Arc::new(resource), &mut known, entry.span());
                    }
                }
            }
        }
    }

    fn objects(&self, input: &Input, gathered: &mut Accumulation) -> Vec<Resource> {
        match input {
            Input::File(file) => objects::in_file(self.store, *file, &mut gathered.gaps),
            Input::Inline(text) => objects::inline(text, &mut gathered.gaps),
            Input::Gap(gap) => {
                gathered.gaps.push(gap.clone());
                Vec::new()
            }
            Input::Folder(to) => {
                let Some(other) = self.done.get(to) else { return Vec::new() };
                gathered.gaps.extend(other.gaps.iter().cloned());
                other.resources.iter().map(|resource| Resource::clone(resource)).collect()
            }
        }
    }

    fn generate(&self, node: &Node, recipe: &Recipe, gathered: &mut Accumulation) {
        for resource in &recipe.generated {
            generator::absorb(resource.clone(), &mut gathered.resources, &mut gathered.gaps);
        }
        let plugins = self.plugins(node);
        for (_, input) in &node.generators {
            for declared in self.objects(input, gathered) {
                for resource in plugins.generate(&declared.root, &mut gathered.gaps) {
                    let resource = build_metadata::named(resource, &declared.root);
                    generator::absorb(resource, &mut gathered.resources, &mut gathered.gaps);
                }
            }
        }
    }

    /// `transformers` come last.
    fn transform(&self, node: &Node, gathered: &mut Accumulation) {
        let plugins = self.plugins(node);
        for (_, input) in &node.transformers {
            for declared in self.objects(input, gathered) {
                let steps = plugins.steps(&declared.root, &mut gathered.gaps);
                for step in &steps {
                    self.apply(step, node, gathered);
                }
            }
        }
    }

    fn apply(&self, step: &Step, node: &Node, gathered: &mut Accumulation) {
        step.apply(gathered);
        if self.is_noted {
            build_metadata::take_note(&mut gathered.resources, node.file.id, step.kind());
        }
    }

    fn plugins<'n>(&'n self, node: &'n Node) -> Plugins<'n> {
        Plugins { store: self.store, folder: &node.file.folder }
    }

    fn add_component(&self, entry: &Value, input: &Input, gathered: &mut Accumulation, depth: u32) {
        match input {
            Input::Folder(to) if !self.node(*to).file.is_component => {
                let message = "this is no component: it belongs under `resources`";
                gathered.gaps.push(Gap::new(GapKind::Field, entry.span(), message));
            }
            Input::Folder(_) if depth >= MAX_DEPTH || gathered.components >= MAX_COMPONENTS => {
                gathered.gaps.push(Gap::new(
                    GapKind::Limit,
                    entry.span(),
                    "components are nested too deeply, or there are too many",
                ));
            }
            Input::Folder(to) => {
                gathered.components += 1;
                self.fill(*to, gathered, depth + 1);
            }
            Input::Gap(gap) => gathered.gaps.push(gap.clone()),
            Input::File(_) | Input::Inline(_) => {
                let message = "a component is a folder with a kustomization";
                gathered.gaps.push(Gap::new(GapKind::Field, entry.span(), message));
            }
        }
    }
}

/// Components in components. Nobody nests as many.
const MAX_DEPTH: u32 = 64;

/// Components of one kustomization. Each may take in others twice, so few files ask for very many.
const MAX_COMPONENTS: u32 = 20_000;

/// Objects of all builds. A base of a thousand objects may have a thousand overlays.
const MAX_SUM: usize = 1_000_000;
