//! Finds waivers that accept nothing: without a reason, out of date, not needed, not understood.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::source::Span;
use serde::Deserialize;

/// Objects to waivers with one of these faults.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WaiverNotUnderstood {
    /// What it objects to.
    faults: Vec<FaultKind>,
}

impl Default for WaiverNotUnderstood {
    fn default() -> Self {
        Self { faults: vec![FaultKind::NotUnderstood] }
    }
}

/// A waiver that accepts nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    span: Span,
    message: String,
}

/// Why a waiver accepts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// It does not say why.
    NoReason,
    /// Its last day is over.
    Expired,
    /// Nothing violates the rule where it stands.
    Unused,
    /// It names a rule that is not there, or cannot be read.
    NotUnderstood,
}

impl Fault {
    /// What is wrong with the waiver at a place.
    pub fn new(kind: FaultKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into() }
    }

    /// What is wrong.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl Check for WaiverNotUnderstood {
    /// Waivers are judged when everything else is said.
    fn run(&self, _: &Codebase, _: &mut Outcome) {}

    fn judges_waivers(&self) -> bool {
        true
    }

    fn judge_waivers(&self, faults: &[Fault], outcome: &mut Outcome) {
        let mine = faults.iter().filter(|fault| self.faults.contains(&fault.kind));
        outcome.report_all(mine.map(|fault| Violation::at_span(fault.span, fault.message.clone())));
    }
}
