//! How the API of a cluster is reached: the host that its spec declares, and further names. Where tools write them is
//! data.

use super::address::is_address;
use super::cluster::{Api, Spec};
use super::field::Field;
use super::injected::is_injected;
use super::name::Promise;
use crate::yaml::Node;

/// How the API of a declared cluster is reached.
#[derive(Debug, Clone)]
pub struct ApiEndpoint<'a> {
    /// The name of the cluster; nothing where it is written elsewhere.
    pub name: Option<String>,
    /// The host, without scheme and port.
    pub host: Host,
    /// Where that is written, or what it follows from.
    pub node: Node<'a>,
    /// Further names, for which the certificate holds. Whoever looks for them in another object adds them.
    pub sans: Vec<Node<'a>>,
    tool: &'static str,
    api: &'static Api,
    san_field: &'static str,
}

/// The host of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// As it is written.
    Written(String),
    /// What the tool makes of the name of the cluster.
    Default(String),
    /// The tool knows none: clients are given the address of a node.
    OfNode,
}

impl<'a> ApiEndpoint<'a> {
    /// The endpoint that a spec declares; nothing for managed control planes, for what a template fills in, and where
    /// another object may declare it.
    pub fn of(spec: Spec<'a>) -> Option<Self> {
        let api = spec.format.api.as_ref()?;
        let san_field = api.san_field.as_deref()?;
        let name = spec.name();
        let is_off = |(field, value): (&Field, &String)| {
            field.node(spec.root).is_some_and(|node| node.text().eq_ignore_ascii_case(value))
        };
        if name.is_some_and(is_unknown) || api.unless.iter().any(is_off) {
            return None;
        }
        let name_node = name;
        let name = name.map(|node| node.text().into_owned());
        let (host, node) = match api.hosts.iter().find_map(|field| field.node(spec.root)) {
            Some(node) if is_unknown(node) => return None,
            Some(node) => (Host::Written(bare_host(&node.text()).to_owned()), node),
            None => (default_host(api, name.as_deref()?)?, name_node?),
        };
        let sans = api.sans.iter().flat_map(|field| field.nodes(spec.root)).collect();
        Some(Self { name, host, node, sans, tool: &spec.format.tool, api, san_field })
    }

    /// The tool.
    pub fn tool(&self) -> &'static str {
        self.tool
    }

    /// What people add an alias to.
    pub fn san_field(&self) -> &'static str {
        self.san_field
    }

    /// Whether another object has the further names.
    pub fn is_split(&self) -> bool {
        self.api.control_plane.is_some()
    }

    /// Where the spec refers to the object that has the further names.
    pub fn control_plane(&self, spec: Spec<'a>) -> Option<Node<'a>> {
        self.api.control_plane.as_ref()?.node(spec.root)
    }

    /// The further names in that object.
    pub fn sans_in(&self, control_plane: Node<'a>) -> impl Iterator<Item = Node<'a>> {
        self.api.sans.iter().flat_map(move |field| field.nodes(control_plane))
    }

    /// The host, if it is a name.
    pub fn host_name(&self) -> Option<&str> {
        match &self.host {
            Host::Written(host) | Host::Default(host) => {
                Some(host).filter(|host| !is_address(host)).map(String::as_str)
            }
            Host::OfNode => None,
        }
    }

    /// The further names that may well outlive the cluster. What a template fills in may be one.
    pub fn aliases(&self) -> Vec<Node<'a>> {
        let is_alias = |node: &Node<'a>| {
            let text = node.text();
            is_unknown(*node)
                || !is_address(&text) && !is_everywhere(&text) && !self.is_of_this_cluster(&text)
        };
        self.sans.iter().copied().filter(is_alias).collect()
    }

    /// Whether a host is called after the cluster and so goes away with it. That of an environment stays.
    pub fn is_of_this_cluster(&self, host: &str) -> bool {
        match &self.name {
            Some(name) => is_called_after(host, name),
            None => is_disposable(host),
        }
    }
}

fn default_host(api: &Api, name: &str) -> Option<Host> {
    match &api.default {
        // Clusters without DNS have names that only they know.
        Some(_) if !name.contains('.') || name.rsplit('.').next() == Some("local") => None,
        Some(before) => Some(Host::Default(format!("{before}{name}"))),
        None => api.hosts.is_empty().then_some(Host::OfNode),
    }
}

fn is_unknown(node: Node<'_>) -> bool {
    node.is_templated() || is_injected(&node.text())
}

/// `https://host:6443/` without what is not the host.
pub fn bare_host(text: &str) -> &str {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split('/').next().unwrap_or_default();
    match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if is_address(text) => text,
        None => text.split(':').next().unwrap_or_default(),
    }
}

/// Whether a host has the name of a cluster in it, whole or the first label of it.
fn is_called_after(host: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    if name.contains('.') && (host == name || host.ends_with(&format!(".{name}"))) {
        return true;
    }
    let short = name.split('.').next().unwrap_or_default();
    // An environment's name is what an alias has to have.
    Promise::of(short) != Promise::Timeless && host.split('.').any(|label| has_words(label, short))
}

/// `k8s-prod-7` and `prod-7-api` have the words of `prod-7`.
fn has_words(label: &str, words: &str) -> bool {
    let mut starts = label.match_indices(words).map(|(at, _)| at);
    starts.any(|at| {
        let (before, after) = (&label[..at], &label[at + words.len()..]);
        (before.is_empty() || before.ends_with('-')) && (after.is_empty() || after.starts_with('-'))
    })
}

fn is_disposable(host: &str) -> bool {
    let labels = host.split('.').filter(|label| !matches!(*label, "api" | "k8s" | "kubernetes"));
    labels.take(1).any(|label| Promise::of(label) == Promise::Disposable)
}

/// Names that every API has for itself.
fn is_everywhere(text: &str) -> bool {
    !text.contains('.')
        || text.starts_with("kubernetes.")
        || text.ends_with(".cluster.local")
        || text.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_bare() {
        let cases = [
            ("https://api.example.com:6443/x", "api.example.com"),
            ("api.example.com:6443", "api.example.com"),
            ("10.0.0.1:6443", "10.0.0.1"),
            ("https://[fd00::1]:6443", "fd00::1"),
            ("fd00::1", "fd00::1"),
        ];
        for (text, host) in cases {
            assert_eq!(bare_host(text), host, "{text}");
        }
    }

    #[test]
    fn hosts_are_called_after_one_cluster_or_after_its_environment() {
        let own = [
            ("api.prod.cluster.example.com", "prod.cluster.example.com"),
            ("prod-20261120.api.cluster.example.com", "prod-20261120.cluster.example.com"),
            ("k8s-prod-7.example.com", "prod-7"),
            ("bilbo.example.com", "bilbo"),
        ];
        for (host, name) in own {
            assert!(is_called_after(host, name), "{host} {name}");
        }
        let stable = [
            ("prod.api.cluster.example.com", "prod.cluster.example.com"),
            ("prod.api.cluster.example.com", "prod-20261120.cluster.example.com"),
            ("k8s-prod-71.example.com", "prod-7"),
            ("main.example.com", "main"),
        ];
        for (host, name) in stable {
            assert!(!is_called_after(host, name), "{host} {name}");
        }
    }
}
