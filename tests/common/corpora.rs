//! Public codebases that figures are measured on. They are not part of the repository.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::error::Error;
use k8factor::rule::{self, Rule, Verdict};
use k8factor::{discover, documents};
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

/// A codebase and what the rules say about it.
pub(crate) fn check(config: &Config, rules: &[Rule]) -> Result<(Codebase, Verdict), Error> {
    let discovery = discover::walk(config)?;
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(config, discovery, documents);
    let verdict = rule::run(rules, &codebase);
    Ok((codebase, verdict))
}

/// The built-in rules.
pub(crate) fn rules() -> Vec<Rule> {
    rule::built_in().expect("every built-in page loads")
}
