//! What Argo CD fetches: sources of Applications and `ApplicationSets`.

use super::Fetched;
use crate::check::own_repository::Own;
use crate::codebase::Codebase;
use crate::model::delivery::Source;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::remote::{Pinned, chart_version, revision};
use crate::model::role::Role;
use crate::yaml::Node;
use std::collections::HashSet;

const REPOSITORY: &str = "Set `targetRevision` to a tag or a commit.";
const CHART: &str = "Set `targetRevision` to one version of the chart.";

/// The sources of every Application that are not the codebase itself.
pub(super) fn sources<'a>(codebase: &'a Codebase, own: &Own<'_>) -> Vec<Fetched<'a>> {
    let patched = patched(codebase);
    let is_patched = |object: &Object<'_>| object.name().is_some_and(|name| patched.contains(&*name));
    let objects = codebase.applications().filter(|object| !is_patched(object));
    objects.flat_map(Source::all).filter_map(|source| fetched(source, own)).collect()
}

fn fetched<'a>(source: Source<'a>, own: &Own<'_>) -> Option<Fetched<'a>> {
    let url = source.url.value.as_str()?;
    let (chart, written) = (source.chart(), source.revision());
    // Elements of a generator hold an address too, and no source.
    let is_source = ["path", "chart", "targetRevision", "revision", "ref"].iter();
    is_source.into_iter().find_map(|key| source.node.get(key))?;
    // An address that is filled in may be the codebase's own.
    if own.is(&url) && chart.is_none() || url.is_empty() || is_injected(&url) {
        return None;
    }
    let judge = |text: &str| if chart.is_some() { chart_version(text) } else { revision(text) };
    let pinned = match written {
        Some(written) if written.is_templated() => Pinned::Yes,
        Some(written) => judge(&written.text()),
        None => Pinned::Missing,
    };
    let what = match chart {
        Some(chart) => format!("Chart `{}`", chart.text()),
        None => format!("Repository `{url}`"),
    };
    Some(Fetched {
        what,
        at: written.unwrap_or(source.url.value).into(),
        pinned,
        object: Some(source.object),
        help: if chart.is_some() { CHART } else { REPOSITORY },
        weaker: 0,
    })
}

/// Applications whose revision an overlay sets.
fn patched(codebase: &Codebase) -> HashSet<String> {
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    let sets_revision = |root: &Node<'_>| root.walk().any(|node| node.get("targetRevision").is_some());
    let patches = patches.map(|document| document.root).filter(|root| {
        root.get("kind").is_some_and(|kind| kind.is_text("Application")) && sets_revision(root)
    });
    patches.filter_map(|root| Some(root.at(&["metadata", "name"])?.text().into_owned())).collect()
}
