//! Before a cluster is taken down, the findings name every line that has to change, and no other.
//!
//! `fixtures/decommission/before` is a codebase with two clusters, `after` is what a person made of it who took one
//! of them down.

use k8factor::config::Config;
use k8factor::finding::Finding;
use k8factor::report::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The cluster that is taken down.
const GONE: &str = "prod-20260801";
const BEFORE: &str = "fixtures/decommission/before";
const AFTER: &str = "fixtures/decommission/after";

/// A file and a line of it, from 1.
type Line = (String, usize);

#[test]
fn every_line_that_had_to_change_was_found_before() {
    let (changed, found) = (changed_lines(), found_lines(&check(BEFORE)));
    let missed: Vec<&Line> = changed.difference(&found).collect();
    assert!(!changed.is_empty() && missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn every_line_that_was_found_had_to_change() {
    let (changed, found) = (changed_lines(), found_lines(&check(BEFORE)));
    let untrue: Vec<&Line> = found.difference(&changed).collect();
    assert!(untrue.is_empty(), "nobody had to change: {untrue:?}");
}

#[test]
fn nothing_is_left_to_say_of_a_cluster_that_is_gone() {
    let report = check(AFTER);
    let about: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.message.contains(GONE)).collect();
    assert!(about.is_empty(), "{about:?}");
}

/// The lines of `before` that are no longer there, outside of the cluster's own folder.
fn changed_lines() -> BTreeSet<Line> {
    let before = texts(BEFORE);
    let after = texts(AFTER);
    let shared = before.into_iter().filter(|(path, _)| !path.starts_with(&format!("clusters/{GONE}/")));
    shared
        .flat_map(|(path, old)| {
            let new = after.get(&path).map_or("", String::as_str);
            removed(&old, new).into_iter().map(move |line| (path.clone(), line)).collect::<Vec<_>>()
        })
        .collect()
}

/// The places of findings about the cluster, related ones left out.
fn found_lines(report: &Report) -> BTreeSet<Line> {
    let about = report.findings.iter().filter(|finding| finding.message.contains(GONE));
    let spans = about.flat_map(Finding::places);
    let lines = spans.map(|span| {
        let source = report.sources.get(span.file);
        (source.path().to_owned(), source.line(span.start) as usize)
    });
    lines.filter(|(path, _)| !path.starts_with(&format!("clusters/{GONE}/"))).collect()
}

fn check(folder: &str) -> Report {
    k8factor::check(&Config::for_folder(folder)).expect("the fixture can be checked")
}

/// The numbers of the lines of one text that another has not. Nobody moved lines here, so looking ahead is enough.
fn removed(old: &str, new: &str) -> Vec<usize> {
    let new: Vec<&str> = new.lines().collect();
    let (mut at, mut removed) = (0, Vec::new());
    for (number, line) in old.lines().enumerate() {
        match new[at..].iter().position(|candidate| *candidate == line) {
            Some(ahead) => at += ahead + 1,
            None => removed.push(number + 1),
        }
    }
    removed
}

fn texts(root: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    read(Path::new(root), Path::new(root), &mut texts);
    texts
}

fn read(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            read(root, &path, texts);
            continue;
        }
        let name =
            path.strip_prefix(root).expect("it lies below the root").to_string_lossy().replace('\\', "/");
        texts.insert(name, fs::read_to_string(&path).expect("the file can be read"));
    }
}
