//! To which clusters something comes: by who deploys it, else by whose folder it lies in.
//!
//! Two environments are not always two clusters, so the answer says how sure it is that there are several.

use super::Codebase;
use super::layer::layers;
use crate::kustomize::Build;
use crate::kustomize::overlay::Deployer;
use crate::model::cluster::is_cluster_group;
use crate::model::delivery::ARGO;
use crate::model::environment::stage_of;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::source::{FileId, FileKind, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The clusters that something comes to, as far as the codebase tells.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// Each with the place that brings it there.
    each: BTreeMap<Destination, Span>,
}

/// Something that a cluster stands behind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Destination {
    /// A cluster that is known by name.
    Cluster(String),
    /// An environment that nobody calls a cluster. It may have one of its own.
    Environment(String),
    /// All clusters that an `ApplicationSet` finds, whatever they are called.
    Found(String),
}

/// How sure it is that these are several clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Several {
    /// They are known by different names.
    Surely,
    /// They are different environments, which may share a cluster.
    Probably,
}

impl Codebase {
    /// The clusters that an object comes to. The spec of a cluster is about that cluster, wherever it lies.
    pub fn clusters_of(&self, object: Object<'_>) -> Clusters {
        let is_spec = object.kind() == "Cluster" && is_cluster_group(object.group());
        if let Some(name) = object.name_node().filter(|_| is_spec) {
            return Clusters::of_spec(name);
        }
        if finds_clusters(object) {
            return Clusters::one(Destination::Found(object.title()), object.head().span());
        }
        match object.builds() {
            [] => self.clusters_of_file(object.file()),
            builds => self.clusters_of_builds(builds.iter().map(|number| *number as usize)),
        }
    }

    /// The clusters that a file belongs to, or that the builds come to which take it in.
    pub fn clusters_of_file(&self, file: FileId) -> Clusters {
        let source = self.source(file);
        let of_path = self.cluster_of_path(source.path()).or_else(|| environment_of(source.path()));
        if let Some(destination) = of_path {
            return Clusters::one(destination, Span::file_start(file));
        }
        let above: BTreeSet<FileId> = self.kustomizations_above(file).collect();
        // Most files of values are taken in by nobody, and there may be many of them, and many builds.
        if above.is_empty() && source.kind() != FileKind::Kustomization {
            return Clusters::default();
        }
        let builds = self.builds().list().iter().enumerate();
        let builds = builds.filter(|(_, build)| {
            above.contains(&build.kustomization) || self.builds_in(build.kustomization, file)
        });
        self.clusters_of_builds(builds.map(|(number, _)| number))
    }

    fn clusters_of_builds(&self, builds: impl Iterator<Item = usize>) -> Clusters {
        let builds = builds.filter_map(|number| self.builds().list().get(number));
        builds.fold(Clusters::default(), |clusters, build| clusters.with(self.clusters_of_build(build)))
    }

    fn clusters_of_build(&self, build: &Build) -> Clusters {
        let folder = &build.folder;
        if build.deployment.by.is_empty() {
            let destination = self.cluster_of_path(folder).or_else(|| environment_of(folder));
            let place = Span::file_start(build.kustomization);
            return destination.map_or_else(Clusters::default, |found| Clusters::one(found, place));
        }
        let deployers = build.deployment.by.iter();
        let found = deployers.filter_map(|deployer| Some((self.target_of(deployer, folder)?, deployer.span)));
        Clusters { each: found.collect() }
    }

    /// Where a deployer brings a folder: what it says itself, else whose the folder is, else whose the deployer is.
    fn target_of(&self, deployer: &Deployer, folder: &str) -> Option<Destination> {
        let path = self.source(deployer.span.file).path();
        let named = deployer.destination.as_deref().and_then(|name| self.identities().of_spelling(name));
        named
            .map(|identity| Destination::Cluster(identity.name.clone()))
            .or_else(|| self.cluster_of_path(folder))
            .or_else(|| self.cluster_of_path(path))
            .or_else(|| environment_of(path))
            .or_else(|| environment_of(folder))
    }

    /// The one cluster that a path belongs to.
    fn cluster_of_path(&self, path: &str) -> Option<Destination> {
        match self.identities().owners(path)[..] {
            [identity] => Some(Destination::Cluster(identity.name.clone())),
            _ => None,
        }
    }
}

impl Clusters {
    /// The cluster that a spec gives this name. What is filled in later may be any.
    pub fn of_spec(name: Node<'_>) -> Self {
        let text = name.as_str().filter(|text| !is_injected(text));
        text.map_or_else(Self::default, |text| {
            Self::one(Destination::Cluster(text.into_owned()), name.span())
        })
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// These and those.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for (destination, place) in other.each {
            self.each.entry(destination).or_insert(place);
        }
        self
    }

    /// Whether these are several clusters, and how sure that is. Nothing if they may well be one.
    pub fn several(&self) -> Option<Several> {
        let count = |is_one: fn(&Destination) -> bool| self.each.keys().filter(|one| is_one(one)).count();
        let clusters = count(|one| matches!(one, Destination::Cluster(_)));
        let environments = count(|one| matches!(one, Destination::Environment(_)));
        match (clusters, environments) {
            (2.., _) => Some(Several::Surely),
            (_, 2..) => Some(Several::Probably),
            _ if clusters + environments < self.each.len() => Some(Several::Probably),
            (1, 1) if self.are_of_two_stages() => Some(Several::Probably),
            _ => None,
        }
    }

    /// Whether both know a cluster or an environment that the other does not, so that two clusters are meant.
    pub fn differ(&self, other: &Self) -> bool {
        !self.each.is_empty() && !other.each.is_empty() && !self.each.keys().eq(other.each.keys())
    }

    /// Their names, in quotes for a message: `` `tokyo-1`, `osaka-1` and 2 more ``.
    pub fn title(&self) -> String {
        let names: Vec<String> = self.each.keys().take(MOST_NAMED).map(Destination::title).collect();
        let hidden = self.each.len().saturating_sub(names.len());
        match (&names[..], hidden) {
            ([], _) => "an unknown cluster".to_owned(),
            ([one], 0) => one.clone(),
            ([start @ .., last], 0) => format!("{} and {last}", start.join(", ")),
            (names, hidden) => format!("{} and {hidden} more", names.join(", ")),
        }
    }

    /// The name of each as in [`Clusters::title`], with the place that brings something there.
    pub fn places(&self) -> impl Iterator<Item = (String, Span)> {
        self.each.iter().map(|(destination, place)| (destination.title(), *place))
    }

    fn one(destination: Destination, place: Span) -> Self {
        Self { each: BTreeMap::from([(destination, place)]) }
    }

    fn are_of_two_stages(&self) -> bool {
        let mut stages = self.each.keys().map(|one| stage_of(one.name()));
        let (first, second) = (stages.next().flatten(), stages.next().flatten());
        first.is_some() && second.is_some() && first != second
    }
}

/// So many are named in a message.
const MOST_NAMED: usize = 3;

impl Destination {
    fn name(&self) -> &str {
        match self {
            Self::Cluster(name) | Self::Environment(name) | Self::Found(name) => name,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Cluster(name) | Self::Environment(name) => format!("`{name}`"),
            Self::Found(set) => format!("the clusters of {set}"),
        }
    }
}

/// Whether an object is an `ApplicationSet` that deploys to every cluster there is, or to every one with some labels.
fn finds_clusters(object: Object<'_>) -> bool {
    let generators = object.at(&["spec", "generators"]).filter(|_| object.is(ARGO, "ApplicationSet"));
    let mappings = generators.into_iter().flat_map(Node::walk).filter(|node| node.is_mapping());
    mappings.into_iter().any(|node| node.get("clusters").is_some_and(Node::is_mapping))
}

/// The environment that a path is part of: a child of `clusters/`, or a folder or a file that is called after a stage.
fn environment_of(path: &str) -> Option<Destination> {
    let is_own = |(parent, folder): &(&str, &str)| match *parent {
        "clusters" | "cluster" => !folder.contains('.'),
        _ => stage_of(folder).is_some(),
    };
    if let Some((_, folder)) = layers(path).find(is_own) {
        return Some(Destination::Environment(folder.to_owned()));
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
    stage_of(stem)?;
    let word = stem.split(['-', '_', '.']).find(|word| stage_of(word).is_some())?;
    Some(Destination::Environment(word.to_owned()))
}
