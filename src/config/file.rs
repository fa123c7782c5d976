//! `.k8factor.yaml` as it was typed: one row of a table for each key, every mistake an error with its place.

use super::{pattern, text};
use crate::error::Error;
use crate::finding::Severity;
use crate::source::{FileKind, Source, Sources, Span};
use crate::suggest::did_you_mean;
use crate::yaml::{self, Entry, Grade, Node, Tree, Value};
use ignore::gitignore::GitignoreBuilder;
use std::fs;
use std::io;
use std::path::Path;

/// The name of the configuration file.
pub const FILE_NAME: &str = ".k8factor.yaml";

/// What the file says. What it does not say is left to flags and defaults.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ConfigFile {
    pub(super) protect_from_label: Option<String>,
    pub(super) exclude: Vec<String>,
    pub(super) fail_on: Option<Severity>,
}

/// The keys of the file. A new key is a field above and a row here.
const KEYS: [(&str, ReadKey); 3] = [
    ("exclude", |file, node, at| {
        file.exclude = at.patterns(node)?;
        Ok(())
    }),
    ("fail-on", |file, node, at| {
        file.fail_on = Some(at.severity(node)?);
        Ok(())
    }),
    ("protect-from-label", |file, node, at| {
        file.protect_from_label = Some(at.label_key(node)?);
        Ok(())
    }),
];

type ReadKey = fn(&mut ConfigFile, Node<'_>, At<'_>) -> Result<(), Error>;

/// Reads the configuration of a root. No file is no error: every key has a default.
pub(super) fn load(root: &Path) -> Result<ConfigFile, Error> {
    refuse_misnamed(root)?;
    let path = root.join(FILE_NAME);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ConfigFile::default()),
        // A pipe would wait for a writer, and a link could lead anywhere.
        Ok(data) if !data.is_file() => {
            return Err(Error::config(
                FILE_NAME,
                "this is not a regular file. Put the configuration itself here",
            ));
        }
        _ => {}
    }
    let text = text::read(&path);
    parse(&text.map_err(|fault| Error::config(format!("{FILE_NAME}{}", fault.place), fault.message))?)
}

/// A configuration that is never read is worse than none.
fn refuse_misnamed(root: &Path) -> Result<(), Error> {
    const WRONG: &str = ".k8factor.yml";
    if root.join(WRONG).exists() {
        return Err(Error::config(WRONG, format!("the configuration is called `{FILE_NAME}`. Rename it")));
    }
    Ok(())
}

fn parse(text: &str) -> Result<ConfigFile, Error> {
    let mut sources = Sources::default();
    let id = sources.add(FILE_NAME.into(), FileKind::Yaml, text.into());
    let at = At { source: sources.get(id) };
    let tree = yaml::parse(id, at.source.shared_text());
    at.well_formed(&tree)?;
    let mut file = ConfigFile::default();
    for entry in tree.roots().flat_map(Node::entries) {
        let read = at.known(entry)?;
        if !entry.value.is_null() {
            read(&mut file, entry.value, at)?;
        }
    }
    Ok(file)
}

/// The file that errors point into.
#[derive(Clone, Copy)]
struct At<'a> {
    source: &'a Source,
}

impl At<'_> {
    fn error(self, span: Span, message: impl Into<String>) -> Error {
        let position = self.source.position(span.start);
        Error::config(format!("{FILE_NAME}:{}:{}", position.line, position.column), message)
    }

    /// One document, a mapping, no key twice.
    fn well_formed(self, tree: &Tree) -> Result<(), Error> {
        if let Some(trouble) = tree.troubles().iter().find(|trouble| trouble.grade == Grade::Fatal) {
            return Err(self.error(trouble.span, trouble.message()));
        }
        if let Some((first, again)) = tree.duplicates().next() {
            let line = self.source.line(first.span().start);
            let message = format!("`{}` is already on line {line}. Remove one of them", again.text());
            return Err(self.error(again.span(), message));
        }
        if let Some(second) = tree.roots().nth(1) {
            return Err(self.error(second.span(), "a second document is never read. Join it with the first"));
        }
        match tree.roots().find(|root| !root.is_mapping()) {
            Some(root) => {
                Err(self.error(root.span(), format!("keys and values belong here. {}", known_keys())))
            }
            None => Ok(()),
        }
    }

    fn known(self, entry: Entry<'_>) -> Result<ReadKey, Error> {
        let typed = entry.key.text();
        if let Some((_, read)) = KEYS.iter().find(|(key, _)| *key == typed) {
            return Ok(*read);
        }
        let guess = did_you_mean(&typed, KEYS.map(|(key, _)| key));
        Err(self.error(entry.key.span(), format!("there is no key `{typed}`.{guess} {}", known_keys())))
    }

    fn text(self, node: Node<'_>, wanted: &str) -> Result<String, Error> {
        match node.value() {
            Value::String(text) if !node.is_templated() && !node.is_mapping() && !node.is_sequence() => {
                Ok(text.into_owned())
            }
            _ => Err(self.error(node.span(), format!("this must be {wanted}"))),
        }
    }

    fn severity(self, node: Node<'_>) -> Result<Severity, Error> {
        let wanted = "`error`, `warning` or `info`";
        let typed = self.text(node, wanted)?;
        let words = Severity::ALL.map(Severity::as_str);
        let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == typed);
        let wrong =
            || format!("`{typed}` is no severity; it must be {wanted}.{}", did_you_mean(&typed, words));
        found.ok_or_else(|| self.error(node.span(), wrong()))
    }

    fn label_key(self, node: Node<'_>) -> Result<String, Error> {
        let key = self.text(node, "a label key, such as `example.com/protect-from`")?;
        match label_key_mistake(&key) {
            Some(mistake) => Err(self.error(node.span(), format!("`{key}` is no label key: {mistake}"))),
            None => Ok(key),
        }
    }

    fn patterns(self, node: Node<'_>) -> Result<Vec<String>, Error> {
        if !node.is_sequence() {
            let message = "this must be a list of patterns, such as `[generated/, \"*.bak.yaml\"]`";
            return Err(self.error(node.span(), message));
        }
        node.items().map(|item| self.pattern(item)).collect()
    }

    fn pattern(self, node: Node<'_>) -> Result<String, Error> {
        let line = self.text(node, "a pattern as in `.gitignore`")?;
        pattern::add(&mut GitignoreBuilder::new(""), &line)
            .map_err(|reason| self.error(node.span(), format!("`{line}` is no pattern: {reason}")))?;
        Ok(line)
    }
}

fn known_keys() -> String {
    format!("The keys are {}", KEYS.map(|(key, _)| format!("`{key}`")).join(", "))
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
mod tests {
    use super::*;

    #[test]
    fn what_the_file_says_is_read() {
        let text = "# ours\nexclude: [generated/, '*.bak.yaml']\nfail-on: warning\n\
                    protect-from-label: example.com/protect-from\n";
        let expected = ConfigFile {
            protect_from_label: Some("example.com/protect-from".into()),
            exclude: vec!["generated/".into(), "*.bak.yaml".into()],
            fail_on: Some(Severity::Warning),
        };
        assert_eq!(parse(text).expect("nothing is wrong"), expected);
        for empty in ["", "# nothing\n", "---\n", "exclude:\n", "exclude: []\n", "{}\n"] {
            assert_eq!(parse(empty).expect("nothing is wrong"), ConfigFile::default(), "{empty:?}");
        }
    }

    #[test]
    fn every_mistake_has_a_place_and_a_cure() {
        let cases = [
            ("exclud: []\n", "1:1: there is no key `exclud`. Did you mean `exclude`? The keys are `exclude`"),
            ("a: 1\n", "1:1: there is no key `a`. The keys are"),
            (
                "fail-on: warnin\n",
                "1:10: `warnin` is no severity; it must be `error`, `warning` or `info`. Did you",
            ),
            ("fail-on: 1\n", "1:10: this must be `error`"),
            ("fail-on: info\nfail-on: error\n", "2:1: `fail-on` is already on line 1"),
            ("exclude: generated\n", "1:10: this must be a list of patterns"),
            ("exclude:\n- a\n- 1\n", "3:3: this must be a pattern"),
            ("exclude:\n- 'a{b'\n", "2:3: `a{b` is no pattern: "),
            ("protect-from-label: -x\n", "1:21: `-x` is no label key: `-x` is not a name"),
            (
                "protect-from-label: Exa_mple/x\n",
                "1:21: `Exa_mple/x` is no label key: `Exa_mple` is no domain",
            ),
            ("protect-from-label: {a: b}\n", "1:21: this must be a label key"),
            ("- a\n", "1:1: keys and values belong here"),
            ("exclude: []\n---\nfail-on: info\n", "3:1: a second document"),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.starts_with(&format!("{FILE_NAME}:{expected}")), "{text:?} gives {error}");
        }
        assert!(parse("exclude: [\n").is_err());
    }
}
