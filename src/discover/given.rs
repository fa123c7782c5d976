//! What the user named: folders to walk, files to read whatever the rules say, a text on standard input.

use super::file::{File, Origin};
use super::folders::{Folder, NOT_REGULAR, shown};
use super::ignored::Rules;
use super::kind::guess;
use super::read;
use crate::config::Config;
use crate::error::Error;
use crate::problem::Problem;
use std::collections::HashSet;
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
}

impl Given {
    /// Looks at every path of `config`. One that does not exist is a mistake of whoever typed it.
    pub(super) fn sort_out(config: &Config) -> Result<Self, Error> {
        let mut given = Self::default();
        if let Some(stdin) = &config.stdin {
            given.file(stdin.path.clone(), Origin::Stdin);
        }
        let around = if config.respect_ignore_files {
            Rules::around(&config.root, &mut given.problems)
        } else {
            Arc::default()
        };
        if config.reads_root {
            given.folder(config, &around, String::new());
        }
        for path in &config.paths {
            given.path(config, &around, path)?;
        }
        Ok(given)
    }

    fn path(&mut self, config: &Config, around: &Arc<Rules>, path: &Path) -> Result<(), Error> {
        let outside = |_| Error::usage(path.display().to_string(), "the path lies outside the checked root");
        let relative = path.strip_prefix(&config.root).map_err(outside)?;
        let Some(name) = relative.to_str().map(|path| path.replace(std::path::MAIN_SEPARATOR, "/")) else {
            self.refuse(&relative.to_string_lossy(), "The name is not UTF-8, so it was not read. Rename it.");
            return Ok(());
        };
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => self.folder(config, around, name),
            Ok(data) if data.is_file() => self.file(name, Origin::Named),
            Ok(_) => self.refuse(&name, NOT_REGULAR),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::path(path, error)),
            Err(error) => self.refuse(&name, &read::sentence(&error)),
        }
        Ok(())
    }

    fn file(&mut self, path: String, origin: Origin) {
        if self.names.insert(path.clone()) {
            self.files.push(File { guess: guess(&path), path, origin });
        }
    }

    /// The rules of the folders in between hold as if the walk had come from the root.
    fn folder(&mut self, config: &Config, around: &Arc<Rules>, path: String) {
        if !self.names.insert(path.clone()) {
            return;
        }
        let inner = path.match_indices('/').map(|(at, _)| &path[..at]);
        let between = (!path.is_empty()).then_some("").into_iter().chain(inner);
        let rules = between.fold(Arc::clone(around), |rules, folder| {
            rules.pass(&config.root.join(folder), folder, config, &mut self.problems)
        });
        self.folders.push(Folder { path, rules, linked: false });
    }

    fn refuse(&mut self, path: &str, message: &str) {
        if self.names.insert(path.to_owned()) {
            self.problems.push(Problem::with_path(shown(path), message));
        }
    }
}
