//! Texts as kubectl and kustomize read them: answers of the real readers, and a table of our own.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::shared;
use k8factor::yaml::{self, Fault, Readers, Schema};
use serde::Deserialize;
use serde_json::Value;

/// Two keys of one JSON object, of which Go keeps the one its random order of maps puts last.
const DECIDED_BY_CHANCE: &str = "1: a\n\"1\": b";

#[test]
fn every_answer_of_the_real_readers_is_ours() {
    let Some(folder) = shared::folder("oracles/yaml", "answers of kubectl and kustomize") else { return };
    let table = std::fs::read_to_string(folder.join("kubernetes-reading.jsonl")).unwrap();
    let cases: Vec<Value> = table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut differing = Vec::new();
    for case in &cases {
        for (reader, name) in [(Reader::KUBECTL, "kubectl"), (Reader::KUSTOMIZE, "kustomize")] {
            let (text, expected) = (case["input"].as_str().unwrap(), case[name].as_str().unwrap());
            let answer = reader.first_document(text);
            if !agrees(&answer, expected) && text != DECIDED_BY_CHANCE {
                differing.push(format!("{name} {text:?}\n  expected {expected}\n  read     {answer:?}"));
            }
        }
    }
    println!("answers: {} of {}", 2 * cases.len() - differing.len(), 2 * cases.len());
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    kubectl: String,
    kustomize: String,
    yaml: Option<String>,
    trouble: Option<String>,
}

#[test]
fn our_own_table_holds() {
    let path = common::fixtures("yaml").join("kubernetes-reading.yaml");
    let table = std::fs::read_to_string(path).unwrap();
    let tree = yaml::parse(common::file(), table.as_str().into());
    let cases: Vec<Case> = yaml::from_node(tree.roots().next().unwrap()).unwrap();
    assert!(cases.len() > 50);
    let failures: Vec<_> = cases.iter().flat_map(failures).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn failures(case: &Case) -> Vec<String> {
    let mut failures = Vec::new();
    for (reader, expected) in [(Reader::KUBECTL, &case.kubectl), (Reader::KUSTOMIZE, &case.kustomize)] {
        let answer = reader.whole(&case.text);
        let expected: Option<Value> = (expected != "refused").then(|| parse_json(expected));
        if answer.as_ref().ok() != expected.as_ref() {
            failures.push(format!("{:?} {:?}\n  read {answer:?}", case.text, reader.schema));
        }
    }
    let tree = yaml::parse(common::file(), case.text.as_str().into());
    let troubles = tree.troubles();
    if let Some(fault) = &case.trouble
        && !troubles.iter().any(|trouble| format!("{:?}", trouble.fault) == *fault)
    {
        failures.push(format!("{:?} has no trouble {fault}: {troubles:?}", case.text));
    }
    let refused = troubles.iter().any(|trouble| trouble.refused_by().includes(Readers::STANDARD));
    if case.yaml.is_some() && !refused {
        failures.push(format!("{:?} is valid YAML: {troubles:?}", case.text));
    }
    failures
}

/// In the table a line break inside a JSON string is one.
fn parse_json(text: &str) -> Value {
    serde_json::from_str(&text.replace('\n', "\\n")).unwrap()
}

struct Reader {
    name: Readers,
    schema: Schema,
}

impl Reader {
    const KUBECTL: Self = Self { name: Readers::KUBECTL, schema: Schema::Kubectl };
    const KUSTOMIZE: Self = Self { name: Readers::KUSTOMIZE, schema: Schema::Kustomize };

    /// What this reader makes of the first document of a file, splitting included.
    fn whole(&self, text: &str) -> Result<Value, String> {
        let tree = yaml::parse(common::file(), text.into());
        let separator = tree.troubles().iter().find(|trouble| trouble.fault == Fault::SeparatorWithContent);
        separator.map_or_else(|| self.first_document(text), |trouble| Err(trouble.message().to_owned()))
    }

    /// What this reader makes of the first document of a text.
    fn first_document(&self, text: &str) -> Result<Value, String> {
        let tree = yaml::parse(common::file(), text.into());
        let Some(document) = tree.documents().first() else {
            let refusal = tree.troubles().iter().find(|trouble| trouble.refused_by().includes(self.name));
            return refusal.map_or(Ok(Value::Null), |trouble| Err(trouble.message().to_owned()));
        };
        let end = tree.span_of(document).end;
        let refusal = tree.troubles().iter().find(|trouble| {
            // The answers were taken behind the step that splits files.
            let splits = trouble.fault == Fault::SeparatorWithContent;
            trouble.span.start < end.max(1) && trouble.refused_by().includes(self.name) && !splits
        });
        if let Some(trouble) = refusal {
            return Err(trouble.message().to_owned());
        }
        let root = document.root(&tree).ok_or("unreadable")?;
        root.to_json(self.schema).map_err(|error| error.to_string())
    }
}

fn agrees(answer: &Result<Value, String>, expected: &str) -> bool {
    if expected.starts_with("ERR") {
        return answer.is_err();
    }
    let expected = expected.split("   [strict").next().unwrap();
    if let Ok(expected) = serde_json::from_str::<Value>(expected) {
        return answer.as_ref().is_ok_and(|answer| same(answer, &expected));
    }
    // Go prints a value that is no JSON as `map[interface {}]interface {}{1.5:"a"}`.
    match answer {
        Ok(answer) => same(answer, &printed_by_go(expected)),
        Err(message) => {
            let has_no_json = ["Inf", "NaN", "(nil):"].iter().any(|word| expected.contains(word));
            has_no_json
                && (message.contains("JSON has no such number") || message.contains("null cannot be a key"))
        }
    }
}

fn printed_by_go(text: &str) -> Value {
    let entries = text.split_once("}{").unwrap().1.trim_end_matches('}');
    let pairs = entries.split(", ").map(|entry| {
        let (key, value) = entry.split_once(':').unwrap();
        (key.trim_matches('"').to_owned(), serde_json::from_str(value).unwrap())
    });
    Value::Object(pairs.collect())
}

/// `1` and `1.0` are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
