//! A baseline holds what was found before, whatever moves, and nothing else.

#![allow(clippy::print_stderr, reason = "figures are for people to read")]

mod common;

use assert_cmd::Command;
use common::shared;
use fastrand::Rng;
use k8factor::baseline::{self, Baseline, Change, keep};
use k8factor::codebase::Codebase;
use k8factor::config::{Config, Flags, Named};
use k8factor::discover::Discovery;
use k8factor::finding::Finding;
use k8factor::report::Report;
use k8factor::{documents, rule};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

type Files = BTreeMap<String, String>;

#[test]
fn what_moves_is_not_new_and_what_is_new_is_told() {
    const ROUNDS: u64 = 300;
    let before = before_migration();
    let known = baseline_of(&before);
    let rules = rule::built_in().expect("every built-in page loads");
    let (mut moves, mut kinds) = (0, BTreeMap::<&str, usize>::new());
    for seed in 0..ROUNDS {
        let mut random = Rng::with_seed(seed);
        let mut files = before.clone();
        let mut done = Vec::new();
        for _ in 0..random.usize(1..12) {
            done.extend(disturb(&mut files, &mut random));
        }
        moves += done.len();
        let report = checked(&rules, &files, Some(&known));
        assert_eq!(new(&report), [""; 0], "seed {seed}: {done:?}");

        let (kind, told) = break_something(&mut files, &mut random);
        *kinds.entry(kind).or_default() += 1;
        let report = checked(&rules, &files, Some(&known));
        let found = new(&report);
        assert!(found.iter().any(|line| line.starts_with(told)), "seed {seed}: {kind}: {found:?}");
    }
    eprintln!(
        "{ROUNDS} rounds over {} known places, {moves} changes that mean nothing; new: {kinds:?}",
        known.len()
    );
    assert!(kinds.len() == 5 && known.len() > 20, "the rounds must show something");
}

/// Changes something that matters to nobody, and says what.
fn disturb(files: &mut Files, random: &mut Rng) -> Option<String> {
    let paths: Vec<String> = files.keys().filter(|path| !path.starts_with('.')).cloned().collect();
    let path = paths[random.usize(..paths.len())].clone();
    let text = &files[&path];
    let (name, changed) = match random.u8(..6) {
        0 => ("blank line", with_line(text, "", random)),
        1 => ("comment", commented(&path, text, random)),
        2 => ("key", with_key(text, random)),
        3 => ("documents", shuffled(text, "---\n", random)),
        4 => ("items", shuffled_items(&path, text, random)),
        _ => {
            let to = renamed(files, &path, random)?;
            return Some(format!("{path} to {to}"));
        }
    };
    let changed = changed.filter(|changed| changed != text)?;
    files.insert(path.clone(), changed);
    Some(format!("{name} in {path}"))
}

/// The text with one more line. What a shell takes for one line stays one.
fn with_line(text: &str, line: &str, random: &mut Rng) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = usize::from(text.starts_with("#!"));
    let at = random.usize(first..=lines.len());
    if at > 0 && lines[at - 1].ends_with('\\') {
        return None;
    }
    lines.insert(at, line);
    Some(lines.join("\n") + "\n")
}

/// Inside of a block scalar a comment is none.
fn commented(path: &str, text: &str, random: &mut Rng) -> Option<String> {
    let takes_comments = !path.starts_with("monitors/") && !text.contains(": |") && !text.contains(": >");
    takes_comments.then(|| with_line(text, "# Nothing to see here.", random)).flatten()
}

/// A key that says nothing, before those that are there: where a mapping begins is not what it is.
fn with_key(text: &str, random: &mut Rng) -> Option<String> {
    const KEYS: [(&str, &str); 3] = [
        ("\nmetadata:\n  ", "\nmetadata:\n  finalizers: []\n  "),
        ("\n            - name: ", "\n            - stdin: false\n              name: "),
        ("\nspec:\n  ", "\nspec:\n  minReadySeconds: 0\n  "),
    ];
    let (from, to) = KEYS[random.usize(..KEYS.len())];
    let is_done = text.contains(to) || !text.contains("kind: Deployment") && from.starts_with("\nspec");
    (!is_done && text.contains(from)).then(|| text.replace(from, to))
}

fn shuffled(text: &str, separator: &str, random: &mut Rng) -> Option<String> {
    let mut parts: Vec<&str> = text.split(separator).collect();
    if parts.len() < 2 || parts.iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    random.shuffle(&mut parts);
    Some(parts.join(separator))
}

/// The order of resources of a kustomization means nothing, nor does that of tags.
fn shuffled_items(path: &str, text: &str, random: &mut Rng) -> Option<String> {
    if !path.ends_with("kustomization.yaml") {
        return None;
    }
    let start = text.find("resources:\n")? + "resources:\n".len();
    let is_item = |line: &&str| line.trim_start().starts_with("- ");
    let mut items: Vec<&str> = text[start..].split_inclusive('\n').take_while(is_item).collect();
    let length: usize = items.iter().map(|item| item.len()).sum();
    random.shuffle(&mut items);
    Some(format!("{}{}{}", &text[..start], items.concat(), &text[start + length..]))
}

/// Gives a file another name, also where the kustomization beside it takes it in.
fn renamed(files: &mut Files, path: &str, random: &mut Rng) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let (stem, extension) = name.rsplit_once('.')?;
    if stem == "kustomization" {
        return None;
    }
    let new_name = format!("{stem}-{}.{extension}", random.u16(..));
    let text = files.remove(path)?;
    let to = format!("{folder}/{new_name}");
    files.insert(to.clone(), text);
    if let Some(kustomization) = files.get_mut(&format!("{folder}/kustomization.yaml")) {
        *kustomization = kustomization.replace(name, &new_name);
    }
    Some(to)
}

/// Makes one more mistake: what was done, and how the line about it begins.
fn break_something(files: &mut Files, random: &mut Rng) -> (&'static str, &'static str) {
    let path_of = |files: &Files, start: &str, part: &str| {
        let found = files.iter().find(|(path, text)| path.starts_with(start) && text.contains(part));
        found.map(|(path, _)| path.clone()).expect("no change loses a text")
    };
    match random.u8(..5) {
        0 => {
            let path = path_of(files, "scripts/", "use-context");
            let line = "kubectl config use-context prod.cluster.example.com\n";
            files.entry(path).and_modify(|text| text.push_str(line));
            ("the same line copied", "command-bound-to-cluster")
        }
        1 => {
            let text = "#!/bin/sh\nkubectl config use-context prod.cluster.example.com\n";
            files.insert("scripts/again.sh".into(), text.into());
            // Beside a script that was renamed as well, nobody can say which of the two is the old one.
            let is_plain = files.contains_key("scripts/save-cluster.sh");
            let rule = "command-bound-to-cluster";
            let told = if is_plain { "command-bound-to-cluster scripts/again.sh" } else { rule };
            ("the same line in another file", told)
        }
        2 => {
            let path = path_of(files, "scripts/", "use-context");
            let line = "\nkops rolling-update cluster prod.cluster.example.com --yes\n";
            files.entry(path).and_modify(|text| text.push_str(line));
            ("another line with the name", "command-bound-to-cluster")
        }
        3 => {
            let path = path_of(files, "manifests/base/", "          image: ");
            let containers = "          containers:\n";
            let path = if files[&path].contains(containers) {
                path
            } else {
                path_of(files, "manifests/base/", containers)
            };
            let second =
                format!("{containers}            - {{name: second, image: registry.example.com/second}}\n");
            files.entry(path).and_modify(|text| *text = text.replacen(containers, &second, 1));
            ("a second image without version", "image-without-version")
        }
        _ => {
            let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: new\nspec:\n  containers:\n  - name: new\n    \
                        image: redis\n";
            files.insert("manifests/new.yaml".into(), text.into());
            ("a new object", "image-without-version manifests/new.yaml")
        }
    }
}

/// A finding with many places is told at those that nobody knew.
#[test]
fn a_new_place_of_a_known_finding_is_new() {
    let rules = rule::built_in().expect("every built-in page loads");
    let before = before_migration();
    let monitors = |text: &str| {
        let mut files = before.clone();
        files.entry("monitors/web-latency.json".into()).and_modify(|old| {
            *old = old.replace("\"tags\": [\"team:web\"],", text);
        });
        files
    };
    let known = baseline_of(&before);
    let files = monitors(
        "\"tags\": [\"team:web\"],\n  \"escalation_message\": \"look at prod.cluster.example.com\",",
    );
    let report = checked(&rules, &files, Some(&known));
    let places: Vec<String> = report.findings.iter().map(|finding| place(&report, finding)).collect();
    assert_eq!(places, ["monitors/web-latency.json:7"], "{:?}", new(&report));

    // It stays known when one of its places is mended, whichever is then told first.
    let both = baseline_of(&files);
    let report = checked(&rules, &before, Some(&both));
    assert_eq!(new(&report), [""; 0]);
    assert_eq!(report.gone_from_baseline, 1);
    let names: Vec<&str> = report.baselined.iter().map(|finding| finding.fingerprint.as_str()).collect();
    assert!(!names.is_empty() && names.iter().all(|name| name.len() == 16), "{names:?}");
}

#[test]
fn one_copy_more_than_are_known_is_new() {
    let rules = rule::built_in().expect("every built-in page loads");
    let files = |copies: usize| {
        let line = "kubectl --context prod.cluster.example.com get pods\n";
        let mut files = before_migration();
        files.insert("scripts/pods.sh".into(), format!("#!/bin/sh\n{}", line.repeat(copies)));
        files
    };
    let known = baseline_of(&files(2));
    for (copies, expected, gone) in [(1, 0, 1), (2, 0, 0), (3, 1, 0), (4, 2, 0)] {
        let report = checked(&rules, &files(copies), Some(&known));
        let new: usize = report.findings.iter().map(|finding| finding.places().count()).sum();
        assert_eq!((new, report.gone_from_baseline), (expected, gone), "{copies} copies");
    }
}

#[test]
fn a_line_that_left_one_file_is_new_in_another() {
    let rules = rule::built_in().expect("every built-in page loads");
    let line = "kubectl --context prod.cluster.example.com get pods\n";
    let mut files = before_migration();
    files.insert("scripts/a.sh".into(), format!("#!/bin/sh\n{line}"));
    files.insert("scripts/b.sh".into(), "#!/bin/sh\ntrue\n".into());
    let known = baseline_of(&files);
    let (a, b) = (files["scripts/b.sh"].clone(), files["scripts/a.sh"].clone());
    files.insert("scripts/a.sh".into(), a);
    files.insert("scripts/b.sh".into(), b.clone());
    assert_eq!(new(&checked(&rules, &files, Some(&known))).len(), 1);
    files.remove("scripts/a.sh");
    assert_eq!(new(&checked(&rules, &files, Some(&known))), [""; 0], "a file that was renamed");
}

#[test]
fn no_credential_is_written_into_the_file() {
    const CREDENTIAL: &str = "kB7-qarNu2_vtLm9x";
    let mut files = before_migration();
    files.insert("scripts/login.sh".into(), format!("#!/bin/sh\nexport DB_PASSWORD={CREDENTIAL}\n"));
    files.insert(
        "manifests/secret.yaml".into(),
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: {CREDENTIAL}\n---\n\
             apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {CREDENTIAL}\nspec:\n  template:\n    spec:\n      \
             containers:\n      - image: registry.example.com/{CREDENTIAL}\n"
        ),
    );
    let known = baseline_of(&files);
    let text = known.text();
    assert!(text.contains("scripts/login.sh") && text.contains("••••••••"), "{text}");
    assert!(!text.contains(CREDENTIAL), "{text}");
    let rules = rule::built_in().expect("every built-in page loads");
    assert_eq!(new(&checked(&rules, &files, Some(&known))), [""; 0]);
}

#[test]
fn the_file_has_one_entry_on_each_line_and_is_read_again() {
    let known = baseline_of(&before_migration());
    let text = known.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"")).skip(1).collect();
    assert!(
        lines.iter().all(|line| line.contains("\"count\":") && line.contains("\"since\":\"2026-01-31\"")),
        "{text}"
    );
    assert_eq!(Baseline::parse("b", &text).expect("it was written a moment ago"), known);
    let object = "\"object\":\"CronJob web/send-invoices\"";
    assert!(
        text.contains(object) && !text.contains("\"line\":\"\"") && !text.contains("/containers/0"),
        "{text}"
    );
}

fn before_migration() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters/before-migration");
    let (mut files, mut folders) = (Files::new(), vec![folder.clone()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("the fixture is readable") {
            let path = entry.expect("the fixture is readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name =
                path.strip_prefix(&folder).expect("it was found there").to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read_to_string(path).expect("fixtures are texts"));
        }
    }
    files
}

fn checked(rules: &[rule::Rule], files: &Files, known: Option<&Baseline>) -> Report {
    let texts: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let config = Config::for_folder("/nowhere");
    let discovery = Discovery::of_texts(&texts);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    let verdict = rule::run(rules, &codebase);
    baseline::apply(Report::new(rules, codebase, verdict), known, &config)
}

fn baseline_of(files: &Files) -> Baseline {
    let rules = rule::built_in().expect("every built-in page loads");
    let named = Named::of(&Config::for_folder("/nowhere"));
    let report = checked(&rules, files, None);
    keep(&report, &Baseline::default(), &named, Change::Write, Some("2026-01-31")).baseline
}

/// What is new, as `rule path:line message`.
fn new(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    let findings =
        findings.map(|finding| format!("{} {} {}", finding.rule, place(report, finding), finding.message));
    findings.chain(report.problems.iter().map(|problem| problem.message.clone())).collect()
}

fn place(report: &Report, finding: &Finding) -> String {
    let source = report.sources.get(finding.span.file);
    format!("{}:{}", source.path(), source.line(finding.span.start))
}

/// The program in a folder: its exit status, and what it prints on both streams.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("k8factor").expect("the binary of this package");
    let output = command.current_dir(folder).args(arguments).output().expect("it can be started");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("it ends by itself"), String::from_utf8_lossy(&text).into_owned())
}

fn on_disk(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a new folder");
        fs::write(path, bytes).expect("a new file");
    }
    folder
}

const POD: &[u8] =
    b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: redis}\n";

#[test]
fn what_is_kept_no_longer_fails() {
    let files: &[(&str, &[u8])] =
        &[(".k8factor.yaml", b""), ("a.yaml", POD), ("broken.yaml", b"a: [\n"), ("latin.yaml", b"a: \xe9\n")];
    let folder = on_disk(files);
    let folder = folder.path();
    assert_eq!(run(folder, &["check"]).0, 1);
    let (status, said) = run(folder, &["baseline", "write", "--today", "2026-01-31"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.starts_with(".k8factor/baseline.json: ") && said.ends_with(" kept\n"), "{said}");
    let first = fs::read_to_string(folder.join(".k8factor/baseline.json")).expect("it was written");
    assert_eq!(
        fs::read_dir(folder.join(".k8factor")).expect("a folder").count(),
        1,
        "nothing is left beside it"
    );
    let (status, said) = run(folder, &["check"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("2 problems that the baseline knows"), "{said}");
    assert_eq!(run(folder, &["check", "--no-baseline"]).0, 1);
    assert_eq!(run(folder, &["check", "--format", "json", "a.yaml"]).0, 0);

    // What is mended is gone; what is new fails, and may be added.
    fs::write(folder.join("broken.yaml"), "a: []\n").expect("it can be written");
    let (status, said) = run(folder, &["check"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("1 entry of the baseline; k8factor baseline prune"), "{said}");
    assert!(!run(folder, &["check", "a.yaml"]).1.contains("gone"), "not all of it was looked at");
    fs::write(folder.join("b.yaml"), String::from_utf8_lossy(POD).replace("{name: a}", "{name: b}"))
        .expect("a file");
    assert_eq!(run(folder, &["check"]).0, 1);
    let (status, said) = run(folder, &["baseline", "prune"]);
    assert!(status == 0 && said.ends_with(" 0 added, 1 dropped\n"), "{said}");
    assert_eq!(run(folder, &["check"]).0, 1);
    let (status, said) = run(folder, &["baseline", "update", "--today", "2026-02-01", "a.yaml"]);
    assert!(status == 0 && said.ends_with(" 0 added, 0 dropped\n"), "{said}");
    assert_eq!(run(folder, &["check"]).0, 1);
    let (status, said) = run(folder, &["baseline", "update", "--today", "2026-02-01"]);
    assert!(status == 0 && !said.contains(" 0 added") && said.ends_with(" 0 dropped\n"), "{said}");
    assert_eq!(run(folder, &["check"]).0, 0);
    let second = fs::read_to_string(folder.join(".k8factor/baseline.json")).expect("it was written");
    let is_new = |line: &&str| line.contains("2026-02-01");
    assert!(second.lines().any(|line| is_new(&line)) && second.contains("2026-01-31"));
    let kept = second.lines().filter(|line| line.contains("\"a.yaml\""));
    assert!(
        kept.clone().count() > 0 && kept.clone().all(|line| first.contains(line.trim_end_matches(','))),
        "{second}"
    );
    let (status, said) = run(folder, &["baseline", "write"]);
    assert!(status == 0 && said.contains(" kept, in place of "), "{said}");
}

/// A run over some paths, and a waiver, leave the entries of everything else where they are.
#[test]
fn what_is_known_in_one_file_is_not_lent_to_another() {
    let folder = on_disk(&[(".k8factor.yaml", b""), ("a/pod.yaml", POD)]);
    let folder = folder.path();
    assert_eq!(run(folder, &["baseline", "write"]).0, 0);
    let known = || fs::read_to_string(folder.join(".k8factor/baseline.json")).expect("it was written");
    let first = known();
    fs::create_dir(folder.join("b")).expect("a new folder");
    fs::write(folder.join("b/pod.yaml"), POD).expect("a new file");
    assert_eq!(run(folder, &["check", "b"]).0, 1, "a copy is new");
    assert_eq!(run(folder, &["baseline", "prune", "b"]).0, 0);
    assert_eq!(known(), first);
    let accepted =
        String::from_utf8_lossy(POD).replace("  - {", "  # k8factor: allow(image-without-version) x\n  - {");
    fs::write(folder.join("a/pod.yaml"), accepted).expect("it can be written");
    let (status, said) = run(folder, &["check"]);
    assert!(status == 1 && said.contains("1 entry of the baseline"), "{said}");
    assert_eq!(run(folder, &["baseline", "prune"]).0, 0);
    assert!(!known().contains("image-without-version"), "{}", known());
    fs::rename(folder.join("a"), folder.join("c")).expect("it can be moved");
    fs::write(folder.join("c/pod.yaml"), POD).expect("it can be written");
    fs::write(folder.join(".k8factor/baseline.json"), first).expect("it can be written");
    fs::remove_dir_all(folder.join("b")).expect("it is there");
    assert_eq!(run(folder, &["check", "c"]).0, 0, "a folder that was renamed");
}

/// What is not looked for is not gone.
#[test]
fn a_rule_that_is_off_keeps_its_entries() {
    let folder = on_disk(&[(".k8factor.yaml", b""), ("a.yaml", POD)]);
    let folder = folder.path();
    assert_eq!(run(folder, &["baseline", "write"]).0, 0);
    for off in [
        "rules: {image-without-version: off}\n",
        "overrides: [{paths: /a.yaml, rules: {image-without-version: off}}]\n",
    ] {
        fs::write(folder.join(".k8factor.yaml"), off).expect("it can be written");
        let (status, said) = run(folder, &["check"]);
        assert!(status == 0 && !said.contains("of the baseline;"), "{said}");
        assert_eq!(run(folder, &["baseline", "prune"]).0, 0);
        fs::write(folder.join(".k8factor.yaml"), "").expect("it can be written");
        assert_eq!(run(folder, &["check"]).0, 0, "{off}");
    }
}

#[test]
fn a_baseline_elsewhere_is_found_by_its_name_and_never_judged() {
    let files: &[(&str, &[u8])] = &[(".k8factor.yaml", b"baseline: ci/known.json\n"), ("sub/a.yaml", POD)];
    let folder = on_disk(files);
    let folder = folder.path();
    let (status, said) = run(folder, &["check"]);
    assert!(status == 2 && said.contains(".k8factor.yaml:1:11: there is no file `ci/known.json`"), "{said}");
    let (status, said) = run(folder, &["baseline", "write"]);
    assert!(status == 0 && said.starts_with("ci/known.json: "), "{said}");
    assert_eq!(run(folder, &["check"]).0, 0);
    assert_eq!(run(&folder.join("sub"), &["check"]).0, 0, "the key is seen from the root");
    let files = |arguments: &[&str]| {
        let json: serde_json::Value = serde_json::from_str(&run(folder, arguments).1).expect("a report");
        json["summary"]["files"].clone()
    };
    assert_eq!(files(&["check", "--format", "json"]), files(&["check", "--format", "json", "--no-baseline"]));

    fs::copy(folder.join("ci/known.json"), folder.join("sub/another.json")).expect("it was written");
    let everything = run(folder, &["check", "--format", "concise", "--no-baseline"]).1;
    assert!(!everything.contains("another.json"), "{everything}");

    let (status, said) = run(&folder.join("sub"), &["check", "--baseline", "none.json"]);
    assert!(status == 2 && said.contains("--baseline none.json: there is no file `sub/none.json`"), "{said}");
    assert_eq!(run(folder, &["check", "--baseline", "a", "--no-baseline"]).0, 2);
    assert_eq!(run(folder, &["rules", "list"]).0, 0, "what needs no baseline does not ask for one");
    assert_eq!(run(folder, &["baseline", "prune", "--baseline", "none.json"]).0, 2);
    for (text, expected) in [
        ("{\"version\":1,\"entries\":[\n{\"rule\":1}]}", "ci/known.json:2:9: this is no baseline: "),
        ("{\"version\":7}", "ci/known.json: the baseline is of version 7; this k8factor knows version 1"),
    ] {
        fs::write(folder.join("ci/known.json"), text).expect("it can be written");
        let (status, said) = run(folder, &["check"]);
        assert!(status == 2 && said.contains(expected), "{said}");
    }
    for arguments in [&["baseline", "write", "--baseline", "sub/a.yaml"][..], &["baseline", "update"]] {
        let (status, said) = run(folder, arguments);
        assert!(status == 2 && said.contains("baseline"), "{arguments:?}: {said}");
    }
    assert_eq!(fs::read(folder.join("sub/a.yaml")).expect("it is there"), POD, "another file stays as it is");
    let (status, said) = run(folder, &["baseline", "write"]);
    assert_eq!(status, 0, "what is broken is replaced: {said}");
    assert_eq!(run(folder, &["check"]).0, 0);
}

#[test]
fn after_writing_every_codebase_passes() {
    let Some(corpora) = shared::folder("corpora", "baselines of public codebases") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    eprintln!("\nplaces codebase");
    for codebase in shared::codebases(&corpora) {
        let file = folder.path().join("baseline.json");
        let flags = |flags: Flags| {
            let flags = Flags { paths: vec![codebase.clone()], ..flags };
            flags.resolve(&codebase, None).expect("the codebase can be configured")
        };
        let check = |flags_: Flags| k8factor::check(&flags(flags_)).expect("the codebase can be checked");
        let plain = check(Flags { no_baseline: true, ..Flags::default() });
        let writes = Flags { baseline: Some(file.clone()), ..Flags::default() };
        let named = Named::of(&flags(writes));
        let known = keep(&plain, &Baseline::default(), &named, Change::Write, None).baseline;
        fs::write(&file, known.text()).expect("it can be written");
        let name = codebase.file_name().unwrap_or_default().to_string_lossy();
        let held = check(Flags { baseline: Some(file.clone()), ..Flags::default() });
        assert_eq!(new(&held), [""; 0], "{name}");
        assert!(held.passes(k8factor::finding::Severity::Info), "{name}");
        assert_eq!(held.gone_from_baseline, 0, "{name}");
        assert_eq!(held.baselined, plain.findings, "{name}");
        assert_eq!(held.baselined_problems, plain.problems, "{name}");
        let again = check(Flags { no_baseline: true, ..Flags::default() });
        assert_eq!((&again.findings, &again.problems), (&plain.findings, &plain.problems), "{name}");
        eprintln!("{:6} {name}", known.len());
    }
}
