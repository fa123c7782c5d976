//! The tool and its rules, those without findings included.

use crate::finding::{Confidence, Severity};
use crate::report::Report;
use crate::report::rule_info::RuleInfo;
use serde_json::{Value, json};
use std::collections::HashMap;

/// GitHub shows no more characters of a description.
const LONGEST_DESCRIPTION: usize = 1024;

/// The tool.
pub(super) fn driver(report: &Report) -> Value {
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": report.rules.iter().map(|rule| descriptor(report, rule)).collect::<Vec<_>>(),
    })
}

/// The places of the rules in their list.
pub(super) fn indexes(report: &Report) -> HashMap<&str, usize> {
    report.rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect()
}

/// The words of SARIF for a severity.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn descriptor(report: &Report, rule: &RuleInfo) -> Value {
    let (factor, id) = (rule.factor, rule.id.as_str());
    let mut descriptor = json!({
        "id": id,
        "name": id,
        "shortDescription": {"text": sentence(&rule.summary)},
        "fullDescription": {"text": sentence(&format!("{}: {}", sentence(&rule.summary), factor.question()))},
        "help": {"text": rule.help, "markdown": markdown(report, rule)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": ["kubernetes", format!("factor-{}", factor.folder())],
            "precision": precision(rule.confidence),
            "problem.severity": problem_severity(rule.severity),
        },
    });
    if let (Some(address), Some(fields)) = (rule.address(), descriptor.as_object_mut()) {
        fields.insert("helpUri".into(), address.into());
    }
    descriptor
}

/// Small beginnings are for lists; here a text stands alone.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).take(LONGEST_DESCRIPTION).collect()
}

/// What to do and why. The examples stay on the page: they are long, and some show credentials, made up but real
/// enough for a scanner.
fn markdown(report: &Report, rule: &RuleInfo) -> String {
    let body = rule.page.body();
    let why = body.split("\n## Bad").next().unwrap_or(body).trim();
    let examples = rule.address().map(|address| format!("\n\n[Examples]({address})\n"));
    let mut text = format!("{}\n\n{why}{}", rule.help, examples.unwrap_or_default());
    report.secrets.conceal_in(&mut text);
    text
}

/// The words of GitHub for how sure a rule is.
fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

/// The words of GitHub for how much a rule matters that is not about security.
fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}
