//! Names that a cloud gave to a load balancer or a control plane of one cluster, written where others depend on them.

use super::cloud_hosts::{self, Host};
use super::{Check, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::cloud_host::CloudHostKind;
use std::collections::BTreeMap;

/// Searches texts for such names.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CloudEndpointLiteral {}

impl Check for CloudEndpointLiteral {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let hosts = cloud_hosts::hosts(codebase, |kind| kind != CloudHostKind::Node);
        outcome.looked_at(codebase.judged_texts());
        let mut places: BTreeMap<String, Vec<Host<'_>>> = BTreeMap::new();
        for host in hosts {
            places.entry(host.name.to_ascii_lowercase()).or_default().push(host);
        }
        outcome.report_all(places.into_values().filter_map(|places| violation(codebase, places)));
    }
}

/// One finding for each name. It is told where it hurts most: outside of what belongs to one cluster.
fn violation(codebase: &Codebase, mut places: Vec<Host<'_>>) -> Option<Violation> {
    let is_own = |host: &Host<'_>| {
        codebase.layer_of(host.span.file).is_some() || codebase.named_beside(host.span).next().is_some()
    };
    places.sort_by_key(|host| (is_own(host), host.span));
    let (first, others) = places.split_first()?;
    let (name, form) = (first.name, first.form);
    let again = || Subject::new("");
    let sentence = Sentence::Counted {
        start: format!("`{name}` is {}", form.what),
        one_more: ", named here and at one more place",
        more: ", named here and at {} more places",
        end: fate(form.kind).to_owned(),
    };
    let violation = Violation::at_span(first.span, "").telling(again(), sentence);
    let violation = match first.site {
        Some((object, node)) => violation.in_object(object, node),
        None => violation,
    };
    let others = others.iter().map(|host| place(host).about(again()));
    let violation = others.fold(violation.with_help(help(form.kind)), Violation::with_another);
    Some(match form.kind {
        CloudHostKind::Database => violation.weaker().weaker(),
        _ if is_own(first) => violation.weaker(),
        _ => violation,
    })
}

fn place(host: &Host<'_>) -> Another {
    match host.site {
        Some((object, node)) => Another { span: host.span, ..another(object, node, "here as well") },
        None => Another::at(host.span, "here as well"),
    }
}

/// What becomes of it, and of whoever names it.
fn fate(kind: CloudHostKind) -> &'static str {
    match kind {
        CloudHostKind::LoadBalancer => {
            "; the cloud made it for one cluster and deletes it with that cluster, and the next one gets another name"
        }
        CloudHostKind::Database => {
            "; it outlives a cluster, but not its own replacement: a restored copy has another name"
        }
        CloudHostKind::ControlPlane | CloudHostKind::Node => {
            "; it goes away with its cluster, and the next one gets another name"
        }
    }
}

fn help(kind: CloudHostKind) -> &'static str {
    match kind {
        CloudHostKind::LoadBalancer => {
            "Name a host of your own here, and let external-dns or Terraform point it at whatever load balancer there is."
        }
        CloudHostKind::ControlPlane | CloudHostKind::Node => {
            "Look it up where it is needed: an output of Terraform, `aws eks describe-cluster`, or a CNAME of your own \
             that moves to the next cluster."
        }
        CloudHostKind::Database => {
            "Put a CNAME of your own before it, or inject it from where the database is declared."
        }
    }
}
