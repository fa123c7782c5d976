//! Factors 6 and 8 on whole clusters: every fault of the one before its migration, and none of the one after.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::finding::{Factor, Severity};
use k8factor::{discover, documents, rule};

#[test]
fn every_fault_is_found_before_the_migration() {
    let found = verdict("before-migration").1;
    let expected = [
        "Error hard-coded-cluster-name manifests/base/cluster-info.yaml:7",
        "Error hard-coded-cluster-name manifests/base/external-dns.yaml:22",
        "Error hard-coded-cluster-name scripts/save-cluster.sh:4",
        "Error job-without-protection-label manifests/base/jobs.yaml:2",
        "Error monitor-filters-on-cluster-name monitors/pagerduty.tf:10",
        "Error monitor-filters-on-cluster-name monitors/rules.yaml:6",
        "Error monitor-filters-on-cluster-name monitors/web-latency.json:4",
        "Error unknown-protection-value manifests/base/jobs.yaml:41",
        "Warning monitor-filters-on-cluster-name monitors/rules.yaml:11",
        "Warning stateful-workload manifests/base/redis.yaml:2",
        "Warning timeless-cluster-name clusters/prod.cluster.example.com/cluster.yaml:4",
        "Warning timeless-cluster-name clusters/stage.cluster.example.com/cluster.yaml:4",
    ];
    assert_eq!(found, expected);
}

#[test]
fn nothing_is_found_after_the_migration() {
    let (assessed, found) = verdict("after-migration");
    assert_eq!(found, [""; 0]);
    assert_eq!(assessed, [Factor::NonNameManagement, Factor::DuplicationLoss]);
}

/// The assessed factors, and what was found, sorted: severity, rule, place.
fn verdict(fixture: &str) -> (Vec<Factor>, Vec<String>) {
    let root = format!("{}/fixtures/clusters/{fixture}", env!("CARGO_MANIFEST_DIR"));
    let config = Config::for_folder(root);
    let discovery = discover::walk(&config).expect("the fixture is there");
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    let mut rules = rule::built_in().expect("every built-in page loads");
    rules.retain(|rule| matches!(rule.factor, Factor::NonNameManagement | Factor::DuplicationLoss));
    let verdict = rule::run(&rules, &codebase);
    let mut found: Vec<_> = verdict
        .findings
        .iter()
        .map(|finding| {
            let source = codebase.source(finding.span.file);
            let severity: Severity = finding.severity;
            format!("{severity:?} {} {}:{}", finding.rule, source.path(), source.line(finding.span.start))
        })
        .collect();
    found.sort();
    (verdict.assessed, found)
}
