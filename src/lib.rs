//! k8factor says how portable a cluster codebase is against the Kubernetes 8 Factors.
//!
//! Modules stand in the order of their dependencies: each uses only those above it.

pub mod suggest;
pub mod source;
pub mod finding;
pub mod problem;
pub mod error;
pub mod spelling;
pub mod yaml;
pub mod config;
pub mod discover;
pub mod documents;
pub mod model;
pub mod codebase;
pub mod check;
pub mod rule;
pub mod report;
pub mod cli;

use config::Config;
use error::Error;
use finding::Factor;
use report::{Counts, FactorSummary, Report};

/// Checks a codebase.
pub fn check(config: &Config) -> Result<Report, Error> {
    let discovery = discover::walk(config)?;
    let documents = documents::parse_all(&discovery.sources);
    let counts = Counts {
        files: discovery.sources.as_slice().len(),
        other_files: discovery.other_files,
        documents: documents.trees.iter().flatten().map(|tree| tree.roots().count()).sum(),
        ..Counts::default()
    };
    let mut problems = [discovery.problems, documents.problems].concat();
    problems.sort();
    let mut skipped = [discovery.skipped, documents.skipped].concat();
    skipped.sort();
    let factors = Factor::ALL.map(|factor| FactorSummary {
        factor,
        assessed: false,
        errors: 0,
        warnings: 0,
        infos: 0,
        waived: 0,
    });
    Ok(Report { sources: discovery.sources, findings: Vec::new(), problems, skipped, counts, factors })
}
