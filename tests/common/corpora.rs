//! Public codebases that figures are measured on. They are not part of the repository.

use std::path::{Path, PathBuf};

/// The folder of the codebases, `../shared/corpora` unless `K8FACTOR_SHARED` names another `shared`. Without it a test
/// has nothing to measure, and says so.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("K8FACTOR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let folder = shared.join("corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("\n  {test} LEFT OUT: there is no {}; set K8FACTOR_SHARED\n", folder.display());
    None
}

/// The codebases, sorted by name.
pub(crate) fn codebases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder exists");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut paths: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    paths.sort();
    paths
}
