//! What several test harnesses need.
#![allow(dead_code, reason = "every harness uses its own part")]

use k8factor::report::human::{self, Options};
use k8factor::report::{Report, json};
use k8factor::source::{FileId, FileKind, Sources};
use k8factor::yaml::Style;
use std::path::PathBuf;

pub(crate) mod rules;
pub(crate) mod shared;

/// Where our own test data is.
pub(crate) fn fixtures(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

/// How events and shapes write the style of a scalar, after the events of the YAML test suite.
pub(crate) fn style_mark(style: Style) -> char {
    match style {
        Style::SingleQuoted => '\'',
        Style::DoubleQuoted => '"',
        Style::Literal => '|',
        Style::Folded => '>',
        Style::Plain | Style::Block | Style::Flow => ':',
    }
}

/// The report for people, as a text.
pub(crate) fn human(report: &Report, options: Options) -> String {
    let mut page = Vec::new();
    human::write(report, &options, &mut page).expect("a Vec takes everything");
    String::from_utf8(page).expect("reports are text")
}

/// The report for programs, as a text.
pub(crate) fn json(report: &Report) -> String {
    let mut page = Vec::new();
    json::write(report, &mut page).expect("a Vec takes everything");
    String::from_utf8(page).expect("reports are text")
}

/// The number of some file.
pub(crate) fn file() -> FileId {
    Sources::default().add("test.yaml".into(), FileKind::Yaml, "".into())
}
