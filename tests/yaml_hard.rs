//! Texts made to hurt a reader: each is read within its time on a stack of 2 MB.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use k8factor::yaml::{self, Schema, Tree};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// All of them take milliseconds in a release build. What is quadratic, or worse, takes far more than this.
const LIMIT: Duration = Duration::from_secs(3);

#[test]
fn hard_texts_take_no_time_and_little_stack() {
    let reader = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        for (name, text) in hard_texts() {
            let start = Instant::now();
            let outcome = read(&text);
            let time = start.elapsed();
            println!(
                "{:>9} bytes {:>12} {name}: {outcome}",
                text.len(),
                format!("{time:.1?}")
            );
            assert!(time < LIMIT, "{name} took {time:?}");
        }
    });
    reader.unwrap().join().unwrap();
}

/// Everything the tool does with a text: both readings, a struct, what is embedded.
fn read(text: &str) -> String {
    let tree = yaml::parse(common::file(), text.into());
    let masked = yaml::parse_template(common::file(), text.into());
    yaml::looks_like_template(text);
    let refused = use_all(&tree) + use_all(&masked);
    let first = tree
        .troubles()
        .first()
        .map_or("", |trouble| trouble.message());
    format!(
        "{} documents, {refused} refused; {first}",
        tree.documents().len()
    )
}

fn use_all(tree: &Tree) -> usize {
    assert_eq!(tree.broken_invariant(), None);
    let refused = |root: yaml::Node<'_>| {
        let answers = [
            root.to_json(Schema::Kubectl),
            root.to_json(Schema::Kustomize),
            yaml::from_node(root),
        ];
        root.walk()
            .take(1_000)
            .for_each(|node| drop((node.embedded(), node.get("missing"))));
        answers
            .iter()
            .filter(|answer: &&Result<serde_json::Value, _>| answer.is_err())
            .count()
    };
    tree.roots().map(refused).sum()
}

fn hard_texts() -> Vec<(&'static str, String)> {
    let mut texts = deep();
    texts.extend(wide());
    texts.extend(long());
    texts.extend(aliases());
    texts.extend(templates());
    texts
}

fn deep() -> Vec<(&'static str, String)> {
    let nested = |levels: usize| {
        (0..levels).fold(String::new(), |text, level| {
            text + &" ".repeat(level) + "a:\n"
        })
    };
    vec![
        ("opening brackets", "[".repeat(100_000)),
        ("opening braces", "{".repeat(100_000)),
        ("braces with keys", "{a: ".repeat(100_000)),
        ("brackets with properties", "[&a !b ".repeat(50_000)),
        (
            "brackets that close",
            "[".repeat(50_000) + &"]".repeat(50_000),
        ),
        ("brackets as keys", "[".repeat(400) + &"]: a".repeat(400)),
        ("dashes", "- ".repeat(100_000)),
        (
            "dashes below each other",
            (0..3_000).fold(String::new(), |text, level| {
                text + &" ".repeat(level) + "-\n"
            }),
        ),
        ("question marks", "? ".repeat(50_000)),
        ("colons", ": ".repeat(50_000)),
        ("mappings", nested(3_000)),
        ("mappings as deep as allowed", nested(498)),
        ("lists as deep as allowed", "- ".repeat(498) + "a"),
        (
            "brackets as deep as allowed",
            "[".repeat(498) + &"]".repeat(498),
        ),
        (
            "documents that are all too deep",
            ("[".repeat(600) + "\n---\n").repeat(300),
        ),
    ]
}

fn wide() -> Vec<(&'static str, String)> {
    vec![
        ("keys", lines(100_000, |n| format!("k{n}: v\n"))),
        ("equal keys", "k: v\n".repeat(100_000)),
        (
            "keys that look alike",
            lines(100_000, |n| format!("samesame{n:08}samesame: v\n")),
        ),
        (
            "flow keys",
            format!("{{{}}}", lines(100_000, |n| format!("k{n}: v, "))),
        ),
        ("flow pairs", format!("[{}]", "a: b, ".repeat(100_000))),
        (
            "flow keys that are flows",
            format!("[{}]", "[a]: b, ".repeat(50_000)),
        ),
        ("items", "- a\n".repeat(200_000)),
        ("documents", "---\na: b\n".repeat(100_000)),
        ("empty documents", "---\n".repeat(200_000)),
        (
            "documents that cannot be read",
            "a: 'b\n---\nc: \"d\n---\n".repeat(20_000),
        ),
        ("document ends", "...\n".repeat(100_000)),
        ("directives", "%TAG !a! b\n".repeat(100_000)),
        ("comments", "# c\n".repeat(200_000)),
        (
            "comments in a flow",
            format!("[{}]", "# c\n ".repeat(100_000)),
        ),
        (
            "merge keys",
            format!("a: &a {{b: c}}\nd:\n{}", "  <<: *a\n".repeat(50_000)),
        ),
    ]
}

fn long() -> Vec<(&'static str, String)> {
    let megabyte = |unit: &str| unit.repeat((1 << 20) / unit.len());
    vec![
        ("a line", format!("a: {}", megabyte("x"))),
        ("a key", format!("{}: a", megabyte("x"))),
        ("a quoted key", format!("\"{}\": a", megabyte("x"))),
        ("a flow key", format!("[{}]: a", megabyte("x,"))),
        ("spaces", megabyte(" ")),
        ("tabs", megabyte("\t")),
        ("empty lines", megabyte("\n")),
        (
            "indented empty lines",
            format!("a: b{}", megabyte("\n  \t")),
        ),
        ("colons in a text", format!("a: {}", megabyte("x:"))),
        ("hashes in a text", format!("a: {}", megabyte("x#"))),
        (
            "a plain text of many lines",
            format!("a: b{}", megabyte("\n  c")),
        ),
        (
            "a quoted text of many lines",
            format!("a: \"b{}\"", megabyte("\n  c")),
        ),
        ("escapes", format!("a: \"{}\"", megabyte("\\n\\x41"))),
        (
            "escaped line breaks",
            format!("a: \"{}\"", megabyte("b \\\n ")),
        ),
        ("quotes in quotes", format!("a: '{}'", megabyte("''"))),
        ("quotes that never close", megabyte("'a \"")),
        ("a block of text", format!("a: |\n{}", megabyte("  b\n"))),
        (
            "a folded block",
            format!("a: >\n{}", megabyte("  b\n\n   c\n")),
        ),
        (
            "a block of empty lines",
            format!("a: |+\n{}", megabyte("\n")),
        ),
        ("many blocks", megabyte("- |\n  a\n\n\n")),
        ("anchors in a row", megabyte("&a ")),
        ("tags in a row", format!("- {}", megabyte("!a\n  "))),
        ("NUL", megabyte("\0")),
        ("carriage returns", megabyte("a: b\r")),
        ("invisible line breaks", megabyte("a: b\u{2028}")),
        ("byte order marks", megabyte("\u{feff}")),
        ("Japanese", megabyte("名前: 値\n")),
        ("numbers", megabyte("- 1_0_0\n")),
    ]
}

fn aliases() -> Vec<(&'static str, String)> {
    let bomb = |open: &str, close: &str, width: usize, separator: &str| {
        let mut text = format!("a0: &a0 {open}x{close}\n");
        for level in 1..30 {
            let repeated = vec![format!("*a{}", level - 1); width].join(separator);
            writeln!(text, "a{level}: &a{level} {open}{repeated}{close}").unwrap();
        }
        text
    };
    let merges = (1..30).fold(String::from("a0: &a0 {k: v}\n"), |text, level| {
        text + &format!(
            "a{level}: &a{level} {{<<: [*a{0}, *a{0}, *a{0}]}}\n",
            level - 1
        )
    });
    let anchors = (0..50_000).fold(String::new(), |text, n| {
        text + &format!("- &a{n} b\n- *a{n}\n")
    });
    vec![
        ("aliases of aliases", bomb("[", "]", 9, ", ")),
        ("merges of merges", merges),
        ("many merges of much", {
            let keys = lines(5_000, |n| format!("  k{n}: v\n"));
            let own = lines(5_000, |n| format!("  l{n}: v\n"));
            format!("a: &a\n{keys}b:\n  <<: [{}]\n{own}", "*a, ".repeat(50))
        }),
        ("many anchors", anchors),
        (
            "one anchor, many aliases",
            format!("- &a b\n{}", "- *a\n".repeat(100_000)),
        ),
        ("one anchor again and again", "- &a b\n".repeat(100_000)),
        ("aliases without anchors", "- *a\n".repeat(100_000)),
        ("deep values by aliases", {
            let start = format!("- &a0 {}x{}\n", "[".repeat(300), "]".repeat(300));
            (1..100).fold(start, |text, n| {
                text + &format!(
                    "- &a{n} {}*a{}{}\n",
                    "[".repeat(300),
                    n - 1,
                    "]".repeat(300)
                )
            })
        }),
    ]
}

fn templates() -> Vec<(&'static str, String)> {
    vec![
        (
            "actions on a line",
            format!("a: {}", "{{ b }}".repeat(100_000)),
        ),
        ("actions between blanks", "{{ b }} ".repeat(100_000)),
        ("actions that never end", "{{ ".repeat(100_000)),
        ("strings that never end", "{{ \" ".repeat(100_000)),
        ("comments that never end", "{{/* ".repeat(100_000)),
        (
            "actions on lines",
            "{{ if a }}\nb: {{ c }}\n{{ end }}\n".repeat(30_000),
        ),
    ]
}

fn lines(count: usize, line: fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}
