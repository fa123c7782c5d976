//! APIs of clusters that are reached by the name of one cluster only, so that everybody has to move when it does.
//!
//! Managed control planes have hosts that their cloud chooses, and are left alone.

mod users;

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::Another;
use crate::model::address::is_of_somebody;
use crate::model::api_endpoint::{ApiEndpoint, Host};
use crate::model::cluster::Spec;
use crate::model::environment::{Stage, stage_of};
use crate::model::name::Promise;
use crate::model::object::Object;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Looks at the hosts and the names in certificates that specs declare.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApiEndpointWithoutAlias {}

/// The API of a declared cluster.
struct Api<'a> {
    endpoint: ApiEndpoint<'a>,
    object: Option<Object<'a>>,
}

impl Check for ApiEndpointWithoutAlias {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let apis = apis(codebase);
        outcome.looked_at(apis.len());
        outcome.report_all(apis.iter().filter_map(Api::objection));
        outcome.report_all(different_zones(&apis));
        users::report(codebase, &apis, outcome);
    }
}

/// The API of each cluster that people run themselves, once, in the order of the specs.
fn apis(codebase: &Codebase) -> Vec<Api<'_>> {
    let mut seen: HashSet<Span> = HashSet::new();
    let specs = codebase.specs().filter(|spec| !spec.format.local);
    let apis = specs.filter_map(|spec| api(codebase, spec));
    apis.filter(|api| seen.insert(api.endpoint.node.span())).collect()
}

fn api<'a>(codebase: &'a Codebase, spec: Spec<'a>) -> Option<Api<'a>> {
    let mut endpoint = ApiEndpoint::of(spec)?;
    if let Some(reference) = endpoint.control_plane(spec) {
        let (kind, name) = (reference.get("kind")?.as_str()?, reference.get("name")?.as_str()?);
        if kind.contains("Managed") {
            return None;
        }
        // A control plane that nobody declares here may hold any name.
        let mut known = codebase.objects_of(CONTROL_PLANES, &kind);
        let control_plane = known.find(|object| object.name().as_deref() == Some(&*name))?;
        let sans: Vec<_> = endpoint.sans_in(control_plane.root()).collect();
        endpoint.sans.extend(sans);
    } else if endpoint.is_split() {
        // A class of clusters declares what this one does not.
        return None;
    }
    Some(Api { endpoint, object: spec.object })
}

const CONTROL_PLANES: &str = "controlplane.cluster.x-k8s.io";

impl Api<'_> {
    fn objection(&self) -> Option<Violation> {
        let endpoint = &self.endpoint;
        let is_aliased = !endpoint.aliases().is_empty();
        match &endpoint.host {
            Host::OfNode if !is_aliased => Some(self.at(self.of_node()).weaker()),
            Host::Written(host) if is_of_somebody(host) && !is_aliased => {
                Some(self.at(self.of_address(host)).weaker())
            }
            Host::Written(_) | Host::Default(_) => self.named(endpoint.host_name()?, is_aliased),
            Host::OfNode => None,
        }
    }

    /// What to say of a host that has a name.
    fn named(&self, host: &str, is_aliased: bool) -> Option<Violation> {
        let endpoint = &self.endpoint;
        if !endpoint.is_of_this_cluster(host) {
            return None;
        }
        if !is_aliased {
            return Some(self.at(self.without_alias(host)).with_help(self.help()));
        }
        let name = endpoint.name.as_deref().filter(|name| host == format!("api.{name}"))?;
        let message = format!(
            "the API of `{name}` answers as `{host}`, where the part that each cluster has for itself stands in the \
             middle; no wildcard certificate fits this cluster and the next"
        );
        Some(self.at(message).with_help(self.help()).weaker())
    }

    fn at(&self, message: String) -> Violation {
        let violation = Violation::at(self.endpoint.node, message).with_help(format!(
            "Give the API a name that outlives the cluster: list it in `{}`, and let everybody use it.",
            self.endpoint.san_field()
        ));
        match self.object {
            Some(object) => violation.in_object(object, self.endpoint.node),
            None => violation,
        }
    }

    fn title(&self) -> String {
        let name = self.endpoint.name.as_ref().map(|name| format!("`{name}`"));
        name.unwrap_or_else(|| "this cluster".to_owned())
    }

    fn without_alias(&self, host: &str) -> String {
        let title = self.title();
        let by_default = match self.endpoint.host {
            Host::Default(_) => format!(", which {} makes of the name,", self.endpoint.tool()),
            _ => String::new(),
        };
        format!(
            "the API of {title} answers as `{host}`{by_default} and under no name that outlives the cluster; everybody \
             who connects has to change that on the day the next one takes over"
        )
    }

    fn of_address(&self, host: &str) -> String {
        format!(
            "the API of {} is reached at the address `{host}` and under no name; everybody who connects has to change \
             that on the day the next one takes over",
            self.title()
        )
    }

    fn of_node(&self) -> String {
        format!(
            "the API of {} is reached at the address of a node and under no name; everybody who connects has to change \
             that on the day the next one takes over",
            self.title()
        )
    }

    /// The names that this cluster and its alias may have.
    fn help(&self) -> String {
        let field = self.endpoint.san_field();
        let (host, alias) = self.names().unwrap_or_else(|| {
            ("prod-20261120.api.cluster.example.com".to_owned(), "prod.api.cluster.example.com".to_owned())
        });
        format!(
            "Call it `{host}`, list the alias `{alias}` in `{field}`, and let everybody use the alias: a CNAME that \
             moves to the next cluster. `*.{}` is one certificate for all of them.",
            alias.split_once('.').map_or("", |(_, zone)| zone)
        )
    }

    /// `prod-20261120.api.<zone>` and `prod.api.<zone>`, made of what the cluster is called.
    fn names(&self) -> Option<(String, String)> {
        let (short, zone) = self.endpoint.name.as_deref()?.split_once('.')?;
        let mut words = short.split('-');
        let environment = words.find(|word| stage_of(word).is_some()).unwrap_or(short);
        let own = match Promise::of(short) {
            Promise::Disposable | Promise::Serial if environment != short => short.to_owned(),
            _ => format!("{short}-20261120"),
        };
        Some((format!("{own}.api.{zone}"), format!("{environment}.api.{zone}")))
    }
}

/// One certificate and one alias serve the clusters of an environment only if their APIs are called alike.
fn different_zones(apis: &[Api<'_>]) -> Vec<Violation> {
    let mut by_stage: BTreeMap<Stage, Vec<(&str, &str, &Api<'_>)>> = BTreeMap::new();
    for api in apis {
        let named = api.endpoint.name.as_deref().zip(api.endpoint.host_name());
        // Where the name of the cluster stands behind `api.`, something else is said.
        let Some((name, host)) = named.filter(|(_, host)| !host.starts_with("api.")) else { continue };
        let stage = stage_of(name.split('.').next().unwrap_or_default());
        if let (Some(stage), Some((_, zone))) = (stage, host.split_once('.')) {
            by_stage.entry(stage).or_default().push((zone, host, api));
        }
    }
    by_stage.into_values().filter_map(|hosts| zones(&hosts)).collect()
}

fn zones(hosts: &[(&str, &str, &Api<'_>)]) -> Option<Violation> {
    let zones: BTreeSet<&str> = hosts.iter().map(|(zone, ..)| *zone).collect();
    let ((first, _, api), others) = hosts.split_first()?;
    let second = zones.iter().find(|zone| *zone != first)?;
    let message = format!(
        "the APIs of one environment answer below `{first}` and below `{second}`; neither an alias nor a wildcard \
         certificate moves from one to the other"
    );
    let violation = Violation::at(api.endpoint.node, message).with_help(HELP_ZONES);
    let violation = match api.object {
        Some(object) => violation.in_object(object, api.endpoint.node),
        None => violation,
    };
    let elsewhere = others.iter().filter(|(zone, ..)| zone != first);
    let elsewhere =
        elsewhere.map(|(_, host, api)| Another::at(api.endpoint.node.span(), format!("`{host}` is here")));
    Some(elsewhere.fold(violation.weaker(), Violation::with_another))
}

const HELP_ZONES: &str = "Let the hosts of all clusters of an environment differ in their first label only: `prod-20261120.api.cluster.example.com`.";
