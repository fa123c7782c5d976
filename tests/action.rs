//! The steps of `action.yml` run as GitHub runs them, with programs that write down what they are given, and with k8factor.
#![cfg(unix)]

mod common;

use common::shared::left_out;
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

type Inputs<'a> = &'a [(&'a str, &'a str)];

#[test]
fn inputs_reach_scripts_as_variables_only() {
    let action = action();
    let inputs: BTreeSet<_> =
        mapping(&action["inputs"]).into_keys().map(|name| format!("${{{{ inputs.{name} }}}}")).collect();
    let mut used = BTreeSet::new();
    for step in action["runs"]["steps"].as_sequence().expect("steps") {
        let script = step["run"].as_str().expect("every step is a script");
        assert!(!script.contains("${{"), "a script is never put together from inputs:\n{script}");
        assert_eq!(step["shell"], "bash", "a composite action names the shell of each step");
        let values = mapping(&step["env"]).into_values();
        used.extend(values.filter(|value| value.contains("inputs.")));
    }
    assert_eq!(used, inputs, "every input is a variable of some step");
}

#[test]
fn a_release_is_installed_apart_from_everything_else() {
    let Some(bash) = bash("a_release_is_installed_apart_from_everything_else") else { return };
    let here = env!("CARGO_MANIFEST_DIR");
    let cases = [
        ("", format!("k8factor=={}", env!("CARGO_PKG_VERSION"))),
        ("0.3.1", "k8factor==0.3.1".to_owned()),
        ("source", here.to_owned()),
    ];
    for (version, package) in cases {
        let runner = Runner::new(&bash);
        let run = runner.run("install", &[("version", version)], 0);
        assert_eq!(run.status, 0, "{version}: {}", run.said);
        let environment = runner.path("temp/k8factor");
        let expected = [
            format!("python3 -m venv {environment}"),
            format!("python -m pip install --quiet --disable-pip-version-check {package}"),
            "k8factor --version".to_owned(),
        ];
        assert_eq!(run.calls, expected, "{version}");
        assert_eq!(run.path, format!("{environment}/bin\n"), "the next step finds it");
    }
}

#[test]
fn what_is_installed_is_taken_and_what_is_no_version_is_refused() {
    let Some(bash) = bash("what_is_installed_is_taken_and_what_is_no_version_is_refused") else { return };
    let run = Runner::new(&bash).run("install", &[("version", "installed")], 0);
    assert_eq!((run.status, &run.calls[..]), (0, &["k8factor --version".to_owned()][..]));
    for version in ["latest", "--index-url=https://example.com/", "$(touch pwned)", "; touch pwned"] {
        let run = Runner::new(&bash).run("install", &[("version", version)], 0);
        assert_eq!((run.status, run.calls.len()), (2, 0), "{version}");
        assert!(run.said.starts_with("::error "), "{}", run.said);
    }
}

/// Inputs, and the arguments they become. `SUMMARY` stands for the page of the run.
const CHECKS: &[(Inputs<'static>, &[&str])] = &[
    (&[], &["check", "--format=github", "--output=markdown=SUMMARY", "--"]),
    (&[("summary", "false"), ("format", "concise")], &["check", "--format=concise", "--"]),
    (
        &[
            ("paths", "overlays/prod\n\nbase/a file.yaml\n-odd.yaml\n"),
            ("fail-on", "warning"),
            ("diff-base", "origin/main"),
            ("sarif", "out.sarif"),
            ("args", "--no-ignore\n--allow-empty"),
        ],
        &[
            "check",
            "--format=github",
            "--fail-on=warning",
            "--diff-base=origin/main",
            "--output=sarif=out.sarif",
            "--output=markdown=SUMMARY",
            "--no-ignore",
            "--allow-empty",
            "--",
            "overlays/prod",
            "base/a file.yaml",
            "-odd.yaml",
        ],
    ),
    (
        &[
            ("paths", "$(touch pwned)\n`touch pwned`\n\"; touch pwned; \"\n*"),
            ("diff-base", "a; touch pwned"),
        ],
        &[
            "check",
            "--format=github",
            "--diff-base=a; touch pwned",
            "--output=markdown=SUMMARY",
            "--",
            "$(touch pwned)",
            "`touch pwned`",
            "\"; touch pwned; \"",
            "*",
        ],
    ),
];

#[test]
fn inputs_become_arguments_and_nothing_else() {
    let Some(bash) = bash("inputs_become_arguments_and_nothing_else") else { return };
    for (inputs, expected) in CHECKS {
        let runner = Runner::new(&bash);
        let run = runner.run("check", inputs, 0);
        let summary = runner.path("summary");
        let expected: Vec<_> = expected.iter().map(|word| word.replace("SUMMARY", &summary)).collect();
        assert_eq!(run.arguments, expected, "{inputs:?}");
        assert!(!runner.folder.path().join("workspace/pwned").exists(), "{inputs:?} ran a command");
    }
}

#[test]
fn the_step_ends_as_k8factor_does() {
    let Some(bash) = bash("the_step_ends_as_k8factor_does") else { return };
    for status in 0..4 {
        let run = Runner::new(&bash).run("check", &[], status);
        assert_eq!(run.status, status);
        assert_eq!(run.output, format!("exit-status={status}\n"), "there is no file of SARIF");
    }
}

#[test]
fn the_file_of_sarif_is_named_from_the_workspace() {
    let Some(bash) = bash("the_file_of_sarif_is_named_from_the_workspace") else { return };
    let cases = [(".", "a.sarif", "./a.sarif"), ("sub/", "b.sarif", "sub/b.sarif")];
    for (folder, sarif, expected) in cases {
        let runner = Runner::new(&bash);
        let there = runner.folder.path().join("workspace").join(folder);
        fs::create_dir_all(&there).expect("a new folder");
        fs::write(there.join(sarif), "{}").expect("a new file");
        let run = runner.run("check", &[("sarif", sarif), ("working-directory", folder)], 1);
        assert_eq!(run.output, format!("exit-status=1\nsarif={expected}\n"));
    }
    let runner = Runner::new(&bash);
    let elsewhere = runner.path("c.sarif");
    fs::write(&elsewhere, "{}").expect("a new file");
    let run = runner.run("check", &[("sarif", &elsewhere)], 0);
    assert_eq!(run.output, format!("exit-status=0\nsarif={elsewhere}\n"));
}

/// With the program itself, on the example of README.
#[test]
fn findings_are_annotated_summed_up_and_written_for_code_scanning() {
    let test = "findings_are_annotated_summed_up_and_written_for_code_scanning";
    let Some(bash) = bash(test) else { return };
    if !knows("--output") {
        return left_out(test, "this k8factor has no `--output` yet");
    }
    let mut runner = Runner::new(&bash);
    runner.programs = PathBuf::from(env!("CARGO_BIN_EXE_k8factor")).parent().expect("its folder").into();
    let codebase = common::fixtures("clusters/before-migration");
    let inputs = [("working-directory", codebase.to_str().expect("a text"))];
    let sarif = runner.path("found.sarif");
    let run = runner.run("check", &[&inputs[..], &[("sarif", &sarif)]].concat(), 0);
    assert_eq!(run.status, 1, "{}", run.said);
    assert!(run.said.contains("::error "), "{}", run.said);
    assert_eq!(run.output, format!("exit-status=1\nsarif={sarif}\n"));
    let written = fs::read_to_string(&sarif).expect("the file of SARIF");
    assert!(written.contains("hard-coded-cluster-name"), "{written}");
    let summary = fs::read_to_string(runner.path("summary")).expect("the page of the run");
    assert!(summary.contains("Non-name management"), "{summary}");
}

fn knows(flag: &str) -> bool {
    let command = k8factor::cli::command();
    let check = command.find_subcommand("check").expect("the command");
    check.get_arguments().any(|argument| argument.get_long().is_some_and(|long| flag == format!("--{long}")))
}

/// A runner of GitHub: its folders, and programs that write down what they are given.
struct Runner<'a> {
    bash: &'a Path,
    folder: TempDir,
    programs: PathBuf,
}

/// What a step did.
struct Run {
    status: i32,
    said: String,
    /// Programs with their arguments, in order.
    calls: Vec<String>,
    /// The arguments of the last program, one by one.
    arguments: Vec<String>,
    /// What was written for the steps that follow.
    output: String,
    path: String,
}

impl<'a> Runner<'a> {
    fn new(bash: &'a Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let programs = folder.path().join("programs");
        for name in ["programs", "workspace", "temp"] {
            fs::create_dir(folder.path().join(name)).expect("a new folder");
        }
        for name in ["python3", "k8factor"] {
            fs::write(programs.join(name), RECORDER).expect("a new file");
            fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        Self { bash, folder, programs }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a text").to_owned()
    }

    /// Runs a step with these inputs. A program that only writes down ends with `status`.
    fn run(&self, id: &str, inputs: Inputs, status: i32) -> Run {
        let action = action();
        let steps = action["runs"]["steps"].as_sequence().expect("steps");
        let step = steps.iter().find(|step| step["id"] == id).expect("a step of this name");
        let value = |text: &str| evaluated(text, &action, inputs);
        let script = self.path("script.sh");
        fs::write(&script, step["run"].as_str().expect("a script")).expect("a new file");
        let folder = step["working-directory"].as_str().map(value).unwrap_or_default();
        let path = format!("{}:{}", self.programs.display(), std::env::var("PATH").unwrap_or_default());
        // What GitHub runs for `shell: bash`.
        let mut command = Command::new(self.bash);
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", &script]);
        command.current_dir(self.folder.path().join("workspace").join(folder)).env("PATH", path);
        command.envs(mapping(&step["env"]).into_iter().map(|(name, text)| (name, value(&text))));
        for (name, file) in [
            ("GITHUB_OUTPUT", "output"),
            ("GITHUB_PATH", "path"),
            ("GITHUB_STEP_SUMMARY", "summary"),
            ("RUNNER_TEMP", "temp"),
            ("CALLS", "calls"),
            ("ARGUMENTS", "arguments"),
        ] {
            command.env(name, self.path(file));
        }
        let output = command.env("STATUS", status.to_string()).output().expect("bash runs");
        let lines = |name: &str| self.read(name).lines().map(str::to_owned).collect();
        Run {
            status: output.status.code().expect("it ends by itself"),
            said: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            calls: lines("calls"),
            arguments: lines("arguments"),
            output: self.read("output"),
            path: self.read("path"),
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

/// Stands for `python3`, for the `python` of an environment, and for `k8factor`.
const RECORDER: &str = r#"#!/bin/sh
echo "${0##*/} $*" >> "$CALLS"
printf '%s\n' "$@" > "$ARGUMENTS"
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python"
    cp "$0" "$3/bin/k8factor"
fi
exit "$STATUS"
"#;

/// What GitHub makes of a value: only what this action uses.
fn evaluated(text: &str, action: &Value, inputs: Inputs) -> String {
    let Some(name) = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else {
        return text.to_owned();
    };
    if name == "github.action_path" {
        return env!("CARGO_MANIFEST_DIR").to_owned();
    }
    let name = name.strip_prefix("inputs.").unwrap_or_else(|| panic!("{name} is unknown to this test"));
    let input = &action["inputs"][name];
    let default = input["default"].as_str().unwrap_or_else(|| panic!("{name} has a default that is a text"));
    inputs.iter().find(|(given, _)| *given == name).map_or(default, |(_, value)| value).to_owned()
}

fn action() -> Value {
    serde_yaml::from_str(&fs::read_to_string("action.yml").expect("the action")).expect("it is YAML")
}

fn mapping(value: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = value.as_mapping().expect("a mapping").iter();
    entries.map(|(key, value)| (text(key), text(value))).collect()
}

fn bash(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("bash")).find(|file| file.is_file());
    if found.is_none() {
        left_out(test, "there is no bash");
    }
    found
}
