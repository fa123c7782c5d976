//! What Argo CD fetches: sources of Applications and `ApplicationSets`.

use super::Fetched;
use crate::check::own_repository::Own;
use crate::codebase::Codebase;
use crate::model::object::Object;
use crate::model::remote::{Pinned, chart_version, revision};
use crate::model::role::Role;
use crate::yaml::Node;
use std::collections::HashSet;

const HELP: &str = "Set `targetRevision` to a tag or a commit.";

/// The sources of every Application that are not the codebase itself.
pub(super) fn sources<'a>(codebase: &'a Codebase, own: &Own<'_>) -> Vec<Fetched<'a>> {
    let patched = patched(codebase);
    let mut sources = Vec::new();
    for kind in ["Application", "ApplicationSet"] {
        for object in codebase.objects_of("argoproj.io", kind) {
            if object.name().is_some_and(|name| patched.contains(&*name)) {
                continue;
            }
            let maps = object.root().walk().filter(|node| node.is_mapping());
            sources.extend(maps.filter_map(|source| fetched(source, object, own)));
        }
    }
    sources
}

fn fetched<'a>(source: Node<'a>, object: Object<'a>, own: &Own<'_>) -> Option<Fetched<'a>> {
    let entry = source.entry("repoURL")?;
    let url = entry.value.as_str()?;
    // Elements of a generator hold an address too, and no source.
    ["path", "chart", "targetRevision", "revision", "ref"].iter().find_map(|key| source.get(key))?;
    let chart = source.get("chart");
    if own.is(&url) && chart.is_none() || is_unknown(&url) {
        return None;
    }
    // The generator of an ApplicationSet calls it `revision`.
    let written = source.get("targetRevision").or_else(|| source.get("revision"));
    let written = written.filter(|revision| !revision.is_null());
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
        at: written.unwrap_or(entry.value).into(),
        pinned,
        object: Some(object),
        help: HELP,
        weaker: 0,
    })
}

/// An address that is filled in may be the codebase's own.
fn is_unknown(url: &str) -> bool {
    url.is_empty() || url.contains(['{', '$', '<'])
}

/// Applications whose revision an overlay sets.
fn patched(codebase: &Codebase) -> HashSet<String> {
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    let patches = patches.map(|document| document.root).filter(|root| {
        root.get("kind").is_some_and(|kind| kind.is_text("Application"))
            && root.raw().contains("targetRevision")
    });
    patches.filter_map(|root| Some(root.at(&["metadata", "name"])?.text().into_owned())).collect()
}
