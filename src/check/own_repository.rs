//! Which repository is the codebase's own. No git is asked: delivery objects say it, by paths that exist here.

use crate::codebase::Codebase;
use crate::model::remote::repository;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The repositories that this codebase is.
pub(super) struct Own<'a> {
    /// Every folder, those that hold only folders included.
    folders: HashSet<&'a str>,
    repositories: BTreeSet<String>,
    /// Paths here that Argo CD or Flux is given.
    delivered: HashSet<String>,
    /// Whether paths that exist here speak for it, and not only that most objects name it.
    certain: bool,
}

/// What speaks for a repository.
#[derive(Default)]
struct Votes {
    /// Paths of it that exist here.
    existing: usize,
    /// How often it is named at all.
    named: usize,
}

impl<'a> Own<'a> {
    /// The repository of whose paths most exist here; if none does, the one that most delivery objects name.
    pub(super) fn of(codebase: &'a Codebase) -> Self {
        let folders = folders(codebase);
        let mut votes: BTreeMap<String, Votes> = BTreeMap::new();
        let mut delivered = HashSet::new();
        for delivery in codebase.deliveries() {
            let votes = votes.entry(repository(&delivery.url)).or_default();
            votes.named += 1;
            let path = delivery.path.text();
            let path = path.trim_start_matches("./").trim_matches('/');
            let exists = !path.is_empty() && path != "." && folders.contains(path);
            votes.existing += usize::from(exists);
            delivered.extend(exists.then(|| path.to_owned()));
        }
        let bootstrap =
            codebase.flux_repositories().filter(|source| source.name().as_deref() == Some("flux-system"));
        let mut repositories: BTreeSet<String> =
            bootstrap.filter_map(|source| Some(repository(&source.at(&["spec", "url"])?.text()))).collect();
        repositories.extend(elected(&votes));
        let certain = votes.values().any(|votes| votes.existing > 0);
        Self { folders, repositories, delivered, certain }
    }

    /// Whether a path of the repository is a folder here.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Whether a kustomization in this folder may be built by itself: a delivery object names it or nobody knows.
    pub(super) fn may_deliver(&self, folder: &str) -> bool {
        !self.certain || self.delivered.contains(folder)
    }

    /// As [`Own::is`], and exact enough to say that a path is missing.
    pub(super) fn is_certainly(&self, url: &str) -> bool {
        self.certain && self.repositories.contains(&repository(url))
    }

    /// Whether this address is the codebase's own. A mirror on another host has the same name.
    pub(super) fn is(&self, url: &str) -> bool {
        let key = repository(url);
        let name = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
        self.repositories.iter().any(|own| *own == key || name(own) == name(&key))
    }
}

fn elected(votes: &BTreeMap<String, Votes>) -> Vec<String> {
    let most = votes.values().map(|votes| votes.existing).max().unwrap_or_default();
    if most > 0 {
        let winners = votes.iter().filter(|(_, votes)| votes.existing == most);
        return winners.map(|(key, _)| key.clone()).collect();
    }
    let all: usize = votes.values().map(|votes| votes.named).sum();
    let winners = votes.iter().filter(|(_, votes)| votes.named > 1 && votes.named * 2 > all);
    winners.map(|(key, _)| key.clone()).collect()
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
