//! `commonAnnotations`.

use super::pairs::Pairs;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::FieldSpecs;
use crate::kustomize::gap::Gap;
use crate::kustomize::resource::Resources;
use crate::kustomize::value::Value;
use crate::provenance::Operation;

/// Annotations for all objects.
#[derive(Debug, Clone)]
pub struct Annotations {
    pairs: Pairs,
    /// The fields of a transformer file, which take the place of those of the configuration.
    own: Option<FieldSpecs>,
}

impl Annotations {
    /// The value of `commonAnnotations`.
    pub fn of_field(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        Self { pairs: Pairs::of(written, Operation::Annotation, gaps), own: None }
    }

    /// An `AnnotationsTransformer`.
    pub fn of_object(object: &Value, gaps: &mut Vec<Gap>) -> Self {
        let pairs = object.get("annotations");
        let pairs = pairs.map(|pairs| Pairs::of(&pairs, Operation::Annotation, gaps));
        let own = object.get("fieldSpecs").map(|fields| FieldSpecs::of(&fields, gaps));
        Self { pairs: pairs.unwrap_or_default(), own: Some(own.unwrap_or_default()) }
    }

    /// Sets the annotations in every object.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let table = self.own.as_ref().unwrap_or(&configuration.common_annotations);
        self.pairs.apply(resources, &[table], gaps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transform::testing::Case;
    use serde_json::json;

    const CRON_JOB: &str =
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, annotations: {d: null}}\n";

    #[test]
    fn annotations_are_set_in_templates_too() {
        let mut case = Case::new("commonAnnotations: {c: null, d: text}", CRON_JOB);
        let mut gaps = Vec::new();
        let annotations = Annotations::of_field(&case.field("commonAnnotations"), &mut gaps);
        annotations.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        let metadata = json!({"annotations": {"c": "", "d": "text"}});
        assert_eq!(case.json()[0]["metadata"]["annotations"], metadata["annotations"]);
        let template = json!({"metadata": metadata, "spec": {"template": {"metadata": metadata}}});
        assert_eq!(case.json()[0]["spec"], json!({"jobTemplate": template}));
        assert!(gaps.is_empty());
    }

    #[test]
    fn a_transformer_file_says_which_fields() {
        let transformer = "annotations: {a: b}\nfieldSpecs: [{path: metadata/annotations}]\n";
        let mut case = Case::new(transformer, CRON_JOB);
        let annotations = Annotations::of_object(&case.kustomization, &mut Vec::new());
        annotations.apply(&mut case.resources, &Configuration::built_in(), &mut Vec::new());
        assert_eq!(case.json()[0]["metadata"]["annotations"], json!({"a": "b", "d": null}));
        assert_eq!(case.json()[0].get("spec"), None);
    }
}
