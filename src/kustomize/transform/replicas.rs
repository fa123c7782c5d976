//! `replicas`.

use super::setting::Setting;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::{Edit, FieldSpecs, Missing, edited_by};
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::value::Value;
use crate::provenance::{Operation, Place};
use crate::source::Span;

/// How many replicas the objects of one name have.
#[derive(Debug, Clone)]
pub struct Replicas {
    name: String,
    count: Setting,
    /// Where the objects are named.
    asked_at: Span,
    /// The fields of a transformer file, which take the place of those of the configuration.
    own: Option<FieldSpecs>,
}

impl Replicas {
    /// An item of `replicas`.
    pub fn of_item(item: &Value, gaps: &mut Vec<Gap>) -> Self {
        let name = item.get("name");
        let count = item.get("count").filter(|count| !count.is_null());
        let count = count.unwrap_or_else(|| Value::plain_at("0", Place::at(item.span())));
        if count.text().parse::<i64>().is_err() || count.is_string() {
            let message = format!("kustomize takes a whole number here, and `{}` is none", count.text());
            gaps.push(Gap::new(GapKind::Field, count.span(), message));
        }
        Self {
            name: name.as_ref().map(|name| name.text().into_owned()).unwrap_or_default(),
            count: Setting::new(count, Operation::Replicas, item.span()),
            asked_at: name.as_ref().unwrap_or(item).span(),
            own: None,
        }
    }

    /// A `ReplicaCountTransformer`; nothing if it names no objects.
    pub fn of_object(object: &Value, gaps: &mut Vec<Gap>) -> Option<Self> {
        let own = object.get("fieldSpecs").map(|fields| FieldSpecs::of(&fields, gaps));
        let replicas = Self::of_item(&object.get("replica")?, gaps);
        Some(Self { own: Some(own.unwrap_or_default()), ..replicas })
    }

    /// Sets the number in every object of the name, be it an earlier one.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let table = self.own.as_ref().unwrap_or(&configuration.replicas);
        let mut is_found = false;
        for index in 0..resources.len() {
            let resource = resources.get(index);
            if !self.is_meant(resource, table) {
                continue;
            }
            is_found = true;
            if let Some(root) = self.edited(resource, table, gaps) {
                resources.get_mut(index).root = root;
            }
        }
        if !is_found {
            let message = format!("no object named `{}` has replicas that kustomize can set", self.name);
            gaps.push(Gap::new(GapKind::Target, self.asked_at, message));
        }
    }

    fn is_meant(&self, resource: &Resource, table: &FieldSpecs) -> bool {
        let mut named = resource.ids().filter(|id| *id.name == *self.name);
        named.any(|id| table.of_kind(&id.gvk).next().is_some())
    }

    fn edited(&self, resource: &Resource, table: &FieldSpecs, gaps: &mut Vec<Gap>) -> Option<Value> {
        let mut change = |old: &Value| self.count.over_scalar(old);
        let made_at = self.count.span();
        let mut edit = Edit { missing: Missing::Scalar, made_at, change: &mut change, gaps };
        edited_by(table.of_kind(&resource.id().gvk), &resource.root, &mut edit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transform::testing::Case;
    use serde_json::json;

    fn built(item: &str, object: &str) -> (Case, Vec<Gap>) {
        let mut case = Case::new(item, object);
        let mut gaps = Vec::new();
        let replicas = Replicas::of_item(&case.kustomization, &mut gaps);
        replicas.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        (case, gaps)
    }

    const DEPLOYMENT: &str =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n";

    #[test]
    fn replicas_of_the_name_are_set() {
        let (case, gaps) = built("{name: a, count: 3}", DEPLOYMENT);
        assert_eq!(case.json()[0]["spec"], json!({"replicas": 3}));
        let replicas = case.resources.get(0).root.at(&["spec", "replicas"]).expect("set above");
        assert_eq!((case.written(replicas.span()), case.before(&replicas.place())), ("3", vec!["1"]));
        assert!(gaps.is_empty());
        let (case, _) = built("{name: a}", &DEPLOYMENT.replace("{replicas: 1}", "null"));
        assert_eq!(case.json()[0]["spec"], json!({"replicas": 0}));
    }

    #[test]
    fn an_earlier_name_counts() {
        let mut case = Case::new("{name: a, count: 3}", DEPLOYMENT);
        case.resources.get_mut(0).rename(Value::text_at("b", Place::at(case.kustomization.span())));
        let replicas = Replicas::of_item(&case.kustomization, &mut Vec::new());
        replicas.apply(&mut case.resources, &Configuration::built_in(), &mut Vec::new());
        assert_eq!(case.json()[0]["spec"], json!({"replicas": 3}));
    }

    #[test]
    fn what_kustomize_refuses_is_a_gap() {
        let kind = |item: &str, object: &str| built(item, object).1.first().map(|gap| gap.kind);
        assert_eq!(kind("{name: b, count: 3}", DEPLOYMENT), Some(GapKind::Target));
        assert_eq!(kind("{name: a, count: '3'}", DEPLOYMENT), Some(GapKind::Field));
        assert_eq!(kind("{name: a, count: 3}", &DEPLOYMENT.replace(": 1", ": {}")), Some(GapKind::Change));
        assert_eq!(
            kind("{name: a, count: 3}", &DEPLOYMENT.replace("Deployment", "DaemonSet")),
            Some(GapKind::Target)
        );
    }
}
