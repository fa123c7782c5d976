//! Names of images as kustomize reads them.

use regex::Regex;
use std::ops::Range;
use std::sync::Arc;

/// The `name` of an item of `images`, which kustomize takes for a regular expression.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// A name in which a full stop stands for any character. Nearly all names are of this kind.
    Plain(Arc<str>),
    /// Any other regular expression, with what may stand behind a name.
    Regex(Regex),
}

impl Pattern {
    /// This name; nothing if it is no regular expression.
    pub(super) fn new(name: &str) -> Option<Self> {
        if name.chars().all(|char| char.is_alphanumeric() || "._-/:@".contains(char)) {
            return Some(Self::Plain(name.into()));
        }
        let behind = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$";
        Regex::new(&format!("^{name}{behind}")).ok().map(Self::Regex)
    }

    /// Whether this is the name of an image, be it with a tag or a digest.
    pub(super) fn is_match(&self, image: &str) -> bool {
        match self {
            Self::Plain(name) => behind(image, name).is_some_and(is_tag_and_digest),
            Self::Regex(regex) => regex.is_match(image),
        }
    }
}

fn behind<'a>(image: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = image.chars();
    name.chars()
        .all(|char| rest.next().is_some_and(|have| char == '.' || char == have))
        .then_some(rest.as_str())
}

fn is_tag_and_digest(text: &str) -> bool {
    let text = text.strip_prefix(':').map_or(text, skip_word);
    let text = text.strip_prefix("@sha256:").map_or(text, skip_word);
    text.is_empty()
}

fn skip_word(text: &str) -> &str {
    text.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || "_.{}-".contains(char))
}

/// Where the name, the tag and the digest of an image stand in its text. A part that is missing is empty. Up to the
/// first slash all is the name of a registry, which may have a port.
pub(super) fn split(image: &str) -> (Range<usize>, Range<usize>, Range<usize>) {
    let from = image.find('/').unwrap_or(0);
    let at = image[from..].find('@').map(|at| at + from);
    let colon = image[from..].find(':').map(|colon| colon + from);
    let end = image.len();
    match (colon, at) {
        (None, None) => (0..end, 0..0, 0..0),
        (Some(colon), Some(at)) if colon < at => (0..colon, colon + 1..at, at + 1..end),
        (_, Some(at)) => (0..at, 0..0, at + 1..end),
        (Some(colon), None) => (0..colon, colon + 1..end, 0..0),
    }
}
