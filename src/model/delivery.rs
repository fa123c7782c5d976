//! What delivery tools are told: where Argo CD and Flux fetch, and what they bring to a cluster.

use super::object::Object;
use crate::yaml::{Entry, Node};
use std::borrow::Cow;

/// A folder of a repository that a delivery object brings to a cluster.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// An Application, an `ApplicationSet`, or a Kustomization of Flux.
    pub object: Object<'a>,
    /// The address of the repository.
    pub url: Cow<'a, str>,
    /// The folder in it.
    pub path: Node<'a>,
    /// What Argo CD fetches; nothing for Flux, whose revision stands in another object.
    pub source: Option<Source<'a>>,
}

/// Where an Application fetches: a source of it, or the repository of a generator.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The Application or the `ApplicationSet`.
    pub object: Object<'a>,
    /// The mapping that holds `repoURL`.
    pub node: Node<'a>,
    /// `repoURL` with the address of a repository of git or of charts.
    pub url: Entry<'a>,
}

impl<'a> Source<'a> {
    /// The sources of an object, wherever in it they stand.
    pub fn all(object: Object<'a>) -> impl Iterator<Item = Self> {
        let maps =
            object.root().walk().filter(move |_| is_application(object)).filter(|node| node.is_mapping());
        maps.filter_map(move |node| Some(Self { object, node, url: node.entry("repoURL")? }))
    }

    /// The folder in the repository.
    pub fn path(self) -> Option<Node<'a>> {
        self.node.get("path")
    }

    /// The name of a chart.
    pub fn chart(self) -> Option<Node<'a>> {
        self.node.get("chart")
    }

    /// The branch, the tag or the commit, or the version of a chart. The generator of an `ApplicationSet` calls it
    /// `revision`.
    pub fn revision(self) -> Option<Node<'a>> {
        let written = self.node.get("targetRevision").or_else(|| self.node.get("revision"));
        written.filter(|revision| !revision.is_null())
    }
}

/// The group of the objects that say where Flux fetches.
pub const FLUX_SOURCES: &str = "source.toolkit.fluxcd.io";

/// Whether Argo CD makes something of the object.
pub fn is_application(object: Object<'_>) -> bool {
    APPLICATIONS.iter().any(|kind| object.is(ARGO, kind))
}

/// Whether the object is a Kustomization of Flux, which brings a folder to a cluster.
pub fn is_flux_kustomization(object: Object<'_>) -> bool {
    object.is(FLUX_KUSTOMIZATION.0, FLUX_KUSTOMIZATION.1)
}

/// The group of Argo CD.
pub const ARGO: &str = "argoproj.io";
/// The kinds of Argo CD that bring something to a cluster.
pub const APPLICATIONS: [&str; 2] = ["Application", "ApplicationSet"];
/// The group and the kind of Flux that bring a folder to a cluster.
pub const FLUX_KUSTOMIZATION: (&str, &str) = ("kustomize.toolkit.fluxcd.io", "Kustomization");
