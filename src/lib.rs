//! k8factor says how portable a cluster codebase is against the Kubernetes 8 Factors.
//!
//! Modules stand in the order of their dependencies: each uses only those above it.

pub mod suggest;
pub mod paths;
pub mod source;
pub mod provenance;
pub mod finding;
pub mod problem;
pub mod error;
pub mod yaml;
pub mod facts;
pub mod config;
pub mod discover;
pub mod documents;
pub mod model;
pub mod kustomize;
pub mod codebase;
pub mod check;
pub mod waiver;
pub mod rule;
pub mod report;
pub mod render;
pub mod cli;

use codebase::Codebase;
use config::Config;
use error::Error;
use report::Report;

/// Says how portable a cluster codebase is. This is the whole program; `cli` only types and prints.
pub fn check(config: &Config) -> Result<Report, Error> {
    let rules = rule::load(config)?;
    let discovery = discover::walk(config)?;
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(config, discovery, documents);
    let verdict = rule::run(&rules, &codebase);
    Ok(Report::new(&rules, codebase, verdict))
}
