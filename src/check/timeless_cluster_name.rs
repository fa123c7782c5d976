//! Names of clusters that promise to stay.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::glob;
use crate::model::identity::{Evidence, Identity};
use crate::model::name::Promise;

/// Looks at the names that clusters are declared with.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TimelessClusterName {
    /// Patterns of names that promise nothing, in the way of the team: `*-spring`.
    disposable: Vec<String>,
}

impl Check for TimelessClusterName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        for identity in codebase.identities() {
            let Some(declaration) = identity.declaration() else { continue };
            outcome.looked_at(1);
            if !glob::matches_any(&self.disposable, &identity.name) {
                outcome.report_all(objection(identity, declaration));
            }
        }
    }
}

fn objection(identity: &Identity, declaration: Evidence) -> Option<Violation> {
    let name = &identity.name;
    let at = |message| Violation::at_span(declaration.span, message);
    match Promise::of(name) {
        Promise::Injected | Promise::Disposable => None,
        Promise::Timeless => Some(at(format!(
            "the cluster is called `{name}` as if it were the only one there will ever be; the cluster that takes over \
             cannot have this name while this one lives"
        ))),
        Promise::Serial => Some(
            at(format!("the cluster `{name}` is numbered, which does not say that a next one will come"))
                .weaker(),
        ),
        Promise::Proper => Some(
            at(format!(
                "`{name}` is a proper name: people and tools get used to it, and miss it in the next cluster"
            ))
            .weaker(),
        ),
    }
}
