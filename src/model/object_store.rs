//! Where tools write in an object store: `data/object-stores.yaml` lists the fields.

use super::field::Field;
use super::injected::is_injected;
use super::object::Object;
use crate::facts;
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A place in an object store that something writes to.
#[derive(Debug, Clone)]
pub struct Location<'a> {
    /// Whose data it is.
    pub tool: &'static str,
    /// The bucket and the folder in it, as a reader knows it.
    pub title: String,
    /// What is equal for equal places alone.
    pub key: String,
    /// The node that names the bucket.
    pub node: Node<'a>,
    /// Whether two writers do each other little harm.
    pub is_gentle: bool,
}

/// A row of the table, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Writer {
    tool: String,
    #[serde(default)]
    kinds: Vec<String>,
    each: Option<Field>,
    bucket: Field,
    folder: Option<Field>,
    #[serde(default)]
    endpoint: Vec<Field>,
    #[serde(default)]
    own: Vec<Field>,
    #[serde(default)]
    unless: BTreeMap<Field, String>,
    #[serde(default)]
    gently: bool,
}

static WRITERS: LazyLock<Vec<Writer>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/object-stores.yaml")));

/// Every place that something writes to, as far as it is known here. `object` is what the root is, if it is an object.
pub fn locations<'a>(root: Node<'a>, object: Option<Object<'_>>) -> Vec<Location<'a>> {
    let of_objects = WRITERS
        .iter()
        .filter(|writer| object.is_some_and(|object| writer.kinds.iter().any(|kind| kind == object.kind())));
    let mut all: Vec<_> = of_objects.flat_map(|writer| writer.locations(root)).collect();
    for mapping in root.walk().filter(|node| node.is_mapping()) {
        let anywhere = WRITERS.iter().filter(|writer| writer.kinds.is_empty());
        all.extend(anywhere.flat_map(|writer| writer.locations(mapping)));
    }
    all
}

impl Writer {
    fn locations<'a>(&'static self, root: Node<'a>) -> Vec<Location<'a>> {
        let Some(each) = &self.each else { return self.location(root).into_iter().collect() };
        let several = each.nodes(root).into_iter();
        let several =
            several.flat_map(|node| if node.is_sequence() { node.items().collect() } else { vec![node] });
        several.filter_map(|node| self.location(node)).collect()
    }

    /// Nothing where a part of it is filled in later, or nothing is written.
    fn location<'a>(&'static self, node: Node<'a>) -> Option<Location<'a>> {
        let bucket = self.bucket.node(node)?;
        let is_unused =
            self.unless.iter().any(|(field, value)| field.node(node).is_some_and(|node| node.is_text(value)));
        let place = [Some(bucket), self.folder.as_ref().and_then(|folder| folder.node(node))];
        let place = place.into_iter().flatten().map(known).collect::<Option<Vec<_>>>()?;
        let endpoints = self.endpoint.iter().filter_map(|field| field.node(node)).map(known);
        let endpoints = endpoints.collect::<Option<Vec<_>>>()?;
        if is_unused || place[0].is_empty() || endpoints.iter().any(|endpoint| is_in_cluster(endpoint)) {
            return None;
        }
        let own = self.own.iter().find_map(|field| field.node(node)).map_or(Some(String::new()), known)?;
        let title = place.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty());
        let title = title.collect::<Vec<_>>().join("/");
        // `velero.io/aws` is `aws`, and an address may end in a slash.
        let endpoints: Vec<&str> =
            endpoints.iter().filter_map(|text| text.trim_matches('/').rsplit('/').next()).collect();
        let key = format!("{title} {own} {}", endpoints.join(" "));
        Some(Location { tool: &self.tool, title, key, node: bucket, is_gentle: self.gently })
    }
}

/// A text that is the same in each cluster.
fn known(node: Node<'_>) -> Option<String> {
    node.as_str().filter(|text| !is_injected(text)).map(|text| text.trim().to_owned())
}

/// Whether a store runs in the cluster itself, so that each cluster has one of its own.
fn is_in_cluster(endpoint: &str) -> bool {
    let Some((_, address)) = endpoint.split_once("://") else { return endpoint.contains(".svc") };
    let host = address.split(['/', ':']).next().unwrap_or_default();
    !host.contains('.') || host.split('.').any(|label| label == "svc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_in_the_cluster_are_no_places_to_share() {
        for address in
            ["http://minio.velero.svc:9000", "http://minio:9000", "minio.velero.svc.cluster.local:9000"]
        {
            assert!(is_in_cluster(address), "{address}");
        }
        for address in ["https://s3.example.com", "aws", "https://192.0.2.7:9000/x"] {
            assert!(!is_in_cluster(address), "{address}");
        }
    }

    #[test]
    fn every_row_is_read() {
        assert!(WRITERS.iter().all(|writer| writer.each.is_some() || writer.bucket.as_str() != "bucket"));
    }
}
