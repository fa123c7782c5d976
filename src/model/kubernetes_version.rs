//! Where cluster specs say which Kubernetes they want, and what a text there pins.

use super::image::{ImageName, Pin};
use crate::yaml::{Node, Style, Value};

/// The field of a format that holds the version of Kubernetes.
#[derive(Debug, PartialEq, Eq)]
pub struct VersionField {
    /// The tool, as its users write it.
    pub tool: &'static str,
    /// Group of the object; empty for documents without `apiVersion`.
    pub group: &'static str,
    /// Kind of the object; empty for documents without `apiVersion`.
    pub kind: &'static str,
    /// Where the version is written. A `*` stands for every item of a list.
    pub path: &'static [&'static str],
    /// How much of a version the tool needs.
    pub precision: Precision,
    /// What happens without it. None where the version may well be written in another object.
    pub absent: Option<&'static str>,
    /// A field without which the document says nothing about the version.
    pub only_with: &'static [&'static str],
    /// A field that decides the version instead.
    pub instead: Option<&'static [&'static str]>,
}

/// How much of `1.36.4` pins the version of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// `1.36.4`: the tool installs what the spec says.
    Patch,
    /// `1.36`: the provider chooses the patch release, whatever the spec says.
    Minor,
    /// `1.36.4`, but taking the newest patch of `1.36` is a declared policy of the tool.
    MinorByPolicy,
    /// The version is the tag of a node image.
    Image,
}

/// What is written in a version field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A version as exact as the tool needs it, or something injected.
    Pinned,
    /// A minor version where a patch is needed.
    Minor,
    /// A channel, a range, an address, a word: whatever it means that day.
    Floating,
    /// A number whose last zero YAML drops: `1.30` is 1.3.
    LostZero,
}

impl VersionField {
    /// The nodes at its path.
    pub fn nodes<'a>(&self, root: Node<'a>) -> Vec<Node<'a>> {
        let mut nodes = vec![root];
        for step in self.path {
            nodes = match *step {
                "*" => nodes.into_iter().flat_map(Node::items).collect(),
                key => nodes.into_iter().filter_map(|node| node.get(key)).collect(),
            };
        }
        nodes.retain(|node| !node.is_null());
        nodes
    }

    /// Whether a document without the field leaves the version to somebody else.
    pub fn is_due(&self, root: Node<'_>) -> bool {
        root.at(self.only_with).is_some_and(|node| !node.is_null())
            && self.instead.is_none_or(|path| root.at(path).is_none())
    }

    /// Whether clusters of this tool run on a laptop or in a pipeline.
    pub fn is_local(&self) -> bool {
        self.precision == Precision::Image
    }

    /// What a text at the path pins.
    pub fn judge(&self, node: Node<'_>) -> Written {
        let Some(text) = node.as_str() else { return Written::Pinned };
        if lost_zero(node) {
            return Written::LostZero;
        }
        if self.precision == Precision::Image {
            let image = ImageName::parse(&text);
            let floats = image.digest.is_none() && image.tag.is_none_or(|tag| Pin::of(tag) == Pin::Floating);
            return if floats && !image.is_placeholder() { Written::Floating } else { Written::Pinned };
        }
        match version(text.trim()) {
            Written::Minor if self.precision == Precision::Minor => Written::Pinned,
            written => written,
        }
    }
}

/// Whether YAML reads a number here and drops its last zero.
fn lost_zero(node: Node<'_>) -> bool {
    let raw = node.raw();
    node.style() == Style::Plain
        && matches!(node.value(), Value::Float(_))
        && raw.matches('.').count() == 1
        && raw.ends_with('0')
}

fn version(text: &str) -> Written {
    if text.contains(['$', '{', '<']) && !text.starts_with('<') {
        return Written::Pinned;
    }
    let lower = text.to_ascii_lowercase();
    let words = ["stable", "latest", "recommended", "rapid", "regular", "://", "ci/", "release/"];
    if words.iter().any(|word| lower.contains(word)) || lower.starts_with(['>', '<', '~', '^', '*']) {
        return Written::Floating;
    }
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    let parts: Vec<&str> = number.split('.').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [_, _, patch, ..] if matches!(*patch, "x" | "*") => Written::Minor,
        [major, minor] if is_number(major) && is_number(minor) => Written::Minor,
        [major] if is_number(major) => Written::Floating,
        _ => Written::Pinned,
    }
}

/// The fields of objects. Sources: `kops pkg/apis/kops/v1alpha2`, `eksctl pkg/apis/eksctl.io/v1alpha5/types.go`,
/// `cluster-api api/core` and the control planes of its providers, `gardener pkg/apis/core/v1beta1`,
/// `rancher pkg/apis/provisioning.cattle.io/v1`, `k0sctl pkg/apis`, kubeadm's configuration reference.
pub const OBJECTS: &[VersionField] = &[
    VersionField {
        absent: Some("kops takes what its channel recommends on the day the cluster is built"),
        ..field("kops", "kops.k8s.io", "Cluster", &["spec", "kubernetesVersion"])
    },
    VersionField {
        absent: Some("kops takes what its channel recommends on the day the cluster is built"),
        ..field("kops", "kops", "Cluster", &["spec", "kubernetesVersion"])
    },
    VersionField {
        precision: Precision::Minor,
        absent: Some("the eksctl that happens to be installed takes its own default"),
        only_with: &["metadata", "name"],
        ..field("eksctl", "eksctl.io", "ClusterConfig", &["metadata", "version"])
    },
    VersionField {
        precision: Precision::MinorByPolicy,
        absent: Some("Gardener takes the default of the cloud profile"),
        ..field("Gardener", "core.gardener.cloud", "Shoot", &["spec", "kubernetes", "version"])
    },
    VersionField {
        absent: Some("Rancher takes its own default"),
        only_with: &["spec", "rkeConfig"],
        ..field("Rancher", "provisioning.cattle.io", "Cluster", &["spec", "kubernetesVersion"])
    },
    VersionField {
        absent: Some("Cluster API refuses the topology"),
        only_with: &["spec", "topology", "class"],
        ..field("Cluster API", "cluster.x-k8s.io", "Cluster", &["spec", "topology", "version"])
    },
    VersionField {
        absent: Some("Cluster API takes the topology's class"),
        only_with: &["spec", "topology", "classRef"],
        ..field("Cluster API", "cluster.x-k8s.io", "Cluster", &["spec", "topology", "version"])
    },
    VersionField {
        absent: Some("Cluster API refuses the control plane"),
        ..field("Cluster API", "controlplane.cluster.x-k8s.io", "KubeadmControlPlane", &["spec", "version"])
    },
    VersionField {
        absent: Some("Cluster API refuses the control plane"),
        ..field("Cluster API", "controlplane.cluster.x-k8s.io", "RKE2ControlPlane", &["spec", "version"])
    },
    VersionField {
        absent: Some("Cluster API refuses the control plane"),
        ..field("Cluster API", "controlplane.cluster.x-k8s.io", "TalosControlPlane", &["spec", "version"])
    },
    VersionField {
        precision: Precision::Minor,
        absent: Some("EKS takes the newest version it has"),
        ..field(
            "Cluster API",
            "controlplane.cluster.x-k8s.io",
            "AWSManagedControlPlane",
            &["spec", "version"],
        )
    },
    field("Cluster API", "cluster.x-k8s.io", "MachineDeployment", &["spec", "template", "spec", "version"]),
    field("Cluster API", "cluster.x-k8s.io", "MachinePool", &["spec", "template", "spec", "version"]),
    VersionField {
        absent: Some("Cluster API refuses the control plane"),
        ..field("Cluster API", "controlplane.cluster.x-k8s.io", "KThreesControlPlane", &["spec", "version"])
    },
    VersionField {
        precision: Precision::MinorByPolicy,
        absent: Some("Cluster API refuses the control plane"),
        ..field(
            "Cluster API",
            "infrastructure.cluster.x-k8s.io",
            "AzureManagedControlPlane",
            &["spec", "version"],
        )
    },
    // Plans upgrade operating systems too, whose versions have two parts.
    VersionField {
        precision: Precision::Minor,
        ..field("The upgrade controller", "upgrade.cattle.io", "Plan", &["spec", "version"])
    },
    VersionField {
        absent: Some("kubeadm asks the internet for `stable-1`"),
        only_with: &["kind"],
        ..field("kubeadm", "kubeadm.k8s.io", "ClusterConfiguration", &["kubernetesVersion"])
    },
    VersionField {
        absent: Some("k0sctl downloads the newest stable release"),
        ..field("k0sctl", "k0sctl.k0sproject.io", "Cluster", &["spec", "k0s", "version"])
    },
    VersionField {
        precision: Precision::Minor,
        absent: Some("EKS takes its default version"),
        only_with: &["spec", "forProvider"],
        ..field("Crossplane", "eks.aws.upbound.io", "Cluster", &["spec", "forProvider", "version"])
    },
    VersionField {
        precision: Precision::Minor,
        absent: Some("GKE takes its default version"),
        instead: Some(&["spec", "releaseChannel"]),
        ..field(
            "Config Connector",
            "container.cnrm.cloud.google.com",
            "ContainerCluster",
            &["spec", "minMasterVersion"],
        )
    },
    VersionField {
        precision: Precision::Image,
        absent: Some("the kind that happens to be installed takes its own default"),
        only_with: &["kind"],
        ..field("kind", "kind.x-k8s.io", "Cluster", &["nodes", "*", "image"])
    },
    VersionField {
        precision: Precision::Image,
        absent: Some("the k3d that happens to be installed takes its own default"),
        only_with: &["kind"],
        ..field("k3d", "k3d.io", "Simple", &["image"])
    },
];

/// Formats whose documents have no `apiVersion`. Sources: `rke types/rke_types.go`, talhelper's configuration
/// reference, `kube-aws builtin/files/cluster.yaml.tmpl`.
pub const RKE: VersionField = VersionField {
    absent: Some("the RKE that happens to be installed takes its own default"),
    only_with: &["nodes"],
    instead: Some(&["system_images", "kubernetes"]),
    ..field("RKE", "", "", &["kubernetes_version"])
};
/// See [`RKE`].
pub const TALHELPER: VersionField = VersionField {
    absent: Some("the talhelper that happens to be installed takes its own default"),
    only_with: &["nodes"],
    ..field("talhelper", "", "", &["kubernetesVersion"])
};
/// See [`RKE`].
pub const KUBE_AWS: VersionField = VersionField {
    absent: Some("the kube-aws that happens to be installed takes its own default"),
    only_with: &["clusterName"],
    ..field("kube-aws", "", "", &["kubernetesVersion"])
};

/// Variables of Ansible that say which Kubernetes is installed. Sources: the README of `k3s-io/k3s-ansible`,
/// `lablabs/ansible-role-rke2` and `kubespray`.
pub const VARIABLES: [&str; 4] = ["k3s_version", "rke2_version", "k3s_release_version", "kube_version"];

/// Whether a text is a channel, a range, an address or a word instead of a version.
pub fn floats(text: &str) -> bool {
    version(text.trim()) == Written::Floating
}

/// The field of a document without `apiVersion` that is neither RKE's nor CKE's.
pub fn of_data(root: Node<'_>) -> Option<&'static VersionField> {
    root.get("clusterName")?;
    let has = |key: &&str| root.get(key).is_some();
    if ["endpoint", "nodes"].iter().all(has) {
        return Some(&TALHELPER);
    }
    let kube_aws = ["s3URI", "apiEndpoints", "amiId", "releaseChannel"].iter().any(has);
    kube_aws.then_some(&KUBE_AWS)
}

const fn field(
    tool: &'static str,
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
) -> VersionField {
    let (precision, absent, instead) = (Precision::Patch, None, None);
    VersionField { tool, group, kind, path, precision, absent, only_with: &["spec"], instead }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_versions_pin() {
        let cases = [
            ("1.36.4", Written::Pinned),
            ("v1.36.4+rke2r1", Written::Pinned),
            ("v1.30.4-rancher1-1", Written::Pinned),
            ("${VERSION}", Written::Pinned),
            ("1.36", Written::Minor),
            ("v1.36.x", Written::Minor),
            ("1", Written::Floating),
            ("stable-1", Written::Floating),
            ("https://dl.k8s.io/release/stable.txt", Written::Floating),
            (">=1.30", Written::Floating),
        ];
        for (text, written) in cases {
            assert_eq!(version(text), written, "{text}");
        }
    }
}
