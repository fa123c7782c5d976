//! Texts that nobody wrote, given to everything that reads one alone.
//!
//! `K8FACTOR_SECONDS` asks for more time, `K8FACTOR_SEED` for other texts.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::print_stdout, reason = "the figures are for whoever runs it with --nocapture")]

#[path = "common/codebases.rs"]
mod codebases;
mod common;
#[path = "common/readers.rs"]
mod readers;

use codebases::Seeds;
use common::fixtures;
use common::rules::files_below;
use k8factor::config::Config;
use k8factor::finding::Factor;
use k8factor::rule::command;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn rule_pages_load_or_say_where_and_why_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config::for_folder(folder.path());
    command::new(&config, "new", Factor::Codebase).expect("a new page");
    let declarative =
        &fs::read_to_string(config.rules_folder.join("1-codebase/new.md")).expect("it was written");
    let expression = "---\nsummary: x\nseverity: info\nconfidence: low\nhelp: x.\nkinds: [apps/*, Pod]\n\
        each: ['spec.template.spec.containers[*]', '**.image', 'metadata.annotations[\"a.b/c\"]']\n\
        fails: 'self.all(k, self[k].matches(\"^a+$\") || size(k) > 3 ? has(object.spec) : k in [1, 2.5e3, b\"x\"])'\n\
        message: '{object.kind} {{ `{self.name}` }}: {key}'\n---\n# X\n## Bad\n```yaml path=a.yaml\napiVersion: v1\n\
        kind: Pod\nspec:\n  template: {spec: {containers: [{image: aa}]}} # finding\n```\n## Good\n";
    mutate(&Seeds::pages(), readers::rule_page);
    mutate(&Seeds::of_texts(&[declarative, expression]), readers::rule_page);
}

#[test]
fn configurations_are_understood_or_say_where_and_why_not() {
    let text = "# ours\nexclude:\n  - vendor/\n  - \"*.example.yaml\"\nfail-on: warning\nprotect-from-label: a.b/c\n";
    let rules = "rules:\n  a: off\n  b: &x {severity: info, with: {c: [1, d]}}\n  e: *x\n  f: {<<: *x}\noverrides:\n\
                 - paths: [/a/, '!b']\n  rules: {a: error}\nenvironments: {prod: /p/, dev: [d, e/]}\n";
    let lists = "clusters: [one, {name: two.example.com, aliases: [two]}]\nnot-clusters:\n- web\nwaivers:\n\
                 - rule: [a, b]\n  path: /legacy/\n  object: Deployment/*/web\n  reason: >\n    old\n  until: 2027-03-31\n\
                 - {rule: c, reason: \"\"}\n";
    mutate(
        &Seeds::of_texts(&[text, rules, lists, "exclude: ['{a,b}/**', '!x', '[a-z]', 'a\\ ']\n"]),
        readers::configuration,
    );
}

#[test]
fn waivers_are_read_with_their_places() {
    let texts = [
        "# k8factor: allow(a-b, c) the vendor ships no other, until 2027-03-31.\n// k8factor:allow(a) (until 2027-03-31) x",
        "/* k8factor: allow(a) until 2027-02-30: moved */\n# kept # k8factor: ignore(a) x\n# k8factor: allow( ,) -- ",
        "a-b: any will do\nallow(a, b) moved until 2027-03-31\n\na, b moved\nallow a until 1.1.2027",
    ];
    mutate(&Seeds::of_texts(&texts), readers::waivers);
}

#[test]
fn baselines_are_read_or_say_where_and_why_not() {
    let text = "{\"version\":1,\"entries\":[\n{\"rule\":\"a\",\"path\":\"b.yaml\",\"object\":\"Pod c/d\",\
                \"pointer\":\"/e/*\",\"text\":\"f\",\"line\":\"e: f\",\"count\":2,\"since\":\"2026-11-21\"},\n\
                {\"problem\":\"g\",\"path\":\"h.yaml\",\"count\":1}\n]}\n";
    mutate(&Seeds::of_texts(&[text]), readers::baseline);
}

#[test]
fn scripts_are_read_with_their_places() {
    let script = "#!/bin/sh\nfor c in a b; do\n  kubectl --context \"$c\" get deploy/x -o yaml | sed 's/a/b/' \\\n    \
        > \"$(dirname \"$0\")/x.yaml\" 2>&1 &\ndone <<-'EOF'\n\tx\n\tEOF\nA=1 sudo -E env B=2 x `y $(z \"`w`\")` ${A:-$((1+2))}\n";
    let ours: Vec<_> = files_below("fixtures").into_iter().map(|(_, text)| text).collect();
    let texts: Vec<_> =
        ours.iter().map(String::as_str).filter(|text| text.len() < 4000).chain([script]).collect();
    mutate(&Seeds::of_texts(&texts), readers::script);
}

#[test]
fn terraform_is_read_with_its_places() {
    let whole = "terraform {\n  source = \"git::https://a.example/b.git?ref=v1\"\n}\nlocals { a = { b = [1, -2.5, null], (c) : \"d\" } }\n\
        resource \"aws_eks_cluster\" \"x\" {\n  name = \"a-${var.b ? \"c\" : f(1, d...)}$${e}\\u00e9\"\n  /* f */ g = <<-H\n    %{ if i ~}\n    j\n\
        %{ endif }\n  H\n  k = [for l in m : l if n.*.o[0] != !p && q >= 1 % 2] # r\n  s { // t\n  }\n}\n";
    let ours: Vec<_> =
        files_below("fixtures/formats").into_iter().filter(|(path, _)| path.contains(".tf")).collect();
    let texts: Vec<_> = ours.iter().map(|(_, text)| text.as_str()).chain([whole]).collect();
    mutate(&Seeds::of_texts(&texts), readers::terraform);
}

#[test]
fn kustomizations_are_built_with_their_places() {
    let cases: Vec<_> = fs::read_dir(fixtures("kustomize")).expect("our own").collect();
    let mut texts: Vec<_> = cases.into_iter().map(|case| case_of(&case.expect("readable").path())).collect();
    texts.sort();
    mutate(&Seeds::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>()), readers::kustomization);
}

/// The files of a case in one text, each behind a line with its path.
fn case_of(case: &Path) -> String {
    let folder = case.join("in").display().to_string();
    let files = files_below(&folder).into_iter();
    let files = files.map(|(path, text)| format!("%%% {}\n{text}", &path[folder.len() + 1..]));
    files.collect::<Vec<_>>().concat()
}

#[test]
fn addresses_are_read() {
    let texts = [
        "https://github.com/a/b//c/d?ref=v1.2.3&timeout=3s\n../../e",
        "git::ssh://git@example.com:22/a/b.git//c?ref=0123456789abcdef0123456789abcdef01234567",
        "git@github.com:a/b.git?version=main",
        "registry:5000/a/b:v1@sha256:00",
        "oci://example.com/charts/x\n",
        "spec.template.spec.containers[*].image",
        "metadata.annotations[\"a.b/c\"].**.x[0]",
        "apps/v1/Deployment",
        "{a,b}/**/[!a-z]?*.yaml\na/x.yaml",
        ">=1.2.x <2 || ~3",
    ];
    mutate(&Seeds::of_texts(&texts), readers::address);
}

#[test]
fn monitors_are_read_with_their_places() {
    let texts = [
        "sum by (cluster) (rate(x{cluster=\"prod\",a=~\"b|c\"}[5m])) > 1 and on(cluster) up{kube_cluster_name!='a'}",
        "avg(last_5m):avg:kubernetes.cpu{kube_cluster_name:prod,env:*} by {host} > 1 {{#is_match \"cluster.name\" \"a\"}}",
        "route:\n  routes:\n  - match:\n      cluster: prod\n    matchers: [cluster=\"a\", 'cluster =~ b']\n",
        "SELECT count(*) FROM K8s WHERE clusterName = 'prod' AND cluster_name IN ('a', 'b')",
        "matches part 'payload.cluster' == \"prod\"",
        "avg:x{cluster_name IN (a,b) AND kube_cluster_name NOT IN (c)}",
    ];
    mutate(&Seeds::of_texts(&texts), readers::monitor);
}

fn mutate(seeds: &Seeds, read: fn(&str)) {
    let (begin, time) = (Instant::now(), Duration::from_secs(number("K8FACTOR_SECONDS", 1)));
    let first = number("K8FACTOR_SEED", 8) << 32;
    let (mut count, mut slowest) = (0, (Duration::ZERO, String::new()));
    while count < 100 || begin.elapsed() < time {
        for text in seeds.mutant(first + count).into_values() {
            let guard = Shown(&text);
            let start = Instant::now();
            read(&text);
            drop(guard);
            slowest = slowest.max((start.elapsed(), text));
        }
        count += 1;
    }
    println!("{count} texts, slowest {:?}", slowest.0);
    assert!(slowest.0 < Duration::from_secs(5), "slow: {slowest:?}");
}

/// A text that is shown if something panics over it.
struct Shown<'a>(&'a str);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{:?}", self.0);
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}
