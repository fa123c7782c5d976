//! Which part of what was read a report is about.

use super::Config;
use std::collections::HashSet;
use std::path::MAIN_SEPARATOR;

/// The paths that the user asked about, relative to the root.
#[derive(Debug, Clone)]
pub struct Named {
    /// None for everything.
    paths: Option<HashSet<String>>,
}

impl Named {
    /// The paths of a configuration, and what standard input stands for.
    pub fn of(config: &Config) -> Self {
        if config.paths.contains(&config.root) {
            return Self { paths: None };
        }
        let paths = config.paths.iter().filter_map(|path| path.strip_prefix(&config.root).ok());
        let paths = paths.map(|path| path.to_string_lossy().replace(MAIN_SEPARATOR, "/"));
        let stdin = config.stdin.iter().map(|stdin| stdin.path.clone());
        Self { paths: Some(paths.chain(stdin).collect()) }
    }

    /// Whether nothing of what was read is left out.
    pub fn are_everything(&self) -> bool {
        self.paths.is_none()
    }

    /// Whether a path, relative to the root, is one of them.
    pub fn names(&self, path: &str) -> bool {
        self.paths.as_ref().is_some_and(|named| named.contains(path))
    }

    /// Whether a path, relative to the root, is one of them or lies below one.
    pub fn holds(&self, path: &str) -> bool {
        let Some(named) = &self.paths else { return true };
        let mut ancestors = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
        ancestors.any(|path| named.contains(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Stdin;

    #[test]
    fn a_path_holds_itself_and_what_lies_below() {
        let stdin = Some(Stdin { path: "new.yaml".into(), bytes: Vec::new() });
        let paths = vec!["/r/overlays/prod".into(), "/r/a.yaml".into()];
        let named = Named::of(&Config { paths, stdin, ..Config::for_folder("/r") });
        for inside in ["overlays/prod", "overlays/prod/b/c.yaml", "a.yaml", "new.yaml"] {
            assert!(named.holds(inside), "{inside}");
        }
        for outside in ["", "overlays", "overlays/prod-eu/a.yaml", "overlays/a.yaml", "b/a.yaml"] {
            assert!(!named.holds(outside), "{outside}");
        }
        assert!(Named::of(&Config::for_folder("/r")).holds("anything"));
    }
}
