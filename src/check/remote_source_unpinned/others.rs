//! What other tools fetch: the controllers of k3s and Cluster API, helmfile, eksctl, Tekton, GitHub Actions.

use super::Fetched;
use crate::check::own_repository::Own;
use crate::codebase::Codebase;
use crate::model::image::Pin;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::remote::{Pinned, chart_version, is_archive, revision};
use crate::model::role::Role;
use crate::source::{CiSystem, FileKind};
use crate::yaml::Node;

const CHART: &str = "Write the `version` of the chart that is installed today.";
const REVISION: &str = "Name a tag or a commit.";

/// Everything that these tools fetch.
pub(super) fn sources<'a>(codebase: &'a Codebase, own: &Own<'_>) -> Vec<Fetched<'a>> {
    let mut sources = Vec::new();
    for (group, kind, repository, chart) in CHARTS {
        let objects = codebase.objects_of(group, kind);
        sources.extend(objects.filter_map(|object| chart_of(object, repository, chart)));
    }
    sources.extend(codebase.objects_of("eksctl.io", "ClusterConfig").flat_map(addons));
    for object in codebase.objects().filter(|object| object.group() == "tekton.dev") {
        let maps = object.root().walk().filter(|node| node.is_mapping());
        sources.extend(maps.filter_map(|map| resolved(map, object, own)));
    }
    for document in codebase.documents().filter(|document| document.zone.is_judged()) {
        match document.source.kind() {
            FileKind::Ci(CiSystem::GitHubActions) => sources.extend(actions(document.root)),
            FileKind::Yaml if document.role == Role::Data => sources.extend(releases(document.root)),
            _ => {}
        }
    }
    sources
}

/// Group and kind of objects that install one chart, and their fields for its repository and its name.
const CHARTS: [(&str, &str, &str, &str); 2] = [
    ("helm.cattle.io", "HelmChart", "repo", "chart"),
    ("addons.cluster.x-k8s.io", "HelmChartProxy", "repoURL", "chartName"),
];

fn chart_of<'a>(object: Object<'a>, repository: &str, chart: &str) -> Option<Fetched<'a>> {
    let spec = object.spec()?;
    let chart = spec.get(chart)?;
    let name = chart.as_str()?;
    let is_remote = spec.get(repository).is_some_and(|node| !node.is_empty()) || name.starts_with("oci://");
    (is_remote && !is_archive(&name)).then(|| fetched_chart(spec, chart, Some(object)))
}

fn fetched_chart<'a>(spec: Node<'a>, chart: Node<'a>, object: Option<Object<'a>>) -> Fetched<'a> {
    let version = spec.get("version").filter(|version| !version.is_null());
    let pinned = version.map_or(Pinned::Missing, |version| chart_version(&version.text()));
    let what = format!("Chart `{}`", chart.text());
    Fetched { what, at: version.unwrap_or(chart).into(), pinned, object, help: CHART, weaker: 0 }
}

/// Releases of helmfile. What a template of releases says is not looked up.
fn releases(root: Node<'_>) -> Vec<Fetched<'_>> {
    let releases = root.get("releases").into_iter().flat_map(Node::items);
    let charts = releases.filter_map(|release| {
        let chart = release.get("chart").filter(|_| release.get("name").is_some())?;
        let name = chart.as_str()?;
        let is_local = name.starts_with(['.', '/', '{', '$']) || !name.contains('/') || is_archive(&name);
        let is_other = name.contains("::") || name.contains("://") && !name.starts_with("oci://");
        let is_inherited = release.get("inherit").is_some() && release.get("version").is_none();
        (!is_local && !is_other && !is_inherited).then(|| fetched_chart(release, chart, None))
    });
    charts.collect()
}

/// The word `latest` where eksctl takes the version of an add-on.
fn addons(cluster: Object<'_>) -> Vec<Fetched<'_>> {
    let addons = cluster.root().get("addons").into_iter().flat_map(Node::items);
    let moving = addons.filter_map(|addon| {
        let version = addon.get("version").filter(|version| version.is_text("latest"))?;
        let what = format!("Add-on `{}`", addon.get("name")?.text());
        let help = "Write the version that is installed today, such as `v1.20.1-eksbuild.1`.";
        Some(Fetched {
            what,
            at: version.into(),
            pinned: Pinned::Moving,
            object: Some(cluster),
            help,
            weaker: 1,
        })
    });
    moving.collect()
}

/// Tasks that Tekton takes from a repository.
fn resolved<'a>(reference: Node<'a>, object: Object<'a>, own: &Own<'_>) -> Option<Fetched<'a>> {
    reference.get("resolver").filter(|resolver| resolver.is_text("git"))?;
    let parameter = |name: &str| {
        let mut parameters = reference.get("params").into_iter().flat_map(Node::items);
        parameters.find(|item| item.get("name").is_some_and(|node| node.is_text(name)))?.get("value")
    };
    let url = parameter("url")?;
    let text = url.as_str().filter(|text| !own.is(text) && !is_injected(text))?;
    let written = parameter("revision").filter(|revision| !revision.is_empty());
    let pinned = written.map_or(Pinned::Missing, |written| revision(&written.text()));
    let what = format!("Repository `{text}`");
    let at = written.unwrap_or(url).into();
    Some(Fetched { what, at, pinned, object: Some(object), help: REVISION, weaker: 1 })
}

/// Actions and workflows on a branch. A major version, such as `@v4`, is what their authors ask for.
fn actions(root: Node<'_>) -> Vec<Fetched<'_>> {
    let maps = root.walk().filter(|node| node.is_mapping());
    let used = maps.filter_map(|map| map.get("uses")).filter_map(|node| Some((node, node.as_str()?)));
    let moving = used.filter_map(|(node, text)| {
        let (name, branch) = text.split_once('@')?;
        let is_moving = Pin::of(branch) == Pin::Floating && name.contains('/') && !name.starts_with('.');
        let what = format!("Action `{text}`");
        let fetched = Fetched {
            what,
            at: node.into(),
            pinned: Pinned::Moving,
            object: None,
            help: REVISION,
            weaker: 2,
        };
        (is_moving && !name.contains("://")).then_some(fetched)
    });
    moving.collect()
}
