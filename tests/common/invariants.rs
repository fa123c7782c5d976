//! What must hold for every text there is. The fuzz target includes this file.
#![allow(dead_code, reason = "each fuzz target uses one function")]

use k8factor::source::{FileKind, Sources};
use k8factor::yaml::{self, Node, Schema, Tree};

/// Reads a text in every way and panics where a promise is broken.
pub(crate) fn check(text: &str) {
    let file = Sources::default().add("any.yaml".into(), FileKind::Yaml, "".into());
    check_tree(&yaml::parse(file, text.into()), text);
    check_tree(&yaml::parse_json(file, text.into()), text);
    if text.contains("{{") {
        check_template(text);
    }
}

/// Reads a text as a template, which it need not look like.
pub(crate) fn check_template(text: &str) {
    let file = Sources::default().add("any.yaml".into(), FileKind::HelmTemplate, "".into());
    check_tree(&yaml::parse_template(file, text.into()), text);
    yaml::looks_like_template(text);
}

fn check_tree(tree: &Tree, text: &str) {
    if let Some(broken) = tree.broken_invariant() {
        panic!("{broken}\n{text:?}");
    }
    for document in tree.documents() {
        let Some(root) = document.root(tree) else {
            continue;
        };
        for node in root.walk() {
            let length = node.text().len();
            let within = node.span_within(length / 2..length);
            assert!(
                text.get(within.start as usize..within.end as usize).is_some() || within == node.span(),
                "{text:?}"
            );
            let _ = (
                node.value(),
                node.value_as(Schema::Kustomize),
                node.is_templated(),
                node.tag(),
                node.anchor(),
            );
            let _ = (node.entries().count(), node.items().count(), node.get("a"), node.entry("<<"));
        }
        let _ = (root.to_json(Schema::Kubectl), root.to_json(Schema::Kustomize));
        let _ = yaml::from_node::<serde_json::Value>(root);
        for embedded in root.walk().filter_map(Node::embedded).take(20) {
            assert_eq!(
                embedded.broken_invariant().filter(|broken| !broken.contains("a trouble is no text")),
                None,
                "{text:?}"
            );
        }
    }
}
