//! Where the baseline is, and its text.

use super::root::real_place;
use super::text;
use crate::error::Error;
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

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
    /// Who says where it is. Without somebody it is left where it is looked for, and may be missing.
    named_by: Option<String>,
}

/// The file as the configuration names it.
#[derive(Debug)]
pub(super) struct Key {
    /// As it is written.
    pub(super) path: String,
    /// The place of these words, for errors.
    pub(super) place: String,
}

impl BaselineFile {
    /// The file that a flag names, seen from `current`, or a key of the configuration, seen from `root`, or the default.
    pub(super) fn locate(root: &Path, current: &Path, flag: Option<&Path>, key: Option<Key>) -> Self {
        let (path, named_by) = match (flag, key) {
            (Some(typed), _) => (current.join(typed), Some(format!("--baseline {}", typed.display()))),
            (None, Some(Key { path, place })) => (root.join(path), Some(place)),
            (None, None) => (root.join(DEFAULT), None),
        };
        let path = real_place(&path);
        let inside = path.strip_prefix(root).ok().and_then(Path::to_str);
        let name =
            inside.map_or_else(|| path.display().to_string(), |path| path.replace(MAIN_SEPARATOR, "/"));
        Self { path, name, named_by }
    }

    /// What it says. Nothing if nobody named the file and it is not there.
    pub fn text(&self) -> Result<Option<String>, Error> {
        let text = self.text_if_there()?;
        let Some(place) = self.named_by.as_ref().filter(|_| text.is_none()) else { return Ok(text) };
        Err(Error::config(place, format!("there is no file `{}`. {MISSING}", self.name)))
    }

    /// What it says. Nothing if it is about to be written for the first time.
    pub fn text_if_there(&self) -> Result<Option<String>, Error> {
        let is_missing =
            fs::metadata(&self.path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if is_missing && !self.path.is_symlink() {
            return Ok(None);
        }
        let text = text::read_up_to(&self.path, MAX_SIZE);
        text.map(Some).map_err(|fault| Error::config(format!("{}{}", self.name, fault.place), fault.message))
    }

    /// A line for the root's ignore file: a baseline quotes what is wrong elsewhere, and is no part of the codebase.
    pub(super) fn pattern(&self, root: &Path) -> Option<String> {
        let inside = self.path.strip_prefix(root).ok()?.to_str()?.replace(MAIN_SEPARATOR, "/");
        let is_special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | '#' | ' ');
        let quoted = inside.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c]));
        Some(format!("/{}", quoted.collect::<String>()))
    }
}

const MISSING: &str =
    "Check the spelling, or make it: `k8factor baseline write`, with the same `--baseline` if there is one";
