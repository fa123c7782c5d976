//! All rules at a glance: as a table, and as the index in `docs/rules.md`.

use crate::finding::Factor;
use crate::rule::{Origin, Rule};
use unicode_width::UnicodeWidthStr;

/// A table of rules. The repository's own have a star.
pub fn list(rules: &[Rule]) -> String {
    let widest = rules.iter().map(|rule| rule.id.as_str().width()).max().unwrap_or(0);
    let mut text = rules.iter().map(|rule| line(rule, widest)).collect::<Vec<_>>().concat();
    if rules.iter().any(|rule| rule.origin == Origin::Own) {
        text.push_str("\n* of this repository\n");
    }
    text
}

fn line(rule: &Rule, width: usize) -> String {
    let star = if rule.origin == Origin::Own { "*" } else { " " };
    let (factor, id, summary) = (rule.factor.number(), rule.id.as_str(), &rule.summary);
    let (severity, confidence) = (rule.severity.as_str(), rule.confidence.as_str());
    format!("{factor} {star} {id:width$}  {severity:7}  {confidence:6}  {summary}\n")
}

/// The text of `docs/rules.md`: every rule with a link to its page.
pub fn index(rules: &[Rule]) -> String {
    let sections = Factor::ALL.map(|factor| section(factor, rules));
    HEAD.to_owned() + &sections.concat()
}

fn section(factor: Factor, rules: &[Rule]) -> String {
    let rows: Vec<_> = rules.iter().filter(|rule| rule.factor == factor).map(row).collect();
    let (number, title, question) = (factor.number(), factor.title(), factor.question());
    let table = if rows.is_empty() { "No rule yet.\n" } else { TABLE };
    format!("\n## {number}. {title}\n\n{question}\n\n{table}{}", rows.concat())
}

const HEAD: &str = "# Rules

<!-- Generated from the pages in `rules/` by `UPDATE=1 cargo test --test rules`. -->

Each rule is one page, which says why it exists and shows what it reports and what it does not.
How to write one is told in [writing-rules.md](writing-rules.md).
";

const TABLE: &str = "| rule | severity | confidence | objects to |\n|---|---|---|---|\n";

fn row(rule: &Rule) -> String {
    let Rule { id, severity, confidence, summary, .. } = rule;
    let (severity, confidence, path) = (severity.as_str(), confidence.as_str(), rule.page().path());
    format!("| [{id}](../{path}) | {severity} | {confidence} | {summary} |\n")
}
