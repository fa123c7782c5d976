//! The part of a codebase that the user asked about. All of it is known; this much is reported.

use super::Codebase;
use crate::config::Named;
use crate::problem::{Place, Problem};
use crate::source::FileId;

/// What of a codebase the user asked about.
#[derive(Debug)]
pub struct Part {
    named: Named,
    /// Whether each file, by its number, was asked about.
    inside: Vec<bool>,
}

impl Part {
    /// What the configuration of a codebase asks about.
    pub fn of(codebase: &Codebase) -> Self {
        let named = Named::of(codebase.config());
        let inside = codebase.sources().iter().map(|source| named.holds(source.path())).collect();
        Self { named, inside }
    }

    /// Whether all of it was asked about.
    pub fn is_everything(&self) -> bool {
        self.named.are_everything()
    }

    /// Whether a path, relative to the root, was named itself.
    pub fn names(&self, path: &str) -> bool {
        self.named.names(path)
    }

    /// Whether a path, relative to the root, was asked about.
    pub fn has_path(&self, path: &str) -> bool {
        self.named.holds(path)
    }

    /// Whether a file was asked about.
    pub fn has(&self, file: FileId) -> bool {
        self.inside[file.index()]
    }

    /// Whether the place of a problem was asked about.
    pub fn has_problem(&self, problem: &Problem) -> bool {
        match &problem.place {
            Place::Path(path) => self.has_path(path),
            Place::Span(span) => self.has(span.file),
        }
    }

    /// How many of the files that were read were asked about.
    pub fn file_count(&self) -> usize {
        self.inside.iter().filter(|inside| **inside).count()
    }
}
