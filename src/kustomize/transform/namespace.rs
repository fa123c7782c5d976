//! `namespace`.

use super::setting::{Setting, text};
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::{
    Edit, FieldSpec, FieldSpecs, Missing, Unfit, edited_by, edited_items, with_entry,
};
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::id::{Gvk, Id};
use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::value::Value;
use crate::provenance::Operation;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

/// The namespace of all objects that have one.
#[derive(Debug, Clone)]
pub struct Namespace {
    name: Setting,
    subjects: Subjects,
    /// Only objects that have no namespace get this one.
    unset_only: bool,
    /// The fields of a transformer file, which take the place of those of the configuration.
    own: Option<FieldSpecs>,
}

/// Which subjects of role bindings get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subjects {
    NamedDefault,
    ServiceAccounts,
    None,
}

impl Namespace {
    /// The value of `namespace`; nothing if it is empty.
    pub fn of_field(written: &Value, gaps: &mut Vec<Gap>) -> Option<Self> {
        let name = text(written.clone(), gaps).filter(|name| !name.text().is_empty())?;
        let by = name.span();
        let name = Setting::new(name, Operation::Namespace, by);
        Some(Self { name, subjects: Subjects::NamedDefault, unset_only: false, own: None })
    }

    /// A `NamespaceTransformer`; nothing if it has no namespace to give.
    pub fn of_object(object: &Value, gaps: &mut Vec<Gap>) -> Option<Self> {
        let own = object.get("fieldSpecs").map(|fields| FieldSpecs::of(&fields, gaps));
        let namespace = Self::of_field(&object.at(&["metadata", "namespace"])?, gaps)?;
        Some(Self {
            subjects: Subjects::of(object, gaps),
            unset_only: object.text_of(&["unsetOnly"]).is_some_and(|text| text == "true"),
            own: Some(own.unwrap_or_default()),
            ..namespace
        })
    }

    /// Gives every object the namespace and remembers the old one.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let table = self.own.as_ref().unwrap_or(&configuration.namespace);
        let mut is_changed = false;
        for index in 0..resources.len() {
            let resource = resources.get(index);
            let root = self.edited(resource, table, gaps);
            // Kustomize takes an object for one that moved even if it stays where it is, objects of the cluster included:
            // references by name depend on it.
            let is_known = resource.previous.last().is_some_and(|last| is_identical(last, resource.id()));
            if root.is_none() && is_known {
                continue;
            }
            let resource = resources.get_mut(index);
            resource.remember_id();
            if let Some(root) = root {
                resource.root = root;
                resource.refresh();
                is_changed = true;
            }
        }
        if is_changed {
            report_equals(resources, &self.name, gaps);
        }
    }

    fn edited(&self, resource: &Resource, table: &FieldSpecs, gaps: &mut Vec<Gap>) -> Option<Value> {
        let gvk = &resource.id().gvk;
        let mut change = |old: &Value| self.over(old);
        let made_at = self.name.span();
        let mut edit = Edit { missing: Missing::Scalar, made_at, change: &mut change, gaps };
        let namespace = (!gvk.is_cluster_scoped()).then_some(&*METADATA_NAMESPACE);
        let specs = table.of_kind(gvk).filter(|spec| is_for_table(spec, gvk));
        let edited = edited_by(namespace.into_iter().chain(specs), &resource.root, &mut edit);
        if !is_role_binding(gvk) {
            return edited;
        }
        self.with_subjects(edited.as_ref().unwrap_or(&resource.root)).or(edited)
    }

    fn over(&self, old: &Value) -> Result<Option<Value>, Unfit> {
        if self.unset_only && !old.text().is_empty() { Ok(None) } else { self.name.over_scalar(old) }
    }

    fn with_subjects(&self, root: &Value) -> Option<Value> {
        let (key, wanted) = match self.subjects {
            Subjects::NamedDefault => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
            Subjects::None => return None,
        };
        let subjects = edited_items(&root.get("subjects")?, |subject| {
            let is_meant = subject.get(key).is_some_and(|value| value.text() == wanted);
            let old = subject.get("namespace");
            let new = match old {
                _ if !is_meant => None,
                Some(old) => self.over(&old).unwrap_or_default(),
                None => Some(self.name.fresh()),
            };
            Some(with_entry(subject, &Arc::from("namespace"), self.name.span(), new?))
        })?;
        Some(with_entry(root, &Arc::from("subjects"), self.name.span(), subjects))
    }
}

impl Subjects {
    fn of(object: &Value, gaps: &mut Vec<Gap>) -> Self {
        let Some(mode) = object.get("setRoleBindingSubjects") else { return Self::NamedDefault };
        match &*mode.text() {
            "" | "defaultOnly" => Self::NamedDefault,
            "allServiceAccounts" => Self::ServiceAccounts,
            "none" => Self::None,
            other => {
                let message = format!("`{other}` is none of `defaultOnly`, `allServiceAccounts` and `none`");
                gaps.push(Gap::new(GapKind::Field, mode.span(), message));
                Self::NamedDefault
            }
        }
    }
}

static METADATA_NAMESPACE: LazyLock<FieldSpec> =
    LazyLock::new(|| FieldSpec::new(Gvk::default(), "metadata/namespace", true));

/// Objects of kinds that are called `Namespace` in other groups keep their names, and what has rules of its own is not
/// for the table.
fn is_for_table(spec: &FieldSpec, gvk: &Gvk) -> bool {
    let is_core = gvk.group.is_empty() && &*gvk.version == "v1";
    let has_rules = spec.is_at(&["metadata", "namespace"])
        || (spec.is_at(&["metadata", "name"]) && !is_core)
        || (spec.is_at(&["subjects", "namespace"]) && is_role_binding(&spec.gvk));
    !has_rules
}

fn is_role_binding(gvk: &Gvk) -> bool {
    matches!(&*gvk.kind, "RoleBinding" | "ClusterRoleBinding")
}

fn is_identical(one: &Id, other: &Id) -> bool {
    one.gvk == other.gvk && one.name == other.name && one.namespace == other.namespace
}

/// Objects from different namespaces may have become the same.
fn report_equals(resources: &Resources, namespace: &Setting, gaps: &mut Vec<Gap>) {
    let mut known = HashSet::with_capacity(resources.len());
    for resource in resources {
        if !known.insert(resource.id()) {
            let message = format!("with this namespace there are two objects {}", resource.id());
            gaps.push(Gap::new(GapKind::Duplicate, namespace.span(), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transform::testing::Case;
    use serde_json::json;

    const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\nsubjects:\n- {kind: User, name: default}\n- {kind: ServiceAccount, name: b, namespace: c}\n";

    fn built(kustomization: &str, objects: &str) -> (Case, Vec<Gap>) {
        let mut case = Case::new(kustomization, objects);
        let mut gaps = Vec::new();
        let namespace = match case.kustomization.get("namespace") {
            Some(namespace) => Namespace::of_field(&namespace, &mut gaps),
            None => Namespace::of_object(&case.kustomization, &mut gaps),
        };
        let namespace = namespace.expect("a test has a namespace");
        namespace.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        (case, gaps)
    }

    fn json(kustomization: &str, object: &str) -> serde_json::Value {
        built(kustomization, object).0.json().remove(0)
    }

    #[test]
    fn what_is_not_known_to_be_of_the_cluster_gets_the_namespace() {
        let (case, gaps) =
            built("namespace: new", "apiVersion: x/v1\nkind: X\nmetadata: {name: a, namespace: old}\n");
        let resource = case.resources.get(0);
        let namespace = resource.root.at(&["metadata", "namespace"]).expect("it has one");
        assert_eq!(case.written(namespace.span()), "new");
        assert_eq!(case.before(&namespace.place()), ["old"]);
        assert_eq!(&*resource.id().namespace, "new");
        assert_eq!(&*resource.original_id().namespace, "old");
        assert!(gaps.is_empty());
        let node = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n";
        assert_eq!(json("namespace: new", node)["metadata"], json!({"name": "a"}));
    }

    #[test]
    fn namespaces_get_the_name() {
        let object = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
        assert_eq!(json("namespace: new", object)["metadata"], json!({"name": "new"}));
        let object = "apiVersion: x/v1\nkind: Namespace\nmetadata: {name: a}\n";
        assert_eq!(json("namespace: new", object)["metadata"], json!({"name": "a", "namespace": "new"}));
    }

    #[test]
    fn services_of_extensions_are_in_the_namespace() {
        let object =
            "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: a}\nspec: null\n";
        assert_eq!(json("namespace: new", object)["spec"], json!({"service": {"namespace": "new"}}));
        let object = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {conversion: {}}\n";
        assert_eq!(json("namespace: new", object)["spec"], json!({"conversion": {}}));
        let service = |namespace: &str| {
            format!("{{webhook: {{clientConfig: {{service: {{namespace: {namespace}}}}}}}}}")
        };
        let object = object.replace("{}", &service("null"));
        let expected = object.replace("null", "new");
        assert_eq!(built("namespace: new", &object).0.json(), Case::new("{}", &expected).json());
    }

    #[test]
    fn subjects_get_the_namespace_by_mode() {
        let namespaces = |kustomization: &str| {
            let subjects = json(kustomization, BINDING)["subjects"].take();
            let namespace = |index: usize| subjects[index]["namespace"].as_str().unwrap_or("").to_owned();
            [namespace(0), namespace(1)]
        };
        assert_eq!(namespaces("namespace: new"), ["new", "c"]);
        let mode = |mode: &str| namespaces(&format!("metadata: {{namespace: new}}\n{mode}"));
        assert_eq!(mode("setRoleBindingSubjects: allServiceAccounts"), ["", "new"]);
        assert_eq!(mode("setRoleBindingSubjects: none"), ["", "c"]);
        assert_eq!(mode(""), ["new", "c"]);
        assert_eq!(mode("setRoleBindingSubjects: allServiceAccounts\nunsetOnly: true"), ["", "c"]);
    }

    #[test]
    fn objects_that_become_equal_are_a_gap() {
        let object = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n";
        let (_, gaps) = built("namespace: new", &format!("{object}---\n{}", object.replace(": b", ": c")));
        assert_eq!(gaps[0].kind, GapKind::Duplicate);
    }

    #[test]
    fn an_object_that_stays_where_it_is_counts_as_moved_once() {
        let (mut case, _) =
            built("namespace: new", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: new}\n");
        assert_eq!(case.resources.get(0).previous.len(), 1);
        let before = case.resources.clone();
        let namespace =
            Namespace::of_field(&case.field("namespace"), &mut Vec::new()).expect("written above");
        namespace.apply(&mut case.resources, &Configuration::built_in(), &mut Vec::new());
        assert!(std::ptr::eq(before.get(0), case.resources.get(0)));
    }
}
