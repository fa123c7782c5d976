//! Which environment a cluster is part of, and which a finding concerns.

use super::Cluster;
use crate::codebase::Codebase;
use crate::finding::Finding;
use crate::model::cluster::Spec;
use crate::model::environment::{Stage, stage_of};
use crate::model::identity::{Evidence, Identity, Origin};
use crate::model::injected::is_injected;
use crate::yaml::Node;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The environment of a cluster: what the configuration says, else its labels, else its name, else its folders.
pub(super) fn of_cluster(codebase: &Codebase, cluster: &Identity, spec: Option<Spec<'_>>) -> Option<String> {
    let files = cluster.evidence.iter().map(|evidence| codebase.source(evidence.span.file).path());
    let paths: Vec<&str> = cluster.folders.iter().map(String::as_str).chain(files.take(1)).collect();
    let declared = codebase.config().environments.iter().find(|environment| {
        paths.iter().any(|path| environment.paths.match_folder(path) || environment.paths.match_file(path))
    });
    // A domain says less than the folders: `ocp.prod.example.com` may be the cluster for tests of the team `prod`.
    let label = cluster.name.split('.').next().unwrap_or_default();
    let stage = || {
        let of_paths = || paths.iter().find_map(|path| stage_of_path(path));
        stage_of(label).or_else(of_paths).or_else(|| stage_of(&cluster.name))
    };
    declared
        .map(|one| one.name.clone())
        .or_else(|| spec.and_then(|spec| labelled(spec.root)))
        .or_else(|| cluster.evidence.iter().find_map(|evidence| said_beside(codebase, evidence)))
        .or_else(|| stage().map(|stage| stage.as_str().to_owned()))
}

/// What a hub's record says in its labels, and a file of variables beside the name.
fn said_beside(codebase: &Codebase, evidence: &Evidence) -> Option<String> {
    let file = evidence.span.file;
    match evidence.origin {
        Origin::Registration => {
            let mut objects = codebase.objects_in(file);
            let record = objects.find(|object| object.root().span().contains(evidence.span))?;
            labelled(record.root())
        }
        Origin::Terraform | Origin::Injection => said_in(codebase.terraform_in(codebase.source(file))?),
        _ => None,
    }
}

/// The environment that a label or a tag says.
fn labelled(root: Node<'_>) -> Option<String> {
    LABELS.into_iter().filter_map(|path| root.at(path)).find_map(said_in)
}

/// The environment by its usual name, or as it is called here.
fn said_in(map: Node<'_>) -> Option<String> {
    let values = ["env", "environment", "stage"].into_iter().filter_map(|key| map.get(key));
    let is_said = |text: &Cow<'_, str>| !matches!(&**text, "" | "none" | "all") && !is_injected(text);
    let mut said = values.filter_map(Node::as_str).filter(is_said);
    said.next()
        .map(|text| stage_of(&text).map_or_else(|| text.into_owned(), |stage| stage.as_str().to_owned()))
}

/// Where specs label their clusters: objects, kops, eksctl, Terraform.
const LABELS: [&[&str]; 4] =
    [&["metadata", "labels"], &["spec", "cloudLabels"], &["metadata", "tags"], &["tags"]];

/// The stage that the nearest folder tells of.
fn stage_of_path(path: &str) -> Option<Stage> {
    path.rsplit('/').find_map(stage_of)
}

/// The environments that a finding concerns; none if it concerns all, as shared code does.
pub(super) fn of_finding(
    codebase: &Codebase,
    clusters: &[Cluster],
    finding: &Finding,
) -> BTreeSet<Option<String>> {
    let of_name = |name: &str| {
        let index = clusters.binary_search_by(|cluster| cluster.name.as_str().cmp(name)).ok()?;
        Some(clusters[index].environment.clone())
    };
    if let Some(name) = &finding.cluster {
        return of_name(name).into_iter().collect();
    }
    let owners =
        |path| codebase.identities().owners(path).into_iter().filter_map(|owner| of_name(&owner.name));
    let named: BTreeSet<_> = finding.places().flat_map(|span| codebase.named_beside(span)).collect();
    if !named.is_empty() {
        return named.into_iter().map(|number| clusters[number as usize].environment.clone()).collect();
    }
    let places = finding.places().map(|span| codebase.source(span.file).path());
    let of_places: Vec<BTreeSet<_>> = places.map(|path| owners(path).collect()).collect();
    if of_places.iter().any(BTreeSet::is_empty) {
        return of_builds(codebase, clusters, finding, of_name);
    }
    of_places.into_iter().flatten().collect()
}

/// The environments of the clusters to which the builds of a finding go, if all of them are known.
fn of_builds(
    codebase: &Codebase,
    clusters: &[Cluster],
    finding: &Finding,
    of_name: impl Fn(&str) -> Option<Option<String>>,
) -> BTreeSet<Option<String>> {
    let builds = codebase.builds().list().iter();
    let builds = builds.filter(|build| finding.builds.iter().any(|title| title == build.title()));
    let known: Option<BTreeSet<Option<String>>> = builds
        .map(|build| {
            let of_cluster = build.deployment.cluster.as_deref().and_then(&of_name);
            let stage = build.deployment.environment.as_deref().and_then(stage_of);
            let name = stage.map(|stage| Some(stage.as_str().to_owned()));
            of_cluster.or(name.filter(|name| clusters.iter().any(|cluster| cluster.environment == *name)))
        })
        .collect();
    known.unwrap_or_default()
}

/// Environments in order: the one closest to the users first, those with names of their own next, no name last.
pub(super) fn order(name: Option<&str>) -> ((bool, Option<Reverse<Stage>>), Option<&str>) {
    let stage = name.and_then(stage_of).map(Reverse);
    ((name.is_none(), stage), name)
}
