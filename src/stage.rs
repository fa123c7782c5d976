//! What a run is doing, for whoever waits for it.
//!
//! Stages are told, never timed: a clock would make two runs differ. The command line has one.

use crate::discover::{Discovery, KUSTOMIZATIONS};
use crate::rule::Rule;
use std::fmt;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Finding out which files there are.
    Finding,
    /// Reading files into trees.
    Reading {
        /// How many.
        files: usize,
    },
    /// Building overlays, and finding out what everything means.
    Building {
        /// How many there are, components and those that others take in included.
        kustomizations: usize,
    },
    /// Running rules.
    Judging {
        /// How many.
        rules: usize,
    },
}

impl Stage {
    /// All that was found is read.
    pub fn reading(discovery: &Discovery) -> Self {
        Self::Reading { files: discovery.sources.iter().count() }
    }

    /// All kustomizations that were found are built.
    pub fn building(discovery: &Discovery) -> Self {
        let names = discovery.sources.iter().filter_map(|source| source.path().rsplit('/').next());
        Self::Building { kustomizations: names.filter(|name| KUSTOMIZATIONS.contains(name)).count() }
    }

    /// These rules run.
    pub fn judging(rules: &[Rule]) -> Self {
        Self::Judging { rules: rules.len() }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Finding => write!(formatter, "finding files"),
            Self::Reading { files } => write!(formatter, "reading {files} files"),
            // Codebases without kustomize are built of what is written.
            Self::Building { kustomizations: 0 } => write!(formatter, "finding out what belongs together"),
            Self::Building { kustomizations } => {
                write!(formatter, "building {kustomizations} kustomizations")
            }
            Self::Judging { rules } => write!(formatter, "running {rules} rules"),
        }
    }
}
