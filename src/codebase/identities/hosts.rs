//! Names of clusters in names of hosts that `OpenShift` makes of them.

use super::Candidates;
use crate::codebase::Codebase;
use crate::model::identity::Origin;
use crate::source::{Source, Span};
use rayon::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

/// `OpenShift` serves the routes of a cluster below `apps.<cluster>.<domain>`. Elsewhere `apps` is a word like any other.
pub(super) fn routes(codebase: &Codebase, candidates: &mut Candidates) {
    if codebase.objects_of("route.openshift.io", "Route").next().is_none() {
        return;
    }
    let sources = codebase.sources().as_slice().par_iter();
    let meant = sources.filter(|source| codebase.zone(source.id()).is_meant());
    let found: Vec<_> =
        meant.filter(|source| source.text().contains(".apps.")).flat_map_iter(names).collect();
    for (name, span) in found {
        candidates.add(Origin::Route, name, span);
    }
}

fn names(source: &Source) -> impl Iterator<Item = (&str, Span)> {
    HOST.captures_iter(source.text()).filter_map(|captures| {
        let name = captures.get(1)?;
        Some((name.as_str(), Span::new(source.id(), name.start() as u32, name.end() as u32)))
    })
}

static HOST: LazyLock<Regex> = LazyLock::new(|| {
    let label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
    Regex::new(&format!(r"{label}\.apps\.({label}(?:\.{label}){{2,}})")).expect("a constant pattern")
});
