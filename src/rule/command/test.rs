//! Runs rules over the examples of their own pages and says where they differ.

use crate::config::Config;
use crate::error::Error;
use crate::rule::{self, Mismatch, Rule, load};
use std::io;
use std::path::PathBuf;

/// Tests the repository's own rules, or those in `paths`. True if every example holds.
pub fn test(config: &Config, paths: &[PathBuf], out: &mut dyn io::Write) -> Result<bool, Error> {
    let rules = load::own(config, paths)?;
    let (mut examples, mut mismatches) = (0, 0);
    for rule in &rules {
        let found = rule::test(rule)?;
        examples += rule.page().examples()?.len();
        mismatches += found.len();
        out.write_all(lines(rule, &found).as_bytes()).map_err(Error::output)?;
    }
    let rules = rules.len();
    writeln!(out, "rules: {rules}, examples: {examples}, mismatches: {mismatches}").map_err(Error::output)?;
    Ok(mismatches == 0)
}

fn lines(rule: &Rule, mismatches: &[Mismatch]) -> String {
    let verdict = if mismatches.is_empty() { "ok  " } else { "FAIL" };
    let path = rule.page().path();
    let places =
        mismatches.iter().map(|mismatch| format!("     {path}:{}: {}\n", mismatch.line, mismatch.message));
    format!("{verdict} {}\n", rule.id) + &places.collect::<Vec<_>>().concat()
}
