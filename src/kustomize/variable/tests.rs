//! What is expected is what kustomize 5.5.0 makes of the same variables.

use super::*;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::testing::{Files, messages};
use serde_json::json;

const OBJECTS: &str = "apiVersion: v1
kind: Service
metadata: {name: svc}
spec: {ports: [{port: 80, name: web}], type: ClusterIP, q: {a: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: pod, annotations: {a: $(NAME), p: $(PORT)}}
spec:
  containers:
  - name: c
    command: [x-$(NAME)-$(PORT), $(PORT), $(NOPE), $$(NAME), $, $(, $x, 'a$(NAME', $(NAME)$(NAME), $(MAP)]
    env:
    - {name: A, value: $(NAME)}
    - {name: B, value: $(PORT)}
";

const VARIABLES: &str = "- name: NAME
  objref: {apiVersion: v1, kind: Service, name: svc}
- name: PORT
  objref: {version: v1, kind: Service, name: svc}
  fieldref: {fieldpath: 'spec.ports[0].port'}
- name: MAP
  objref: {version: v1, kind: Service, name: svc}
  fieldref: {fieldpath: spec.q}
";

fn expanded_all(files: &Files) -> (Resources, Vec<Gap>) {
    let mut resources = files.resources("all.yaml");
    let (mut variables, mut gaps) = (Vec::new(), Vec::new());
    record(&files.document("v.yaml"), &mut variables, &mut resources, &mut gaps);
    // The object is found although it has another name by now.
    let name = Value::text_at("p-svc", resources.get(0).head());
    resources.get_mut(0).rename(name);
    expand(&mut resources, &variables, &Configuration::built_in().var_reference, &mut gaps);
    (resources, gaps)
}

#[test]
fn names_are_replaced_and_dollars_escaped() {
    let files = Files::of(&[("all.yaml", OBJECTS), ("v.yaml", VARIABLES)]);
    let (resources, gaps) = expanded_all(&files);
    assert_eq!(messages(&gaps), Vec::<&str>::new());
    let pod = resources.get(1).root.to_json();
    let container = &pod["spec"]["containers"][0];
    let command =
        json!(["x-p-svc-80", 80, "$(NOPE)", "$(NAME)", "$", "$(", "$x", "a$(NAME", "p-svcp-svc", "$(MAP)"]);
    assert_eq!(container["command"], command);
    assert_eq!(container["env"], json!([{ "name": "A", "value": "p-svc" }, { "name": "B", "value": 80 }]));
    assert_eq!(pod["metadata"]["annotations"], json!({ "a": "p-svc", "p": "80" }));
}

#[test]
fn a_value_stands_where_its_source_is_written() {
    let files = Files::of(&[("all.yaml", OBJECTS), ("v.yaml", VARIABLES)]);
    let (resources, _) = expanded_all(&files);
    let container =
        resources.get(1).root.at(&["spec", "containers"]).expect("it has containers").items().swap_remove(0);
    let port =
        container.get("env").expect("it has variables").items()[1].get("value").expect("it has a value");
    assert_eq!(files.at(&port.place()), "80");
    assert_eq!(port.place().changes()[0].operation, Operation::Variable);
    let escaped = &container.get("command").expect("it has a command").items()[3];
    assert_eq!(files.pieces(escaped), ["$", "(NAME)"]);
}

#[test]
fn what_means_no_object_or_two_is_a_gap() {
    let twice = "apiVersion: v1\nkind: Service\nmetadata: {name: svc, namespace: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: svc, namespace: b}\n";
    let text = "- name: TWO\n  objref: {apiVersion: v1, kind: Service, name: svc}\n- name: NONE\n  objref: {apiVersion: v1, kind: Service, name: none}\n- name: FIELD\n  objref: {apiVersion: v1, kind: Service, name: svc, namespace: b}\n  fieldref: {fieldpath: spec.x}\n- name: NONE\n- {}\n";
    let files = Files::of(&[("all.yaml", twice), ("v.yaml", text)]);
    let (_, gaps) = expanded_all(&files);
    assert_eq!(
        messages(&gaps),
        [
            "the variable `TWO` may mean 2 objects: Service `svc`",
            "there is another variable `NONE` already",
            "a variable needs a name",
            "no object is what the variable `TWO` means",
            "no object is what the variable `NONE` means",
            "Service `svc` in namespace `b` has no field `spec.x`",
        ]
    );
}
