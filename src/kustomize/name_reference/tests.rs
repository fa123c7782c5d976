//! What is expected is what kustomize 5.5.0 makes of the same objects.

use super::*;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::resource::Resource;
use crate::kustomize::testing::{Files, messages};
use serde_json::{Value as Json, json};

/// Puts the prefix that stands in `prefix.yaml` before the name, as `namePrefix` does.
fn prefix(resource: &mut Resource, files: &Files) {
    let prefix = files.document("prefix.yaml");
    let name = resource.root.at(&["metadata", "name"]).expect("built above");
    let mut composed = Composed::default();
    composed.push(&prefix);
    composed.push(&name);
    resource.prefixes.push(prefix.text().into());
    resource.rename(composed.into_value(name.span(), Vec::new()));
}

fn fixed(files: &Files, is_renamed: impl Fn(&Resource) -> bool) -> (Resources, Vec<Gap>) {
    let mut resources = files.resources("all.yaml");
    for index in 0..resources.len() {
        if is_renamed(resources.get(index)) {
            prefix(resources.get_mut(index), files);
        }
    }
    let mut gaps = Vec::new();
    fix_names(&mut resources, &Configuration::built_in().name_reference, &mut gaps);
    (resources, gaps)
}

fn files(all: &str) -> Files {
    Files::of(&[("all.yaml", all), ("prefix.yaml", "p-\n")])
}

fn at(resources: &Resources, index: usize, path: &[&str]) -> Json {
    resources.get(index).root.at(path).expect("built above").to_json()
}

const BINDING: &str = "apiVersion: v1
kind: ServiceAccount
metadata: {name: sa, namespace: ns1}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: sb}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb, namespace: ns2}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: same}
subjects:
- {kind: ServiceAccount, name: sa, namespace: ns1}
- {kind: ServiceAccount, name: sb, namespace: default}
- {kind: User, name: sa}
- {kind: ServiceAccount, name: sa}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: same, namespace: ns2}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: same}
rules:
- {resourceNames: [cm, other], resources: [configmaps], verbs: [get], apiGroups: ['']}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
";

#[test]
fn bindings_refer_to_accounts_of_other_namespaces_and_to_roles_of_one_kind() {
    let files = files(BINDING);
    let (resources, gaps) = fixed(&files, |resource| &*resource.id().gvk.kind != "Role");
    assert_eq!(messages(&gaps), Vec::<&str>::new());
    assert_eq!(at(&resources, 2, &["roleRef", "name"]), "p-same");
    assert_eq!(
        at(&resources, 2, &["subjects"]),
        json!([
            { "kind": "ServiceAccount", "name": "p-sa", "namespace": "ns1" },
            { "kind": "ServiceAccount", "name": "sb", "namespace": "default" },
            { "kind": "User", "name": "p-sa", "namespace": "ns1" },
            { "kind": "ServiceAccount", "name": "p-sa", "namespace": "ns1" },
        ])
    );
    // A list of names; a role of the cluster can refer to everything.
    let rules = at(&resources, 4, &["rules"]);
    assert_eq!(rules[0]["resourceNames"], json!(["p-cm", "other"]));
}

#[test]
fn a_reference_stays_where_it_is_written() {
    let text = "apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  volumes:
  - name: cm
    configMap: {name: \"cm\"}
  - name: secret
    secret: {secretName: cm}
";
    let files = files(text);
    let (resources, _) = fixed(&files, |resource| &*resource.id().name == "cm");
    let volumes = resources.get(1).root.at(&["spec", "volumes"]).expect("built above").items();
    let name = volumes[0].at(&["configMap", "name"]).expect("built above");
    assert_eq!(name.text(), "p-cm");
    assert_eq!(files.pieces(&name), ["p-", "cm"]);
    assert_eq!(files.at(&name.place()), "\"cm\"");
    assert_eq!(name.place().changes()[0].operation, Operation::Reference);
    assert_eq!(volumes[0].text_of(&["name"]).expect("built above"), "cm");
    assert_eq!(volumes[1].text_of(&["secret", "secretName"]).expect("built above"), "cm");
}

#[test]
fn nothing_is_copied_where_nothing_changes() {
    let text = "apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec: {volumes: [{name: x, configMap: {name: other}}]}
";
    let (resources, _) = fixed(&files(text), |resource| &*resource.id().name == "cm");
    assert!(resources.get(1).root.node().is_some());
}

#[test]
fn objects_of_other_namespaces_are_not_meant() {
    let text = "apiVersion: v1
kind: ConfigMap
metadata: {name: cm, namespace: other}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec: {volumes: [{name: x, configMap: {name: cm}}]}
";
    let (resources, _) = fixed(&files(text), |resource| &*resource.id().name == "cm");
    assert_eq!(at(&resources, 1, &["spec", "volumes"])[0]["configMap"]["name"], "cm");
}

#[test]
fn webhooks_take_the_namespace_of_their_service() {
    let text = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: w}
webhooks:
- name: a
  clientConfig: {service: {name: svc, namespace: ns1}}
- name: b
  clientConfig: {service: {name: svc}}
---
apiVersion: v1
kind: Service
metadata: {name: svc, namespace: ns1}
";
    let (resources, _) = fixed(&files(text), |_| true);
    let webhooks = at(&resources, 0, &["webhooks"]);
    for webhook in webhooks.as_array().expect("built above") {
        assert_eq!(webhook["clientConfig"]["service"], json!({ "name": "p-svc", "namespace": "ns1" }));
    }
}

#[test]
fn what_may_mean_two_objects_is_left_and_said() {
    let text = "apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec: {volumes: [{name: x, configMap: {name: cm}}]}
";
    let files = files(text);
    let mut resources = files.resources("all.yaml");
    prefix(resources.get_mut(0), &files);
    prefix(resources.get_mut(1), &files);
    prefix(resources.get_mut(1), &files);
    let mut gaps = Vec::new();
    let pod = |resources: &Resources| at(resources, 2, &["spec", "volumes"])[0]["configMap"]["name"].clone();
    let mut alike = resources.clone();
    // Neither went the way of the pod, so neither is meant.
    fix_names(&mut resources, &Configuration::built_in().name_reference, &mut gaps);
    assert_eq!(pod(&resources), "cm");
    // One of them went the same way.
    prefix(alike.get_mut(2), &files);
    prefix(alike.get_mut(2), &files);
    alike.get_mut(0).prefixes = vec!["x-".into()];
    fix_names(&mut alike, &Configuration::built_in().name_reference, &mut gaps);
    assert_eq!(pod(&alike), "p-p-cm");
    assert_eq!(messages(&gaps), Vec::<&str>::new());
    // There is nothing to tell them apart by.
    resources.get_mut(0).prefixes.clear();
    resources.get_mut(1).prefixes.clear();
    fix_names(&mut resources, &Configuration::built_in().name_reference, &mut gaps);
    assert_eq!(pod(&resources), "cm");
    assert_eq!(messages(&gaps), ["`cm` may refer to ConfigMap `p-cm` or to ConfigMap `p-p-cm`"]);
    assert_eq!(gaps[0].kind, GapKind::Ambiguous);
}
