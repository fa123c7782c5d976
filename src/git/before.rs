//! The files of a commit, those of its submodules included.

use super::repository;
use crate::error::Error;
use crate::paths::resolve_path;
use gix::bstr::ByteSlice;
use gix::index::entry::{Stat, stat};
use gix::{ObjectId, Repository};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What the worktree was.
pub(super) struct Before<'r> {
    /// The folder of the worktree.
    folder: PathBuf,
    /// The first is the outermost.
    modules: Vec<Module<'r>>,
    /// By path from the worktree, `/`-separated.
    files: BTreeMap<String, File>,
    /// Where each symbolic link leads, from the worktree.
    links: BTreeMap<String, String>,
}

struct Module<'r> {
    repository: Cow<'r, Repository>,
    /// From the worktree; empty or with a `/` at its end.
    prefix: String,
    index: Option<gix::worktree::Index>,
}

/// A file as it was.
#[derive(Clone, Copy)]
pub(super) struct File {
    pub(super) id: ObjectId,
    /// In which repository.
    module: usize,
}

/// Links that lead to links are followed this often.
const MOST_LINKS: usize = 40;

impl<'r> Before<'r> {
    /// The files of a commit of the repository whose worktree is `folder`.
    pub(super) fn of(
        repository: &'r Repository,
        folder: &Path,
        commit: ObjectId,
        revision: &str,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let (modules, files, links) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let mut before = Self { folder: folder.to_path_buf(), modules, files, links };
        let mut open = vec![(Cow::Borrowed(repository), String::new(), commit)];
        while let Some((repository, prefix, commit)) = open.pop() {
            let is_outermost = prefix.is_empty();
            let name = prefix.clone();
            match before.take_in(repository, prefix, commit) {
                Some(submodules) => {
                    for (path, commit) in submodules {
                        // Of one that is not checked out there is no file to compare.
                        let folder = before.folder.join(&path);
                        // Behind a link is another place, and links may lead around in circles.
                        if fs::canonicalize(&folder).is_ok_and(|real| real != folder) {
                            continue;
                        }
                        if let Some(inner) = repository::inside(&folder) {
                            open.push((Cow::Owned(inner), format!("{path}/"), commit));
                        }
                    }
                }
                None if is_outermost => {
                    let message = "its files are not in this clone. Type `git fetch --refetch --filter=blob:none`";
                    return Err(Error::usage(format!("--diff-base {revision}"), message));
                }
                None => notes.push(format!(
                    "the submodule {name} does not have the commit it stood at: all of its files count as changed"
                )),
            }
        }
        Ok(before)
    }

    /// Adds the files of one repository. Its submodules, with their commits; none if the commit is not at hand.
    fn take_in(
        &mut self,
        repository: Cow<'r, Repository>,
        prefix: String,
        commit: ObjectId,
    ) -> Option<Vec<(String, ObjectId)>> {
        let tree = repository.find_object(commit).ok()?.peel_to_tree().ok()?;
        let entries = tree.traverse().breadthfirst.files().ok()?;
        let (module, mut submodules) = (self.modules.len(), Vec::new());
        for entry in entries {
            let path = format!("{prefix}{}", entry.filepath.to_str_lossy());
            if entry.mode.is_commit() {
                submodules.push((path, entry.oid));
                continue;
            }
            if entry.mode.is_link() {
                let target = repository.find_blob(entry.oid).ok();
                let target = target.and_then(|blob| {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    resolve_path(folder, &blob.data.to_str_lossy())
                });
                self.links.extend(target.map(|target| (path.clone(), target)));
            }
            self.files.insert(path, File { id: entry.oid, module });
        }
        let index = repository.index_or_empty().ok();
        drop(tree);
        self.modules.push(Module { repository, prefix, index });
        Some(submodules)
    }

    /// How the outermost repository names objects.
    pub(super) fn hash_kind(&self) -> gix::hash::Kind {
        self.modules.first().map_or(gix::hash::Kind::Sha1, |module| module.repository.object_hash())
    }

    /// The file that was at a path, behind links if links were on the way.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let link = ends.into_iter().find_map(|end| Some((end, self.links.get(&path[..end])?)));
            let Some((end, target)) = link else { return self.file_itself(&path) };
            path = format!("{target}{}", &path[end..]);
        }
        None
    }

    /// What was at a path: a file, or a link as it is.
    pub(super) fn file_itself(&self, path: &str) -> Option<File> {
        self.files.get(path).copied()
    }

    /// Where a path of the worktree is.
    pub(super) fn place(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The bytes of a file, if the clone has them.
    pub(super) fn bytes(&self, file: File) -> Option<Vec<u8>> {
        let repository = &self.modules.get(file.module)?.repository;
        Some(repository.find_blob(file.id).ok()?.detach().data)
    }

    /// Whether the index of git says that a file lies there as it was checked out from what it was.
    pub(super) fn is_checked_out(&self, path: &str, file: File) -> bool {
        let same = || {
            let Module { prefix, index, .. } = self.modules.get(file.module)?;
            let index = index.as_ref()?;
            let entry = index.entry_by_path(path.strip_prefix(prefix)?.into())?;
            let data = gix::index::fs::Metadata::from_path_no_follow(&self.place(path)).ok()?;
            let is_untouched = entry.stat.matches(&Stat::from_fs(&data).ok()?, PLAIN);
            Some(entry.id == file.id && is_untouched)
        };
        same().unwrap_or_default()
    }

    /// How many files of each of these contents are there no more.
    pub(super) fn vanished(&self, contents: &HashSet<ObjectId>) -> HashMap<ObjectId, usize> {
        let mut vanished = HashMap::new();
        for (path, file) in self.files.iter().filter(|(_, file)| contents.contains(&file.id)) {
            let is_gone = fs::symlink_metadata(self.place(path))
                .is_err_and(|error| matches!(error.kind(), GONE | UNDER_A_FILE));
            if is_gone {
                *vanished.entry(file.id).or_default() += 1;
            }
        }
        vanished
    }
}

const GONE: std::io::ErrorKind = std::io::ErrorKind::NotFound;
const UNDER_A_FILE: std::io::ErrorKind = std::io::ErrorKind::NotADirectory;

/// Size and time tell enough, and are the same through every way into a container.
const PLAIN: stat::Options =
    stat::Options { trust_ctime: false, check_stat: false, use_nsec: false, use_stdev: false };

/// The name that git gives a text.
pub(super) fn hash(kind: gix::hash::Kind, bytes: &[u8]) -> Option<ObjectId> {
    gix::objs::compute_hash(kind, gix::objs::Kind::Blob, bytes).ok()
}

/// Whether git keeps something else in place of the text, which a program makes again at a checkout: git-lfs and
/// git-crypt.
pub(super) fn is_stand_in(bytes: &[u8]) -> bool {
    const SIGNS: [&[u8]; 2] = [b"version https://git-lfs.github.com/spec/", b"\0GITCRYPT"];
    SIGNS.iter().any(|sign| bytes.starts_with(sign))
}
