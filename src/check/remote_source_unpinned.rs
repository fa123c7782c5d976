//! Finds sources outside the codebase that are fetched without an exact revision.
//!
//! The branch of the codebase's own repository is right: that is how a change gets to the cluster.

mod argo;
mod charts;
mod flux;
mod kustomize;

use super::own_repository::Own;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::object::Object;
use crate::model::remote::Pinned;
use crate::yaml::Node;
use serde::Deserialize;

/// Remote sources without an exact revision.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RemoteSourceUnpinned {}

impl Check for RemoteSourceUnpinned {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let own = Own::of(codebase);
        let mut sources = kustomize::sources(codebase);
        sources.extend(argo::sources(codebase, &own));
        sources.extend(flux::sources(codebase, &own));
        sources.extend(charts::sources(codebase));
        outcome.looked_at(sources.len());
        sources.iter().filter_map(Fetched::violation).for_each(|violation| outcome.report(violation));
    }
}

/// Something that is fetched from elsewhere.
struct Fetched<'a> {
    /// What it is and where it is fetched from, for the message.
    what: String,
    /// The revision, or where it is missing.
    node: Node<'a>,
    /// What the revision pins.
    pinned: Pinned,
    /// The object it belongs to, if it belongs to one.
    object: Option<Object<'a>>,
    /// What to write.
    help: &'static str,
}

impl Fetched<'_> {
    fn violation(&self) -> Option<Violation> {
        let Self { what, node, .. } = self;
        let written = node.text();
        let message = match self.pinned {
            Pinned::Yes => return None,
            Pinned::Missing => format!(
                "{what} is fetched without a revision: the new cluster gets whatever is there on that day"
            ),
            Pinned::Moving if written.contains('/') => {
                format!("{what} follows a branch: the new cluster gets whatever is there on that day")
            }
            Pinned::Moving => format!(
                "{what} follows `{written}`, which moves: the new cluster gets whatever is there on that day"
            ),
            Pinned::Range => {
                format!("{what} may be any of `{written}`: the new cluster gets the newest one of that day")
            }
            Pinned::Unversioned => format!(
                "{what} has no version in its address: the new cluster may get another content than the old"
            ),
        };
        let mut violation = Violation::at(*node, message).with_help(self.help);
        if let Some(object) = self.object {
            violation = violation.in_object(object, *node);
        }
        Some(match self.pinned {
            Pinned::Range => violation.weaker(),
            Pinned::Unversioned => violation.weaker().less_sure(),
            _ => violation,
        })
    }
}
