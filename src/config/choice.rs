//! What the user decided about rules.

pub use super::file::Level;
use super::pattern::Patterns;
use super::written::Written;
use crate::finding::RuleId;
use crate::yaml::NodeId;
use std::ops::Range;
use std::sync::Arc;

/// What is set for one rule. What it does not say is left to the rule, or to what is set for more paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChoice {
    /// The rule. Whether there is one of this name, nobody has looked yet.
    pub rule: RuleId,
    /// Where its name is written, in bytes of the configuration.
    pub place: Range<u32>,
    /// Its severity, or that it says nothing.
    pub level: Option<Level>,
    /// The node with parameters for its check.
    pub with: Option<NodeId>,
}

/// What is set for rules at some paths.
#[derive(Debug, Clone)]
pub struct Override {
    /// The paths.
    pub paths: Arc<Patterns>,
    /// What is set there.
    pub rules: Vec<RuleChoice>,
}

/// All that the configuration says about rules.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// What is set everywhere.
    pub rules: Vec<RuleChoice>,
    /// What is set at some paths. The last one that says something of a rule and a path wins.
    pub overrides: Vec<Override>,
    /// The configuration as it is written, if there is one.
    pub written: Option<Written>,
}
