//! How a value came to be that kustomize built: where its pieces are written, and what changed it on the way.

use crate::source::Span;
use std::fmt;
use std::sync::Arc;

/// Where a built value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place to edit.
    pub span: Span,
    /// How it came to be, unless it simply stands there.
    pub trace: Option<Arc<Trace>>,
}

/// The pieces a text was composed of and the changes it went through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The pieces, one behind the other, that make the whole text. Empty where the text stands at the place as it is.
    pub pieces: Vec<Piece>,
    /// What changed the value, the oldest first.
    pub changes: Vec<Change>,
}

/// A part of a text and where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Length in bytes of the part.
    pub length: u32,
    /// Where it is written.
    pub span: Span,
    /// It does not stand there: it is computed from what stands there, as a hash or an encoding is.
    pub computed: bool,
}

/// One step of a build that changed a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What kind of step.
    pub operation: Operation,
    /// Where the step is declared, in a kustomization or a patch.
    pub by: Span,
    /// Where the value before it is written, if there was one.
    pub before: Option<Span>,
}

/// The kinds of steps that change values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A strategic merge patch or a JSON patch.
    Patch,
    /// `namespace`.
    Namespace,
    /// `namePrefix` or `nameSuffix`.
    Name,
    /// `labels` or `commonLabels`.
    Label,
    /// `commonAnnotations`.
    Annotation,
    /// `replicas`.
    Replicas,
    /// `images`.
    Image,
    /// What a reference names got another name.
    Reference,
    /// `replacements`.
    Replacement,
    /// `vars`.
    Variable,
    /// `configMapGenerator` or `secretGenerator`.
    Generator,
    /// `postBuild` of Flux.
    Substitution,
}

/// Something that a build took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// JSON pointer to it in the object; empty for the object itself.
    pub pointer: String,
    /// Where it is written.
    pub span: Span,
    /// What took it away.
    pub by: Change,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Patch => "a patch",
            Self::Namespace => "`namespace`",
            Self::Name => "a prefix or suffix of names",
            Self::Label => "`labels`",
            Self::Annotation => "`commonAnnotations`",
            Self::Replicas => "`replicas`",
            Self::Image => "`images`",
            Self::Reference => "the new name of what it refers to",
            Self::Replacement => "`replacements`",
            Self::Variable => "`vars`",
            Self::Generator => "a generator",
            Self::Substitution => "`postBuild`",
        })
    }
}

impl Place {
    /// A value that simply stands there.
    pub fn at(span: Span) -> Self {
        Self { span, trace: None }
    }

    /// A text of this length that is computed from what stands there.
    pub fn computed(span: Span, length: usize) -> Self {
        let piece = Piece { length: length as u32, span, computed: true };
        Self { span, trace: Some(Arc::new(Trace { pieces: vec![piece], changes: Vec::new() })) }
    }

    /// What changed the value, the oldest first.
    pub fn changes(&self) -> &[Change] {
        self.trace.as_ref().map_or(&[], |trace| &trace.changes)
    }

    /// Every place that the value was written at: where it stands, its pieces, and what it was before.
    pub fn sources(&self) -> impl Iterator<Item = Span> {
        let pieces = self.trace.iter().flat_map(|trace| trace.pieces.iter().map(|piece| piece.span));
        let before = self.changes().iter().filter_map(|change| change.before);
        pieces.chain(before).chain([self.span])
    }

    /// The pieces of a text of this length; one if it was not composed.
    pub fn pieces(&self, length: usize) -> Vec<Piece> {
        match self.trace.as_ref().filter(|trace| !trace.pieces.is_empty()) {
            Some(trace) => trace.pieces.clone(),
            None => vec![Piece { length: length as u32, span: self.span, computed: false }],
        }
    }

    /// This place of a value that took the place of another.
    #[must_use]
    pub fn after(mut self, before: &Self, operation: Operation, by: Span) -> Self {
        let change = Change { operation, by, before: Some(before.span) };
        let changes = before.changes().iter().copied().chain(self.changes().iter().copied()).chain([change]);
        let changes = changes.collect();
        let pieces = self.trace.take().map_or_else(Vec::new, |trace| trace.pieces.clone());
        self.trace = Some(Arc::new(Trace { pieces, changes }));
        self
    }

    /// The place of a text composed of pieces. What was changed last is what a reader needs, so `span` is given.
    pub fn composed(span: Span, pieces: Vec<Piece>, changes: Vec<Change>) -> Self {
        Self { span, trace: Some(Arc::new(Trace { pieces, changes })) }
    }
}
