//! Every rule keeps what its page promises.

use k8factor::rule::{self, Rule};

fn built_in() -> Vec<Rule> {
    rule::built_in().expect("every built-in page loads")
}

#[test]
fn every_example_holds() {
    let mut failures = Vec::new();
    for rule in built_in() {
        let mismatches = rule::test(&rule).unwrap_or_else(|error| panic!("{error}"));
        failures
            .extend(mismatches.iter().map(|m| format!("{}:{}: {}", rule.page().path(), m.line, m.message)));
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}
