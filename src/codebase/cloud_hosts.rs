//! Every place where a text names a host of a cloud: in manifests, charts, Terraform, pipelines and scripts alike.
//!
//! What is said to people, and what a cluster's own spec or record says, is left out.

use super::Codebase;
use crate::model::cloud_host::{CloudHost, cloud_hosts};
use crate::model::cluster::{Format, is_cluster_group};
use crate::model::mention::{Surroundings, is_prose_key};
use crate::model::object::TypeMeta;
use crate::model::role::is_test_document;
use crate::source::{Source, Span};
use crate::yaml::{Node, Tree};
use rayon::prelude::*;

/// A host of a cloud where it is written.
#[derive(Debug, Clone, Copy)]
pub struct HostPlace {
    /// The name, without what stands around it.
    pub span: Span,
    /// What has such a name.
    pub form: &'static CloudHost,
}

impl Codebase {
    /// Every such place in what is used, sorted. Searched for when the first rule asks.
    pub fn cloud_hosts(&self) -> &[HostPlace] {
        self.cloud_hosts.get_or_init(|| {
            let sources = self.sources().as_slice().par_iter();
            let judged = sources.filter(|source| self.zone(source.id()).has_judged_texts());
            judged.flat_map_iter(|source| in_text(self, source)).collect()
        })
    }
}

fn in_text(codebase: &Codebase, source: &Source) -> Vec<HostPlace> {
    let mut silent: Option<Silent> = None;
    let text = source.text();
    let mut places = Vec::new();
    for (range, form) in cloud_hosts(text) {
        let span = Span::new(source.id(), range.start as u32, range.end as u32);
        let around = Surroundings::new(text, range.start, range.end);
        let silent = silent.get_or_insert_with(|| Silent::of(source, codebase.tree(source.id())));
        if !around.is_comment() && !around.is_prose() && !silent.holds(span) {
            places.push(HostPlace { span, form });
        }
    }
    places
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
        span.is_in(&self.comments) || self.parts.iter().any(|part| part.contains(span))
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
    let Some(meta) = TypeMeta::of(root) else { return Format::of_data(root, source.path()).is_some() };
    let label = ["metadata", "labels", "argocd.argoproj.io/secret-type"];
    meta.is("", "Config")
        || meta.is("", "Node")
        || meta.kind() == "CustomResourceDefinition"
        || is_cluster_group(meta.group())
        || root.at(&label).is_some_and(|label| label.is_text("cluster"))
}
