//! What could not be read.
//!
//! Three words for "wrong": a *finding* violates a factor, a *problem* is input nobody could understand,
//! an *error* stops k8factor itself. A problem always has a place and is never silent.

use crate::source::Span;

/// A file, or a part of one, that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What is wrong and what to do, in one sentence each.
    pub message: String,
}

impl Problem {
    /// A problem inside a file that was read.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { place: Place::Span(span), message: message.into() }
    }

    /// A problem with a path that was not read.
    pub fn with_path(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: Place::Path(path.into()), message: message.into() }
    }
}

/// Where a problem is: in the text of a file, or at a path whose text nobody has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file or folder that could not be opened. Relative to the checked root.
    Path(String),
    /// A part of a file that was read.
    Span(Span),
}

/// A file that was recognised and left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Path relative to the checked root.
    pub path: String,
    /// Why: one word that a program can test for.
    pub reason: SkipReason,
}

/// Why a file was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// A template that is not YAML even with its actions masked.
    Template,
    /// Written by a tool that keeps what it found there: the state of Terraform and of RKE.
    Generated,
    /// Encrypted as a whole: git-crypt, ansible-vault.
    Encrypted,
    /// Larger than the size limit.
    TooLarge,
    /// Not text.
    Binary,
    /// A symbolic link that leaves the checked root.
    Link,
    /// A symbolic link that leads in a circle, to what is read where it really is.
    Circle,
}

impl SkipReason {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Generated => "generated",
            Self::Encrypted => "encrypted",
            Self::TooLarge => "too-large",
            Self::Binary => "binary",
            Self::Link | Self::Circle => "link",
        }
    }
}
