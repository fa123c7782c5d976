//! Narrows what rules say to the paths the user asked about.
//!
//! One finding may stand for many places that are equally wrong. It is told to whoever asks about one of them, at the
//! first place that was asked about.

use crate::check::Violation;
use crate::codebase::Codebase;
use crate::config::Named;
use crate::finding::Label;
use crate::problem::{Place, Problem};
use crate::source::Span;

/// What of a codebase the user asked about.
pub(super) struct Narrow {
    named: Named,
    /// Whether each file, by its number, was asked about.
    inside: Vec<bool>,
}

impl Narrow {
    /// What the configuration of a codebase asks about.
    pub(super) fn of(codebase: &Codebase) -> Self {
        let named = Named::of(codebase.config());
        let inside = codebase.sources().iter().map(|source| named.holds(source.path())).collect();
        Self { named, inside }
    }

    /// Whether all of it was asked about.
    pub(super) fn is_everything(&self) -> bool {
        self.named.are_everything()
    }

    /// The violation at a place that was asked about, if it has one.
    pub(super) fn violation(&self, violation: Violation) -> Option<Violation> {
        if self.has(violation.span) {
            return Some(violation);
        }
        let here = violation.also.iter().find(|label| self.has(label.span)).cloned()?;
        Some(moved(violation, &here))
    }

    /// Whether the place of a problem was asked about.
    pub(super) fn has_problem(&self, problem: &Problem) -> bool {
        match &problem.place {
            Place::Path(path) => self.named.holds(path),
            Place::Span(span) => self.has(*span),
        }
    }

    fn has(&self, span: Span) -> bool {
        self.inside[span.file.index()]
    }
}

/// The same violation, at another of its places. The words about that place go into the message.
fn moved(mut violation: Violation, here: &Label) -> Violation {
    violation.related.retain(|label| label != here);
    violation.related.insert(0, Label { span: violation.span, message: FIRST.into() });
    violation.message = format!("{} ({})", violation.message, here.message);
    violation.span = here.span;
    // Which object this one belongs to, nobody has said.
    violation.object = None;
    violation
}

/// What is said of the place where a run over the whole codebase reports it.
const FIRST: &str = "the first of these places";
