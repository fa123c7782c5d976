//! Terraform is read into the shape of its own JSON, and every part knows its place.

use k8factor::hcl::{self, Unread};
use k8factor::source::{FileKind, Sources};
use k8factor::yaml::{Node, Schema, Tree};
use serde_json::{Value, json};
use std::thread;

fn read(text: &str) -> Result<Tree, Unread> {
    let file = Sources::default().add("a.tf".into(), FileKind::Terraform, text.into());
    hcl::parse(file, text.into())
}

fn tree(text: &str) -> Tree {
    read(text).unwrap_or_else(|unread| panic!("{text}: {unread:?}"))
}

fn root(tree: &Tree) -> Node<'_> {
    tree.roots().next().expect("a body")
}

fn json_of(text: &str) -> Value {
    let tree = tree(text);
    root(&tree).to_json(Schema::Kubectl).expect("it is JSON")
}

#[test]
fn blocks_have_the_shape_of_terraforms_json() {
    let cases = [
        (
            "a = 1\nb = \"x\"\nc = true\nd = null\ne = -1.5\n",
            json!({"a": 1, "b": "x", "c": true, "d": null, "e": -1.5}),
        ),
        ("resource \"t\" \"n\" {\n  a = 1\n}\n", json!({"resource": {"t": {"n": {"a": 1}}}})),
        (
            "resource \"t\" \"n\" {\n  a = 1\n}\nx {\n}\nresource \"t\" \"m\" {\n}\nresource \"u\" \"n\" {\n}\n",
            json!({"resource": {"t": {"n": {"a": 1}, "m": {}}, "u": {"n": {}}}, "x": {}}),
        ),
        ("locals {\n  a = 1\n}\nlocals {\n  b = 2\n}\n", json!({"locals": [{"a": 1}, {"b": 2}]})),
        ("module m {\n}\nmodule \"m\" {\n}\n", json!({"module": {"m": [{}, {}]}})),
        ("p {\n}\np \"a\" {\n}\n", json!({"p": [{}, {"a": {}}]})),
        (
            "a = [1, \"b\", [], {c = 2, \"d e\" : (\"f\")}]\n",
            json!({"a": [1, "b", [], {"c": 2, "d e": "f"}]}),
        ),
        ("a { b = 1 }\n", json!({"a": {"b": 1}})),
        ("a = \"x\\ny\\u00e9\\\"\"\n", json!({"a": "x\nyé\""})),
        ("\u{feff}a = <<X\n b\n  c\nX\n", json!({"a": " b\n  c\n"})),
        ("# a\n// b\n/* c */\n", json!({})),
    ];
    for (text, expected) in cases {
        assert_eq!(json_of(text), expected, "{text}");
    }
}

#[test]
fn texts_stand_where_they_are_written() {
    let text = "\u{feff}resource \"t\" \"n\" {\n  name = \"prod-1\"\n  b = <<-X\n    y\n  X\n}\n";
    let tree = tree(text);
    let body = root(&tree).at(&["resource", "t", "n"]).expect("written above");
    let slice = |span: k8factor::source::Span| &text[span.start as usize..span.end as usize];
    let name = body.get("name").expect("written above");
    assert_eq!((slice(name.span()), name.raw()), ("\"prod-1\"", "\"prod-1\""));
    assert_eq!(slice(name.span_within(0..6)), "prod-1");
    assert_eq!(name.as_str().as_deref(), Some("prod-1"));
    assert_eq!(slice(body.span()), &text[3..text.len() - 1]);
    assert_eq!(body.get("b").map(|b| slice(b.span())), Some("    y\n"));
    let keys: Vec<_> = body.entries().map(|entry| slice(entry.key.span())).collect();
    assert_eq!(keys, ["name", "b"]);
}

#[test]
fn what_terraform_computes_is_not_known() {
    for value in
        ["var.a", "f(\"x\")", "\"x-${var.a}\"", "a ? \"b\" : \"c\"", "-a", "[for x in y : x]", "<<X\n${a}\nX"]
    {
        let text = format!("a = {value}\nb = \"c\"\n");
        let tree = tree(&text);
        let entries: Vec<_> = root(&tree).entries().map(|entry| entry.value.as_str()).collect();
        assert_eq!(entries, [None, Some("c".into())], "{text}");
    }
}

/// tflint has a rule about it because Terraform does not mind.
#[test]
fn objects_may_have_a_key_twice() {
    for text in [
        "a = {\n  k = 1\n  k = 2\n}\n",
        "a = { \"k\" : 1, \"k\" : 2, b = 3, \"k\" : 4 }\n",
        "a = { 1 = 2, 1 = 3 }\n",
    ] {
        let tree = tree(text);
        let a = root(&tree).get("a").expect("written above");
        let keys: Vec<_> = a.entries().map(|entry| entry.key.text()).collect();
        assert!(keys.iter().filter(|key| **key == keys[0]).count() > 1, "{keys:?}");
    }
    let often = format!("a = {{\n{}}}\n", "k = 1\n".repeat(1_000));
    assert!(matches!(read(&often), Err(Unread::Broken { .. })));
}

#[test]
fn what_is_no_hcl_says_where() {
    for (text, at) in [("a", 1), ("a = \n", 4), ("a {\n", 4), ("a = 1\na = 2\n", 6)] {
        let Err(Unread::Broken { span, message }) = read(text) else { panic!("{text}") };
        assert!(span.start <= at + 1 && !message.is_empty(), "{text}: {span:?} {message}");
    }
}

/// Rayon's threads have 2 MiB. Half of that is enough for everything that is read.
#[test]
fn nothing_runs_out_of_stack() {
    let cases: [(&str, &str, &str); 15] = [
        ("a=", "1+f(", ")"),
        ("a=", "1+\"${", "}\""),
        ("a=", "1+[for x in ", " : x]"),
        ("a=", "(", ")"),
        ("a=", "[", "]"),
        ("a=", "!", ""),
        ("a=", "-", ""),
        ("a=", "{b=", "}"),
        ("a=", "f(", ")"),
        ("a=", "b[", "]"),
        ("a=", "\"${", "}\""),
        ("a=", "b?c:", ""),
        ("a=", "[for x in ", ":x]"),
        ("", "a {\n", "}\n"),
        ("", "a \"b\" \"c\" \"d\" \"e\" {\n", "}\n"),
    ];
    for (start, open, close) in cases {
        for depth in [40, 60, 64, 65, 100_000] {
            let text = format!("{start}{}1{}\n", open.repeat(depth), close.repeat(depth));
            let text = if start.is_empty() { text.replace('1', "") } else { text };
            let thread = thread::Builder::new().stack_size(1 << 20);
            let thread = thread.spawn(move || read(&text).is_ok()).expect("a thread");
            let is_read = thread.join().expect("nothing panics");
            assert!(is_read || depth > 60, "{start}{open} {depth}");
            assert!(!is_read || depth < 70, "{start}{open} {depth}");
        }
    }
    let chain = |count: usize| read(&format!("a = 1{}\n", " + 1".repeat(count))).is_ok();
    assert!(chain(100) && !chain(100_000));
}
