//! Which repository a codebase is. No git is asked: delivery objects say it, by paths that exist here.

use super::remote::repository;
use std::collections::{BTreeMap, BTreeSet};

/// What delivery objects say about repositories.
#[derive(Debug, Default)]
pub struct Election {
    votes: BTreeMap<String, Votes>,
    bootstrap: BTreeSet<String>,
}

/// What speaks for a repository.
#[derive(Debug, Default)]
struct Votes {
    /// Paths of it that exist here.
    existing: usize,
    /// How often it is named at all.
    named: usize,
}

/// The repositories that a codebase is.
#[derive(Debug, Default)]
pub struct OwnRepository {
    repositories: BTreeSet<String>,
    certain: bool,
}

impl Election {
    /// A delivery object names a path in a repository, which exists here or not.
    pub fn vote(&mut self, url: &str, exists: bool) {
        let votes = self.votes.entry(repository(url)).or_default();
        votes.named += 1;
        votes.existing += usize::from(exists);
    }

    /// The repository that Flux itself was installed from is the codebase whatever is voted.
    pub fn bootstrap(&mut self, url: &str) {
        self.bootstrap.insert(repository(url));
    }

    /// The repository of whose paths most exist here; if none does, the one that most delivery objects name.
    pub fn result(self) -> OwnRepository {
        let mut repositories = self.bootstrap;
        repositories.extend(elected(&self.votes));
        OwnRepository { repositories, certain: self.votes.values().any(|votes| votes.existing > 0) }
    }
}

impl OwnRepository {
    /// Whether paths that exist here speak for it, and not only that most objects name it.
    pub fn is_certain(&self) -> bool {
        self.certain
    }

    /// As [`OwnRepository::is`], and exact enough to say that a path is missing.
    pub fn is_certainly(&self, url: &str) -> bool {
        self.certain && self.repositories.contains(&repository(url))
    }

    /// Whether this address is the codebase's own. A mirror on another host has the same name.
    pub fn is(&self, url: &str) -> bool {
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
