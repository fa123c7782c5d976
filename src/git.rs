//! What changed in the worktree since a revision of git.
//!
//! Git is read through a library and through nothing but the files of the repository: no program is started, nothing is
//! fetched, and what this user or machine has configured does not count. The worktree is compared as it was read, so
//! what is not committed, and what git does not track, counts as well.

mod base;
mod before;
mod repository;

use crate::changes::{Changed, Changes};
use crate::config::Config;
use crate::discover::Discovery;
use crate::error::Error;
use crate::problem::{Place, Problem};
use crate::source::{FileKind, Source};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use before::{Before, File, hash};
use gix::ObjectId;
use rayon::prelude::*;
use repository::Located;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;

/// What changed since the revision that the configuration names. None if it names none.
pub fn changes(config: &Config, discovery: &Discovery) -> Result<Option<Changes>, Error> {
    let Some(revision) = &config.diff_base else { return Ok(None) };
    let Located { repository, folder, prefix } = repository::around(&config.root, revision)?;
    let mut notes = Vec::new();
    let commit = base::commit(&repository, revision, &mut notes)?;
    let before = Before::of(&repository, &folder, commit, revision, &mut notes)?;
    let mut comparison = Comparison { before, prefix, unknown: 0 };
    let mut files = comparison.read(discovery.sources.as_slice());
    files.extend(comparison.unread(discovery, config.max_file_size));
    if comparison.unknown > 0 {
        let number = comparison.unknown;
        notes.push(format!(
            "{number} of the files that changed are not in this clone as they were at `{revision}`: all their lines count \
             as changed"
        ));
    }
    Ok(Some(Changes { files, notes }))
}

struct Comparison<'r> {
    before: Before<'r>,
    /// From the worktree of git to the checked root; empty or with a `/` at its end.
    prefix: String,
    /// How many texts a partial clone does not have.
    unknown: usize,
}

impl Comparison<'_> {
    /// The files with a text.
    fn read(&mut self, sources: &[Source]) -> BTreeMap<String, Changed> {
        let kind = self.before.hash_kind();
        let ids: Vec<Option<ObjectId>> =
            sources.par_iter().map(|source| hash(kind, &bytes(source))).collect();
        let (mut files, mut new) = (BTreeMap::new(), Vec::new());
        for (source, id) in sources.iter().zip(ids) {
            let path = format!("{}{}", self.prefix, source.path());
            let Some(file) = self.before.file(&path) else {
                new.push((source, id));
                continue;
            };
            if id != Some(file.id) {
                let changed = self.since(source, &path, file);
                files.extend(changed.map(|changed| (source.path().to_owned(), changed)));
            }
        }
        files.extend(self.added(&new).into_iter().map(|path| (path, Changed::Whole)));
        files
    }

    /// What is other than it was, if anything is.
    fn since(&mut self, source: &Source, path: &str, file: File) -> Option<Changed> {
        let Some(before) = self.before.bytes(file) else {
            self.unknown += 1;
            return Some(Changed::Whole);
        };
        if before::is_stand_in(&before) {
            return (!self.before.is_checked_out(path, file)).then_some(Changed::Whole);
        }
        if source.kind() == FileKind::Binary {
            return Some(Changed::Whole);
        }
        match Changed::between(&String::from_utf8_lossy(&before), source.text()) {
            Changed::Lines(ranges) if ranges.is_empty() => None,
            changed => Some(changed),
        }
    }

    /// The new files, without those that only have another name: a file that is there no more had the same text.
    fn added(&self, new: &[(&Source, Option<ObjectId>)]) -> Vec<String> {
        let kind = self.before.hash_kind();
        // The ends of its lines may be those of a checkout.
        let plain = |source: &Source| hash(kind, source.text().replace("\r\n", "\n").as_bytes());
        let names = |(source, id): &(&Source, Option<ObjectId>)| {
            [*id, source.text().contains("\r\n").then(|| plain(source)).flatten()]
        };
        let contents: Vec<[Option<ObjectId>; 2]> = new.iter().map(names).collect();
        let mut vanished = self.before.vanished(&contents.iter().flatten().flatten().copied().collect());
        let mut was_there = |content: &ObjectId| match vanished.get_mut(content) {
            Some(number) if *number > 0 => {
                *number -= 1;
                true
            }
            _ => false,
        };
        let mut added = Vec::new();
        for ((source, _), contents) in new.iter().zip(contents) {
            if !contents.iter().flatten().any(&mut was_there) {
                added.push(source.path().to_owned());
            }
        }
        added
    }

    /// The paths without a text, as far as they are others than before. Which line is another, nobody can say.
    fn unread(&self, discovery: &Discovery, most: u64) -> Vec<(String, Changed)> {
        let problems = discovery.problems.iter().filter_map(|Problem { place, .. }| match place {
            Place::Path(path) => Some(path),
            Place::Span(_) => None,
        });
        let paths = problems.chain(discovery.skipped.iter().map(|skipped| &skipped.path));
        let changed =
            paths.filter(|path| discovery.sources.by_path(path).is_none() && !self.is_same(path, most));
        changed.map(|path| (path.clone(), Changed::Whole)).collect()
    }

    fn is_same(&self, path: &str, most: u64) -> bool {
        let path = format!("{}{path}", self.prefix);
        let Some(file) = self.before.file_itself(&path) else { return false };
        if self.before.is_checked_out(&path, file) {
            return true;
        }
        let place = self.before.place(&path);
        let Ok(data) = fs::symlink_metadata(&place) else { return false };
        let bytes = if data.is_symlink() {
            fs::read_link(&place).map(|target| target.as_os_str().as_encoded_bytes().to_vec())
        } else if data.is_file() && data.len() <= most {
            fs::read(&place)
        } else {
            return false;
        };
        bytes.is_ok_and(|bytes| hash(self.before.hash_kind(), &bytes) == Some(file.id))
    }
}

/// A file as it lies on the disk.
fn bytes(source: &Source) -> Cow<'_, [u8]> {
    match source.kind() {
        FileKind::Binary => STANDARD.decode(source.text()).unwrap_or_default().into(),
        _ => source.text().as_bytes().into(),
    }
}
