//! What the name of a cluster is used for where it stands.

use super::cluster::{derived_prefixes, is_derived_key};
use super::mention::Surroundings;
use super::monitor::is_cluster_key;
use crate::facts;
use crate::source::FileKind;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a name is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    /// A monitor, a dashboard or the routing of alerts compares the cluster with it.
    Monitor,
    /// A command connects to the cluster, or is configured to.
    Command,
    /// Code branches on it.
    Condition,
    /// A delivery tool is told where to deploy.
    Delivery,
    /// A list of clusters that there has to be somewhere: a matrix of a pipeline, elements of an `ApplicationSet`.
    List,
    /// The value of a variable of a script or a pipeline, or what a variable has that nobody sets.
    Variable,
    /// A path to the cluster's own folder.
    Path,
    /// Part of the name of a role or an account in a cloud.
    Role,
    /// A controller or an agent is told which cluster it is in.
    Controller,
    /// Part of the name of a host.
    Host,
    /// A member of a mesh or a federation.
    Peer,
    /// Anything else.
    Other,
}

/// A row of `data/cluster-name-usages.yaml`, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    usage: Usage,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    below: Vec<String>,
    #[serde(default)]
    tokens: Vec<String>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = facts::rows(include_str!("../../data/cluster-name-usages.yaml"));
    for row in &mut rows {
        for key in row.keys.iter_mut().chain(&mut row.below) {
            *key = plain(key);
        }
    }
    rows
});

impl Usage {
    /// What a name is used for in a file of this kind. `keys` are those above it in a document, the nearest first; none
    /// where the file has no keys.
    pub fn of(kind: FileKind, around: Surroundings<'_>, keys: &[Cow<'_, str>]) -> Self {
        if is_program(kind) && is_branch(around) {
            return Self::Condition;
        }
        let is_set = around.before().contains("--set");
        if kind.is_script() && around.is_named_as_cluster() && !is_set {
            let is_told = around.is_argument() || keys.iter().any(|key| key == "with");
            return if is_told { Self::Command } else { Self::Variable };
        }
        if kind.is_script() && (around.is_default() || is_default_of_parameter(keys)) {
            return Self::Variable;
        }
        let near =
            around.nearest_key().or_else(|| keys.first().map(AsRef::as_ref)).map(plain).unwrap_or_default();
        let last = near.rsplit('.').next().unwrap_or_default();
        let above: Vec<String> = keys.iter().map(|key| plain(key)).collect();
        let fits = |row: &&Row| {
            row.keys.iter().any(|key| *key == near || key == last)
                || row.below.iter().any(|key| above.contains(key))
                || row.tokens.iter().any(|token| around.token().contains(token.as_str()))
        };
        let is_derived = |prefix: &str| around.token_to_name().contains(prefix);
        match ROWS.iter().find(fits).map(|row| row.usage) {
            None | Some(Self::Host) if around.nearest_key().is_some_and(is_derived_key) => Self::Controller,
            None if derived_prefixes().any(is_derived) => Self::Controller,
            Some(Self::Host) if !around.is_label_of_host() => Self::Other,
            // The product's own site may be called like the cluster.
            Some(Self::List) if around.is_label_of_host() && around.is_beginning_of_host() => Self::Other,
            Some(usage) => usage,
            // The name alone, with its domain, is the cluster itself.
            None if around.is_label_of_host() && !around.is_beginning_of_host() => Self::Host,
            None if near.starts_with("cluster") && around.is_argument() => Self::Controller,
            None => Self::Other,
        }
    }

    /// Whether the use alone says that a cluster is meant, however ordinary the word is.
    pub fn is_about_cluster(self, around: Surroundings<'_>) -> bool {
        match self {
            Self::Controller | Self::Delivery => true,
            Self::Condition => around.before().to_ascii_lowercase().contains("cluster"),
            _ => false,
        }
    }
}

/// Whether this is a key that holds the name of a host, or several.
pub fn is_host_key(key: &str) -> bool {
    let key = plain(key);
    ROWS.iter().filter(|row| row.usage == Usage::Host).any(|row| row.keys.contains(&key))
}

/// Whether the file is code, which may branch.
fn is_program(kind: FileKind) -> bool {
    kind.is_script() || matches!(kind, FileKind::HelmTemplate | FileKind::Terraform)
}

/// Whether a comparison begins before the name on its line.
fn is_branch(around: Surroundings<'_>) -> bool {
    let before = around.before();
    let words = before.split(|c: char| !c.is_ascii_alphanumeric());
    let asks = words
        .into_iter()
        .any(|word| matches!(word, "if" | "elif" | "eq" | "ne" | "when" | "unless" | "contains"));
    let compares = ["==", "!=", " =~"].iter().any(|operator| before.contains(operator));
    asks || compares || around.is_case()
}

/// `cluster: {default: NAME}`, as pipelines declare their parameters.
fn is_default_of_parameter(keys: &[Cow<'_, str>]) -> bool {
    keys.first().is_some_and(|key| key == "default") && keys.get(1).is_some_and(|key| is_cluster_key(key))
}

/// `CLUSTER_NAME`, `cluster-name` and `clusterName` are one key.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::CiSystem;

    fn usage(kind: FileKind, text: &str, keys: &[&str]) -> Usage {
        let start = text.rfind("NAME").expect("every case has a NAME");
        let keys: Vec<Cow<'_, str>> = keys.iter().map(|key| Cow::Borrowed(*key)).collect();
        Usage::of(kind, Surroundings::new(text, start, start + 4), &keys)
    }

    #[test]
    fn keys_and_words_tell_what_a_name_is_used_for() {
        let cases = [
            ("clusterName: NAME", Usage::Controller),
            ("- --cluster-name=NAME", Usage::Controller),
            ("- --txt-owner-id=NAME", Usage::Controller),
            ("- --node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/NAME", Usage::Controller),
            ("eks.amazonaws.com/role-arn: arn:aws:iam::1:role/loki-NAME", Usage::Role),
            ("host: app.NAME.example.com", Usage::Host),
            ("host: NAME", Usage::Other),
            ("cluster: NAME", Usage::Other),
        ];
        for (text, expected) in cases {
            assert_eq!(usage(FileKind::Yaml, text, &[]), expected, "{text}");
        }
        assert_eq!(usage(FileKind::Yaml, "- app.NAME.example.com", &["dnsNames", "spec"]), Usage::Host);
        assert_eq!(usage(FileKind::Yaml, "- name: NAME", &["name", "clusters", "clustermesh"]), Usage::Peer);
    }

    #[test]
    fn programs_branch_and_connect() {
        assert_eq!(usage(FileKind::Shell, "if [ \"$CLUSTER\" = NAME ]; then", &[]), Usage::Condition);
        assert_eq!(
            usage(FileKind::HelmTemplate, "{{ if eq .Values.cluster \"NAME\" }}", &[]),
            Usage::Condition
        );
        assert_eq!(usage(FileKind::Shell, "run --cluster=NAME", &[]), Usage::Command);
        assert_eq!(usage(FileKind::Shell, "CLUSTER=NAME", &[]), Usage::Variable);
        assert_eq!(usage(FileKind::Shell, "OLD=${OLD:-NAME}", &[]), Usage::Variable);
        let keys = ["default", "cluster", "parameters"];
        assert_eq!(usage(FileKind::Ci(CiSystem::CircleCi), "default: NAME", &keys), Usage::Variable);
        assert_eq!(usage(FileKind::Yaml, "if: x == NAME", &["if"]), Usage::Other);
    }
}
