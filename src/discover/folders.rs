//! Walks folders in parallel and sorts out what lies in them. Opens no file but ignore files.

use super::ignored::{self, Rules};
use super::kind::{Guess, guess};
use super::read;
use crate::config::{Config, FILE_NAME, Named};
use crate::problem::Problem;
use rayon::Scope;
use std::collections::HashSet;
use std::fs::{self, DirEntry, FileType};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// What lies in the folders, in no order.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files worth a look, by their path relative to the root.
    pub(super) files: Vec<(String, Guess)>,
    /// Symbolic links, not followed.
    pub(super) links: Vec<Link>,
    /// What `.k8factorignore` and `exclude` leave out. What git ignores is on this machine alone.
    pub(super) left_out: Vec<String>,
    /// What could not be looked at.
    pub(super) problems: Vec<Problem>,
    /// How many files are of no kind that k8factor reads.
    pub(super) others: usize,
    /// How many of them nobody asked about.
    pub(super) others_outside: usize,
}

/// A symbolic link.
#[derive(Debug)]
pub(super) struct Link {
    /// Relative to the root.
    pub(super) path: String,
    /// The rules that hold where it stands.
    pub(super) rules: Arc<Rules>,
    /// Whether it was found behind another link.
    pub(super) is_nested: bool,
}

/// A folder to look into.
pub(super) struct Folder {
    /// Relative to the root; empty for the root.
    pub(super) path: String,
    /// The rules that hold outside it.
    pub(super) rules: Arc<Rules>,
    /// Whether a link leads here.
    pub(super) linked: bool,
}

/// Everything in these folders and below. What is in `given` was named by the user and is somebody else's.
pub(super) fn walk(config: &Config, given: &HashSet<String>, folders: Vec<Folder>) -> Found {
    let (sender, receiver) = channel();
    let walk = Walk { config, named: Named::of(config), given, sender: Mutex::new(sender) };
    rayon::scope(|scope| folders.into_iter().for_each(|folder| walk.spawn(scope, folder)));
    drop(walk);
    receiver.into_iter().fold(Found::default(), Found::join)
}

impl Found {
    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.links.extend(other.links);
        self.left_out.extend(other.left_out);
        self.problems.extend(other.problems);
        self.others += other.others;
        self.others_outside += other.others_outside;
        self
    }
}

struct Walk<'w> {
    config: &'w Config,
    named: Named,
    given: &'w HashSet<String>,
    sender: Mutex<Sender<Found>>,
}

impl Walk<'_> {
    fn spawn<'s>(&'s self, scope: &Scope<'s>, folder: Folder) {
        scope.spawn(move |scope| {
            let found = self.look_into(scope, &folder);
            let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
            sender.send(found).expect("the receiver lives until every folder was walked");
        });
    }

    fn look_into<'s>(&'s self, scope: &Scope<'s>, folder: &Folder) -> Found {
        let mut found = Found::default();
        let absolute = self.config.root.join(&folder.path);
        let entries = list(&absolute, shown(&folder.path), &mut found.problems);
        let inside = self.rules_inside(&absolute, folder, &entries, &mut found.problems);
        // One buffer for all paths: most entries need theirs only for the rules.
        let mut path = absolute.join("_");
        for (entry, file_type) in entries {
            let name = entry.file_name();
            path.set_file_name(&name);
            let rules = Some(&inside).filter(|rules| !rules.are_empty());
            // Waivers point into it, so it is always read.
            let is_configuration = folder.path.is_empty() && name == FILE_NAME;
            let rules = rules.filter(|_| !is_configuration);
            let left_out = rules.and_then(|rules| rules.ignore(&path, file_type.is_dir()));
            if name == ".git" || left_out.is_some_and(|by| by != ignored::NAMES[0]) {
                continue;
            }
            let relative = join(&folder.path, &name.to_string_lossy());
            if left_out.is_some() {
                found.left_out.push(relative);
                continue;
            }
            if name.to_str().is_none() {
                found.refuse_name(relative, file_type, &self.named);
            } else if !self.given.contains(&relative) {
                self.sort_out(scope, relative, file_type, &inside, folder.linked, &mut found);
            }
        }
        found
    }

    fn rules_inside(
        &self,
        absolute: &Path,
        folder: &Folder,
        entries: &[(DirEntry, FileType)],
        problems: &mut Vec<Problem>,
    ) -> Arc<Rules> {
        let is_there = |name| entries.iter().any(|(entry, kind)| kind.is_file() && entry.file_name() == name);
        let present = ignored::NAMES.map(|name| self.config.respect_ignore_files && is_there(name));
        let exclude = ignored::excluded_in(absolute, self.config);
        Arc::clone(&folder.rules).enter(absolute, &folder.path, present, exclude, problems)
    }

    fn sort_out<'s>(
        &'s self,
        scope: &Scope<'s>,
        path: String,
        file_type: FileType,
        rules: &Arc<Rules>,
        linked: bool,
        found: &mut Found,
    ) {
        if file_type.is_dir() {
            self.spawn(scope, Folder { path, rules: Arc::clone(rules), linked });
        } else if file_type.is_symlink() {
            found.links.push(Link { path, rules: Arc::clone(rules), is_nested: linked });
        } else {
            found.file(path, file_type.is_file(), &self.named);
        }
    }
}

impl Found {
    /// A file of no known kind is none of our business, whatever it is made of.
    pub(super) fn file(&mut self, path: String, is_regular: bool, named: &Named) {
        match guess(&path) {
            Guess::Other => self.other(&path, named),
            guess if is_regular => self.files.push((path, guess)),
            _ => self.problems.push(Problem::with_path(path, NOT_REGULAR)),
        }
    }

    /// Counts a file of no kind that k8factor reads.
    pub(super) fn other(&mut self, path: &str, named: &Named) {
        self.others += 1;
        self.others_outside += usize::from(!named.holds(path));
    }

    fn refuse_name(&mut self, path: String, file_type: FileType, named: &Named) {
        if file_type.is_file() && guess(&path) == Guess::Other {
            self.other(&path, named);
            return;
        }
        let what = if file_type.is_dir() { "folder and all that is in it" } else { "file" };
        let message = format!("The name is not UTF-8, so the {what} was not read. Rename it.");
        self.problems.push(Problem::with_path(path, message));
    }
}

/// What is said about pipes, sockets and devices. Opening a pipe waits for a writer, perhaps forever.
pub(super) const NOT_REGULAR: &str = "This is a pipe, a socket or a device, so it was not opened. Remove it, or give its text on standard input.";

/// A path as reports show it.
pub(super) fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn list(absolute: &Path, shown: &str, problems: &mut Vec<Problem>) -> Vec<(DirEntry, FileType)> {
    let mut refuse = |error| problems.push(Problem::with_path(shown, read::sentence(&error)));
    let entries = match fs::read_dir(absolute) {
        Ok(entries) => entries,
        Err(error) => {
            refuse(error);
            return Vec::new();
        }
    };
    let typed = entries.map(|entry| entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))));
    typed.filter_map(|entry| entry.map_err(&mut refuse).ok()).collect()
}
