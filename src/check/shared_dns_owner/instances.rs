//! Every external-dns that a codebase sets up: in containers, in values of its chart, by installing its chart.

use crate::check::spot::Spot;
use crate::codebase::Codebase;
use crate::codebase::settings::Setting;
use crate::model::delivery::is_application;
use crate::model::external_dns::{ExternalDns, Owner, Policy, Zones};
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::workload::Workload;
use crate::source::{FileKind, Span};
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One external-dns, with the clusters that it comes to.
#[derive(Debug)]
pub(super) struct Instance<'c> {
    pub(super) owner: Owner,
    pub(super) policy: Policy,
    pub(super) zones: Zones,
    pub(super) spot: Spot<'c>,
}

/// Each once, whatever is built of it, in the order of their places.
pub(super) fn instances(codebase: &Codebase) -> Vec<Instance<'_>> {
    let images = chart_images(codebase);
    let mut found: BTreeMap<(Span, Owner), Vec<Instance<'_>>> = BTreeMap::new();
    codebase.visit_settings(&WORDS, &mut |setting| {
        for dns in all_in(codebase, &setting, &images) {
            let ExternalDns { owner, place, policy, zones } = dns;
            let spot = Spot::new(codebase, &setting, place);
            let known = found.entry((spot.span, owner.clone())).or_default();
            match known.iter_mut().find(|one| one.zones == zones) {
                Some(one) => one.spot.merge(spot),
                None => known.push(Instance { owner, policy, zones, spot }),
            }
        }
    });
    found.into_values().flatten().collect()
}

/// One of them stands wherever an external-dns is set up.
const WORDS: [&str; 2] = ["external-dns", "txtOwnerId"];

fn all_in<'n>(
    codebase: &Codebase,
    setting: &Setting<'n, '_>,
    images: &BTreeSet<String>,
) -> Vec<ExternalDns<'n>> {
    let mappings = || setting.root.walk().filter(|node| node.is_mapping());
    let mut all: Vec<_> = mappings().filter_map(ExternalDns::of_values).collect();
    let is_default = codebase.source(setting.file()).kind() == FileKind::HelmValues;
    if is_default || setting.object.is_none() {
        // What a chart leaves open is decided where it is installed.
        all.retain(|dns| dns.owner != Owner::Missing);
    }
    match setting.object.filter(|_| !setting.is_text()) {
        Some(object) => {
            all.extend(containers(object, setting.root));
            all.extend(installed(object, setting.root, images));
        }
        None => all.extend(mappings().filter_map(in_kustomization)),
    }
    all
}

/// The root is that of the object, as the visit has it.
fn containers<'n>(object: Object<'_>, root: Node<'n>) -> Vec<ExternalDns<'n>> {
    let Some(workload) = Workload::of(object) else { return Vec::new() };
    let containers = workload.containers().filter_map(|container| {
        let same = root.walk().find(|node| node.is(container.node))?;
        ExternalDns::of_container(crate::model::workload::Container { node: same })
    });
    containers.collect()
}

/// Charts that an object installs without a word about the owner. What is taken from elsewhere may hold it.
fn installed<'n>(object: Object<'_>, root: Node<'n>, images: &BTreeSet<String>) -> Option<ExternalDns<'n>> {
    if says_owner(root) {
        return None;
    }
    let spec = root.get("spec")?;
    let text = |path: &[&str]| spec.at(path).filter(|node| ExternalDns::is_chart(&node.text()));
    match object.kind() {
        "HelmRelease" => {
            let image = spec.at(&["chartRef", "name"]).filter(|name| images.contains(&*name.text()));
            let chart = text(&["chart", "spec", "chart"]).or(image)?;
            let has_more = spec.get("valuesFrom").is_some_and(|from| !from.is_empty());
            // In a repository of git lies a chart of their own, with values of its own.
            let source = spec.at(&["chart", "spec", "sourceRef", "kind"]);
            let is_foreign = !source.is_some_and(|kind| kind.is_text("GitRepository"));
            (is_foreign && !has_more).then(|| ExternalDns::of_chart(chart, spec.get("values")))
        }
        "HelmChart" if object.group() == "helm.cattle.io" => {
            let values = spec.get("valuesContent").is_none();
            text(&["chart"]).filter(|_| values).map(|chart| ExternalDns::of_chart(chart, None))
        }
        _ if is_application(object) => of_application(root),
        _ => None,
    }
}

fn of_application(root: Node<'_>) -> Option<ExternalDns<'_>> {
    let mut sources = root.walk().filter(|node| node.is_mapping());
    let source =
        sources.find(|node| node.get("chart").is_some_and(|chart| ExternalDns::is_chart(&chart.text())))?;
    let has_more = ["values", "valueFiles"].iter().any(|field| source.at(&["helm", field]).is_some());
    let chart = source.get("chart")?;
    (!has_more).then(|| ExternalDns::of_chart(chart, source.at(&["helm", "valuesObject"])))
}

/// An entry of `helmCharts`.
fn in_kustomization(node: Node<'_>) -> Option<ExternalDns<'_>> {
    let name = node.get("name").filter(|name| ExternalDns::is_chart(&name.text()))?;
    let is_chart = node.get("repo").is_some() || node.get("valuesInline").is_some();
    let has_more = ["valuesFile", "additionalValuesFiles"].iter().any(|field| node.get(field).is_some());
    (is_chart && !has_more && !says_owner(node))
        .then(|| ExternalDns::of_chart(name, node.get("valuesInline")))
}

fn says_owner(node: Node<'_>) -> bool {
    ["txtOwnerId", "txt-owner-id", "TXT_OWNER_ID"].iter().any(|word| node.mentions(word))
}

/// The names of images of OCI that are charts of external-dns.
fn chart_images(codebase: &Codebase) -> BTreeSet<String> {
    let images = codebase.objects_of(crate::model::delivery::FLUX_SOURCES, "OCIRepository");
    let is_one = |url: &str| ExternalDns::is_chart(url) && !is_injected(url);
    let images = images.filter(|image| image.at(&["spec", "url"]).is_some_and(|url| is_one(&url.text())));
    images.filter_map(|image| image.name().map(Cow::into_owned)).collect()
}
