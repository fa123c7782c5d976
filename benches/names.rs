//! What looking for the names of clusters costs, by how many there are.
//!
//! `cargo bench --bench names` searches 100 MB of generated texts, in the pieces in which files come, for 1, 100 and
//! 10,000 names; then it times a whole check with and without names in the same run.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::model::identity::{Candidate, Evidence, Identities, Origin};
use k8factor::source::{FileKind, Sources, Span};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
/// Bytes of all texts together.
const BYTES: usize = 100_000_000;
/// Bytes of one text.
const PIECE: usize = 4_000;
const NAMES: [usize; 3] = [1, 100, 10_000];

fn main() {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} MB in {} texts, best of {ROUNDS}", bytes / 1_000_000, texts.len());
    println!("{:>8}  {:>10}  {:>10}  {:>9}", "names", "build", "search", "mentions");
    for count in NAMES {
        let start = Instant::now();
        let identities = identities(count);
        let build = start.elapsed();
        let (search, mentions) = best(|| search(&identities, &texts));
        println!("{count:>8}  {build:>10.1?}  {search:>10.1?}  {mentions:>9}");
    }
    whole_model();
}

/// The model of a codebase with and without a cluster that is known by name: all that names add, judging included.
fn whole_model() {
    println!("\n{:>8}  {:>10}", "clusters", "model");
    for count in [0, 1, 100] {
        let mut texts: Vec<(String, String)> =
            (0..5_000).map(|number| (format!("apps/{number}.yaml"), manifest(number, PIECE))).collect();
        texts.extend(
            (0..count).map(|number| (format!("clusters/{}/cluster.yaml", name(number)), spec(number))),
        );
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (time, _) = best(|| {
            let discovery = Discovery::of_texts(&texts);
            let documents = documents::parse_all(&discovery.sources);
            let start = Instant::now();
            let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
            (start.elapsed(), black_box(codebase.namings().len()))
        });
        println!("{count:>8}  {time:>10.1?}");
    }
}

fn search(identities: &Identities, texts: &[String]) -> (Duration, usize) {
    let start = Instant::now();
    let mentions = texts.par_iter().map(|text| identities.mentions(text).count()).sum();
    (start.elapsed(), mentions)
}

fn best(mut round: impl FnMut() -> (Duration, usize)) -> (Duration, usize) {
    let rounds: Vec<_> = (0..ROUNDS).map(|_| round()).collect();
    rounds.into_iter().min().unwrap_or_default()
}

fn identities(count: usize) -> Identities {
    let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, "".into());
    let evidence = vec![Evidence { origin: Origin::Spec, span: Span::file_start(file) }];
    let candidate = || Candidate { evidence: evidence.clone(), ..Candidate::default() };
    let candidates: BTreeMap<String, Candidate> =
        (0..count).map(|number| (name(number), candidate())).collect();
    Identities::new(candidates, |_| false)
}

/// `tokyo-20260001`: every name begins like others, as names of clusters do.
fn name(number: usize) -> String {
    let cities = ["tokyo", "osaka", "kyoto", "sapporo"];
    format!("{}-2026{number:04}", cities[number % cities.len()])
}

fn spec(number: usize) -> String {
    format!("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: {}\n", name(number))
}

fn texts() -> Vec<String> {
    (0..BYTES / PIECE).map(|number| manifest(number, PIECE)).collect()
}

/// A manifest of about so many bytes, which names a cluster now and then.
fn manifest(number: usize, bytes: usize) -> String {
    let mut text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-{number}\ndata:\n");
    let mut line = 0;
    while text.len() < bytes {
        let value =
            if line % 50 == 7 { name(number % 10_000) } else { format!("value-{number}-tokyo-{line}") };
        text.extend([
            "  setting-",
            &line.to_string(),
            ".example.com: https://api.example.com/",
            &value,
            "\n",
        ]);
        line += 1;
    }
    text
}
