//! Which objects hold the hosts of a cloud that texts name. What no build keeps is left out.

use crate::codebase::Codebase;
use crate::codebase::cloud_hosts::HostPlace;
use crate::model::cloud_host::{CloudHost, CloudHostKind};
use crate::model::object::Object;
use crate::source::{FileId, Span};
use crate::yaml::Node;
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

/// Every host of a kind that `is_wanted`, in the order of the files.
pub(super) fn hosts(codebase: &Codebase, is_wanted: impl Fn(CloudHostKind) -> bool) -> Vec<Host<'_>> {
    let places = codebase.cloud_hosts().iter().filter(|place| is_wanted(place.form.kind));
    let host = |place: &HostPlace| {
        let name = codebase.source(place.span.file).slice(place.span);
        Host { name, form: place.form, span: place.span, site: None }
    };
    let mut hosts: Vec<Host<'_>> = places.map(host).collect();
    find_sites(codebase, &mut hosts);
    hosts.retain(|host| host.site.is_some() || !is_built_otherwise(codebase, host.span));
    hosts.retain(|host| host.site.is_none_or(|(object, node)| !is_status(object, node)));
    hosts
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
