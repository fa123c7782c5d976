//! What a finding with several places says when some of them are set aside: its words are true of those that are left.

use k8factor::config::Flags;
use k8factor::finding::Finding;
use k8factor::report::Report;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Files of a codebase that always has the same two jobs in one folder, and two databases in another.
fn codebase(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let always = [
        (".git/HEAD", String::new()),
        ("jobs/a.yaml", job("a", "")),
        ("jobs/b.yaml", job("b", "")),
        ("data/a.yaml", database("a")),
        ("data/b.yaml", database("b")),
    ];
    let own = files.iter().map(|(path, text)| (*path, (*text).to_owned()));
    for (path, text) in always.into_iter().chain(own) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    folder
}

fn job(name: &str, more: &str) -> String {
    format!("apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {name}\n{more}")
}

fn database(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: {name}}}\n\
         spec: {{volumeClaimTemplates: [{{metadata: {{name: data}}}}]}}\n"
    )
}

fn checked(folder: &Path, paths: &[&str]) -> Report {
    let flags = Flags { paths: paths.iter().map(PathBuf::from).collect(), ..Flags::default() };
    let config = flags.resolve(folder, None).expect("the configuration is right");
    k8factor::check(&config).expect("it can be checked")
}

/// The beginning of what a rule says, and the object it says it of.
fn says<'a>(findings: impl IntoIterator<Item = &'a Finding>, rule: &str) -> Vec<String> {
    let findings = findings.into_iter().filter(|finding| finding.rule.as_str() == rule);
    let words = |finding: &Finding| {
        let words = finding.message.split([',', ';']).next().unwrap_or_default().to_owned();
        let object = finding.object.as_ref().map(|object| object.name.as_str()).unwrap_or_default();
        format!("{words} ({object})")
    };
    findings.map(words).collect()
}

const JOB: &str = "job-without-protection-label";
const A_ALONE: &str = "CronJob `a` may run twice or not at all while two clusters exist (a)";
const B_ALONE: &str = "CronJob `b` may run twice or not at all while two clusters exist (b)";

#[test]
fn all_places_are_counted_where_none_is_set_aside() {
    let report = checked(codebase(&[]).path(), &[]);
    let jobs = "CronJob `a` and one more job here may run twice or not at all while two clusters exist (a)";
    assert_eq!(says(&report.findings, JOB), [jobs]);
    let data = "StatefulSet `a` and 1 more object keep their data in the cluster ()";
    assert_eq!(says(&report.findings, "no-backup"), [data]);
}

#[test]
fn a_waiver_for_an_object_accepts_its_place_wherever_it_is_told() {
    for (name, waived, left) in [("a", A_ALONE, B_ALONE), ("b", B_ALONE, A_ALONE)] {
        let config = format!("waivers: [{{rule: {JOB}, object: CronJob/{name}, reason: why}}]\n");
        let report = checked(codebase(&[(".k8factor.yaml", &config)]).path(), &[]);
        assert_eq!(says(&report.findings, JOB), [left]);
        assert_eq!(says(report.waived.iter().map(|waived| &waived.finding), JOB), [waived]);
    }
}

#[test]
fn so_does_an_annotation_that_an_overlay_sets() {
    let patch = job("b", "  annotations: {k8factor/allow: job-without-protection-label why}\n");
    let files = [
        ("jobs/kustomization.yaml", "resources: [a.yaml, b.yaml]\n"),
        ("prod/kustomization.yaml", "resources: [../jobs]\npatches: [{path: patch.yaml}]\n"),
        ("prod/patch.yaml", &patch),
    ];
    let report = checked(codebase(&files).path(), &[]);
    assert_eq!(says(&report.findings, JOB), [A_ALONE]);
    assert_eq!(says(report.waived.iter().map(|waived| &waived.finding), JOB), [B_ALONE]);
}

#[test]
fn a_path_where_the_rule_is_off_is_not_counted() {
    for (path, left) in [("/jobs/a.yaml", B_ALONE), ("/jobs/b.yaml", A_ALONE)] {
        let config = format!("overrides: [{{paths: {path}, rules: {{{JOB}: off}}}}]\n");
        let report = checked(codebase(&[(".k8factor.yaml", &config)]).path(), &[]);
        assert_eq!(says(&report.findings, JOB), [left]);
    }
}

#[test]
fn what_was_asked_about_is_named_first() {
    let report = checked(codebase(&[]).path(), &["jobs/b.yaml"]);
    let jobs = "CronJob `b` and one more job here may run twice or not at all while two clusters exist (b)";
    assert_eq!(says(&report.findings, JOB), [jobs]);
}

#[test]
fn a_name_that_is_accepted_is_not_counted() {
    let cluster = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {name: old.example.com}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: old.example.com\n  \
               b: old.example.com # k8factor: allow(hard-coded-cluster-name) the old one is meant\n";
    let report = checked(codebase(&[("cluster.yaml", cluster), ("web/map.yaml", map)]).path(), &[]);
    let message = "`old.example.com` is the name of a cluster ()";
    assert_eq!(says(&report.findings, "hard-coded-cluster-name"), [message]);
    let counting = |finding: &&Finding| finding.message.contains("once more");
    assert_eq!(report.findings.iter().find(counting), None);
    assert_eq!(report.waived.len(), 1);
}

#[test]
fn where_every_object_is_accepted_nothing_is_left_of_the_cluster() {
    let cluster = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {name: old.example.com}\n";
    let config = "waivers: [{rule: no-backup, object: StatefulSet/*, reason: why}]\n";
    let report = checked(codebase(&[("cluster.yaml", cluster), (".k8factor.yaml", config)]).path(), &[]);
    assert_eq!(says(&report.findings, "no-backup"), [""; 0]);
    assert_eq!(report.waived.len(), 1, "{:#?}", report.waived);
}
