//! docs/config.schema.json, made of the types that read the configuration.

use super::{ConfigFile, parse};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Gives a word of the configuration its schema.
macro_rules! word {
    ($type:ty, $description:literal, $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = schemars::json_schema!($schema);
                schema.insert("description".into(), $description.into());
                schema
            }
        }
    };
}
pub(super) use word;

const PATH: &str = "docs/config.schema.json";

fn generated() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<ConfigFile>().to_value();
    let root = schema.as_object_mut().expect("a schema is an object");
    root.insert("title".into(), "Configuration of k8factor, .k8factor.yaml".into());
    schema
}

#[test]
fn the_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    let text = format!("{:#}\n", generated());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).expect("the repository can be written to");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "run `UPDATE=1 cargo test --lib schema`, and look at the difference");
}

/// Whether the schema accepts a text.
fn accepts(text: &str) -> bool {
    let value: Value = serde_yaml::from_str(text).expect("it is YAML");
    let value = if value.is_null() { serde_json::json!({}) } else { value };
    let validator = jsonschema::validator_for(&generated()).expect("it is a schema");
    validator.is_valid(&value)
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let cases = [
        "exclud: []",
        "exclude: a",
        "exclude: [[a]]",
        "fail-on: warnin",
        "fail-on: off",
        "fail-on: [info]",
        "baseline: [a]",
        "baseline: ''",
        "baseline: known/",
        "protect-from-label: -x",
        "protect-from-label: Exa_mple/x",
        "protect-from-label: a/b/c",
        "- a",
        "rules: [a]",
        "rules: {a: warn}",
        "rules: {a: true}",
        "rules: {a: }",
        "rules: {a: {severty: info}}",
        "rules: {a: {with: 3}}",
        "overrides: {}",
        "overrides: [{rules: {a: off}}]",
        "overrides: [{paths: [a]}]",
        "overrides: [{paths: [a], rules: {a: of}}]",
        "environments: [prod]",
        "environments: {prod: {a: b}}",
        "clusters: one",
        "clusters: [a b]",
        "clusters: [{aliases: [a]}]",
        "clusters: [{name: aa, alias: [b]}]",
        "not-clusters: [x y]",
        "waivers: [a]",
        "waivers: [{path: a}]",
        "waivers: [{rule: []}]",
        "waivers: [{rule: a, object: web}]",
        "waivers: [{rule: a, until: tomorrow}]",
        "waivers: [{rule: a, unti: 2027-01-01}]",
    ];
    for case in cases {
        assert!(parse(case).is_err(), "the reader accepts {case}");
        assert!(!accepts(case), "the schema accepts {case}");
    }
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let cases = [
        "",
        "exclude:",
        "exclude: [a/, '*.b']",
        "fail-on: info",
        "protect-from-label: example.com/protect-from",
        "rules: {a: off, b: false, c: info, d: {severity: error}, e: {with: {x: 1}}, f: {severity: off}}",
        "overrides: [{paths: a, rules: {a: off}}, {paths: [a, b], rules: {}}]",
        "environments: {prod: a/, dev: [b/, c/]}",
        "clusters: [one, {name: two.example.com, aliases: [two]}]",
        "not-clusters: [web]",
        "waivers: [{rule: a, reason: old}, {rule: [a, b], path: x/, object: A/b/c, until: 2027-01-01}]",
    ];
    for case in cases {
        assert!(parse(case).is_ok(), "the reader refuses {case}");
        assert!(accepts(case), "the schema refuses {case}");
    }
}

/// Every example of the documentation is one that works.
#[test]
fn the_examples_of_the_documentation_are_accepted() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md"));
    let page = page.expect("the document exists");
    let examples: Vec<_> =
        page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 8, "there are examples");
    for example in examples {
        if let Err(error) = parse(example) {
            panic!("{error}\n{example}");
        }
        assert!(accepts(example), "the schema refuses\n{example}");
    }
}
