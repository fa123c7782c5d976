//! Where in a file a name may stand, and what it is used for there.

use super::{Known, NameZone};
use crate::codebase::Codebase;
use crate::model::cluster::is_cluster_group;
use crate::model::delivery::ARGO;
use crate::model::identity::{Evidence, Mention, Origin};
use crate::model::mention::{Surroundings, is_prose_key};
use crate::model::name::names_another_system;
use crate::model::object::TypeMeta;
use crate::model::terraform::{blocks, is_of_another_cluster};
use crate::model::usage::Usage;
use crate::paths::resolve_path;
use crate::source::{Source, Span};
use crate::yaml::{Node, Tree};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What is known of one file. Made only for files in which a name stands at all.
pub(super) struct Judge<'a> {
    codebase: &'a Codebase,
    source: &'a Source,
    tree: Option<&'a Tree>,
    /// The clusters to which the file belongs, by number.
    owners: Vec<u32>,
    /// What in the file names a cluster as such, with the number of the cluster, sorted by that and by place.
    evidence: &'a [(u32, Evidence)],
    /// What the file as a whole is to a cluster.
    of_file: BTreeMap<u32, (NameZone, Usage)>,
    /// Comments, in the order of the text.
    comments: Vec<Span>,
    /// Documents and blocks about clusters, and documents that deliver something to some.
    documents: Vec<(Span, Content)>,
    /// What is set up to be read only: the backups of a cluster that another one restores from.
    read_only: Vec<Span>,
    /// Where names begin that stand in a list of clusters.
    listed: HashSet<usize>,
}

/// What a document is about.
enum Content {
    /// Clusters: what it says of their names is its business.
    Clusters,
    /// Clusters of containers or of data: `cluster` means one of those there.
    OtherClusters,
    /// Delivery by Argo CD, to clusters with these numbers. `targets` are the places that name them.
    Delivery { targets: Vec<Span>, clusters: Vec<u32> },
}

impl<'a> Judge<'a> {
    pub(super) fn of(
        codebase: &'a Codebase,
        source: &'a Source,
        known: &'a Known,
        listed: HashSet<usize>,
    ) -> Self {
        let tree = codebase.tree(source.id());
        let owners = codebase.identities().owner_numbers(source.path());
        let comments = tree.into_iter().flat_map(Tree::comments).collect();
        let roots = tree.into_iter().flat_map(Tree::roots);
        let documents = roots.filter_map(|root| Some((root.span(), content(codebase, root)?)));
        let builders = known.builders_in(source.id());
        let documents = documents.chain(builders.map(|block| (*block, Content::Clusters)));
        let documents = documents.chain(other_clusters(codebase, source));
        let mut documents: Vec<(Span, Content)> = documents.collect();
        documents.sort_by_key(|(span, _)| *span);
        let read_only = read_only(source, tree);
        let evidence = known.evidence[source.id().index()].as_slice();
        let of_file = evidence.iter().rev();
        let of_file =
            of_file.filter_map(|(number, one)| Some((*number, declared_in_file(one.origin)?))).collect();
        Self { codebase, source, tree, owners, evidence, of_file, comments, documents, read_only, listed }
    }

    /// The cluster that is meant: where several are spelled so, the one to which the file belongs.
    pub(super) fn meant(&self, mention: Mention<'_>) -> u32 {
        let owner = mention.numbers.iter().find(|number| self.owners.contains(&(**number as u32)));
        owner.map_or(mention.number, |number| *number as u32)
    }

    /// The other cluster that the file belongs to, if it is sure that there is one.
    pub(super) fn owner(&self, cluster: u32) -> Option<u32> {
        let is_certain = |owner: &u32| self.codebase.identities().get(*owner).is_certain();
        let owners = || self.codebase.identities().sure_owner_numbers(self.source.path());
        (!self.owners.contains(&cluster)).then(|| owners().into_iter().find(is_certain)).flatten()
    }

    /// In what zone a name stands, and what it is used for.
    pub(super) fn judge(
        &self,
        mention: Mention<'_>,
        around: Surroundings<'_>,
        span: Span,
    ) -> (NameZone, Usage) {
        let keys = self.tree.into_iter().flat_map(|tree| tree.keys_above(span.start));
        let keys: Vec<Cow<'_, str>> = keys.map(Node::text).collect();
        // What the nearest key says that people read is no code.
        let is_said = keys.first().is_some_and(|key| is_prose_key(key));
        let is_monitored = self.codebase.monitors().compares(span);
        if self.is_ignored(around, span) || !is_monitored && (is_said || around.is_prose()) {
            return (NameZone::Ignored, Usage::Other);
        }
        let usage = match () {
            () if is_monitored => Usage::Monitor,
            () if mention.identity.is_named_by(Origin::Command, span) => Usage::Command,
            () => self.usage(around, &keys, span),
        };
        let is_own = self.owners.contains(&mention.number);
        let (zone, usage) = self.declared(mention, span).unwrap_or((NameZone::Shared, usage));
        match zone {
            NameZone::Shared if is_own => (NameZone::OwnLayer, usage),
            // A record of the cluster goes with its folder, and so does what tells it its name.
            NameZone::Declaration | NameZone::Injection if is_own && usage != Usage::Other => {
                (NameZone::OwnLayer, usage)
            }
            zone => (zone, usage),
        }
    }

    fn usage(&self, around: Surroundings<'_>, keys: &[Cow<'_, str>], span: Span) -> Usage {
        if self.is_path(around) {
            return Usage::Path;
        }
        if span.is_in(&self.read_only) {
            return Usage::Peer;
        }
        match Usage::of(self.source.kind(), around, keys) {
            usage @ (Usage::Condition | Usage::Delivery) => usage,
            _ if self.listed.contains(&(span.start as usize)) => Usage::List,
            usage => usage,
        }
    }

    fn is_ignored(&self, around: Surroundings<'_>, span: Span) -> bool {
        !self.codebase.zone(self.source.id()).has_judged_texts()
            || span.is_in(&self.comments)
            || matches!(self.content_at(span), Some(Content::OtherClusters)) && around.is_named_as_cluster()
            || around.key().is_some_and(is_other_cluster_key)
            || names_something_else(around)
            || around.is_comment()
            || is_image(around)
    }

    /// The zone of a name in a place that declares the cluster, lists it, or tells it its own name.
    fn declared(&self, mention: Mention<'_>, span: Span) -> Option<(NameZone, Usage)> {
        let of_file = self.of_file.get(&mention.number).copied();
        let before = |(number, evidence): &(u32, Evidence)| {
            (*number, evidence.span.start) <= (mention.number, span.start)
        };
        let near = self.evidence[..self.evidence.partition_point(before)].last();
        let near =
            near.filter(|(number, evidence)| *number == mention.number && evidence.span.contains(span));
        let of_evidence =
            near.and_then(|(_, evidence)| declared_by(evidence.origin)).into_iter().chain(of_file);
        let of_document = match self.content_at(span) {
            Some(Content::Clusters) => Some((NameZone::Declaration, Usage::Other)),
            Some(Content::Delivery { targets, .. }) if targets.iter().any(|target| target.contains(span)) => {
                Some((NameZone::Declaration, Usage::Delivery))
            }
            // What is delivered to one cluster alone may know its name.
            Some(Content::Delivery { clusters, .. }) if clusters[..] == [mention.number] => {
                Some((NameZone::OwnLayer, Usage::Other))
            }
            _ => None,
        };
        of_evidence.min_by_key(|(zone, _)| *zone).or(of_document)
    }

    /// What the document or the block is about that holds a place.
    fn content_at(&self, span: Span) -> Option<&Content> {
        let before = |(document, _): &(Span, Content)| document.start <= span.start;
        let (document, content) = self.documents[..self.documents.partition_point(before)].last()?;
        document.contains(span).then_some(content)
    }

    /// A folder of this repository may be called after a cluster, and has to be referred to.
    fn is_path(&self, around: Surroundings<'_>) -> bool {
        let path = around.token_to_name().rsplit(['=', ':']).next().unwrap_or_default();
        let from_root = path.trim_start_matches("../").trim_start_matches("./").trim_start_matches('/');
        let from_here = resolve_path(self.source.folder(), path);
        let known = |path: &str| path.contains('/') && self.codebase.has_path(path);
        known(from_root) || from_here.is_some_and(|path| known(&path))
    }
}

/// A spec and a hub's record may repeat the name anywhere in their file.
fn declared_in_file(origin: Origin) -> Option<(NameZone, Usage)> {
    match origin {
        Origin::Spec => Some((NameZone::Declaration, Usage::Other)),
        Origin::Registration | Origin::Kubeconfig => Some((NameZone::Declaration, Usage::List)),
        _ => None,
    }
}

/// An injected value and a list of clusters stand for themselves.
fn declared_by(origin: Origin) -> Option<(NameZone, Usage)> {
    match origin {
        Origin::Delivery => Some((NameZone::Declaration, Usage::Delivery)),
        Origin::Matrix => Some((NameZone::Declaration, Usage::List)),
        // Beside the block that builds the cluster, which is known as a document, it is a variable.
        Origin::Terraform | Origin::Injection => Some((NameZone::Injection, Usage::Controller)),
        _ => None,
    }
}

/// The blocks of Terraform that are about clusters of something else.
fn other_clusters(codebase: &Codebase, source: &Source) -> Vec<(Span, Content)> {
    let root = codebase.terraform_in(source).into_iter();
    let resources = root.flat_map(|root| ["resource", "data"].map(|name| blocks(root, name, 2))).flatten();
    let others = resources.filter(|block| {
        let is_type = block.first().is_some_and(|kind| is_of_another_cluster(&kind.text()));
        let text = source.slice(block.body.span());
        is_type || ALARMS.iter().any(|namespace| text.contains(namespace))
    });
    others.map(|block| (block.body.span(), Content::OtherClusters)).collect()
}

/// What stands in an alarm or a scaling rule for such a cluster.
const ALARMS: [&str; 4] = ["AWS/ECS", "AWS/RDS", "AWS/Kafka", "ecs:service:"];

fn content(codebase: &Codebase, root: Node<'_>) -> Option<Content> {
    let meta = TypeMeta::of(root)?;
    if is_cluster_group(meta.group()) && !SELECTING.contains(&meta.kind()) {
        return Some(Content::Clusters);
    }
    let is_delivery = meta.group() == ARGO && meta.kind().starts_with("App");
    is_delivery.then(|| {
        let targets = TARGETS.into_iter().filter_map(|path| root.at(path));
        let targets: Vec<Span> = targets.map(Node::span).collect();
        let text = |target: &Span| codebase.source(target.file).slice(*target);
        let mentions = targets.iter().flat_map(|target| codebase.identities().mentions(text(target)));
        let clusters: BTreeSet<u32> = mentions.map(|mention| mention.number).collect();
        let clusters = clusters.into_iter().collect();
        Content::Delivery { targets, clusters }
    })
}

/// Kinds of the groups of clusters that choose among clusters and declare none.
const SELECTING: [&str; 5] =
    ["ClusterResourceSet", "HelmChartProxy", "HelmReleaseProxy", "Placement", "PlacementDecision"];

/// Where Applications, `ApplicationSets` and `AppProjects` name their clusters.
const TARGETS: [&[&str]; 4] = [
    &["spec", "destination"],
    &["spec", "destinations"],
    &["spec", "generators"],
    &["spec", "template", "spec", "destination"],
];

/// `kafka_cluster`: a cluster of something else. Where such a system is reached is another matter.
fn is_other_cluster_key(key: &str) -> bool {
    names_another_system(key) && key.to_ascii_lowercase().contains("cluster")
}

/// Mappings with `accessMode: ReadOnly`, as Velero has them.
fn read_only(source: &Source, tree: Option<&Tree>) -> Vec<Span> {
    let tree = tree.filter(|_| source.text().contains("accessMode: ReadOnly")).into_iter();
    let mappings = tree.flat_map(Tree::roots).flat_map(Node::walk).filter(|node| node.is_mapping());
    let is_read_only = |node: &Node<'_>| node.get("accessMode").is_some_and(|mode| mode.is_text("ReadOnly"));
    mappings.filter(is_read_only).map(Node::span).collect()
}

/// Whether a key says that it is the name of something that a cluster runs, or of those who work with it.
fn names_something_else(around: Surroundings<'_>) -> bool {
    let key = around.key().map(|key| key.rsplit(['.', '/']).next().unwrap_or(key));
    let tag = around.token_to_name().rsplit_once(':').map(|(key, _)| key);
    key.is_some_and(|key| OTHER_THINGS.contains(&key)) || tag.is_some_and(|key| OTHER_THINGS.contains(&key))
}

const OTHER_THINGS: [&str; 7] = ["namespace", "service", "app", "part-of", "team", "group", "owner"];

/// Images and repositories are called after organisations and products, as clusters are.
fn is_image(around: Surroundings<'_>) -> bool {
    let hosts = [
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        "docker.io",
        "quay.io",
        "ghcr.io",
        "gcr.io",
        ".pkg.dev",
        "public.ecr.aws",
        "registry.",
        ".dkr.ecr.",
        ".azurecr.io",
    ];
    let token = around.token();
    let key = around.key().unwrap_or_default().to_ascii_lowercase();
    let key = key.rsplit('.').next().unwrap_or_default();
    hosts.iter().any(|host| token.contains(host)) || IMAGE_KEYS.contains(&key) || key.contains("image")
}

const IMAGE_KEYS: [&str; 9] =
    ["newname", "newtag", "tag", "digest", "uses", "repository", "repo", "repourl", "registry"];
