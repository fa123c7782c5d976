//! Names of clusters that Terraform and Terragrunt are told, beside those in the blocks that build them.

use super::{Candidates, bare};
use crate::codebase::Codebase;
use crate::model::cluster::Spec;
use crate::model::field::once_or_items;
use crate::model::identity::Origin;
use crate::model::terraform::{blocks, is_of_another_cluster};
use crate::source::{Source, Span};
use crate::yaml::Node;
use std::collections::BTreeSet;

/// Values of variables, of locals and of arguments that are called after the name of a cluster.
pub(super) fn values(codebase: &Codebase, candidates: &mut Candidates) {
    // Variables tell a cluster its name, or build it.
    let builds = codebase.terraform().any(|(_, root)| Spec::of_terraform(root).next().is_some());
    let given = if builds { Origin::Terraform } else { Origin::Injection };
    let others = folders_of_others(codebase);
    let meant = codebase.terraform().filter(|(source, _)| codebase.zone(source.id()).is_meant());
    for (source, root) in meant.filter(|(source, _)| !others.contains(source.folder())) {
        let (origin, names) = if gives_values(source) {
            (given, root.walk().filter(|node| node.is_mapping()).flat_map(names_in).collect())
        } else {
            (Origin::Terraform, written_names(root))
        };
        for name in names {
            add(origin, name, candidates);
        }
    }
}

/// Folders that build clusters of containers or of databases, and none of Kubernetes.
fn folders_of_others(codebase: &Codebase) -> BTreeSet<&str> {
    let (mut others, mut own) = (BTreeSet::new(), BTreeSet::new());
    for (source, root) in codebase.terraform() {
        let mut resources = blocks(root, "resource", 2).into_iter();
        if resources.any(|block| block.first().is_some_and(|label| is_of_another_cluster(&label.text()))) {
            others.insert(source.folder());
        }
        if Spec::of_terraform(root).next().is_some() {
            own.insert(source.folder());
        }
    }
    others.difference(&own).copied().collect()
}

/// Names that the cloud is asked for.
pub(super) fn asked_for(codebase: &Codebase, candidates: &mut Candidates) {
    let meant = codebase.terraform().filter(|(source, _)| codebase.zone(source.id()).is_meant());
    for name in meant.flat_map(|(_, root)| Spec::asked_for(root)) {
        add(Origin::Lookup, name, candidates);
    }
}

/// The values of locals and variables that a block takes its name from: `name = local.name`.
pub(super) fn referred(codebase: &Codebase, candidates: &mut Candidates) {
    let specs = codebase.clusters().filter(|spec| spec.is_terraform());
    let names =
        specs.filter_map(|spec| Some((codebase.source(spec.root.span().file).folder(), spec.name()?.raw())));
    let wanted: BTreeSet<(&str, &str)> = names.collect();
    if wanted.is_empty() {
        return;
    }
    for (source, root) in codebase.terraform().filter(|(source, _)| codebase.zone(source.id()).is_meant()) {
        let of_folder = wanted.iter().filter(|(folder, _)| *folder == source.folder());
        for value in of_folder.filter_map(|(_, reference)| value_of(root, reference)) {
            add(Origin::Terraform, value, candidates);
        }
    }
}

/// What `local.x` or `var.x` stands for, if this file says it.
fn value_of<'a>(root: Node<'a>, reference: &str) -> Option<Node<'a>> {
    if let Some(name) = reference.strip_prefix("local.") {
        return blocks(root, "locals", 0).into_iter().find_map(|block| block.body.get(name));
    }
    let name = reference.strip_prefix("var.")?;
    let variables = blocks(root, "variable", 1).into_iter();
    let mut named = variables.filter(|block| block.first().is_some_and(|label| label.is_text(name)));
    named.find_map(|block| block.body.get("default"))
}

/// Notes a name at the place of its characters.
pub(super) fn add(origin: Origin, node: Node<'_>, candidates: &mut Candidates) {
    if let Some(text) = node.as_str() {
        candidates.add(origin, &text, place(node, &text));
    }
}

fn place(node: Node<'_>, text: &str) -> Span {
    let name = bare(text);
    let start = text.rfind(name).unwrap_or_default();
    node.span_within(start..start + name.len())
}

/// Files of values belong to one cluster as a rule.
fn gives_values(source: &Source) -> bool {
    let ends = [".tfvars", ".tfvars.json", ".hcl"];
    ends.iter().any(|end| source.path().ends_with(end))
}

fn written_names(root: Node<'_>) -> Vec<Node<'_>> {
    let locals = blocks(root, "locals", 0).into_iter().map(|block| block.body);
    let modules = blocks(root, "module", 1).into_iter();
    let modules = modules.filter(|module| {
        let label = module.first().map(Node::text).unwrap_or_default();
        MODULES.iter().any(|word| label.contains(word))
    });
    let names = locals.chain(modules.map(|module| module.body)).flat_map(names_in);
    let variables = blocks(root, "variable", 1).into_iter();
    let variables = variables.filter(|variable| variable.first().is_some_and(is_name));
    names.chain(variables.filter_map(|variable| variable.body.get("default"))).collect()
}

/// What modules are called that build a cluster, or something in one.
const MODULES: [&str; 6] = ["cluster", "eks", "gke", "aks", "k8s", "kubernetes"];

fn names_in(node: Node<'_>) -> Vec<Node<'_>> {
    let entries = once_or_items(node).flat_map(Node::entries);
    entries.filter(|entry| is_name(entry.key)).map(|entry| entry.value).collect()
}

fn is_name(key: Node<'_>) -> bool {
    ["cluster_name", "eks_cluster_name", "gke_cluster_name", "aks_cluster_name"]
        .iter()
        .any(|name| key.is_text(name))
}
