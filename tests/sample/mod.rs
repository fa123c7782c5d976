//! Reports made by hand: small files, and findings at the places where a given text occurs in them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    reason = "each harness uses its part of this"
)]

use jiff::civil::date;
use k8factor::finding::{
    Confidence, Credential, Factor, Finding, HeldBack, Label, ObjectId, RuleId, Severity, Waived, Wording,
};
use k8factor::problem::{Problem, SkipReason, Skipped};
use k8factor::report::rule_info::RuleInfo;
use k8factor::report::secrets::Secrets;
use k8factor::report::{Counts, Report, fingerprint};
use k8factor::rule::{Origin, Page};
use k8factor::source::{FileKind, Sources, Span};
use std::sync::Arc;

/// A report over these files, given sorted by path, without findings. No factor is assessed yet.
pub fn report(files: &[(&str, &str)]) -> Report {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.add((*path).to_owned(), FileKind::Yaml, (*text).into());
    }
    let counts = Counts { files: files.len(), documents: files.len(), ..Counts::default() };
    Report {
        secrets: Secrets::new(&sources, Vec::new()),
        sources,
        findings: Vec::new(),
        waived: Vec::new(),
        baselined: Vec::new(),
        baselined_problems: Vec::new(),
        gone_from_baseline: 0,
        unchanged: 0,
        notes: Vec::new(),
        held_back: Vec::new(),
        problems: Vec::new(),
        skipped: Vec::new(),
        counts,
        assessed: Vec::new(),
        rules: Vec::new(),
    }
}

/// The report with the names of its findings.
fn finished(mut report: Report) -> Report {
    let accepted = report.waived.iter_mut().map(|waived| &mut waived.finding).chain(&mut report.baselined);
    let all = report.findings.iter_mut().chain(accepted).collect();
    fingerprint::stamp(&report.sources, &report.secrets, all);
    report
}

/// Where a text stands: the first time it occurs in the file.
pub fn at(report: &Report, path: &str, needle: &str) -> Span {
    let source = report.sources.by_path(path).expect("the file is part of the report");
    let start = source.text().find(needle).expect("the text occurs in the file");
    Span::new(source.id(), start as u32, (start + needle.len()) as u32)
}

/// Adds a finding and counts it.
pub fn add(report: &mut Report, finding: Finding) {
    report.assessed.push(finding.factor);
    report.findings.push(finding);
    report.findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.factor, std::cmp::Reverse(finding.severity), finding.span);
        key(a).cmp(&key(b)).then_with(|| a.rule.cmp(&b.rule))
    });
}

/// A finding about nothing but its place.
pub fn finding(rule: &str, factor: u8, severity: Severity, span: Span, message: &str) -> Finding {
    Finding {
        rule: RuleId::new(rule),
        factor: Factor::from_number(factor).expect("1 to 8"),
        severity,
        confidence: Confidence::High,
        message: message.to_owned(),
        help: String::new(),
        span,
        object: None,
        related: Vec::new(),
        also: Vec::new(),
        wording: Wording::default(),
        builds: Vec::new(),
        allowed_by: None,
        cluster: None,
        fingerprint: String::new(),
    }
}

/// A further place.
pub fn label(span: Span, message: &str) -> Label {
    Label { span, message: message.to_owned() }
}

/// A rule that ran.
pub fn rule(id: &str, factor: u8, severity: Severity) -> RuleInfo {
    let factor = Factor::from_number(factor).expect("1 to 8");
    RuleInfo {
        id: RuleId::new(id),
        factor,
        severity,
        confidence: Confidence::High,
        summary: format!("what `{id}` objects to"),
        help: "Do it another way.".into(),
        scopes: Arc::default(),
        origin: Origin::BuiltIn,
        page: Page::new(
            format!("rules/{}/{id}.md", factor.folder()),
            "---\n---\n# Title\n\n## Why\n\nBecause.\n",
        ),
    }
}

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: prod
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web
          env:
            - name: REGION
              value: ap-northeast-1
";

const OVERLAY: &str = "\
resources:
  - ../../base
images:
  - name: registry.example.com/web
    newName: mirror.example.com/web
";

const MONITOR: &str = "\
name: prod web is down
query: avg(last_5m):sum:http.errors{cluster:prod.cluster.example.com} > 5
message: |
  prod.cluster.example.com answers with errors
  @pagerduty-prod
options:
  thresholds: {critical: 5}
---
name: prod queue
query: avg(last_5m):max:queue.length{cluster:prod.cluster.example.com} > 100
";

const DEPLOY: &str = "#!/bin/sh\nset -e\nkubectl --context prod.cluster.example.com apply -f .\n";

const KOPS: &str = "\
apiVersion: kops.k8s.io/v1alpha2
kind: Cluster
metadata:
  name: prod.cluster.example.com
spec:
  kubernetesVersion: 1.27.3
";

/// A codebase with something of everything.
pub fn full() -> Report {
    let mut report = report(&[
        ("base/web.yaml", WEB),
        ("clusters/prod.yaml", KOPS),
        ("monitors/prod.yaml", MONITOR),
        ("overlays/prod/kustomization.yaml", OVERLAY),
        ("scripts/deploy.sh", DEPLOY),
        ("vault/broken.yaml", "a: 1\nb: [1, 2\nc: 3\n"),
    ]);
    let findings = [image(&report), cluster_name(&report), region(&report), context(&report), job(&report)];
    for finding in findings {
        add(&mut report, finding);
    }
    report.assessed.extend([Factor::Codebase, Factor::Backup]);
    report.waived = ["registry.example.com/web", "ap-northeast-1"].map(|text| waived(&report, text)).to_vec();
    let broken = at(&report, "vault/broken.yaml", "[1, 2");
    report.problems = vec![
        Problem::at(broken, "this list is never closed; everything after it was left out"),
        Problem::with_path("vault/secret.yaml", "cannot be opened: permission denied"),
    ];
    let place = report.findings[0].span;
    report.held_back = ["vault/secret.yaml", ""].map(|unread| held_back(place, unread)).to_vec();
    let skipped = |path: &str, reason| Skipped { path: path.to_owned(), reason };
    report.skipped = vec![
        skipped("charts/x/templates/a.yaml", SkipReason::Template),
        skipped("charts/x/templates/b.yaml", SkipReason::Template),
        skipped("vault/key.yaml", SkipReason::Encrypted),
    ];
    report.counts = Counts { files: 6, other_files: 41, left_out: 0, documents: 6, objects: 4, builds: 2 };
    report.rules = vec![
        rule("no-codebase", 1, Severity::Error),
        rule("image-without-version", 2, Severity::Error),
        rule("region-in-manifest", 3, Severity::Warning),
        rule("change-that-flows-back", 4, Severity::Warning),
        rule("context-in-script", 6, Severity::Warning),
        rule("hard-coded-cluster-name", 6, Severity::Error),
        rule("workload-without-loss-label", 8, Severity::Info),
    ];
    let own = Page::new(".k8factor/rules/7-backup/no-backup.md", "---\n---\n# Ours\n");
    report.rules.push(RuleInfo { origin: Origin::Own, page: own, ..rule("no-backup", 7, Severity::Warning) });
    finished(report)
}

/// The same with findings that a baseline knows, that have not changed, and that the configuration accepts.
pub fn accepted() -> Report {
    let mut report = full();
    let known = report.findings.remove(0);
    report.baselined.push(known);
    report.unchanged = 3;
    let configuration = ".k8factor.yaml";
    let file = report.sources.add(configuration.into(), FileKind::Yaml, "waivers: []\n".into());
    report.waived[0].span = Span::new(file, 0, 7);
    report
}

fn waived(report: &Report, text: &str) -> Waived {
    let span = at(report, "base/web.yaml", text);
    let finding = finding("image-without-version", 2, Severity::Error, span, "the image has no version");
    let (reason, until) = ("the vendor ships nothing else".to_owned(), Some(date(2027, 3, 31)));
    Waived { finding, span: at(report, "base/web.yaml", "kind: Deployment"), reason, until }
}

fn held_back(span: Span, unread: &str) -> HeldBack {
    HeldBack { rule: RuleId::new("no-backup"), factor: Factor::Backup, span, unread: unread.into() }
}

fn web(pointer: &str) -> ObjectId {
    ObjectId {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: Some("prod".into()),
        name: "web".into(),
        pointer: pointer.into(),
    }
}

fn image(report: &Report) -> Finding {
    let place = at(report, "base/web.yaml", "registry.example.com/web");
    let message = "the image `registry.example.com/web` has no version, so a cluster built next month runs whatever \
                   was pushed last";
    Finding {
        help: "Write a version, `registry.example.com/web:1.4.2`, or better a digest.\nIn an overlay, `newTag` does \
               the same."
            .into(),
        object: Some(web("/spec/template/spec/containers/0/image")),
        related: vec![label(
            at(report, "overlays/prod/kustomization.yaml", "mirror.example.com/web"),
            "this overlay changes the name, and adds no version either",
        )],
        builds: vec!["overlays/prod".into(), "overlays/stage".into()],
        ..finding("image-without-version", 2, Severity::Error, place, message)
    }
}

fn cluster_name(report: &Report) -> Finding {
    let source = report.sources.by_path("monitors/prod.yaml").expect("part of the report");
    let name = "prod.cluster.example.com";
    let all: Vec<Span> = (source.text().match_indices(name))
        .map(|(start, _)| Span::new(source.id(), start as u32, (start + name.len()) as u32))
        .collect();
    let message = "this monitor watches the cluster `prod.cluster.example.com` by its name: the one that replaces \
                   it will be watched by nobody";
    Finding {
        help: "Select by a label that both clusters can carry, such as `environment:prod`.".into(),
        related: vec![
            label(all[1], "the message names it as well"),
            label(all[2], "and so does the next monitor"),
            label(at(report, "clusters/prod.yaml", name), "the name is given here"),
        ],
        ..finding("hard-coded-cluster-name", 6, Severity::Error, all[0], message)
    }
}

fn region(report: &Report) -> Finding {
    let place = at(report, "base/web.yaml", "ap-northeast-1");
    Finding {
        confidence: Confidence::Medium,
        help: "Take it from a ConfigMap that each environment generates.".into(),
        object: Some(web("/spec/template/spec/containers/0/env/0/value")),
        ..finding(
            "region-in-manifest",
            3,
            Severity::Warning,
            place,
            "the region `ap-northeast-1` is written in",
        )
    }
}

fn context(report: &Report) -> Finding {
    let place = at(report, "scripts/deploy.sh", "--context prod.cluster.example.com");
    Finding {
        confidence: Confidence::Low,
        help: "Let the pipeline give the context.".into(),
        ..finding("context-in-script", 6, Severity::Warning, place, "this script can reach one cluster only")
    }
}

fn job(report: &Report) -> Finding {
    let place = at(report, "base/web.yaml", "Deployment");
    let message = "nothing says whether two copies of `web` or a gap is the lesser evil";
    Finding {
        object: Some(web("/kind")),
        help: "Add the label `migration.example.com/protect-from`.".into(),
        ..finding("workload-without-loss-label", 8, Severity::Info, place, message)
    }
}

/// Files, paths, names and messages that try to do something to the terminal.
pub fn hostile() -> Report {
    let text = "a: \x1b[31mred\x1b[0m\x07\r\nb: \u{9b}2J \u{202e}txt\u{2069}\r\n\tc: 日本語\t🚀 x\r\n";
    let path = "odd/\x1b]0;title\x07\n\u{202e}lmay.yaml";
    let mut report = report(&[(path, text)]);
    let mut first = finding(
        "odd-\x1b[1mrule",
        3,
        Severity::Error,
        at(&report, path, "\x1b[31mred"),
        "says \x1b[5mblink\x1b[0m\nand goes on",
    );
    first.help = "line one\x1b[2J\nline two".into();
    first.related = vec![label(at(&report, path, "\u{9b}2J"), "label \x1b[7m\nbroken")];
    first.builds = vec!["overlays/\x1b[0m".into()];
    first.object = Some(ObjectId {
        api_version: "v1\x1b".into(),
        kind: "Kind\u{85}".into(),
        namespace: Some("\u{202d}".into()),
        name: "na\x1bme".into(),
        pointer: "/\x1b".into(),
    });
    let rocket = finding("wide", 3, Severity::Warning, at(&report, path, "🚀"), "is 日本語");
    add(&mut report, first);
    add(&mut report, rocket);
    report.problems = vec![Problem::with_path("gone/\x1b[31m", "cannot \x1b[31mbe opened\u{9c}")];
    report.skipped = vec![Skipped { path: "skip/\x1b".into(), reason: SkipReason::Binary }];
    finished(report)
}

/// Texts that services would make something of: HTML, tables, links, mentions, references, workflow commands, XML.
pub fn injecting() -> Report {
    let path = "a,b:c/@team/[x](y)|`z`/<img src=x>&%25 d.yaml";
    let mut report = report(&[(path, "a: b\nc: d\n")]);
    let message = "<script>alert(1)</script> & @team #12 GH-1 !3 [click](https://evil.example) | cell | `code|<b>@x` \
                   https://evil.example www.evil.example ada@example.com ]]> ::error::pwned %0A::debug::x ![i](j)";
    let mut first = finding("odd-rule", 3, Severity::Error, at(&report, path, "a: b\nc"), message);
    first.help = format!("{message}\n::error file=x::from help\n## Heading\n| a |\n|---|\n</details>");
    first.related = vec![label(at(&report, path, "d"), "see [this](1) ]( here")];
    let mut second =
        finding("odd-rule", 3, Severity::Warning, at(&report, path, "b"), "an ` odd backtick @team");
    second.help = "- [ ] task".into();
    add(&mut report, first);
    add(&mut report, second);
    report.problems = vec![Problem::with_path("gone/]]>\u{fffe}", message)];
    report.rules = vec![rule("odd-rule", 3, Severity::Error)];
    finished(report)
}

/// Long lines, places that do not fit, places over many lines, places that overlap.
pub fn odd_places() -> Report {
    let long =
        "x: 日本, ".repeat(9_000) + "\"cluster\": \"prod\"" + &", y: 1".repeat(20_000) + ", z: 2, last: 1";
    let many = "items:\n".to_owned() + &"  - one more line\n".repeat(4_000);
    let mut report = report(&[
        ("empty.yaml", ""),
        ("long.json", &long),
        ("many.yaml", &many),
        ("no-end.yaml", "a: 1\nb: 2"),
        ("over.yaml", "image: nginx:latest\nother: 1\n"),
    ]);
    let far = Span::new(at(&report, "no-end.yaml", "a").file, 500, 900);
    let end = Span::new(at(&report, "over.yaml", "image").file, 29, 29);
    let empty = Span::file_start(report.sources.by_path("empty.yaml").expect("added").id());
    let whole = Span::new(at(&report, "many.yaml", "items").file, 0, many.len() as u32);
    let spans = [
        (at(&report, "long.json", "prod"), "in the middle of a line of 200 kB"),
        (whole, "a place over four thousand lines"),
        (far, "a place behind the end"),
        (end, "the end of the file, behind the last line break"),
        (empty, "an empty file"),
    ];
    for (span, message) in spans {
        let found = finding("odd-place", 1, Severity::Warning, span, message);
        add(&mut report, found);
    }
    let mut overlap = finding(
        "overlapping-places",
        2,
        Severity::Error,
        at(&report, "over.yaml", "image: nginx:latest"),
        "places that overlap",
    );
    overlap.related = vec![
        label(at(&report, "long.json", "z: 2"), "on the same line and far"),
        label(at(&report, "over.yaml", "nginx"), "the name"),
        label(at(&report, "over.yaml", "latest"), "the tag"),
        label(
            at(&report, "over.yaml", "latest"),
            "which means nothing, and it takes a rather long label to say so in full",
        ),
        label(at(&report, "long.json", "\"cluster\""), "far away, on a line of its own"),
        label(at(&report, "long.json", "prod"), "on the same line and near"),
    ];
    add(&mut report, overlap);
    finished(report)
}

/// As many findings as asked for, over a file of lines all alike.
pub fn many(number: usize) -> Report {
    let line =
        "  - name: one-of-many-workloads   # and nothing that would make it a special one, as the lines go\n";
    let text = line.repeat(number * 4);
    let mut report = report(&[("many.yaml", &text)]);
    let file = report.sources.by_path("many.yaml").expect("added").id();
    for index in 0..number {
        let start = (index * 4 * line.len() + 4) as u32;
        let rule = if index % 100 == 0 { "rare-rule" } else { "common-rule" };
        let mut found =
            finding(rule, 2, Severity::Error, Span::new(file, start, start + 4), "this is one of many");
        found.help = "Look at the others.".into();
        report.findings.push(found);
    }
    report.assessed.push(Factor::Dependencies);
    finished(report)
}

/// As many findings as asked for, all on one line of 3.6 MB.
pub fn one_line(number: usize) -> Report {
    let cell = "\"name\": \"クラスター\", ";
    let text = cell.repeat(3_600_000 / cell.len());
    let mut report = report(&[("dashboard.json", &text)]);
    let file = report.sources.by_path("dashboard.json").expect("added").id();
    for index in 0..number {
        let start = (text.len() / cell.len() / number * index * cell.len()) as u32;
        let span = Span::new(file, start, start + 6);
        report.findings.push(finding("one-line", 2, Severity::Error, span, "this is one of many"));
    }
    finished(report)
}

/// A finding at every place where a text occurs.
pub fn every(text: &str, needle: &str) -> Report {
    let mut report = report(&[("a.yaml", text)]);
    let file = report.sources.by_path("a.yaml").expect("added").id();
    for (start, _) in text.match_indices(needle) {
        let span = Span::new(file, start as u32, (start + needle.len()) as u32);
        add(&mut report, finding("any-rule", 1, Severity::Error, span, "here"));
    }
    finished(report)
}

/// One finding that concerns many files.
pub fn many_places() -> Report {
    let paths: Vec<String> = (10..30).map(|number| format!("monitors/{number}.yaml")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "cluster: prod\n")).collect();
    let mut report = report(&files);
    let places: Vec<_> =
        paths.iter().map(|path| label(at(&report, path, "prod"), "named here too")).collect();
    let mut named =
        finding("cluster-named", 6, Severity::Error, places[0].span, "twenty monitors name the cluster");
    named.related = places[1..].to_vec();
    named.builds = paths;
    add(&mut report, named);
    finished(report)
}

/// A codebase that nothing is wrong with.
pub fn clean() -> Report {
    let mut report = report(&[("base/web.yaml", WEB), ("clusters/prod.yaml", KOPS)]);
    report.assessed.extend(Factor::ALL);
    report.counts.objects = 2;
    finished(report)
}

/// Some findings anywhere, half of them where there is no text.
pub fn random(random: &mut fastrand::Rng) -> Report {
    const PIECES: [&str; 14] = [
        "a: 1",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "日本語",
        "🚀",
        "e\u{301}",
        "\u{301}",
        "\x1b[31m",
        "\u{202e}",
        "\0",
        "\u{feff}",
    ];
    let mut text = String::new();
    for _ in 0..random.usize(0..30) {
        let times = if random.u8(0..10) == 0 { random.usize(0..2_000) } else { 1 };
        text.push_str(&PIECES[random.usize(0..PIECES.len())].repeat(times));
    }
    let mut report = report(&[("a.yaml", &text)]);
    let file = report.sources.by_path("a.yaml").expect("added").id();
    let length = text.len() as u32;
    let mut span = || Span { file, start: random.u32(0..=length + 3), end: random.u32(0..=length * 2) };
    for _ in 0..3 {
        let mut found = finding("any-rule", 1, Severity::Error, span(), "anything");
        found.related = (0..3).map(|_| label(span(), "some words about this place")).collect();
        add(&mut report, found);
    }
    let secrets = (0..2).map(|_| Credential { span: span(), text: String::new() }).collect();
    report.secrets = Secrets::new(&report.sources, secrets);
    finished(report)
}
