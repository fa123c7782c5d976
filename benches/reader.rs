//! How fast texts are read, beside two other readers in the same run.
//!
//! `cargo bench --bench reader [-- FOLDER]` reads generated files, or those of a folder.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod generate;

use k8factor::source::{FileId, Sources};
use k8factor::yaml;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

fn main() {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let texts: Vec<Arc<str>> = match folder {
        Some(folder) => read_folder(Path::new(&folder)),
        None => generate::codebase(10_000, 8)
            .into_iter()
            .map(|file| file.text.into())
            .collect(),
    };
    let readable: Vec<_> = texts
        .into_iter()
        .filter(|text| others_can_read(text))
        .collect();
    let bytes: usize = readable.iter().map(|text| text.len()).sum();
    println!(
        "{} files, {:.1} MB, {ROUNDS} rounds",
        readable.len(),
        megabytes(bytes)
    );

    let file = Sources::default().add("bench.yaml".into(), "".into());
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(time(&readable, |text| ours(file, text)));
        times[1].push(time(&readable, |text| granit(text)));
        times[2].push(time(&readable, |text| serde_yaml(text)));
    }
    let medians = times.map(|mut times| {
        times.sort();
        (times[0], times[times.len() / 2])
    });
    for (name, (best, median)) in [
        "k8factor (tree)",
        "granit-parser (events)",
        "yaml_serde (Value)",
    ]
    .iter()
    .zip(medians)
    {
        let speed = |time: Duration| megabytes(bytes) / time.as_secs_f64();
        let ratio = median.as_secs_f64() / medians[0].1.as_secs_f64();
        println!(
            "{name:24} best {:6.0} MB/s   median {:6.0} MB/s   {ratio:5.1} x our time",
            speed(best),
            speed(median)
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "three digits are printed")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn time(texts: &[Arc<str>], read: impl Fn(&Arc<str>) -> usize) -> Duration {
    let start = Instant::now();
    black_box(texts.iter().map(read).sum::<usize>());
    start.elapsed()
}

fn ours(file: FileId, text: &Arc<str>) -> usize {
    yaml::parse(file, Arc::clone(text)).documents().len()
}

fn granit(text: &str) -> usize {
    granit_parser::Parser::new_from_str(text)
        .map_while(Result::ok)
        .count()
}

fn serde_yaml(text: &str) -> usize {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents
        .map_while(|document| <serde_yaml::Value as serde::Deserialize>::deserialize(document).ok())
        .count()
}

/// What another reader gives up on early would make it look fast.
fn others_can_read(text: &str) -> bool {
    let granit = granit_parser::Parser::new_from_str(text).all(|event| event.is_ok());
    granit
        && serde_yaml::Deserializer::from_str(text).all(|document| {
            <serde_yaml::Value as serde::Deserialize>::deserialize(document).is_ok()
        })
}

fn read_folder(folder: &Path) -> Vec<Arc<str>> {
    let mut texts = Vec::new();
    for entry in ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build()
        .flatten()
    {
        let is_yaml = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml");
        if is_yaml && let Ok(text) = std::fs::read_to_string(entry.path()) {
            texts.push(text.into());
        }
    }
    texts
}
