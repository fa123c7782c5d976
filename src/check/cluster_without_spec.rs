//! Finds clusters that the codebase names and does not declare.

use super::{Check, Missing, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::cluster::Spec;
use crate::model::identity::{Identity, Origin};
use crate::model::injected::is_injected;
use crate::model::terraform::blocks;
use crate::source::{Source, Span};
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// Clusters that are named and not declared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ClusterWithoutSpec {}

/// How much of its clusters a codebase declares.
enum Declared {
    /// None of them.
    None,
    /// Some, by name: the others can be told from them.
    ByName,
    /// Some, in a way whose names are not known: variables, templates, files of other tools.
    Unknown,
}

/// A cluster by the name it has here, and where that is written.
struct Named {
    name: String,
    span: Span,
    /// The first place in each further file.
    elsewhere: Vec<Span>,
}

impl Check for ClusterWithoutSpec {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let servers = servers(codebase);
        outcome.looked_at(codebase.identities().len() + codebase.clusters().count() + servers.len());
        let undeclared = codebase.identities().iter().filter(|identity| !is_declared(identity));
        let undeclared: Vec<Named> = undeclared.filter_map(Named::of).collect();
        if undeclared.is_empty() && servers.is_empty() {
            return;
        }
        match declared(codebase) {
            Declared::None if undeclared.is_empty() => outcome.report(none_declared(&servers)),
            Declared::None => outcome.report(none_declared(&undeclared)),
            Declared::ByName => undeclared.iter().for_each(|cluster| outcome.report(not_declared(cluster))),
            Declared::Unknown => {}
        }
    }
}

impl Named {
    fn of(identity: &Identity) -> Option<Self> {
        Self::at(identity.name.clone(), identity.evidence.iter().map(|evidence| evidence.span))
    }

    fn at(name: String, places: impl IntoIterator<Item = Span>) -> Option<Self> {
        let mut files = HashSet::new();
        let mut places = places.into_iter().filter(|place| files.insert(place.file));
        Some(Self { name, span: places.next()?, elsewhere: places.collect() })
    }

    /// Adds the further files to a violation, without showing them.
    fn also(&self, violation: Violation) -> Violation {
        let places = self.elsewhere.iter().map(|place| self.place(*place));
        places.fold(violation, Violation::also_at)
    }

    fn place(&self, span: Span) -> Another {
        Another::at(span, format!("`{}` is named here", self.name)).about(self.subject())
    }

    fn subject(&self) -> Subject {
        Subject::new(format!("`{}`", self.name))
    }
}

fn is_declared(identity: &Identity) -> bool {
    identity
        .evidence
        .iter()
        .any(|evidence| matches!(evidence.origin, Origin::Spec | Origin::Declared | Origin::Terraform))
}

/// Addresses of API servers that Argo CD deploys to: clusters of which not even the name is known.
fn servers(codebase: &Codebase) -> Vec<Named> {
    let mut servers: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for application in codebase.applications().filter(|object| object.zone().is_used()) {
        let Some(server) = application.at(&["spec", "destination", "server"]) else { continue };
        let Some(text) = server.as_str().filter(|text| !is_injected(text)) else { continue };
        let host = text.split_once("://").map_or(&*text, |(_, host)| host);
        let host = host.split([':', '/']).next().unwrap_or_default();
        if host.contains('.') && !host.starts_with("kubernetes.default") && host != "127.0.0.1" {
            servers.entry(host.to_owned()).or_default().push(server.span());
        }
    }
    servers.into_iter().filter_map(|(name, places)| Named::at(name, places)).collect()
}

/// One finding for the whole codebase: the specs are elsewhere, or nowhere.
fn none_declared(clusters: &[Named]) -> Violation {
    let sentence = Sentence::Listed {
        start: "nothing in this codebase declares the clusters that it names (".into(),
        most: SHOWN,
        end: "): their replacement cannot be built from here".into(),
    };
    let violation = Violation::at_span(clusters[0].span, "").telling(clusters[0].subject(), sentence);
    let others = clusters[1..].iter().map(|cluster| cluster.place(cluster.span));
    let violation = violation.for_want_of(spec()).with_others(others, SHOWN - 1);
    clusters.iter().fold(violation, |violation, cluster| cluster.also(violation))
}

/// Where others are declared, this one is perhaps forgotten, and perhaps long gone.
fn not_declared(cluster: &Named) -> Violation {
    let message = format!(
        "no spec in this codebase declares cluster `{}`, as others are declared: its replacement cannot be built from here",
        cluster.name
    );
    cluster.also(Violation::at_span(cluster.span, message)).for_want_of(spec()).weaker().less_sure()
}

fn spec() -> Missing {
    Missing::anywhere().or_in_scripts().with_one_of(WORDS)
}

/// A text in which none of these stands is no spec of a cluster, in the language of any tool that is known here.
const WORDS: [&str; 12] = [
    "kind: Cluster\n",
    "kind: Cluster\r",
    "ClusterConfig",
    "ClusterDeployment",
    "cluster",
    "ControlPlane",
    "controlPlane",
    "kubernetesVersion",
    "kubernetes_version",
    "machine:",
    "nodes:",
    "talosVersion",
];

/// How many names a message lists.
const SHOWN: usize = 5;

fn declared(codebase: &Codebase) -> Declared {
    if has_terraform(codebase) || has_other_specs(codebase) || has_other_tools(codebase) {
        return Declared::Unknown;
    }
    let specs = codebase.clusters().filter(|cluster| !cluster.format.local);
    let mut specs = specs.filter(|cluster| codebase.zone(cluster.root.span().file).is_used()).peekable();
    if specs.peek().is_none() {
        return Declared::None;
    }
    let is_known =
        specs.all(|cluster| cluster.name().and_then(Node::as_str).is_some_and(|name| !is_injected(&name)));
    if is_known { Declared::ByName } else { Declared::Unknown }
}

/// Whether Terraform builds a cluster. Its names are expressions as often as not.
fn has_terraform(codebase: &Codebase) -> bool {
    codebase.terraform().any(|(_, root)| Spec::of_terraform(root).next().is_some() || has_module(root))
}

/// Modules of one's own that build clusters are called so.
fn has_module(root: Node<'_>) -> bool {
    let sources = blocks(root, "module", 1).into_iter().filter_map(|module| module.body.get("source"));
    let terragrunt = root.at(&["terraform", "source"]);
    let mut sources = sources.chain(terragrunt).map(Node::text);
    sources.any(|source| MODULES.iter().any(|word| source.contains(word)))
}

const MODULES: [&str; 8] = ["eks", "gke", "aks", "kube", "k8s", "k3s", "rke", "talos"];

/// Specs of which no name is read: control planes, kubeadm, talhelper, Hive, `OpenShift`, Crossplane.
fn has_other_specs(codebase: &Codebase) -> bool {
    let unnamed = codebase.specs().filter(|spec| !spec.format.names_cluster());
    unnamed.into_iter().any(|spec| codebase.zone(spec.root.span().file).is_used())
}

/// Folders of tools whose files k8factor does not read.
fn has_other_tools(codebase: &Codebase) -> bool {
    let left_out = codebase.skipped().iter().map(|skipped| skipped.path.as_str());
    let mut paths = codebase.sources().iter().map(Source::path).chain(left_out);
    paths.any(|path| path.split('/').any(|part| TOOLS.contains(&part)))
}

const TOOLS: [&str; 14] = [
    "talos",
    "kubespray",
    "ansible",
    "terraform",
    "pulumi",
    "cdk",
    "nixos",
    "k3s",
    "rke2",
    "kubeadm",
    "crossplane",
    "clusterapi",
    "cluster-api",
    "terragrunt",
];
