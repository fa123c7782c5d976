//! What several test harnesses need.
#![allow(dead_code, reason = "every harness uses its own part")]

use k8factor::report::human::{self, Options};
use k8factor::report::{Report, format, json};
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

/// The report in the format of this name, with everything else as it is by default.
pub(crate) fn formatted(report: &Report, name: &str) -> String {
    formatted_with(report, name, &format::Options::default())
}

/// The report in the format of this name.
pub(crate) fn formatted_with(report: &Report, name: &str, options: &format::Options) -> String {
    let mut page = Vec::new();
    let format = format::find(name).expect("there is such a format");
    (format.write)(report, options, &mut page).expect("a Vec takes everything");
    String::from_utf8(page).expect("reports are text")
}

/// The number of some file.
pub(crate) fn file() -> FileId {
    Sources::default().add("test.yaml".into(), FileKind::Yaml, "".into())
}
