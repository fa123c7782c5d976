//! One line of an ignore file.

use ignore::Error;
use ignore::gitignore::GitignoreBuilder;

/// Adds a line to the rules, or says why it is no pattern.
pub(crate) fn add(rules: &mut GitignoreBuilder, line: &str) -> Result<(), String> {
    rules.add_line(None, line).map(drop).map_err(|error| reason(&error))
}

/// Only the innermost error says something; the layers around it repeat the place.
fn reason(error: &Error) -> String {
    match error {
        Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}
