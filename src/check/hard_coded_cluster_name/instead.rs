//! Places that do it well: where a sibling is told the name of its cluster by a variable.

use crate::check::Violation;
use crate::codebase::Codebase;
use crate::source::Span;
use rayon::prelude::*;
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// Where a key that holds the name of a cluster is filled in by a variable. Sought when a finding wants to show one.
#[derive(Default)]
pub(super) struct Injections {
    places: OnceLock<Vec<Span>>,
}

impl Injections {
    /// Shows the nearest of these places that the same tool reads and that is no other cluster's business.
    pub(super) fn show_beside(&self, violation: Violation, codebase: &Codebase) -> Violation {
        let places = self.places.get_or_init(|| places(codebase));
        let here = codebase.source(violation.span.file);
        let fits = |span: &&Span| {
            let source = codebase.source(span.file);
            source.kind().is_yaml() == here.kind().is_yaml()
                && source.kind().is_script() == here.kind().is_script()
                && codebase
                    .layer_of(span.file)
                    .is_none_or(|layer| Some(layer) == codebase.layer_of(here.id()))
        };
        let near = |span: &&Span| common(codebase.source(span.file).path(), here.path());
        // Of equals the first in the order of paths.
        match places.iter().rev().filter(fits).max_by_key(near) {
            Some(place) => violation.with_related(*place, "here a variable tells it"),
            None => violation,
        }
    }
}

fn places(codebase: &Codebase) -> Vec<Span> {
    let sources = codebase.sources().as_slice().par_iter();
    let used = sources.filter(|source| codebase.zone(source.id()).is_used());
    let found = used.filter_map(|source| {
        let captures = INJECTED.captures(source.text())?;
        let value = captures.get(1)?;
        Some(Span::new(source.id(), value.start() as u32, value.end() as u32))
    });
    found.collect()
}

/// How many folders two paths have in common.
fn common(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}

/// `clusterName: ${CLUSTER_NAME}`, `--cluster-name=$(CLUSTER_NAME)`, `cluster_name = var.cluster_name`.
static INJECTED: LazyLock<Regex> = LazyLock::new(|| {
    let key = r"(?:[cC]luster_?[nN]ame|CLUSTER_NAME|cluster-name|txtOwnerId|txt-owner-id)";
    let value = r"\$\{[^}\n]*\}|\$\([^)\n]*\)|\{\{[^}\n]*\}\}|var\.[a-z_.]+|\$[A-Z_]+";
    Regex::new(&format!(r#"(?-u:\b){key}["']?(?:[ \t]*[:=][ \t]*|[ \t]+)["']?({value})"#))
        .expect("a constant pattern")
});
