//! What is expected is what kustomize 5.5.0 makes of the same replacements.

use super::*;
use crate::kustomize::testing::{Files, messages};
use serde_json::{Value as Json, json};

const OBJECTS: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: src}
data: {host: a.b.c, port: '80', list: 'x:y'}
obj: {q: 1}
num: 8
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, annotations: {a.b/c: old}}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: c1
        image: repo/img:tag
        args: [-a, -b]
        env: [{name: HOST, value: zzz}, {name: X, value: '1'}]
      - name: c2
        image: repo/other:tag
";

fn files(replacements: &str) -> Files {
    Files::of(&[
        ("all.yaml", OBJECTS),
        (
            "one.yaml",
            "source: {name: src, fieldPath: num}\ntargets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]\n",
        ),
        ("r.yaml", replacements),
    ])
}

fn run(files: &Files) -> (Resources, Vec<Gap>) {
    let mut resources = files.resources("all.yaml");
    let mut gaps = Vec::new();
    let replacements = read(&files.document("r.yaml"), "", &files.store(), &mut gaps);
    replace(&replacements, &mut resources, &mut gaps);
    (resources, gaps)
}

/// Puts a field of the `ConfigMap` into a field of the `Deployment`.
fn put_field(source: &str, target: &str, options: &str) -> (Json, Vec<String>) {
    let text = format!(
        "- source: {{kind: ConfigMap, name: src, fieldPath: {source}}}
  targets:
  - select: {{kind: Deployment}}
    fieldPaths: ['{target}']
    options: {{{options}}}
"
    );
    let (resources, gaps) = run(&files(&text));
    let messages = messages(&gaps).into_iter().map(str::to_string).collect();
    (resources.get(1).root.to_json(), messages)
}

const CONTAINERS: &str = "spec.template.spec.containers";

fn container(source: &str, target: &str, options: &str, container: usize) -> Json {
    let (root, messages) = put_field(source, &format!("{CONTAINERS}.{target}"), options);
    assert_eq!(messages, Vec::<String>::new());
    root["spec"]["template"]["spec"]["containers"][container].clone()
}

#[test]
fn paths_lead_through_fields_numbers_stars_and_choices() {
    for index in [0, 1] {
        assert_eq!(container("data.host", "*.image", "", index)["image"], "a.b.c");
        assert_eq!(container("data.host", "[name=c].image", "", index)["image"], "a.b.c");
    }
    assert_eq!(container("data.host", "0.image", "", 0)["image"], "a.b.c");
    assert_eq!(container("data.host", "0.image", "", 1)["image"], "repo/other:tag");
    assert_eq!(container("data.host", "*.env.[name=HOST].value", "", 0)["env"][0]["value"], "a.b.c");
    assert_eq!(container("data.host", "[name=c1].args.[=-a]", "", 0)["args"], json!(["a.b.c", "-b"]));
    for path in ["metadata.annotations.a\\.b/c", "metadata.annotations.[a.b/c]"] {
        assert_eq!(put_field("data.host", path, "").0["metadata"]["annotations"]["a.b/c"], "a.b.c");
    }
}

#[test]
fn delimiters_cut_texts() {
    let image = |options: &str| container("data.host", "0.image", options, 0)["image"].clone();
    assert_eq!(image("delimiter: ':', index: 1"), "repo/img:a.b.c");
    assert_eq!(image("delimiter: '/'"), "a.b.c/img:tag");
    assert_eq!(image("delimiter: ':', index: 2"), "repo/img:tag:a.b.c");
    assert_eq!(image("delimiter: ':', index: -1"), "a.b.c:repo/img:tag");
    let (root, _) = put_field("data.list, options: {delimiter: ':', index: 1}", "metadata.name", "");
    assert_eq!(root["metadata"]["name"], "y");
}

#[test]
fn a_scalar_keeps_its_type() {
    assert_eq!(put_field("data.port", "spec.replicas", "").0["spec"]["replicas"], 80);
    assert_eq!(container("num", "0.env.[name=X].value", "", 0)["env"][1]["value"], "8");
    assert_eq!(put_field("data.port", "spec.new", "create: true").0["spec"]["new"], 80);
    assert_eq!(
        put_field("num", "metadata.annotations.new", "create: true").0["metadata"]["annotations"]["new"],
        "8"
    );
    assert_eq!(put_field("obj", "metadata.annotations", "").0["metadata"]["annotations"], json!({ "q": 1 }));
}

#[test]
fn fields_are_made_on_demand() {
    let made = |path: &str| put_field("data.host", path, "create: true").0["spec"]["x"].clone();
    assert_eq!(made("spec.x.y.[name=q].z"), json!({ "y": [{ "name": "q", "z": "a.b.c" }] }));
    assert_eq!(made("spec.x.0.z"), json!([{ "z": "a.b.c" }]));
    assert_eq!(put_field("obj", "spec.x", "create: true").0["spec"]["x"], json!({ "q": 1 }));
    let args = container("data.host", "[name=c1].args.2", "create: true", 0)["args"].clone();
    assert_eq!(args, json!(["-a", "-b", "a.b.c"]));
    let new = container("data.host", "[name=c9].image", "create: true", 2);
    assert_eq!(new, json!({ "name": "c9", "image": "a.b.c" }));
    let env = container("data.host", "*.env.[name=NEW].value", "create: true", 1)["env"].clone();
    assert_eq!(env, json!([{ "name": "NEW", "value": "a.b.c" }]));
}

#[test]
fn what_cannot_be_set_is_a_gap() {
    let message = |source: &str, target: &str, options: &str| put_field(source, target, options).1.join(", ");
    let set = |path: &str, why: &str| format!("`{path}` of Deployment `d` cannot be set: {why}");
    let missing = set("metadata.annotations.new", "it is not there");
    assert_eq!(message("data.host", "metadata.annotations.new", ""), missing);
    let missing = set("spec.x.1.z", "there is no item 1, only 0 items");
    assert_eq!(message("data.host", "spec.x.1.z", "create: true"), missing);
    let missing = set("spec.replicas.x", "there is no mapping with a key `x`");
    assert_eq!(message("data.host", "spec.replicas.x", ""), missing);
    let missing = set("spec.*.x", "`*` stands for every item, and there is no list");
    assert_eq!(message("data.host", "spec.*.x", ""), missing);
    let cut = set("spec.template", "only a text can be cut at a delimiter");
    assert_eq!(message("data.host", "spec.template", "delimiter: x"), cut);
    assert_eq!(message("data.nope", "spec.replicas", ""), "ConfigMap `src` has no field `data.nope`");
}

#[test]
fn sources_are_one_object_or_a_value() {
    let text = "- source: {kind: Nothing}
  targets: [{select: {kind: Deployment}}]
- source: {version: v1}
  targets: [{select: {kind: Deployment}}]
- sourceValue: given
  targets: [{select: {name: d|x}, reject: [{name: x}]}, {select: {name: src}, reject: [{kind: ConfigMap}]}]
- path: one.yaml
- path: none.yaml
- sourceValue: given
";
    let (resources, gaps) = run(&files(text));
    assert_eq!(
        messages(&gaps),
        [
            "`none.yaml` is not there",
            "no object is what this source selects",
            "this source selects more than one object: ConfigMap `src` and Deployment `d`",
            "a replacement needs targets",
        ]
    );
    assert_eq!(&*resources.get(0).id().name, "src");
    assert_eq!(&*resources.get(1).id().name, "given");
    assert_eq!(resources.get(1).root.text_of(&["spec", "replicas"]).expect("it has replicas"), "8");
}

#[test]
fn targets_are_chosen_by_labels_too() {
    let put = |target: &str| {
        let text = format!("- sourceValue: given\n  targets: [{{{target}, fieldPaths: [spec.replicas]}}]\n");
        let objects = OBJECTS.replace("{name: d,", "{name: d, labels: {app: web},");
        let files = Files::of(&[("all.yaml", &objects), ("r.yaml", &text)]);
        let (resources, gaps) = run(&files);
        assert_eq!(messages(&gaps), Vec::<&str>::new());
        resources.get(1).root.text_of(&["spec", "replicas"]).is_some_and(|replicas| replicas == "given")
    };
    assert!(put("select: {labelSelector: app=web}"));
    assert!(!put("select: {kind: Deployment, labelSelector: app=db}"));
    assert!(!put("select: {kind: Deployment}, reject: [{labelSelector: app=web}]"));
    assert!(!put("select: {kind: Deployment}, reject: [{name: d, labelSelector: app=db}]"));
    assert!(put("select: {kind: Deployment}, reject: [{labelSelector: app=db}]"));
}

#[test]
fn a_value_stands_where_its_source_is_written() {
    let text = "- source: {kind: ConfigMap, fieldPath: data.host}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.template.spec.containers.0.image]
    options: {delimiter: ':', index: 1}
";
    let files = files(text);
    let (resources, _) = run(&files);
    let containers =
        resources.get(1).root.at(&["spec", "template", "spec", "containers"]).expect("it has containers");
    let image = containers.items()[0].get("image").expect("it has an image");
    assert_eq!(files.pieces(&image), ["repo/img:", "a.b.c"]);
    assert_eq!(files.at(&image.place()), "a.b.c");
    assert_eq!(image.place().changes()[0].operation, Operation::Replacement);
}
