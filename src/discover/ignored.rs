//! Which paths `.gitignore`, `.k8factorignore` and `exclude` leave out.
//!
//! The patterns are those of the `ignore` crate. The walk is ours, because the crate's own opens whatever is called
//! `.gitignore`: a pipe, or a link to `/dev/zero` that somebody committed, would hang it. As in git, only regular
//! files count. The user's global git configuration does not: it would give two machines two reports.

use super::read;
use crate::config::{Config, pattern};
use crate::problem::Problem;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use std::sync::Arc;

/// The names of the files with rules. The first has the last word.
pub const NAMES: [&str; 2] = [".k8factorignore", ".gitignore"];

/// The rules that hold in one folder; those of the folders above are behind `above`.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// One for each of [`NAMES`].
    matchers: [Option<Gitignore>; 2],
    above: Option<Arc<Self>>,
}

impl Rules {
    /// The rules that hold in the root before its own files are read: those of the repository around it.
    pub(super) fn around(root: &Path, problems: &mut Vec<Problem>) -> Arc<Self> {
        let repository = root.ancestors().position(|folder| folder.join(".git").exists());
        let above: Vec<_> = root.ancestors().skip(1).take(repository.unwrap_or(0)).collect();
        above.into_iter().rev().fold(Arc::default(), |rules: Arc<Self>, folder| {
            rules.enter(folder, &folder.display().to_string(), present(folder), &[], problems)
        })
    }

    /// The rules of a folder on the way to one that was given by name.
    pub(super) fn pass(
        self: Arc<Self>,
        folder: &Path,
        shown: &str,
        config: &Config,
        problems: &mut Vec<Problem>,
    ) -> Arc<Self> {
        let present = if config.respect_ignore_files { present(folder) } else { [false; 2] };
        self.enter(folder, shown, present, excluded_in(folder, config), problems)
    }

    /// The rules inside a folder. `present` says which of [`NAMES`] it has, `exclude` are further lines.
    pub(super) fn enter(
        self: Arc<Self>,
        folder: &Path,
        shown: &str,
        present: [bool; 2],
        exclude: &[String],
        problems: &mut Vec<Problem>,
    ) -> Arc<Self> {
        if present == [false; 2] && exclude.is_empty() {
            return self;
        }
        let extra: [&[String]; 2] = [exclude, &[]];
        let matchers = std::array::from_fn(|index| {
            let name = present[index].then_some(NAMES[index]);
            matcher(folder, shown, name, extra[index], problems)
        });
        Arc::new(Self { matchers, above: Some(self) })
    }

    /// Which of [`NAMES`] leaves a path out, if one does. The innermost folder decides, but `.k8factorignore` before any
    /// `.gitignore`.
    pub(super) fn ignore(&self, path: &Path, is_folder: bool) -> Option<&'static str> {
        let chain = |index: usize| {
            let folders = std::iter::successors(Some(self), |rules| rules.above.as_deref());
            folders.filter_map(move |rules| rules.matchers[index].as_ref())
        };
        let matchers = [0, 1].into_iter().flat_map(|index| chain(index).map(move |matcher| (index, matcher)));
        let mut verdicts = matchers.map(|(index, matcher)| (index, matcher.matched(path, is_folder)));
        let (index, verdict) = verdicts.find(|(_, verdict)| !verdict.is_none())?;
        verdict.is_ignore().then_some(NAMES[index])
    }

    /// Whether no rule holds at all, so that nobody needs to ask.
    pub(super) fn are_empty(&self) -> bool {
        self.above.is_none()
    }
}

/// `exclude` means what the same lines at the end of the root's `.k8factorignore` would mean.
pub(super) fn excluded_in<'a>(folder: &Path, config: &'a Config) -> &'a [String] {
    if folder == config.root { &config.exclude } else { &[] }
}

fn present(folder: &Path) -> [bool; 2] {
    NAMES.map(|name| folder.join(name).symlink_metadata().is_ok_and(|file| file.is_file()))
}

fn matcher(
    folder: &Path,
    shown: &str,
    name: Option<&str>,
    extra: &[String],
    problems: &mut Vec<Problem>,
) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    let file = name.unwrap_or(NAMES[0]);
    let shown = if shown.is_empty() { file.to_owned() } else { format!("{shown}/{file}") };
    if let Some(name) = name {
        add_file(&mut builder, &folder.join(name), &shown, problems);
    }
    for line in extra {
        // The configuration has checked these lines.
        let _ = pattern::add(&mut builder, line);
    }
    let Ok(matcher) = builder.build() else {
        let message = "Its rules do not count: there are too many patterns. Write fewer lines.";
        problems.push(Problem::with_path(shown, message));
        return None;
    };
    Some(matcher).filter(|matcher| !matcher.is_empty())
}

fn add_file(builder: &mut GitignoreBuilder, path: &Path, shown: &str, problems: &mut Vec<Problem>) {
    let bytes = match read::bytes(path, MAX_SIZE) {
        Ok(bytes) => bytes,
        Err(refusal) => {
            problems
                .push(Problem::with_path(shown, format!("Its rules do not count: {}", refusal.message())));
            return;
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if let Err(reason) = pattern::add(builder, line) {
            let line = index + 1;
            let message =
                format!("Line {line} is no pattern and leaves nothing out: {reason}. Correct the line.");
            problems.push(Problem::with_path(shown, message));
        }
    }
}

/// Rules are written by hand; a megabyte of them is a mistake.
const MAX_SIZE: u64 = 1 << 20;
