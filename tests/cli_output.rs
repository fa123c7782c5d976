//! `check --output`: where reports go, what is refused, and what services learn from the environment.

use assert_cmd::Command;
use k8factor::report::format::FORMATS;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const FILES: [(&str, &str); 2] = [
    ("deploy.sh", "#!/bin/sh\naws eks update-kubeconfig --region eu-west-1 --name web\n"),
    ("team/broken.yaml", "a: [\nb: }\n"),
];

fn codebase(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (path, text) in files {
        let at = folder.path().join(path);
        fs::create_dir_all(at.parent().expect("it lies in the folder")).expect("a new folder");
        fs::write(at, text).expect("a new file");
    }
    folder
}

/// What a run printed, what it said and how it ended.
struct Run {
    exit: i32,
    stdout: String,
    stderr: String,
}

/// Without what a pipeline that runs this test puts into the environment.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8factor"));
    command.arg("check").args(arguments).current_dir(folder).timeout(Duration::from_secs(60));
    for name in ["NO_COLOR", "FORCE_COLOR", "GITHUB_SERVER_URL", "GITHUB_WORKSPACE", "CI_PROJECT_URL"] {
        command.env_remove(name);
    }
    command
}

fn end(mut command: Command) -> Run {
    let output = command.output().expect("the program was built and ends in time");
    let text = |bytes| String::from_utf8(bytes).expect("reports are UTF-8");
    Run {
        exit: output.status.code().expect("no signal ended it"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    end(program(folder, arguments))
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("the report was written")
}

#[test]
fn every_format_goes_to_standard_output_and_to_a_file() {
    let codebase = codebase(&FILES);
    for format in &FORMATS {
        let name = format.name;
        let reports = tempfile::tempdir().expect("a folder for the reports");
        let path = reports.path().join("new/folder").join(name);
        let output = format!("{name}={}", path.display());
        let run = run(codebase.path(), &["--format", name, "--output", &output]);
        assert_eq!(run.exit, 1, "{}", run.stderr);
        assert_eq!(fs::read_to_string(&path).expect("it was written"), run.stdout, "{name}");
        assert!(run.stdout.contains("deploy.sh"), "{name}: {}", run.stdout);
        let beside = fs::read_dir(path.parent().expect("it has one")).expect("it is there").count();
        assert_eq!(beside, 1, "nothing is left beside the report");
    }
}

#[test]
fn several_reports_at_once_leave_standard_output_as_it_is() {
    let codebase = codebase(&FILES);
    fs::write(codebase.path().join("old.sarif"), "x".repeat(1 << 20)).expect("a new file");
    let plain = run(codebase.path(), &[]);
    let both = ["--output", "sarif=old.sarif", "--output", "junit=out/junit.xml", "--color", "auto"];
    let mut command = program(codebase.path(), &both);
    command.args(["--output", "human=out/report.txt"]).env("FORCE_COLOR", "1");
    let several = end(command);
    assert_eq!((plain.exit, several.exit), (1, 1));
    assert!(several.stdout.contains("\u{1b}["), "standard output was to have colours");
    assert_eq!(read(codebase.path(), "out/report.txt"), plain.stdout, "a file has none");
    assert!(
        read(codebase.path(), "old.sarif").starts_with("{\n")
            && read(codebase.path(), "out/junit.xml").ends_with("</testsuites>\n")
    );
}

#[test]
fn mistakes_are_refused_before_anything_is_written() {
    let codebase = codebase(&FILES);
    let cases: [(&[&str], &str); 9] = [
        (&["sarf=a"], "there is no format `sarf`. Did you mean `sarif`? They are: human, concise, json"),
        (&["a.sarif"], "this must be a format, `=` and the path of a file"),
        (&["sarif="], "the path of the file is missing"),
        (&["sarif=-"], "this would be standard output; `--format sarif` writes there"),
        (&["json=/dev/stdout"], "this would be standard output; `--format json` writes there"),
        (&["sarif=team"], "--output sarif=team: this is a folder. Name a file in it"),
        (&["json=a", "sarif=a"], "--output sarif=a: two reports go to this file. Give each its own"),
        (&["json=a", "sarif=team/.././a"], "two reports go to this file"),
        (&["json=a", "sarif=deploy.sh/b"], "--output sarif=deploy.sh/b: this file cannot be written: "),
    ];
    for (outputs, expected) in cases {
        let arguments: Vec<&str> = outputs.iter().flat_map(|output| ["--output", output]).collect();
        let run = run(codebase.path(), &arguments);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{outputs:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{outputs:?}: {}", run.stderr);
        let is_late = expected.contains("cannot be written");
        assert_eq!(codebase.path().join("a").exists(), is_late, "{outputs:?}");
        let _ = fs::remove_file(codebase.path().join("a"));
    }
}

#[test]
fn a_codebase_with_nothing_to_check_has_empty_reports() {
    let codebase = codebase(&[("main.go", "package main\n")]);
    for format in &FORMATS {
        let run = run(codebase.path(), &["--output", &format!("{}=report", format.name)]);
        assert_eq!((run.exit, run.stdout.as_str()), (3, ""), "{}", run.stderr);
        let report = read(codebase.path(), "report");
        let expected = match format.name {
            "json" => "\"findings\": []",
            "sarif" => "\"results\": []",
            "gitlab" => "[]\n",
            "junit" => "failures=\"0\"",
            "markdown" => "**Nothing to check**",
            "human" => "Nothing to check:",
            _ => "0 errors, 0 warnings, 0 info; 0 problems",
        };
        assert!(report.contains(expected), "{}: {report}", format.name);
        fs::remove_file(codebase.path().join("report")).expect("it was written");
    }
}

/// A pipe is no file that could be replaced.
#[cfg(unix)]
#[test]
fn a_report_may_go_to_a_device() {
    let codebase = codebase(&FILES);
    let run = run(codebase.path(), &["--format", "concise", "--output", "json=/dev/stderr"]);
    assert_eq!(run.exit, 1, "{}", run.stderr);
    assert!(run.stderr.contains("\"findings\": [") && !run.stdout.contains("\"findings\""));
}

#[test]
fn services_get_paths_from_the_root_of_the_repository() {
    let files = [
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("team/.k8factor.yaml", ""),
        ("team/deploy.sh", FILES[0].1),
        ("free/deploy.sh", FILES[0].1),
    ];
    let codebase = codebase(&files);
    let said = run(&codebase.path().join("team"), &["--format", "github"]).stdout;
    assert!(said.contains("file=team/deploy.sh,line=2,"), "{said}");
    // Without a repository the environment of the pipeline tells where the root lies.
    fs::remove_dir_all(codebase.path().join(".git")).expect("it was there");
    let mut command = program(&codebase.path().join("free"), &["--format", "github", "."]);
    let said = end({
        command.env("GITHUB_WORKSPACE", codebase.path());
        command
    });
    assert!(said.stdout.contains("file=free/deploy.sh,line=2,"), "{}", said.stdout);
    let mut command = program(&codebase.path().join("team"), &["--format", "markdown"]);
    command.env("GITHUB_SERVER_URL", "https://git.example").env("GITHUB_REPOSITORY", "a/b");
    command.env("GITHUB_SHA", "0a1b2c3");
    let said = end(command).stdout;
    assert!(said.contains("](https://git.example/a/b/blob/0a1b2c3/deploy.sh#L2)"), "{said}");
}
