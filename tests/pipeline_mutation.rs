//! Codebases that nobody wrote: whatever stands in them, the whole program keeps its promises and comes to an end.
//!
//! `K8FACTOR_SECONDS` asks for more time, `K8FACTOR_SEED` for other codebases, `K8FACTOR_CODEBASES` names a folder with
//! texts to begin with. A codebase that breaks a promise is written to `target/tmp/mutant`.
#![allow(clippy::print_stdout, reason = "the figures are for whoever runs it with --nocapture")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "common/codebases.rs"]
mod codebases;
mod common;
#[path = "common/promises.rs"]
mod promises;

use codebases::{Files, Seeds};
use k8factor::report::Report;
use rayon::ThreadPool;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn no_codebase_breaks_a_promise() {
    let seeds = std::env::var_os("K8FACTOR_CODEBASES")
        .map_or_else(Seeds::ours, |folder| Seeds::of_folder(Path::new(&folder)));
    let (begin, time) = (Instant::now(), Duration::from_secs(number("K8FACTOR_SECONDS", 8)));
    let first = number("K8FACTOR_SEED", 8) << 32;
    let sample = Sample::new();
    let (mut count, mut slowest) = (0, (Duration::ZERO, 0));
    // Few enough that an old machine gets through them, and more where there is time.
    while count < 100 || begin.elapsed() < time {
        let mutant = Mutant { number: first + count, files: seeds.mutant(first + count) };
        let start = Instant::now();
        mutant.check(&sample);
        slowest = slowest.max((start.elapsed(), mutant.number));
        count += 1;
    }
    println!("{count} codebases, slowest {slowest:?}");
    // Tenths of a second on a quiet machine; what is quadratic takes minutes.
    assert!(slowest.0 < Duration::from_secs(20), "the codebase {slowest:?} is slow");
}

/// A codebase, written to disk if something panics over it.
struct Mutant {
    number: u64,
    files: Files,
}

impl Mutant {
    fn check(&self, sample: &Sample) {
        let texts: Vec<_> = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let report = promises::check(&texts);
        let width = [40, 80, 100, 160][self.number as usize % 4];
        let human = promises::human(&report, width, self.number.is_multiple_of(3));
        if self.number.is_multiple_of(8) {
            sample.conforms(&report);
        }
        if self.number.is_multiple_of(16) {
            sample.one_thread_says_the_same(&texts, &promises::json(&report));
            assert_eq!(human, promises::human(&report, width, self.number.is_multiple_of(3)));
        }
    }
}

impl Drop for Mutant {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutant");
        let _ = fs::remove_dir_all(&folder);
        for (path, text) in &self.files {
            let path = folder.join(path);
            let _ = fs::create_dir_all(path.parent().unwrap());
            let _ = fs::write(path, text);
        }
        println!("codebase {} is in {}", self.number, folder.display());
    }
}

/// What takes too long to be asked of every codebase.
struct Sample {
    schema: jsonschema::Validator,
    alone: ThreadPool,
}

impl Sample {
    fn new() -> Self {
        let schema = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
        Self {
            schema: jsonschema::draft202012::new(&schema).unwrap(),
            alone: rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap(),
        }
    }

    fn conforms(&self, report: &Report) {
        let written = serde_json::from_str(&promises::json(report)).unwrap();
        let objections: Vec<_> = self
            .schema
            .iter_errors(&written)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(objections, Vec::<String>::new());
    }

    fn one_thread_says_the_same(&self, texts: &[(&str, &str)], expected: &str) {
        let alone = self.alone.install(|| promises::json(&promises::check(texts)));
        assert_eq!(alone, expected, "one thread says something else than many");
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}
