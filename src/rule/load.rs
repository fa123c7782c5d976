//! Finds rule pages: those that are built in, and the repository's own. Only this file of rules touches the disk.

use super::{Origin, Page, Rule, setting};
use crate::config::{Config, text};
use crate::error::Error;
use crate::finding::RuleId;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// `(path, text)` of every page in `rules/`, listed by `build.rs`.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules as the configuration sets them, sorted by factor and name. A rule of the repository's own replaces the one of that name that is built in.
pub fn load(config: &Config) -> Result<Vec<Rule>, Error> {
    let own = own(config)?;
    let mut rules: BTreeMap<RuleId, Rule> = BTreeMap::new();
    for rule in built_in()?.into_iter().chain(own) {
        rules.insert(rule.id.clone(), rule);
    }
    let mut rules: Vec<_> = rules.into_values().collect();
    rules.sort_by(|a, b| (a.factor, &a.id).cmp(&(b.factor, &b.id)));
    setting::apply(&mut rules, config)?;
    Ok(rules)
}

/// The rules of `rules/`.
pub fn built_in() -> Result<Vec<Rule>, Error> {
    BUILT_IN.iter().map(|&(path, text)| Page::new(path, text).into_rule(Origin::BuiltIn)).collect()
}

/// The repository's own rules, sorted by path.
fn own(config: &Config) -> Result<Vec<Rule>, Error> {
    let mut pages = Vec::new();
    if is_there(&config.rules_folder) {
        collect(config, &config.rules_folder, &mut pages)?;
    }
    pages.sort();
    let pages: Vec<_> = pages.iter().map(|path| read(config, path)).collect::<Result<_, _>>()?;
    refuse_equal_names(&pages)?;
    pages.into_par_iter().map(|page| page.into_rule(Origin::Own)).collect()
}

/// Writes a page below the folder of rules and says where; never over one that is there.
pub(super) fn create(config: &Config, file: &str, text: &str) -> Result<String, Error> {
    let path = config.rules_folder.join(file);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::usage(shown(config, &path), "this page is there already"),
        _ => Error::path(&path, error),
    };
    fs::create_dir_all(path.parent().unwrap_or(&config.rules_folder)).map_err(failed)?;
    let mut file = File::create_new(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(shown(config, &path))
}

fn refuse_equal_names(pages: &[Page]) -> Result<(), Error> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for page in pages {
        if let Some(first) = seen.insert(page.id(), page.path()) {
            let message = format!("{first} is already a rule of this name; rename one of them");
            return Err(page.error_at(0, message));
        }
    }
    Ok(())
}

/// Most repositories have no rules of their own. A link to nothing is there.
fn is_there(folder: &Path) -> bool {
    let nothing = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    fs::symlink_metadata(folder).err().is_none_or(|error| !nothing.contains(&error.kind()))
}

/// The pages of a folder, whatever their depth: a page in a wrong place is an error later, not overlooked now.
fn collect(config: &Config, folder: &Path, pages: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |error: io::Error| {
        let message = format!("the folder of rules cannot be read: {error}");
        Error::rule(shown(config, folder), message)
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_page =
            path.extension().is_some_and(|e| e == "md") && path.file_name().is_some_and(|n| n != "README.md");
        if is_page {
            pages.push(path);
        } else if path.is_dir() {
            // It may lead in a circle. Overlooked rules would be worse than none.
            if path.is_symlink() {
                let message = "links to folders are not followed here. Link the pages, or use `--rules`";
                return Err(Error::rule(shown(config, &path), message));
            }
            collect(config, &path, pages)?;
        }
    }
    Ok(())
}

fn read(config: &Config, path: &Path) -> Result<Page, Error> {
    let shown = shown(config, &with_folder(path));
    match text::read(path) {
        Ok(text) => Ok(Page::new(shown, text)),
        Err(fault) => Err(Error::rule(format!("{shown}{}", fault.place), fault.message)),
    }
}

/// A page given by its name alone still has a folder, which gives its factor. A link is read under its own name.
fn with_folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// A path relative to the checked root.
fn shown(config: &Config, path: &Path) -> String {
    let root = fs::canonicalize(&config.root).unwrap_or_else(|_| config.root.clone());
    let inside = path.strip_prefix(&root).or_else(|_| path.strip_prefix(&config.root)).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}
