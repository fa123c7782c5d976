//! A build as YAML documents, as `kustomize build` prints them, with the place of every scalar if asked.

use crate::source::{Source, Sources, Span};
use crate::yaml::{Node, Schema, Shape, Value};
use std::fmt::Write;

/// Prints objects as YAML documents. Keys are sorted, as kustomize has them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Printer<'a> {
    /// To say where each scalar is written; nothing to print objects alone.
    pub origins: Option<&'a Sources>,
}

impl Printer<'_> {
    /// The documents, separated by `---`.
    pub fn documents<'n>(self, roots: impl IntoIterator<Item = Node<'n>>) -> String {
        let mut out = String::new();
        for root in roots {
            if !out.is_empty() {
                out.push_str("---\n");
            }
            self.entries(&mut out, root, 0);
        }
        out
    }

    fn entries(self, out: &mut String, mapping: Node<'_>, indent: usize) {
        for (index, (key, value)) in sorted(mapping).into_iter().enumerate() {
            // The first key of an item stands behind its dash.
            if index > 0 || !out.ends_with("- ") {
                pad(out, indent);
            }
            out.push_str(&scalar(&Value::String(key.into()), indent));
            out.push(':');
            self.value(out, value, indent);
        }
    }

    fn value(self, out: &mut String, value: Node<'_>, indent: usize) {
        match value.shape() {
            Shape::Mapping if sorted(value).is_empty() => out.push_str(" {}\n"),
            Shape::Mapping => {
                out.push('\n');
                self.entries(out, value, indent + 2);
            }
            Shape::Sequence if value.items().next().is_none() => out.push_str(" []\n"),
            Shape::Sequence => {
                out.push('\n');
                self.items(out, value, indent);
            }
            Shape::Scalar => {
                out.push(' ');
                self.scalar(out, value, indent + 2);
            }
        }
    }

    fn items(self, out: &mut String, list: Node<'_>, indent: usize) {
        for item in list.items() {
            pad(out, indent);
            out.push_str("- ");
            match item.shape() {
                Shape::Mapping if sorted(item).is_empty() => out.push_str("{}\n"),
                Shape::Mapping => self.entries(out, item, indent + 2),
                Shape::Sequence if item.items().next().is_none() => out.push_str("[]\n"),
                Shape::Sequence => {
                    // A list in a list begins on a line of its own, which every reader takes.
                    out.truncate(out.len() - 1);
                    out.push('\n');
                    self.items(out, item, indent + 2);
                }
                Shape::Scalar => self.scalar(out, item, indent + 2),
            }
        }
    }

    /// A scalar, and behind its first line where it is written.
    fn scalar(self, out: &mut String, node: Node<'_>, indent: usize) {
        let text = scalar(&node.value_as(Schema::Kustomize), indent);
        let (first, rest) = text.split_once('\n').map_or((&*text, None), |(first, rest)| (first, Some(rest)));
        out.push_str(first);
        if let Some(sources) = self.origins {
            let _ = write!(out, "  # {}", places(sources, node));
        }
        out.push('\n');
        if let Some(rest) = rest {
            out.push_str(rest);
            out.push('\n');
        }
    }
}

/// Entries in the order of their keys, merge keys followed.
fn sorted(mapping: Node<'_>) -> Vec<(String, Node<'_>)> {
    let mut entries = mapping.all_entries();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A scalar as YAML; the lines behind the first are indented.
fn scalar(value: &Value<'_>, indent: usize) -> String {
    let json = value.clone().to_json().unwrap_or_default();
    let text = serde_yaml::to_string(&json).unwrap_or_default();
    let text = text.strip_suffix('\n').unwrap_or(&text);
    match text.split_once('\n') {
        None => text.to_owned(),
        Some((first, rest)) => {
            let pad = " ".repeat(indent.saturating_sub(2));
            let lines = rest
                .split('\n')
                .map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") });
            std::iter::once(first.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Where the pieces of a scalar are written, each place once.
fn places(sources: &Sources, node: Node<'_>) -> String {
    let pieces = node.place().map(|place| place.pieces(0)).unwrap_or_default();
    let spans = pieces.iter().map(|piece| piece.span);
    let mut words: Vec<String> = Vec::new();
    for span in if pieces.is_empty() { vec![node.span()] } else { spans.collect() } {
        let word = place(sources.get(span.file), span);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" + ")
}

fn place(source: &Source, span: Span) -> String {
    let position = source.position(span.start);
    format!("{}:{}:{}", source.path(), position.line, position.column)
}
