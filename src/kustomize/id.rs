//! What kustomize knows an object by.

use super::value::Value;
use crate::facts;
use serde::Deserialize;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Group, version and kind. In a selection an empty part stands for any.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// `apps`; empty for the core group.
    pub group: Arc<str>,
    /// `v1`.
    pub version: Arc<str>,
    /// `Deployment`.
    pub kind: Arc<str>,
}

/// Group, version, kind, name and namespace. Two are equal if kustomize takes them for the same object: for objects
/// of the cluster the namespace counts for nothing, and no namespace is `default`.
#[derive(Debug, Clone, Default)]
pub struct Id {
    /// What it is.
    pub gvk: Gvk,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.namespace` as written; empty if there is none.
    pub namespace: Arc<str>,
}

impl Gvk {
    /// Of `apps/v1` and `Deployment`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether kustomize knows that objects of this kind have no namespace. It takes all kinds that it does not know
    /// for kinds that have one.
    pub fn is_cluster_scoped(&self) -> bool {
        CLUSTER_SCOPED.0.contains(&*self.kind)
            && CLUSTER_SCOPED.1.contains(&(self.api_version(), self.kind.to_string()))
    }

    /// Whether all parts that are given in `selection` are these.
    pub fn is_selected_by(&self, selection: &Self) -> bool {
        let fits = |wanted: &str, have: &str| wanted.is_empty() || wanted == have;
        fits(&selection.group, &self.group)
            && fits(&selection.version, &self.version)
            && fits(&selection.kind, &self.kind)
    }
}

impl Id {
    /// What an object says of itself.
    pub fn of(root: &Value) -> Self {
        let text = |path: &[&str]| root.text_of(path).unwrap_or_default();
        Self {
            gvk: Gvk::new(&text(&["apiVersion"]), &text(&["kind"])),
            name: text(&["metadata", "name"]).into(),
            namespace: text(&["metadata", "namespace"]).into(),
        }
    }

    /// The namespace that counts: `default` for none, nothing for objects of the cluster.
    pub fn effective_namespace(&self) -> &str {
        match &*self.namespace {
            _ if self.gvk.is_cluster_scoped() => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// Whether both are in the same namespace, or none.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.is_beside(other)
    }
}

impl Eq for Id {}

impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.gvk, &self.name, self.effective_namespace()).hash(state);
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`", self.gvk.kind, self.name)?;
        if self.namespace.is_empty() {
            Ok(())
        } else {
            write!(formatter, " in namespace `{}`", self.namespace)
        }
    }
}

/// Stands for the namespace of what has none; no namespace has such a name.
const NO_NAMESPACE: &str = "_";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(rename = "apiVersions")]
    api_versions: Vec<String>,
    kinds: Vec<String>,
}

type Scopes = (HashSet<String>, HashSet<(String, String)>);

static CLUSTER_SCOPED: LazyLock<Scopes> = LazyLock::new(|| {
    let rows: Vec<Row> = facts::rows(include_str!("../../data/kustomize-cluster-scoped.yaml"));
    let kinds = rows.iter().flat_map(|row| row.kinds.iter().cloned()).collect();
    let pairs = rows.iter().flat_map(|row| {
        let versions = row.api_versions.iter();
        versions.flat_map(|version| row.kinds.iter().map(move |kind| (version.clone(), kind.clone())))
    });
    (kinds, pairs.collect())
});
