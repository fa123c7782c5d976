//! The survey for programs: version 1 of what `docs/clusters.schema.json` describes.
//!
//! The types are its own: the survey may change without breaking a program that reads this.

use super::cost::Part;
use super::{Cluster, Environment, Location, Reason, Survey};
use crate::model::name::Promise;
use serde::Serialize;
use std::collections::BTreeMap;

/// The survey as JSON.
pub fn json(survey: &Survey) -> impl Serialize + '_ {
    Answer {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        clusters: survey.clusters.iter().map(ClusterEntry::of).collect(),
        environments: survey.environments.iter().map(EnvironmentEntry::of).collect(),
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    tool: Tool,
    clusters: Vec<ClusterEntry<'a>>,
    environments: Vec<EnvironmentEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ClusterEntry<'a> {
    name: &'a str,
    aliases: &'a [String],
    declared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
    named: Vec<NamedEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    twins: &'a [String],
    /// What the name promises, and whether the cluster is disposable by it.
    promise: &'static str,
    disposable: bool,
    replacement: CostEntry,
    lines: BTreeMap<&'static str, CostEntry>,
    places: Vec<PlaceEntry<'a>>,
}

#[derive(Serialize)]
struct PlaceEntry<'a> {
    part: &'static str,
    location: LocationEntry<'a>,
}

#[derive(Serialize)]
struct NamedEntry<'a> {
    by: &'static str,
    location: LocationEntry<'a>,
}

#[derive(Serialize)]
struct LocationEntry<'a> {
    path: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct CostEntry {
    files: usize,
    lines: usize,
}

#[derive(Serialize)]
struct EnvironmentEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    clusters: &'a [String],
    two_can_exist: bool,
    reasons: Vec<ReasonEntry<'a>>,
}

#[derive(Serialize)]
struct ReasonEntry<'a> {
    rule: &'a str,
    severity: &'a str,
    message: &'a str,
    location: LocationEntry<'a>,
    places: usize,
}

impl<'a> ClusterEntry<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let cost = |(files, lines)| CostEntry { files, lines };
        let named = cluster.named.iter().map(|(by, at)| NamedEntry { by, location: LocationEntry::of(at) });
        let places = cluster.cost.lines();
        let places =
            places.map(|(part, at)| PlaceEntry { part: part.as_str(), location: LocationEntry::of(at) });
        Self {
            name: &cluster.name,
            aliases: &cluster.aliases,
            declared: cluster.is_declared,
            tool: cluster.tool,
            named: named.collect(),
            environment: cluster.environment.as_deref(),
            twins: &cluster.twins,
            promise: promise(cluster.promise),
            disposable: cluster.promise == Promise::Disposable,
            replacement: cost(cluster.cost.replacement()),
            places: places.collect(),
            lines: Part::ALL.into_iter().map(|part| (part.as_str(), cost(cluster.cost.of(part)))).collect(),
        }
    }
}

impl<'a> LocationEntry<'a> {
    fn of(at: &'a Location) -> Self {
        Self { path: &at.path, line: at.line }
    }
}

impl<'a> EnvironmentEntry<'a> {
    fn of(environment: &'a Environment) -> Self {
        Self {
            name: environment.name.as_deref(),
            clusters: &environment.clusters,
            two_can_exist: environment.reasons.is_empty(),
            reasons: environment.reasons.iter().map(ReasonEntry::of).collect(),
        }
    }
}

impl<'a> ReasonEntry<'a> {
    fn of(reason: &'a Reason) -> Self {
        Self {
            rule: &reason.rule,
            severity: reason.severity,
            message: &reason.message,
            location: LocationEntry::of(&reason.at),
            places: reason.places,
        }
    }
}

fn promise(promise: Promise) -> &'static str {
    match promise {
        Promise::Injected => "injected",
        Promise::Disposable => "disposable",
        Promise::Serial => "serial",
        Promise::Proper => "proper",
        Promise::Timeless => "timeless",
    }
}
