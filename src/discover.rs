//! Which files there are and what each is.

use crate::config::Config;
use crate::error::Error;
use crate::problem::{Problem, Skipped};
use crate::source::{CiSystem, FileKind, Sources};

/// What was found below the paths of a [`Config`].
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files of a kind that k8factor reads, with their text, sorted by path.
    pub sources: Sources,
    /// Paths that could not be read.
    pub problems: Vec<Problem>,
    /// Files left out on purpose.
    pub skipped: Vec<Skipped>,
    /// How many other files there are, of no kind that k8factor reads.
    pub other_files: usize,
}

/// Walks the paths of `config` in parallel and reads every file of a known kind.
pub fn walk(config: &Config) -> Result<Discovery, Error> {
    let _ = config;
    Ok(Discovery::default())
}

impl Discovery {
    /// A codebase that exists only in memory: `(path, text)` in any order.
    pub fn of_texts(texts: &[(&str, &str)]) -> Self {
        let mut texts = texts.to_vec();
        texts.sort_unstable();
        let mut discovery = Self::default();
        for (path, text) in texts {
            discovery.sources.add(path.to_owned(), kind(path), text.into());
        }
        discovery
    }
}

/// Stands in for the real answer to what kind of file a path is.
fn kind(path: &str) -> FileKind {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => FileKind::Kustomization,
        "Chart.yaml" | "Chart.lock" => FileKind::HelmChart,
        "Jenkinsfile" => FileKind::Ci(CiSystem::Jenkins),
        ".gitlab-ci.yml" => FileKind::Ci(CiSystem::GitLab),
        "Makefile" => FileKind::Makefile,
        _ if folder.ends_with(".github/workflows") => FileKind::Ci(CiSystem::GitHubActions),
        _ if folder.ends_with(".circleci") => FileKind::Ci(CiSystem::CircleCi),
        _ if folder.split('/').any(|part| part == "templates") => FileKind::HelmTemplate,
        _ if name.starts_with("values") && name.ends_with(".yaml") => FileKind::HelmValues,
        _ => match name.rsplit('.').next().unwrap_or_default() {
            "json" => FileKind::Json,
            "tf" | "tfvars" | "hcl" => FileKind::Terraform,
            "sh" | "bash" => FileKind::Shell,
            "mk" => FileKind::Makefile,
            _ => FileKind::Yaml,
        },
    }
}
