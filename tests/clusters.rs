//! Two small codebases of one team: before the migration everything hurts, after it nothing does.

use k8factor::config::Config;
use k8factor::finding::Factor;
use k8factor::report::{Report, Status};

/// Factors whose rules are written. It becomes `Factor::ALL` with the last of them.
const FACTORS: &[Factor] = &[Factor::EnvironmentParity, Factor::Backup];

fn report(cluster: &str) -> Report {
    k8factor::check(&Config::for_folder(format!("fixtures/clusters/{cluster}"))).expect("it can be checked")
}

#[test]
fn before_the_migration_the_factors_are_violated() {
    let report = report("before-migration");
    for &factor in FACTORS {
        let summary = &report.factors[factor.number() as usize - 1];
        assert_eq!(summary.status(), Status::Violated, "{}", factor.title());
    }
}

#[test]
fn after_the_migration_they_are_assessed_and_nothing_is_said() {
    let report = report("after-migration");
    let messages: Vec<_> = report.findings.iter().map(|finding| &finding.message).collect();
    assert!(messages.is_empty(), "{messages:#?}");
    for &factor in FACTORS {
        let summary = &report.factors[factor.number() as usize - 1];
        assert_eq!(summary.status(), Status::Conforms, "{}", factor.title());
    }
}
