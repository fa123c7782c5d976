//! What several test harnesses need.
#![allow(dead_code, reason = "every harness uses its own part")]

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

/// The number of some file.
pub(crate) fn file() -> FileId {
    Sources::default().add("test.yaml".into(), FileKind::Yaml, "".into())
}
