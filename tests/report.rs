//! The reports: what they look like, and what they must never do.

mod common;
mod sample;

use common::{formatted, human, json};
use k8factor::report::human::Options;
use k8factor::report::visible::is_active;
use k8factor::report::{Report, fingerprint};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthStr as _;

const PLAIN: Options = Options { color: false, all: false, width: None, max_snippets: 200 };

/// The version of the release is not what these snapshots are about.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
    let sarif = concat!("\"semanticVersion\": \"", env!("CARGO_PKG_VERSION"), "\"");
    let text = text.replace('\x1b', "␛").replace(version, "\"version\": \"<version>\"");
    let text = text.replace(sarif, "\"semanticVersion\": \"<version>\"");
    settings.bind(|| insta::assert_snapshot!(format!("report__{name}"), text));
}

#[test]
fn snapshots() {
    let human_cases = [
        ("clean", sample::clean(), PLAIN),
        ("empty", sample::report(&[]), PLAIN),
        ("full", sample::full(), PLAIN),
        ("full_80", sample::full(), Options { width: Some(80), ..PLAIN }),
        ("full_color", sample::full(), Options { color: true, width: Some(120), ..PLAIN }),
        ("hostile", sample::hostile(), PLAIN),
        ("odd_places", sample::odd_places(), PLAIN),
        ("too_many", sample::many(1_000), Options { max_snippets: 3, ..PLAIN }),
        ("many_places", sample::many_places(), PLAIN),
    ];
    for (name, report, options) in human_cases {
        snapshot(&format!("human_{name}"), &human(&report, options));
    }
    for (name, report) in
        [("empty", sample::report(&[])), ("full", sample::full()), ("hostile", sample::hostile())]
    {
        snapshot(&format!("json_{name}"), &json(&report));
        for format in ["concise", "sarif", "github", "gitlab", "junit", "markdown"] {
            snapshot(&format!("{format}_{name}"), &formatted(&report, format));
        }
    }
    for (name, report) in [("accepted", sample::accepted()), ("injecting", sample::injecting())] {
        for format in ["concise", "sarif", "github", "gitlab", "junit", "markdown"] {
            snapshot(&format!("{format}_{name}"), &formatted(&report, format));
        }
    }
    snapshot("human_accepted", &human(&sample::accepted(), PLAIN));
}

fn samples() -> Vec<Report> {
    vec![sample::report(&[]), sample::full(), sample::hostile(), sample::odd_places(), sample::many_places()]
}

#[test]
fn colors_are_all_that_colors_change() {
    for report in samples() {
        let colored = human(&report, Options { color: true, ..PLAIN });
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&without_color(&colored)), lines(&human(&report, PLAIN)));
    }
}

#[test]
fn nothing_from_the_input_acts_on_the_terminal() {
    for report in samples() {
        let colored = human(&report, Options { color: true, ..PLAIN });
        for text in [human(&report, PLAIN), without_color(&colored), json(&report)] {
            let found = text.chars().find(|&character| character != '\n' && is_active(character));
            assert_eq!(found, None, "{text}");
        }
    }
}

/// Takes away what begins with ESC and ends in `m`: the only sequences that a report may write.
fn without_color(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (code, rest) = part.split_once('m').expect("a color ends in m");
        assert!(code.starts_with('[') && code[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b';'));
        text + rest
    })
}

#[test]
fn lines_fit_the_terminal() {
    for (report, width) in samples().into_iter().zip([60, 80, 100, 120, 100]) {
        let text = human(&report, Options { width: Some(width), ..PLAIN });
        let wide: Vec<&str> = text.lines().filter(|line| line.width() > width).collect();
        assert_eq!(wide, Vec::<&str>::new());
    }
}

/// Places that fit no character and no file, in text of everything that is hard to print.
#[test]
fn no_place_breaks_the_report() {
    let mut random = fastrand::Rng::with_seed(8);
    for _ in 0..2_000 {
        let report = sample::random(&mut random);
        let width = Some(random.usize(1..130));
        let text = human(&report, Options { width, ..PLAIN });
        for text in [&text, &json(&report)] {
            let found = text.chars().find(|&character| character != '\n' && is_active(character));
            assert_eq!(found, None, "{text}");
        }
        assert!(!text.contains("Failed to read"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 1_100), "{text}");
        // Each place has its line and its column on top of some frame, or shares the frame of another place.
        assert!(text.contains("╭─[a.yaml:"), "{text}");
    }
}

#[test]
fn zero_columns_are_no_terminal() {
    let report = sample::full();
    assert_eq!(human(&report, Options { width: Some(0), ..PLAIN }), human(&report, PLAIN));
}

#[test]
fn every_rule_is_shown_although_one_has_most_findings() {
    let report = sample::many(10_000);
    let text = human(&report, PLAIN);
    assert_eq!(text.matches("error[rare-rule]").count(), 100);
    assert_eq!(text.matches("error[common-rule]").count(), 100);
    assert!(text.contains("9800 findings (--all shows them): 9800 common-rule"), "{text}");
    assert_eq!(human(&report, Options { all: true, ..PLAIN }).matches("error[").count(), 10_000);
}

#[test]
fn one_thread_or_many_write_the_same() {
    let report = sample::many(2_000);
    let with_threads = |number: usize| {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(number).build().expect("threads can be started");
        pool.install(|| (human(&report, Options { all: true, ..PLAIN }), json(&report)))
    };
    assert_eq!(with_threads(1), with_threads(5));
}

#[test]
fn ten_thousand_findings_are_written_at_once() {
    let alike = sample::many(10_000);
    assert!(alike.sources.as_slice()[0].text().len() > 3_600_000);
    for (name, report) in [("lines", alike), ("one line", sample::one_line(10_000))] {
        let start = Instant::now();
        let written = human(&report, Options { all: true, color: true, ..PLAIN }).len();
        let human_time = start.elapsed();
        let start = Instant::now();
        let written_json = json(&report).len();
        let json_time = start.elapsed();
        println!("{name}: {written} bytes in {human_time:?}, JSON {written_json} bytes in {json_time:?}");
        assert!(human_time + json_time < Duration::from_secs(5), "{name}: {human_time:?} {json_time:?}");
    }
}

fn prints(report: &Report) -> Vec<String> {
    report.findings.iter().map(|finding| finding.fingerprint.clone()).collect()
}

fn stamp(report: &mut Report) {
    fingerprint::stamp(&report.sources, &report.secrets, report.findings.iter_mut().collect());
}

#[test]
fn fingerprints_differ_and_stay_when_lines_shift() {
    let lines = "image: a\nimage: b\n  image: a   \nname: x\n";
    let before = prints(&sample::every(lines, "image"));
    let after = prints(&sample::every(&format!("# new\n\n{lines}# new\n"), "image"));
    assert_eq!(before, after);
    let mut sorted = before.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), 3);
    assert!(
        before.iter().all(|print| print.len() == 16 && print.bytes().all(|byte| byte.is_ascii_hexdigit()))
    );
}

#[test]
fn fingerprints_follow_the_object_not_the_text() {
    let mut renamed = sample::full();
    for finding in &mut renamed.findings {
        finding.message = "better words".into();
        finding.severity = k8factor::finding::Severity::Info;
        if let Some(object) = &mut finding.object {
            object.api_version = "apps/v2".into();
        }
    }
    stamp(&mut renamed);
    assert_eq!(prints(&renamed), prints(&sample::full()));
    let object = renamed.findings.iter_mut().find_map(|finding| finding.object.as_mut());
    object.expect("there is one").name = "other".into();
    stamp(&mut renamed);
    assert_ne!(prints(&renamed), prints(&sample::full()));
}
