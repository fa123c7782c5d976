//! Files of no kind that k8factor looks for, which a kustomization takes in: its build is not whole without them.

use super::file::{File, Origin};
use super::kind::Guess;
use super::read::Refusal;
use crate::config::Config;
use crate::paths::resolve_path;
use crate::source::{FileKind, Sources};
use crate::yaml::{self, Node};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

/// What one file turned out to be.
type Text = Result<(FileKind, Arc<str>), Refusal>;

/// The files that kustomizations take in and that are not among those found, in the order of their paths.
pub(super) fn files(found: &[File], texts: &[Text], left_out: &[String], config: &Config) -> Vec<File> {
    let kustomizations = found.par_iter().zip(texts).filter_map(|(file, text)| match text {
        Ok((FileKind::Kustomization, text)) => Some((file, text)),
        _ => None,
    });
    let paths: BTreeSet<(String, FileKind)> =
        kustomizations.flat_map_iter(|(file, text)| taken_in(&file.path, text)).collect();
    // A file without extension that is no script was found and not read.
    let known = |path: &str| {
        let at = found.binary_search_by(|file| file.path.as_str().cmp(path));
        at.is_ok_and(|at| !matches!(texts[at], Err(Refusal::Other)))
    };
    let left_out = |path: &str| left_out.iter().any(|out| crate::source::is_below(path, out));
    let paths = paths.into_iter().filter(|(path, _)| !known(path) && !left_out(path));
    let mut files: Vec<File> = paths
        .filter(|(path, _)| is_inside(config, path))
        .map(|(path, kind)| File { path, guess: Guess::Kind(kind), origin: Origin::Found })
        .collect();
    files.dedup_by(|a, b| a.path == b.path);
    files
}

/// The paths in one kustomization, read from the root, and what stands at their ends.
fn taken_in(path: &str, text: &Arc<str>) -> Vec<(String, FileKind)> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = Sources::default().add(path.to_owned(), FileKind::Kustomization, Arc::clone(text));
    let tree = yaml::parse(file, Arc::clone(text));
    let mut taken = Vec::new();
    for root in tree.roots() {
        for entry in root.entries() {
            let key = entry.key.text().to_ascii_lowercase();
            let kind = if key.ends_with("generator") { FileKind::Text } else { FileKind::Yaml };
            let paths = paths_in(entry.value, kind);
            taken.extend(paths.into_iter().filter_map(|path| Some((resolve_path(folder, &path)?, kind))));
        }
    }
    taken
}

/// Paths stand in lists of texts, or below `path`, `files`, `envs` and `env` of the items.
fn paths_in(list: Node<'_>, kind: FileKind) -> Vec<String> {
    let mut paths = Vec::new();
    for item in list.items() {
        let below = ["path", "files", "envs", "env"].into_iter().filter_map(|key| item.get(key));
        let below = below.flat_map(|value| value.items().chain([value]));
        for text in below.chain([item]).filter_map(Node::as_str) {
            let path =
                if kind == FileKind::Text { text.rsplit('=').next().unwrap_or_default() } else { &text };
            if !path.is_empty() && !path.contains('\n') && !path.contains("://") {
                paths.push(path.to_owned());
            }
        }
    }
    paths
}

/// Whether a path leads to a file of the root. Links may lead out of it.
fn is_inside(config: &Config, path: &str) -> bool {
    let (root, file) = (fs::canonicalize(&config.root), fs::canonicalize(config.root.join(path)));
    let (Ok(root), Ok(file)) = (root, file) else { return false };
    file.starts_with(root) && file.is_file() && !file.iter().any(|part| part == ".git")
}
