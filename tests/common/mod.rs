//! What several test harnesses need: where shared third-party material is, and a file to blame.
#![allow(dead_code, reason = "every harness uses its own part")]

use k8factor::source::{FileId, Sources};
use std::path::PathBuf;

/// A folder of material that is not ours and therefore not in the repository.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = std::env::var_os("K8FACTOR_SHARED").map_or(beside, PathBuf::from);
    Some(root.join(folder)).filter(|path| path.is_dir())
}

/// Where our own test data is.
pub fn fixtures(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder)
}

/// The number of some file.
pub fn file() -> FileId {
    Sources::default().add("test.yaml".into(), "".into())
}
