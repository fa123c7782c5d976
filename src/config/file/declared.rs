//! What the configuration says about environments and clusters.

use super::word::{ClusterName, Name, Pattern};
use crate::config::declared::{DeclaredCluster, DeclaredEnvironment};
use crate::yaml::{List, Placed};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::ops::Range;

/// Names of environments, each with its folders and files.
#[derive(Debug, Default)]
pub(super) struct Environments(pub(super) Vec<DeclaredEnvironment>);

impl<'de> Deserialize<'de> for Environments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvironmentsVisitor)
    }
}

struct EnvironmentsVisitor;

impl<'de> Visitor<'de> for EnvironmentsVisitor {
    type Value = Environments;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping from names of environments to patterns of paths")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Environments, A::Error> {
        let mut environments = Vec::new();
        while let Some((name, paths)) = map.next_entry::<Name, List<Pattern>>()? {
            environments.push(DeclaredEnvironment { name: name.0, paths: super::patterns(paths) });
        }
        Ok(Environments(environments))
    }
}

/// A cluster: its name, or its name with others.
#[derive(Debug)]
pub(super) struct Cluster(ClusterEntry);

impl Cluster {
    /// The cluster, written at `place` as a whole.
    pub(super) fn declared(self, place: Range<u32>) -> DeclaredCluster {
        let Self(ClusterEntry { name, aliases }) = self;
        let (name, place) = match name {
            Named::Written(name) => (name.value, name.place),
            Named::Alone(name) => (name, place),
        };
        let aliases = aliases.unwrap_or_default().into_iter().map(|alias| alias.0).collect();
        DeclaredCluster { name: name.0, aliases, place }
    }
}

/// A cluster with other names of it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ClusterEntry {
    /// Its name, such as `prod.k8s.example.com`.
    #[cfg_attr(test, schemars(with = "ClusterName"))]
    name: Named,
    /// Other names of it, such as `prod-a`.
    aliases: Option<Vec<ClusterName>>,
}

/// A name that has a place of its own, or is all that is written.
#[derive(Debug)]
enum Named {
    Written(Placed<ClusterName>),
    Alone(ClusterName),
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Placed::deserialize(deserializer).map(Self::Written)
    }
}

impl<'de> Deserialize<'de> for Cluster {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ClusterVisitor)
    }
}

struct ClusterVisitor;

impl<'de> Visitor<'de> for ClusterVisitor {
    type Value = Cluster;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a cluster, or a mapping with `name` and `aliases`,")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cluster, E> {
        let name = ClusterName::deserialize(StrDeserializer::new(name))?;
        Ok(Cluster(ClusterEntry { name: Named::Alone(name), aliases: None }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cluster, A::Error> {
        ClusterEntry::deserialize(MapAccessDeserializer::new(map)).map(Cluster)
    }
}

#[cfg(test)]
mod schema {
    use super::{Cluster, ClusterEntry, ClusterName, Environments, List, Pattern};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl JsonSchema for Environments {
        fn schema_name() -> Cow<'static, str> {
            "Environments".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let paths = generator.subschema_for::<List<Pattern>>();
            json_schema!({"type": "object", "additionalProperties": paths})
        }
    }

    impl JsonSchema for Cluster {
        fn schema_name() -> Cow<'static, str> {
            "Cluster".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let name = generator.subschema_for::<ClusterName>();
            let entry = generator.subschema_for::<ClusterEntry>();
            json_schema!({"description": "A cluster: its name, or its name with others.", "anyOf": [name, entry]})
        }
    }
}
