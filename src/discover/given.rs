//! What the user named: folders to walk, files to read, a text on standard input.
//!
//! Naming a path overrides `.gitignore`, which is about git. It does not override `.k8factorignore` and `exclude`:
//! a hook names every file of a commit, also those that the team does not want checked.

use super::file::{File, Origin};
use super::folders::{Folder, NOT_REGULAR, shown};
use super::ignored::{NAMES, Rules};
use super::kind::guess;
use super::read;
use crate::config::Config;
use crate::error::Error;
use crate::problem::Problem;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What the user named, each thing once.
#[derive(Default)]
pub(super) struct Given {
    /// Folders to walk.
    pub(super) folders: Vec<Folder>,
    /// Files to read.
    pub(super) files: Vec<File>,
    /// The paths of both: a walk that comes across one of them leaves it alone.
    pub(super) names: HashSet<String>,
    /// Paths that cannot be read.
    pub(super) problems: Vec<Problem>,
    /// Paths that `.k8factorignore` or `exclude` leave out.
    pub(super) left_out: Vec<String>,
}

/// Which rules hold where, read once.
struct Known<'c> {
    config: &'c Config,
    around: Arc<Rules>,
    inside: HashMap<String, Arc<Rules>>,
}

impl Given {
    /// Looks at every path of `config`. One that does not exist is a mistake of whoever typed it.
    pub(super) fn sort_out(config: &Config) -> Result<Self, Error> {
        let mut given = Self::default();
        let around = if config.respect_ignore_files {
            Rules::around(&config.root, &mut given.problems)
        } else {
            Arc::default()
        };
        let mut known = Known { config, around, inside: HashMap::new() };
        if let Some(stdin) = &config.stdin {
            given.file(&mut known, stdin.path.clone(), Origin::Stdin);
        }
        if config.reads_root {
            given.folder(&mut known, String::new());
        }
        for path in &config.paths {
            given.path(&mut known, path)?;
        }
        Ok(given)
    }

    fn path(&mut self, known: &mut Known<'_>, path: &Path) -> Result<(), Error> {
        let outside = |_| Error::usage(path.display().to_string(), "the path lies outside the checked root");
        let relative = path.strip_prefix(&known.config.root).map_err(outside)?;
        let Some(name) = relative.to_str().map(|path| path.replace(std::path::MAIN_SEPARATOR, "/")) else {
            self.refuse(&relative.to_string_lossy(), "The name is not UTF-8, so it was not read. Rename it.");
            return Ok(());
        };
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => self.folder(known, name),
            Ok(data) if data.is_file() => self.file(known, name, Origin::Named),
            Ok(_) => self.refuse(&name, NOT_REGULAR),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::path(path, error)),
            Err(error) => self.refuse(&name, &read::sentence(&error)),
        }
        Ok(())
    }

    fn file(&mut self, known: &mut Known<'_>, path: String, origin: Origin) {
        if !self.leaves_out(known, &path, false) && self.names.insert(path.clone()) {
            self.files.push(File { guess: guess(&path), path, origin });
        }
    }

    /// The rules of the folders in between hold as if the walk had come from the root.
    fn folder(&mut self, known: &mut Known<'_>, path: String) {
        if self.leaves_out(known, &path, true) || !self.names.insert(path.clone()) {
            return;
        }
        let rules = known.around(&path, &mut self.problems);
        self.folders.push(Folder { path, rules, linked: false });
    }

    /// Whether the team does not want the path checked, or a folder in which it lies.
    fn leaves_out(&mut self, known: &mut Known<'_>, path: &str, is_folder: bool) -> bool {
        let above = path.match_indices('/').map(|(at, _)| (&path[..at], true));
        let mut parts = above.chain(std::iter::once((path, is_folder))).filter(|(part, _)| !part.is_empty());
        let leaves_out = parts.any(|(part, is_folder)| {
            let rules = known.around(part, &mut self.problems);
            rules.ignore(&known.config.root.join(part), is_folder) == Some(NAMES[0])
        });
        if leaves_out {
            self.left_out.push(path.to_owned());
        }
        leaves_out
    }

    fn refuse(&mut self, path: &str, message: &str) {
        if self.names.insert(path.to_owned()) {
            self.problems.push(Problem::with_path(shown(path), message));
        }
    }
}

impl Known<'_> {
    /// The rules that hold for a path: those of the folders above it.
    fn around(&mut self, path: &str, problems: &mut Vec<Problem>) -> Arc<Rules> {
        match path.rsplit_once('/') {
            Some((folder, _)) => self.inside(folder, problems),
            None if path.is_empty() => Arc::clone(&self.around),
            None => self.inside("", problems),
        }
    }

    fn inside(&mut self, folder: &str, problems: &mut Vec<Problem>) -> Arc<Rules> {
        if let Some(rules) = self.inside.get(folder) {
            return Arc::clone(rules);
        }
        let above = self.around(folder, problems);
        let rules = above.pass(&self.config.root.join(folder), folder, self.config, problems);
        self.inside.insert(folder.to_owned(), Arc::clone(&rules));
        rules
    }
}
