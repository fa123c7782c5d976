//! What several test harnesses need.
#![allow(dead_code, reason = "every harness uses its own part")]

use k8factor::source::{FileId, FileKind, Sources};
use std::path::PathBuf;

pub(crate) mod rules;
pub(crate) mod shared;

/// Where our own test data is.
pub(crate) fn fixtures(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

/// The number of some file.
pub(crate) fn file() -> FileId {
    Sources::default().add("test.yaml".into(), FileKind::Yaml, "".into())
}
