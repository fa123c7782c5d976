//! Which lists are merged item by item, and by which keys. For all other lists a patch has the last word.

use crate::facts;
use crate::kustomize::id::Gvk;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What the fields of a mapping are, as far as lists that are merged are concerned.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Type {
    #[serde(rename = "type")]
    name: String,
    objects: Vec<Objects>,
    fields: Vec<Field>,
}

/// A field on the way to a list that is merged, or the list itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    name: String,
    #[serde(rename = "type", default)]
    of: Option<String>,
    /// The keys that tell the items of the list apart; none for a set of plain values. Nothing for what is no such
    /// list.
    #[serde(default)]
    pub(super) merge: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Objects {
    api_versions: Vec<String>,
    kinds: Vec<String>,
}

impl Type {
    /// The type of objects of this kind; nothing for those whose lists are never merged.
    pub(super) fn of(gvk: &Gvk) -> Option<&'static Self> {
        let at = TABLE.objects.get(&(gvk.api_version(), gvk.kind.to_string()))?;
        Some(&TABLE.types[*at])
    }

    /// A field of it.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        let field = self.fields.iter().find(|field| field.name == name);
        field.or_else(|| (name == METADATA.name && !self.objects.is_empty()).then_some(&*METADATA))
    }
}

impl Field {
    /// What it holds, or each of its items.
    pub(super) fn of(&self) -> Option<&'static Type> {
        let at = TABLE.names.get(self.of.as_deref()?)?;
        Some(&TABLE.types[*at])
    }
}

struct Table {
    types: Vec<Type>,
    names: HashMap<String, usize>,
    objects: HashMap<(String, String), usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let types: Vec<Type> = facts::rows(include_str!("../../../data/kustomize-merge-keys.yaml"));
    let names = types.iter().enumerate().map(|(at, row)| (row.name.clone(), at)).collect();
    let mut objects = HashMap::new();
    for (at, row) in types.iter().enumerate() {
        for group in &row.objects {
            for (version, kind) in pairs(group) {
                objects.insert((version.clone(), kind.clone()), at);
            }
        }
    }
    Table { types, names, objects }
});

fn pairs(group: &Objects) -> impl Iterator<Item = (&String, &String)> {
    group.api_versions.iter().flat_map(|version| group.kinds.iter().map(move |kind| (version, kind)))
}

/// Every object has it.
static METADATA: LazyLock<Field> =
    LazyLock::new(|| Field { name: "metadata".into(), of: Some("ObjectMeta".into()), merge: None });

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(api_version: &str, kind: &str, path: &[&str]) -> Option<Vec<String>> {
        let mut at = Type::of(&Gvk::new(api_version, kind));
        let mut merge = None;
        for name in path {
            let field = at?.field(name)?;
            (at, merge) = (field.of(), field.merge.clone());
        }
        merge
    }

    #[test]
    fn every_type_that_is_named_is_described() {
        for field in TABLE.types.iter().flat_map(|row| &row.fields) {
            assert_eq!(field.of.is_some(), field.of().is_some(), "{field:?}");
        }
    }

    #[test]
    fn lists_of_pods_are_found_in_all_that_make_pods() {
        let pod = ["containers", "ports"];
        let in_job = ["spec", "jobTemplate", "spec", "template", "spec"];
        let ports = Some(vec!["containerPort".to_owned(), "protocol".to_owned()]);
        assert_eq!(keys("v1", "Pod", &[&["spec"], &pod[..]].concat()), ports);
        assert_eq!(keys("batch/v1", "CronJob", &[&in_job[..], &pod].concat()), ports);
        assert_eq!(keys("batch/v2", "CronJob", &[&in_job[..], &pod].concat()), None);
    }

    #[test]
    fn metadata_are_those_of_objects_that_kustomize_knows() {
        assert_eq!(keys("v1", "ConfigMap", &["metadata", "finalizers"]), Some(Vec::new()));
        assert_eq!(keys("example.com/v1", "ConfigMap", &["metadata", "finalizers"]), None);
        assert_eq!(keys("autoscaling/v2", "HorizontalPodAutoscaler", &["metadata", "finalizers"]), None);
    }
}
