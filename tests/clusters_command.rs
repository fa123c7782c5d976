//! `k8factor clusters` as a user meets it.

use assert_cmd::Command;
use serde_json::Value;

#[test]
fn clusters_are_listed_with_their_cost_and_what_stands_in_the_way() {
    let text = run("fixtures/decommission/before", &[], 0);
    for words in [
        "prod-20260801.cluster.example.com\n",
        "clusters/prod-20260801/cluster.yaml:4 (spec of kops)",
        "environment   production",
        "name          disposable",
        "also called   prod-20260801, ",
        "twins         prod-20261120.cluster.example.com",
        "Can two exist at once?",
        "production (prod-20260801.cluster.example.com, prod-20261120.cluster.example.com): no, ",
        "[delivery-selects-cluster-by-name] delivery/dns.yaml:",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

#[test]
fn a_codebase_after_the_migration_has_nothing_in_the_way() {
    let text = run("fixtures/clusters/after-migration", &[], 0);
    assert!(text.contains("nothing here says no"), "{text}");
    assert!(!text.contains("in the way"), "{text}");
}

#[test]
fn json_conforms_to_its_schema() {
    let schema = include_str!("../docs/clusters.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    for folder in [
        "fixtures/decommission/before",
        "fixtures/clusters/before-migration",
        "fixtures/live-status/exported",
    ] {
        let status = if folder.ends_with("exported") { 3 } else { 0 };
        let answer: Value =
            serde_json::from_str(&run(folder, &["--format", "json"], status)).expect("it is JSON");
        let objections: Vec<_> = validator.iter_errors(&answer).map(|error| error.to_string()).collect();
        assert_eq!(objections, Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn lines_to_edit_are_counted() {
    let answer: Value = serde_json::from_str(&run("fixtures/decommission/before", &["--format", "json"], 0))
        .expect("it is JSON");
    let gone = &answer["clusters"][0];
    let sum = |part: &str| gone["lines"][part]["lines"].as_u64().unwrap_or_default();
    assert_eq!(gone["replacement"]["lines"].as_u64(), Some(sum("shared") + sum("listed")));
    assert!(sum("own-layer") + sum("declaration") > 0 && sum("ignored") == 1, "{gone}");
}

fn run(folder: &str, arguments: &[&str], status: i32) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8factor"));
    let output = command.arg("clusters").arg(folder).args(arguments).output().expect("the program was built");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(status), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
