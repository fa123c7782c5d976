//! What expressions mean, by example.

use super::{Expression, FUNCTIONS, Part};
use crate::check::{Check, Outcome};
use crate::codebase::Codebase;
use crate::config::Config;
use crate::discover::Discovery;
use crate::documents;
use crate::model::kinds::KindPattern;
use crate::model::path::Path;
use crate::problem::Problem;

const POD: &str = "
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {b: x, a: w, c: ~}
spec:
  replicas: 2
  ratio: 1.0
  restartPolicy: ~
  containers:
  - name: app
    image: nginx:1.27
  - name: log
    image: fluent/bit
";

/// What a rule says of [`POD`]: messages, then troubles.
fn judge(text: &str, each: &[&str], fails: &str, message: &str) -> Vec<String> {
    let discovery = Discovery::of_texts(&[("a.yaml", text)]);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
    let kinds = vec![KindPattern::parse("*").expect("a pattern")];
    let each = each.iter().map(|path| Path::parse(path).expect("a path")).collect();
    let mut outcome = Outcome::default();
    Expression::new(kinds, each, fails, message).expect("a message").run(&codebase, &mut outcome);
    assert!(outcome.places() > 0, "nothing was looked at");
    let (violations, troubles, _) = outcome.into_parts();
    let messages = violations.into_iter().map(|violation| violation.message);
    messages
        .chain(troubles.into_iter().map(|Problem { message, .. }| format!("trouble: {message}")))
        .collect()
}

fn of_pod(each: &str, fails: &str, message: &str) -> Vec<String> {
    let each: &[&str] = if each.is_empty() { &[] } else { &[each] };
    judge(POD, each, fails, message)
}

fn fault(fails: &str) -> (usize, String) {
    let expression = Expression::new(Vec::new(), Vec::new(), fails, "").expect("a message");
    let error = expression.compile().expect_err(fails);
    assert_eq!(error.part, Part::Fails);
    (error.at, error.message)
}

#[test]
fn self_is_the_selected_value_and_object_the_whole() {
    let message = "{key} {self} of {object.metadata.name}";
    assert_eq!(
        of_pod("spec.containers[*].image", "!self.contains(':')", message),
        ["image fluent/bit of web"]
    );
    assert_eq!(of_pod("", "self.spec.containers.size() == 2 && self == object", "{self.kind}"), ["Pod"]);
    assert_eq!(of_pod("spec.containers[*]", "self.name == 'log'", "{key} {self.name}"), ["containers log"]);
}

#[test]
fn null_is_absent() {
    assert_eq!(of_pod("", "has(self.spec.restartPolicy)", ""), [""; 0]);
    assert_eq!(of_pod("metadata.labels", "self.size() == 2", "{self}"), ["a: w, b: x"]);
    assert_eq!(of_pod("metadata.labels.c", "true", ""), [""; 0]);
}

#[test]
fn keys_come_in_the_order_of_the_text() {
    for _ in 0..20 {
        assert_eq!(of_pod("metadata.labels", "true", "{self.map(k, k + self[k])}"), ["bx, aw"]);
    }
}

#[test]
fn values_compare_with_literals_on_either_side() {
    for fails in [
        "self == {'a': 'w', 'b': 'x'}",
        "{'a': 'w', 'b': 'x'} == self",
        "self in [{'a': 'w', 'b': 'x'}]",
        "self.exists(k, k == 'a') && 'b' in self && !('c' in self)",
        "dyn(self) == object.metadata.labels",
    ] {
        assert_eq!(of_pod("metadata.labels", fails, "x"), ["x"], "{fails}");
    }
    assert_eq!(of_pod("spec.replicas", "self > 1 && self < 2.5 && self == 2", "{self}"), ["2"]);
    assert_eq!(of_pod("spec.ratio", "self == 1", "{self}"), ["1.0"]);
}

#[test]
fn helpers_of_text_lists_and_optional_values() {
    for fails in [
        "self.?image.orValue('').split(':').size() == 2",
        "self.?resources.limits.orValue('none') == 'none'",
        "self.image.matches('^[a-z]+:[0-9.]+$')",
        "self.image.upperAscii().startsWith('NGINX')",
        "[3, 1, 2].sort() == [1, 2, 3] && [[1], [2]].flatten() == [1, 2]",
    ] {
        assert_eq!(of_pod("spec.containers[0]", fails, "x"), ["x"], "{fails}");
    }
}

#[test]
fn trouble_is_not_silent() {
    for (fails, trouble) in [
        ("self.limits == 1", "`limits` is absent; ask `has(….limits)` first or write `.?limits.orValue(…)`"),
        ("self.name", "`fails` is true or false, not a string"),
        ("self.name > 1", "`>` does not apply to string and int"),
        ("self.name + 1 == ''", "`+` does not apply to string and int"),
        ("int(self.name) == 1", "`int` does not understand its arguments"),
        ("[1][3] == 1", "the list has no such item; ask its `size()` first"),
        ("self.name.matches(self.image + '(')", "`matches` does not understand its arguments"),
    ] {
        assert_eq!(of_pod("spec.containers[0]", fails, ""), [format!("trouble: {trouble}")], "{fails}");
    }
}

#[test]
fn what_takes_too_long_is_trouble() {
    for fails in [
        "lists.range(100000).map(x, lists.range(100000)).size() == 1",
        "lists.range(3000).all(x, lists.range(3000).all(y, x + y >= 0))",
        "lists.range(9000).all(x, lists.range(9000).exists(y, x + y < 0) || true) || true",
        "lists.range(200000).distinct().size() == 1",
        &format!("['a']{}.size() == 1", ".map(x, x + x)".repeat(100)),
        &format!("[1]{}.size() == 1", ".map(x, [x, x])".repeat(90)),
        &format!("[1]{}.size() == 1", ".map(x, {1: x, 2: x})".repeat(80)),
        &format!("optional.of('a'){}.hasValue()", ".optMap(x, x + x)".repeat(90)),
        &format!("'a'{} == ''", format!(".replace('', '{}')", "a".repeat(200)).repeat(8)),
        "[lists.range(9000)].all(l, l.all(x, l.all(y, x + y >= 0)))",
        "[lists.range(9000)].map(l, l.map(x, l)).size() == 1",
        "[lists.range(9000)].all(l, l.all(x, l == l))",
    ] {
        let said = of_pod("", fails, "x");
        assert!(
            said.len() == 1 && said[0].starts_with("trouble: the expressions take too long"),
            "{fails}: {said:?}"
        );
    }
    assert_eq!(of_pod("", "true", "{lists.range(3000).map(x, lists.range(3000))}").len(), 1);
}

#[test]
fn what_is_long_but_not_endless_is_judged() {
    for fails in [
        "lists.range(150).all(x, lists.range(150).all(y, x + y >= 0)) || true",
        "lists.range(20000).map(x, x * 2).filter(x, x > 9).size() > 1",
        "self.spec.containers.map(c, c.image).join(', ').split(',').size() == 2",
        "lists.range(300).map(x, string(x)).distinct().size() == 300",
        "lists.range(9).sortBy(x, -x)[0] == 8 && [[1], [2]].flatten().exists_one(x, x == 2)",
        "self.metadata.name.replace('w', self.kind) == 'Podeb'",
    ] {
        assert_eq!(of_pod("", fails, "x"), ["x"], "{fails}");
    }
}

#[test]
fn a_message_without_its_value_is_still_a_finding() {
    let said = of_pod("spec.containers[1]", "true", "{self.name} {self.tag}");
    assert_eq!(said[0], "log …");
    assert!(said[1].starts_with("trouble: `tag` is absent"));
}

#[test]
fn faults_are_found_without_running() {
    assert_eq!(fault("slef.image == 'a'"), (0, "`slef` is unknown; did you mean `self`?".to_owned()));
    let (at, message) = fault("self.image.endswith('a')");
    assert!(at > 0 && message.contains("did you mean `endsWith`"), "{at} {message}");
    assert_eq!(fault("self.all(c, d)").1.split(';').next(), Some("`d` is unknown"));
    let (at, message) = fault("true &&\n  self.matches('(')");
    assert!(at > 8 && message.contains("unclosed group"), "{at} {message}");
    for (source, at, said) in [
        ("self +", 6, "the expression ends too early"),
        ("(self", 5, "the expression ends too early"),
        ("self. = 1", 6, "`=` is not expected here"),
        ("self object", 5, "`object` is not expected here"),
        ("'é' @", 5, "`@` is not expected here"),
        ("self == ]", 8, "`]` is not expected here"),
    ] {
        assert_eq!(fault(source), (at, said.to_owned()), "{source}");
    }
    assert!(
        Expression::new(Vec::new(), Vec::new(), "true", "a {slef}").expect("a message").compile().is_err()
    );
}

#[test]
fn every_listed_function_exists() {
    let calls =
        ["self.FN()", "FN(self)", "optional.FN(self)", "lists.FN(3)", "strings.FN('a')", "self.FN(x, x)"];
    for function in FUNCTIONS {
        let is_known = |call: &&str| {
            let said = of_pod("metadata.name", &call.replace("FN", function), "");
            !said.iter().any(|said| said.contains("is unknown"))
        };
        assert!(calls.iter().any(is_known), "there is no function `{function}`");
    }
}

#[test]
fn merged_keys_are_seen_and_a_null_hides_them() {
    let text = "
apiVersion: v1
kind: List
x: &x {a: 1, b: 2, d: 5}
y: &y {b: 3, c: 4}
z: {<<: [*x, *y], a: 0, d: ~}
";
    assert_eq!(judge(text, &["z"], "self == {'a': 0, 'b': 2, 'c': 4}", "{self}"), ["a: 0, b: 2, c: 4"]);
}

#[test]
fn aliases_cannot_make_a_value_endless() {
    let mut text = String::from("apiVersion: v1\nkind: List\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        text = format!("{text}a{level}: &a{level} [{below}]\n");
    }
    let said = judge(&text, &["a29"], "self.size() == 9 && self[0].size() == 9", "{self}");
    assert_eq!(said, ["x, ".repeat(40) + "…"]);
}

#[test]
fn a_value_in_a_message_is_one_short_line() {
    assert_eq!(of_pod("metadata.name", "true", "{'a\\n  ' + self}"), ["a web"]);
    assert_eq!(
        of_pod("spec", "true", "{self.containers}")[0],
        "image: nginx:1.27, name: app, image: fluent/bit, name: log"
    );
    assert_eq!(of_pod("spec", "true", "{lists.range(99)}")[0].chars().count(), 121);
    assert_eq!(of_pod("spec", "true", "{[1, 2u, 1.5, true, null]}"), ["1, 2, 1.5, true, null_type"]);
}

#[test]
fn aliases_of_aliases_do_not_end_the_stack() {
    let aliases: Vec<_> = (1..50_000).map(|depth| format!("x{depth}: &a{depth} [*a{}]", depth - 1)).collect();
    let text = format!("apiVersion: v1\nkind: Pod\nx0: &a0 []\n{}\nspec: *a49999\n", aliases.join("\n"));
    let said = judge(&text, &["spec"], "!(self in ['', 'null', 0, []])", "filled");
    assert_eq!(said, ["filled"]);
}
