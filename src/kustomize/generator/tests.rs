//! The expected objects and hashes are those of kustomize 5.5.0.

use super::*;
use crate::kustomize::hash::{append_hashes, hash};
use crate::kustomize::testing::{Files, messages};
use serde_json::json;

/// Builds the generators of `kustomization.yaml` upon the objects of `all.yaml`.
fn build(files: &Files, gaps: &mut Vec<Gap>) -> Resources {
    let mut resources = files.resources("all.yaml");
    let root = files.document("kustomization.yaml");
    for (list, what) in [("configMapGenerator", Generated::ConfigMap), ("secretGenerator", Generated::Secret)]
    {
        for entry in root.get(list).map(|list| list.items()).unwrap_or_default() {
            let options = root.get("generatorOptions");
            let made = generate(what, &entry, options.as_ref(), "", &files.store(), gaps);
            if let Some(made) = made {
                absorb(made, &mut resources, gaps);
            }
        }
    }
    resources
}

fn built(text: &str) -> (Resources, Vec<String>) {
    let files = Files::of(&[("a.env", "A=1\nA=2\n"), ("kustomization.yaml", text)]);
    let mut gaps = Vec::new();
    let resources = build(&files, &mut gaps);
    (resources, messages(&gaps).into_iter().map(str::to_string).collect())
}

#[test]
fn values_come_from_env_files_literals_and_files() {
    let files = Files::of(&[
        ("a.env", "A=1\n\n#c\n  B=2 \nC\nD= \"x\"\n"),
        ("b.env", "\u{feff}Z=1\r\nY=2\r\n"),
        ("f.txt", "hello\nworld  \n\n"),
        (
            "kustomization.yaml",
            "generatorOptions:
  labels: {a: global, nn: '5'}
  immutable: true
configMapGenerator:
- name: one
  namespace: mine
  envs: [b.env, a.env]
  literals: [\"K='quoted'\", 'E=', 'J=a=b', NUM=5]
  files: [f.txt, named=f.txt]
  options: {labels: {a: local}, disableNameSuffixHash: true}
",
        ),
    ]);
    let mut gaps = Vec::new();
    let resources = build(&files, &mut gaps);
    assert_eq!(messages(&gaps), Vec::<&str>::new());
    let root = &resources.get(0).root;
    let expected = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "one", "namespace": "mine", "labels": { "a": "local", "nn": "5" } },
        "immutable": true,
        "data": {
            "Z": "1", "Y": "2", "A": "1", "B": "2 ", "C": "", "D": " \"x\"", "K": "quoted", "E": "", "J": "a=b",
            "NUM": "5", "f.txt": "hello\nworld  \n\n", "named": "hello\nworld  \n\n",
        },
    });
    assert_eq!(root.to_json(), expected);
    let at = |path: &[&str]| files.at(&root.at(path).expect("built above").place()).to_string();
    assert_eq!(at(&["data", "K"]), "quoted");
    assert_eq!(at(&["data", "J"]), "a=b");
    assert_eq!(at(&["data", "Y"]), "2");
    assert_eq!(at(&["data", "B"]), "2 ");
    assert_eq!(at(&["data", "f.txt"]), "hello\nworld  \n\n");
    assert_eq!(at(&["metadata", "name"]), "one");
}

#[test]
fn secrets_are_encoded_and_have_a_type() {
    let (resources, gaps) = built(
        "secretGenerator:\n- name: s1\n  literals: [a=b]\n- name: s2\n- name: s3\n  type: kubernetes.io/tls\n",
    );
    assert_eq!(gaps, Vec::<String>::new());
    assert_eq!(resources.get(0).root.at(&["data"]).expect("built above").to_json(), json!({ "a": "Yg==" }));
    assert_eq!(hash(&resources.get(0).root), "k695gkmbtk");
    assert_eq!(hash(&resources.get(1).root), "46f8b28mk5");
    assert_eq!(resources.get(2).root.text_of(&["type"]).expect("built above"), "kubernetes.io/tls");
}

#[test]
fn the_name_ends_with_a_hash_of_the_content() {
    let text = "configMapGenerator:\n- name: a1\n  literals: [\"u=<a>&\\\"\\\\ \\té\"]\n- name: a2\n- name: a3\n  options: {disableNameSuffixHash: true}\n";
    let files = Files::of(&[("kustomization.yaml", text)]);
    let mut resources = build(&files, &mut Vec::new());
    append_hashes(&mut resources);
    let names: Vec<_> = resources.iter().map(|resource| resource.id().name.to_string()).collect();
    assert_eq!(names, ["a1-m4hkt97t2f", "a2-6ct58987ht", "a3"]);
    assert_eq!(&*resources.get(0).original_id().name, "a1");
    let name = resources.get(0).root.at(&["metadata", "name"]).expect("built above");
    assert_eq!(files.pieces(&name), ["a1", "<-m4hkt97t2f>"]);
}

#[test]
fn what_cannot_be_read_is_a_gap_and_the_rest_is_there() {
    let (resources, gaps) = built(
        "configMapGenerator:
- name: a1
  envs: [a.env, no.env]
  literals: ['=1', abc, k=v, k=w]
  files: [a=b=c, '=x', 'x=', ../../out, https://example.com/x, ok=a.env]
- literals: [a=b]
",
    );
    assert_eq!(
        gaps,
        [
            "`no.env` is not there",
            "this is not of the form key=value",
            "this is not of the form key=value",
            "this is neither a path nor of the form key=path",
            "this is neither a path nor of the form key=path",
            "this is neither a path nor of the form key=path",
            "`../../out` is not there",
            "`https://example.com/x` would have to be fetched",
            "the key `A` is given twice",
            "the key `k` is given twice",
            "a generator needs a name",
        ]
    );
    let data = resources.get(0).root.at(&["data"]).expect("built above").to_json();
    assert_eq!(data, json!({ "A": "1", "k": "v", "ok": "A=1\nA=2\n" }));
}

#[test]
fn merging_keeps_metadata_and_lays_data_over_data() {
    let files = Files::of(&[
        (
            "all.yaml",
            "apiVersion: v1
kind: ConfigMap
metadata: {name: m, labels: {l: old, k: old}, annotations: {q: old}, finalizers: [f]}
data: {a: '1', b: '2'}
extra: 1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: r, labels: {k: old}}
data: {a: '1', b: '2'}
",
        ),
        (
            "kustomization.yaml",
            "configMapGenerator:
- name: m
  behavior: merge
  literals: [a=new, c=3]
  options: {labels: {l: new}, immutable: true}
- name: r
  namespace: default
  behavior: replace
  literals: [a=new]
- name: none
  behavior: merge
- name: m
",
        ),
    ]);
    let mut gaps = Vec::new();
    let resources = build(&files, &mut gaps);
    assert_eq!(
        messages(&gaps),
        [
            "there is no ConfigMap `none` to merge with or to replace",
            "ConfigMap `m` is there already, and `behavior` is neither merge nor replace"
        ]
    );
    let merged = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "m", "labels": { "l": "new", "k": "old" }, "annotations": { "q": "old" } },
        "immutable": true,
        "data": { "a": "new", "b": "2", "c": "3" },
    });
    assert_eq!(resources.get(0).root.to_json(), merged);
    // The old one wanted no hash, so the new one gets none.
    assert!(!resources.get(0).needs_hash);
    let replaced = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "r", "labels": { "k": "old" } },
        "data": { "a": "new" },
    });
    assert_eq!(resources.get(1).root.to_json(), replaced);
    let removed: Vec<_> = resources.get(1).removed.iter().map(|removed| removed.pointer.as_str()).collect();
    assert_eq!(removed, ["/data/b"]);
    let changed = resources.get(0).root.at(&["data", "a"]).expect("built above").place();
    assert_eq!(files.at(&changed), "new");
    assert_eq!(changed.changes().len(), 1);
}
