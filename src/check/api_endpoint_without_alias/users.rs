//! Aliases that nothing declares, and clients that know the cluster itself although there is an alias.

use super::Api;
use crate::check::{Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::api_endpoint::bare_host;
use crate::source::{FileKind, Span};
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn report(codebase: &Codebase, apis: &[Api<'_>], outcome: &mut Outcome) {
    outcome.report_all(undeclared(codebase, apis));
    outcome.report_all(clients(codebase, apis));
}

/// Aliases for which no record is declared, although records of their domain are. Where none is, the domain is kept
/// elsewhere.
fn undeclared(codebase: &Codebase, apis: &[Api<'_>]) -> Vec<Violation> {
    let aliases =
        apis.iter().flat_map(|api| api.endpoint.aliases().into_iter().map(move |alias| (api, alias)));
    let aliases: Vec<_> =
        aliases.filter(|(_, alias)| alias.as_str().is_some_and(|text| !text.starts_with('*'))).collect();
    if aliases.is_empty() {
        return Vec::new();
    }
    let records = records(codebase);
    let domains: BTreeSet<&str> =
        records.iter().filter_map(|record| Some(record.split_once('.')?.1)).collect();
    let is_undeclared = |(_, alias): &(&Api<'_>, Node<'_>)| {
        let name = alias.text();
        let domain = name.split_once('.').map_or("", |(_, domain)| domain);
        domains.contains(domain)
            && !records.contains(&*name)
            && !records.contains(&*format!("*.{domain}"))
            && !is_in_terraform(codebase, &name)
    };
    aliases.into_iter().filter(is_undeclared).map(|(api, alias)| no_record(api, alias)).collect()
}

fn no_record(api: &Api<'_>, alias: Node<'_>) -> Violation {
    let message = format!(
        "the certificate of the API holds for `{}`, and no record here gives anybody that name, as others of its \
         domain are given",
        alias.text()
    );
    let help = "Declare the CNAME beside the other records, so that moving it is a change of one line.";
    let violation = Violation::at(alias, message).with_help(help).weaker().less_sure();
    match api.object {
        Some(object) => violation.in_object(object, alias),
        None => violation,
    }
}

/// The names for which records are declared in objects.
fn records(codebase: &Codebase) -> BTreeSet<Cow<'_, str>> {
    let endpoints = codebase.objects_of("externaldns.k8s.io", "DNSEndpoint");
    let endpoints = endpoints.filter_map(|object| object.at(&["spec", "endpoints"])).flat_map(Node::items);
    let names = endpoints.filter_map(|endpoint| endpoint.get("dnsName")?.as_str());
    let annotated = codebase.objects().filter_map(|object| object.annotation(HOSTNAME)?.value.as_str());
    let annotated: Vec<String> = annotated
        .flat_map(|text| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>())
        .collect();
    names.chain(annotated.into_iter().map(Cow::Owned)).collect()
}

/// Source: the documentation of external-dns.
const HOSTNAME: &str = "external-dns.alpha.kubernetes.io/hostname";

fn is_in_terraform(codebase: &Codebase, name: &str) -> bool {
    let files = codebase.sources().iter().filter(|source| source.kind() == FileKind::Terraform);
    let mut texts = files.map(crate::source::Source::text);
    texts.any(|text| text.contains(name))
}

/// Kubeconfigs that lead to one cluster although its API has an alias. One in the layer of the cluster is meant so.
fn clients(codebase: &Codebase, apis: &[Api<'_>]) -> Vec<Violation> {
    let mut aliases: BTreeMap<&str, (Cow<'_, str>, Span)> = BTreeMap::new();
    for api in apis {
        let host = api.endpoint.host_name().filter(|host| api.endpoint.is_of_this_cluster(host));
        let alias =
            api.endpoint.aliases().into_iter().find_map(|alias| Some((alias.as_str()?, alias.span())));
        if let Some((host, alias)) = host.zip(alias) {
            aliases.insert(host, alias);
        }
    }
    if aliases.is_empty() {
        return Vec::new();
    }
    let configs =
        codebase.objects_of("", "Config").filter(|config| codebase.layer_of(config.file()).is_none());
    let clients = configs.flat_map(|config| {
        let clusters = config.at(&["clusters"]).into_iter().flat_map(Node::items);
        clusters.filter_map(move |cluster| Some((config, cluster.at(&["cluster", "server"])?)))
    });
    let clients = clients.filter_map(|(config, server)| {
        let text = server.as_str()?;
        let (alias, span) = aliases.get(bare_host(&text))?;
        let message = format!(
            "this kubeconfig leads to `{}`, one cluster, although its API answers as `{alias}` too; on the day of the \
             move it leads to the old one",
            bare_host(&text)
        );
        let violation = Violation::at(server, message).with_related(*span, "the alias is listed here");
        Some(violation.in_object(config, server).with_help(format!("Connect to `https://{alias}`.")))
    });
    clients.collect()
}
