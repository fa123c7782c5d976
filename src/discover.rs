//! Which files there are and what each is.
//!
//! Every file is accounted for: it was read, was skipped for a reason, is a problem, or is of no kind that k8factor
//! reads. Nothing but regular files is ever opened, and no link is followed out of the root.

mod file;
mod folders;
mod given;
mod ignored;
mod kind;
mod links;
mod read;

use crate::config::Config;
use crate::error::Error;
use crate::problem::{Problem, Skipped};
use crate::source::{CiSystem, FileKind, Sources};
use file::{File, Origin};
use given::Given;
use rayon::prelude::*;
use read::Refusal;
use std::sync::Arc;

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
    let given = Given::sort_out(config)?;
    let mut found = folders::walk(config, &given.names, given.folders);
    let skipped = links::follow(config, &given.names, &mut found);
    let mut files = given.files;
    files.extend(found.files.into_iter().map(|(path, guess)| File { path, guess, origin: Origin::Found }));
    files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    file::find_charts(&mut files, &config.root);
    let texts: Vec<_> = files.par_iter().map(|file| file.read(config)).collect();

    let mut discovery = Discovery { skipped, other_files: found.others, ..Discovery::default() };
    discovery.problems.extend(given.problems.into_iter().chain(found.problems));
    files.into_iter().zip(texts).for_each(|(file, text)| discovery.add(file.path, text));
    discovery.problems.sort();
    discovery.skipped.sort();
    Ok(discovery)
}

impl Discovery {
    fn add(&mut self, path: String, text: Result<(FileKind, Arc<str>), Refusal>) {
        match text {
            Ok((kind, text)) => drop(self.sources.add(path, kind, text)),
            Err(Refusal::Skip(reason)) => self.skipped.push(Skipped { path, reason }),
            Err(Refusal::Problem(message)) => self.problems.push(Problem::with_path(path, message)),
            Err(Refusal::Other) => self.other_files += 1,
        }
    }
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
