//! `k8factor explain`: what a rule objects to, and why.

use super::rules::Named;
use super::{Exit, print};
use crate::error::Error;
use crate::rule::{Origin, Rule};

/// Explain a rule: what it objects to, why, and what to write instead
#[derive(clap::Args)]
#[command(after_help = "Example:\n  k8factor explain live-status")]
pub(super) struct Arguments {
    #[command(flatten)]
    named: Named,
}

/// Prints the rule.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let rule = arguments.named.load()?;
    print(&format!("{}\n\n{}\n", head(&rule), rule.page().body().trim()))
}

fn head(rule: &Rule) -> String {
    let Rule { id, factor, severity, confidence, summary, help, .. } = rule;
    let (number, title, question) = (factor.number(), factor.title(), factor.question());
    let (severity, confidence) = (severity.as_str(), confidence.as_str());
    let origin = match (&rule.since, rule.origin) {
        (Some(version), _) => format!("since {version}"),
        (None, Origin::Own) => format!("yours, {}", rule.page().path()),
        (None, Origin::BuiltIn) => "built in".into(),
    };
    format!(
        "{id}: {summary}\n{severity}, confidence {confidence}, {origin}\n\
         factor {number}, {title}: {question}\nhelp: {help}"
    )
}
