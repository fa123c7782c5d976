//! Naming a path narrows what is reported, not what is known.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\n";

/// A repository whose parts need each other.
const REPOSITORY: &[(&str, &str)] = &[
    (".git/HEAD", ""),
    (".gitignore", "generated/\n"),
    ("base/account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n"),
    ("base/job.yaml", JOB),
    ("broken/b.yaml", "a: [\nb: }\n"),
    ("generated/g.yaml", JOB),
    ("notes/read.me", "text\n"),
    (
        "prod/lost.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {serviceAccountName: nobody}\n",
    ),
    ("prod/web.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {serviceAccountName: web}\n"),
];

const LOST: &str = "prod/lost.yaml dangling-reference";
const IGNORED: &str = "generated/g.yaml job-without-protection-label";
const UNLABELLED: &str = "base/job.yaml job-without-protection-label";

#[test]
fn named_paths_narrow_the_report() {
    // Folder, arguments, exit status, files, other files, findings, problems.
    type Case = (&'static str, &'static [&'static str], i32, u64, u64, &'static [&'static str], usize);
    let cases: [Case; 11] = [
        ("", &[], 1, 5, 2, &[LOST, UNLABELLED], 1),
        ("", &["prod"], 0, 2, 0, &[LOST], 0),
        ("prod", &[], 0, 2, 0, &[LOST], 0),
        ("prod", &["."], 0, 2, 0, &[LOST], 0),
        ("prod", &["web.yaml"], 0, 1, 0, &[], 0),
        ("base", &["../prod/lost.yaml", "../prod/web.yaml"], 0, 2, 0, &[LOST], 0),
        ("", &["base", "prod/web.yaml"], 1, 3, 0, &[UNLABELLED], 0),
        ("", &["broken"], 1, 1, 0, &[], 1),
        ("", &["generated"], 1, 1, 0, &[IGNORED], 0),
        ("", &["generated/g.yaml"], 1, 1, 0, &[IGNORED], 0),
        ("", &["notes"], 3, 0, 1, &[], 0),
    ];
    let codebase = codebase(REPOSITORY);
    for (folder, arguments, exit, files, others, findings, problems) in cases {
        let run = check(&codebase.path().join(folder), arguments, "");
        let summary = &run.report["summary"];
        assert_eq!(run.exit, exit, "{arguments:?}: {}", run.report);
        assert_eq!(summary["files"], files, "{arguments:?}");
        assert_eq!(summary["other_files"], others, "{arguments:?}");
        assert_eq!(run.findings(), findings, "{arguments:?}");
        assert_eq!(run.report["problems"].as_array().map(Vec::len), Some(problems), "{arguments:?}");
        let counted = summary["factors"].as_array().expect("a table").iter();
        let counted: u64 = counted
            .flat_map(|f| ["error", "warning", "info"].map(|key| f[key].as_u64().expect("a number")))
            .sum();
        assert_eq!(counted, findings.len() as u64, "the table counts what is reported: {arguments:?}");
    }
    let nothing = check(codebase.path(), &["notes"], "");
    assert!(
        nothing.stderr.contains("nothing to check in") && nothing.stderr.contains("notes"),
        "{}",
        nothing.stderr
    );
}

/// The text replaces the file for everybody who refers to it.
#[test]
fn standard_input_is_known_to_the_rest() {
    let codebase = codebase(REPOSITORY);
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: nobody}\n";
    let cases: [(&[&str], &str, u64, &[&str]); 3] = [
        (&["-", "--stdin-path", "base/account.yaml"], account, 1, &[]),
        (
            &["-", "prod", "--stdin-path", "base/account.yaml"],
            account,
            3,
            &["prod/web.yaml dangling-reference"],
        ),
        (&["-", "--stdin-path", "prod/new.yaml"], JOB, 1, &["prod/new.yaml job-without-protection-label"]),
    ];
    for (arguments, text, files, findings) in cases {
        let run = check(codebase.path(), arguments, text);
        assert_eq!(run.report["summary"]["files"], files, "{arguments:?}");
        assert_eq!(run.findings(), findings, "{arguments:?}");
    }
}

/// What stands in no file can be in no list of a kustomization; a file that nobody listed is forgotten as before.
#[test]
fn standard_input_that_is_no_file_is_judged_like_any() {
    let overlay = ("prod/kustomization.yaml", "resources: [web.yaml]\n");
    let codebase = codebase(&[REPOSITORY, &[overlay, ("prod/old.yaml", JOB)]].concat());
    for (path, severity) in [("prod/built.yaml", "error"), ("prod/old.yaml", "info")] {
        let run = check(codebase.path(), &["-", "--stdin-path", path], JOB);
        assert_eq!(run.report["findings"][0]["severity"], severity, "{path}");
    }
}

/// Without `.git` and `.k8factor.yaml` nobody knows where a codebase ends, so nothing is walked that was not given.
#[test]
fn without_a_project_only_the_given_is_read() {
    let loose: Vec<_> =
        REPOSITORY.iter().map(|(path, text)| (path.trim_start_matches(".git/"), *text)).collect();
    let codebase = codebase(&loose);
    let alone = check(codebase.path(), &["prod/lost.yaml", "base/job.yaml"], "");
    assert_eq!(alone.findings(), [UNLABELLED]);
    let held_back = &alone.report["held_back"];
    assert_eq!(held_back[0]["rule"], "dangling-reference");
    assert_eq!(held_back[0].get("unread"), None, "it is whatever lies beside");
    let folder = check(codebase.path(), &["prod"], "");
    assert_eq!(folder.findings(), ["lost.yaml dangling-reference", "web.yaml dangling-reference"]);
    let configured = codebase.path().join(".k8factor.yaml");
    fs::write(configured, "").expect("a new file");
    assert_eq!(check(codebase.path(), &["prod"], "").findings(), [LOST]);
}

#[test]
fn paths_in_two_repositories_are_read() {
    let both: Vec<_> = ["one", "two"].iter().flat_map(|name| below(name)).collect();
    let both: Vec<_> = both.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let codebase = codebase(&both);
    let run = check(&codebase.path().join("one"), &["base/job.yaml", "../two/base"], "");
    let expected = ["one", "two"].map(|name| format!("{name}/{UNLABELLED}"));
    assert_eq!((run.findings(), run.report["summary"]["files"].as_u64()), (expected.to_vec(), Some(3)));
}

fn below(folder: &str) -> Vec<(String, &'static str)> {
    REPOSITORY.iter().map(|(path, text)| (format!("{folder}/{path}"), *text)).collect()
}

/// Every file alone says what the whole says about it.
#[test]
fn the_parts_add_up_to_the_whole() {
    let codebase = codebase(REPOSITORY);
    let whole = check(codebase.path(), &["--no-ignore"], "").report;
    let paths = REPOSITORY.iter().map(|(path, _)| *path).filter(|path| path.contains(".yaml"));
    let mut findings = Vec::new();
    for path in paths {
        let part = check(codebase.path(), &["--no-ignore", path], "").report;
        findings.extend(part["findings"].as_array().expect("a list").clone());
    }
    let key = |finding: &Value| finding["fingerprint"].to_string();
    let mut expected = whole["findings"].as_array().expect("a list").clone();
    expected.sort_by_key(key);
    findings.sort_by_key(key);
    assert_eq!(findings, expected);
}

/// What is left out on purpose is there all the same; what git ignores is there on one machine.
#[test]
fn a_path_into_what_is_left_out_leads_somewhere() {
    let codebase = codebase(&[
        (".gitignore", "rendered\n"),
        (".k8factor.yaml", "exclude: [vendor]\n"),
        (".k8factorignore", "old.yaml\n"),
        ("k/kustomization.yaml", "resources: [../vendor/a, old.yaml, ../rendered]\n"),
        ("k/old.yaml", JOB),
        ("rendered/kustomization.yaml", ""),
        ("vendor/a/kustomization.yaml", ""),
    ]);
    let run = check(codebase.path(), &[], "");
    let findings = run.report["findings"].as_array().expect("a list");
    let messages: Vec<_> = findings.iter().filter_map(|finding| finding["message"].as_str()).collect();
    assert!(matches!(messages[..], [message] if message.starts_with("`../rendered`")), "{messages:?}");
}

const SCHEDULE: &str = "\
apiVersion: velero.io/v1
kind: Schedule
metadata: {name: nightly, namespace: velero}
spec: {template: {includedNamespaces: [web]}}
";

/// Files that are equally wrong: one finding over the whole, and one at each of them.
#[test]
fn every_file_of_a_group_hears_of_its_finding() {
    let token = "export X=ghp_k8factorMadeThisTokenUpForItsPage2026\n".to_owned();
    let claim = |name: &str| {
        format!("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}, namespace: shop}}\n")
    };
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{serviceAccountName: nobody}}\n"
        )
    };
    let application = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n\
             spec: {{destination: {{name: tokyo-1}}}}\n"
        )
    };
    let job = |name: &str| JOB.replace("migrate", name);
    let cases: [(&str, Vec<String>, &str); 7] = [
        ("job-without-protection-label", ["a", "b", "c"].map(job).to_vec(), ""),
        // More than one finding shows.
        ("dangling-reference", (10..40).map(|number| pod(&format!("p{number}"))).collect(), ""),
        ("no-backup", (10..40).map(|number| claim(&format!("c{number}"))).collect(), ""),
        ("namespace-not-backed-up", ["a", "b", "c"].map(claim).to_vec(), SCHEDULE),
        ("delivery-selects-cluster-by-name", ["a", "b"].map(application).to_vec(), ""),
        ("cluster-without-spec", ["a", "b"].map(application).to_vec(), ""),
        ("credential-literal", vec![token.clone(), token], ""),
    ];
    for (rule, texts, beside) in cases {
        let ending = if rule == "credential-literal" { "sh" } else { "yaml" };
        let paths: Vec<_> = (10..10 + texts.len()).map(|number| format!("x/{number}.{ending}")).collect();
        let mut files = vec![(".git/HEAD", ""), ("beside.yaml", beside), ("clean.yaml", "a: b\n")];
        files.extend(paths.iter().map(String::as_str).zip(texts.iter().map(String::as_str)));
        let codebase = codebase(&files);
        let of_rule = |run: Run| run.findings().into_iter().filter(|found| found.ends_with(rule)).collect();
        let whole: Vec<String> = of_rule(check(codebase.path(), &[], ""));
        assert_eq!(whole.len(), 1, "{rule}: one finding for all: {whole:?}");
        for path in &paths {
            let part: Vec<String> = of_rule(check(codebase.path(), &[path], ""));
            assert_eq!(part, [format!("{path} {rule}")]);
        }
        let clean: Vec<String> = of_rule(check(codebase.path(), &["clean.yaml"], ""));
        assert_eq!(clean, [""; 0], "{rule}");
    }
}

#[test]
fn a_finding_that_is_told_elsewhere_says_so() {
    let texts = ["a", "b", "c"].map(|name| JOB.replace("migrate", name));
    let codebase =
        codebase(&[(".git/HEAD", ""), ("a.yaml", &texts[0]), ("b.yaml", &texts[1]), ("c.yaml", &texts[2])]);
    let report = check(codebase.path(), &["c.yaml", "b.yaml"], "").report;
    let finding = &report["findings"][0];
    let message = finding["message"].as_str().expect("a message");
    assert!(message.starts_with("Job `b` and 2 more jobs here may run twice"), "{message}");
    assert_eq!(finding["location"]["path"], "b.yaml");
    assert_eq!(finding["object"]["name"], "b");
    let related: Vec<_> = finding["related"].as_array().expect("a list").iter().collect();
    let related: Vec<_> =
        related.iter().map(|place| (place["location"]["path"].as_str(), place["message"].as_str())).collect();
    assert_eq!(
        related,
        [
            (Some("a.yaml"), Some("the first of these places")),
            (Some("c.yaml"), Some("Job `c` does not say either")),
        ]
    );
}

#[test]
fn what_is_held_back_for_a_group_is_told_at_each_of_its_files() {
    let texts = ["a", "b"].map(|name| JOB.replace("migrate", name));
    let broken = "metadata: {labels: {k8factor/protect-from: [}\n";
    let codebase =
        codebase(&[(".git/HEAD", ""), ("a.yaml", &texts[0]), ("b.yaml", &texts[1]), ("broken.yaml", broken)]);
    for path in ["a.yaml", "b.yaml"] {
        let run = check(codebase.path(), &[path], "");
        assert_eq!(run.findings(), [""; 0], "{path}");
        assert_eq!(run.report["held_back"][0]["rule"], "job-without-protection-label", "{path}");
    }
}

const FAILING_RULE: &str = "\
---
summary: A config map says no
severity: error
confidence: high
help: Say yes.
kinds: ConfigMap
fails: self.data.answer == \"no\"
message: it says no
---

# A config map says no

## Why

It matters.

## Bad

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a # finding
data: {answer: \"no\"}
```

## Good

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data: {answer: \"yes\"}
```
";

/// The same trouble is told once over the whole, and at each file that was asked about.
#[test]
fn a_rule_that_fails_at_a_named_file_is_not_silent() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let codebase = codebase(&[
        (".git/HEAD", ""),
        (".k8factor/rules/1-codebase/map-says-no.md", FAILING_RULE),
        ("a.yaml", map),
        ("b.yaml", map),
    ]);
    for (arguments, place) in [(&[][..], "a.yaml"), (&["a.yaml"], "a.yaml"), (&["b.yaml"], "b.yaml")] {
        let run = check(codebase.path(), arguments, "");
        let problems = run.report["problems"].as_array().expect("a list");
        let [problem] = &problems[..] else { panic!("{arguments:?}: {}", run.report) };
        assert!(problem.to_string().contains("map-says-no"), "{problem}");
        assert!(problem.to_string().contains(place), "{arguments:?}: {problem}");
        assert_eq!(run.exit, 1);
    }
}

/// A hook names every file of a commit; what the team leaves out stays left out.
#[test]
fn a_name_overrides_what_git_ignores_and_nothing_else() {
    let codebase = codebase(&[
        (".git/HEAD", ""),
        (".gitignore", "rendered/\n"),
        (".k8factor.yaml", "exclude: [vendor/]\n"),
        (".k8factorignore", "old/\n!old/\n"),
        ("sub/.k8factorignore", "*.gen.yaml\n"),
        ("a.yaml", JOB),
        ("old/a.yaml", JOB),
        ("rendered/a.yaml", JOB),
        ("sub/deep/a.gen.yaml", JOB),
        ("vendor/deep/a.yaml", JOB),
    ]);
    // Arguments, exit status, files.
    let cases: [(&[&str], i32, u64); 12] = [
        (&["a.yaml"], 1, 1),
        (&["old/a.yaml"], 1, 1),
        (&["rendered/a.yaml"], 1, 1),
        (&["rendered"], 1, 1),
        (&["vendor/deep/a.yaml"], 3, 0),
        (&["vendor/deep"], 3, 0),
        (&["vendor"], 3, 0),
        (&["vendor/deep/a.yaml", "--no-ignore"], 3, 0),
        (&["sub/deep/a.gen.yaml"], 3, 0),
        (&["sub/deep/a.gen.yaml", "--no-ignore"], 1, 1),
        (&["vendor/deep/a.yaml", "a.yaml", "sub/deep/a.gen.yaml"], 1, 1),
        (&["-", "--stdin-path", "vendor/new.yaml"], 3, 0),
    ];
    for (arguments, exit, files) in cases {
        let run = check(codebase.path(), arguments, JOB);
        assert_eq!((run.exit, run.report["summary"]["files"].as_u64()), (exit, Some(files)), "{arguments:?}");
        let is_explained = run.stderr.contains("`exclude` in `.k8factor.yaml` or a `.k8factorignore`");
        assert_eq!(is_explained, exit == 3, "{arguments:?}: {}", run.stderr);
    }
}

/// An ignore file on the way to several named paths is read once.
#[test]
fn a_broken_ignore_file_is_one_problem() {
    let codebase = codebase(&[(".git/HEAD", ""), ("s/.k8factorignore", "{a\n"), ("s/d/a.yaml", JOB)]);
    let run = check(codebase.path(), &["s", "s/d", "s/d/a.yaml"], "");
    assert_eq!(run.report["problems"].as_array().map(Vec::len), Some(1), "{}", run.report);
}

struct Run {
    exit: i32,
    report: Value,
    stderr: String,
}

impl Run {
    /// Path and rule of each finding.
    fn findings(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings = self.report["findings"].as_array().expect("a list").iter();
        findings.map(|f| format!("{} {}", text(&f["location"]["path"]), text(&f["rule"]))).collect()
    }
}

fn check(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8factor"));
    command.args(["check", "--format", "json"]).args(arguments).current_dir(folder);
    let output =
        command.timeout(Duration::from_secs(60)).write_stdin(input).output().expect("the program ends");
    let stderr = String::from_utf8(output.stderr).expect("words are UTF-8");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    Run { exit: output.status.code().expect("no signal ended it"), report, stderr }
}

fn codebase(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    folder
}
