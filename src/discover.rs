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
mod taken_in;

use crate::config::{Config, Named};
use crate::error::Error;
use crate::problem::{Problem, Skipped};
use crate::source::{FileKind, Sources};
use file::{File, Origin};
use given::Given;
pub use ignored::NAMES as IGNORE_FILES;
use kind::Guess;
pub use kind::{KUSTOMIZATIONS, LOOKED_FOR};
use rayon::prelude::*;
use read::Refusal;
use std::sync::Arc;

/// What was found in the root of a [`Config`], or below its paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files of a kind that k8factor reads, with their text, sorted by path.
    pub sources: Sources,
    /// Paths that could not be read.
    pub problems: Vec<Problem>,
    /// Files left out on purpose.
    pub skipped: Vec<Skipped>,
    /// Paths that are there, and that `.k8factorignore` or `exclude` leave out.
    pub left_out: Vec<String>,
    /// How many other files there are at the paths the user asked about, of no kind that k8factor reads.
    pub other_files: usize,
    /// The path that the text on standard input stands for, where there is no such file: nobody can have listed it.
    pub unwritten: Option<String>,
}

/// Walks the root and the paths of `config` in parallel and reads every file of a known kind.
pub fn walk(config: &Config) -> Result<Discovery, Error> {
    let given = Given::sort_out(config)?;
    let mut found = folders::walk(config, &given.names, given.folders);
    let skipped = links::follow(config, &given.names, &mut found);
    let mut files = given.files;
    files.extend(found.files.into_iter().map(|(path, guess)| File { path, guess, origin: Origin::Found }));
    files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    file::find_charts(&mut files, &config.root);
    let mut texts: Vec<_> = files.par_iter().map(|file| file.read(config)).collect();
    let taken_in = taken_in::files(&files, &texts, &found.left_out, config);
    let added = taken_in.len();
    texts.extend(taken_in.par_iter().map(|file| file.read(config)).collect::<Vec<_>>());
    files.extend(taken_in);
    let mut read: Vec<_> = files.into_iter().zip(texts).collect();
    read.par_sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    // What was no script at first sight was read again as what a kustomization takes it for.
    let (before, unread) = (read.len(), |text: &Result<_, Refusal>| matches!(text, Err(Refusal::Other)));
    read.dedup_by(|(again, text), (file, refusal)| {
        let is_again = again.path == file.path;
        if is_again && unread(refusal) {
            std::mem::swap(text, refusal);
        }
        is_again
    });

    let (named, found_others) = (Named::of(config), found.others - found.others_outside);
    let taken_in = added - (before - read.len());
    let other_files = found_others.saturating_sub(taken_in);
    let mut discovery = Discovery { skipped, other_files, left_out: found.left_out, ..Discovery::default() };
    let stdin = config.stdin.as_ref().filter(|stdin| !config.root.join(&stdin.path).exists());
    discovery.unwritten = stdin.map(|stdin| stdin.path.clone());
    discovery.problems.extend(given.problems.into_iter().chain(found.problems));
    for (file, text) in read {
        discovery.add(file.path, text, &named);
    }
    discovery.problems.sort();
    // An ignore file is read by the walk, and on the way to what was named.
    discovery.problems.dedup();
    discovery.left_out.extend(given.left_out);
    discovery.left_out.sort();
    discovery.left_out.dedup();
    discovery.skipped.sort();
    Ok(discovery)
}

/// The kind of a file that its path alone tells. There is none for folders and for what only the text could tell.
pub fn kind_of(path: &str) -> Option<FileKind> {
    match kind::guess(path) {
        Guess::Kind(kind) => Some(kind),
        Guess::PerhapsShell | Guess::Generated | Guess::Other => None,
    }
}

impl Discovery {
    /// A codebase that exists only in memory: `(path, text)` in any order. For the examples on rule pages.
    pub fn of_texts(texts: &[(&str, &str)]) -> Self {
        let mut texts = texts.to_vec();
        texts.sort_unstable();
        let is_chart =
            |folder: &str| texts.iter().any(|(path, _)| path.strip_suffix("/Chart.yaml") == Some(folder));
        let mut discovery = Self::default();
        for (path, text) in &texts {
            discovery.sources.add((*path).to_owned(), kind::kind(path, text, is_chart), (*text).into());
        }
        discovery
    }

    fn add(&mut self, path: String, text: Result<(FileKind, Arc<str>), Refusal>, named: &Named) {
        match text {
            Ok((kind, text)) => drop(self.sources.add(path, kind, text)),
            Err(Refusal::Skip(reason)) => self.skipped.push(Skipped { path, reason }),
            Err(Refusal::Problem(message)) => self.problems.push(Problem::with_path(path, message)),
            Err(Refusal::Other) => self.other_files += usize::from(named.holds(&path)),
        }
    }
}
