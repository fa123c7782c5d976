//! Where specs say how the API of their cluster is reached.

use crate::model::field::Field;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The column `api` of `data/cluster-formats.yaml`, where it is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Api {
    /// Where the host is written; the first that is there.
    #[serde(default)]
    pub hosts: Vec<Field>,
    /// What the tool puts before the name of the cluster where no host is written.
    pub default: Option<String>,
    /// Where further names are written, for which the certificate holds.
    #[serde(default)]
    pub sans: Vec<Field>,
    /// What people add an alias to; nothing where the host is read and not judged.
    pub san_field: Option<String>,
    /// Where the spec refers to the object that has the further names.
    pub control_plane: Option<Field>,
    /// Fields with a value that say that there is no such host.
    #[serde(default)]
    pub unless: BTreeMap<Field, String>,
}
