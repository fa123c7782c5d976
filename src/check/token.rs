//! Credentials that say themselves what they are: the shapes of `data/token-shapes.yaml`.

use crate::facts;
use crate::model::secret::{entropy, is_literal, is_placeholder, is_random, is_reference};
use crate::source::floor_char;
use regex::Regex;
use serde::Deserialize;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// The shape of one vendor's credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    /// `GitHub token`.
    pub(super) what: String,
    words: Vec<String>,
    entropy: f64,
    /// What else is known of it.
    #[serde(default)]
    pub(super) note: Note,
    pattern: String,
    #[serde(skip)]
    compiled: OnceLock<Regex>,
}

/// What else is known of a shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Note {
    /// The vendor's own mark: nothing else looks like it.
    #[default]
    Marked,
    /// It names an account and opens nothing by itself.
    Id,
    /// A private key: tests are full of keys that open nothing.
    #[serde(rename = "key")]
    PrivateKey,
    /// Only the word beside it gives it away.
    Word,
    /// A part of an address.
    Url,
}

/// A credential in a text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Its shape.
    pub(super) shape: &'static Shape,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

/// The credentials in a text, in the order of the text; of those that overlap the first.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut words: Vec<_> = SHAPES.words.iter().flat_map(|words| words.find_iter(text)).collect();
    words.sort_by_key(regex::Match::start);
    let mut tokens: Vec<Token> = Vec::new();
    for word in words {
        let shapes = SHAPES.by_word.iter().filter(|(known, _)| *known == word.as_str());
        for (_, index) in shapes {
            let found = find(&SHAPES.list[*index], text, word.range());
            tokens.extend(found.filter(|token| tokens.iter().rev().take(4).all(|known| apart(known, token))));
        }
    }
    tokens
}

fn apart(one: &Token, other: &Token) -> bool {
    one.range.end <= other.range.start || other.range.end <= one.range.start
}

struct Shapes {
    list: Vec<Shape>,
    /// Which shapes a word announces, as indexes into `list`.
    by_word: Vec<(String, usize)>,
    /// All words, in as few patterns as the vectorised search of `regex` can take.
    words: Vec<Regex>,
}

/// With more words to a pattern, or short words among long ones, `regex` looks at many places in vain.
const WORDS_AT_ONCE: usize = 32;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let list: Vec<Shape> = facts::rows(include_str!("../../data/token-shapes.yaml"));
    let words = |(index, shape): (usize, &Shape)| {
        shape.words.iter().map(|word| (word.clone(), index)).collect::<Vec<_>>()
    };
    let by_word: Vec<_> = list.iter().enumerate().flat_map(words).collect();
    let words: Vec<String> = by_word.iter().map(|(word, _)| regex::escape(word)).collect();
    let (short, long): (Vec<String>, Vec<String>) = words.into_iter().partition(|word| word.len() < 4);
    let patterns = short.chunks(WORDS_AT_ONCE).chain(long.chunks(WORDS_AT_ONCE)).map(|words| words.join("|"));
    let words = patterns.map(|pattern| Regex::new(&pattern).expect("escaped words")).collect();
    Shapes { list, by_word, words }
});

impl Shape {
    /// Compiled when its word is met: most codebases hold none of them.
    fn pattern(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(&self.pattern).expect("a test compiles every pattern"))
    }
}

/// The pattern sees only the neighbourhood of the word: some files are one line of a megabyte.
fn find(shape: &'static Shape, text: &str, word: Range<usize>) -> Option<Token> {
    if &text[word.clone()] == "://" && !has_userinfo(&text[word.end..]) {
        return None;
    }
    let start = floor_char(text, word.start.saturating_sub(BEFORE));
    let window = &text[start..floor_char(text, word.end + BEHIND)];
    let holds_word = |captures: &regex::Captures<'_>| {
        let whole = captures.get(0).expect("the whole match");
        whole.start() + start <= word.start && word.end <= whole.end() + start
    };
    let captures = shape.pattern().captures_iter(window).find(holds_word)?;
    let found = captures.get(1)?;
    is_real(shape, found.as_str()).then(|| Token { shape, range: found.start() + start..found.end() + start })
}

const BEFORE: usize = 64;
const BEHIND: usize = 1536;

/// Nearly all URLs have none, and there are many URLs.
fn has_userinfo(rest: &str) -> bool {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/\"'<>`?#".contains(byte);
    let authority = rest.as_bytes().iter().take(256).take_while(|byte| !ends(byte));
    authority.filter(|byte| **byte == b'@').count() > 0
}

fn is_real(shape: &Shape, text: &str) -> bool {
    if entropy(text) < shape.entropy || is_reference(text) {
        return false;
    }
    match shape.note {
        Note::PrivateKey => true,
        Note::Url if shape.what == PASSWORD_IN_URL => is_password(text),
        Note::Word => !is_placeholder(text) && (is_random(text) || text.starts_with("eyJ")),
        _ => !is_placeholder(text),
    }
}

/// The one shape that has no mark of a vendor: a person may have chosen it.
pub(super) const PASSWORD_IN_URL: &str = "password in a URL";

/// `user:pass@` and `%s:%s@` stand in documentation and in formats.
fn is_password(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_word = ["pass", "password", "passwd", "pwd", "secret", "token", "user", "username", "pw"];
    is_literal(text) && !is_word.contains(&lower.as_str()) && !FORMAT.is_match(text)
}

static FORMAT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"%[sdvq]|^[$*{<%]|[}>]$|^\w*\(").expect("the pattern is constant"));

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        tokens(text).iter().map(|token| token.shape.what.as_str()).collect()
    }

    /// Tokens are put together here, so that nobody's scanner takes this file for a leak.
    fn assembled(parts: &[&str]) -> String {
        parts.concat()
    }

    #[test]
    fn every_row_of_the_table_is_a_shape() {
        assert!(SHAPES.list.len() > 40);
        assert!(SHAPES.list.iter().all(|shape| shape.pattern().captures_len() == 2));
    }

    #[test]
    fn shapes_are_found() {
        let cases = [
            (assembled(&["gh", "p_", "q8Zt2LmX0vR5yN7cJ4bWk1Hs6DfGpA3eUiOz"]), "GitHub token"),
            (assembled(&["AK", "IA", "Q3ZX7WK5NB2VTYHD"]), "AWS access key id"),
            (assembled(&["gl", "pat-", "q8Zt2LmX0vR5yN7cJ4bW"]), "GitLab token"),
            (
                assembled(&["-----BEGIN RSA PRIV", "ATE KEY-----\n  MIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7c\n"]),
                "private key",
            ),
            (
                assembled(&["-----BEGIN PRIV", "ATE KEY-----\\nMIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7c\\n"]),
                "private key",
            ),
            ("postgres://web:kB7-qarNu2_vtLm9x@db.internal:5432/web".into(), PASSWORD_IN_URL),
            ("redis://:hunter2@cache:6379".into(), PASSWORD_IN_URL),
            ("dd_api_key = \"9f3b61c07ad24e5c8b1f20d7e6a49c35\"".into(), "Datadog key"),
        ];
        for (text, what) in cases {
            assert_eq!(found(&text), [what], "{text}");
        }
    }

    #[test]
    fn what_only_resembles_a_shape_is_left_alone() {
        let cases = [
            assembled(&["AK", "IA", "IOSFODNN7EXAMPLE"]),
            assembled(&["gh", "p_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]),
            assembled(&["gh", "p_", "000000000000000000000000000000000000"]),
            assembled(&["gh", "p_", "q8Zt…"]),
            assembled(&["-----BEGIN PUB", "LIC KEY-----\nMIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7c\n"]),
            assembled(&["-----BEGIN PRIV", "ATE KEY-----\n...\n-----END"]),
            assembled(&["-----BEGIN ENCRYPTED PRIV", "ATE KEY-----\nMIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7c\n"]),
            "https://user:password@example.com".into(),
            "https://${USER}:${TOKEN}@git.internal/x".into(),
            "https://%s:%s@git.internal/x".into(),
            "https://git.internal/x@v1:2".into(),
            "ssh://git@git.internal:22/x".into(),
            "Authorization: Bearer ${UNAUTHORIZED_TOKEN}".into(),
        ];
        for text in cases {
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}
