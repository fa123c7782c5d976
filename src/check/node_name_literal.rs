//! Pods and volumes that are tied to one machine by its name.

use super::cloud_hosts::{self, Host};
use super::{Check, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::cloud_host::CloudHostKind;
use crate::model::cluster::is_cluster_group;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::model::workload::Workload;
use crate::source::{FileKind, Span};
use crate::yaml::{Node, Step};
use std::collections::{BTreeMap, HashSet};

/// Looks at what chooses a node by its name.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NodeNameLiteral {}

/// A place that chooses nodes by name.
struct Pin<'a> {
    /// The names, sorted.
    names: Vec<String>,
    node: Node<'a>,
    /// Nothing for values of a chart.
    object: Option<Object<'a>>,
    weight: Weight,
}

/// How much it hurts. The worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Pods that run on this node or nowhere.
    Must,
    /// What is about a node by nature, such as its disk; what belongs to one cluster anyway.
    May,
    /// Pods that run elsewhere, too.
    Prefers,
}

impl Check for NodeNameLiteral {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let mut pins: BTreeMap<Vec<String>, Vec<Pin<'_>>> = BTreeMap::new();
        let mut seen: HashSet<Span> = HashSet::new();
        for object in codebase.objects().filter(|object| !is_about_nodes(*object)) {
            outcome.looked_at(usize::from(Workload::of(object).is_some()));
            for pin in in_object(codebase, object).filter(|pin| seen.insert(pin.node.span())) {
                pins.entry(pin.names.clone()).or_default().push(pin);
            }
        }
        for pin in in_values(codebase) {
            pins.entry(pin.names.clone()).or_default().push(pin);
        }
        outcome.report_all(pins.into_values().filter_map(violation));
        let hosts = cloud_hosts::hosts(codebase, |kind| kind == CloudHostKind::Node);
        outcome.looked_at(codebase.judged_texts());
        let is_pinned = |host: &Host<'_>| host.site.is_some_and(|(_, node)| seen.contains(&node.span()));
        outcome.report_all(hosts.iter().filter(|host| !is_pinned(host)).map(|host| machine(codebase, host)));
    }
}

/// The label that every node has with its own name.
const HOSTNAME: &str = "kubernetes.io/hostname";

fn in_object<'a>(codebase: &'a Codebase, object: Object<'a>) -> impl Iterator<Item = Pin<'a>> {
    let bound = Workload::of(object).and_then(|workload| workload.pod_spec()?.get("nodeName"));
    let bound = bound.into_iter().map(|node| (node, names([node])));
    let chosen = object.root().walk().filter(|node| node.is_mapping()).filter_map(chosen);
    let all = bound.chain(chosen).filter(|(_, names)| !names.is_empty());
    let runs_pods = Workload::of(object).is_some() || CHARTS.contains(&object.kind());
    all.map(move |(node, names)| {
        let is_own = !runs_pods || codebase.layer_of(node.span().file).is_some();
        Pin { names, node, object: Some(object), weight: weight(node, is_own) }
    })
}

/// Specs of clusters name their own machines, and so do objects that describe them.
fn is_about_nodes(object: Object<'_>) -> bool {
    is_cluster_group(object.group()) || SPARED.contains(&object.kind())
}

/// Kinds that describe machines, and definitions, which describe nothing that exists.
const SPARED: [&str; 4] = ["Node", "BareMetalHost", "CSINode", "CustomResourceDefinition"];
/// Kinds that hold the values of a chart, which runs pods.
const CHARTS: [&str; 4] = ["HelmRelease", "HelmChart", "HelmChartConfig", "Application"];

/// Values of charts that no object holds.
fn in_values(codebase: &Codebase) -> impl Iterator<Item = Pin<'_>> {
    let data = codebase.documents().filter(|document| document.role == Role::Data);
    let judged = data.filter(|document| document.zone.is_used() && document.spec().is_none());
    let values =
        judged.filter(|document| matches!(document.source.kind(), FileKind::Yaml | FileKind::HelmValues));
    let mappings = values.flat_map(|document| document.root.walk()).filter(|node| node.is_mapping());
    let chosen = mappings.filter_map(chosen).filter(|(_, names)| !names.is_empty());
    chosen.map(|(node, names)| {
        let is_own = codebase.layer_of(node.span().file).is_some();
        Pin { names, node, object: None, weight: weight(node, is_own) }
    })
}

fn weight(node: Node<'_>, is_own: bool) -> Weight {
    match is_own {
        _ if is_below(node, "preferredDuringSchedulingIgnoredDuringExecution") => Weight::Prefers,
        true => Weight::May,
        false => Weight::Must,
    }
}

/// The names by which a mapping chooses nodes: `nodeSelector`, or a requirement on a label or a field of nodes.
fn chosen(mapping: Node<'_>) -> Option<(Node<'_>, Vec<String>)> {
    if let Some(node) = mapping.get("nodeSelector").and_then(|selector| selector.get(HOSTNAME)) {
        return Some((node, names([node])));
    }
    let key = mapping.get("key")?;
    let is_field = || key.is_text("metadata.name") && is_below(mapping, "matchFields");
    let is_name = (key.is_text(HOSTNAME) || is_field()) && mapping.get("operator")?.is_text("In");
    let values = mapping.get("values").filter(|_| is_name)?;
    Some((values.items().next()?, names(values.items())))
}

/// Literal names of nodes. The one node of a cluster on a laptop is called alike everywhere.
fn names<'a>(nodes: impl IntoIterator<Item = Node<'a>>) -> Vec<String> {
    let texts = nodes.into_iter().filter_map(Node::as_str);
    let literal = texts.filter(|text| !text.is_empty() && !is_injected(text));
    let is_local = |name: &str| {
        matches!(name, "minikube" | "docker-desktop" | "kind-control-plane" | "localhost")
            || name.starts_with("k3d-")
            || name.starts_with("minikube-")
    };
    let mut names: Vec<String> =
        literal.filter(|name| !is_local(name)).map(std::borrow::Cow::into_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether a node stands below a key, however deep.
fn is_below(node: Node<'_>, key: &str) -> bool {
    let steps = std::iter::successors(node.step(), |(above, _)| above.step());
    steps.into_iter().any(|(_, step)| matches!(step, Step::Value(above) if above.is_text(key)))
}

/// One finding for a node, with everything that is tied to it.
fn violation(mut pins: Vec<Pin<'_>>) -> Option<Violation> {
    pins.sort_by_key(|pin| (pin.weight, pin.node.span()));
    let (first, others) = pins.split_first()?;
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and {} are tied",
        more: " and {} more are tied",
        end: format!(
            " to {}; the next cluster has no node of this name, and nothing starts there that needs it",
            nodes(&first.names)
        ),
    };
    let violation = Violation::at(first.node, "").telling(subject(first), sentence);
    let violation = match first.object {
        Some(object) => violation.in_object(object, first.node),
        None => violation.less_sure(),
    };
    let violation = others.iter().map(place).fold(violation, Violation::with_another);
    Some((0..first.weight as u8).fold(violation, |violation, _| violation.weaker()))
}

fn place(pin: &Pin<'_>) -> Another {
    let subject = subject(pin);
    let message = format!("{} as well", subject.title);
    let place = match pin.object {
        Some(object) => another(object, pin.node, message),
        None => Another::at(pin.node.span(), message),
    };
    place.about(subject)
}

fn subject(pin: &Pin<'_>) -> Subject {
    let title = pin.object.map_or_else(|| "a chart".to_owned(), Object::title);
    let alone = format!("{title} is tied");
    Subject::new(title).or_alone(alone)
}

fn nodes(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    let hidden = names.len() - quoted.len();
    match &quoted[..] {
        [name] => format!("the node {name}"),
        names if hidden > 0 => format!("the nodes {} and {hidden} more", names.join(", ")),
        [first @ .., last] => format!("the nodes {} and {last}", first.join(", ")),
        [] => "a node".to_owned(),
    }
}

/// More names than this are counted.
const MAX_NAMED: usize = 3;

/// A machine that a cloud named, anywhere in a text.
fn machine(codebase: &Codebase, host: &Host<'_>) -> Violation {
    let message = format!(
        "`{}` is the name that a cloud gave to one machine; the next cluster runs on others, and so does this one after \
         its next update",
        host.name
    );
    let violation = Violation::at_span(host.span, message);
    let violation = match host.site {
        Some((object, node)) => violation.in_object(object, node),
        None => violation,
    };
    if codebase.layer_of(host.span.file).is_some() { violation.weaker() } else { violation }
}
