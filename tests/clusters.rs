//! Two codebases of one team: before the migration every factor is violated, after it nobody objects to anything.

use k8factor::config::Config;
use k8factor::report::{Report, Status, human, json};

fn report(cluster: &str) -> Report {
    let root = format!("{}/fixtures/clusters/{cluster}", env!("CARGO_MANIFEST_DIR"));
    k8factor::check(&Config::for_folder(root)).expect("it can be checked")
}

fn statuses(report: &Report) -> Vec<Status> {
    report.factors().iter().map(k8factor::report::FactorSummary::status).collect()
}

fn snapshot(cluster: &str, report: &Report) {
    let mut page = Vec::new();
    let options = human::Options { all: true, ..human::Options::default() };
    human::write(report, &options, &mut page).expect("a vector can be written to");
    let page = String::from_utf8(page).expect("a report is text");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(format!("clusters__{cluster}"), page));
}

#[test]
fn before_the_migration_every_factor_is_violated() {
    let report = report("before-migration");
    assert_eq!(statuses(&report), [Status::Violated; 8]);
    snapshot("before-migration", &report);
}

#[test]
fn after_the_migration_every_factor_is_assessed_and_nothing_is_said() {
    let report = report("after-migration");
    let messages: Vec<_> = report.findings.iter().map(|finding| &finding.message).collect();
    assert!(messages.is_empty(), "{messages:#?}");
    assert_eq!(statuses(&report), [Status::Conforms; 8]);
    snapshot("after-migration", &report);
}

/// Both forms of a report are the same bytes with one thread and with many.
#[test]
fn threads_do_not_change_a_report() {
    let write = || {
        let mut bytes = Vec::new();
        json::write(&report("before-migration"), &mut bytes).expect("a vector can be written to");
        bytes
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one");
    assert_eq!(one.install(write), write());
}
