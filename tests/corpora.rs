//! Public codebases go through: nothing crashes, no file is lost, and the number of threads does not matter.

#[path = "common/corpora.rs"]
mod corpora;

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::problem::Place;
use k8factor::rule::{Rule, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn every_codebase_goes_through() {
    let Some(folder) = corpora::folder("public codebases") else { return };
    let rules = corpora::rules();
    eprintln!("\n    ms files findings by rule");
    for codebase in corpora::codebases(&folder) {
        go_through(&codebase, &rules);
    }
    go_through(&folder, &rules);
}

fn go_through(folder: &Path, rules: &[Rule]) {
    let mut config = Config::for_folder(folder);
    // Ignore files decide what is read, so that every file could be accounted for only by asking them again.
    config.respect_ignore_files = false;
    let (many, codebase, time) = on_threads(4, &config, rules);
    let (one, _, _) = on_threads(1, &config, rules);
    assert!(many == one, "{}: the number of threads changes the findings", folder.display());
    assert_eq!(accounted_for(&codebase), count_files(folder), "{}: files were lost", folder.display());
    let files = codebase.sources().as_slice().len();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let figures = many.0.iter().map(|(rule, count)| format!("{rule} {count}")).collect::<Vec<_>>().join(", ");
    eprintln!("{:6.1} {files:5} {name}: {figures}", time.as_secs_f64() * 1000.0);
}

/// Findings of each rule, and everything in words.
type Outcome = (BTreeMap<String, usize>, String);

fn on_threads(threads: usize, config: &Config, rules: &[Rule]) -> (Outcome, Codebase, Duration) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool can be made");
    let start = Instant::now();
    let (codebase, verdict) =
        pool.install(|| corpora::check(config, rules)).expect("the codebase can be checked");
    let time = start.elapsed();
    (in_words(&codebase, &verdict), codebase, time)
}

fn in_words(codebase: &Codebase, verdict: &Verdict) -> Outcome {
    let mut counts = BTreeMap::new();
    let mut words = String::new();
    for finding in &verdict.findings {
        *counts.entry(finding.rule.to_string()).or_default() += 1;
        let source = codebase.source(finding.span.file);
        let line = source.line(finding.span.start);
        writeln!(words, "{}:{line} {finding:?}", source.path()).expect("a text takes everything");
    }
    for problem in codebase.problems() {
        writeln!(words, "{problem:?}").expect("a text takes everything");
    }
    writeln!(words, "{:?}", codebase.skipped()).expect("a text takes everything");
    (counts, words)
}

/// Files that were read, skipped, are problems or of no kind that is read.
fn accounted_for(codebase: &Codebase) -> usize {
    let read: BTreeSet<&str> = codebase.sources().iter().map(k8factor::source::Source::path).collect();
    let skipped = codebase.skipped().iter().filter(|skipped| !read.contains(skipped.path.as_str()));
    let problems = codebase.problems().iter().filter_map(|problem| match &problem.place {
        Place::Path(path) => Some(path),
        Place::Span(_) => None,
    });
    read.len() + skipped.count() + problems.collect::<BTreeSet<_>>().len() + codebase.other_files()
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
