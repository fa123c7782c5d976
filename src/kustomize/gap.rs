//! What could not be built, and why. A gap is never fatal: everything around it is built all the same.

use crate::source::Span;
use serde::Deserialize;

/// Something that a build lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where it is asked for.
    pub span: Span,
    /// What kind of lack it is.
    pub kind: GapKind,
    /// What is missing and why, for a reader: small first letter, no full stop.
    pub message: String,
}

/// Why something could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// It would have to be fetched.
    Remote,
    /// A Helm chart would have to be rendered.
    Chart,
    /// A program would have to be run.
    Plugin,
    /// It is encrypted: what it declares is known, what it holds is not.
    Encrypted,
    /// Kustomize does it and k8factor does not.
    Unsupported,
    /// A file or folder that is not there.
    Missing,
    /// The file is there, and cannot be read as what it should be.
    Unreadable,
    /// The kustomization asks for nothing at all.
    Empty,
    /// A field that kustomize does not know, or a value that it does not take.
    Field,
    /// A kustomization that takes itself in.
    Cycle,
    /// Two objects are the same for kustomize.
    Duplicate,
    /// A change for which there is no object, or more than one.
    Target,
    /// A change that its object does not allow.
    Change,
    /// An item of a list that is merged by a key has no such key.
    MergeKey,
    /// A reference that more than one object could be meant by.
    Ambiguous,
    /// It was built, and kustomize does so only if it is told to: the file lies outside of the kustomization's folder.
    Outside,
    /// A change that is for no object. Kustomize builds without a word, and the change never happens.
    Idle,
    /// A limit that keeps hostile input from using up time and memory.
    Limit,
}

impl Gap {
    /// Something lacking that is asked for at this place.
    pub fn new(kind: GapKind, span: Span, message: impl Into<String>) -> Self {
        Self { span, kind, message: message.into() }
    }
}

impl GapKind {
    /// Whether what is missing may hold objects that nobody can see. Rules about absence ask this.
    pub fn hides_objects(self) -> bool {
        !matches!(
            self,
            Self::Duplicate
                | Self::Target
                | Self::Change
                | Self::MergeKey
                | Self::Ambiguous
                | Self::Encrypted
                | Self::Outside
                | Self::Idle
        )
    }

    /// Whether kustomize itself could not build it either: something in the codebase has to be mended.
    pub fn is_mistake(self) -> bool {
        !matches!(
            self,
            Self::Remote
                | Self::Chart
                | Self::Plugin
                | Self::Unsupported
                | Self::Limit
                | Self::Encrypted
                | Self::Outside
                | Self::Idle
        )
    }
}
