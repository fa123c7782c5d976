//! Material of others, which is not in this repository: codebases to measure on, answers of other programs.
//!
//! It lies in `../shared`, or where `K8FACTOR_SHARED` points.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A folder of it. Without it a test has nothing to compare with, and says so.
pub(crate) fn folder(name: &str, test: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("K8FACTOR_SHARED").map_or(beside, PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    left_out(test, "the material of others in ../shared is not there; K8FACTOR_SHARED names another place");
    None
}

/// The codebases in a folder, sorted by name.
pub(crate) fn codebases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder exists");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut paths: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    paths.sort();
    paths
}

/// Says that a test passes without having tested anything. Test runners hide what the `print` macros write in a test
/// that passes; what is written to the stream itself everybody sees.
pub(crate) fn left_out(test: &str, why: &str) {
    let line = format!("\nLEFT OUT: {test}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
}
