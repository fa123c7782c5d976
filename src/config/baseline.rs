//! Where the baseline is, and its text.

use super::text;
use crate::error::Error;
use std::fs;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

/// Where a baseline is found without being named, below the root.
pub(super) const DEFAULT: &str = ".k8factor/baseline.json";

/// Entries are one line each; a codebase with a hundred thousand of them needs no gate but a plan.
const MAX_SIZE: u64 = 64 << 20;

/// The file with the baseline.
#[derive(Debug, Clone)]
pub struct BaselineFile {
    /// Where it is, or will be.
    pub path: PathBuf,
    /// What it is called in messages: below the root its path from there, `/`-separated.
    pub name: String,
    /// What it says. None if there is no such file yet.
    pub text: Option<String>,
    /// Whether somebody said where it is, rather than leaving it where it is looked for.
    is_named: bool,
}

impl BaselineFile {
    /// The file that a flag names, seen from `current`, or a key of the configuration, seen from `root`, or the default.
    pub(super) fn locate(root: &Path, current: &Path, flag: Option<&Path>, key: Option<&str>) -> Self {
        let path = match (flag, key) {
            (Some(typed), _) => current.join(typed),
            (None, Some(written)) => root.join(written),
            (None, None) => root.join(DEFAULT),
        };
        let path = real_place(&path);
        let inside = path.strip_prefix(root).ok().and_then(Path::to_str);
        let name =
            inside.map_or_else(|| path.display().to_string(), |path| path.replace(MAIN_SEPARATOR, "/"));
        Self { path, name, text: None, is_named: flag.is_some() || key.is_some() }
    }

    /// Reads the file. One that somebody named must be there, unless it is about to be written.
    pub(super) fn read(mut self, may_be_missing: bool) -> Result<Self, Error> {
        let is_missing =
            fs::metadata(&self.path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if is_missing && (may_be_missing || !self.is_named) && !self.path.is_symlink() {
            return Ok(self);
        }
        if is_missing {
            return Err(Error::config(self.name, MISSING));
        }
        let text = text::read_up_to(&self.path, MAX_SIZE);
        let text =
            text.map_err(|fault| Error::config(format!("{}{}", self.name, fault.place), fault.message))?;
        self.text = Some(text);
        Ok(self)
    }

    /// A line for the root's ignore file: a baseline quotes what is wrong elsewhere, and is no part of the codebase.
    pub(super) fn pattern(&self, root: &Path) -> Option<String> {
        let inside = self.path.strip_prefix(root).ok()?.to_str()?.replace(MAIN_SEPARATOR, "/");
        let is_special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | '#' | ' ');
        let quoted = inside.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c]));
        Some(format!("/{}", quoted.collect::<String>()))
    }
}

const MISSING: &str = "there is no such file. Check the spelling, or write it: k8factor baseline write";

/// The same path with the links in its folders followed, without `.` and `..`.
fn real_place(path: &Path) -> PathBuf {
    let mut lexical = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(lexical.pop()),
            other => lexical.push(other),
        }
    }
    match (lexical.parent().map(fs::canonicalize), lexical.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => lexical,
    }
}
