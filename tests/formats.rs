//! Each format is what its readers take it for: valid against a schema or a parser that is not ours, and within limits.

mod common;
mod sample;

use common::{formatted, formatted_with};
use k8factor::config::Config;
use k8factor::finding::Severity;
use k8factor::problem::Problem;
use k8factor::report::Report;
use k8factor::report::format::{FORMATS, Options};
use k8factor::report::repository::Repository;
use k8factor::report::visible::is_active;
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

fn samples() -> Vec<(&'static str, Report)> {
    vec![
        ("empty", sample::report(&[])),
        ("clean", sample::clean()),
        ("full", sample::full()),
        ("accepted", sample::accepted()),
        ("hostile", sample::hostile()),
        ("injecting", sample::injecting()),
        ("odd places", sample::odd_places()),
        ("many places", sample::many_places()),
        ("many", sample::many(300)),
        ("before migration", before_migration()),
    ]
}

/// A whole codebase, with the pages of all rules.
fn before_migration() -> Report {
    let config = Config::for_folder("fixtures/clusters/before-migration");
    k8factor::check(&config).expect("it can be checked")
}

fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

#[test]
fn nothing_from_the_input_acts_on_a_terminal() {
    for (name, report) in samples() {
        for format in names() {
            let text = formatted(&report, format);
            let found = text.chars().find(|&character| character != '\n' && is_active(character));
            assert_eq!(found, None, "{format} of {name}: {text}");
        }
    }
}

#[test]
fn no_place_breaks_a_format() {
    let mut random = fastrand::Rng::with_seed(9);
    for _ in 0..300 {
        let report = sample::random(&mut random);
        for format in names() {
            let text = formatted(&report, format);
            let found = text.chars().find(|&character| character != '\n' && is_active(character));
            assert_eq!(found, None, "{format}: {text}");
        }
    }
}

#[test]
fn one_thread_or_many_write_the_same() {
    let report = sample::many(2_000);
    let with_threads = |number: usize| {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(number).build().expect("threads can be started");
        pool.install(|| names().map(|name| formatted(&report, name)).collect::<Vec<_>>())
    };
    assert!(with_threads(1) == with_threads(5), "the number of threads changes a report");
}

#[test]
fn ten_thousand_findings_are_written_at_once() {
    for (name, report) in [("lines", sample::many(10_000)), ("one line", sample::one_line(10_000))] {
        for format in names() {
            let start = Instant::now();
            let size = formatted(&report, format).len();
            let time = start.elapsed();
            println!("{format} of {name}: {size} bytes in {time:?}");
            assert!(time < Duration::from_secs(5), "{format} of {name}: {time:?}");
        }
    }
}

#[test]
fn names_are_words_and_stand_in_the_documentation() {
    let page = include_str!("../docs/formats.md");
    let sections: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let described: Vec<_> = sections.iter().filter(|section| names().any(|name| name == **section)).collect();
    assert_eq!(described.len(), FORMATS.len(), "a section for each format: {sections:?}");
    let unique: BTreeSet<_> = names().collect();
    assert_eq!(unique.len(), FORMATS.len());
}

// concise

#[test]
fn a_concise_report_has_a_line_for_each_finding_and_one_more() {
    for (name, report) in samples() {
        let text = formatted(&report, "concise");
        assert_eq!(text.lines().count(), report.findings.len() + report.problems.len() + 1, "{name}: {text}");
    }
    let text = formatted(&sample::accepted(), "concise");
    let first = text.lines().next().expect("there are findings");
    assert!(first.starts_with("base/web.yaml:14:22: warning[region-in-manifest] the region"), "{first}");
    let last = text.lines().last().expect("there is a last line");
    assert_eq!(last, "1 error, 2 warnings, 1 info; 2 problems; 2 waived, 1 baselined, 3 unchanged");
}

// sarif

/// The schema of OASIS lies in the source of `serde-sarif`, which is here because the tests are built with it.
fn sarif_schema() -> jsonschema::Validator {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform"]);
    let metadata = command.arg(host()).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    let error = String::from_utf8_lossy(&metadata.stderr).into_owned();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect(&error);
    let packages = metadata["packages"].as_array().expect("packages are a list");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("a dependency");
    let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
    let text = std::fs::read_to_string(manifest.with_file_name("src").join("schema.json"));
    // One pattern of it has a bracket that not every language of patterns takes for a character.
    let text = text.expect("the schema is there").replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(schema["title"], "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema");
    jsonschema::draft7::new(&schema).expect("the schema is a schema")
}

fn host() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(compiler).arg("-vV").output().expect("rustc runs").stdout;
    let said = String::from_utf8(said).expect("rustc prints text");
    said.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&formatted(report, "sarif")).expect("SARIF is JSON")
}

#[test]
fn sarif_conforms_to_its_schema() {
    let validator = sarif_schema();
    for (name, report) in samples() {
        let value = sarif(&report);
        let objections: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {}", error.instance_path(), error.kind().keyword()))
            .collect();
        assert_eq!(objections, Vec::<String>::new(), "{name}");
    }
    // A validator that takes everything would take the above as well.
    let mut wrong = sarif(&sample::full());
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&wrong));
    let mut wrong = sarif(&sample::full());
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    assert!(!validator.is_valid(&wrong));
}

/// Whatever the types do not know is lost on the way: it would be a property that SARIF does not have.
#[test]
fn sarif_has_no_property_that_sarif_does_not_know() {
    for (name, report) in samples() {
        let text = formatted(&report, "sarif");
        let typed: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect(name);
        let again = serde_json::to_value(&typed).expect("types can be written");
        assert_eq!(pointers(&again), pointers(&sarif(&report)), "{name}");
    }
}

/// The pointers to everything that is no container.
fn pointers(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((pointer, value)) = waiting.pop() {
        match value {
            Value::Array(items) => {
                waiting.extend(items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)));
            }
            Value::Object(fields) => {
                waiting.extend(fields.iter().map(|(key, field)| (format!("{pointer}/{key}"), field)));
            }
            _ => drop(found.insert(pointer)),
        }
    }
    found
}

/// What GitHub's documentation calls required, and its limits.
#[test]
fn sarif_has_what_code_scanning_demands() {
    for (name, report) in samples() {
        let value = sarif(&report);
        assert_eq!(value["version"], "2.1.0");
        assert_eq!(value["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "k8factor");
        assert_eq!(run["automationDetails"]["id"], "k8factor/");
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules are a list");
        for rule in rules {
            for pointer in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text"] {
                let text = rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                assert!(!text.is_empty() && text.chars().count() <= 1024, "{name}: {pointer} of {rule}");
            }
            assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 10));
        }
        for result in run["results"].as_array().expect("results are a list") {
            code_scanning_takes(rules, result);
        }
    }
}

fn code_scanning_takes(rules: &[Value], result: &Value) {
    assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{result}");
    assert_eq!(result["locations"].as_array().map(Vec::len), Some(1), "{result}");
    let physical = &result["locations"][0]["physicalLocation"];
    let uri = physical["artifactLocation"]["uri"].as_str().expect("a URI");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
    assert!(!uri.is_empty() && !uri.starts_with('/') && uri.bytes().all(is_plain), "{uri}");
    let number = |name: &str| physical["region"][name].as_u64().expect("a number");
    let (start, end) =
        ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
    assert!(start >= (1, 1) && end >= start && number("endColumn") >= 1, "{result}");
    if let Some(index) = result.get("ruleIndex").and_then(Value::as_u64) {
        assert_eq!(rules[index as usize]["id"], result["ruleId"]);
    }
    let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
    assert!(related.len() < 100);
    for (at, place) in related.iter().enumerate() {
        assert_eq!(place["id"], at + 1);
        let link = format!("]({})", at + 1);
        assert!(at >= 10 || result["message"]["text"].as_str().is_some_and(|text| text.contains(&link)));
    }
}

/// The examples of a page are long, and those of some rules are credentials.
#[test]
fn sarif_explains_every_rule_without_its_examples() {
    let value = sarif(&before_migration());
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    assert!(rules.len() > 20, "{}", rules.len());
    for rule in rules {
        let page = rule["help"]["markdown"].as_str().expect("a text");
        assert!(page.contains("\n## Why\n\n") && !page.contains("```"), "{page}");
        let address = rule["helpUri"].as_str().expect("built-in rules have one");
        assert!(page.ends_with(&format!("[Examples]({address})\n")), "{page}");
        assert!(address.ends_with(&format!("/{}.md", rule["id"].as_str().expect("a name"))), "{address}");
    }
}

#[test]
fn sarif_says_what_is_accepted_and_why() {
    let value = sarif(&sample::accepted());
    let results = value["runs"][0]["results"].as_array().expect("a list");
    let said: Vec<_> = results
        .iter()
        .map(|result| {
            let suppression = &result["suppressions"][0];
            (
                result["baselineState"].as_str(),
                suppression["kind"].as_str(),
                suppression["justification"].as_str(),
            )
        })
        .collect();
    let reason = Some("the vendor ships nothing else (until 2027-03-31)");
    let open = (Some("new"), None, None);
    let expected = [
        open,
        open,
        open,
        open,
        (Some("new"), Some("external"), reason),
        (Some("new"), Some("inSource"), reason),
        (Some("unchanged"), Some("external"), Some("the baseline knows it")),
    ];
    assert_eq!(said, expected);
    let results = sarif(&sample::full());
    assert_eq!(results["runs"][0]["results"][0].get("baselineState"), None, "there is no baseline");
}

/// The important first: services show only so many.
#[test]
fn sarif_stays_below_the_limit_of_results() {
    let mut report = sample::many(25_100);
    for finding in &mut report.findings[..25_000] {
        finding.severity = Severity::Info;
    }
    let value = sarif(&report);
    let results = value["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 25_000);
    let errors = results.iter().take_while(|result| result["level"] == "error").count();
    assert_eq!(errors, 100);
    let said = &value["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(said.as_str().is_some_and(|text| text.starts_with("100 results are left out")), "{said}");
}

// github

/// Name, properties, message.
type WorkflowCommand = (String, Vec<(String, String)>, String);

/// A workflow command as the runner of GitHub reads it.
fn command(line: &str) -> Option<WorkflowCommand> {
    let rest = line.strip_prefix("::")?;
    let (head, message) = rest.split_once("::").expect("a command has an end");
    let (name, properties) = head.split_once(' ').expect("there are properties");
    let properties = properties.split(',').map(|property| {
        let (key, value) = property.split_once('=').expect("a property has a value");
        (key.to_owned(), decoded(&value.replace("%3A", ":").replace("%2C", ",")))
    });
    Some((name.to_owned(), properties.collect(), decoded(message)))
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

#[test]
fn annotations_are_read_as_they_were_meant() {
    for (name, report) in samples() {
        let text = formatted(&report, "github");
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.pop().expect("there is a last line");
        assert!(last.starts_with("k8factor: "), "{name}: {last}");
        let (plain, lines): (Vec<&str>, Vec<&str>) =
            lines.iter().partition(|line| line.starts_with("k8factor: "));
        assert_eq!(
            plain.len() + lines.len(),
            report.findings.len() + report.problems.len(),
            "{name}: {text}"
        );
        let commands: Vec<_> = lines.iter().map(|line| command(line).expect("only commands")).collect();
        for kind in ["error", "warning", "notice"] {
            assert!(commands.iter().filter(|command| command.0 == kind).count() <= 10, "{name}");
        }
        for (kind, properties, _) in &commands {
            assert!(["error", "warning", "notice"].contains(&kind.as_str()));
            let keys: Vec<_> = properties.iter().map(|(key, _)| key.as_str()).collect();
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(keys.iter().all(|key| known.contains(key)), "{name}: {keys:?}");
            let has = |key| keys.contains(&key);
            assert!(has("file") && has("title") && (!has("col") || has("endColumn") && has("line")));
        }
    }
    let report = sample::injecting();
    let text = formatted(&report, "github");
    let (_, properties, message) = text.lines().find_map(command).expect("there is a finding");
    assert_eq!(properties[0].1, report.sources.as_slice()[0].path());
    assert_eq!(message, format!("{}\n{}", report.findings[0].message, report.findings[0].help));
}

#[test]
fn every_rule_has_an_annotation_although_one_has_most_findings() {
    let mut report = sample::many(1_000);
    report.problems = ["a", "b"].map(|path| Problem::with_path(path, "cannot be opened")).to_vec();
    let text = formatted(&report, "github");
    assert_eq!(text.matches("title=rare-rule").count(), 4, "{text}");
    assert_eq!(text.matches("title=common-rule").count(), 4);
    assert_eq!(text.matches("title=could not be read").count(), 2);
    assert!(text.ends_with("; 992 more are above without one\n"), "{text}");
}

// gitlab

#[test]
fn gitlab_takes_every_entry() {
    for (name, report) in samples() {
        let entries: Value = serde_json::from_str(&formatted(&report, "gitlab")).expect("it is JSON");
        let entries = entries.as_array().expect("an array");
        assert_eq!(entries.len(), report.findings.len() + report.problems.len(), "{name}");
        for entry in entries {
            let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            for pointer in ["/description", "/check_name", "/fingerprint", "/location/path"] {
                assert!(!text(pointer).is_empty(), "{name}: {pointer} of {entry}");
            }
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("/severity")));
            assert!(!text("/location/path").starts_with("./"));
            assert!(entry["location"]["lines"]["begin"].as_u64().is_some_and(|line| line >= 1));
        }
        let unique: BTreeSet<_> = entries.iter().map(|entry| entry["fingerprint"].as_str()).collect();
        assert_eq!(unique.len(), entries.len(), "{name}: no two fingerprints are alike");
    }
}

// junit

#[test]
fn junit_is_read_by_a_library_that_is_not_ours() {
    for (name, report) in samples() {
        let text = formatted(&report, "junit");
        let read = quick_junit::Report::deserialize_from_str(&text).expect(name);
        let cases: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
        assert_eq!(read.tests, cases.len(), "{name}");
        assert_eq!(read.failures, report.findings.iter().filter(|it| it.severity == Severity::Error).count());
        assert_eq!(read.errors, report.problems.len(), "{name}");
        for suite in &read.test_suites {
            let unique: BTreeSet<_> =
                suite.test_cases.iter().map(|case| (case.classname.as_deref(), case.name.as_str())).collect();
            assert_eq!(unique.len(), suite.test_cases.len(), "{name}: no two tests are alike");
        }
    }
}

#[test]
fn junit_fails_what_fails_the_run_and_passes_what_conforms() {
    let count = |fail_on: Severity| {
        let options = Options { fail_on, ..Options::default() };
        let text = formatted_with(&sample::full(), "junit", &options);
        let read = quick_junit::Report::deserialize_from_str(&text).expect("it is JUnit");
        (read.tests, read.failures, read.errors, text.matches("<skipped").count())
    };
    // Five findings, two waived ones, two problems, and three rules that found nothing, one of which did not look.
    assert_eq!(count(Severity::Error), (12, 2, 2, 3));
    assert_eq!(count(Severity::Warning), (12, 4, 2, 3));
    assert_eq!(count(Severity::Info), (12, 5, 2, 3));
}

// markdown

#[test]
fn markdown_is_a_table_lists_and_links_and_nothing_else() {
    for (name, report) in samples() {
        let text = formatted(&report, "markdown");
        assert!(text.len() < 65_536, "{name}: {}", text.len());
        let (mut tables, mut links) = (0, 0);
        for event in Parser::new_ext(&text, pulldown_cmark::Options::all()) {
            match event {
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(
                        !dest_url.contains("evil") && !dest_url.starts_with("mailto"),
                        "{name}: {dest_url}"
                    );
                    links += 1;
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let html = html.trim();
                    let is_ours =
                        ["<details>", "</details>"].contains(&html) || html.starts_with("<summary>");
                    assert!(is_ours, "{name}: {html}");
                }
                Event::Start(Tag::Image { .. } | Tag::CodeBlock(_) | Tag::FootnoteDefinition(_))
                | Event::TaskListMarker(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_) => panic!("{name}: {event:?}"),
                Event::Text(shown) => {
                    for word in ["@team", "@x", "#12", "GH-1", "!3", "https://", "www.e", "a@e"] {
                        assert!(!shown.contains(word), "{name}: {shown}");
                    }
                }
                _ => {}
            }
        }
        let listed = links - report.problems.len().min(20);
        assert!(tables == 1 && (listed == report.findings.len() || text.contains("not listed")), "{name}");
    }
}

#[test]
fn a_comment_has_room_for_the_rest_of_a_long_report() {
    let text = formatted(&sample::many(10_000), "markdown");
    assert!(text.len() < 65_536 && text.len() > 50_000, "{}", text.len());
    assert_eq!(text.matches("</details>").count(), 1);
    let listed = text.matches("\n- [`many.yaml:").count();
    assert!(text.contains(&format!("{} findings not listed", 10_000 - listed)), "{listed}");
    assert!(text.contains("`rare-rule`") && text.contains("`common-rule`"));
}

// Where the checked root is not the root of the repository.

#[test]
fn services_get_paths_from_the_root_of_the_repository() {
    let repository =
        Repository { prefix: "teams/a b/".into(), files: Some("https://git.example/x/blob/1/".into()) };
    let options = Options { repository, ..Options::default() };
    let written = |format| formatted_with(&sample::full(), format, &options);
    assert!(written("github").contains("file=teams/a b/base/web.yaml,"));
    assert!(written("gitlab").contains("\"path\": \"teams/a b/base/web.yaml\""));
    assert!(written("junit").contains("file=\"teams/a b/base/web.yaml\""));
    assert!(written("sarif").contains("\"uri\":\"teams/a%20b/base/web.yaml\""));
    assert!(written("sarif").contains("\"id\": \"k8factor/teams/a b/\""));
    assert!(written("markdown").contains("](https://git.example/x/blob/1/teams/a%20b/base/web.yaml#L11)"));
}
