//! One file worth a look: what it probably is, and how its text is read.

use super::kind::{Guess, begins_like_shell, in_chart};
use super::read::{self, Refusal};
use crate::config::Config;
use crate::problem::SkipReason;
use crate::source::FileKind;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A file worth a look.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the root.
    pub(super) path: String,
    /// What the path says.
    pub(super) guess: Guess,
    /// Where the path comes from.
    pub(super) origin: Origin,
}

/// Where a path comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The walk came across it.
    Found,
    /// The user named it: it is read whatever it is called.
    Named,
    /// The user named it, and its text is on standard input.
    Stdin,
}

/// Corrects the guesses for what lies in Helm charts.
pub(super) fn find_charts(files: &mut [File], root: &Path) {
    // Asked of the disk and not of `files`: one file of a chart may be all that was given.
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut is_chart = |folder: &str| {
        if let Some(answer) = known.get(folder) {
            return *answer;
        }
        let answer = root.join(folder).join("Chart.yaml").is_file();
        known.insert(folder.to_owned(), answer);
        answer
    };
    for file in files {
        if let Guess::Kind(kind) = file.guess {
            file.guess = Guess::Kind(in_chart(&file.path, kind, &mut is_chart));
        }
    }
}

impl File {
    /// The text, and what kind of file it turned out to be.
    pub(super) fn read(&self, config: &Config) -> Result<(FileKind, Arc<str>), Refusal> {
        let path = config.root.join(&self.path);
        if (self.guess, self.origin) == (Guess::PerhapsShell, Origin::Found) {
            let text = read::shell_script(&path, config.max_file_size)?;
            return Ok((FileKind::Shell, text));
        }
        if (self.guess, self.origin) == (Guess::Generated, Origin::Found) {
            return Err(Refusal::Skip(SkipReason::Generated));
        }
        if self.guess == Guess::Kind(FileKind::Text) {
            return read::text_or_binary(&path, config.max_file_size);
        }
        let text = match (self.origin, &config.stdin) {
            (Origin::Stdin, Some(stdin)) if stdin.bytes.len() as u64 > config.max_file_size => {
                return Err(Refusal::Skip(SkipReason::TooLarge));
            }
            (Origin::Stdin, Some(stdin)) => read::decode(&stdin.bytes)?,
            _ => read::text(&path, config.max_file_size)?,
        };
        Ok((self.kind(&text), text))
    }

    /// A file of no known kind that the user named is YAML, unless it begins like a script.
    fn kind(&self, text: &str) -> FileKind {
        match self.guess {
            Guess::Kind(kind) => kind,
            _ if begins_like_shell(text.as_bytes()) => FileKind::Shell,
            _ => FileKind::Yaml,
        }
    }
}
