//! How long a whole check takes, and which stage takes it.
//!
//! `cargo bench --bench check [-- FOLDER]` checks a generated codebase of 10,000 files, or a folder.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod codebase;
mod generate;

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::report::{self, Report};
use k8factor::rule::{self, Rule};
use k8factor::{discover, documents};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
const FILES: usize = 10_000;
/// Rules shown: the slowest.
const SHOWN: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let generated = tempfile::tempdir()?;
    let folder = match folder {
        Some(folder) => PathBuf::from(folder),
        None => write(generated.path())?,
    };
    let config = Config::for_folder(&folder);
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        round(&config, &mut times)?;
    }
    times.print();
    print_process(&folder)?;
    print_process(Path::new("fixtures/clusters/after-migration"))
}

/// Times by the name of what took them.
#[derive(Default)]
struct Times {
    stages: BTreeMap<&'static str, Vec<Duration>>,
    rules: BTreeMap<String, Vec<Duration>>,
    what: String,
}

/// In the order of a check. The numbers keep them in it.
const WALK: &str = "1 walk and read";
const PARSE: &str = "2 parse";
const MODEL: &str = "3 model";
const RULES: &str = "4 rules";
const JSON: &str = "5 report: json";
const HUMAN: &str = "6 report: human";
const WHOLE: &str = "7 whole check with json";

fn round(config: &Config, times: &mut Times) -> Result<(), Box<dyn Error>> {
    let rules = rule::load(config)?;
    let discovery = times.stage(WALK, || discover::walk(config))?;
    let bytes: usize = discovery.sources.iter().map(|source| source.text().len()).sum();
    let documents = times.stage(PARSE, || documents::parse_all(&discovery.sources));
    let codebase = times.stage(MODEL, || Codebase::new(config, discovery, documents));
    let verdict = times.stage(RULES, || rule::run(&rules, &codebase));
    for rule in &rules {
        times.rule(rule, &codebase);
    }
    let report = Report::new(&rules, codebase, verdict);
    times.what = format!(
        "{} files, {} kB, {} objects, {} findings",
        report.counts.files,
        bytes / 1000,
        report.counts.objects,
        report.findings.len()
    );
    times.stage(JSON, || report::json::write(&report, &mut Vec::new()))?;
    times.stage(HUMAN, || {
        report::human::write(&report, &report::human::Options::default(), &mut Vec::new())
    })?;
    drop(report);
    times.stage(WHOLE, || {
        report::json::write(&k8factor::check(config)?, &mut Vec::new()).map_err(Box::<dyn Error>::from)
    })?;
    Ok(())
}

impl Times {
    fn stage<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.stages.entry(name).or_default().push(start.elapsed());
        result
    }

    /// A rule alone, on one thread: what it costs, not what it delays.
    fn rule(&mut self, rule: &Rule, codebase: &Codebase) {
        let start = Instant::now();
        black_box(rule::run(std::slice::from_ref(rule), codebase));
        self.rules.entry(rule.id.to_string()).or_default().push(start.elapsed());
    }

    fn print(&self) {
        println!("{}, {ROUNDS} rounds, milliseconds", self.what);
        println!("{:32} {:>8} {:>8}", "", "least", "median");
        for (name, times) in &self.stages {
            print_line(name, times);
        }
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(_, times)| std::cmp::Reverse(median(times)));
        for (name, times) in rules.into_iter().take(SHOWN) {
            print_line(&format!("  {name}"), times);
        }
        let of = |name| self.stages.get(name).map_or(0.0, |times| milliseconds(median(times)));
        println!("whole check / (walk, read and parse): {:.2}", of(WHOLE) / (of(WALK) + of(PARSE)));
    }
}

/// The program as a user starts it.
fn print_process(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_k8factor")).arg("check").arg(folder).output()?;
        times.push(start.elapsed());
        black_box(output);
    }
    print_line(&format!("process, {}", folder.file_name().unwrap_or_default().to_string_lossy()), &times);
    Ok(())
}

fn print_line(name: &str, times: &[Duration]) {
    let least = times.iter().min().copied().unwrap_or_default();
    println!("{name:32} {:8.1} {:8.1}", milliseconds(least), milliseconds(median(times)));
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn write(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let root = folder.join("generated");
    for file in codebase::codebase(FILES, 8) {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(&root))?;
        fs::write(path, file.text)?;
    }
    Ok(root)
}
