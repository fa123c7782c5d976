//! What `k8factor clusters` says: which clusters the codebase knows, what a new name would cost, and whether two of one
//! environment could exist at once.

mod cost;
mod environment;
mod human;
mod json;

use crate::codebase::Codebase;
use crate::finding::{Finding, Severity};
use crate::model::cluster::Spec;
use crate::model::identity::{Evidence, Identity, Origin};
use crate::model::name::{Promise, stem};
use crate::rule::{Rule, Verdict};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub use cost::Cost;
pub use human::human;
pub use json::json;

/// Everything there is to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The clusters, sorted by name.
    pub clusters: Vec<Cluster>,
    /// For each environment that has clusters, the one closest to the users first, whether two could exist.
    pub environments: Vec<Environment>,
}

/// A cluster that is known by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Other spellings.
    pub aliases: Vec<String>,
    /// The tool that builds it, if a spec declares it.
    pub tool: Option<&'static str>,
    /// Where it is named, the strongest first: what the place is, and the place.
    pub named: Vec<(&'static str, Location)>,
    /// Whether a spec or Terraform declares it here.
    pub is_declared: bool,
    /// Its environment, if the name, a folder or the configuration tells it.
    pub environment: Option<String>,
    /// Other clusters of the environment whose names differ only in a date, a colour or a number.
    pub twins: Vec<String>,
    /// What its name promises.
    pub promise: Promise,
    /// What a new name would cost.
    pub cost: Cost,
}

/// An environment, and what stands in the way of a second cluster.
#[derive(Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name; nothing for clusters of which nobody says what they are for.
    pub name: Option<String>,
    /// Its clusters.
    pub clusters: Vec<String>,
    /// Why two of them cannot exist at once, the worst first. Empty if nothing here says no.
    pub reasons: Vec<Reason>,
}

/// A finding that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule that objects.
    pub rule: String,
    /// How much it matters.
    pub severity: &'static str,
    /// What is written and why it hurts.
    pub message: String,
    /// Where it is written.
    pub at: Location,
    /// How many places there are.
    pub places: usize,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the checked root.
    pub path: String,
    /// From 1.
    pub line: u32,
}

impl Survey {
    /// Asks a codebase, and what the rules said of it.
    pub fn new(rules: &[Rule], codebase: &Codebase, verdict: &Verdict) -> Self {
        let named = |spec: Spec<'_>| spec.name().map(|name| name.span_within(0..name.text().len()));
        let specs = codebase.clusters().filter_map(|spec| Some((named(spec)?, spec))).collect();
        let mut clusters: Vec<Cluster> =
            codebase.identities().iter().map(|identity| Cluster::of(codebase, identity, &specs)).collect();
        add_costs(codebase, &mut clusters);
        add_twins(&mut clusters);
        let environments = answers(rules, codebase, verdict, &clusters);
        Self { clusters, environments }
    }
}

impl Cluster {
    fn of(codebase: &Codebase, identity: &Identity, specs: &BTreeMap<Span, Spec<'_>>) -> Self {
        let place = |evidence: &Evidence| (origin(evidence.origin), Location::of(codebase, evidence.span));
        let declaration = identity.declaration();
        let spec = declaration.and_then(|evidence| specs.get(&evidence.span));
        Self {
            name: identity.name.clone(),
            aliases: identity.aliases.clone(),
            tool: spec.map(|spec| spec.format.tool.as_str()),
            named: identity.evidence.iter().map(place).collect(),
            is_declared: declaration.is_some(),
            environment: environment::of_cluster(codebase, identity, spec.copied()),
            twins: Vec::new(),
            promise: Promise::of(&identity.name),
            cost: Cost::default(),
        }
    }
}

impl Location {
    fn of(codebase: &Codebase, span: Span) -> Self {
        let source = codebase.source(span.file);
        Self { path: source.path().to_owned(), line: source.line(span.start) }
    }
}

fn add_costs(codebase: &Codebase, clusters: &mut [Cluster]) {
    for naming in codebase.namings() {
        clusters[naming.cluster as usize].cost.add(naming, Location::of(codebase, naming.span));
    }
}

/// Clusters of one environment whose names are the same but for what makes each disposable.
fn add_twins(clusters: &mut [Cluster]) {
    let mut alike: BTreeMap<(Option<String>, String), Vec<String>> = BTreeMap::new();
    for cluster in clusters.iter() {
        let key = (cluster.environment.clone(), stem(&cluster.name));
        alike.entry(key).or_default().push(cluster.name.clone());
    }
    for cluster in clusters {
        let names = alike.get(&(cluster.environment.clone(), stem(&cluster.name)));
        let others = names.into_iter().flatten().filter(|name| **name != cluster.name);
        cluster.twins = others.take(MOST_TWINS).cloned().collect();
    }
}

/// Who has more of them has a fleet, and needs no list of it at each of its members.
const MOST_TWINS: usize = 20;

/// What a place is that names a cluster, in words.
fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Spec => "spec",
        Origin::Declared => "configuration",
        Origin::Registration => "record of a hub",
        Origin::Terraform => "Terraform",
        Origin::Kubeconfig => "kubeconfig",
        Origin::Injection => "injection",
        Origin::Delivery => "destination",
        Origin::Command => "command",
        Origin::Lookup => "data of Terraform",
        Origin::Route => "host of a route",
        Origin::Argument => "argument",
        Origin::Matrix => "list of a pipeline",
        Origin::Folder | Origin::Overlay => "folder",
    }
}

fn answers(rules: &[Rule], codebase: &Codebase, verdict: &Verdict, clusters: &[Cluster]) -> Vec<Environment> {
    let mut environments: Vec<Environment> = Vec::new();
    let names: BTreeSet<_> =
        clusters.iter().map(|cluster| environment::order(cluster.environment.as_deref())).collect();
    for (_, name) in names {
        let own = clusters.iter().filter(|cluster| cluster.environment.as_deref() == name);
        environments.push(Environment {
            name: name.map(str::to_owned),
            clusters: own.map(|cluster| cluster.name.clone()).collect(),
            reasons: Vec::new(),
        });
    }
    let prevents = |finding: &&Finding| {
        finding.severity > Severity::Info
            && rules.iter().any(|rule| rule.prevents_twin && rule.id == finding.rule)
    };
    for finding in verdict.findings.iter().filter(prevents) {
        let concerned = environment::of_finding(codebase, clusters, finding);
        let is_concerned = |one: &&mut Environment| concerned.is_empty() || concerned.contains(&one.name);
        for environment in environments.iter_mut().filter(is_concerned) {
            environment.reasons.push(Reason::of(codebase, finding));
        }
    }
    for environment in &mut environments {
        environment.reasons.sort_by_key(|reason| reason.severity != "error");
    }
    environments
}

impl Reason {
    fn of(codebase: &Codebase, finding: &Finding) -> Self {
        Self {
            rule: finding.rule.to_string(),
            severity: finding.severity.as_str(),
            message: finding.message.clone(),
            at: Location::of(codebase, finding.span),
            places: finding.places().count(),
        }
    }
}
