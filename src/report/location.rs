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

    /// The first line and the last. A place that ends with a line break ends before the next line.
    pub fn lines(&self) -> Option<(u32, u32)> {
        let (start, end) = self.range?;
        let is_before = end.column == 1 && end.line > start.line;
        Some((start.line, if is_before { end.line - 1 } else { end.line }))
    }

    /// The place of a problem.
    pub fn of_place(sources: &'a Sources, place: &'a Place) -> Self {
        match place {
            Place::Path(path) => Self { path, range: None },
            Place::Span(span) => Self::of_span(sources, *span),
        }
    }
}
