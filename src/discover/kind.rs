//! What kind of file a path names. One table, read from top to bottom.
//!
//! Nothing is opened here: what only the text can tell (a shell's `#!`) is left to `read.rs`.

use crate::source::{CiSystem, FileKind};

/// What is looked for, in the words of help and documentation. `docs/configuration.md` lists what it is known by.
pub const LOOKED_FOR: &str = "YAML, JSON, kustomizations, Helm charts, Terraform, shell scripts, Makefiles, CI \
                              pipelines, kubeconfigs, and files of settings and keys such as `.env`, `.properties` and \
                              `.pem`";

/// What a path alone says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// A file of this kind.
    Kind(FileKind),
    /// A file without extension: a shell script if it begins with the `#!` of a shell.
    PerhapsShell,
    /// State that a tool wrote down: what it says is there, not what anybody wants.
    Generated,
    /// A file of no kind that k8factor reads.
    Other,
}

/// What the path says; `/`-separated and relative to the root.
pub(super) fn guess(path: &str) -> Guess {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(row) = TABLE.iter().find(|row| row.matches(folder, name)) {
        return Guess::Kind(row.kind);
    }
    if is_settings_of_environment(name) {
        return Guess::Kind(FileKind::Settings);
    }
    if GENERATED.iter().any(|ending| ends_with(name, ending)) {
        return Guess::Generated;
    }
    let has_extension = name.rfind('.').is_some_and(|dot| dot > 0);
    if has_extension { Guess::Other } else { Guess::PerhapsShell }
}

/// State of RKE and of Terraform, which may hold credentials and names of every kind.
const GENERATED: [&str; 3] = [".rkestate", ".tfstate", ".tfstate.backup"];

/// `.env.prod`; what ends in `.example` and the like shows how to write one.
fn is_settings_of_environment(name: &str) -> bool {
    const SAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "tpl"];
    let environment = name.strip_prefix(".env.").filter(|rest| !rest.is_empty());
    environment.is_some_and(|rest| !rest.split('.').any(|part| SAMPLES.contains(&part)))
}

/// The kind of a file whose text is at hand; YAML where the path does not say.
pub(super) fn kind(path: &str, text: &str, is_chart: impl FnMut(&str) -> bool) -> FileKind {
    match guess(path) {
        Guess::Kind(kind) => in_chart(path, kind, is_chart),
        _ if begins_like_shell(text.as_bytes()) => FileKind::Shell,
        _ => FileKind::Yaml,
    }
}

/// The kind of a YAML or JSON file once it is known which folders are Helm charts.
pub(super) fn in_chart(path: &str, kind: FileKind, mut is_chart: impl FnMut(&str) -> bool) -> FileKind {
    if !matches!(kind, FileKind::Yaml | FileKind::Json) {
        return kind;
    }
    let mut templates = path.match_indices("templates/").map(|(at, _)| &path[..at]);
    if templates.any(|before| is_folder(before) && is_chart(before.trim_end_matches('/'))) {
        return FileKind::HelmTemplate;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if kind == FileKind::Yaml && name.starts_with("values") && is_chart(folder) {
        return FileKind::HelmValues;
    }
    kind
}

/// Whether what stands before `templates/` ends at a folder: `not-templates/` is another folder.
fn is_folder(before: &str) -> bool {
    before.is_empty() || before.ends_with('/')
}

/// Whether the first bytes of a file say that a shell runs it.
pub(super) fn begins_like_shell(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"#!") else { return false };
    let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    // `#!/usr/bin/env -S bash -e` names the shell as the first word that is neither `env` nor an option.
    let programs = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let mut programs = programs.filter(|word| *word != "env" && !word.starts_with('-'));
    programs.next().is_some_and(|program| SHELLS.contains(&program))
}

/// How many bytes [`begins_like_shell`] needs.
pub(super) const SHEBANG_LENGTH: usize = 64;

const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "ksh", "zsh"];
const YAML: &[&str] = &[".yaml", ".yml"];

/// Names of files that kustomize reads without being told. Source: `api/konfig/general.go`.
pub const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The first row that matches tells the kind.
const TABLE: [Row; 15] = [
    Row::names(&KUSTOMIZATIONS, FileKind::Kustomization),
    Row::names(&["Chart.yaml", "Chart.lock"], FileKind::HelmChart),
    Row::endings(&[".gitlab-ci.yml", ".gitlab-ci.yaml"], FileKind::Ci(CiSystem::GitLab)),
    Row::endings(YAML, FileKind::Ci(CiSystem::GitHubActions)).below(".github/workflows"),
    Row::names(&["action.yaml", "action.yml"], FileKind::Ci(CiSystem::GitHubActions)).below(".github"),
    Row::endings(YAML, FileKind::Ci(CiSystem::GitLab)).below(".gitlab"),
    Row::endings(YAML, FileKind::Ci(CiSystem::CircleCi)).below(".circleci"),
    Row::endings(YAML, FileKind::Yaml),
    Row::endings(&[".json"], FileKind::Json),
    Row::endings(&[".tf", ".tfvars", ".hcl"], FileKind::Terraform),
    Row { names: &[".envrc"], endings: &[".sh", ".bash", ".ksh", ".zsh"], below: "", kind: FileKind::Shell },
    Row {
        names: &["Makefile", "makefile", "GNUmakefile"],
        endings: &[".mk"],
        below: "",
        kind: FileKind::Makefile,
    },
    Row {
        names: &["Jenkinsfile"],
        endings: &[".jenkinsfile"],
        below: "",
        kind: FileKind::Ci(CiSystem::Jenkins),
    },
    Row::endings(&[".kubeconfig"], FileKind::Yaml),
    Row {
        names: &["id_rsa", "id_ed25519", "id_ecdsa"],
        endings: &[".env", ".properties", ".pem", ".key", ".agekey", ".ppk"],
        below: "",
        kind: FileKind::Settings,
    },
];

/// A file has this kind if its name is one of `names` or ends in one of `endings`, and it lies in or below `below`.
struct Row {
    names: &'static [&'static str],
    endings: &'static [&'static str],
    below: &'static str,
    kind: FileKind,
}

impl Row {
    const fn names(names: &'static [&'static str], kind: FileKind) -> Self {
        Self { names, endings: &[], below: "", kind }
    }

    const fn endings(endings: &'static [&'static str], kind: FileKind) -> Self {
        Self { names: &[], endings, below: "", kind }
    }

    const fn below(mut self, folder: &'static str) -> Self {
        self.below = folder;
        self
    }

    fn matches(&self, folder: &str, name: &str) -> bool {
        let named = self.names.contains(&name) || self.endings.iter().any(|ending| ends_with(name, ending));
        named && (self.below.is_empty() || lies_below(folder, self.below))
    }
}

/// Extensions are compared in any case: `.YAML` is what some editors on Windows write.
fn ends_with(name: &str, ending: &str) -> bool {
    let (name, ending) = (name.as_bytes(), ending.as_bytes());
    name.len() >= ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
}

/// `above` may stand anywhere in the path: a monorepo keeps several projects.
fn lies_below(folder: &str, above: &str) -> bool {
    folder.match_indices(above).any(|(at, _)| {
        let rest = &folder[at + above.len()..];
        is_folder(&folder[..at]) && (rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_paths() {
        let cases = [
            ("a.yaml", Guess::Kind(FileKind::Yaml)),
            ("A.YML", Guess::Kind(FileKind::Yaml)),
            (".k8factor.yaml", Guess::Kind(FileKind::Yaml)),
            ("grafana/dashboard.json", Guess::Kind(FileKind::Json)),
            ("overlays/prod/kustomization.yaml", Guess::Kind(FileKind::Kustomization)),
            ("Kustomization", Guess::Kind(FileKind::Kustomization)),
            ("kustomization.json", Guess::Kind(FileKind::Json)),
            ("charts/x/Chart.yaml", Guess::Kind(FileKind::HelmChart)),
            ("charts/x/Chart.lock", Guess::Kind(FileKind::HelmChart)),
            ("main.tf", Guess::Kind(FileKind::Terraform)),
            ("prod.tfvars", Guess::Kind(FileKind::Terraform)),
            (".terraform.lock.hcl", Guess::Kind(FileKind::Terraform)),
            ("main.tf.json", Guess::Kind(FileKind::Json)),
            ("bin/up.sh", Guess::Kind(FileKind::Shell)),
            (".envrc", Guess::Kind(FileKind::Shell)),
            ("rke/cluster.rkestate", Guess::Generated),
            ("terraform.tfstate.backup", Guess::Generated),
            ("Makefile", Guess::Kind(FileKind::Makefile)),
            ("mk/common.mk", Guess::Kind(FileKind::Makefile)),
            (".github/workflows/ci.yaml", Guess::Kind(FileKind::Ci(CiSystem::GitHubActions))),
            ("a/.github/workflows/ci.yml", Guess::Kind(FileKind::Ci(CiSystem::GitHubActions))),
            (".github/actions/x/action.yml", Guess::Kind(FileKind::Ci(CiSystem::GitHubActions))),
            (".github/dependabot.yml", Guess::Kind(FileKind::Yaml)),
            ("action.yml", Guess::Kind(FileKind::Yaml)),
            ("my.github/workflows/ci.yaml", Guess::Kind(FileKind::Yaml)),
            (".gitlab-ci.yml", Guess::Kind(FileKind::Ci(CiSystem::GitLab))),
            ("deploy.gitlab-ci.yml", Guess::Kind(FileKind::Ci(CiSystem::GitLab))),
            (".gitlab/ci/build.yml", Guess::Kind(FileKind::Ci(CiSystem::GitLab))),
            (".circleci/config.yml", Guess::Kind(FileKind::Ci(CiSystem::CircleCi))),
            ("Jenkinsfile", Guess::Kind(FileKind::Ci(CiSystem::Jenkins))),
            ("deploy.Jenkinsfile", Guess::Kind(FileKind::Ci(CiSystem::Jenkins))),
            ("deploy", Guess::PerhapsShell),
            ("web/.env.prod", Guess::Kind(FileKind::Settings)),
            ("web/.env.example", Guess::Other),
            ("v1.2/deploy", Guess::PerhapsShell),
            ("main.go", Guess::Other),
            ("a.yaml.bak", Guess::Other),
            ("ayaml.", Guess::Other),
        ];
        for (path, expected) in cases {
            assert_eq!(guess(path), expected, "{path}");
        }
    }

    /// The table of the documentation lists every name and every ending, and nothing else.
    #[test]
    fn the_documentation_says_what_is_read() {
        let document = include_str!("../../docs/configuration.md");
        assert!(document.contains(&format!("k8factor reads {LOOKED_FOR}.")));
        let (_, rest) = document.split_once("| kind | known by |").expect("the table of what is read");
        let (table, _) = rest.split_once("\n\n").expect("the table ends");
        let documented: Vec<_> = table.split('`').skip(1).step_by(2).collect();
        for row in &TABLE {
            let below = Some(&row.below).filter(|below| !below.is_empty());
            for word in row.names.iter().chain(row.endings).chain(below) {
                assert!(documented.contains(word), "`{word}` is not documented");
            }
        }
        for word in documented.into_iter().filter(|word| *word != "#!") {
            let is_folder = TABLE.iter().any(|row| row.below == word);
            let is_read = |path: &str| matches!(guess(path), Guess::Kind(_));
            assert!(is_folder || is_read(word) || is_read(&format!("a{word}")), "`{word}` is not read");
        }
    }

    #[test]
    fn charts_give_templates_and_values() {
        let cases = [
            ("charts/x/templates/a.yaml", FileKind::HelmTemplate),
            ("charts/x/templates/sub/a.yaml", FileKind::HelmTemplate),
            ("charts/x/charts/y/templates/a.yaml", FileKind::Yaml),
            ("charts/x/not-templates/a.yaml", FileKind::Yaml),
            ("charts/x/values.yaml", FileKind::HelmValues),
            ("charts/x/values-prod.yaml", FileKind::HelmValues),
            ("charts/x/sub/values.yaml", FileKind::Yaml),
            ("charts/x/crds/a.yaml", FileKind::Yaml),
            ("templates/a.yaml", FileKind::Yaml),
        ];
        for (path, expected) in cases {
            assert_eq!(in_chart(path, FileKind::Yaml, |folder| folder == "charts/x"), expected, "{path}");
        }
        assert_eq!(in_chart("templates/a.yaml", FileKind::Yaml, str::is_empty), FileKind::HelmTemplate);
    }

    #[test]
    fn shells_are_known_by_their_first_line() {
        let shells =
            ["#!/bin/sh", "#! /bin/bash -e\n", "#!/usr/bin/env bash\nx", "#!/usr/bin/env -S zsh -f\n"];
        let others =
            ["", "#!", "#!/usr/bin/env python3\n# sh", "#!/usr/bin/fish", "# /bin/sh", "#!\n/bin/sh"];
        assert!(shells.iter().all(|text| begins_like_shell(text.as_bytes())));
        assert!(!others.iter().any(|text| begins_like_shell(text.as_bytes())));
    }
}
