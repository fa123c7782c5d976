//! Every JSON report conforms to `docs/report.schema.json`, and the schema allows nothing else.

mod sample;

use jsonschema::Validator;
use k8factor::report::{Report, json};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../docs/report.schema.json")).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

fn written(report: &Report) -> Value {
    let mut out = Vec::new();
    json::write(report, &mut out).expect("a Vec takes everything");
    serde_json::from_slice(&out).expect("the report is JSON")
}

fn objections(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn reports_conform() {
    let validator = validator();
    let cases = [
        ("empty", sample::report(&[])),
        ("full", sample::full()),
        ("hostile", sample::hostile()),
        ("odd places", sample::odd_places()),
        ("many places", sample::many_places()),
    ];
    for (name, report) in cases {
        assert_eq!(objections(&validator, &written(&report)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_waived_finding_conforms() {
    let mut report = written(&sample::full());
    let finding = report["findings"][0].clone();
    let location = finding["location"].clone();
    report["waived"] = json!([
        {"finding": finding, "waiver": {"location": location, "reason": "moved by hand", "until": "2027-03-31"}}
    ]);
    assert_eq!(objections(&validator(), &report), Vec::<String>::new());
}

#[test]
fn what_the_input_says_is_what_programs_read() {
    let report = sample::hostile();
    let written = written(&report);
    let finding = &report.findings[0];
    assert_eq!(written["findings"][0]["message"], finding.message);
    assert_eq!(written["findings"][0]["location"]["path"], report.sources.get(finding.span.file).path());
}

#[test]
fn an_unknown_field_is_refused_everywhere() {
    let validator = validator();
    let report = written(&sample::full());
    let objects = pointers_to_objects(&report, String::new());
    assert!(objects.len() > 30, "the sample has something of everything");
    for pointer in objects {
        let mut changed = report.clone();
        let object = changed.pointer_mut(&pointer).and_then(Value::as_object_mut).expect("found above");
        object.insert("unknown".into(), json!(1));
        assert!(!validator.is_valid(&changed), "an unknown field is allowed in {pointer:?}");
    }
}

fn pointers_to_objects(value: &Value, pointer: String) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), field)).collect(),
        _ => return Vec::new(),
    };
    let below =
        children.iter().flat_map(|(key, child)| pointers_to_objects(child, format!("{pointer}/{key}")));
    let mut pointers: Vec<String> = below.collect();
    if value.is_object() {
        pointers.push(pointer);
    }
    pointers
}
