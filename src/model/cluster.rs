//! Cluster specs: the declaration of a cluster itself, in whatever tool's format. The formats are data.

mod api;

use super::field::{Field, once_or_items};
use super::glob;
use super::kinds::group_matches;
use super::kubernetes_version::VersionField;
use super::object::{Object, TypeMeta};
use super::terraform::{Block, blocks};
use crate::facts;
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use api::Api;

/// A document or a block that declares a cluster, or something of a cluster as a whole, such as its control plane.
#[derive(Debug, Clone, Copy)]
pub struct Spec<'a> {
    /// The tool's format.
    pub format: &'static Format,
    /// The whole document, or what stands in the block.
    pub root: Node<'a>,
    /// The object, where the format has `apiVersion` and `kind`.
    pub object: Option<Object<'a>>,
    /// What a block of Terraform is called.
    label: Option<Node<'a>>,
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
    api_versions: Vec<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    shapes: Vec<Shape>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    modules: Vec<String>,
    /// Whether it runs on a laptop or in a pipeline only.
    #[serde(default)]
    pub local: bool,
    name: Option<Field>,
    /// Where the version of Kubernetes is written.
    pub version: Option<VersionField>,
    /// How the API is reached.
    pub api: Option<Api>,
    etcd_saved_unless: Option<BTreeMap<Field, String>>,
    #[serde(default)]
    derived_keys: Vec<String>,
    #[serde(default)]
    derived_prefixes: Vec<String>,
}

/// The fields by which a document without `apiVersion` is known.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shape {
    is: BTreeMap<Field, String>,
    all: Vec<Field>,
    any: Vec<Field>,
    two: Vec<Field>,
}

static FORMATS: LazyLock<Vec<Format>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/cluster-formats.yaml")));

impl<'a> Spec<'a> {
    /// The spec that this object is.
    pub fn of_object(format: &'static Format, object: Object<'a>) -> Self {
        Self { format, root: object.root(), object: Some(object), label: None }
    }

    /// The spec that a document without `apiVersion` and `kind` is.
    pub fn of_document(format: &'static Format, root: Node<'a>) -> Self {
        Self { format, root, object: None, label: None }
    }

    /// The specs in a file of Terraform.
    pub fn of_terraform(root: Node<'a>) -> impl Iterator<Item = Self> {
        let resources = blocks(root, "resource", 2).into_iter();
        let resources =
            resources.filter_map(|block| Some((Format::of_resource(&block.first()?.text())?, block)));
        let modules = blocks(root, "module", 1).into_iter();
        let modules = modules.filter_map(|block| {
            let source = block.body.get("source")?.as_str()?;
            Some((Format::of_module(&source)?, block))
        });
        let blocks = resources.chain(modules).map(|(format, block)| Self::of_block(format, &block));
        blocks.chain(Self::of_terragrunt(root))
    }

    /// The names of clusters that a file of Terraform asks the cloud for: `data "aws_eks_cluster" "main" { name = … }`.
    pub fn asked_for(root: Node<'a>) -> impl Iterator<Item = Node<'a>> {
        let asked = blocks(root, "data", 2).into_iter();
        asked.filter_map(|block| Format::of_resource(&block.first()?.text())?.name.as_ref()?.node(block.body))
    }

    fn of_block(format: &'static Format, block: &Block<'a>) -> Self {
        Self { format, root: block.body, object: None, label: block.labels.last().copied() }
    }

    /// Terragrunt calls one module for each file. What is not among its inputs may stand in a file that is included.
    fn of_terragrunt(root: Node<'a>) -> Option<Self> {
        let source = root.at(&["terraform", "source"])?.as_str()?;
        let inputs = root.entry("inputs").filter(|inputs| inputs.value.is_mapping())?;
        let format = Format::of_module(&source)?;
        Some(Self { format, root: inputs.value, object: None, label: Some(inputs.key) })
    }

    /// Whether Terraform builds the cluster.
    pub fn is_terraform(self) -> bool {
        self.label.is_some()
    }

    /// The place for what is said about the spec as a whole.
    pub fn head(self) -> Node<'a> {
        let first_key = || self.root.entries().next().map_or(self.root, |entry| entry.key);
        self.object.map(Object::head).or(self.label).unwrap_or_else(first_key)
    }

    /// Where the addresses of the API server are written.
    pub fn endpoints(self) -> impl Iterator<Item = Node<'a>> {
        let fields = self.format.api.iter().flat_map(|api| api.hosts.iter().chain(&api.sans));
        fields.flat_map(move |field| field.nodes(self.root)).flat_map(once_or_items)
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
        FORMATS.iter().filter(is_kind).find(|format| {
            let is_version = format.api_versions.iter().any(|known| known == meta.api_version());
            is_version || format.has_group(meta.group())
        })
    }

    /// The format of a document without `apiVersion` and `kind`, if it declares a cluster.
    pub fn of_data(root: Node<'_>, path: &str) -> Option<&'static Self> {
        if !root.is_mapping() || root.get("apiVersion").is_some() || root.get("kind").is_some() {
            return None;
        }
        let is_shaped = |format: &&Self| format.shapes.iter().any(|shape| shape.fits(root));
        FORMATS.iter().find(|format| glob::matches_any(&format.paths, path) || is_shaped(format))
    }

    /// The format of Terraform's resources of this type.
    fn of_resource(resource: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.resources.iter().any(|known| known == resource))
    }

    /// The format of what a module of Terraform is told.
    fn of_module(source: &str) -> Option<&'static Self> {
        let module = module_of(source);
        FORMATS.iter().find(|format| format.modules.iter().any(|known| known == module))
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
        self.is.iter().all(|(field, text)| field.node(root).is_some_and(|node| node.is_text(text)))
            && self.all.iter().all(|field| field.node(root).is_some())
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

/// Whether a tool wants the name of the cluster under this key, or in it.
pub fn is_derived_key(key: &str) -> bool {
    FORMATS.iter().flat_map(|format| &format.derived_keys).any(|known| known == key)
        || derived_prefixes().any(|prefix| key.starts_with(prefix))
}

/// What tags begin with in which a tool wants the name of the cluster: `kubernetes.io/cluster/` is followed by it.
pub fn derived_prefixes() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|format| &format.derived_prefixes).map(String::as_str)
}

/// A module as the registry calls it, or as git does: `terraform-aws-modules/eks/aws`, `github.com/a/b//c`.
fn module_of(source: &str) -> &str {
    let source = source.split('?').next().unwrap_or_default();
    let source = source.strip_prefix("git::").unwrap_or(source);
    let source = source.split_once("://").map_or(source, |(_, rest)| rest);
    let source = source.strip_prefix("git@").unwrap_or(source);
    let source = source.trim_start_matches('/');
    let registries = ["registry.terraform.io/", "registry.opentofu.org/"];
    let source = registries.iter().find_map(|host| source.strip_prefix(host)).unwrap_or(source);
    source.strip_suffix(".git").unwrap_or(source).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    fn tool_of(text: &str) -> Option<&'static str> {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = yaml::parse(file, text.into());
        Format::of_data(tree.roots().next()?, "a.yaml").map(|format| format.tool.as_str())
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

    #[test]
    fn modules_are_known_wherever_they_come_from() {
        let eks = "github.com/terraform-aws-modules/terraform-aws-eks";
        for (source, module) in [
            ("terraform-aws-modules/eks/aws", "terraform-aws-modules/eks/aws"),
            ("registry.terraform.io/terraform-aws-modules/eks/aws", "terraform-aws-modules/eks/aws"),
            ("tfr:///terraform-aws-modules/eks/aws?version=21.9.0", "terraform-aws-modules/eks/aws"),
            ("git::https://github.com/terraform-aws-modules/terraform-aws-eks.git?ref=v21.0.0", eks),
            ("github.com/terraform-aws-modules/terraform-aws-eks?ref=v21.0.0", eks),
            (
                "terraform-aws-modules/eks/aws//modules/karpenter",
                "terraform-aws-modules/eks/aws//modules/karpenter",
            ),
        ] {
            assert_eq!(module_of(source), module, "{source}");
        }
    }

    /// A format that nothing is known by would never be used.
    #[test]
    fn every_format_is_known_by_something() {
        for format in FORMATS.iter() {
            let has_type = !format.groups.is_empty() || !format.api_versions.is_empty();
            let has_shape = !format.shapes.is_empty() || !format.paths.is_empty();
            let has_block = !format.resources.is_empty() || !format.modules.is_empty();
            assert!(has_type || has_shape || has_block, "{}", format.tool);
            assert!(format.kinds.is_empty() || has_type, "{}", format.tool);
            let is_whole = !format.kinds.is_empty() || has_shape || has_block;
            assert!(is_whole || format.name.is_none() && format.version.is_none(), "{}", format.tool);
        }
    }

    /// Recognised by kind alone, any database would be a cluster.
    #[test]
    fn kinds_of_other_groups_are_no_clusters() {
        let of = |group: &str, kind: &str| {
            let text = format!("apiVersion: {group}\nkind: {kind}\n");
            let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.as_str().into());
            let tree = yaml::parse(file, text.into());
            Format::of_type(&TypeMeta::of(tree.roots().next()?)?).map(|format| format.tool.as_str())
        };
        for group in [
            "postgresql.cnpg.io/v1",
            "kafka.strimzi.io/v1beta2",
            "cluster.redpanda.com/v1alpha2",
            "v1",
            "v1alpha1",
        ] {
            assert_eq!(of(group, "Cluster"), None, "{group}");
        }
        assert_eq!(of("v1", "KubeClusterConfig"), None);
        assert_eq!(of("v1alpha1", "KubeClusterConfig"), Some("Talos"));
        assert_eq!(of("cluster.x-k8s.io/v1beta2", "Cluster"), Some("Cluster API"));
    }
}
