//! The example clusters hold what the rules of factors 1 and 2 promise: one is full of faults, the other has none.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::finding::{Factor, Finding};
use k8factor::rule::{self, Rule, Verdict};
use k8factor::{discover, documents};
use std::path::Path;

fn verdict(cluster: &str) -> (Codebase, Verdict) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters").join(cluster);
    let config = Config::for_folder(root);
    let discovery = discover::walk(&config).expect("the fixture can be read");
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    let rules: Vec<Rule> = rule::built_in().expect("every built-in page loads");
    let ours = |rule: &Rule| matches!(rule.factor, Factor::Codebase | Factor::Dependencies);
    let rules: Vec<Rule> = rules.into_iter().filter(ours).collect();
    let verdict = rule::run(&rules, &codebase);
    (codebase, verdict)
}

fn place(codebase: &Codebase, finding: &Finding) -> String {
    let source = codebase.source(finding.span.file);
    format!("{} {}:{}", finding.rule, source.path(), source.line(finding.span.start))
}

#[test]
fn before_the_migration_every_fault_is_found() {
    let (codebase, verdict) = verdict("before-migration");
    let mut found: Vec<String> = verdict.findings.iter().map(|finding| place(&codebase, finding)).collect();
    found.sort();
    let expected = [
        "dangling-reference manifests/base/web.yaml:56",
        "image-without-version manifests/base/external-dns.yaml:18",
        "image-without-version manifests/base/ingress-controller.yaml:17",
        "image-without-version manifests/base/web.yaml:18",
        "kubernetes-version-floating clusters/prod.cluster.example.com/cluster.yaml:8",
        "kubernetes-version-missing clusters/stage.cluster.example.com/cluster.yaml:4",
        "remote-source-unpinned manifests/base/kustomization.yaml:12",
    ];
    assert_eq!(found, expected);
}

#[test]
fn after_the_migration_nothing_is_found_although_everything_was_looked_at() {
    let (_, verdict) = verdict("after-migration");
    assert_eq!(verdict.findings, []);
    assert_eq!(verdict.assessed, [Factor::Codebase, Factor::Dependencies]);
}
