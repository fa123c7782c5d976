//! Credentials in what a Secret, a generator or a settings file holds: the common part of the checks of factor 3.

use super::Violation;
use super::token::{Note, PASSWORD_IN_URL, tokens};
use crate::codebase::Codebase;
use crate::finding::{Another, ObjectId, Sentence, Subject};
use crate::model::environment::{Stage, stage_of_word};
use crate::model::role::Zone;
use crate::model::secret::{Grade, KeyKind, grade, is_literal, is_random, is_uuid, key_kind};
use crate::source::{Source, Span};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A credential inside a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// The credential itself, to know it again. It never appears in a report.
    pub(super) credential: String,
    /// What it is, with its article: `a GitHub token`.
    pub(super) what: String,
    /// Where it stands in the value.
    pub(super) range: Range<usize>,
    /// Whether it opens nothing by itself.
    pub(super) is_weak: bool,
    /// Whether it may be something else.
    pub(super) is_unsure: bool,
    /// Whether it is a private key: tests are full of keys that open nothing.
    pub(super) is_key: bool,
}

/// Where a text holds what looks like a credential, told by its shape or by its key; in no order.
pub fn credentials_in(text: &str) -> Vec<Range<usize>> {
    by_shape(text).into_iter().chain(by_key(text)).map(|leak| leak.range).collect()
}

/// Where a text, a message for example, holds a credential whose shape tells what it is.
pub fn credentials_by_shape(text: &str) -> Vec<Range<usize>> {
    by_shape(text).into_iter().map(|leak| leak.range).collect()
}

/// A place where a credential stands.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) span: Span,
    pub(super) object: Option<ObjectId>,
    /// What to say where this is the first of several places, and where it is another one.
    pub(super) message: String,
    pub(super) again: String,
    pub(super) weaker: u8,
    pub(super) less_sure: u8,
    /// Whether another scanner was told to be silent here.
    pub(super) is_allowed: bool,
}

/// One finding for a credential, wherever it stands: changing it is one piece of work.
pub(super) fn one_finding(mut places: Vec<Place>) -> Option<Violation> {
    places.sort_by_key(|place| (place.weaker, place.span));
    let mut places = places.into_iter();
    let first = places.next()?;
    let mut violation =
        Violation::at_span(first.span, "").telling(Subject::new(first.message), Sentence::Own);
    violation.object = first.object;
    violation.weaker = first.weaker;
    violation.less_sure = first.less_sure;
    if first.is_allowed {
        violation = violation.with_help(ALLOWED);
    }
    let others = places.filter(|other| other.span != first.span);
    Some(others.fold(violation, |violation, Place { span, again, message, object, .. }| {
        let place = Another { object, ..Another::at(span, again) };
        violation.with_another(place.about(Subject::new(message)))
    }))
}

/// The credentials in the value of a key of a Secret, which holds secrets by its nature.
pub(super) fn in_secret(key: &str, value: &str) -> Vec<Leak> {
    let mut leaks = by_shape(value);
    if leaks.is_empty() && key.starts_with(".dockerc") {
        leaks = registry_logins(value);
    }
    if leaks.is_empty() && value.trim().contains(['\n', '{']) {
        leaks = by_key(value);
    } else if leaks.is_empty() {
        leaks.extend(whole(key, value));
    }
    leaks
}

/// Credentials whose shape tells what they are.
pub(super) fn by_shape(text: &str) -> Vec<Leak> {
    let leak = |token: super::token::Token| {
        let is_key = token.shape.note == Note::PrivateKey;
        let range = if is_key { whole_key(text, token.range) } else { token.range };
        let written = &text[range.clone()];
        let credential = if is_key { unfolded(written) } else { written.to_owned() };
        Leak {
            what: with_article(&token.shape.what),
            is_weak: token.shape.note == Note::Id,
            is_key,
            is_unsure: token.shape.note == Note::Word
                || token.shape.what == PASSWORD_IN_URL && !is_random(&credential),
            range,
            credential,
        }
    };
    tokens(text).into_iter().map(leak).collect()
}

/// From the first line of a private key to its last; the first alone where the key has no end.
fn whole_key(text: &str, first: Range<usize>) -> Range<usize> {
    /// More than a key of 16384 bits takes.
    const LONGEST: usize = 16 * 1024;
    let rest = &text.as_bytes()[first.end..text.len().min(first.end + LONGEST)];
    let Some(end) = memchr::memmem::find(rest, b"-----").filter(|end| rest[*end..].starts_with(b"-----END"))
    else {
        return first;
    };
    let written = &text[first.start..first.end + end];
    let body = written.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let body = ["\\n", "\\r"].iter().fold(body, |body, escape| body.trim_end_matches(escape));
    first.start..first.start + body.len()
}

/// A private key without line breaks and indentation, which differ from file to file.
fn unfolded(key: &str) -> String {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
    key.replace("\\n", "").replace("\\r", "").chars().filter(is_part).collect()
}

/// Credentials in a text of keys and values, whatever the format: `password: x`, `"token": "x"`, `KEY=x`.
pub(super) fn by_key(text: &str) -> Vec<Leak> {
    let mut leaks = Vec::new();
    let mut at = 0;
    while let Some(word) = TELLING.find_at(text, at) {
        let start = text[at..word.start()].rfind('\n').map_or(at, |line| at + line + 1);
        let end = text[word.end()..].find('\n').map_or(text.len(), |line| word.end() + line);
        leaks.extend(in_line(&text[start..end], start));
        at = end;
    }
    leaks
}

/// Nearly no line has a key that tells of a credential, so only those that hold one of its words are taken apart.
static TELLING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)pass|pwd|token|key|secret|credential|dsn|string").expect("the pattern is constant")
});

fn in_line(line: &str, start: usize) -> impl Iterator<Item = Leak> {
    SETTING.captures_iter(line).filter_map(move |captures| {
        let key = captures.get(1)?.as_str();
        let value = (2..=4).find_map(|group| captures.get(group))?;
        leak_under(key, value.as_str(), start + value.start()..start + value.end())
    })
}

/// What a telling key holds outside of a Secret.
pub(super) fn leak_under(key: &str, value: &str, range: Range<usize>) -> Option<Leak> {
    let is_unsure = grade(key, value)? == Grade::Chosen;
    let what = if key_kind(key, false) == Some(KeyKind::Password) { "a password" } else { "a credential" };
    Some(Leak {
        credential: value.to_owned(),
        what: what.into(),
        range,
        is_weak: false,
        is_unsure,
        is_key: false,
    })
}

static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?:^|[\s,{("'])["']?([A-Za-z][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',;}\])]+)(?:[ \t\r]*(?:[,;}\]]|$)|[ \t]+#))"#;
    Regex::new(pattern).expect("the pattern is constant")
});

/// `auth` is user and password in base64.
fn registry_logins(value: &str) -> Vec<Leak> {
    static AUTH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""auth"\s*:\s*"([A-Za-z0-9+/]{6,}={0,2})""#).expect("the pattern is constant")
    });
    let logins = AUTH.captures_iter(value).filter_map(|captures| {
        let encoded = captures.get(1)?;
        let login = String::from_utf8(STANDARD.decode(encoded.as_str()).ok()?).ok()?;
        let (_, password) = login.split_once(':')?;
        let what = "the password of a registry".to_owned();
        let credential = password.to_owned();
        let leak = Leak {
            credential,
            what,
            range: encoded.range(),
            is_weak: false,
            is_unsure: false,
            is_key: false,
        };
        is_literal(password).then_some(leak)
    });
    logins.collect()
}

/// A value that is a credential as a whole.
fn whole(key: &str, value: &str) -> Option<Leak> {
    let trimmed = value.trim();
    let (is_random, is_hash) = (is_random(trimmed), HASH.is_match(trimmed));
    let kind = key_kind(key, true);
    let is_credential = match kind {
        Some(KeyKind::Password) => trimmed.len() >= 3,
        Some(KeyKind::Token) => is_random || trimmed.len() >= 6 && !is_dns_name(trimmed),
        None => is_hash || is_random && !is_uuid(trimmed) && !names_no_credential(key),
    };
    if !is_credential || !is_literal(trimmed) {
        return None;
    }
    let start = value.len() - value.trim_start().len();
    let what = match kind {
        _ if is_hash => "the hash of a password",
        Some(KeyKind::Password) => "a password",
        _ => "a credential",
    };
    Some(Leak {
        credential: trimmed.to_owned(),
        what: what.into(),
        range: start..start + trimmed.len(),
        is_weak: is_hash,
        is_key: false,
        is_unsure: !is_random && kind != Some(KeyKind::Password) || kind.is_none(),
    })
}

/// `crypt(5)` and htpasswd: the password is not readable, but may be guessed at leisure.
static HASH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$(2[abxy]|5|6|y|apr1|argon2\w+)\$|\{SHA\}").expect("the pattern is constant")
});

/// Keys of what is public: `AZURE_CLIENT_ID`, `tls.crt`, `bucket`.
fn names_no_credential(key: &str) -> bool {
    const ENDINGS: [&str; 22] = [
        "id",
        "name",
        "user",
        "username",
        "url",
        "uri",
        "host",
        "endpoint",
        "crt",
        "cert",
        "ca",
        "pub",
        "version",
        "region",
        "bucket",
        "email",
        "fingerprint",
        "thumbprint",
        "arn",
        "server",
        "issuer",
        "hash",
    ];
    let lower = key.to_ascii_lowercase();
    let last = lower.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ENDINGS.contains(&last) || key.ends_with("Id") || key.ends_with("ID") || lower.contains("public")
}

fn is_dns_name(value: &str) -> bool {
    value.contains(['-', '.'])
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

fn with_article(what: &str) -> String {
    let article = match what.as_bytes().first() {
        Some(b'A' | b'E' | b'I' | b'O' | b'a' | b'e' | b'i' | b'o' | b'N') if !what.starts_with("New") => {
            "an"
        }
        _ => "a",
    };
    format!("{article} {what}")
}

/// The text of a value of `data`; the value itself where it is not base64. None where the bytes are no text.
pub(super) fn decoded(value: &str) -> Result<String, Vec<u8>> {
    let compact: String = value.split_whitespace().collect();
    match STANDARD.decode(&compact) {
        Ok(bytes) => String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes),
        Err(_) => Ok(value.to_owned()),
    }
}

/// Whether the path says that nothing of value is behind the credential: an environment before the last one, tests, a
/// cluster on a laptop.
pub(super) fn is_rehearsal(codebase: &Codebase, source: &Source) -> bool {
    const WORDS: [&str; 6] = ["tests", "local", "kind", "k3d", "minikube", "e2e"];
    let mut words = source.path().split(['/', '-', '_', '.']);
    let is_rehearsal =
        |word: &str| WORDS.contains(&word) || stage_of_word(word).is_some_and(|stage| stage < Stage::Staging);
    // The runner has weakened what stands in examples already.
    codebase.zone(source.id()) != Zone::Example && words.any(is_rehearsal)
}

/// Whether the authors told another scanner to be silent about this line.
pub(super) fn is_allowed(source: &Source, span: Span) -> bool {
    let lines = source.line(span.start)..=source.line(span.end);
    let mut texts = lines.filter_map(|line| source.line_span(line)).map(|span| source.slice(span));
    texts.any(|text| ["gitleaks:allow", "allowlist secret"].iter().any(|mark| text.contains(mark)))
}

/// What to say about a credential that another scanner was told to leave alone.
const ALLOWED: &str = "Another scanner was told to be silent here, but not why. Waive the finding with the reason, or move the credential to a secret store.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_ends_with_its_line_or_before_a_comment() {
        for text in [
            "password = kB7-qarNu2_vtLm9x",
            "password: kB7-qarNu2_vtLm9x # why\n",
            "a: b\r\npassword: kB7-qarNu2_vtLm9x\r\nc: d\r\n",
            "{\"password\": \"kB7-qarNu2_vtLm9x\"}",
        ] {
            let found: Vec<_> = by_key(text).into_iter().map(|leak| leak.credential).collect();
            assert_eq!(found, ["kB7-qarNu2_vtLm9x"], "{text}");
        }
        assert_eq!(by_key("# the password: kB7-qarNu2_vtLm9x opens it"), []);
    }

    #[test]
    fn a_private_key_is_all_of_its_lines_however_it_is_indented() {
        let (begin, end) = ("-----BEGIN PRIV", "-----END PRIVATE KEY-----");
        let lines = ["MIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7c", "J4bWk1Hs6DfGpA3eUiOzQw9ErT8yUiPa", "c2hvcnQ="];
        let key = |separator: &str| {
            let body = lines.join(separator);
            let text = format!("key: {begin}ATE KEY-----{separator}{body}{separator}{end}");
            let leaks = by_shape(&text);
            assert_eq!(leaks.len(), 1, "{text}");
            assert_eq!(&text[leaks[0].range.clone()], body);
            leaks[0].credential.clone()
        };
        assert_eq!(key("\n"), key("\n    "));
        assert_eq!(key("\n"), key("\\n"));
        assert_eq!(key("\n"), lines.concat());
        let open = format!("{begin}ATE KEY-----\n{}\nname: web\n{begin}ATE KEY-----\n", lines[0]);
        assert_eq!(by_shape(&open)[0].credential, lines[0]);
    }
}
