//! All rules for programs: version 1 of what `docs/rules.schema.json` describes.
//!
//! The types are its own: a rule may change without breaking a program that reads this.

use crate::rule::{Origin, Rule};
use serde::Serialize;

/// Every rule, with what its page says.
#[derive(Debug, Serialize)]
pub struct Catalogue<'a> {
    version: u32,
    tool: Tool,
    rules: Vec<Entry<'a>>,
}

/// All rules, in the order of [`super::list`].
pub fn catalogue(rules: &[Rule]) -> Catalogue<'_> {
    let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    Catalogue { version: 1, tool, rules: rules.iter().map(Entry::new).collect() }
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    factor: FactorEntry,
    severity: &'static str,
    confidence: &'static str,
    summary: &'a str,
    help: &'a str,
    /// The release that brought it; rules of a repository need not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
    origin: &'static str,
    /// Where the page lies: in k8factor's repository, or in the one at hand.
    page: &'a str,
    /// What the page says below its front matter, as Markdown: why, what is reported, what is not.
    documentation: &'a str,
}

#[derive(Debug, Serialize)]
struct FactorEntry {
    number: u8,
    title: &'static str,
}

impl<'a> Entry<'a> {
    fn new(rule: &'a Rule) -> Self {
        Self {
            id: rule.id.as_str(),
            factor: FactorEntry { number: rule.factor.number(), title: rule.factor.title() },
            severity: rule.severity.as_str(),
            confidence: rule.confidence.as_str(),
            summary: &rule.summary,
            help: &rule.help,
            since: rule.since.as_deref(),
            origin: match rule.origin {
                Origin::BuiltIn => "built-in",
                Origin::Own => "own",
            },
            page: rule.page().path(),
            documentation: rule.page().body(),
        }
    }
}
