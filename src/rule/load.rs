//! Finds rule pages: those that are built in, and the repository's own. Only this part of rules touches the disk.

use super::{Origin, Page, Rule};
use crate::config::Config;
use crate::error::Error;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// `(path, text)` of every page in `rules/`, listed by `build.rs`.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules, sorted by factor and name. A rule of the repository's own replaces the one of that name that is built in.
pub fn load(config: &Config) -> Result<Vec<Rule>, Error> {
    let own = own_pages(config)?;
    let mut rules: BTreeMap<_, Rule> = BTreeMap::new();
    for rule in built_in()?.into_iter().chain(own_rules(own)?) {
        rules.insert(rule.id.clone(), rule);
    }
    let mut rules: Vec<_> = rules.into_values().collect();
    rules.sort_by(|a, b| (a.factor, &a.id).cmp(&(b.factor, &b.id)));
    Ok(rules)
}

/// The rules of `rules/`.
pub fn built_in() -> Result<Vec<Rule>, Error> {
    BUILT_IN.iter().map(|&(path, text)| Page::new(path, text).into_rule(Origin::BuiltIn)).collect()
}

fn own_rules(pages: Vec<Page>) -> Result<Vec<Rule>, Error> {
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    for page in &pages {
        let first = paths.insert(page.id().to_owned(), page.path().to_owned());
        if let Some(first) = first {
            let message = format!("`{}` is already the name of {first}; rename one of them", page.id());
            return Err(page.error_at(0, message));
        }
    }
    pages.into_par_iter().map(|page| page.into_rule(Origin::Own)).collect()
}

/// The pages below the folder of rules, sorted by path. `README.md` is no rule.
fn own_pages(config: &Config) -> Result<Vec<Page>, Error> {
    let mut paths = Vec::new();
    match collect(&config.rules_folder, &mut paths) {
        Err((path, error)) if path == config.rules_folder && error.kind() == io::ErrorKind::NotFound => {}
        Err((path, error)) => return Err(Error::path(path, error)),
        Ok(()) => {}
    }
    paths.sort();
    paths.iter().map(|path| read(config, path)).collect()
}

/// Reads one page from the disk; its path is shown relative to the root.
pub(super) fn read(config: &Config, path: &Path) -> Result<Page, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::path(path, error))?;
    let shown = path.strip_prefix(&config.root).unwrap_or(path);
    Ok(Page::new(shown.to_string_lossy().replace('\\', "/"), text))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e == "md")
            && path.file_name().is_some_and(|n| n != "README.md")
        {
            paths.push(path);
        }
    }
    Ok(())
}
