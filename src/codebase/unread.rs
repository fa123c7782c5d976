//! What was not read, and so may hold whatever a rule misses.

use super::Codebase;
use crate::discover::{self, IGNORE_FILES};
use crate::model::role::Zone;
use crate::problem::{Place, SkipReason};
use crate::source::{FileKind, is_below};

/// A file or folder that nobody understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread<'a> {
    /// Relative to the root; empty if nothing but the given paths was read.
    pub path: &'a str,
    /// What kind of file it is; none for a folder and where nobody can tell.
    pub kind: Option<FileKind>,
    /// The words in it, where there are any.
    pub text: Option<&'a str>,
    /// Whether it is encrypted as a whole. People encrypt credentials and nothing else.
    pub is_encrypted: bool,
}

impl Codebase {
    /// Everything that was not read and could be a part of what is deployed, sorted by path. What ignore files and
    /// `exclude` leave out is no part of the codebase: its owners said so.
    pub fn unread(&self) -> Vec<Unread<'_>> {
        let rest = (!self.config.reads_root).then_some(Unread {
            path: "",
            kind: None,
            text: None,
            is_encrypted: false,
        });
        let problems = self.problems.iter().map(|problem| match &problem.place {
            Place::Path(path) => self.unread_file(path, false),
            Place::Span(span) => self.unread_file(self.source(span.file).path(), false),
        });
        let skipped = self.skipped.iter().filter(|skipped| could_hold_more(skipped.reason));
        let skipped =
            skipped.map(|skipped| self.unread_file(&skipped.path, skipped.reason == SkipReason::Encrypted));
        let mut unread: Vec<_> = problems.chain(skipped).filter(|file| is_deployed(file.path)).collect();
        unread.extend(rest);
        // The path decides about the rest, and comparing texts would read a file once for each thing that is wrong in it.
        unread.sort_by_key(|file| (file.path, file.is_encrypted));
        unread.dedup_by_key(|file| (file.path, file.is_encrypted));
        unread
    }

    /// Whether something that was not read lies at this path or around it, or may lie there.
    pub fn may_have_unread(&self, path: &str) -> bool {
        let problems = self.problems.iter().filter_map(|problem| match &problem.place {
            Place::Path(path) => Some(path.as_str()),
            Place::Span(_) => None,
        });
        let skipped = self.skipped.iter().map(|skipped| skipped.path.as_str());
        let mut paths = problems.chain(skipped).chain(self.left_out.iter().map(String::as_str));
        !self.config.reads_root || paths.any(|unread| touches(unread, path))
    }

    fn unread_file<'a>(&'a self, path: &'a str, is_encrypted: bool) -> Unread<'a> {
        let path = if path == "." { "" } else { path };
        let source = self.sources.by_path(path);
        let kind = source.map_or_else(|| discover::kind_of(path), |source| Some(source.kind()));
        Unread { path, kind, text: source.map(crate::source::Source::text), is_encrypted }
    }
}

/// No tool that reads manifests reads one with a NUL in it, or a state; what a circle of links leads to is read elsewhere.
fn could_hold_more(reason: SkipReason) -> bool {
    !matches!(reason, SkipReason::Binary | SkipReason::Circle | SkipReason::Generated)
}

fn is_deployed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    !IGNORE_FILES.contains(&name) && !matches!(Zone::of_path(path), Zone::Test | Zone::Documentation)
}

impl Unread<'_> {
    /// Whether this path may be a part of it, or it a part of what lies at this path.
    pub fn touches(&self, path: &str) -> bool {
        touches(self.path, path)
    }
}

fn touches(one: &str, other: &str) -> bool {
    is_below(one, other) || is_below(other, one)
}
