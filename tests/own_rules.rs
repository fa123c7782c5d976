//! A repository's own rules: what loads, what does not and why, and the commands about them.

mod common;

use common::rules::{load_own, repository};
use k8factor::config::Config;
use k8factor::finding::Factor;
use k8factor::rule::{self, Origin, command};
use std::fs;

const PAGE: &str = "---
summary: x
severity: info
confidence: low
help: x.
kinds: Pod
fails: 'true'
message: x
---
# X
## Bad
```yaml
apiVersion: v1
kind: Pod
metadata:
  name: x # finding
```
## Good
```yaml
apiVersion: v1
kind: Secret
metadata:
  name: x
```
";

/// What loading says of a page in which one text is replaced.
fn fault(from: &str, to: &str) -> String {
    assert!(PAGE.contains(from), "{from}");
    fault_of("1-x/a.md", &PAGE.replacen(from, to, 1))
}

fn fault_of(path: &str, page: &str) -> String {
    load_own(&[(path, page)]).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn faults_have_a_place_and_say_what_to_do() {
    for (from, to, expected) in [
        (
            "severity:",
            "severty:",
            "a.md:3:1: `severty` is no key of a rule page; did you mean `severity`? (known: summary,",
        ),
        ("info", "fatal", "a.md:3:11: `fatal` is no severity (known: info, warning, error)"),
        ("low", "hgih", "a.md:4:13: `hgih` is no confidence; did you mean `high`?"),
        ("help: x.\n", "", "a.md:2:1: the front matter has no `help`: what to do about a finding"),
        ("summary: x", "summary: [x]", "a.md:2:10: `summary` is a text"),
        ("help: x.", "summary: y", "a.md:5:1: `summary` is written twice"),
        (
            "kinds: Pod",
            "kinds: Deployment",
            "a.md:6:8: the core group has no kind `Deployment`; write its group",
        ),
        ("kinds: Pod", "kinds:\n- Pod\n- apps/v1/Job", "a.md:8:3: `apps/v1/Job` has a version"),
        ("kinds: Pod", "kinds: Pod\neach: spec..x", "a.md:7:12: a key is missing here"),
        ("'true'", "'self. ='", "a.md:7:15: `=` is not expected here"),
        ("'true'", &format!("'{}'", "1+".repeat(1001)), "a.md:7:9: the expression is longer than 2000 bytes"),
        ("'true'", &format!("'{}'", "[".repeat(500)), "a.md:7:9: the expression is nested too deeply"),
        ("'true'", "'slef.x'", "a.md:7:9: `slef` is unknown; did you mean `self`?"),
        ("message: x", "message: x {kye}", "a.md:8:13: `kye` is unknown; did you mean `key`?"),
        ("message: x", "message: x {key", "a.md:8:12: this brace is not closed"),
        ("fails: 'true'\n", "", "a.md:2:1: the front matter has no `fails`: an expression over `self`"),
        (
            "kinds: Pod\nfails: 'true'\nmessage: x",
            "check: liv-status",
            "a.md:6:8: there is no check `liv-status`",
        ),
        (
            "fails: 'true'\nmessage: x",
            "check: live-status",
            "a.md:6:1: a rule has a native `check` or says `kinds`",
        ),
        ("kinds: Pod", "with: {}", "a.md:6:1: `with` gives parameters to a native `check`, which is missing"),
        ("summary: x", "summary: x: [", "a.md:"),
        ("---\n", "", "a.md:1:1: a rule page begins with front matter between two lines `---`"),
        ("---\n#", "#", "a.md:1:1: a rule page begins with front matter between two lines `---`"),
    ] {
        let said = fault(from, to);
        assert!(said.contains(expected), "{to}\n  expected {expected}\n  said     {said}");
    }
}

#[test]
fn a_page_lies_in_the_folder_of_its_factor() {
    for path in ["a.md", "x/a.md", "9-x/a.md", "0-x/a.md", "1-x/y/a.md"] {
        assert!(
            fault_of(path, PAGE).contains("a.md:1:1: a rule lies in a folder that begins with the number"),
            "{path}"
        );
    }
    assert!(fault_of("1-x/A b.md", PAGE).contains("`A b` is no name for a rule"));
    assert_eq!(fault_of("README.md", "no rule"), "");
    assert_eq!(fault_of("8/a.md", PAGE), "");
    assert_eq!(fault_of("2-x/a.md", &PAGE.replace('\n', "\r\n")), "");
    assert_eq!(fault_of("2-x/a.md", &format!("\u{feff}{PAGE}")), "");
}

#[test]
fn two_own_rules_of_one_name_are_an_error() {
    let error = load_own(&[("1-x/a.md", PAGE), ("2-x/a.md", PAGE)]).err().map(|error| error.to_string());
    let expected = ".k8factor/rules/2-x/a.md:1:1: .k8factor/rules/1-x/a.md is already a rule of this name; rename one of them";
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn an_own_rule_replaces_the_built_in_one() {
    let (_folder, config) = repository(&[("4-x/live-status.md", PAGE)]);
    let rules = rule::load(&config).expect("both load");
    let found: Vec<_> = rules.iter().filter(|rule| rule.id.as_str() == "live-status").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].origin, found[0].summary.as_str()), (Origin::Own, "x"));
    assert!(rules.is_sorted_by_key(|rule| (rule.factor, rule.id.clone())));
}

#[test]
fn a_new_rule_passes_its_test_and_is_not_overwritten() {
    let (folder, config) = repository(&[]);
    for factor in Factor::ALL {
        let id = format!("my-rule-{}", factor.number());
        command::new(&config, &id, factor).expect("a new page");
    }
    let said = tested(&config, true);
    assert!(said.ends_with("rules: 8, examples: 16, mismatches: 0\n"), "{said}");
    let again = command::new(&config, "my-rule-1", Factor::Codebase);
    assert!(again.is_err(), "a page was written over");
    assert!(command::new(&config, "My rule", Factor::Codebase).is_err());
    assert!(folder.path().join(".k8factor/rules/6-non-name-management/my-rule-6.md").exists());
}

#[test]
fn the_test_command_says_what_differs_and_where() {
    let page = PAGE.replace("name: x # finding", "name: x").replace("kind: Secret", "kind: Pod");
    let (_folder, config) = repository(&[("1-x/a.md", &page), ("2-x/b.md", PAGE)]);
    let path = ".k8factor/rules/1-x/a.md";
    assert_eq!(
        tested(&config, false),
        format!(
            "FAIL a
     {path}:13: a bad example marks no line; end the lines to report in `# finding`
     {path}:16: this line is reported and not marked: x
     {path}:23: this line is reported and not marked: x
ok   b
rules: 2, examples: 4, mismatches: 3
"
        )
    );
}

#[test]
fn a_broken_expression_shows_in_the_test() {
    let (_folder, config) = repository(&[("1-x/a.md", &PAGE.replace("'true'", "self.spec.replicas > 1"))]);
    let said = tested(&config, false);
    assert!(said.contains("a.md:16: rule `a` cannot be evaluated here: `spec` is absent"), "{said}");
}

#[test]
fn rules_are_listed_and_explained() {
    let why = "## Why

A paragraph of `code`, a [link](https://example.com/) and <https://example.org/>, of which the lines are
filled up to the width of a terminal.

1. one
2. two
   - three
   - four

## Bad
```yaml path=overlays/prod/a.yaml
";
    let page = PAGE.replace("## Bad\n```yaml\n", why);
    let (_folder, config) = repository(&[("4-x/a.md", &page)]);
    let rules = rule::load(&config).expect("all load");
    let list = command::list(&rules);
    assert!(list.contains("\n4   live-status ") || list.starts_with("4   live-status "), "{list}");
    assert!(list.contains("4 * a "), "{list}");
    let own = command::find(&rules, "a").expect("it is there");
    common::rules::snapshot("rules-explain", &command::explain(own));
    let error = command::find(&rules, "live-state").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("Did you mean `live-status`?"), "{error}");
}

/// The stack of a thread is small, and the parser of CEL goes deeper at every operator.
#[test]
fn the_longest_expressions_can_be_read_and_evaluated() {
    let long = [
        "1".to_owned() + &"+1".repeat(995) + "==1",
        "self".to_owned() + &".a".repeat(990),
        "!".repeat(1990) + "true",
        "true".to_owned() + &"||true".repeat(330),
    ];
    let pages: Vec<_> = long.iter().map(|expression| PAGE.replace("true", expression)).collect();
    let names = ["1-x/a.md", "1-x/b.md", "1-x/c.md", "1-x/d.md"];
    let pages: Vec<_> = names.into_iter().zip(pages.iter().map(String::as_str)).collect();
    let (_folder, config) = repository(&pages);
    // Three of them have no answer.
    tested(&config, false);
}

#[test]
fn pages_that_cannot_be_read_are_errors() {
    let (folder, config) = repository(&[("1-x/a.md", PAGE)]);
    fs::write(folder.path().join(".k8factor/rules/1-x/b.md"), b"\xff\xfe").expect("a new file");
    assert!(rule::load(&config).is_err());
}

/// What the test of all own rules says, after a look at whether it passes.
fn tested(config: &Config, expected: bool) -> String {
    let rules = rule::load(config).unwrap_or_else(|error| panic!("{error}"));
    let own: Vec<_> = rules.iter().filter(|rule| rule.origin == Origin::Own).collect();
    let (holds, said) = command::test(&own).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(holds, expected, "{said}");
    said
}
