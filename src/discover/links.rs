//! Follows symbolic links, but never out of the root and never in a circle.
//!
//! A link to a folder is followed once: links to folders that stand behind it are not. What they lead to lies in the
//! root and is read there, and a few folders that link to each other have more paths than anybody can walk.

use super::folders::{self, Folder, Found, Link};
use super::kind::{Guess, guess};
use super::read;
use crate::config::{Config, Named};
use crate::problem::{Problem, SkipReason, Skipped};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

/// Replaces the links in `found` by what they lead to. Gives back those that are not followed.
pub(super) fn follow(config: &Config, given: &HashSet<String>, found: &mut Found) -> Vec<Skipped> {
    let mut links = std::mem::take(&mut found.links);
    if links.is_empty() {
        return Vec::new();
    }
    links.sort_by(|a, b| a.path.cmp(&b.path));
    // Without its real path nothing is known to lie inside the root.
    let root = fs::canonicalize(&config.root).unwrap_or_else(|_| config.root.clone());
    let named = Named::of(config);
    let mut following =
        Following { config, named, given, root: &root, found, skipped: Vec::new(), behind: 0 };
    for link in links {
        following.link(link);
    }
    following.skipped
}

struct Following<'a> {
    config: &'a Config,
    named: Named,
    given: &'a HashSet<String>,
    root: &'a Path,
    found: &'a mut Found,
    skipped: Vec<Skipped>,
    /// How many files were found in linked folders.
    behind: usize,
}

impl Following<'_> {
    fn link(&mut self, link: Link) {
        let at = self.config.root.join(&link.path);
        let target =
            fs::canonicalize(&at).and_then(|target| fs::metadata(&target).map(|data| (target, data)));
        let (target, metadata) = match target {
            Ok(found) => found,
            Err(error) => return self.refuse(link, &broken(&at, &error)),
        };
        let inside = target.strip_prefix(self.root);
        let may_be_read = inside.is_ok_and(|path| path.iter().all(|part| part != ".git"));
        if !may_be_read {
            self.leads_out(link, metadata.is_file());
        } else if metadata.is_dir() && (link.is_nested || encloses(&target, &at)) {
            self.skipped.push(Skipped { path: link.path, reason: SkipReason::Circle });
        } else if metadata.is_dir() {
            self.folder(link);
        } else {
            self.found.file(link.path, metadata.is_file(), &self.named);
        }
    }

    /// `LICENSE -> ../LICENSE` is of as little interest as the file itself.
    fn leads_out(&mut self, link: Link, is_file: bool) {
        if is_file && !matches!(guess(&link.path), Guess::Kind(_)) {
            self.found.other(&link.path, &self.named);
        } else {
            self.skipped.push(Skipped { path: link.path, reason: SkipReason::Link });
        }
    }

    fn folder(&mut self, link: Link) {
        if self.behind > MAX_BEHIND_LINKS {
            let message = format!(
                "More than {MAX_BEHIND_LINKS} files lie in linked folders, so this link was not followed. \
                 Leave some of the links out in `.k8factorignore`."
            );
            return self.refuse(link, &message);
        }
        let folder = Folder { path: link.path, rules: link.rules, linked: true };
        let behind = folders::walk(self.config, self.given, vec![folder]);
        self.behind += behind.files.len() + behind.others;
        self.found.files.extend(behind.files);
        self.found.left_out.extend(behind.left_out);
        self.found.problems.extend(behind.problems);
        self.found.others += behind.others;
        self.found.others_outside += behind.others_outside;
        for link in behind.links {
            self.link(link);
        }
    }

    fn refuse(&mut self, link: Link, message: &str) {
        self.found.problems.push(Problem::with_path(link.path, message));
    }
}

/// A thousand links to a folder of a thousand files are a mistake, or an attack.
const MAX_BEHIND_LINKS: usize = 100_000;

/// Whether the target is a folder above the link: whoever follows it comes back to the link.
fn encloses(target: &Path, link: &Path) -> bool {
    let home = link.parent().and_then(|folder| fs::canonicalize(folder).ok());
    home.is_some_and(|home| home.starts_with(target))
}

fn broken(at: &Path, error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::NotFound {
        return read::sentence(error);
    }
    let target = fs::read_link(at).unwrap_or_default();
    format!(
        "The link leads to `{}`, which does not exist. Restore the target or remove the link.",
        target.display()
    )
}
