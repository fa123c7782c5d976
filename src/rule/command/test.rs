//! Runs rules over the examples of their own pages and says where they differ.

use crate::error::Error;
use crate::rule::{self, Mismatch, Rule};

/// Tests rules. Says whether every example holds, and in words which of them do not.
pub fn test(rules: &[&Rule]) -> Result<(bool, String), Error> {
    let (mut examples, mut mismatches) = (0, 0);
    let mut said = String::new();
    for rule in rules {
        let found = rule::test(rule)?;
        examples += rule.page().examples()?.len();
        mismatches += found.len();
        said.push_str(&lines(rule, &found));
    }
    let counts = format!("rules: {}, examples: {examples}, mismatches: {mismatches}\n", rules.len());
    Ok((mismatches == 0, said + &counts))
}

fn lines(rule: &Rule, mismatches: &[Mismatch]) -> String {
    let verdict = if mismatches.is_empty() { "ok  " } else { "FAIL" };
    let path = rule.page().path();
    let places =
        mismatches.iter().map(|mismatch| format!("     {path}:{}: {}\n", mismatch.line, mismatch.message));
    format!("{verdict} {}\n", rule.id) + &places.collect::<Vec<_>>().concat()
}
