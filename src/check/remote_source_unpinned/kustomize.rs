//! What kustomizations and cluster specs fetch: remote bases, files on web servers, charts.

use super::Fetched;
use crate::codebase::Codebase;
use crate::model::kustomization::Kustomization;
use crate::model::remote::{Pinned, address, chart_version};
use crate::model::role::Role;
use crate::yaml::Node;

const REVISION: &str = "Add `?ref=` with a tag or a commit, or take the address of one release.";
const CHART: &str = "Write the `version` of the chart that is installed today.";

/// Everything that is fetched to build manifests.
pub(super) fn sources(codebase: &Codebase) -> Vec<Fetched<'_>> {
    let kustomizations = codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged());
    let mut sources: Vec<_> = kustomizations.flat_map(|k| inputs(k).chain(charts(k))).collect();
    sources.extend(addons(codebase));
    sources
}

fn inputs(kustomization: Kustomization<'_>) -> impl Iterator<Item = Fetched<'_>> {
    let remote =
        kustomization.inputs().filter(|input| input.is_remote() && !input.text.starts_with("file://"));
    remote.map(|input| fetched(input.node, &input.text))
}

fn fetched<'a>(node: Node<'a>, text: &str) -> Fetched<'a> {
    Fetched {
        what: format!("`{text}`"),
        at: node.into(),
        pinned: address(text),
        object: None,
        help: REVISION,
        weaker: 0,
    }
}

/// Without `repo` the chart lies in the codebase.
fn charts(kustomization: Kustomization<'_>) -> impl Iterator<Item = Fetched<'_>> {
    let list = kustomization.field("helmCharts").into_iter().flat_map(|entry| entry.value.items());
    list.filter(|chart| chart.get("repo").is_some()).filter_map(|chart| {
        let name = chart.get("name")?;
        let version = chart.get("version").filter(|version| !version.is_null());
        let pinned = version.map_or(Pinned::Missing, |version| chart_version(&version.text()));
        let what = format!("Chart `{}`", name.text());
        Some(Fetched {
            what,
            at: version.unwrap_or(name).into(),
            pinned,
            object: None,
            help: CHART,
            weaker: 0,
        })
    })
}

/// Manifests that cluster specs name by address: kops `addons`, RKE `addons_include`, Talos `extraManifests`.
fn addons(codebase: &Codebase) -> Vec<Fetched<'_>> {
    let mut nodes = Vec::new();
    for group in ["kops.k8s.io", "kops"] {
        for cluster in codebase.objects_of(group, "Cluster") {
            let addons = cluster.at(&["spec", "addons"]).into_iter().flat_map(Node::items);
            nodes.extend(addons.filter_map(|addon| addon.get("manifest")));
        }
    }
    let data =
        codebase.documents().filter(|document| document.role == Role::Data && document.zone.is_judged());
    for root in data.map(|document| document.root) {
        let lists = [root.get("addons_include"), root.at(&["cluster", "extraManifests"])];
        nodes.extend(lists.into_iter().flatten().flat_map(Node::items));
    }
    let addresses = nodes.into_iter().filter_map(|node| Some((node, node.as_str()?)));
    let addresses = addresses.filter(|(_, text)| text.starts_with("http"));
    addresses
        .map(|(node, text)| fetched(node, &text))
        .filter(|fetched| fetched.pinned != Pinned::Missing)
        .collect()
}
