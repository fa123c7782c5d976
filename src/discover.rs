//! Which files there are and what each is.

use crate::config::Config;
use crate::error::Error;
use crate::problem::{Problem, Skipped};
use crate::source::Sources;

/// What was found below the paths of a [`Config`].
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files of a kind that k8factor reads, with their text, sorted by path.
    pub sources: Sources,
    /// Paths that could not be read.
    pub problems: Vec<Problem>,
    /// Files left out on purpose.
    pub skipped: Vec<Skipped>,
    /// How many other files there are, of no kind that k8factor reads.
    pub other_files: usize,
}

/// Walks the paths of `config` in parallel and reads every file of a known kind.
pub fn walk(config: &Config) -> Result<Discovery, Error> {
    let _ = config;
    Ok(Discovery::default())
}
