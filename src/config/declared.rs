//! What the user says about the codebase itself: its environments and its clusters.

use super::pattern::Patterns;
use std::ops::Range;

/// An environment and where it lies.
#[derive(Debug, Clone)]
pub struct DeclaredEnvironment {
    /// Its name.
    pub name: String,
    /// The folders and files that make it up.
    pub paths: Patterns,
}

/// A cluster that no spec in the codebase declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredCluster {
    /// Its name.
    pub name: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// Where its name is written, in bytes of the configuration.
    pub place: Range<u32>,
}
