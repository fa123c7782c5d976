//! What k8factor says about a codebase: plain data, no output.

mod places;

use crate::source::Span;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

pub use places::{Another, Parts, Sentence, Subject, Wording};

/// One violation of one factor, at the place where the offending value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that objects.
    pub rule: RuleId,
    /// The factor that is violated.
    pub factor: Factor,
    /// How much it matters.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// What is written and why it hurts on the day of the move.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where the offending value was written.
    pub span: Span,
    /// The object it belongs to, if it belongs to one.
    pub object: Option<ObjectId>,
    /// Other places that matter, each with its reason.
    pub related: Vec<Label>,
    /// The places that are as wrong as `span`, shown or not. A finding goes away when all of them do.
    pub also: Vec<Another>,
    /// What the message is made of, so that it is true of the places that are left.
    pub wording: Wording,
    /// The overlays in which the value appears, relative to the checked root. Empty for a plain file.
    pub builds: Vec<String>,
    /// The annotation `k8factor/allow` of the object, if it has one.
    pub allowed_by: Option<Span>,
    /// The cluster that it is about, by its name.
    pub cluster: Option<String>,
    /// The name under which services know it again; see [`crate::report::fingerprint`].
    pub fingerprint: String,
}

impl Finding {
    /// The places that are equally wrong, the one that is told first.
    pub fn places(&self) -> impl Iterator<Item = Span> {
        std::iter::once(self.span).chain(self.also.iter().map(|another| another.span))
    }

    /// What is left when some of its places are set aside, and what is set aside. A part that loses the first place
    /// is told at the next.
    pub fn split(self, is_aside: impl Fn(Span) -> bool) -> (Option<Self>, Option<Self>) {
        match self.places().filter(|span| is_aside(*span)).count() {
            0 => (Some(self), None),
            all if all == self.also.len() + 1 => (None, Some(self)),
            _ => (self.clone().at(|span| !is_aside(span)), self.at(is_aside)),
        }
    }

    /// The same at some of its places.
    fn at(mut self, is_kept: impl Fn(Span) -> bool) -> Option<Self> {
        let before = self.span;
        let is_left = self.parts().keep(is_kept);
        if self.span != before {
            // It was that of the first place.
            self.fingerprint.clear();
        }
        is_left.then_some(self)
    }

    /// Whether its message names or counts what stands at its places, and nothing of that is left.
    pub fn names_nothing(&self) -> bool {
        let mut subjects = self.also.iter().map(|another| &another.subject).chain([&self.wording.subject]);
        self.wording.sentence != Sentence::Own && subjects.all(Option::is_none)
    }

    fn parts(&mut self) -> Parts<'_> {
        let Self { span, message, object, allowed_by, wording, related, also, .. } = self;
        Parts { span, message, object, allowed_by, wording, related, also }
    }

    /// What is said of its places, and all that its message may be made of when some of them are set aside.
    pub fn words(&mut self) -> impl Iterator<Item = &mut String> {
        let related = self.related.iter_mut().map(|label| &mut label.message);
        related.chain(self.wording.words()).chain(self.also.iter_mut().flat_map(Another::words))
    }

    /// The same places, and whose they are.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_>> {
        let first = Site { span: self.span, object: self.object.as_ref(), allowed_by: self.allowed_by };
        let also = self.also.iter();
        std::iter::once(first).chain(also.map(|Another { span, object, allowed_by, .. }| Site {
            span: *span,
            object: object.as_ref(),
            allowed_by: *allowed_by,
        }))
    }
}

/// One of the places of a finding.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The place.
    pub span: Span,
    /// The object it belongs to, if it belongs to one.
    pub object: Option<&'a ObjectId>,
    /// The annotation `k8factor/allow` of the object, if it has one.
    pub allowed_by: Option<Span>,
}

/// A finding that somebody accepts, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// What is accepted.
    pub finding: Finding,
    /// Where the waiver is written.
    pub span: Span,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Option<Date>,
}

/// A finding that was not made: what it would say is missing may stand in something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldBack {
    /// The rule that would object.
    pub rule: RuleId,
    /// The factor that would be violated.
    pub factor: Factor,
    /// Where the finding would be.
    pub span: Span,
    /// What was not read, relative to the checked root. Empty if nothing but the given paths was.
    pub unread: String,
}

/// A place and why it matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Why it is shown.
    pub message: String,
}

/// A credential in the codebase. No report shows it, whatever the report is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credential {
    /// Where it is written, encoded or not.
    pub span: Span,
    /// The credential itself, to know it again elsewhere.
    pub text: String,
}

/// The object a finding is about, in the words of the Kubernetes API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// As written; absent for cluster-scoped objects and where the namespace is given elsewhere.
    pub namespace: Option<String>,
    /// `metadata.name`, or `metadata.generateName`.
    pub name: String,
    /// JSON pointer (RFC 6901) to the offending value inside the object.
    pub pointer: String,
}

/// One of the Kubernetes 8 Factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// Everything about the cluster is declared in one codebase made for it.
    Codebase = 1,
    /// The version of every component is declared.
    Dependencies = 2,
    /// Versions, credentials and environment differences are injected.
    Config = 3,
    /// Change flows only from code to the cluster.
    OneWayBuild = 4,
    /// Environments differ only in config.
    EnvironmentParity = 5,
    /// Nothing refers to a cluster by its name.
    NonNameManagement = 6,
    /// Every resource can be restored.
    Backup = 7,
    /// Every workload says whether two copies or a gap is the lesser evil.
    DuplicationLoss = 8,
}

impl Factor {
    /// All factors in order.
    pub const ALL: [Self; 8] = [
        Self::Codebase,
        Self::Dependencies,
        Self::Config,
        Self::OneWayBuild,
        Self::EnvironmentParity,
        Self::NonNameManagement,
        Self::Backup,
        Self::DuplicationLoss,
    ];

    /// The factor with this number, 1 to 8.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.number() == number)
    }

    /// 1 to 8.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its title in the original text.
    pub fn title(self) -> &'static str {
        match self {
            Self::Codebase => "Codebase",
            Self::Dependencies => "Dependencies",
            Self::Config => "Config",
            Self::OneWayBuild => "One-way build",
            Self::EnvironmentParity => "Environment parity",
            Self::NonNameManagement => "Non-name management",
            Self::Backup => "Backup",
            Self::DuplicationLoss => "Duplication / loss",
        }
    }

    /// The folder of its rules, such as `4-one-way-build`.
    pub fn folder(self) -> String {
        let words = self.title().split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(str::to_ascii_lowercase).collect();
        format!("{}-{}", self.number(), words.join("-"))
    }

    /// The question it answers.
    pub fn question(self) -> &'static str {
        match self {
            Self::Codebase => "Is everything about the cluster declared, in one codebase made for it?",
            Self::Dependencies => {
                "Is the version of every component declared, so that a rebuild gives the same cluster?"
            }
            Self::Config => {
                "Are versions, credentials and environment differences injected rather than written into the code?"
            }
            Self::OneWayBuild => "Does change flow only from code + config to the cluster, never back?",
            Self::EnvironmentParity => "Do prod, stage and dev differ only in config?",
            Self::NonNameManagement => {
                "Does anything refer to a cluster by its name, so that a second one cannot take over?"
            }
            Self::Backup => "Could every resource be restored, and has anyone tried?",
            Self::DuplicationLoss => {
                "Is it declared, for every workload, whether two copies or a gap is the lesser evil?"
            }
        }
    }
}

/// How much a finding matters. Ordered: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will cost time during the move.
    Warning,
    /// Breaks the move, or the cluster that is left behind.
    Error,
}

impl Severity {
    /// All severities, the weakest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The word used in rule pages and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// One step weaker; info stays info.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Info => Self::Info,
        }
    }
}

/// How sure we are that a finding is true. Ordered: `Low < Medium < High`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint.
    Low,
    /// Usually true.
    Medium,
    /// True unless the codebase does something very unusual.
    High,
}

impl Confidence {
    /// All grades, the weakest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word used in rule pages and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less sure; low stays low.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// The name of a rule: the stem of its page, such as `image-without-version`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// A rule's name, as the stem of its page gives it.
    pub fn new(stem: &str) -> Self {
        Self(stem.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_rules_have_the_names_of_factors() {
        assert_eq!(
            Factor::ALL.map(Factor::folder),
            [
                "1-codebase",
                "2-dependencies",
                "3-config",
                "4-one-way-build",
                "5-environment-parity",
                "6-non-name-management",
                "7-backup",
                "8-duplication-loss",
            ]
        );
    }
}
