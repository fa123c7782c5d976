//! What a new name would cost: the lines that have to be found.

use super::Location;
use crate::codebase::namings::{NameZone, Naming};
use crate::model::usage::Usage;
use std::collections::{BTreeMap, BTreeSet};

/// The lines that name a cluster, by what they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cost {
    lines: BTreeMap<Part, BTreeSet<Location>>,
}

/// Where such lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Code that the next cluster uses as well: to be found and edited.
    Shared,
    /// Lists and paths that each cluster needs, and variables that hold the name: to be edited for the next one.
    Listed,
    /// Files that belong to the cluster alone: copied for the next one.
    OwnLayer,
    /// The spec, and the one place that tells the cluster its name.
    Declaration,
    /// Documentation, comments, tests, names of images: no cost.
    Ignored,
}

impl Part {
    /// All parts, the most expensive first.
    pub const ALL: [Self; 5] = [Self::Shared, Self::Listed, Self::OwnLayer, Self::Declaration, Self::Ignored];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Listed => "listed",
            Self::OwnLayer => "own-layer",
            Self::Declaration => "declaration",
            Self::Ignored => "ignored",
        }
    }

    fn of(naming: &Naming) -> Self {
        match (naming.zone, naming.usage) {
            (NameZone::Ignored, _) => Self::Ignored,
            (NameZone::OwnLayer, _) => Self::OwnLayer,
            (NameZone::Shared, Usage::Path | Usage::Variable)
            | (NameZone::Shared | NameZone::Declaration, Usage::List | Usage::Delivery) => Self::Listed,
            (NameZone::Shared, _) => Self::Shared,
            (NameZone::Declaration | NameZone::Injection, _) => Self::Declaration,
        }
    }
}

impl Cost {
    pub(super) fn add(&mut self, naming: &Naming, at: Location) {
        self.lines.entry(Part::of(naming)).or_default().insert(at);
    }

    /// Every line that names the cluster, the most expensive first.
    pub fn lines(&self) -> impl Iterator<Item = (Part, &Location)> {
        self.lines.iter().flat_map(|(part, lines)| lines.iter().map(|line| (*part, line)))
    }

    /// How many files and lines there are of one part.
    pub fn of(&self, part: Part) -> (usize, usize) {
        let lines = self.lines.get(&part).into_iter().flatten();
        (files(lines.clone()), lines.count())
    }

    /// How many files and lines have to be edited when the cluster is replaced: all but its own layer, its declaration
    /// and what nobody runs.
    pub fn replacement(&self) -> (usize, usize) {
        let lines =
            [Part::Shared, Part::Listed].into_iter().filter_map(|part| self.lines.get(&part)).flatten();
        let lines: BTreeSet<_> = lines.collect();
        (files(lines.iter().copied()), lines.len())
    }
}

fn files<'a>(lines: impl Iterator<Item = &'a Location>) -> usize {
    lines.map(|line| line.path.as_str()).collect::<BTreeSet<_>>().len()
}
