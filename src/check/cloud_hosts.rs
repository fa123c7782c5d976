//! Where texts name hosts of a cloud: in manifests, charts, Terraform, pipelines and scripts alike.
//!
//! What is said to people, what a cluster's own spec or record says, and what no build keeps is left out.

use crate::codebase::Codebase;
use crate::model::cloud_host::{CloudHost, cloud_hosts};
use crate::model::cluster::{Spec, is_cluster_group};
use crate::model::mention::{Surroundings, is_prose_key};
use crate::model::object::{Object, TypeMeta};
use crate::model::role::is_test_document;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Node, Tree};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A host of a cloud where it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Host<'a> {
    /// The name as it is written.
    pub(super) name: &'a str,
    /// What has this name.
    pub(super) form: &'static CloudHost,
    /// Where it stands.
    pub(super) span: Span,
    /// The judged object and the value of it that holds the name, if it stands in one.
    pub(super) site: Option<(Object<'a>, Node<'a>)>,
}

/// Every host that `is_wanted`, in the order of the files, and how many texts were looked at.
pub(super) fn hosts(
    codebase: &Codebase,
    is_wanted: impl Fn(&CloudHost) -> bool + Sync,
) -> (Vec<Host<'_>>, usize) {
    let sources = codebase.sources().as_slice().par_iter();
    let judged = sources.filter(|source| codebase.zone(source.id()).has_judged_texts());
    let found: Vec<Vec<Host<'_>>> = judged.map(|source| in_text(codebase, source, &is_wanted)).collect();
    let texts = found.len();
    let mut hosts: Vec<Host<'_>> = found.into_iter().flatten().collect();
    find_sites(codebase, &mut hosts);
    hosts.retain(|host| host.site.is_some() || !is_built_otherwise(codebase, host.span));
    hosts.retain(|host| host.site.is_none_or(|(object, node)| !is_status(object, node)));
    (hosts, texts)
}

fn in_text<'a>(
    codebase: &'a Codebase,
    source: &'a Source,
    is_wanted: &impl Fn(&CloudHost) -> bool,
) -> Vec<Host<'a>> {
    let mut silent: Option<Silent> = None;
    let text = source.text();
    let found = cloud_hosts(text).into_iter().filter(|(_, form)| is_wanted(form));
    let hosts = found.filter_map(|(range, form)| {
        let span = Span::new(source.id(), range.start as u32, range.end as u32);
        let around = Surroundings::new(text, range.start, range.end);
        let silent = silent.get_or_insert_with(|| Silent::of(source, codebase.tree(source.id())));
        let is_said = around.is_comment() || around.is_prose() || silent.holds(span);
        (!is_said).then(|| Host { name: &text[range], form, span, site: None })
    });
    hosts.collect()
}

/// Parts of a file in which nothing depends on a host.
struct Silent {
    /// Comments, in the order of the text.
    comments: Vec<Span>,
    /// Whole documents, and values that people read.
    parts: Vec<Span>,
}

impl Silent {
    fn of(source: &Source, tree: Option<&Tree>) -> Self {
        let comments = tree.into_iter().flat_map(Tree::comments).collect();
        let parts = tree.into_iter().flat_map(Tree::roots);
        let parts = parts.flat_map(|root| silent_parts(source, root)).collect();
        Self { comments, parts }
    }

    fn holds(&self, span: Span) -> bool {
        let next = self.comments.partition_point(|comment| comment.start <= span.start);
        let is_comment = next > 0 && self.comments[next - 1].contains(span);
        is_comment || self.parts.iter().any(|part| part.contains(span))
    }
}

fn silent_parts(source: &Source, root: Node<'_>) -> Vec<Span> {
    if is_own_record(source, root) || is_test_document(root) {
        return vec![root.span()];
    }
    let entries = root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries);
    let said = entries.filter(|entry| is_prose_key(&entry.key.text())).map(|entry| entry.value.span());
    said.chain(root.get("status").map(Node::span)).collect()
}

/// A cluster's spec, its kubeconfig and a hub's record of it belong to the cluster and go away with it. A definition of
/// a resource has examples.
fn is_own_record(source: &Source, root: Node<'_>) -> bool {
    let Some(meta) = TypeMeta::of(root) else { return Spec::of_data(root, source.path()).is_some() };
    let label = ["metadata", "labels", "argocd.argoproj.io/secret-type"];
    meta.is("", "Config")
        || meta.is("", "Node")
        || meta.kind() == "CustomResourceDefinition"
        || is_cluster_group(meta.group())
        || root.at(&label).is_some_and(|label| label.is_text("cluster"))
}

/// Finds the objects that hold the names, built ones where something is built.
fn find_sites<'a>(codebase: &'a Codebase, hosts: &mut [Host<'a>]) {
    let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    for (index, host) in hosts.iter().enumerate() {
        by_file.entry(host.span.file).or_default().push(index);
    }
    if !by_file.keys().any(|file| codebase.source(*file).kind().is_yaml()) {
        return;
    }
    for object in codebase.objects() {
        for node in object.root().walk() {
            let span = node.span();
            let Some(here) = by_file.get(&span.file).filter(|_| !node.is_mapping() && !node.is_sequence())
            else {
                continue;
            };
            // They stand in the order of the text.
            let first = here.partition_point(|index| hosts[*index].span.start < span.start);
            for index in &here[first..] {
                if !span.contains(hosts[*index].span) {
                    break;
                }
                hosts[*index].site.get_or_insert((object, node));
            }
        }
    }
}

/// Whether it stands in an object of which something is built, and nothing that is built has it: each overlay says
/// something else instead.
fn is_built_otherwise(codebase: &Codebase, span: Span) -> bool {
    let mut written = codebase.objects_in(span.file).map(|object| object.root().span());
    written.any(|object| object.contains(span) && codebase.builds().cover(object))
}

fn is_status(object: Object<'_>, node: Node<'_>) -> bool {
    object.id(node).pointer.starts_with("/status")
}
