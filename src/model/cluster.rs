//! Cluster specs: the declaration of a cluster itself, in whatever tool's format. The formats are data.

use super::field::Field;
use super::kinds::group_matches;
use super::kubernetes_version::VersionField;
use super::object::{Object, TypeMeta};
use crate::facts;
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A document that declares a cluster, or something of a cluster as a whole, such as its control plane.
#[derive(Debug, Clone, Copy)]
pub struct Spec<'a> {
    /// The tool's format.
    pub format: &'static Format,
    /// The whole document.
    pub root: Node<'a>,
    /// The object, where the format has `apiVersion` and `kind`.
    pub object: Option<Object<'a>>,
}

/// What a tool writes: a row of `data/cluster-formats.yaml`, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Format {
    /// The tool, as its users write it.
    pub tool: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    shapes: Vec<Shape>,
    /// Whether it runs on a laptop or in a pipeline only.
    #[serde(default)]
    pub local: bool,
    name: Option<Field>,
    /// Where the version of Kubernetes is written.
    pub version: Option<VersionField>,
    etcd_saved_unless: Option<BTreeMap<Field, String>>,
    #[serde(default)]
    derived_keys: Vec<String>,
}

/// The fields by which a document without `apiVersion` is known.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shape {
    all: Vec<Field>,
    any: Vec<Field>,
    two: Vec<Field>,
}

static FORMATS: LazyLock<Vec<Format>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/cluster-formats.yaml")));

impl<'a> Spec<'a> {
    /// The spec that a document without `apiVersion` and `kind` is, if it is one.
    pub fn of_data(root: Node<'a>) -> Option<Self> {
        if root.get("apiVersion").is_some() || root.get("kind").is_some() {
            return None;
        }
        let format = FORMATS.iter().find(|format| format.shapes.iter().any(|shape| shape.fits(root)))?;
        Some(Self { format, root, object: None })
    }

    /// The node that names the cluster.
    pub fn name(self) -> Option<Node<'a>> {
        self.format.name.as_ref()?.node(self.root)
    }

    /// Whether the tool saves the cluster's etcd, as it is written or by default.
    pub fn saves_etcd(self) -> bool {
        let is_off =
            |(field, off): (&Field, &String)| field.node(self.root).is_some_and(|node| node.is_text(off));
        self.format.etcd_saved_unless.as_ref().is_some_and(|switches| !switches.iter().any(is_off))
    }
}

impl Format {
    /// The format of objects of this type.
    pub fn of_type(meta: &TypeMeta) -> Option<&'static Self> {
        let is_kind = |format: &&Self| format.kinds.iter().any(|kind| kind == meta.kind());
        FORMATS.iter().filter(is_kind).find(|format| format.has_group(meta.group()))
    }

    /// Whether its documents declare a cluster by name.
    pub fn names_cluster(&self) -> bool {
        self.name.is_some()
    }

    fn has_group(&self, group: &str) -> bool {
        self.groups.iter().any(|known| group_matches(known, group))
    }
}

impl Shape {
    fn fits(&self, root: Node<'_>) -> bool {
        let there = |fields: &[Field]| fields.iter().filter(|field| field.node(root).is_some()).count();
        self.all.iter().all(|field| field.node(root).is_some())
            && (self.any.is_empty() || there(&self.any) >= 1)
            && (self.two.is_empty() || there(&self.two) >= 2)
    }
}

/// Whether objects of this group are about clusters: what builds them, and what they are built of.
pub fn is_cluster_group(group: &str) -> bool {
    let is_below =
        |known: &str| group.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    FORMATS.iter().flat_map(|format| &format.groups).any(|known| is_below(known.trim_start_matches('*')))
}

/// Whether a tool wants the name of the cluster under this key.
pub fn is_derived_key(key: &str) -> bool {
    FORMATS.iter().flat_map(|format| &format.derived_keys).any(|known| known == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    fn tool_of(text: &str) -> Option<&'static str> {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = yaml::parse(file, text.into());
        Spec::of_data(tree.roots().next()?).map(|spec| spec.format.tool.as_str())
    }

    #[test]
    fn documents_without_a_type_are_known_by_their_fields() {
        assert_eq!(tool_of("name: a\nnodes: []\nservice_subnet: 10.0.0.0/16\n"), Some("CKE"));
        assert_eq!(tool_of("nodes:\n- address: 10.0.0.1\n  role: [etcd]\n"), Some("RKE"));
        assert_eq!(tool_of("cluster_name: a\nnetwork: {plugin: canal}\n"), Some("RKE"));
        assert_eq!(tool_of("services: {}\nnetwork: {}\ningress: {}\n"), None);
        assert_eq!(tool_of("clusterName: a\nendpoint: https://a:6443\nnodes: []\n"), Some("talhelper"));
        assert_eq!(tool_of("apiVersion: v1\nname: a\nnodes: []\nservice_subnet: 10.0.0.0/16\n"), None);
    }

    /// A format that nothing is known by would never be used.
    #[test]
    fn every_format_is_known_by_something() {
        for format in FORMATS.iter() {
            assert!(!format.groups.is_empty() || !format.shapes.is_empty(), "{}", format.tool);
            assert!(format.kinds.is_empty() || !format.groups.is_empty(), "{}", format.tool);
            let is_whole = !format.kinds.is_empty() || !format.shapes.is_empty();
            assert!(is_whole || format.name.is_none() && format.version.is_none(), "{}", format.tool);
        }
    }
}
