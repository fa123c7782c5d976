//! The same texts read by two other readers: the strictest on the registry, and libyaml's heir.
//!
//! We differ from both on purpose, because Kubernetes does. Every kind of difference is listed and counted; another
//! kind fails the test.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and prints its figures")]

mod common;
#[path = "common/mutants.rs"]
mod mutants;

use common::{shared, style_mark};
use k8factor::yaml::{self, Fault, Node, Readers, Schema, Shape, Style, Tree, Value};
use std::collections::BTreeMap;
use std::fmt::Write;

const MUTANTS: usize = 30_000;

#[test]
fn differences_from_other_readers_are_of_known_kinds() {
    let mut texts = mutants::seeds();
    let mut mutants = mutants::Mutants::new(8);
    texts.extend((0..MUTANTS).map(|_| mutants.next_text()));
    compare("our own texts and their mutants", &texts);
}

#[test]
fn real_codebases_are_read_as_others_read_them() {
    let Some(folder) = shared::folder("corpora", "other readers on public codebases") else { return };
    let files = ignore::WalkBuilder::new(folder).standard_filters(false).build().flatten();
    let yaml = files.filter(|file| {
        file.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
    });
    let texts: Vec<_> = yaml.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    compare("real codebases", &texts);
}

fn compare(what: &str, texts: &[String]) {
    let mut counts: BTreeMap<(&str, Kind), (usize, &str)> = BTreeMap::new();
    for text in texts {
        let tree = yaml::parse(common::file(), text.as_str().into());
        for (reader, kind) in
            [("granit", against_granit(&tree, text)), ("libyaml", against_libyaml(&tree, text))]
        {
            counts.entry((reader, kind)).or_insert((0, text)).0 += 1;
        }
    }
    println!("{what}: {} texts", texts.len());
    for ((reader, kind), (count, _)) in &counts {
        println!("{count:8} {reader:8} {kind:?}");
    }
    let unknown: Vec<_> = counts.iter().filter(|((_, kind), _)| *kind == Kind::Unknown).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// How two readings can relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Both read the same.
    Same,
    /// Neither reads it.
    BothRefuse,
    /// We name the fault for which the standard refuses it; the other reader overlooks it.
    OverlookedThere,
    /// A character where the standard, Go and the other reader differ: marks, control characters, line breaks.
    Character,
    /// A block of text at the end of a file without a line break has none for Go.
    LastLineBreak,
    /// A closing bracket at the column of its key.
    ClosingBracket,
    /// Libyaml reads what Go's readers never look at.
    FirstDocumentOnly,
    /// Libyaml in C and in Go have gone different ways.
    OtherLibyaml,
    /// A key stands twice, a document is another, a tag or an alias is refused: the value, not the text, differs.
    Meaning,
    /// What we do not know about.
    Unknown,
}

fn refused_by_standard(tree: &Tree) -> bool {
    tree.troubles().iter().any(|trouble| trouble.refused_by().includes(Readers::STANDARD))
}

fn has_unusual_characters(text: &str) -> bool {
    text.contains(|c: char| {
        matches!(c, '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' | '\t')
            || (c.is_control() && c != '\n' && c != '\t')
    })
}

fn against_granit(tree: &Tree, text: &str) -> Kind {
    let options = granit_parser::options! { strict_indentation: true };
    let parser = granit_parser::Parser::new_from_str_with_options(text, options);
    let events: Result<Vec<_>, _> = parser.map(|event| event.map(|(event, _)| event)).collect();
    match (events, refused_by_standard(tree)) {
        (Err(_), true) => Kind::BothRefuse,
        (Ok(events), false) if granit_shape(&events) == our_shape(tree) => Kind::Same,
        _ if has_unusual_characters(text) => Kind::Character,
        (Ok(events), false) if differs_in_last_break(&granit_shape(&events), &our_shape(tree), text) => {
            Kind::LastLineBreak
        }
        (Ok(_), true) => Kind::OverlookedThere,
        (Err(_), false) => known_refusal(tree, text),
        (Ok(_), false) => Kind::Unknown,
    }
}

/// Closing brackets at the column of their key stand in every second repository; only granit's strict mode minds.
fn known_refusal(tree: &Tree, text: &str) -> Kind {
    let lenient = granit_parser::Parser::new_from_str(text).map(|event| event.map(|(event, _)| event));
    match lenient.collect::<Result<Vec<_>, _>>() {
        Ok(events) if granit_shape(&events) == our_shape(tree) => Kind::ClosingBracket,
        _ => Kind::Unknown,
    }
}

fn differs_in_last_break(theirs: &str, ours: &str, text: &str) -> bool {
    !text.ends_with('\n')
        && theirs.replace("\\n\n", "\n").replace("\\n", "") == ours.replace("\\n\n", "\n").replace("\\n", "")
}

fn granit_shape(events: &[granit_parser::Event<'_>]) -> String {
    use granit_parser::{Event, ScalarStyle};
    let mut shape = String::new();
    for event in events {
        match event {
            Event::DocumentStart(..) => shape.push_str("---\n"),
            Event::Alias(_) => shape.push_str("*\n"),
            Event::Scalar(text, style, ..) => {
                let style = match style {
                    ScalarStyle::SingleQuoted => '\'',
                    ScalarStyle::DoubleQuoted => '"',
                    ScalarStyle::Literal => '|',
                    ScalarStyle::Folded => '>',
                    ScalarStyle::Plain => ':',
                };
                // Granit gives `~` for a value that is not written, and for the one that is.
                let text = if style == ':' && text == "~" { "" } else { text };
                writeln!(shape, "{style}{}", escape(text)).unwrap();
            }
            Event::SequenceStart(..) => shape.push_str("[\n"),
            Event::SequenceEnd => shape.push_str("]\n"),
            Event::MappingStart(..) => shape.push_str("{\n"),
            Event::MappingEnd => shape.push_str("}\n"),
            _ => {}
        }
    }
    shape
}

fn our_shape(tree: &Tree) -> String {
    let mut shape = String::new();
    for document in tree.documents() {
        shape.push_str("---\n");
        if let Some(root) = document.root(tree) {
            push_shape(root, &mut shape);
        }
    }
    shape
}

fn push_shape(node: Node<'_>, shape: &mut String) {
    if node.is_alias() {
        shape.push_str("*\n");
        return;
    }
    match node.shape() {
        Shape::Scalar => {
            let style = style_mark(node.style());
            let text = node.text();
            let text = if style == ':' && text == "~" { "" } else { &text };
            writeln!(shape, "{style}{}", escape(text)).unwrap();
        }
        Shape::Sequence => {
            shape.push_str("[\n");
            node.items().for_each(|item| push_shape(item, shape));
            shape.push_str("]\n");
        }
        Shape::Mapping => {
            shape.push_str("{\n");
            for entry in node.entries() {
                push_shape(entry.key, shape);
                push_shape(entry.value, shape);
            }
            shape.push_str("}\n");
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

/// Libyaml is what Go's readers descend from, so it must read what we say they read.
fn against_libyaml(tree: &Tree, text: &str) -> Kind {
    let refused = tree.troubles().iter().any(|trouble| trouble.refused_by().includes(Readers::KUBERNETES));
    let documents = serde_yaml::Deserializer::from_str(text);
    let values: Result<Vec<_>, _> =
        documents.map(<serde_yaml::Value as serde::Deserialize>::deserialize).collect();
    match (values, refused) {
        (Err(_), true) => Kind::BothRefuse,
        (Ok(values), false) if same_documents(&values, tree) => Kind::Same,
        _ if has_unusual_characters(text) => Kind::Character,
        (Err(error), false) => libyaml_refusal(tree, &error.to_string()),
        (Ok(_), true) => libyaml_acceptance(tree),
        (Ok(_), false) => libyaml_reading(tree),
    }
}

fn libyaml_refusal(tree: &Tree, error: &str) -> Kind {
    let by_value =
        ["duplicate entry", "recursion limit", "repetition limit", "invalid value", "unresolved", "digit"];
    if by_value.iter().any(|words| error.contains(words)) {
        return Kind::Meaning;
    }
    if has_any(tree, READ_TO_THE_END) || tree.documents().iter().any(yaml::Document::is_ignored) {
        return Kind::FirstDocumentOnly;
    }
    if has_any(tree, &[Fault::ColonInFlow, Fault::QuestionInFlow]) {
        Kind::OtherLibyaml
    } else {
        Kind::Unknown
    }
}

/// What Go's readers never see, because they stop behind the first document of a chunk.
const READ_TO_THE_END: &[Fault] =
    &[Fault::IgnoredContent, Fault::IgnoredDocument, Fault::UnindentedBlockScalar];

/// What libyaml in C accepts and its offspring in Go does not, or refuses only where the value is asked for.
const ONLY_IN_GO: &[Fault] = &[
    Fault::SeparatorWithContent,
    Fault::UnknownDirective,
    Fault::JsonEscape,
    Fault::UnusualName,
    Fault::EndWithoutDocument,
    Fault::TagWithoutSpace,
    Fault::BadTag,
    Fault::UndeclaredHandle,
    Fault::UnknownAnchor,
    Fault::SelfReference,
];

fn libyaml_acceptance(tree: &Tree) -> Kind {
    if has_any(tree, ONLY_IN_GO) { Kind::OtherLibyaml } else { Kind::Unknown }
}

fn libyaml_reading(tree: &Tree) -> Kind {
    if has_any(tree, READ_TO_THE_END) {
        return Kind::FirstDocumentOnly;
    }
    if has_any(tree, &[Fault::ColonInFlow, Fault::QuestionInFlow]) {
        Kind::OtherLibyaml
    } else {
        Kind::Unknown
    }
}

fn has_any(tree: &Tree, faults: &[Fault]) -> bool {
    tree.troubles().iter().any(|trouble| faults.contains(&trouble.fault))
}

fn same_documents(values: &[serde_yaml::Value], tree: &Tree) -> bool {
    let roots: Vec<_> = tree.documents().iter().filter_map(|document| document.root(tree)).collect();
    // For libyaml a text without a document has one that is null.
    let is_nothing = roots.is_empty() && matches!(values, [] | [serde_yaml::Value::Null]);
    is_nothing
        || values.len() == roots.len()
            && values.iter().zip(roots).all(|(value, root)| same_value(value, root))
}

fn same_value(value: &serde_yaml::Value, node: Node<'_>) -> bool {
    match value {
        serde_yaml::Value::Tagged(tagged) => same_value(&tagged.value, node),
        serde_yaml::Value::String(text) => {
            node.shape() == Shape::Scalar && (*text == node.text() || node.tag().is_some())
        }
        serde_yaml::Value::Sequence(items) => {
            node.is_sequence()
                && items.len() == node.items().count()
                && items.iter().zip(node.items()).all(|(a, b)| same_value(a, b))
        }
        serde_yaml::Value::Mapping(entries) => {
            node.is_mapping()
                && entries.len() == node.entries().count()
                && entries
                    .iter()
                    .zip(node.entries())
                    .all(|((key, value), entry)| same_value(key, entry.key) && same_value(value, entry.value))
        }
        // Which texts are numbers is a question of the schema, and the schemas differ.
        serde_yaml::Value::Null | serde_yaml::Value::Bool(_) | serde_yaml::Value::Number(_) => {
            node.shape() == Shape::Scalar
                && (node.style() == Style::Plain || node.tag().is_some())
                && !matches!(node.value_as(Schema::Kustomize), Value::String(text) if text.contains(' '))
        }
    }
}
