//! Which kustomization takes in which file. Nothing is built: only paths are followed.

use crate::model::kustomization::{Kustomization, Reference};
use crate::paths::resolve_path;
use crate::source::{FileId, FileKind, Source, Sources};
use crate::yaml::{Node, Tree};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The graph of kustomizations.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Every kustomization, sorted.
    kustomizations: Vec<FileId>,
    /// For each of them, what it lists.
    listed: Vec<Listed>,
    /// For each file, its number among the kustomizations.
    numbers: Vec<Option<u32>>,
    /// For each file, the kustomizations whose builds take it in.
    reaching: Vec<Vec<FileId>>,
    /// Files that are listed as patches or build files, never as resources.
    patches: BTreeSet<FileId>,
    /// Kustomizations that another one takes in.
    inputs: BTreeSet<FileId>,
    /// For each file, the kustomizations that name it themselves, as a resource, a kustomization or a patch.
    users: BTreeMap<FileId, Vec<FileId>>,
}

/// What one kustomization lists, as files of the codebase.
#[derive(Debug, Default)]
struct Listed {
    resources: Vec<FileId>,
    kustomizations: Vec<FileId>,
    patches: Vec<FileId>,
    /// What is not in the codebase, by names without versions.
    unread: Vec<String>,
    /// The kustomization itself and everything it takes in, sorted.
    closure: Vec<FileId>,
}

impl Reach {
    /// Follows the paths of every kustomization.
    pub(super) fn of(sources: &Sources, trees: &[Option<Arc<Tree>>]) -> Self {
        let folders = kustomization_folders(sources, trees);
        let mut kustomizations: Vec<_> = folders.iter().map(|(folder, &file)| (file, *folder)).collect();
        kustomizations.sort_unstable();
        let listed = kustomizations.par_iter().map(|&(file, folder)| {
            let kustomization = kustomization(sources, trees, file);
            let Some(kustomization) = kustomization else { return Listed::default() };
            let mut listed = Listed::of(kustomization, folder, sources, &folders);
            let generators = kustomization.field("generators").map(|entry| entry.value);
            let decrypted = generators.into_iter().flat_map(Node::items);
            let decrypted =
                decrypted.filter_map(|generator| self::decrypted(kustomization, generator, sources, trees));
            listed.resources.extend(decrypted.flatten());
            listed
        });
        let listed = listed.collect();
        let kustomizations = kustomizations.into_iter().map(|(file, _)| file).collect();
        let mut reach = Self { kustomizations, listed, ..Self::default() };
        reach.index(sources.as_slice().len());
        reach
    }

    pub(super) fn kustomizations(&self) -> impl Iterator<Item = FileId> + '_ {
        self.kustomizations.iter().copied()
    }

    pub(super) fn reaching(&self, file: FileId) -> impl Iterator<Item = FileId> + '_ {
        self.reaching[file.index()].iter().copied()
    }

    pub(super) fn reached_by(&self, kustomization: FileId) -> impl Iterator<Item = FileId> + '_ {
        let parts = self.kustomizations_reached_by(kustomization).iter();
        parts.filter_map(|part| self.listed(*part)).flat_map(|listed| listed.resources.iter().copied())
    }

    /// The kustomization itself and all that it takes in, sorted.
    pub(super) fn kustomizations_reached_by(&self, kustomization: FileId) -> &[FileId] {
        self.listed(kustomization).map_or(&[], |listed| &listed.closure)
    }

    /// Every kustomization above this file, whatever the file is to them.
    pub(super) fn above(&self, file: FileId) -> BTreeSet<FileId> {
        let mut above = BTreeSet::new();
        let mut queue = vec![file];
        while let Some(file) = queue.pop() {
            let users = self.users.get(&file).into_iter().flatten().copied();
            queue.extend(users.filter(|&user| above.insert(user)));
        }
        above
    }

    /// What a kustomization lists and the codebase does not hold.
    pub(super) fn unread(&self, kustomization: FileId) -> &[String] {
        self.listed(kustomization).map_or(&[], |listed| &listed.unread)
    }

    pub(super) fn is_kustomization(&self, file: FileId) -> bool {
        self.listed(file).is_some()
    }

    pub(super) fn takes_in(&self, outer: FileId, inner: FileId) -> bool {
        self.kustomizations_reached_by(outer).binary_search(&inner).is_ok()
    }

    pub(super) fn is_input(&self, kustomization: FileId) -> bool {
        self.inputs.contains(&kustomization)
    }

    pub(super) fn is_patch(&self, file: FileId) -> bool {
        self.patches.contains(&file)
    }

    /// Whether the folder of this file has a kustomization although none lists the file.
    pub(super) fn is_unlisted(&self, source: &Source, folders: &BTreeSet<&str>) -> bool {
        folders.contains(source.folder())
            && self.reaching[source.id().index()].is_empty()
            && !self.is_kustomization(source.id())
            && !self.is_patch(source.id())
    }

    fn listed(&self, kustomization: FileId) -> Option<&Listed> {
        let number = *self.numbers.get(kustomization.index())?;
        self.listed.get(number? as usize)
    }

    fn index(&mut self, files: usize) {
        self.numbers = vec![None; files];
        for (number, file) in (0..).zip(&self.kustomizations) {
            self.numbers[file.index()] = Some(number);
        }
        let closures = self.closures();
        for (listed, closure) in self.listed.iter_mut().zip(closures) {
            listed.closure = closure;
        }
        self.reaching = self.all_reaching(files);
        let patches = self.listed.iter().flat_map(|listed| listed.patches.iter().copied());
        self.patches = patches.filter(|file| self.reaching[file.index()].is_empty()).collect();
        for (&user, listed) in self.kustomizations.iter().zip(&self.listed) {
            let files = listed.resources.iter().chain(&listed.kustomizations).chain(&listed.patches);
            files.for_each(|&file| self.users.entry(file).or_default().push(user));
        }
        self.inputs = self.listed.iter().flat_map(|l| l.kustomizations.iter().copied()).collect();
    }

    fn all_reaching(&self, files: usize) -> Vec<Vec<FileId>> {
        let mut reaching = vec![Vec::new(); files];
        for &file in &self.kustomizations {
            self.reached_by(file).for_each(|reached| reaching[reached.index()].push(file));
        }
        reaching
    }

    /// What each takes in. A circle is followed once. All closures of a long chain are as large as its length squared,
    /// so each step must be cheap: whose closure saw a file last is written down by number.
    fn closures(&self) -> Vec<Vec<FileId>> {
        let mut seen_by = vec![None; self.numbers.len()];
        let closures = self.kustomizations.iter().map(|&start| {
            let mut closure = vec![start];
            seen_by[start.index()] = Some(start);
            let mut at = 0;
            while let Some(&file) = closure.get(at) {
                let next =
                    self.listed(file).into_iter().flat_map(|listed| listed.kustomizations.iter().copied());
                closure.extend(next.filter(|file| seen_by[file.index()].replace(start) != Some(start)));
                at += 1;
            }
            closure.sort_unstable();
            closure
        });
        closures.collect()
    }
}

impl Listed {
    fn of(
        kustomization: Kustomization<'_>,
        folder: &str,
        sources: &Sources,
        folders: &BTreeMap<&str, FileId>,
    ) -> Self {
        let mut listed = Self::default();
        for reference in kustomization.inputs() {
            let path = resolve_path(folder, &reference.text).filter(|_| !reference.is_remote());
            let path = path.as_deref();
            match (path.and_then(|path| sources.by_path(path)), path.and_then(|path| folders.get(path))) {
                (Some(source), _) => listed.resources.push(source.id()),
                (None, Some(&file)) => listed.kustomizations.push(file),
                (None, None) => listed.unread.push(unread_name(&reference)),
            }
        }
        let files = kustomization.patch_files().chain(kustomization.build_files());
        let paths = files.filter_map(|reference| resolve_path(folder, &reference.text));
        listed.patches = paths.filter_map(|path| Some(sources.by_path(&path)?.id())).collect();
        listed
    }
}

/// The files of a `ksops` generator, which are objects, of which the values alone are hidden. Nothing for other plug-ins
/// and where one of the files was not read.
pub(super) fn decrypted(
    kustomization: Kustomization<'_>,
    generator: Node<'_>,
    sources: &Sources,
    trees: &[Option<Arc<Tree>>],
) -> Option<Vec<FileId>> {
    let file = |path: Node<'_>| sources.by_path(&resolve_path(kustomization.folder(), &path.text())?);
    let root = trees[file(generator)?.id().index()].as_ref()?.roots().next()?;
    root.get("apiVersion").filter(|version| version.text().starts_with("viaduct.ai/"))?;
    root.get("files")?.items().map(|path| file(path).map(Source::id)).collect()
}

/// An address without whatever says which version is meant, or the last part of a path.
fn unread_name(reference: &Reference<'_>) -> String {
    if !reference.is_remote() {
        let path = reference.text.trim_end_matches('/');
        return path.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let address = reference.text.split('?').next().unwrap_or_default();
    let parts = address.split('/').filter(|part| !is_version(part));
    parts.collect::<Vec<_>>().join("/")
}

fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or(part);
    let commit = part.len() == 40 && part.bytes().all(|b| b.is_ascii_hexdigit());
    commit || matches!(part, "main" | "master" | "HEAD") || number.starts_with(|c: char| c.is_ascii_digit())
}

/// Folders with a kustomization, and its file.
fn kustomization_folders<'a>(sources: &'a Sources, trees: &[Option<Arc<Tree>>]) -> BTreeMap<&'a str, FileId> {
    let files = sources.iter().filter(|source| source.kind() == FileKind::Kustomization);
    let ours = files.filter(|source| {
        let root = trees[source.id().index()].as_ref().and_then(|tree| tree.roots().next());
        root.is_some_and(Kustomization::is_one)
    });
    ours.map(|source| (source.folder(), source.id())).collect()
}

fn kustomization<'a>(
    sources: &'a Sources,
    trees: &'a [Option<Arc<Tree>>],
    file: FileId,
) -> Option<Kustomization<'a>> {
    let root = trees[file.index()].as_ref()?.roots().next()?;
    Some(Kustomization::new(root, sources.get(file)))
}
