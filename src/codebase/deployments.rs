//! What Flux and Argo CD are told to bring to clusters: folders of this repository, and what is done to each on the way.

mod argo;
mod flux;
mod folders;
mod generators;
mod images;
mod template;

use crate::kustomize::overlay::{Deployer, Finishing, Overlay};
use crate::kustomize::value::Value;
use crate::model::delivery::{APPLICATIONS, ARGO, FLUX_KUSTOMIZATION, FLUX_SOURCES};
use crate::model::injected::is_injected;
use crate::model::own_repository::{Election, OwnRepository};
use crate::paths::resolve_path;
use crate::source::FileId;
use crate::yaml::Schema;
pub(super) use folders::Folders;
use std::cell::Cell;
use std::collections::HashMap;

/// A folder that is brought to a cluster.
#[derive(Debug)]
pub(super) struct Deployment {
    pub(super) deployer: Deployer,
    /// The folder, relative to the checked root.
    pub(super) folder: String,
    /// The place that names it.
    pub(super) path: Value,
    /// What is taken in if the folder has no kustomization, or whether it has one or not.
    pub(super) content: Content,
    pub(super) overlay: Overlay,
    pub(super) finishing: Finishing,
}

/// What a deployer makes of a folder.
#[derive(Debug)]
pub(super) enum Content {
    /// The build of its kustomization.
    Kustomization,
    /// Everything in and below it, kustomizations in it as such.
    Tree,
    /// These files as they are.
    Files(Vec<FileId>),
}

/// An object that was seen.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) value: Value,
    /// The folder of the build that it is part of; that of its file if none takes it in.
    pub(super) folder: String,
}

/// Everything that a deployer may refer to.
struct World<'a> {
    folders: &'a Folders<'a>,
    own: OwnRepository,
    /// The addresses of git repositories of Flux, by name.
    repositories: HashMap<String, Vec<&'a Value>>,
    /// `ConfigMaps` by name.
    config_maps: HashMap<String, Vec<&'a Seen>>,
    /// How many more generators may be evaluated.
    generators: Cell<usize>,
}

/// Whether a value can be followed to its end. Aliases may repeat more than anybody can hold.
pub(super) fn is_finite(value: &Value) -> bool {
    value.node().is_none_or(|node| !node.tree().has_aliases() || node.to_json(Schema::Kustomize).is_ok())
}

/// Whether deployments depend on objects of this type.
pub(super) fn is_relevant(object: &Value) -> bool {
    let kind = object.text_of(&["kind"]).unwrap_or_default();
    match &*kind {
        "ConfigMap" => object.text_of(&["apiVersion"]).as_deref() == Some("v1"),
        "GitRepository" => group(object) == FLUX_SOURCES,
        "Kustomization" => group(object) == FLUX_KUSTOMIZATION.0,
        kind => APPLICATIONS.contains(&kind) && group(object) == ARGO,
    }
}

/// What the objects that were seen deploy. No more than anybody can have.
pub(super) fn read(seen: &[Seen], folders: &Folders<'_>) -> Vec<Deployment> {
    let of_kind = |kind: &'static str| seen.iter().filter(move |seen| is_kind(&seen.value, kind));
    let mut world = World {
        folders,
        own: OwnRepository::default(),
        repositories: by_name(of_kind("GitRepository").map(|seen| (&seen.value, &seen.value))),
        config_maps: by_name(of_kind("ConfigMap").map(|seen| (&seen.value, seen))),
        generators: Cell::new(MOST_GENERATORS),
    };
    let kustomizations: Vec<&Seen> =
        of_kind("Kustomization").filter(|seen| group(&seen.value) == FLUX_KUSTOMIZATION.0).collect();
    let mut applications: Vec<argo::Application> =
        of_kind("Application").map(|seen| argo::Application::of(&seen.value)).collect();
    world.own = own(&world, &kustomizations, seen);
    for set in of_kind("ApplicationSet") {
        generators::applications(&set.value, &world, &mut applications);
    }
    let of_flux = kustomizations.iter().flat_map(|seen| flux::deployments(seen, &world));
    let of_argo = applications.iter().flat_map(|application| application.deployments(&world));
    of_flux.chain(of_argo).take(MOST).collect()
}

/// How many deployments are followed. Hostile generators would multiply without end.
const MOST: usize = 5_000;
/// How many generators are evaluated. Those in a matrix are, again and again.
const MOST_GENERATORS: usize = 20_000;

fn by_name<'s, T>(objects: impl Iterator<Item = (&'s Value, T)>) -> HashMap<String, Vec<T>> {
    let mut named: HashMap<String, Vec<T>> = HashMap::new();
    for (object, item) in objects {
        if let Some(name) = object.text_of(&["metadata", "name"]) {
            named.entry(name).or_default().push(item);
        }
    }
    named
}

/// The repository of whose paths most exist here.
fn own(world: &World<'_>, kustomizations: &[&Seen], seen: &[Seen]) -> OwnRepository {
    let mut election = Election::default();
    for kustomization in kustomizations {
        let path = kustomization.value.text_of(&["spec", "path"]).unwrap_or_default();
        if let Some(url) = world.flux_url(&kustomization.value) {
            election.vote(&url, world.exists(&path));
        }
    }
    for application in seen.iter().filter(|seen| group(&seen.value) == ARGO) {
        for (url, path) in argo::addresses(&application.value) {
            election.vote(&url, world.exists(&path));
        }
    }
    for repository in world.repositories.get("flux-system").into_iter().flatten() {
        if let Some(url) = repository.text_of(&["spec", "url"]) {
            election.bootstrap(&url);
        }
    }
    election.result()
}

impl World<'_> {
    /// Whether a path that is more than the root leads to a folder; what is filled in later may be anything.
    fn exists(&self, path: &str) -> bool {
        let Some(folder) = resolve_path("", path).filter(|folder| !folder.is_empty()) else { return false };
        if template::has_slots(&folder) {
            return self.folders.matching(&template::glob(&folder)).next().is_some();
        }
        self.folders.has(&folder)
    }

    /// Whether an address is that of this codebase, or may be because it is filled in later.
    fn is_own(&self, url: &str) -> bool {
        is_injected(url) || self.own.is(url)
    }

    /// The address of the git repository that a Kustomization of Flux names.
    fn flux_url(&self, kustomization: &Value) -> Option<String> {
        let named = kustomization.text_of(&["spec", "sourceRef", "name"])?;
        let namespace = kustomization
            .text_of(&["spec", "sourceRef", "namespace"])
            .or_else(|| kustomization.text_of(&["metadata", "namespace"]));
        let candidates = self.repositories.get(&named)?;
        let here = candidates.iter().find(|one| one.text_of(&["metadata", "namespace"]) == namespace);
        here.or_else(|| candidates.first())?.text_of(&["spec", "url"])
    }

    /// The folders that a path means, and whether it certainly does.
    fn targets(&self, path: &str) -> Vec<(String, bool)> {
        let Some(folder) = resolve_path("", path) else { return Vec::new() };
        if !template::has_slots(&folder) {
            return vec![(folder, true)];
        }
        let pattern = template::glob(&folder);
        // A path of which nothing is known may lead anywhere, which says nothing.
        if !pattern.split('/').any(|part| part != "*") {
            return Vec::new();
        }
        self.folders.matching(&pattern).map(|folder| (folder.to_owned(), false)).collect()
    }
}

fn is_kind(object: &Value, kind: &str) -> bool {
    object.get("kind").is_some_and(|written| written.text() == kind)
}

fn group(object: &Value) -> String {
    let version = object.text_of(&["apiVersion"]).unwrap_or_default();
    version.rsplit_once('/').map_or_else(String::new, |(group, _)| group.to_owned())
}

/// `Kustomization flux-system/web`.
fn title(object: &Value) -> String {
    let text = |path: &[&str]| object.text_of(path);
    let kind = text(&["kind"]).unwrap_or_default();
    let name =
        text(&["metadata", "name"]).or_else(|| text(&["metadata", "generateName"])).unwrap_or_default();
    match text(&["metadata", "namespace"]) {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

fn deployer(object: &Value) -> Deployer {
    let named = object.at(&["metadata", "name"]).unwrap_or_else(|| object.clone());
    Deployer { title: title(object), span: named.span(), is_certain: true, destination: None }
}

/// A text that is there and not empty.
fn text(object: &Value, path: &[&str]) -> Option<Value> {
    object.at(path).filter(|value| !value.text().is_empty())
}
