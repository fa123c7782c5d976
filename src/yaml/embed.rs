//! Texts inside texts: a patch in a kustomization, a dashboard in a `ConfigMap`.
//!
//! A literal block scalar stands in its file line by line, so findings in it point at the very character.
//! Of a folded or escaped scalar only the whole has a place.

use super::node::Node;
use super::parse::{Input, ceil_char, read};
use super::scalar::block_lines;
use super::scan::Dialect;
use super::template;
use super::tree::{COOK, EmbeddedLine, Kind, Origin, RawNode, Style, Tree};
use crate::source::{Span, floor_char};
use std::ops::Range;
use std::sync::Arc;

impl Node<'_> {
    /// The text of this scalar, read as YAML or JSON; nothing if there is no text.
    pub fn embedded(self) -> Option<Tree> {
        let text: Arc<str> = self.text().into();
        if self.resolved().kind != Kind::Scalar || text.trim().is_empty() {
            return None;
        }
        let is_json = text.trim_start().starts_with(['{', '[']);
        let dialect = if is_json { Dialect::Json } else { Dialect::Yaml };
        let masked = self.tree().is_template().then(|| template::mask(&text));
        let (masked, actions) =
            masked.map_or((None, Vec::new()), |(masked, actions)| (Some(masked), actions));
        Some(read(Input { file: self.span().file, text, origin: self.origin(), dialect, actions, masked }))
    }

    /// The place of a range of [`Node::text`]; the whole scalar where a part of it has no place of its own.
    pub fn span_within(self, range: Range<usize>) -> Span {
        let text = self.text();
        let start = floor_char(&text, range.start) as u32;
        let end = ceil_char(&text, range.end) as u32;
        self.origin().span(self.span().file, start, end.max(start))
    }

    /// Where the text of this scalar stands in the file.
    fn origin(self) -> Origin {
        let (tree, node) = (self.tree(), self.resolved());
        if let Some(place) = self.place() {
            return Origin::Whole(place.span.start, place.span.end);
        }
        let whole = tree.span(node.start, node.end);
        if matches!(tree.origin, Origin::Whole(..)) {
            return Origin::Whole(whole.start, whole.end);
        }
        match node.style {
            // A file taken in as one text.
            Style::Literal if node.flags & COOK == 0 => Origin::File,
            Style::Literal => Origin::Lines(literal_lines(tree, node)),
            Style::SingleQuoted | Style::DoubleQuoted if node.flags & COOK == 0 => {
                Origin::Lines(vec![line(tree, 0, node.start + 1, node.end - 1)])
            }
            Style::Plain if node.flags & COOK == 0 => {
                Origin::Lines(vec![line(tree, 0, node.start, node.end)])
            }
            _ => Origin::Whole(whole.start, whole.end),
        }
    }
}

fn literal_lines(tree: &Tree, node: RawNode) -> Vec<EmbeddedLine> {
    let mut at = 0;
    let mut lines = Vec::new();
    for written in block_lines(&tree.text, node) {
        lines.push(line(tree, at, written.start as u32, written.end as u32));
        at += (written.end - written.start) as u32 + 1;
    }
    lines
}

fn line(tree: &Tree, at: u32, start: u32, end: u32) -> EmbeddedLine {
    let place = |offset| tree.span(offset, offset).start;
    EmbeddedLine { start: at, in_file: place(start), end_in_file: place(end) }
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::yaml::{Tree, parse};

    const PATCH: &str = "patches:\n- patch: |-\n    # why\n\n    spec:\n      replicas: 3\n- patch: >\n    a:\n    b\n- patch: '{\"k\": [1]}'\n";

    fn tree(text: &str) -> Tree {
        parse(
            Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, text.into()),
            text.into(),
        )
    }

    fn written(text: &str, span: crate::source::Span) -> &str {
        &text[span.start as usize..span.end as usize]
    }

    fn patch(tree: &Tree, index: usize) -> crate::yaml::Node<'_> {
        let root = tree.roots().next().expect("one document");
        let patches = root.get("patches").expect("written above");
        patches.items().nth(index).and_then(|item| item.get("patch")).expect("written above")
    }

    #[test]
    fn places_in_a_literal_text_are_places_in_the_file() {
        let outer = tree(PATCH);
        let inner = patch(&outer, 0).embedded().expect("there is a text");
        let spec = inner.roots().next().and_then(|root| root.entry("spec")).expect("written above");
        assert_eq!(written(PATCH, spec.key.span()), "spec");
        assert_eq!(written(PATCH, spec.value.span()), "replicas: 3");
        assert_eq!(written(PATCH, inner.comments().next().expect("written above")), "# why");
    }

    #[test]
    fn a_folded_text_has_one_place() {
        let outer = tree(PATCH);
        let scalar = patch(&outer, 1);
        assert_eq!(scalar.span_within(0..1), scalar.span());
        assert_eq!(scalar.embedded().map(|inner| inner.documents().len()), Some(1));
    }

    #[test]
    fn quoted_texts_without_escapes_are_exact() {
        let outer = tree(PATCH);
        let inner = patch(&outer, 2).embedded().expect("there is a text");
        let value = inner.roots().next().and_then(|root| root.get("k")).expect("written above");
        assert_eq!(written(PATCH, value.span()), "[1]");
        assert_eq!(written(PATCH, patch(&outer, 2).span_within(1..4)), "\"k\"");
    }

    #[test]
    fn texts_in_texts_keep_their_places() {
        let text = "a: |\n  b: |\n    c: d\n";
        let outer = tree(text);
        let a = outer.roots().next().and_then(|root| root.get("a")).expect("written above");
        let middle = a.embedded().expect("there is a text");
        let b = middle.roots().next().and_then(|root| root.get("b")).expect("written above");
        let inner = b.embedded().expect("there is a text");
        let c = inner.roots().next().and_then(|root| root.entry("c")).expect("written above");
        assert_eq!(written(text, c.value.span()), "d");
        assert_eq!(written(text, b.span_within(0..4)), "c: d");
    }
}
