//! Texts as kubectl and kustomize read them: answers of the real readers, and a table of our own.

mod common;

use k8factor::yaml::{self, Fault, Readers, Schema};
use serde_json::Value;

/// Two keys of one JSON object, of which Go keeps the one its random order of maps puts last.
const DECIDED_BY_CHANCE: &str = "1: a\n\"1\": b";

#[test]
fn every_answer_of_the_real_readers_is_ours() {
    let Some(folder) = common::shared("oracles/yaml") else {
        eprintln!("LEFT OUT: the answers of kubectl and kustomize are not on this machine");
        return;
    };
    let table = std::fs::read_to_string(folder.join("kubernetes-reading.jsonl")).unwrap();
    let cases: Vec<Value> = table
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut differing = Vec::new();
    for case in &cases {
        for (reader, name) in [
            (Reader::KUBECTL, "kubectl"),
            (Reader::KUSTOMIZE, "kustomize"),
        ] {
            let (text, expected) = (
                case["input"].as_str().unwrap(),
                case[name].as_str().unwrap(),
            );
            let answer = reader.first_document(text);
            if !agrees(&answer, expected) && text != DECIDED_BY_CHANCE {
                differing.push(format!(
                    "{name} {text:?}\n  expected {expected}\n  read     {answer:?}"
                ));
            }
        }
    }
    println!(
        "answers: {} of {}",
        2 * cases.len() - differing.len(),
        2 * cases.len()
    );
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

struct Reader {
    name: Readers,
    schema: Schema,
}

impl Reader {
    const KUBECTL: Self = Self {
        name: Readers::KUBECTL,
        schema: Schema::Kubectl,
    };
    const KUSTOMIZE: Self = Self {
        name: Readers::KUSTOMIZE,
        schema: Schema::Kustomize,
    };

    /// What this reader makes of the first document of a text.
    fn first_document(&self, text: &str) -> Result<Value, String> {
        let tree = yaml::parse(common::file(), text.into());
        let Some(document) = tree.documents().first() else {
            let refusal = tree
                .troubles()
                .iter()
                .find(|trouble| trouble.refused_by().includes(self.name));
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
            let has_no_json = ["Inf", "NaN", "(nil):"]
                .iter()
                .any(|word| expected.contains(word));
            has_no_json
                && (message.contains("JSON has no such number")
                    || message.contains("null cannot be a key"))
        }
    }
}

fn printed_by_go(text: &str) -> Value {
    let entries = text.split_once("}{").unwrap().1.trim_end_matches('}');
    let pairs = entries.split(", ").map(|entry| {
        let (key, value) = entry.split_once(':').unwrap();
        (
            key.trim_matches('"').to_owned(),
            serde_json::from_str(value).unwrap(),
        )
    });
    Value::Object(pairs.collect())
}

/// `1` and `1.0` are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
