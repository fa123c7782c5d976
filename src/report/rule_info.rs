//! What a report knows of the rules that ran: enough to say what a finding, or the lack of one, means.

use crate::finding::{Confidence, Factor, RuleId, Severity};
use crate::rule::{Origin, Page, Rule, Scopes};
use std::sync::Arc;

/// A rule that ran, whether it found something or not.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    /// Its name.
    pub id: RuleId,
    /// The factor that it asks about.
    pub factor: Factor,
    /// How much its findings matter.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// What it objects to, in one line.
    pub summary: String,
    /// What to do about a finding.
    pub help: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its page.
    pub page: Page,
    /// Where which severity counts.
    pub scopes: Arc<Scopes>,
}

impl RuleInfo {
    /// What reports say about a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            factor: rule.factor,
            severity: rule.severity,
            confidence: rule.confidence,
            summary: rule.summary.clone(),
            help: rule.help.clone(),
            origin: rule.origin,
            page: rule.page().clone(),
            scopes: rule.scopes(),
        }
    }

    /// Whether the configuration has switched it off at a path.
    pub fn is_off_at(&self, path: &str) -> bool {
        self.scopes.are_off_at(path)
    }

    /// The address of its page. A repository's own page has none that we know.
    pub fn address(&self) -> Option<String> {
        match self.origin {
            Origin::BuiltIn => {
                Some(format!("{}/blob/main/{}", env!("CARGO_PKG_REPOSITORY"), self.page.path()))
            }
            Origin::Own => None,
        }
    }
}
