//! Finds sources outside the codebase that are fetched without an exact revision.
//!
//! The branch of the codebase's own repository is right: that is how a change gets to the cluster.

mod argo;
mod charts;
mod flux;
mod kustomize;
mod others;
mod scripts;
mod terraform;

use super::own_repository::Own;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::object::Object;
use crate::model::remote::Pinned;
use crate::source::Span;
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
        sources.extend(others::sources(codebase, &own));
        sources.extend(scripts::sources(codebase));
        sources.extend(terraform::sources(codebase));
        outcome.looked_at(sources.len());
        sources.iter().filter_map(Fetched::violation).for_each(|violation| outcome.report(violation));
    }
}

/// Something that is fetched from elsewhere.
struct Fetched<'a> {
    /// What it is and where it is fetched from, for the message.
    what: String,
    /// The revision, or where it is missing.
    at: Written<'a>,
    /// What the revision pins.
    pinned: Pinned,
    /// The object it belongs to, if it belongs to one.
    object: Option<Object<'a>>,
    /// What to write.
    help: &'static str,
    /// How many steps weaker this is than what builds a cluster.
    weaker: u8,
}

/// Where a revision is written: in YAML, or in a text of another language.
enum Written<'a> {
    Node(Node<'a>),
    Text(Span, String),
}

impl<'a> From<Node<'a>> for Written<'a> {
    fn from(node: Node<'a>) -> Self {
        Self::Node(node)
    }
}

impl Written<'_> {
    fn text(&self) -> String {
        match self {
            Self::Node(node) => node.text().into_owned(),
            Self::Text(_, text) => text.clone(),
        }
    }

    fn span(&self) -> Span {
        match self {
            Self::Node(node) => node.span(),
            Self::Text(span, _) => *span,
        }
    }
}

impl Fetched<'_> {
    fn violation(&self) -> Option<Violation> {
        let Self { what, at, .. } = self;
        let written = at.text();
        // What is two steps weaker is a part of pipelines only.
        let who = if self.weaker > 1 { "the next run" } else { "the new cluster" };
        let message = match self.pinned {
            Pinned::Yes => return None,
            Pinned::Missing => {
                format!("{what} is fetched without a revision: {who} gets whatever is there on that day")
            }
            Pinned::Moving if written.contains('/') => {
                format!("{what} follows a branch: {who} gets whatever is there on that day")
            }
            Pinned::Moving => {
                format!("{what} follows `{written}`, which moves: {who} gets whatever is there on that day")
            }
            Pinned::Range if written.contains('/') => {
                format!("{what} follows a branch of releases: {who} gets the newest one of that day")
            }
            Pinned::Range => {
                format!("{what} may be any of `{written}`: {who} gets the newest one of that day")
            }
            Pinned::Unversioned => {
                format!("{what} has no version in its address: {who} may get another content than the old")
            }
        };
        let mut violation = Violation::at_span(at.span(), message).with_help(self.help);
        if let (Some(object), Written::Node(node)) = (self.object, at) {
            violation = violation.in_object(object, *node);
        }
        violation.weaker += self.weaker;
        Some(match self.pinned {
            Pinned::Range => violation.weaker(),
            Pinned::Unversioned => violation.weaker().less_sure(),
            _ => violation,
        })
    }
}
