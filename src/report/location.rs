//! Places as formats show them: a path, and lines and columns where the text is known.

use crate::problem::Place;
use crate::source::{Position, Sources, Span};

/// A place in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'a> {
    /// Relative to the checked root.
    pub path: &'a str,
    /// First character and the first one after the place; absent for a file whose text nobody has.
    pub range: Option<(Position, Position)>,
}

impl<'a> Location<'a> {
    /// The place of a span. One that does not fit its file is cut to fit.
    pub fn of_span(sources: &'a Sources, span: Span) -> Self {
        let source = sources.get(span.file);
        let range = (source.position(span.start), source.position(span.end.max(span.start)));
        Self { path: source.path(), range: Some(range) }
    }

    /// The place of a problem.
    pub fn of_place(sources: &'a Sources, place: &'a Place) -> Self {
        match place {
            Place::Path(path) => Self { path, range: None },
            Place::Span(span) => Self::of_span(sources, *span),
        }
    }
}
