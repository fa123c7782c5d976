//! Which fields of which objects the transformers of kustomize change: the built-in tables and what `configurations`
//! add to them.

use super::field_spec::{FieldSpec, FieldSpecs};
use super::gap::Gap;
use super::id::Gvk;
use super::value::Value;
use crate::facts;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

/// The fields that each transformer changes.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// `namePrefix`.
    pub name_prefix: FieldSpecs,
    /// `nameSuffix`.
    pub name_suffix: FieldSpecs,
    /// `namespace`.
    pub namespace: FieldSpecs,
    /// What `labels` changes beside `metadata/labels`; nothing unless configured.
    pub labels: FieldSpecs,
    /// What `labels` changes with `includeTemplates`.
    pub template_labels: FieldSpecs,
    /// What `commonLabels` changes, and `labels` with `includeSelectors`.
    pub common_labels: FieldSpecs,
    /// `commonAnnotations`.
    pub common_annotations: FieldSpecs,
    /// `images`.
    pub images: FieldSpecs,
    /// `replicas`.
    pub replicas: FieldSpecs,
    /// Fields that hold names of other objects.
    pub name_reference: Vec<BackReference>,
    /// Fields that may hold `$(VARIABLE)`.
    pub var_reference: FieldSpecs,
}

/// Fields that hold the name of an object of one kind.
#[derive(Debug, Clone)]
pub struct BackReference {
    /// What is named.
    pub target: Gvk,
    /// Where it is named.
    pub referrers: FieldSpecs,
}

impl Configuration {
    /// What kustomize knows by itself, shared by all who have nothing to add.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// This and what the documents of `configurations` add, which goes before what is there.
    #[must_use]
    pub fn merged(&self, files: &[Value], gaps: &mut Vec<Gap>) -> Self {
        let mut merged = Self::empty();
        for file in files {
            for (key, specs) in merged.lists() {
                let Some(added) = file.get(key) else { continue };
                specs.add_all(&FieldSpecs::of(&added, gaps), gaps);
            }
            for reference in file.get("nameReference").iter().flat_map(Value::items) {
                merged.refer(&BackReference::of(&reference, gaps), gaps);
            }
        }
        merged.add(self, gaps);
        merged
    }

    /// This and what another one has in addition. Bases come first, in order, then the kustomization that takes them
    /// in. Nothing is copied unless something is added.
    #[must_use]
    pub fn joined(self: &Arc<Self>, other: &Arc<Self>, gaps: &mut Vec<Gap>) -> Arc<Self> {
        // All configurations have the built-in fields.
        if Arc::ptr_eq(self, other) || Arc::ptr_eq(other, &BUILT_IN) {
            return Arc::clone(self);
        }
        let mut joined = Self::clone(self);
        joined.add(other, gaps);
        Arc::new(joined)
    }

    fn add(&mut self, other: &Self, gaps: &mut Vec<Gap>) {
        let mut other = other.clone();
        for ((_, specs), (_, more)) in self.lists().into_iter().zip(other.lists()) {
            specs.add_all(more, gaps);
        }
        for reference in &other.name_reference {
            self.refer(reference, gaps);
        }
    }

    /// The tables and what they are called in a configuration.
    fn lists(&mut self) -> [(&'static str, &mut FieldSpecs); 10] {
        [
            ("namePrefix", &mut self.name_prefix),
            ("nameSuffix", &mut self.name_suffix),
            ("namespace", &mut self.namespace),
            ("labels", &mut self.labels),
            ("templateLabels", &mut self.template_labels),
            ("commonLabels", &mut self.common_labels),
            ("commonAnnotations", &mut self.common_annotations),
            ("images", &mut self.images),
            ("replicas", &mut self.replicas),
            ("varReference", &mut self.var_reference),
        ]
    }

    /// Adds fields that hold names of objects of one kind.
    pub fn refer(&mut self, reference: &BackReference, gaps: &mut Vec<Gap>) {
        match self.name_reference.iter_mut().find(|known| known.target == reference.target) {
            Some(known) => known.referrers.add_all(&reference.referrers, gaps),
            None => self.name_reference.push(reference.clone()),
        }
    }

    fn empty() -> Self {
        Self {
            name_prefix: FieldSpecs::default(),
            name_suffix: FieldSpecs::default(),
            namespace: FieldSpecs::default(),
            labels: FieldSpecs::default(),
            template_labels: FieldSpecs::default(),
            common_labels: FieldSpecs::default(),
            common_annotations: FieldSpecs::default(),
            images: FieldSpecs::default(),
            replicas: FieldSpecs::default(),
            name_reference: Vec::new(),
            var_reference: FieldSpecs::default(),
        }
    }
}

impl BackReference {
    fn of(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        let text = |key: &str| written.text_of(&[key]).unwrap_or_default().into();
        let target = Gvk { group: text("group"), version: text("version"), kind: text("kind") };
        let fields = written.get("fieldSpecs");
        let referrers = fields.map_or_else(FieldSpecs::default, |fields| FieldSpecs::of(&fields, gaps));
        Self { target, referrers }
    }
}

static BUILT_IN: LazyLock<Arc<Configuration>> = LazyLock::new(|| Arc::new(read_built_in()));

/// Fields of a table: each path below each of the objects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    create: bool,
    #[serde(default = "any_object")]
    objects: Vec<Objects>,
    paths: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Objects {
    group: String,
    version: String,
    kinds: Vec<String>,
    below: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct References {
    target: Objects,
    referrers: Vec<Row>,
}

fn any_object() -> Vec<Objects> {
    vec![Objects::default()]
}

fn read_built_in() -> Configuration {
    let mut built_in = Configuration::empty();
    // Our own tables hold no conflicts, so nothing is ever put here.
    let mut gaps = Vec::new();
    let fields: Vec<Row> = facts::rows(include_str!("../../data/kustomize-field-specs.yaml"));
    let variables: Vec<Row> = facts::rows(include_str!("../../data/kustomize-variable-references.yaml"));
    for row in fields.iter().chain(&variables) {
        for (key, specs) in built_in.lists() {
            if row.fields.iter().any(|field| field == key) {
                row.specs().for_each(|spec| specs.add(spec, &mut gaps));
            }
        }
    }
    let references: Vec<References> = facts::rows(include_str!("../../data/kustomize-name-references.yaml"));
    for row in &references {
        let mut referrers = FieldSpecs::default();
        row.referrers.iter().flat_map(Row::specs).for_each(|spec| referrers.add(spec, &mut gaps));
        for target in row.target.gvks() {
            built_in.refer(&BackReference { target, referrers: referrers.clone() }, &mut gaps);
        }
    }
    built_in
}

impl Row {
    fn specs(&self) -> impl Iterator<Item = FieldSpec> {
        self.objects.iter().flat_map(move |objects| {
            objects.gvks().flat_map(move |gvk| {
                let spec = move |path: &String| {
                    let below = if objects.below.is_empty() { "" } else { "/" };
                    FieldSpec::new(gvk.clone(), &format!("{}{below}{path}", objects.below), self.create)
                };
                self.paths.iter().map(spec)
            })
        })
    }
}

impl Objects {
    fn gvks(&self) -> impl Iterator<Item = Gvk> {
        let gvk = |kind: &str| Gvk {
            group: self.group.as_str().into(),
            version: self.version.as_str().into(),
            kind: kind.into(),
        };
        let any = self.kinds.is_empty().then(|| gvk(""));
        any.into_iter().chain(self.kinds.iter().map(move |kind| gvk(kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::gap::GapKind;
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    fn value(text: &str) -> Value {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = Arc::new(yaml::parse(file, text.into()));
        let root = tree.roots().next().expect("a test has a document");
        Value::written(&tree, root)
    }

    #[test]
    fn the_built_in_tables_are_those_of_kustomize() {
        let mut built_in = Configuration::clone(&Configuration::built_in());
        let sizes = built_in.lists().map(|(key, specs)| (key, specs.iter().count()));
        let expected = [
            ("namePrefix", 1),
            ("nameSuffix", 1),
            ("namespace", 3),
            ("labels", 0),
            ("templateLabels", 10),
            ("commonLabels", 32),
            ("commonAnnotations", 9),
            ("images", 4),
            ("replicas", 4),
            ("varReference", 72),
        ];
        assert_eq!(sizes, expected);
        let references = &built_in.name_reference;
        assert_eq!(references.len(), 16);
        // Kustomize lists one of its 167 paths twice.
        assert_eq!(references.iter().map(|reference| reference.referrers.iter().count()).sum::<usize>(), 166);
    }

    #[test]
    fn a_configuration_adds_to_the_tables() {
        let text = "images: [{path: spec/image, kind: X}]\nnameReference:\n- kind: Secret\n  version: v1\n  fieldSpecs: [{path: spec/secret, kind: X}, {path: spec/tls/secretName, kind: Ingress}]\n- kind: X\n  fieldSpecs: [{path: spec/x, kind: Y}]\n";
        let mut gaps = Vec::new();
        let built_in = Configuration::built_in();
        let merged = Arc::new(built_in.merged(&[value(text)], &mut gaps));
        let of_kind =
            |configuration: &Configuration| configuration.images.of_kind(&Gvk::new("x/v1", "X")).count();
        assert_eq!((of_kind(&built_in), of_kind(&merged)), (4, 5));
        assert_eq!(merged.name_reference.len(), 17);
        assert!(Arc::ptr_eq(&merged.joined(&built_in, &mut gaps), &merged));
        let other = Arc::new(built_in.merged(&[value("images: [{path: spec/other}]")], &mut gaps));
        assert_eq!(of_kind(&merged.joined(&other, &mut gaps)), 6);
        assert!(gaps.is_empty());
    }

    #[test]
    fn a_field_of_one_kind_takes_the_place_of_a_later_one_of_any_kind() {
        let mut gaps = Vec::new();
        let built_in = Configuration::built_in();
        let merged =
            Arc::new(built_in.merged(&[value("namePrefix: [{path: metadata/name, kind: X}]")], &mut gaps));
        let of_kind = |configuration: &Configuration, kind: &str| {
            configuration.name_prefix.of_kind(&Gvk::new("v1", kind)).count()
        };
        assert_eq!((of_kind(&merged, "X"), of_kind(&merged, "Y")), (1, 0));
        let joined = built_in.joined(&merged, &mut gaps);
        assert_eq!((of_kind(&joined, "X"), of_kind(&joined, "Y")), (2, 1));
        assert!(gaps.is_empty());
    }

    #[test]
    fn a_field_that_is_made_here_and_not_there_is_a_gap() {
        let mut gaps = Vec::new();
        let text = "commonLabels: [{path: metadata/labels}, {kind: X}]";
        let _ = Configuration::built_in().merged(&[value(text)], &mut gaps);
        assert_eq!(gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::Field; 2]);
    }
}
