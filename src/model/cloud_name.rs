//! Names in a cloud of which there is one: `data/fixed-cloud-names.yaml` lists where people write them.

use super::injected::is_injected;
use super::object::Object;
use crate::facts;
use crate::yaml::{Entry, Node};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A key under which such a name stands: a row of the table, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudName {
    /// The annotation, or the key of the field.
    pub key: String,
    kind: Option<String>,
    /// What the value is, and where there is one of it.
    pub what: String,
}

static NAMES: LazyLock<Vec<CloudName>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/fixed-cloud-names.yaml")));

/// By key, because every key there is is looked up.
static BY_KEY: LazyLock<HashMap<&str, Vec<&CloudName>>> = LazyLock::new(|| {
    let mut by_key: HashMap<&str, Vec<&CloudName>> = HashMap::new();
    for name in NAMES.iter() {
        by_key.entry(&name.key).or_default().push(name);
    }
    by_key
});

impl CloudName {
    /// All keys, to find out quickly that none stands in a text.
    pub fn keys() -> Vec<&'static str> {
        NAMES.iter().map(|name| name.key.as_str()).collect()
    }

    /// What an entry of an object, or of the values of a chart, gives a name to.
    pub fn of_entry(entry: Entry<'_>, object: Option<Object<'_>>) -> Option<&'static Self> {
        let mut known = BY_KEY.get(&*entry.key.text())?.iter();
        let is_kind = |kind: &String| object.is_some_and(|object| object.kind() == kind);
        known.find(|name| name.kind.as_ref().is_none_or(is_kind)).copied()
    }
}

/// Whether a value is known here: what is filled in later may be another one in each cluster.
pub fn is_fixed(value: Node<'_>) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && !is_injected(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert!(CloudName::keys().len() > 10);
        assert!(NAMES.iter().all(|name| name.kind.is_some() || name.key.contains('/')));
    }
}
