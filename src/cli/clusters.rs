//! `k8factor clusters`: which clusters there are, and whether two of one environment could exist at once.

use super::{Exit, current_folder, print, print_json, say, today};
use crate::clusters::{self, Survey};
use crate::codebase::Codebase;
use crate::config::Flags;
use crate::error::Error;
use crate::{discover, documents, rule};
use std::path::PathBuf;

/// List the clusters that the codebase knows, what a new name would cost, and whether two could exist at once
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The codebase
    #[arg(default_value = ".")]
    path: PathBuf,

    /// Show every line that names a cluster, and what it costs; JSON has them anyway
    #[arg(long)]
    lines: bool,

    /// For people, or for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; see docs/clusters.schema.json
    Json,
}

const EXAMPLES: &str = "\
Examples:
  k8factor clusters
  k8factor clusters --lines
  k8factor clusters --format json

A cluster is what a spec, a hub, Terraform, a kubeconfig, a delivery tool or a command calls one. What is wrong here is
set right with `clusters` and `not-clusters` in `.k8factor.yaml`.

Exit status:
  0  the clusters are listed
  2  could not run
  3  no cluster is known by name";

/// Prints the survey.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let Arguments { path, lines, format } = arguments;
    let flags = Flags { paths: vec![path], today: Some(today()), ..Flags::default() };
    let config = flags.resolve(&current_folder()?, None)?;
    let rules = rule::load(&config)?;
    let discovery = discover::walk(&config)?;
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    let survey = Survey::new(&rules, &codebase, &rule::run(&rules, &codebase));
    match format {
        Format::Human => print(&clusters::human(&survey, lines))?,
        Format::Json => print_json(&clusters::json(&survey))?,
    };
    if survey.clusters.is_empty() {
        say(
            "no cluster is known by name here; `clusters` in `.k8factor.yaml` names those that are declared elsewhere",
        );
        return Ok(Exit::NothingToCheck);
    }
    Ok(Exit::Clean)
}
