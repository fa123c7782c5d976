//! Finds waivers that accept nothing: without a reason, out of date, not needed, not understood.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::RuleId;
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
    rule: Option<RuleId>,
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
        Self { kind, span, message: message.into(), rule: None }
    }

    /// A waiver that accepts nothing, because nothing violates its rule there.
    pub fn unused(rule: &RuleId, span: Span) -> Self {
        let message = format!("nothing here violates `{rule}`, so there is nothing to accept");
        Self { rule: Some(rule.clone()), ..Self::new(FaultKind::Unused, span, message) }
    }

    /// The rule that nothing violates, and where the waiver names it.
    pub fn idle_rule(&self) -> Option<(&RuleId, Span)> {
        self.rule.as_ref().map(|rule| (rule, self.span))
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
