//! Which repository is the codebase's own. No git is asked: delivery objects say it, by paths that exist here.

use crate::codebase::Codebase;
use crate::model::own_repository::{Election, OwnRepository};
use std::collections::HashSet;

/// The repositories that this codebase is.
pub(super) struct Own<'a> {
    /// Every folder, those that hold only folders included.
    folders: HashSet<&'a str>,
    repository: OwnRepository,
    /// Paths here that Argo CD or Flux is given.
    delivered: HashSet<String>,
}

impl<'a> Own<'a> {
    /// The repository of whose paths most exist here; if none does, the one that most delivery objects name.
    pub(super) fn of(codebase: &'a Codebase) -> Self {
        let folders = folders(codebase);
        let mut election = Election::default();
        let mut delivered = HashSet::new();
        for delivery in codebase.deliveries() {
            let path = delivery.path.text();
            let path = path.trim_start_matches("./").trim_matches('/');
            let exists = !path.is_empty() && path != "." && folders.contains(path);
            election.vote(&delivery.url, exists);
            delivered.extend(exists.then(|| path.to_owned()));
        }
        let bootstrap =
            codebase.flux_repositories().filter(|source| source.name().as_deref() == Some("flux-system"));
        for url in bootstrap.filter_map(|source| source.at(&["spec", "url"])) {
            election.bootstrap(&url.text());
        }
        Self { folders, repository: election.result(), delivered }
    }

    /// Whether a path of the repository is a folder here.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Whether a kustomization in this folder may be built by itself: a delivery object names it or nobody knows.
    pub(super) fn may_deliver(&self, folder: &str) -> bool {
        !self.repository.is_certain() || self.delivered.contains(folder)
    }

    /// As [`Own::is`], and exact enough to say that a path is missing.
    pub(super) fn is_certainly(&self, url: &str) -> bool {
        self.repository.is_certainly(url)
    }

    /// Whether this address is the codebase's own. A mirror on another host has the same name.
    pub(super) fn is(&self, url: &str) -> bool {
        self.repository.is(url)
    }
}

/// Every folder, those that hold only folders included.
fn folders(codebase: &Codebase) -> HashSet<&str> {
    let mut folders = HashSet::new();
    for source in codebase.sources() {
        let mut folder = source.folder();
        while folders.insert(folder) {
            let Some((parent, _)) = folder.rsplit_once('/') else { break };
            folder = parent;
        }
    }
    folders
}
