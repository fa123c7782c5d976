//! Which namespaces the codebase declares, and what data they hold.

use super::Codebase;
use crate::model::backup::{Saves, saved_by};
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::role::Zone;
use crate::model::stateful::data_of;
use crate::source::{FileId, Source};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// A namespace that the codebase declares, or puts data into.
#[derive(Debug, Default)]
pub struct Namespace<'a> {
    /// The object, where there is one.
    pub object: Option<Object<'a>>,
    /// Objects that keep data in it, with the words for it.
    pub data: Vec<(Object<'a>, &'static str)>,
    /// Whether a tool in the namespace itself saves its data.
    pub is_saved_from_within: bool,
}

/// Where namespaces are set from outside of an object.
struct Set<'a> {
    /// For each file, what a delivery tool says.
    delivered: BTreeMap<FileId, Vec<Node<'a>>>,
    /// For each kustomization that sets one, its namespace.
    built: BTreeMap<FileId, Node<'a>>,
    /// For each file, where Argo CD puts objects that say nothing.
    destined: BTreeMap<FileId, Vec<Node<'a>>>,
}

/// Namespaces of Kubernetes itself: a new cluster brings its own.
const SYSTEM: &[&str] = &["kube-system", "kube-public", "kube-node-lease"];

impl Codebase {
    /// The namespaces that are declared or hold data, those of Kubernetes left out.
    pub fn namespaces(&self) -> BTreeMap<String, Namespace<'_>> {
        let set = Set {
            delivered: self.delivered_namespaces(),
            built: self.built_namespaces(),
            destined: self.destinations(),
        };
        let mut found: BTreeMap<String, Namespace<'_>> = BTreeMap::new();
        for object in self.objects().filter(|object| object.zone() == Zone::Deployed) {
            if let (true, Some(name)) = (object.is("", "Namespace"), object.name()) {
                let namespace = found.entry(name.into_owned()).or_default();
                namespace.object = namespace.object.or(Some(object));
            }
            let (data, saves) = (data_of(object), saved_by(object));
            if data.is_none() && saves.is_none() {
                continue;
            }
            for name in self.namespaces_of(object, &set) {
                found.entry(name).or_default().add(object, data, saves);
            }
        }
        found.retain(|name, _| !SYSTEM.contains(&name.as_str()) && !is_injected(name));
        found
    }

    /// Where an object lands. Nothing where the code leaves it open.
    fn namespaces_of<'a>(&'a self, object: Object<'a>, set: &Set<'a>) -> Vec<String> {
        // What was built says it itself.
        if let Some(namespace) = object.namespace().filter(|_| !object.builds().is_empty()) {
            return vec![namespace.into_owned()];
        }
        let by_delivery = set.delivered.get(&object.file()).cloned().unwrap_or_default();
        let by_build = self.namespaces_of_builds(object.file(), set);
        let written = object.metadata().and_then(|metadata| metadata.get("namespace"));
        let otherwise = set.destined.get(&object.file()).cloned().unwrap_or_default();
        let nodes = [by_delivery, by_build, written.into_iter().collect(), otherwise];
        let nodes = nodes.into_iter().find(|nodes| !nodes.is_empty()).unwrap_or_default();
        nodes.into_iter().filter_map(|node| Some(node.as_str()?.into_owned())).collect()
    }

    /// The outermost kustomization decides. Several in the middle of a chain tell nothing for sure.
    fn namespaces_of_builds<'a>(&'a self, file: FileId, set: &Set<'a>) -> Vec<Node<'a>> {
        let reaching = self.reach.reaching(file).filter(|file| set.built.contains_key(file));
        let (entries, parts): (Vec<_>, Vec<_>) =
            reaching.partition(|file| !self.is_built_into_another(*file));
        let decisive = if entries.is_empty() && parts.len() == 1 { parts } else { entries };
        decisive.iter().filter_map(|file| set.built.get(file).copied()).collect()
    }

    fn built_namespaces(&self) -> BTreeMap<FileId, Node<'_>> {
        self.kustomizations().filter_map(|k| Some((k.file(), k.namespace()?))).collect()
    }

    /// Files whose objects a delivery tool puts into a namespace: Flux' `targetNamespace`.
    fn delivered_namespaces(&self) -> BTreeMap<FileId, Vec<Node<'_>>> {
        let mut delivered: BTreeMap<FileId, Vec<Node<'_>>> = BTreeMap::new();
        for flux in self.flux_kustomizations() {
            let target = flux.at(&["spec", "targetNamespace"]);
            let path = flux.at(&["spec", "path"]).and_then(Node::as_str);
            let (Some(target), Some(path)) = (target, path) else { continue };
            for file in self.files_of_folder(path.trim_start_matches("./").trim_end_matches('/')) {
                delivered.entry(file).or_default().push(target);
            }
        }
        delivered
    }

    /// Argo CD's `destination.namespace`.
    fn destinations(&self) -> BTreeMap<FileId, Vec<Node<'_>>> {
        let mut destinations: BTreeMap<FileId, Vec<Node<'_>>> = BTreeMap::new();
        for application in self.applications() {
            let namespace = application.at(&["spec", "destination", "namespace"]);
            let path = application.at(&["spec", "source", "path"]).and_then(Node::as_str);
            let (Some(namespace), Some(path)) = (namespace, path) else { continue };
            for file in self.files_of_folder(path.trim_start_matches("./").trim_end_matches('/')) {
                destinations.entry(file).or_default().push(namespace);
            }
        }
        destinations
    }

    /// What is built from a folder; without a kustomization, the files in it.
    fn files_of_folder(&self, folder: &str) -> BTreeSet<FileId> {
        match self.kustomization_in(folder) {
            Some(kustomization) => self.files_reached_by(kustomization.file()).collect(),
            None => self.sources().iter().filter(|s| s.folder() == folder).map(Source::id).collect(),
        }
    }
}

impl<'a> Namespace<'a> {
    /// Whether its owner has decided that it needs no backup.
    pub fn is_left_out_by_label(&self) -> bool {
        let label = |object: Object<'a>| object.label("velero.io/exclude-from-backup");
        self.object.and_then(label).is_some_and(|entry| entry.value.is_text("true"))
    }

    fn add(&mut self, object: Object<'a>, data: Option<&'static str>, saves: Option<Saves>) {
        let left_out = object.label("velero.io/exclude-from-backup").is_some();
        self.data.extend(data.filter(|_| !left_out).map(|words| (object, words)));
        self.is_saved_from_within |= saves == Some(Saves::Namespace);
    }
}
