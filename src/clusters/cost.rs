//! What a new name would cost: the lines that have to be found.

use super::Location;
use crate::codebase::namings::{NameZone, Naming};
use crate::model::usage::Usage;
use std::collections::{BTreeMap, BTreeSet};

/// The lines that name a cluster, by what they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// A line with several names is the most expensive of what they are.
    lines: BTreeMap<Location, Part>,
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
        let part = Part::of(naming);
        self.lines.entry(at).and_modify(|known| *known = part.min(*known)).or_insert(part);
    }

    /// Every line that names the cluster, the most expensive first.
    pub fn lines(&self) -> impl Iterator<Item = (Part, &Location)> {
        let of_part = |part| self.lines.iter().filter(move |(_, known)| **known == part);
        Part::ALL.into_iter().flat_map(of_part).map(|(line, part)| (*part, line))
    }

    /// How many files and lines there are of one part.
    pub fn of(&self, part: Part) -> (usize, usize) {
        self.count(|known| known == part)
    }

    /// How many files and lines have to be edited when the cluster is replaced: all but its own layer, its declaration
    /// and what nobody runs.
    pub fn replacement(&self) -> (usize, usize) {
        self.count(|part| matches!(part, Part::Shared | Part::Listed))
    }

    fn count(&self, counts: impl Fn(Part) -> bool) -> (usize, usize) {
        let lines = || self.lines.iter().filter(|(_, part)| counts(**part)).map(|(line, _)| line);
        let files: BTreeSet<&str> = lines().map(|line| line.path.as_str()).collect();
        (files.len(), lines().count())
    }
}
