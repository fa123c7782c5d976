//! `labels` and `commonLabels`.

use super::pairs::Pairs;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::{FieldSpec, FieldSpecs};
use crate::kustomize::gap::Gap;
use crate::kustomize::id::Gvk;
use crate::kustomize::resource::Resources;
use crate::kustomize::value::Value;
use crate::provenance::Operation;
use std::sync::LazyLock;

/// Labels for all objects.
#[derive(Debug, Clone)]
pub struct Labels {
    pairs: Pairs,
    own: FieldSpecs,
    reach: Reach,
}

/// Which labels are set besides those that the entry names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// None: a transformer file says everything itself.
    Own,
    /// Those of objects.
    Objects,
    /// Also those of what objects are templates for.
    Templates,
    /// Also selectors.
    Selectors,
    /// What `commonLabels` sets.
    Common,
}

impl Labels {
    /// An item of `labels`.
    pub fn of_item(item: &Value, gaps: &mut Vec<Gap>) -> Self {
        let is_set = |key: &str| item.text_of(&[key]).is_some_and(|text| text == "true");
        let reach = match () {
            () if is_set("includeSelectors") => Reach::Selectors,
            () if is_set("includeTemplates") => Reach::Templates,
            () => Reach::Objects,
        };
        Self { pairs: pairs(item, "pairs", gaps), own: own(item, "fields", gaps), reach }
    }

    /// The value of `commonLabels`.
    pub fn of_common(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        let pairs = Pairs::of(written, Operation::Label, gaps);
        Self { pairs, own: FieldSpecs::default(), reach: Reach::Common }
    }

    /// A `LabelTransformer`.
    pub fn of_object(object: &Value, gaps: &mut Vec<Gap>) -> Self {
        let own = own(object, "fieldSpecs", gaps);
        Self { pairs: pairs(object, "labels", gaps), own, reach: Reach::Own }
    }

    /// Sets the labels in every object.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let labels = &configuration.labels;
        let tables: &[&FieldSpecs] = match self.reach {
            Reach::Own => &[&self.own],
            Reach::Objects => &[&self.own, labels, &METADATA_LABELS],
            Reach::Templates => &[&self.own, labels, &configuration.template_labels, &METADATA_LABELS],
            Reach::Selectors => &[&self.own, labels, &configuration.common_labels],
            Reach::Common => &[&configuration.common_labels],
        };
        if self.own.is_empty() && labels.is_empty() {
            return self.pairs.apply(resources, tables, gaps);
        }
        let mut all = FieldSpecs::default();
        for table in tables {
            all.add_all(table, gaps);
        }
        self.pairs.apply(resources, &[&all], gaps);
    }
}

static METADATA_LABELS: LazyLock<FieldSpecs> = LazyLock::new(|| {
    let mut labels = FieldSpecs::default();
    labels.add(FieldSpec::new(Gvk::default(), "metadata/labels", true), &mut Vec::new());
    labels
});

fn pairs(written: &Value, key: &str, gaps: &mut Vec<Gap>) -> Pairs {
    let pairs = written.get(key);
    pairs.map_or_else(Pairs::default, |pairs| Pairs::of(&pairs, Operation::Label, gaps))
}

fn own(written: &Value, key: &str, gaps: &mut Vec<Gap>) -> FieldSpecs {
    written.get(key).map_or_else(FieldSpecs::default, |fields| FieldSpecs::of(&fields, gaps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::gap::GapKind;
    use crate::kustomize::transform::testing::Case;
    use serde_json::json;

    const DEPLOYMENT: &str =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {a: old}}\nspec: {}\n";

    fn built(kustomization: &str, objects: &str) -> (Case, Vec<Gap>) {
        let mut case = Case::new(kustomization, objects);
        let mut gaps = Vec::new();
        let labels = match case.kustomization.get("commonLabels") {
            Some(common) => Labels::of_common(&common, &mut gaps),
            None => Labels::of_item(&case.kustomization, &mut gaps),
        };
        labels.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        (case, gaps)
    }

    fn json(kustomization: &str, object: &str) -> serde_json::Value {
        let (case, gaps) = built(kustomization, object);
        assert_eq!(gaps, []);
        case.json().remove(0)
    }

    #[test]
    fn labels_reach_as_far_as_is_asked_for() {
        let labels = |more: &str| json(&format!("pairs: {{a: b}}\n{more}"), DEPLOYMENT);
        let template = json!({"metadata": {"labels": {"a": "b"}}});
        assert_eq!(labels("")["metadata"]["labels"], json!({"a": "b"}));
        assert_eq!(labels("")["spec"], json!({}));
        assert_eq!(labels("includeTemplates: true")["spec"], json!({"template": template}));
        let all = json!({"selector": {"matchLabels": {"a": "b"}}, "template": template});
        assert_eq!(labels("includeSelectors: true")["spec"], all);
        assert_eq!(json("commonLabels: {a: b}", DEPLOYMENT)["spec"], all);
        let own = "fields: [{path: spec/x/y, create: true, kind: Deployment}]";
        assert_eq!(labels(own)["spec"], json!({"x": {"y": {"a": "b"}}}));
    }

    #[test]
    fn selectors_are_not_made_where_they_would_say_something_new() {
        let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, labels: null}\nspec:\n  podSelector: {matchLabels: null}\n  egress: [{to: [{podSelector: {matchLabels: {x: y}}}, {}]}]\n";
        let built = json("commonLabels: {a: b}", policy);
        assert_eq!(built["metadata"]["labels"], json!({"a": "b"}));
        assert_eq!(built["spec"]["podSelector"], json!({"matchLabels": null}));
        assert_eq!(
            built["spec"]["egress"][0]["to"],
            json!([{"podSelector": {"matchLabels": {"x": "y", "a": "b"}}}, {}])
        );
    }

    #[test]
    fn a_label_stands_where_it_is_written() {
        let (case, _) = built("commonLabels: {a: new, b: more}", DEPLOYMENT);
        let labels = case.resources.get(0).root.at(&["metadata", "labels"]).expect("it has some");
        let [a, b] = ["a", "b"].map(|key| labels.get(key).expect("set above"));
        assert_eq!((case.written(a.span()), case.before(&a.place())), ("new", vec!["old"]));
        assert_eq!((case.written(b.span()), case.before(&b.place())), ("more", vec![""]));
    }

    #[test]
    fn equal_labels_leave_an_object_shared() {
        let case = Case::new("commonLabels: {a: old}", DEPLOYMENT.replace("Deployment", "X").as_str());
        let mut resources = case.resources.clone();
        let labels = Labels::of_common(&case.field("commonLabels"), &mut Vec::new());
        labels.apply(&mut resources, &Configuration::built_in(), &mut Vec::new());
        assert!(std::ptr::eq(resources.get(0), case.resources.get(0)));
    }

    #[test]
    fn what_kustomize_refuses_is_a_gap() {
        let kinds = |kustomization: &str, object: &str| -> Vec<GapKind> {
            built(kustomization, object).1.iter().map(|gap| gap.kind).collect()
        };
        assert_eq!(kinds("pairs: {a: 1}", DEPLOYMENT), [GapKind::Field]);
        assert_eq!(kinds("pairs: {a: b}\nfields: [{path: metadata/labels}]", DEPLOYMENT), [GapKind::Field]);
        assert_eq!(kinds("pairs: {a: b}", "kind: X\nmetadata: {labels: text}"), [GapKind::Change]);
        let broken = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\nspec: {template: text}\n";
        assert!(kinds("commonLabels: {a: b}", broken).contains(&GapKind::Change));
    }

    #[test]
    fn a_transformer_file_says_which_fields() {
        let transformer = "labels: {a: b}\nfieldSpecs: [{path: spec/labels, create: true}]\n";
        let mut case = Case::new(transformer, DEPLOYMENT);
        let labels = Labels::of_object(&case.kustomization, &mut Vec::new());
        labels.apply(&mut case.resources, &Configuration::built_in(), &mut Vec::new());
        assert_eq!(case.json()[0]["spec"], json!({"labels": {"a": "b"}}));
        assert_eq!(case.json()[0]["metadata"]["labels"], json!({"a": "old"}));
    }
}
