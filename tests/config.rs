//! `.k8factor.yaml` as a user meets it: what each key does, and what each mistake says.

use assert_cmd::Command;
use k8factor::config::Flags;
use k8factor::error::Error;
use k8factor::report::Report;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CONFIG: &str = ".k8factor.yaml";

/// A repository with these files.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::create_dir(folder.path().join(".git")).expect("a new folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    folder
}

fn report(folder: &Path) -> Result<Report, Error> {
    k8factor::check(&Flags::default().resolve(folder, None)?)
}

/// `rule path severity` of every finding, with the configuration and these files.
fn findings(config: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files.iter().copied().chain([(CONFIG, config)]).collect();
    let folder = repository(&files);
    let report = report(folder.path()).unwrap_or_else(|error| panic!("{error}\n{config}"));
    let line = |finding: &k8factor::finding::Finding| {
        let path = report.sources.get(finding.span.file).path();
        format!("{} {path} {}", finding.rule, finding.severity.as_str())
    };
    report.findings.iter().map(line).collect()
}

/// Those of one rule.
fn of(rule: &str, config: &str, files: &[(&str, &str)]) -> Vec<String> {
    let all = findings(config, files).into_iter();
    all.filter_map(|line| Some(line.strip_prefix(rule)?.strip_prefix(' ')?.to_owned())).collect()
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  containers:\n  \
                   - {name: a, image: registry.example.com/web}\n";
const FLOATING: &str = "image-without-version";

#[test]
fn a_rule_is_off_or_has_another_severity() {
    let files = [("a.yaml", POD)];
    let cases: [(&str, &[&str]); 6] = [
        ("", &["a.yaml error"]),
        ("rules: {image-without-version: off}\n", &[]),
        ("rules: {image-without-version: false}\n", &[]),
        ("rules: {image-without-version: {severity: off}}\n", &[]),
        ("rules: {image-without-version: info}\n", &["a.yaml info"]),
        ("rules: {image-without-version: {severity: warning}}\n", &["a.yaml warning"]),
    ];
    for (config, expected) in cases {
        assert_eq!(of(FLOATING, config, &files), expected, "{config}");
    }
}

/// An example is one step weaker than the user says.
#[test]
fn zones_weaken_what_the_user_sets() {
    let config = "rules: {image-without-version: warning}\n";
    let files = [("a.yaml", POD), ("examples/a.yaml", POD)];
    let mut found = of(FLOATING, config, &files);
    found.sort();
    assert_eq!(found, ["a.yaml warning", "examples/a.yaml info"]);
}

#[test]
fn parameters_are_laid_over_those_of_the_page() {
    let other = POD.replace("/web", "/tools/a");
    let files = [("a.yaml", POD), ("b.yaml", &other)];
    let both = ["a.yaml error", "b.yaml error"];
    let cases: [(&str, &[&str]); 4] = [
        ("", &both),
        ("rules: {image-without-version: {with: {}}}\n", &both),
        ("rules: {image-without-version: {with: {except: ['registry.example.com/tools/*']}}}\n", &both[..1]),
        ("rules: {image-without-version: {with: {except: ['registry.example.com/web']}}}\n", &both[1..]),
    ];
    for (config, expected) in cases {
        assert_eq!(of(FLOATING, config, &files), expected, "{config}");
    }
}

#[test]
fn the_last_override_of_a_path_wins() {
    let files = [("a.yaml", POD), ("legacy/b.yaml", POD), ("legacy/shop/c.yaml", POD)];
    let config = "\
rules:
  image-without-version: {severity: info, with: {except: ['registry.example.com/none']}}
overrides:
- paths: [/legacy/]
  rules: {image-without-version: off}
- paths: /legacy/shop/
  rules: {image-without-version: warning}
- paths: ['*.bak']
  rules: {image-without-version: {with: {floating-tags: [x]}}}
";
    assert_eq!(of(FLOATING, config, &files), ["legacy/shop/c.yaml warning", "a.yaml info"]);

    let parameters = "\
overrides:
- paths: ['legacy/', '!legacy/shop/']
  rules: {image-without-version: {with: {except: ['registry.example.com/*']}}}
";
    assert_eq!(of(FLOATING, parameters, &files), ["a.yaml error", "legacy/shop/c.yaml error"]);

    let only_there = "\
rules: {image-without-version: off}
overrides: [{paths: /legacy/shop/, rules: {image-without-version: error}}]
";
    assert_eq!(of(FLOATING, only_there, &files), ["legacy/shop/c.yaml error"]);
}

/// Every rule is off, so nothing is assessed.
#[test]
fn what_is_off_everywhere_assesses_nothing() {
    let rules = k8factor::rule::built_in().expect("they load");
    let off: Vec<_> = rules.iter().map(|rule| format!("{}: off", rule.id)).collect();
    let folder = repository(&[("a.yaml", POD), (CONFIG, &format!("rules: {{{}}}\n", off.join(", ")))]);
    let report = report(folder.path()).expect("nothing is wrong");
    assert!(report.findings.is_empty() && report.assessed.is_empty(), "{:?}", report.assessed);
}

/// One credential in three files is one finding. Where its rule is off, it is not told, and never shown.
#[test]
fn places_that_are_off_are_dropped_from_a_finding() {
    let secret = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: b}}\nspec:\n  containers:\n  - name: a\n    \
             image: registry.example.com/a:1.2.3\n    env:\n    - {{name: DB_PASSWORD, value: {CREDENTIAL}}}\n"
        )
    };
    let texts = ["a", "b", "c"].map(secret);
    let files = [("a.yaml", &*texts[0]), ("b.yaml", &*texts[1]), ("c.yaml", &*texts[2])];
    let rule = "credential-literal";
    assert_eq!(of(rule, "", &files), ["a.yaml error"]);
    let config = "overrides: [{paths: [a.yaml, c.yaml], rules: {credential-literal: off}}]\n";
    assert_eq!(of(rule, config, &files), ["b.yaml error"]);
    let stronger = "overrides: [{paths: b.yaml, rules: {credential-literal: info}}]\n";
    assert_eq!(of(rule, stronger, &files), ["a.yaml error"]);

    let off = "rules: {credential-literal: off, plaintext-secret: off}\n";
    let folder = repository(&[files[0], (CONFIG, off)]);
    let report = report(folder.path()).expect("nothing is wrong");
    assert!(report.findings.iter().all(|finding| finding.rule.as_str() != rule));
    let mut page = Vec::new();
    k8factor::report::human::write(&report, &k8factor::report::human::Options::default(), &mut page)
        .expect("a Vec takes everything");
    let page = String::from_utf8(page).expect("reports are text");
    assert!(!page.contains(CREDENTIAL), "{page}");
}

const CREDENTIAL: &str = "uJ4kq9ZtW2xR7mVb";

#[test]
fn environments_are_what_the_user_says() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags, namespace: a}\n";
    let files = [
        ("clusters/osaka/web.yaml", service),
        ("clusters/osaka/flags.yaml", map),
        ("clusters/lab/web.yaml", service),
    ];
    let rule = "object-in-one-environment-only";
    assert!(of(rule, "", &files).is_empty(), "nobody can tell that these are environments");
    let declared = "environments: {production: /clusters/osaka/, staging: [/clusters/lab/]}\n";
    assert_eq!(of(rule, declared, &files).len(), 1, "{:?}", findings(declared, &files));

    let guessed = [
        ("overlays/prod/web.yaml", service),
        ("overlays/prod/flags.yaml", map),
        ("overlays/staging/web.yaml", service),
    ];
    assert_eq!(of(rule, "", &guessed).len(), 1);
    assert!(of(rule, "environments: {production: [/overlays/]}\n", &guessed).is_empty());
}

#[test]
fn builds_are_listed_with_the_environment_that_the_user_names() {
    let pod = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let folder = repository(&[
        ("deploy/osaka/kustomization.yaml", "resources: [a.yaml]\n"),
        ("deploy/osaka/a.yaml", pod),
        (CONFIG, "environments: {customers: /deploy/osaka/}\n"),
    ]);
    let output = k8factor(folder.path(), &["render", "--list"]);
    assert!(output.1.contains("customers"), "{}", output.1);
}

#[test]
fn clusters_are_known_when_the_user_declares_them() {
    let script = "#!/bin/sh\ncurl https://api.gandalf-7.example.com/healthz\n";
    let files = [("check.sh", script)];
    let rule = "hard-coded-cluster-name";
    assert!(of(rule, "", &files).is_empty());
    for config in [
        "clusters: [gandalf-7.example.com]\n",
        "clusters: [{name: gandalf-7}]\n",
        "clusters: [{name: tokyo.example.com, aliases: [gandalf-7.example.com]}]\n",
    ] {
        assert_eq!(of(rule, config, &files).len(), 1, "{config}");
    }
    let spec =
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: gandalf-7, version: '1.30'}\n";
    let declared = [("check.sh", script), ("cluster.yaml", spec)];
    assert_eq!(of(rule, "", &declared).len(), 1);
    assert!(of(rule, "not-clusters: [gandalf-7]\n", &declared).is_empty());
}

#[test]
fn the_configuration_is_found_upward_and_its_paths_begin_there() {
    let config = "exclude: [/a.yaml]\nrules: {image-without-version: warning}\n\
                  overrides: [{paths: /sub/off/, rules: {image-without-version: off}}]\n";
    let folder = repository(&[
        ("a.yaml", POD),
        ("team/.k8factor.yaml", config),
        ("team/a.yaml", POD),
        ("team/sub/a.yaml", POD),
        ("team/sub/off/a.yaml", POD),
    ]);
    for (current, typed) in
        [("team/sub", vec![]), ("team", vec!["sub".into()]), ("", vec!["team/sub".into()])]
    {
        let flags = Flags { paths: typed, ..Flags::default() };
        let config = flags.resolve(&folder.path().join(current), None).expect("all of it exists");
        let report = k8factor::check(&config).expect("nothing is wrong");
        let found = report.findings.iter().filter(|finding| finding.rule.as_str() == FLOATING);
        let found: Vec<_> = found
            .map(|finding| (report.sources.get(finding.span.file).path(), finding.severity.as_str()))
            .collect();
        assert_eq!(found, [("sub/a.yaml", "warning")], "{current}");
    }
}

#[test]
fn flags_win_over_the_file_and_the_file_over_defaults() {
    let map = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  containers:\n  \
               - {name: a, image: registry.example.com/web}\n";
    let folder = repository(&[("a.yaml", map)]);
    let off = "rules: {image-without-version: warning}\n";
    let status = |config: &str, arguments: &[&str]| {
        fs::write(folder.path().join(CONFIG), config).expect("the folder is ours");
        k8factor(folder.path(), arguments).0
    };
    assert_eq!(status("", &["check", "a.yaml"]), 1);
    assert_eq!(status(off, &["check", "a.yaml"]), 0);
    assert_eq!(status(&format!("{off}fail-on: warning\n"), &["check", "a.yaml"]), 1);
    assert_eq!(status(&format!("{off}fail-on: warning\n"), &["check", "a.yaml", "--fail-on", "error"]), 0);
}

/// The mistakes that only a run finds are told as those that the reader finds.
#[test]
fn every_mistake_shows_its_place_and_ends_with_status_2() {
    const CASES: [(&str, &str); 24] = [
        ("fail_on: error\n", "1:1: `fail_on` is unknown (known: baseline, exclude, fail-on, "),
        (
            "rules:\n  live-status: {severty: off}\n",
            "2:17: `severty` is unknown (known: severity, with). Did you mean",
        ),
        ("rules: live-status\n", "1:8: a mapping from names of rules to severities is needed here"),
        ("rules:\n  live-stauts: off\n", "2:3: there is no rule `live-stauts`. Did you mean `live-status`?"),
        ("rules:\n  live-status: of\n", "2:16: `of` is no severity"),
        ("overrides:\n- paths: ['a{']\n  rules: {live-status: off}\n", "2:11: `a{` is no pattern: "),
        ("overrides:\n- paths: [a]\n  rules: {live-stat: off}\n", "3:11: there is no rule `live-stat`"),
        ("overrides:\n- rules: {live-status: off}\n", "2:3: missing field `paths`"),
        ("exclude: ['a{b']\n", "1:11: `a{b` is no pattern: "),
        ("exclude: {a: b}\n", "1:10: a list is needed here, and this is a mapping"),
        ("waivers:\n- rule: live-stauts\n  reason: x\n", "2:9: there is no rule `live-stauts`"),
        (
            "waivers:\n- rule: [live-status, live-stauts]\n  reason: x\n",
            "2:23: there is no rule `live-stauts`",
        ),
        (
            "waivers:\n- rule: live-status\n  until: 31.3.2027\n",
            "3:10: `31.3.2027` is no day of the calendar",
        ),
        ("waivers:\n- rule: live-status\n  paht: a\n", "3:3: `paht` is unknown"),
        ("fail-on: info\nfail-on: error\n", "2:1: `fail-on` is already on line 1"),
        ("fail-on: info\n---\nexclude: []\n", "3:1: a second document is never read"),
        ("protect-from-label: a b\n", "1:21: `a b` is no label key"),
        ("environments: {prod: [1, [2]]}\n", "1:26: a pattern as in `.gitignore` is needed here"),
        (
            "clusters: [{alias: a}]\n",
            "1:13: `alias` is unknown (known: name, aliases). Did you mean `aliases`?",
        ),
        (
            "rules:\n  image-without-version:\n    with:\n      exept: []\n",
            "4:7: `exept` is unknown (known: floating-tags, except). Did you mean `except`?",
        ),
        ("rules:\n  image-without-version: {with: {except: a}}\n", "2:42: a list is needed here"),
        (
            "overrides:\n- paths: a\n  rules: {image-without-version: {with: {excep: []}}}\n",
            "3:42: `excep` is unknown",
        ),
        ("rules:\n  server-populated-metadata: {with: {a: b}}\n", "2:37: this rule has no parameters"),
        ("exclude: [\n", ""),
    ];
    for (config, expected) in CASES {
        let folder = repository(&[("a.yaml", POD), (CONFIG, config)]);
        let (status, output) = k8factor(folder.path(), &["check"]);
        assert_eq!(status, 2, "{config}{output}");
        assert!(output.starts_with(&format!("error: {CONFIG}:{expected}")), "{config:?} gives {output}");
    }
}

#[test]
fn rules_of_ones_own_are_set_as_well() {
    let page = "---\nsummary: s\nseverity: error\nconfidence: high\nhelp: h\nkinds: [Pod]\nfails: 'true'\nmessage: m\n---\n";
    let files = [("a.yaml", POD), (".k8factor/rules/1-codebase/our-rule.md", page)];
    assert_eq!(of("our-rule", "", &files), ["a.yaml error"]);
    assert_eq!(of("our-rule", "rules: {our-rule: info}\n", &files), ["a.yaml info"]);
    assert!(of("our-rule", "rules: {our-rule: off}\n", &files).is_empty());
}

/// A repository in which `init` finds something of everything.
const FOUND: [(&str, &str); 6] = [
    ("overlays/prod/kustomization.yaml", "resources: [a.yaml]\n"),
    ("overlays/prod/a.yaml", POD),
    ("overlays/staging/kustomization.yaml", "resources: [a.yaml]\n"),
    ("overlays/staging/a.yaml", POD),
    (
        "cluster.yaml",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: gandalf-7, version: '1.30'}\n",
    ),
    ("vendor/web/a.yaml", POD),
];

#[test]
fn init_writes_what_changes_nothing() {
    for files in [&FOUND[..], &[("a.yaml", POD)], &[]] {
        let folder = repository(files);
        let before = k8factor(folder.path(), &["check"]);
        let sub = if files.len() > 1 { "overlays" } else { "." };
        let (status, said) = k8factor(&folder.path().join(sub), &["init"]);
        assert_eq!(status, 0, "{said}");
        for word in ["wrote ", "k8factor check", "k8factor baseline write", "pre-commit"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        let text = fs::read_to_string(folder.path().join(CONFIG)).expect("it was written");
        valid(&text);
        let after = k8factor(folder.path(), &["check"]);
        if !files.is_empty() {
            assert_eq!(findings_of(&before.1), findings_of(&after.1));
            assert_eq!(before.0, after.0);
        }
        let again = k8factor(folder.path(), &["init"]);
        assert!(again.0 == 2 && again.1.contains("it is there already"), "{}", again.1);
        assert_eq!(fs::read_to_string(folder.path().join(CONFIG)).expect("it was written"), text);
    }
}

/// The report without how much was read: one file more.
fn findings_of(report: &str) -> Vec<&str> {
    report.lines().filter(|line| !line.starts_with("   read")).collect()
}

/// What is switched off in the file is an example that works, for every key.
#[test]
fn everything_that_init_writes_can_be_switched_on() {
    for files in [&FOUND[..], &[("a.yaml", POD)]] {
        let folder = repository(files);
        assert_eq!(k8factor(folder.path(), &["init", "."]).0, 0);
        let path = folder.path().join(CONFIG);
        let text = fs::read_to_string(&path).expect("it was written");
        let switched_on: Vec<_> = text.lines().map(switched_on).collect();
        let switched_on = switched_on.join("\n") + "\n";
        valid(&switched_on);
        fs::write(&path, &switched_on).expect("the folder is ours");
        assert_eq!(k8factor(folder.path(), &["baseline", "write"]).0, 0);
        report(folder.path()).unwrap_or_else(|error| panic!("{error}\n{switched_on}"));
        let schema = schema();
        let keys = schema["properties"].as_object().expect("a mapping").keys();
        for key in keys {
            let line = format!("\n{key}:");
            assert!(switched_on.contains(&line), "`{key}` is not shown:\n{switched_on}");
        }
        if files.len() > 1 {
            for found in ["\"/overlays/prod/\"", "\"/overlays/staging/\"", "gandalf-7", "\"/vendor/\""] {
                assert!(text.contains(found), "{found}:\n{text}");
            }
        }
    }
}

fn switched_on(line: &str) -> &str {
    match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && (!rest.starts_with(' ') || rest.starts_with("  ")) => rest,
        _ => line,
    }
}

fn schema() -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.schema.json");
    let text = fs::read_to_string(path).expect("the schema exists");
    serde_json::from_str(&text).expect("it is JSON")
}

fn valid(text: &str) {
    let value: serde_json::Value = serde_yaml::from_str(text).expect("it is YAML");
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
}

/// The exit status, and all that is said.
fn k8factor(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("k8factor").expect("it is built");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    (output.status.code().expect("it ends"), said.into_owned())
}
