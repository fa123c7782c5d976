//! Every place where a text names a cluster, and what is thought of it there.
//!
//! Texts are searched, not trees: a name in a script, a pipeline or a template hurts as much as one in a manifest.

mod judge;
mod listed;

use super::Codebase;
use crate::model::identity::{Evidence, Mention, Origin, Strength};
use crate::model::mention::Surroundings;
use crate::model::usage::Usage;
use crate::source::{FileId, Source, Span};
use judge::Judge;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A place where a text names a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming {
    /// The name, without what stands around it.
    pub span: Span,
    /// The number of the cluster; see [`crate::model::identity::Identities::get`].
    pub cluster: u32,
    /// Whether the name may stand there.
    pub zone: NameZone,
    /// What the name is used for.
    pub usage: Usage,
    /// How sure it is that the cluster is meant.
    pub sureness: Sureness,
    /// The number of another cluster, if the file belongs to one and not to this.
    pub owner: Option<u32>,
}

/// Where the name of a cluster stands, as far as its successor is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameZone {
    /// The cluster's own spec, a hub's record of it, a list of clusters that there has to be.
    Declaration,
    /// The one place that tells the cluster its own name.
    Injection,
    /// A file that belongs to this cluster alone.
    OwnLayer,
    /// What the next cluster uses as well.
    Shared,
    /// What no cluster and no person runs: documentation, comments, tests, names of images.
    Ignored,
}

/// How sure it is that a place refers to the cluster. The surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sureness {
    /// The whole name, or a command that connects to the cluster.
    Sure,
    /// A part of a longer word, or an ordinary word that a key calls a cluster.
    Likely,
    /// An ordinary word that a key calls an environment.
    Unsure,
}

/// What is known of the whole codebase before a file is looked at.
struct Known {
    /// The blocks of Terraform that build clusters, sorted.
    builders: Vec<Span>,
    /// For each file what names a cluster as such, with the number of the cluster.
    evidence: Vec<Vec<(u32, Evidence)>>,
}

impl Known {
    fn of(codebase: &Codebase) -> Self {
        let builders = codebase.clusters().filter(|spec| spec.is_terraform()).map(|spec| spec.root.span());
        let mut evidence = vec![Vec::new(); codebase.sources().as_slice().len()];
        for (number, cluster) in (0..).zip(codebase.identities()) {
            for one in &cluster.evidence {
                evidence[one.span.file.index()].push((number, *one));
            }
        }
        for of_file in &mut evidence {
            of_file.sort_by_key(|(number, one)| (*number, one.span.start));
        }
        let mut builders: Vec<Span> = builders.collect();
        builders.sort();
        Self { builders, evidence }
    }

    fn builders_in(&self, file: FileId) -> impl Iterator<Item = &Span> {
        let start = self.builders.partition_point(|block| block.file < file);
        self.builders[start..].iter().take_while(move |block| block.file == file)
    }
}

/// All such places, sorted.
pub(super) fn namings(codebase: &Codebase) -> Vec<Naming> {
    if codebase.identities().is_empty() {
        return Vec::new();
    }
    let known = Known::of(codebase);
    let sources = codebase.sources().as_slice().par_iter();
    sources.flat_map_iter(|source| of_file(codebase, source, &known)).collect()
}

/// Nobody reads a line with more names.
const MOST_BESIDE: usize = 100;

impl Codebase {
    /// The clusters that are named on the line of a place, by their numbers.
    pub fn named_beside(&self, span: Span) -> impl Iterator<Item = u32> {
        let source = self.source(span.file);
        let line = source.line(span.start);
        let start = source.text()[..span.start as usize].rfind('\n').map_or(0, |at| at as u32 + 1);
        let before = |naming: &Naming| (naming.span.file, naming.span.start) < (span.file, start);
        let namings = &self.namings[self.namings.partition_point(before)..];
        let on_line = namings
            .iter()
            .take_while(move |one| one.span.file == span.file && source.line(one.span.start) == line);
        on_line.take(MOST_BESIDE).map(|naming| naming.cluster)
    }

    /// The clusters to which Argo CD is told in several files to deploy, by number. Told in one file, it is the one list
    /// of clusters that there has to be.
    pub fn scattered_destinations(&self) -> BTreeSet<u32> {
        let mut files: BTreeMap<u32, BTreeSet<FileId>> = BTreeMap::new();
        for naming in self.namings().iter().filter(|naming| naming.is_destination()) {
            files.entry(naming.cluster).or_default().insert(naming.span.file);
        }
        files.into_iter().filter(|(_, files)| files.len() > 1).map(|(cluster, _)| cluster).collect()
    }
}

impl Naming {
    /// Whether Argo CD is told here where to deploy, outside of the cluster's own layer.
    pub fn is_destination(&self) -> bool {
        self.zone == NameZone::Declaration && self.usage == Usage::Delivery
    }
}

fn of_file(codebase: &Codebase, source: &Source, known: &Known) -> Vec<Naming> {
    let mentions: Vec<Mention<'_>> = codebase.identities().mentions(source.text()).collect();
    if mentions.is_empty() {
        return Vec::new();
    }
    let judge = Judge::of(codebase, source, known, listed::listed(source.text(), &mentions));
    let naming = |mention: Mention<'_>| {
        let number = judge.meant(mention);
        let mention = Mention { number, identity: codebase.identities().get(number), ..mention };
        let span = Span::new(source.id(), mention.start as u32, mention.end as u32);
        let around = Surroundings::new(source.text(), mention.start, mention.end);
        let (zone, usage) = judge.judge(mention, around, span);
        // Whatever a word means to a tool, it is no name of a cluster there.
        let is_list = zone == NameZone::Declaration && matches!(usage, Usage::List | Usage::Delivery);
        let is_named = [Origin::Command, Origin::Lookup]
            .into_iter()
            .any(|origin| mention.identity.is_named_by(origin, span));
        let sureness =
            if is_list || is_named { Some(Sureness::Sure) } else { sureness(mention, around, usage) };
        let owner = judge.owner(mention.number);
        Some(Naming { span, cluster: mention.number, zone, usage, sureness: sureness?, owner })
    };
    mentions.into_iter().filter_map(naming).collect()
}

/// Nothing where an ordinary word is just that.
fn sureness(mention: Mention<'_>, around: Surroundings<'_>, usage: Usage) -> Option<Sureness> {
    match mention.strength {
        Strength::Strong if is_whole(around, mention) && mention.identity.is_certain() => {
            Some(Sureness::Sure)
        }
        Strength::Strong => Some(Sureness::Likely),
        Strength::Weak if around.is_said_of_cluster() || usage.is_about_cluster(around) => {
            Some(Sureness::Likely)
        }
        Strength::Weak if around.is_said_of_environment() => Some(Sureness::Unsure),
        Strength::Weak | Strength::Environment => around.is_named_as_cluster().then_some(Sureness::Likely),
    }
}

/// `api.<name>` and `<name>-admin` are the cluster as much as its name is, and so is `<name>.api.<domain>`.
fn is_whole(around: Surroundings<'_>, mention: Mention<'_>) -> bool {
    let (before, after) = around.rest_of_run();
    let domain = mention.identity.name.find('.').map_or("", |at| &mention.identity.name[at..]);
    let after = after.strip_suffix(domain).unwrap_or(after);
    let words = before.split(['-', '_', '.']).chain(after.split(['-', '_', '.']));
    words.into_iter().all(|word| word.is_empty() || AFFIXES.contains(&word))
}

/// What tools put around the name of a cluster. Source: `kops pkg/apis/kops/cluster.go`, `eksctl`, `az aks`.
const AFFIXES: [&str; 10] =
    ["api", "internal", "admin", "aks", "eks", "gke", "cluster", "bastion", "oidc", "kubeconfig"];
