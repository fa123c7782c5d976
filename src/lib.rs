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
pub mod hcl;
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
pub mod clusters;
pub mod baseline;
pub mod changes;
pub mod git;
pub mod render;
pub mod stage;
pub mod cli;

use baseline::Baseline;
use codebase::Codebase;
use config::Config;
use error::Error;
use report::Report;
use stage::Stage;

/// Says how portable a cluster codebase is.
pub fn check(config: &Config) -> Result<Report, Error> {
    check_watched(config, &|_| {})
}

/// Says how portable a cluster codebase is, and tells `watch` what it does next. This is the whole program; `cli` only
/// types and prints.
pub fn check_watched(config: &Config, watch: &dyn Fn(Stage)) -> Result<Report, Error> {
    watch(Stage::Finding);
    let rules = rule::load(config)?;
    let known = Baseline::of_config(config)?;
    let discovery = discover::walk(config)?;
    let changes = git::changes(config, &discovery)?;
    watch(Stage::reading(&discovery));
    let documents = documents::parse_all(&discovery.sources);
    watch(Stage::building(&discovery));
    let codebase = Codebase::new(config, discovery, documents);
    watch(Stage::judging(&rules));
    let verdict = rule::run(&rules, &codebase);
    let report = baseline::apply(Report::new(&rules, codebase, verdict), known.as_ref(), config);
    Ok(changes::apply(report, changes.as_ref()))
}
