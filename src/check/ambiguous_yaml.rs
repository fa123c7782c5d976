//! YAML that Kubernetes' readers refuse, ignore or read differently.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::role::Role;
use crate::source::FileId;
use crate::yaml::{Grade, Node, Readers, Trouble};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Finds the places where a manifest depends on who reads it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AmbiguousYaml {}

impl Check for AmbiguousYaml {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        for tree in manifests(codebase).into_iter().filter_map(|file| codebase.tree(file)) {
            outcome.looked_at(1);
            tree.troubles().iter().filter_map(trouble).for_each(|violation| outcome.report(violation));
            tree.duplicates().map(repeated_key).for_each(|violation| outcome.report(violation));
        }
    }
}

/// Files that kubectl or kustomize reads. What is no object has readers of its own.
fn manifests(codebase: &Codebase) -> BTreeSet<FileId> {
    let read = codebase.documents().filter(|document| document.zone.is_judged());
    read.filter(|document| document.role != Role::Data).map(|document| document.source.id()).collect()
}

fn trouble(trouble: &Trouble) -> Option<Violation> {
    // What is fatal is a problem already; what only the standard minds, nobody in Kubernetes' world minds.
    let minds = trouble.refused_by() | trouble.misread_by();
    let matters = trouble.grade == Grade::Compatibility && minds.includes(Readers::KUBERNETES);
    matters.then(|| Violation::at_span(trouble.span, trouble.message()))
}

fn repeated_key((first, again): (Node<'_>, Node<'_>)) -> Violation {
    let message = format!(
        "`{}` is written twice: kubectl takes this one without a word, kustomize refuses the file",
        again.text()
    );
    Violation::at(again, message)
        .with_related(first.span(), "the first one, which kubectl forgets")
        .with_help("Delete the one that is not meant.")
}
