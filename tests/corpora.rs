//! Public codebases go through: nothing crashes, no file is lost, and the number of threads does not matter.

#![allow(clippy::print_stderr, reason = "figures are for people to read")]

mod common;

use common::shared;
use k8factor::config::Config;
use k8factor::problem::Place;
use k8factor::report::Report;
use k8factor::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn every_codebase_goes_through() {
    let Some(folder) = shared::folder("corpora", "public codebases") else { return };
    eprintln!("\n    ms files findings by rule");
    for codebase in shared::codebases(&folder) {
        go_through(&codebase);
    }
    go_through(&folder);
}

fn go_through(folder: &Path) {
    let mut config = Config::for_folder(folder);
    // Ignore files decide what is read, so that every file could be accounted for only by asking them again.
    config.respect_ignore_files = false;
    let (report, time) = on_threads(4, &config);
    let (again, _) = on_threads(1, &config);
    assert!(in_words(&report) == in_words(&again), "{}: threads change the report", folder.display());
    assert_eq!(accounted_for(&report), count_files(folder), "{}: files were lost", folder.display());
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    report.findings.iter().for_each(|finding| *counts.entry(&finding.rule).or_default() += 1);
    let counts: Vec<_> = counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let milliseconds = time.as_secs_f64() * 1000.0;
    eprintln!("{milliseconds:6.1} {:5} {name}: {}", report.counts.files, counts.join(", "));
}

fn on_threads(threads: usize, config: &Config) -> (Report, Duration) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool can be made");
    let start = Instant::now();
    let report = pool.install(|| k8factor::check(config)).expect("the codebase can be checked");
    (report, start.elapsed())
}

/// Everything a report says.
fn in_words(report: &Report) -> String {
    format!("{:?}{:?}{:?}{:?}", report.findings, report.problems, report.skipped, report.factors())
}

/// Files that were read, skipped, are problems or of no kind that is read.
fn accounted_for(report: &Report) -> usize {
    let read: BTreeSet<&str> = report.sources.iter().map(Source::path).collect();
    let skipped = report.skipped.iter().filter(|skipped| !read.contains(skipped.path.as_str()));
    let problems = report.problems.iter().filter_map(|problem| match &problem.place {
        Place::Path(path) => Some(path),
        Place::Span(_) => None,
    });
    read.len() + skipped.count() + problems.collect::<BTreeSet<_>>().len() + report.counts.other_files
}

/// Files and links on the disk, without the store of git.
fn count_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let entries = entries.map(|entry| entry.expect("the folder can be read"));
    let entries = entries.filter(|entry| entry.file_name() != ".git");
    let count = |entry: std::fs::DirEntry| {
        let kind = entry.file_type().expect("the kind of a file is known");
        if kind.is_dir() { count_files(&entry.path()) } else { 1 }
    };
    entries.map(count).sum()
}
