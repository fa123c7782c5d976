//! What a kustomization has gathered so far, and what its steps change.

use super::configuration::Configuration;
use super::gap::{Gap, GapKind};
use super::id::Id;
use super::resource::{Resource, Resources};
use super::variable::Variable;
use crate::provenance::Removed;
use crate::source::Span;
use std::collections::HashSet;
use std::sync::Arc;

/// Objects and everything that goes upwards with them.
#[derive(Debug, Clone)]
pub struct Accumulation {
    /// The objects.
    pub resources: Resources,
    /// Which fields the steps know.
    pub configuration: Arc<Configuration>,
    /// Whether anybody said yet which fields those are.
    is_configured: bool,
    /// `vars`, resolved at the end.
    pub variables: Vec<Variable>,
    /// What could not be built.
    pub gaps: Vec<Gap>,
    /// Whole objects that were taken away.
    pub removed: Vec<(Id, Removed)>,
    /// How many components worked on it.
    pub components: u32,
}

/// Objects that come together in one kustomization. Diamonds double them on each level, and nobody has as many.
pub const MAX_OBJECTS: usize = 20_000;

/// What the objects of an accumulation are known by. Kustomize refuses to build two that it cannot tell apart.
#[derive(Debug)]
pub struct Known(HashSet<Id>);

impl Known {
    /// What objects are known by now.
    pub fn of(resources: &Resources) -> Self {
        Self(resources.iter().map(|resource| resource.id().clone()).collect())
    }
}

impl Default for Accumulation {
    /// Nothing yet.
    fn default() -> Self {
        Self {
            resources: Resources::default(),
            configuration: Configuration::built_in(),
            is_configured: false,
            variables: Vec::new(),
            gaps: Vec::new(),
            removed: Vec::new(),
            components: 0,
        }
    }
}

impl Accumulation {
    /// Adds an object that must not be there yet. `entry` is where it is asked for.
    pub fn add(&mut self, resource: Arc<Resource>, known: &mut Known, entry: Span) {
        if self.resources.len() >= MAX_OBJECTS {
            let message = format!("more than {MAX_OBJECTS} objects come together here: others are left out");
            let is_said = self.gaps.last().is_some_and(|gap| gap.span == entry && gap.message == message);
            self.gaps.extend((!is_said).then(|| Gap::new(GapKind::Limit, entry, message)));
        } else if known.0.insert(resource.id().clone()) {
            self.resources.push(resource);
        } else {
            let message = format!("{} is built twice: kustomize refuses that", resource.id());
            self.gaps.push(Gap::new(GapKind::Duplicate, entry, message));
        }
    }

    /// Takes in everything that another kustomization gathered.
    pub fn take_in(&mut self, other: &Self, known: &mut Known, entry: Span) {
        for resource in &other.resources {
            self.add(Arc::clone(resource), known, entry);
        }
        self.configure(&other.configuration);
        for variable in &other.variables {
            if self.variables.iter().any(|known| known.name == variable.name) {
                let message = format!("variable `{}` is declared twice", variable.name);
                self.gaps.push(Gap::new(GapKind::Duplicate, entry, message));
            } else {
                self.variables.push(variable.clone());
            }
        }
        self.gaps.extend(other.gaps.iter().cloned());
        self.removed.extend(other.removed.iter().cloned());
    }

    /// Says once what came here on several ways: a diamond of diamonds has very many.
    pub fn tidy(&mut self) {
        self.gaps.sort();
        self.gaps.dedup();
        let mut seen = HashSet::new();
        self.removed.retain(|(id, removed)| {
            seen.insert((id.clone(), removed.span, removed.by.by, removed.pointer.clone()))
        });
    }

    /// Learns the fields that another kustomization knows.
    pub fn configure(&mut self, other: &Arc<Configuration>) {
        self.configuration = if self.is_configured {
            self.configuration.joined(other, &mut self.gaps)
        } else {
            Arc::clone(other)
        };
        self.is_configured = true;
    }
}
