//! Collects the names of clusters from everything that was read.

mod commands;
mod objects;

use super::Codebase;
use crate::model::identity::{Candidate, Evidence, Identities, Origin};
use crate::model::name::Promise;
use crate::model::role::Zone;
use crate::source::{Source, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Every name that something in the codebase takes for a cluster, and what speaks for it.
#[derive(Debug, Default)]
struct Candidates(BTreeMap<String, Candidate>);

pub(super) fn identities(codebase: &Codebase) -> Identities {
    let mut candidates = Candidates::default();
    objects::specs(codebase, &mut candidates);
    objects::registrations(codebase, &mut candidates);
    objects::deliveries(codebase, &mut candidates);
    objects::injections(codebase, &mut candidates);
    objects::arguments(codebase, &mut candidates);
    commands::commands(codebase, &mut candidates);
    folders(codebase, &mut candidates);
    let taken = taken_words(codebase);
    Identities::new(candidates.0, |word| taken.contains(word))
}

impl Candidates {
    /// Notes a name at a node. Names that a template fills in are known to nobody.
    fn add_node(&mut self, origin: Origin, node: Node<'_>) {
        if let Some(text) = node.as_str() {
            self.add(origin, &text, node.span());
        }
    }

    fn add(&mut self, origin: Origin, text: &str, span: Span) {
        let name = bare(text);
        if Promise::of(name) != Promise::Injected {
            let candidate = self.0.entry(name.to_owned()).or_default();
            candidate.evidence.push(Evidence { origin, span });
        }
    }

    fn add_folder(&mut self, name: &str, folder: &str) {
        if let Some(candidate) = self.0.get_mut(bare(name)) {
            candidate.folders.insert(folder.to_owned());
        }
    }
}

/// Clouds put account, region and the like before the name: `arn:aws:eks:…:cluster/x`, `gke_project_zone_x`, `user@x`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    if let Some((_, name)) = text.split_once(":cluster/") {
        return name;
    }
    if text.starts_with("gke_") {
        return text.splitn(4, '_').nth(3).unwrap_or(text);
    }
    text.rsplit_once('@').map_or(text, |(_, name)| name)
}

/// Files that can tell a name: examples, tests and documents tell names of nobody.
fn is_trusted(zone: Zone) -> bool {
    matches!(zone, Zone::Deployed | Zone::Unlisted)
}

/// `clusters/<name>/` is a cluster if something else says so too.
fn folders(codebase: &Codebase, candidates: &mut Candidates) {
    let mut seen = BTreeSet::new();
    for source in codebase.sources().iter().filter(|source| is_trusted(codebase.zone(source.id()))) {
        let parts: Vec<&str> = source.folder().split('/').collect();
        for pair in parts.windows(2) {
            let origin = match pair[0] {
                "clusters" | "cluster" => Origin::Folder,
                "overlays" => Origin::Overlay,
                _ => continue,
            };
            if seen.insert((origin, pair[1])) {
                candidates.add(origin, pair[1], Span::file_start(source.id()));
            }
        }
    }
}

/// Words that name something else as well, so that finding them says nothing: namespaces and folders of applications.
fn taken_words(codebase: &Codebase) -> BTreeSet<String> {
    let namespaces = codebase.objects_of("", "Namespace").filter_map(|namespace| namespace.name());
    let mut taken: BTreeSet<String> = namespaces.map(std::borrow::Cow::into_owned).collect();
    for source in codebase.sources() {
        taken.extend(application_folders(source).map(str::to_owned));
    }
    taken
}

/// Folders that are not below something that holds clusters or environments.
fn application_folders(source: &Source) -> impl Iterator<Item = &str> {
    let mut parent = "";
    source.folder().split('/').filter(move |folder| {
        let before = std::mem::replace(&mut parent, folder);
        matches!(
            before,
            "apps" | "applications" | "base" | "components" | "charts" | "namespaces" | "services"
        )
    })
}
