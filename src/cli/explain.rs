//! `k8factor explain`: what a rule objects to, and why.

use super::rules::Named;
use super::{Exit, print};
use crate::error::Error;
use crate::rule::command;

/// Explain a rule: what it objects to, why, and what to write instead
#[derive(clap::Args)]
#[command(after_help = "Example:\n  k8factor explain RULE")]
pub(super) struct Arguments {
    #[command(flatten)]
    named: Named,
}

/// Prints the rule.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let Named { name, folder } = arguments.named;
    print(&command::explain(command::find(&folder.load()?, &name)?))
}
