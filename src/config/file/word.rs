//! Single words of the configuration, each with its own idea of what is right.

use super::super::pattern;
use crate::finding::Severity;
use crate::suggest::did_you_mean;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{self, Deserializer, Error};
use std::fmt;

/// A line as in `.gitignore`, such as `generated/` or `*.bak.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(pub(crate) String);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = text(deserializer, "a pattern as in `.gitignore`")?;
        match pattern::mistake(&line) {
            Some(reason) => Err(D::Error::custom(format!("`{line}` is no pattern: {reason}"))),
            None => Ok(Self(line)),
        }
    }
}

/// `error`, `warning` or `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeverityWord(pub(crate) Severity);

impl<'de> Deserialize<'de> for SeverityWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WANTED: &str = "`error`, `warning` or `info`";
        let typed = text(deserializer, WANTED)?;
        let words = Severity::ALL.map(Severity::as_str);
        let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == typed);
        let guess = || did_you_mean(&typed, words);
        found.map(Self).ok_or_else(|| {
            D::Error::custom(format!("`{typed}` is no severity; it must be {WANTED}.{}", guess()))
        })
    }
}

/// What a rule is set to: a severity, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule says nothing.
    Off,
    /// Its findings have this severity.
    On(Severity),
}

impl Level {
    /// The level that a word means.
    pub(super) fn of<E: Error>(typed: &str) -> Result<Self, E> {
        let words = Severity::ALL.map(|severity| (severity.as_str(), Self::On(severity)));
        let words = words.into_iter().chain([("off", Self::Off), ("false", Self::Off)]);
        let known: Vec<_> = words.collect();
        let found = known.iter().find(|(word, _)| *word == typed).map(|(_, level)| *level);
        let guess = || did_you_mean(typed, known.iter().map(|(word, _)| *word));
        found.ok_or_else(|| E::custom(format!("`{typed}` is no severity; it must be {LEVELS}.{}", guess())))
    }
}

/// What [`Level`] can be, in words.
pub(super) const LEVELS: &str = "`off`, `error`, `warning` or `info`";

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&text(deserializer, LEVELS)?)
    }
}

/// A label key, such as `example.com/protect-from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelKey(pub(crate) String);

impl<'de> Deserialize<'de> for LabelKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = text(deserializer, "a label key, such as `example.com/protect-from`")?;
        match label_key_mistake(&key) {
            Some(mistake) => Err(D::Error::custom(format!("`{key}` is no label key: {mistake}"))),
            None => Ok(Self(key)),
        }
    }
}

/// The path of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePath(pub(crate) String);

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WANTED: &str = "the path of a file, such as `.k8factor/baseline.json`";
        let path = text(deserializer, WANTED)?;
        if path.trim().is_empty() || path.ends_with('/') {
            return Err(D::Error::custom(format!("`{path}` is no file. Write {WANTED}")));
        }
        Ok(Self(path))
    }
}

/// A day, such as `2027-03-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = text(deserializer, "a day, such as `2027-03-31`")?;
        // The library reads times, too, and dates without hyphens.
        let has_shape = typed.len() == 10 && typed.bytes().filter(|byte| *byte == b'-').count() == 2;
        let day = has_shape.then(|| typed.parse().ok()).flatten();
        day.map(Self).ok_or_else(|| {
            D::Error::custom(format!("`{typed}` is no day of the calendar. Write it as YYYY-MM-DD"))
        })
    }
}

/// The name of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterName(pub(crate) String);

impl<'de> Deserialize<'de> for ClusterName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = text(deserializer, "the name of a cluster")?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let is_name =
            plain && (2..=253).contains(&name.len()) && name.chars().any(|c| c.is_ascii_alphabetic());
        if is_name {
            return Ok(Self(name));
        }
        let shape = "it has 2 to 253 letters, digits, `-`, `_` and `.`, and at least one letter";
        Err(D::Error::custom(format!("`{name}` is no name of a cluster: {shape}")))
    }
}

/// A name that somebody chose, such as that of a rule or of an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(pub(crate) String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = text(deserializer, "a name")?;
        if name.trim().is_empty() || name.trim() != name {
            return Err(D::Error::custom(format!("`{name}` is no name. Write a word")));
        }
        Ok(Self(name))
    }
}

/// One text; `wanted` says in an error what it means.
pub(super) fn text<'de, D: Deserializer<'de>>(
    deserializer: D,
    wanted: &'static str,
) -> Result<String, D::Error> {
    deserializer.deserialize_str(TextVisitor(wanted))
}

struct TextVisitor(&'static str);

impl de::Visitor<'_> for TextVisitor {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// What Kubernetes would object to in a label key: an optional DNS prefix, a slash, a name.
fn label_key_mistake(key: &str) -> Option<String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if let Some(prefix) = prefix {
        let is_domain =
            prefix.split('.').all(|part| is_word(part, |c| c == '-') && prefix == prefix.to_lowercase());
        if !is_domain || prefix.len() > 253 {
            return Some(format!("`{prefix}` is no domain name of at most 253 characters"));
        }
    }
    let is_name = is_word(name, |c| matches!(c, '-' | '_' | '.')) && name.len() <= 63;
    (!is_name).then(|| format!("`{name}` is not a name of 1 to 63 letters, digits, `-`, `_` and `.`"))
}

/// Letters and digits, and in between also what `inner` allows.
fn is_word(text: &str, inner: impl Fn(char) -> bool) -> bool {
    let at_the_ends = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(at_the_ends)
        && text.ends_with(at_the_ends)
        && text.chars().all(|c| at_the_ends(c) || inner(c))
}

#[cfg(test)]
mod schema {
    use super::super::schema::word;
    use super::{ClusterName, Day, FilePath, LabelKey, Level, Name, Pattern, SeverityWord};

    word!(Pattern, "A line as in `.gitignore`, such as `generated/` or `*.bak.yaml`.", {"type": "string"});
    word!(SeverityWord, "How much a finding matters.", {"enum": ["error", "warning", "info"]});
    word!(Level, "A severity, or `off` for a rule that says nothing.", {"enum": ["off", "error", "warning", "info", false]});
    word!(FilePath, "The path of a file, seen from the folder of the configuration.", {"type": "string", "pattern": "^(.*\\S.*)?[^/\\s]\\s*$"});
    word!(LabelKey, "A label key, such as `example.com/protect-from`.", {
        "type": "string",
        "pattern": "^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$"
    });
    word!(Day, "A day, such as `2027-03-31`.", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"});
    word!(ClusterName, "The name of a cluster.", {"type": "string", "pattern": "^[0-9._-]*[A-Za-z][A-Za-z0-9._-]*$", "minLength": 2, "maxLength": 253});
    word!(Name, "A name.", {"type": "string", "pattern": "^\\S(.*\\S)?$"});
}
