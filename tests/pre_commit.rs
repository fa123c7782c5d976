//! The hook for pre-commit passes on exactly the files that k8factor reads.

use k8factor::config::Config;
use regex::Regex;
use std::fs;

/// Files of every kind, and files beside them that are none.
const PATHS: [&str; 38] = [
    "a.yaml",
    "A.YML",
    "b/kustomization.yaml",
    "b/Kustomization",
    "chart/Chart.yaml",
    "chart/Chart.lock",
    ".gitlab-ci.yml",
    ".github/workflows/a.yaml",
    ".circleci/config.yml",
    "dashboard.json",
    "main.tf",
    "prod.tfvars",
    "terragrunt.hcl",
    "a.sh",
    "a.bash",
    "a.ksh",
    "a.zsh",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "rules.mk",
    "Jenkinsfile",
    "ci/a.jenkinsfile",
    "prod.kubeconfig",
    ".env",
    "a.env",
    ".env.prod",
    ".env.example",
    ".env.prod.sample",
    "application.properties",
    "tls.pem",
    "tls.key",
    "id_rsa",
    "README.md",
    "a.txt",
    "a.yaml.bak",
    "values.gotmpl",
    "main.go",
];

#[test]
fn the_hook_passes_on_what_is_read() {
    let hooks = fs::read_to_string(".pre-commit-hooks.yaml").expect("the hook is described");
    let hooks: Vec<serde_json::Value> = serde_yaml::from_str(&hooks).expect("it is YAML");
    let [hook, installed] = &hooks[..] else { panic!("there are two hooks") };
    for key in ["entry", "files", "exclude", "pass_filenames", "require_serial"] {
        assert_eq!(hook[key], installed[key], "both hooks do the same: {key}");
    }
    let pattern = |key: &str| {
        let text = hook[key].as_str().unwrap_or_else(|| panic!("the hook has `{key}`"));
        Regex::new(text).unwrap_or_else(|error| panic!("{error}"))
    };
    let (files, exclude) = (pattern("files"), pattern("exclude"));
    for path in PATHS {
        let passes = files.is_match(path) && !exclude.is_match(path);
        assert_eq!(passes, is_read(path), "{path}");
    }
}

fn is_read(path: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(path);
    fs::create_dir_all(file.parent().expect("it lies in the folder")).expect("a new folder");
    fs::write(file, "").expect("a new file");
    let report = k8factor::check(&Config::for_folder(folder.path())).expect("the folder can be checked");
    report.counts.files == 1
}
