//! Why k8factor itself could not run.
//!
//! Bad input is never an error (see [`crate::problem`]); bad usage, a bad configuration or a bad rule page is.

use std::fmt;
use std::path::PathBuf;

/// Something that stops k8factor. Exit status 2.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    culprit: String,
}

/// What stopped k8factor.
#[derive(Debug)]
enum ErrorKind {
    /// A path given by the user does not exist or cannot be opened.
    Path(std::io::Error),
    /// The configuration file does not say something meaningful.
    Config(String),
    /// A rule page does not load.
    Rule(String),
    /// A name or a combination of arguments that means nothing.
    Usage(String),
    /// The report could not be written.
    Output(std::io::Error),
}

impl Error {
    /// A path that cannot be opened.
    pub fn path(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self { kind: ErrorKind::Path(source), culprit: path.into().display().to_string() }
    }

    /// A configuration that means nothing. `place` is `path:line:column`.
    pub fn config(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Config(message.into()), culprit: place.into() }
    }

    /// A rule page that does not load. `place` is `path:line:column`.
    pub fn rule(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Rule(message.into()), culprit: place.into() }
    }

    /// Arguments that mean nothing. `culprit` is what was typed.
    pub fn usage(culprit: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage(message.into()), culprit: culprit.into() }
    }

    /// The report could not be written.
    pub fn output(source: std::io::Error) -> Self {
        Self { kind: ErrorKind::Output(source), culprit: "standard output".into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name that nobody can see is no name.
        let is_visible = !self.culprit.is_empty() && self.culprit.trim() == self.culprit;
        let culprit = if is_visible { self.culprit.clone() } else { format!("`{}`", self.culprit) };
        match &self.kind {
            ErrorKind::Path(source) if source.kind() == std::io::ErrorKind::NotFound => {
                write!(formatter, "{culprit}: there is no such file or folder. {CHECK_SPELLING}")
            }
            ErrorKind::Path(source) if source.kind() == std::io::ErrorKind::NotADirectory => {
                write!(
                    formatter,
                    "{culprit}: a part of this path is a file, not a folder. Check the spelling"
                )
            }
            ErrorKind::Path(source) | ErrorKind::Output(source) => write!(formatter, "{culprit}: {source}"),
            ErrorKind::Config(message) | ErrorKind::Rule(message) | ErrorKind::Usage(message) => {
                write!(formatter, "{culprit}: {message}")
            }
        }
    }
}

const CHECK_SPELLING: &str = "Check the spelling, and that it is relative to the current folder";

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Path(source) | ErrorKind::Output(source) => Some(source),
            _ => None,
        }
    }
}
