//! What Flux fetches: git repositories, artifacts, charts of `HelmReleases`.

use super::Fetched;
use crate::check::own_repository::Own;
use crate::codebase::Codebase;
use crate::model::delivery::FLUX_SOURCES;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::remote::{Pinned, chart_version, revision};
use crate::model::role::Role;
use crate::yaml::Node;
use std::collections::HashSet;

const REFERENCE: &str = "Set `spec.ref` to a tag, a commit or a digest.";
const CHART: &str = "Write the `version` of the chart that is installed today.";

/// The sources of Flux that are not the codebase itself.
pub(super) fn sources<'a>(codebase: &'a Codebase, own: &Own<'_>) -> Vec<Fetched<'a>> {
    let mut sources = Vec::new();
    for kind in ["GitRepository", "OCIRepository"] {
        let objects = codebase.objects_of(FLUX_SOURCES, kind);
        sources.extend(objects.filter_map(|object| repository(object, own)));
    }
    let patched = patched(codebase);
    for release in codebase.objects_of("helm.toolkit.fluxcd.io", "HelmRelease") {
        let is_patched = release.name().is_some_and(|name| patched.contains(&*name));
        sources.extend(release_chart(release).filter(|chart| !is_patched || chart.pinned != Pinned::Missing));
    }
    sources
}

fn repository<'a>(object: Object<'a>, own: &Own<'_>) -> Option<Fetched<'a>> {
    let url = object.at(&["spec", "url"])?;
    let text = url.as_str()?;
    if own.is(&text) || object.name().as_deref() == Some("flux-system") || is_injected(&text) {
        return None;
    }
    let (node, pinned) = match object.at(&["spec", "ref"]) {
        Some(reference) => pin(reference),
        None => (url, Pinned::Missing),
    };
    let kind = if object.kind() == "GitRepository" { "Repository" } else { "Artifact" };
    let what = format!("{kind} `{text}`");
    Some(Fetched { what, at: node.into(), pinned, object: Some(object), help: REFERENCE, weaker: 0 })
}

/// The most exact field counts, as Flux has it: commit or digest, then `semver`, tag and branch.
fn pin(reference: Node<'_>) -> (Node<'_>, Pinned) {
    let exact = ["commit", "digest"].iter().find_map(|key| reference.get(key));
    if let Some(node) = exact.filter(|node| !node.is_empty()) {
        return (node, Pinned::Yes);
    }
    if let Some(node) = reference.get("semver") {
        return (node, chart_version(&node.text()));
    }
    let named = ["tag", "name"].iter().find_map(|key| reference.get(key));
    if let Some(node) = named {
        return (node, revision(&node.text()));
    }
    match reference.get("branch") {
        Some(node) if node.is_templated() || is_injected(&node.text()) => (node, Pinned::Yes),
        Some(node) => (node, Pinned::Moving),
        None => (reference, Pinned::Missing),
    }
}

/// A chart from git takes its version from there.
fn release_chart(release: Object<'_>) -> Option<Fetched<'_>> {
    let spec = release.at(&["spec", "chart", "spec"])?;
    let chart = spec.get("chart")?;
    let source = spec.at(&["sourceRef", "kind"]);
    if source.is_some_and(|kind| !kind.is_text("HelmRepository")) || chart.text().starts_with('.') {
        return None;
    }
    let version = spec.get("version").filter(|version| !version.is_null());
    let pinned = version.map_or(Pinned::Missing, |version| chart_version(&version.text()));
    let what = format!("Chart `{}`", chart.text());
    Some(Fetched {
        what,
        at: version.unwrap_or(chart).into(),
        pinned,
        object: Some(release),
        help: CHART,
        weaker: 0,
    })
}

/// Releases whose chart an overlay changes.
fn patched(codebase: &Codebase) -> HashSet<String> {
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    let patches = patches
        .map(|document| document.root)
        .filter(|root| root.at(&["spec", "chart", "spec", "version"]).is_some());
    patches.filter_map(|root| Some(root.at(&["metadata", "name"])?.text().into_owned())).collect()
}
