//! Which kustomization needs which others, and in what order they can be built.

use super::file::File;
use super::gap::{Gap, GapKind};
use super::input::{Input, Inputs};
use super::store::Store;
use super::value::Value;
use crate::model::kustomization::Kustomization;
use crate::source::FileKind;
use rayon::prelude::*;
use std::collections::HashMap;

/// Every kustomization of a codebase, with what it asks for.
#[derive(Debug)]
pub struct Graph {
    /// In the order of their paths.
    pub nodes: Vec<Node>,
    /// The number of the kustomization in each folder.
    folders: HashMap<String, u32>,
}

/// A kustomization and what it asks for.
#[derive(Debug)]
pub struct Node {
    /// The file.
    pub file: File,
    /// Where its `resources` lead.
    pub resources: Vec<(Value, Input)>,
    /// Where its `components` lead.
    pub components: Vec<(Value, Input)>,
    /// Where its `generators` lead.
    pub generators: Vec<(Value, Input)>,
    /// Where its `transformers` lead.
    pub transformers: Vec<(Value, Input)>,
    /// What is wrong with the file itself.
    pub gaps: Vec<Gap>,
    /// Those it needs are all on lower levels.
    pub level: usize,
}

impl Graph {
    /// Reads all kustomizations and follows what they ask for.
    pub fn new(store: Store<'_>) -> Self {
        let files = kustomizations(store);
        let folders: HashMap<String, u32> =
            files.iter().zip(0..).map(|((_, _, folder), number)| ((*folder).to_owned(), number)).collect();
        let inputs = Inputs { store, folders: &folders };
        let nodes = files.par_iter().map(|(file, gaps, _)| Node::new(file.clone(), gaps.clone(), inputs));
        let nodes = nodes.collect();
        let mut graph = Self { nodes, folders };
        graph.order();
        graph
    }

    /// Adds a kustomization that is written nowhere as it is: whoever deploys a folder edits it, or makes it. No other
    /// one can ask for it. `listed` are resources besides those of its fields.
    pub fn add(&mut self, store: Store<'_>, file: File, gaps: Vec<Gap>, listed: Vec<(Value, Input)>) -> u32 {
        let inputs = Inputs { store, folders: &self.folders };
        let mut node = Node::new(file, gaps, inputs);
        node.resources.extend(listed);
        node.level = node.needs().map(|need| self.level(need) + 1).max().unwrap_or(0);
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    /// The number of the kustomization in a folder.
    pub fn in_folder(&self, folder: &str) -> Option<u32> {
        self.folders.get(folder).copied()
    }

    /// How many levels of others a kustomization needs.
    pub fn level(&self, at: u32) -> usize {
        self.nodes[at as usize].level
    }

    /// The numbers of a kustomization and of all it needs, those that are needed first.
    pub fn closure(&self, roots: &[u32]) -> Vec<u32> {
        let mut seen = vec![false; self.nodes.len()];
        let mut queue: Vec<u32> = roots.to_vec();
        let mut closure = Vec::new();
        while let Some(at) = queue.pop() {
            if !std::mem::replace(&mut seen[at as usize], true) {
                closure.push(at);
                queue.extend(self.nodes[at as usize].needs());
            }
        }
        closure.sort_unstable_by_key(|&at| (self.nodes[at as usize].level, at));
        closure
    }

    /// Finds the levels, and cuts circles where they close. Nothing here recurses: chains may be long.
    fn order(&mut self) {
        let mut state = vec![State::New; self.nodes.len()];
        for start in 0..self.nodes.len() as u32 {
            let mut stack = vec![start];
            while let Some(&at) = stack.last() {
                match state[at as usize] {
                    State::New => {
                        state[at as usize] = State::Open;
                        self.cut_circles(at, &state);
                        stack.extend(
                            self.nodes[at as usize].needs().filter(|&n| state[n as usize] == State::New),
                        );
                    }
                    State::Open => {
                        state[at as usize] = State::Done;
                        let needs = self.nodes[at as usize].needs();
                        let below = needs.map(|need| self.nodes[need as usize].level + 1).max();
                        self.nodes[at as usize].level = below.unwrap_or(0);
                        stack.pop();
                    }
                    State::Done => drop(stack.pop()),
                }
            }
        }
    }

    /// What leads back to a kustomization that is being followed becomes a gap.
    fn cut_circles(&mut self, at: u32, state: &[State]) {
        for (entry, input) in self.nodes[at as usize].inputs_mut() {
            if matches!(input, Input::Folder(to) if state[*to as usize] == State::Open) {
                let message = format!("`{}` leads back to this kustomization: a circle", entry.text());
                *input = Input::Gap(Gap::new(GapKind::Cycle, entry.span(), message));
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

impl Node {
    fn new(file: File, gaps: Vec<Gap>, inputs: Inputs<'_>) -> Self {
        let resolve = |entries: Vec<Value>| {
            let entries = entries.into_iter();
            entries
                .map(|entry| {
                    let input = inputs.resolve(&file.folder, &entry);
                    (entry, input)
                })
                .collect()
        };
        Self {
            resources: resolve(file.resources()),
            components: resolve(file.items("components")),
            generators: resolve(file.items("generators")),
            transformers: resolve(file.items("transformers")),
            gaps,
            level: 0,
            file,
        }
    }

    /// The numbers of the kustomizations it needs.
    pub fn needs(&self) -> impl Iterator<Item = u32> + '_ {
        let inputs =
            self.resources.iter().chain(&self.components).chain(&self.generators).chain(&self.transformers);
        inputs.filter_map(|(_, input)| if let Input::Folder(number) = input { Some(*number) } else { None })
    }

    fn inputs_mut(&mut self) -> impl Iterator<Item = &mut (Value, Input)> {
        let lists = [&mut self.resources, &mut self.components, &mut self.generators, &mut self.transformers];
        lists.into_iter().flatten()
    }
}

/// Every file that is a kustomization, with what is wrong with it and its folder. Of several in one folder the last
/// counts; kustomize refuses them all.
fn kustomizations(store: Store<'_>) -> Vec<(File, Vec<Gap>, &str)> {
    let sources = store.sources().as_slice().par_iter();
    let files = sources.filter(|source| source.kind() == FileKind::Kustomization);
    let files = files.filter_map(|source| {
        let root = store.documents(source.id()).into_iter().next()?;
        let is_one = root.node().is_some_and(Kustomization::is_one);
        let mut gaps = Vec::new();
        is_one.then(|| (File::read(&root, source, &mut gaps), gaps, source.folder()))
    });
    files.collect()
}
