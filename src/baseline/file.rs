//! The file of a baseline: JSON, versioned, sorted, one entry on each line.

use super::place::{Place, Wrong};
use super::{Baseline, Entry};
use crate::error::Error;
use crate::model::role::BASELINE_START;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Files of another version are refused: what they mean, this program cannot know.
const VERSION: u64 = 1;

/// The text of the file.
pub(super) fn text(baseline: &Baseline) -> String {
    let lines: Vec<String> = baseline.entries.iter().map(line).collect();
    let body = if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) };
    format!("{BASELINE_START}{body}]}}\n")
}

fn line(entry: &Entry) -> String {
    serde_json::to_string(&Written::from(entry)).expect("texts and numbers can always be written")
}

/// Reads a file; `name` is its name in errors.
pub(super) fn parse(name: &str, text: &str) -> Result<Baseline, Error> {
    // Editors on Windows put a mark at the beginning.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let wrong = |start: usize, error: &serde_json::Error| {
        let (line, column) = position(text, start, error);
        let said = error.to_string();
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        Error::config(
            format!("{name}:{line}:{column}"),
            format!("this is no baseline: {reason}. {}", cure(text)),
        )
    };
    let Versioned { version } = serde_json::from_str(text).map_err(|error| wrong(0, &error))?;
    if version != VERSION {
        let message = format!(
            "the baseline is of version {version}; this k8factor knows version {VERSION}. Use the k8factor that wrote \
             it, or write it anew: k8factor baseline write"
        );
        return Err(Error::config(name, message));
    }
    let file: File = serde_json::from_str(text).map_err(|error| wrong(0, &error))?;
    let entry = |raw: &RawValue| {
        // It is a part of the text: where it begins is where its mistakes are.
        let start = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
        serde_json::from_str(raw.get()).map(|Checked(entry)| entry).map_err(|error| wrong(start, &error))
    };
    let entries: Result<Vec<Entry>, Error> = file.entries.into_iter().map(entry).collect();
    Ok(Baseline::of_entries(entries?))
}

/// Whether a text has the first words of a baseline.
pub(super) fn was_meant(text: &str) -> bool {
    text.trim_start().starts_with("{\"version\":")
        || text.contains("\"version\":") && text.contains("\"entries\":")
}

/// Line and column of a mistake in the part of a text that begins at `start`. The library counts bytes.
fn position(text: &str, start: usize, error: &serde_json::Error) -> (usize, usize) {
    let lines = text[start..].split_inclusive('\n').take(error.line().saturating_sub(1));
    let line = start + lines.map(str::len).sum::<usize>();
    let end = text[line..].find('\n').map_or(text.len(), |length| line + length);
    let mut at = (line + error.column().saturating_sub(1)).min(end);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let last = text[..at].rsplit('\n').next().unwrap_or_default();
    (text[..at].matches('\n').count() + 1, last.chars().count() + 1)
}

fn cure(text: &str) -> &'static str {
    if text.lines().any(|line| line.starts_with("<<<<<<<")) {
        return "It holds the marks of a merge: keep the lines of both sides, or run `k8factor baseline write`";
    }
    if !text.trim().is_empty() && !was_meant(text) {
        return "Name the file of the baseline, or another for a new one";
    }
    "Restore it from git, or write it anew: k8factor baseline write"
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

/// An entry as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    line: String,
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

impl From<&Entry> for Written {
    fn from(Entry { place, since, count }: &Entry) -> Self {
        let (rule, problem) = match place.wrong.clone() {
            Wrong::Rule(rule) => (Some(rule), None),
            Wrong::Problem(message) => (None, Some(message)),
        };
        Self {
            rule,
            problem,
            path: place.path.clone(),
            object: place.object.clone(),
            pointer: place.pointer.clone(),
            text: place.text.clone(),
            line: place.line.clone(),
            count: u32::try_from(*count).unwrap_or(u32::MAX),
            since: since.clone(),
        }
    }
}

/// An entry that says something.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
struct Checked(Entry);

impl TryFrom<Written> for Checked {
    type Error = &'static str;

    fn try_from(line: Written) -> Result<Self, &'static str> {
        let Written { rule, problem, path, object, pointer, text, line, count, since } = line;
        let wrong = match (rule, problem) {
            (Some(rule), None) => Wrong::Rule(rule),
            (None, Some(message)) => Wrong::Problem(message),
            _ => return Err("an entry has either `rule` or `problem`"),
        };
        if count == 0 {
            return Err("`count` is at least 1");
        }
        let place = Place { path, wrong, object, pointer, text, line };
        Ok(Self(Entry { place, since, count: count as usize }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = concat!(
            "{\"version\":1,\"entries\":[\n",
            "{\"problem\":\"no\",\"path\":\"a.yaml\",\"count\":1},\n",
            "{\"rule\":\"r\",\"path\":\"b.yaml\",\"object\":\"Deployment prod/web\",\"pointer\":\"/spec/*\",",
            "\"text\":\"a \\\"b\\\"\",\"line\":\"c: a\",\"count\":2,\"since\":\"2026-11-21\"}\n",
            "]}\n"
        );
        let baseline = parse("b.json", text).expect("it is well formed");
        assert_eq!((baseline.len(), baseline.text()), (3, text.to_owned()));
        let empty = Baseline::default().text();
        assert_eq!(parse("b.json", &empty).expect("it is well formed"), Baseline::default());
    }

    #[test]
    fn what_is_broken_is_told_with_its_place() {
        let entry = |fields: &str| format!("{{\"version\":1,\"entries\":[\n{{{fields}}}\n]}}");
        let cases = [
            (String::new(), "b.json:1:1: this is no baseline: EOF while parsing a value. Restore it"),
            (
                "{\"version\":2,\"entries\":[],\"more\":1}".into(),
                "b.json: the baseline is of version 2; this",
            ),
            ("{\"entries\":[]}".into(), "b.json:1:14: this is no baseline: missing field `version`"),
            (entry("\"rule\":\"a\",\"path\":\"b\",\"count\":0"), "b.json:2:"),
            (entry("\"path\":\"b\",\"count\":1"), "b.json:2:"),
            (entry("\"rule\":\"a\",\"path\":\"b\",\"count\":18446744073709551615"), "b.json:2:"),
            (entry("\"rule\":\"a\",\"path\":\"b\",\"count\":1,\"lin\":\"\""), "b.json:2:"),
            ("{\"version\":1,\n<<<<<<< ours\n".into(), "b.json:2:1: this is no baseline: "),
        ];
        for (text, expected) in cases {
            let said = parse("b.json", &text).expect_err(&text).to_string();
            assert!(said.starts_with(expected), "{text:?} gives {said}");
        }
        let merged = parse("b.json", "{\n<<<<<<< ours\n").expect_err("it is none").to_string();
        assert!(merged.contains("the marks of a merge"), "{merged}");
    }
}
