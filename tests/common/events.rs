//! A tree as the events of the YAML test suite.

use super::common::style_mark;
use k8factor::yaml::{Node, Shape, Style, Tree};
use std::fmt::Write;

/// All documents as events, in the notation of `test.event` files.
pub(crate) fn events(tree: &Tree, text: &str) -> String {
    let mut events = String::from("+STR\n");
    let mut previous_end = 0;
    for document in tree.documents() {
        let span = tree.span_of(document);
        let handles = tag_handles(text.get(previous_end..span.start as usize).unwrap_or_default());
        previous_end = span.end as usize;
        events.push_str(if document.has_start_marker() { "+DOC ---\n" } else { "+DOC\n" });
        match document.root(tree) {
            Some(root) => node(root, &handles, &mut events),
            None => events.push_str("ERR\n"),
        }
        events.push_str(if document.has_end_marker() { "-DOC ...\n" } else { "-DOC\n" });
    }
    events.push_str("-STR\n");
    events
}

fn tag_handles(directives: &str) -> Vec<(&str, &str)> {
    let tags = directives.lines().filter_map(|line| line.strip_prefix("%TAG "));
    tags.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    })
    .collect()
}

fn node(node: Node<'_>, handles: &[(&str, &str)], events: &mut String) {
    if node.is_alias() {
        writeln!(events, "=ALI {}", node.raw()).unwrap();
        return;
    }
    let mut properties = String::new();
    if let Some(anchor) = node.anchor() {
        write!(properties, " &{anchor}").unwrap();
    }
    if let Some(tag) = node.tag() {
        write!(properties, " <{}>", full_tag(tag, handles)).unwrap();
    }
    match node.shape() {
        Shape::Scalar => scalar(node, &properties, events),
        Shape::Mapping => {
            let flow = if node.style() == Style::Flow { " {}" } else { "" };
            writeln!(events, "+MAP{flow}{properties}").unwrap();
            for entry in node.entries() {
                self::node(entry.key, handles, events);
                self::node(entry.value, handles, events);
            }
            events.push_str("-MAP\n");
        }
        Shape::Sequence => {
            let flow = if node.style() == Style::Flow { " []" } else { "" };
            writeln!(events, "+SEQ{flow}{properties}").unwrap();
            node.items().for_each(|item| self::node(item, handles, events));
            events.push_str("-SEQ\n");
        }
    }
}

fn scalar(node: Node<'_>, properties: &str, events: &mut String) {
    let style = style_mark(node.style());
    writeln!(events, "=VAL{properties} {style}{}", escape(&node.text())).unwrap();
}

/// Escapes as the suite does.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\x08' => escaped.push_str("\\b"),
            other => escaped.push(other),
        }
        escaped
    })
}

fn full_tag(tag: &str, handles: &[(&str, &str)]) -> String {
    if let Some(verbatim) = tag.strip_prefix("!<") {
        return verbatim.trim_end_matches('>').to_owned();
    }
    let end = tag.rfind('!').unwrap_or(0) + 1;
    let (handle, suffix) = tag.split_at(end);
    let declared = handles.iter().rev().find(|(name, _)| *name == handle).map(|(_, prefix)| *prefix);
    let prefix = declared.unwrap_or(if handle == "!!" { "tag:yaml.org,2002:" } else { handle });
    format!("{prefix}{}", percent_decoded(suffix))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let decoded = code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
