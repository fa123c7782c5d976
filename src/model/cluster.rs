//! Cluster specs: the declaration of a cluster itself, in whatever tool's format.

use super::object::Object;
use crate::yaml::Node;

/// A declared cluster.
#[derive(Debug, Clone, Copy)]
pub struct Cluster<'a> {
    /// The tool's format.
    pub format: &'static Format,
    /// The whole document.
    pub root: Node<'a>,
}

/// What a tool's format looks like.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// The tool, as its users write it.
    pub tool: &'static str,
    group: &'static str,
    kind: &'static str,
    name: &'static [&'static str],
    /// Whether it runs on a laptop or in a pipeline only.
    pub local: bool,
}

/// Source: `kops pkg/apis/kops/v1alpha2`, `eksctl pkg/apis/eksctl.io/v1alpha5`, `cluster-api api/core`,
/// `gardener pkg/apis/core/v1beta1`, `rancher pkg/apis/provisioning.cattle.io/v1`, `kind` and `k3d` documentation.
const FORMATS: &[Format] = &[
    Format { tool: "kops", group: "kops.k8s.io", kind: "Cluster", name: METADATA_NAME, local: false },
    Format { tool: "kops", group: "kops", kind: "Cluster", name: METADATA_NAME, local: false },
    Format { tool: "eksctl", group: "eksctl.io", kind: "ClusterConfig", name: METADATA_NAME, local: false },
    Format {
        tool: "Cluster API",
        group: "cluster.x-k8s.io",
        kind: "Cluster",
        name: METADATA_NAME,
        local: false,
    },
    Format {
        tool: "Gardener",
        group: "core.gardener.cloud",
        kind: "Shoot",
        name: METADATA_NAME,
        local: false,
    },
    Format {
        tool: "Rancher",
        group: "provisioning.cattle.io",
        kind: "Cluster",
        name: METADATA_NAME,
        local: false,
    },
    Format { tool: "kind", group: "kind.x-k8s.io", kind: "Cluster", name: &["name"], local: true },
    Format { tool: "k3d", group: "k3d.io", kind: "Simple", name: METADATA_NAME, local: true },
];

const METADATA_NAME: &[&str] = &["metadata", "name"];

/// Formats whose documents have no `apiVersion`. Source: `rke types/rke_types.go`, `cke docs/cluster.md`.
const RKE: Format = Format { tool: "RKE", group: "", kind: "", name: &["cluster_name"], local: false };
const CKE: Format = Format { tool: "CKE", group: "", kind: "", name: &["name"], local: false };

impl<'a> Cluster<'a> {
    /// The cluster that this object declares, if it declares one.
    pub fn of_object(object: Object<'a>) -> Option<Self> {
        let format = FORMATS.iter().find(|format| object.is(format.group, format.kind))?;
        Some(Self { format, root: object.root() })
    }

    /// The cluster that a document without `apiVersion` declares, if it declares one.
    pub fn of_data(root: Node<'a>) -> Option<Self> {
        let format = if is_cke(root) {
            &CKE
        } else if is_rke(root) {
            &RKE
        } else {
            return None;
        };
        Some(Self { format, root })
    }

    /// The node that names the cluster.
    pub fn name(self) -> Option<Node<'a>> {
        self.root.at(self.format.name)
    }
}

fn is_cke(root: Node<'_>) -> bool {
    ["name", "nodes", "service_subnet"].iter().all(|key| root.get(key).is_some())
}

fn is_rke(root: Node<'_>) -> bool {
    if root.get("apiVersion").is_some() || root.get("kind").is_some() {
        return false;
    }
    let keys = [
        "services",
        "network",
        "addons_include",
        "system_images",
        "kubernetes_version",
        "cluster_name",
        "ssh_key_path",
        "enable_cri_dockerd",
        "private_registries",
        "ingress",
        "upgrade_strategy",
    ];
    let nodes = root.get("nodes").is_some_and(|nodes| {
        nodes.items().any(|node| node.get("address").is_some() && node.get("role").is_some())
    });
    // Values of charts have `services`, `network` and `ingress` as well; only a cluster has a name or a version too.
    let names_cluster = ["kubernetes_version", "cluster_name"].iter().any(|key| root.get(key).is_some());
    nodes || names_cluster && keys.iter().filter(|key| root.get(key).is_some()).count() >= 2
}
