//! Collects the names of clusters from everything that was read.

mod commands;
mod hosts;
mod objects;
mod terraform;

use super::Codebase;
use crate::config::FILE_NAME;
use crate::model::identity::{Candidate, Evidence, Identities, Origin};
use crate::model::name::{Promise, names_another_system};
use crate::model::object::Object;
use crate::model::workload::Workload;
use crate::source::{Source, Span};
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

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
    hosts::routes(codebase, &mut candidates);
    terraform::values(codebase, &mut candidates);
    terraform::referred(codebase, &mut candidates);
    terraform::asked_for(codebase, &mut candidates);
    folders(codebase, &mut candidates);
    namesakes(codebase, &mut candidates);
    declared(codebase, &mut candidates);
    let taken = taken_words(codebase);
    Identities::new(candidates.0, |word| taken.contains(word))
}

impl Candidates {
    /// Notes the names at several nodes, or at the one that there may be.
    fn add_nodes<'a>(&mut self, origin: Origin, nodes: impl IntoIterator<Item = Node<'a>>) {
        for node in nodes {
            self.add_node(origin, node);
        }
    }

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

/// What the user says about clusters has the last word.
fn declared(codebase: &Codebase, candidates: &mut Candidates) {
    let config = codebase.config();
    let refused: BTreeSet<&str> = config.not_clusters.iter().map(String::as_str).collect();
    candidates.0.retain(|name, _| !refused.contains(name.as_str()));
    for cluster in &config.clusters {
        let others =
            cluster.aliases.iter().filter_map(|alias| candidates.0.remove(alias)).collect::<Vec<_>>();
        let candidate = candidates.0.entry(cluster.name.clone()).or_default();
        candidate.aliases.extend(cluster.aliases.iter().cloned());
        for other in others {
            candidate.evidence.extend(other.evidence);
            candidate.folders.extend(other.folders);
        }
        if let Some(span) = place_of(codebase, &cluster.place) {
            candidate.evidence.push(Evidence { origin: Origin::Declared, span });
        }
    }
    for (name, candidate) in &mut candidates.0 {
        candidate.is_never_short = name.split_once('.').is_some_and(|(short, _)| refused.contains(short));
    }
}

/// A place in the configuration. It may be left out of what is read, and then the beginning of it all stands for it.
fn place_of(codebase: &Codebase, place: &Range<u32>) -> Option<Span> {
    let configuration = codebase.sources().by_path(FILE_NAME);
    let span = configuration.map(|source| Span::new(source.id(), place.start, place.end));
    span.or_else(|| codebase.sources().iter().next().map(|source| Span::file_start(source.id())))
}

/// `clusters/<name>/` is a cluster if something else says so too.
fn folders(codebase: &Codebase, candidates: &mut Candidates) {
    let mut seen = BTreeSet::new();
    for source in codebase.sources().iter().filter(|source| codebase.zone(source.id()).is_meant()) {
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

/// A folder anywhere that is called like an argument speaks for it.
fn namesakes(codebase: &Codebase, candidates: &mut Candidates) {
    let names: BTreeSet<&str> =
        codebase.sources().iter().flat_map(|source| source.folder().split('/')).collect();
    for (name, candidate) in &mut candidates.0 {
        let argument =
            candidate.evidence.iter().find(|evidence| evidence.origin == Origin::Argument).copied();
        if let Some(argument) =
            argument.filter(|_| names.contains(name.as_str()) && !names_another_system(name))
        {
            candidate.evidence.push(Evidence { origin: Origin::Overlay, ..argument });
        }
    }
}

/// Words that name something else as well, so that finding them says nothing: namespaces, applications, their folders.
fn taken_words(codebase: &Codebase) -> HashSet<Cow<'_, str>> {
    let mut taken = HashSet::new();
    for object in codebase.objects() {
        let runs = Workload::of(object).is_some() || object.is("", "Service") || object.is("", "Namespace");
        taken.extend(object.name().filter(|_| runs));
        taken.extend(organisations(object));
        taken.extend(object.namespace());
    }
    for kustomization in codebase.kustomizations() {
        taken.extend(kustomization.namespace().map(Node::text));
    }
    for source in codebase.sources() {
        taken.extend(application_folders(source).map(Cow::Borrowed));
    }
    taken
}

/// Whose images the containers of an object run: `acme` of `registry.example.com/acme/web`.
fn organisations(object: Object<'_>) -> impl Iterator<Item = Cow<'_, str>> {
    let containers = Workload::of(object).into_iter().flat_map(Workload::containers);
    let images = containers.filter_map(|container| container.node.get("image")).map(Node::text);
    images.flat_map(|image| {
        let folders: Vec<_> = image.split('/').map(str::to_owned).collect();
        let inner = 1..folders.len().saturating_sub(1).max(1);
        folders[inner].iter().cloned().map(Cow::Owned).collect::<Vec<_>>()
    })
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
