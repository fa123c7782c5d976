//! Names of clusters in objects and other documents.

use super::{Candidates, terraform};
use crate::codebase::Codebase;
use crate::model::api_endpoint::bare_host;
use crate::model::cluster::Spec;
use crate::model::environment::{is_parent_of_environments, is_stage};
use crate::model::field::once_or_items;
use crate::model::identity::Origin;
use crate::model::monitor::is_cluster_key;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::yaml::Node;
use base64::Engine;

/// Declared clusters. Those on a laptop are nobody's concern.
pub(super) fn specs(codebase: &Codebase, candidates: &mut Candidates) {
    for cluster in codebase.clusters().filter(|cluster| !cluster.format.local) {
        let Some(name) = cluster.name() else { continue };
        let file = name.span().file;
        if codebase.zone(file).is_meant() {
            if cluster.is_terraform() {
                terraform::add(Origin::Terraform, name, candidates);
            } else {
                candidates.add_node(Origin::Spec, name);
                own_hosts(cluster, &name.text(), candidates);
            }
            own_folder(codebase, name, candidates);
        }
    }
}

/// The name of a host that a spec gives the API is another name of the cluster, if it has the cluster's in it.
fn own_hosts(cluster: Spec<'_>, name: &str, candidates: &mut Candidates) {
    let short = name.split('.').next().unwrap_or_default();
    for host in cluster.endpoints().filter_map(Node::as_str) {
        let host = bare_host(&host);
        let host = host.strip_prefix("api.").unwrap_or(host);
        let is_own = host.contains('.') && host.split('.').next() == Some(short) && !is_stage(short);
        if let Some(candidate) = candidates.0.get_mut(name).filter(|_| is_own && host != name) {
            candidate.aliases.push(host.to_owned());
        }
    }
}

/// The folder of a spec belongs to its cluster if it stands where clusters stand.
fn own_folder(codebase: &Codebase, name: Node<'_>, candidates: &mut Candidates) {
    let folder = codebase.source(name.span().file).folder();
    let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    if is_parent_of_environments(parent) {
        candidates.add_folder(&name.text(), folder);
    }
}

/// Hubs keep a record of each cluster they manage.
pub(super) fn registrations(codebase: &Codebase, candidates: &mut Candidates) {
    for managed in trusted(codebase, "cluster.open-cluster-management.io", "ManagedCluster") {
        candidates.add_nodes(Origin::Registration, managed.name_node());
    }
    for secret in trusted(codebase, "", "Secret") {
        let label = secret.label("argocd.argoproj.io/secret-type");
        if label.is_some_and(|label| label.value.is_text("cluster")) {
            cluster_secret(secret, candidates);
        }
    }
    for config in trusted(codebase, "", "Config") {
        let names = ["clusters", "contexts"].into_iter().filter_map(|list| config.at(&[list]));
        let names = names.flat_map(Node::items).filter_map(|item| item.get("name"));
        candidates.add_nodes(Origin::Kubeconfig, names);
    }
}

fn cluster_secret(secret: Object<'_>, candidates: &mut Candidates) {
    if let Some(name) = secret.at(&["stringData", "name"]) {
        candidates.add_node(Origin::Registration, name);
    } else if let Some(encoded) = secret.at(&["data", "name"]) {
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.text().trim());
        if let Some(name) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            candidates.add(Origin::Registration, &name, encoded.span());
        }
    }
}

/// Delivery tools are told where to deploy.
pub(super) fn deliveries(codebase: &Codebase, candidates: &mut Candidates) {
    for application in trusted(codebase, "argoproj.io", "Application") {
        let name = application.at(&["spec", "destination", "name"]);
        candidates.add_nodes(Origin::Delivery, name);
        let server = application.at(&["spec", "destination", "server"]);
        if let Some(server) = server {
            behind_api_host(server, candidates);
        }
    }
    for set in trusted(codebase, "argoproj.io", "ApplicationSet") {
        let generators = set.at(&["spec", "generators"]).into_iter().flat_map(Node::walk);
        let lists = generators.filter_map(|node| node.get("elements")).flat_map(Node::items);
        for name in lists.filter_map(cluster_of_element) {
            candidates.add_node(Origin::Delivery, name);
        }
    }
}

/// `https://api.<name>:6443`, as kops and `OpenShift` call it. Other API servers have addresses that say nothing.
fn behind_api_host(server: Node<'_>, candidates: &mut Candidates) {
    let text = server.text();
    let host =
        text.strip_prefix("https://api.").map(|rest| rest.split([':', '/']).next().unwrap_or_default());
    if let Some(name) = host.filter(|name| name.contains('.') && !name.starts_with("internal.")) {
        candidates.add(Origin::Delivery, name, server.span());
    }
}

/// `name` alone is more often that of an application.
fn cluster_of_element(element: Node<'_>) -> Option<Node<'_>> {
    let named = ["cluster", "clusterName", "cluster_name", "nameNormalized"].into_iter();
    let mut named = named.filter_map(|key| element.get(key));
    named.next().or_else(|| element.get("url").or_else(|| element.get("server")).and(element.get("name")))
}

/// Keys under which a cluster is told its own name.
const INJECTED: [&str; 6] =
    ["ACTIVE_CLUSTER", "CLUSTER_NAME", "CLUSTER", "cluster_name", "clusterName", "CLUSTER_ID"];

/// The one place where a cluster is told its own name.
pub(super) fn injections(codebase: &Codebase, candidates: &mut Candidates) {
    for kustomization in codebase.flux_kustomizations().filter(|one| one.zone().is_meant()) {
        let substitute = kustomization.at(&["spec", "postBuild", "substitute"]);
        let names = INJECTED.into_iter().filter_map(|key| substitute?.get(key));
        candidates.add_nodes(Origin::Injection, names);
        let sources =
            kustomization.at(&["spec", "postBuild", "substituteFrom"]).into_iter().flat_map(Node::items);
        for map in sources.filter_map(|source| source.get("name")) {
            injected_by_config_map(codebase, &map.text(), candidates);
        }
    }
    for kustomization in codebase.kustomizations().filter(|one| codebase.zone(one.file()).is_meant()) {
        let generators =
            kustomization.field("configMapGenerator").into_iter().flat_map(|field| field.value.items());
        let literals = generators.filter_map(|generator| generator.get("literals")).flat_map(Node::items);
        literals.for_each(|literal| injected_by_literal(literal, candidates));
    }
}

fn injected_by_config_map(codebase: &Codebase, name: &str, candidates: &mut Candidates) {
    let maps = trusted(codebase, "", "ConfigMap").filter(|map| map.name().is_some_and(|own| own == name));
    for data in maps.filter_map(|map| map.at(&["data"])) {
        let names = INJECTED.into_iter().filter_map(|key| data.get(key));
        candidates.add_nodes(Origin::Injection, names);
    }
}

/// `CLUSTER_NAME=prod-20261120`
fn injected_by_literal(literal: Node<'_>, candidates: &mut Candidates) {
    let text = literal.text();
    if let Some((key, value)) = text.split_once('=')
        && INJECTED.contains(&key)
    {
        let place = literal.span_within(text.len() - value.len()..text.len());
        candidates.add(Origin::Injection, value, place);
    }
}

/// Controllers and pipelines are told by argument or list.
pub(super) fn arguments(codebase: &Codebase, candidates: &mut Candidates) {
    for workload in codebase.workloads().filter(|workload| workload.object.zone().is_meant()) {
        for container in workload.containers() {
            let variables = container.env().filter(|variable| {
                variable
                    .get("name")
                    .is_some_and(|name| INJECTED.contains(&&*name.text()) || name.is_text("DD_CLUSTER_NAME"))
            });
            candidates.add_nodes(Origin::Argument, variables.filter_map(|variable| variable.get("value")));
            let arguments: Vec<_> = container.arguments().collect();
            for (index, argument) in arguments.iter().enumerate() {
                named_by_argument(*argument, arguments.get(index + 1).copied(), candidates);
            }
        }
    }
    let pipelines = codebase.documents().filter(|document| document.role == Role::Data);
    for document in
        pipelines.filter(|document| matches!(document.source.kind(), crate::source::FileKind::Ci(_)))
    {
        let matrices = document.root.walk().filter_map(|node| node.get("matrix"));
        let entries = matrices.flat_map(Node::walk).filter(|node| node.is_mapping()).flat_map(Node::entries);
        let named = entries.filter(|entry| is_cluster_key(&entry.key.text()));
        candidates.add_nodes(Origin::Matrix, named.flat_map(|entry| once_or_items(entry.value)));
    }
}

fn named_by_argument(argument: Node<'_>, next: Option<Node<'_>>, candidates: &mut Candidates) {
    let text = argument.text();
    let flags = ["--cluster", "--cluster-name"];
    if flags.contains(&&*text) {
        candidates.add_nodes(Origin::Argument, next);
    } else if let Some((flag, value)) = text.split_once('=')
        && flags.contains(&flag)
    {
        let place = argument.span_within(text.len() - value.len()..text.len());
        candidates.add(Origin::Argument, value, place);
    }
}

fn trusted<'a>(codebase: &'a Codebase, group: &str, kind: &str) -> impl Iterator<Item = Object<'a>> {
    codebase.objects_of(group, kind).filter(|object| object.zone().is_meant())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml::parse;

    /// What the places of the names found in the items of a list hold.
    fn written(text: &str, find: fn(Node<'_>, &mut Candidates)) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = parse(file, text.into());
        let mut candidates = Candidates::default();
        tree.roots().flat_map(Node::items).for_each(|item| find(item, &mut candidates));
        let found = candidates.0.values().flat_map(|candidate| &candidate.evidence);
        found.map(|evidence| sources.get(file).slice(evidence.span).to_owned()).collect()
    }

    #[test]
    fn a_name_in_an_argument_has_its_own_place() {
        let arguments = [
            "- --cluster=tokyo-1\n",
            "- '--cluster=tokyo-1'\n",
            "- \"--cluster-name=tokyo-1\"\n",
            "- |-\n  --cluster-name=tokyo-1\n",
        ];
        for text in arguments {
            assert_eq!(
                written(text, |item, found| named_by_argument(item, None, found)),
                ["tokyo-1"],
                "{text}"
            );
        }
        let escaped = "- \"\\x2D-cluster=tokyo-1\"\n";
        let whole = ["\"\\x2D-cluster=tokyo-1\""];
        assert_eq!(written(escaped, |item, found| named_by_argument(item, None, found)), whole);
    }

    #[test]
    fn a_name_in_a_literal_has_its_own_place() {
        for text in ["- CLUSTER_NAME=tokyo-1\n", "- 'CLUSTER_NAME=tokyo-1'\n", "- \"CLUSTER_NAME=tokyo-1\"\n"]
        {
            assert_eq!(written(text, injected_by_literal), ["tokyo-1"], "{text}");
        }
    }
}
