//! Go templates, as in Helm charts: actions are masked, so that what is left can be read as YAML.
//!
//! The mask has the length of the action and every offset stays true. Values keep their characters as written: only the
//! scanner sees the mask.

use super::parse::{Input, read};
use super::scan::{Dialect, scan};
use super::tree::{Action, Kind, Origin, Style, Tree};
use super::trouble::Grade;
use crate::source::FileId;
use memchr::memmem;
use std::sync::Arc;

/// Reads a template. [`super::Node::is_templated`] tells which values it does not know.
pub fn parse_template(file: FileId, text: Arc<str>) -> Tree {
    let (masked, actions) = mask(&text);
    let masked = Some(masked);
    read(Input {
        file,
        text,
        origin: Origin::File,
        dialect: Dialect::Yaml,
        actions,
        masked,
    })
}

/// Whether a text makes no sense as YAML and has actions. Actions in quotes or in a block of text are ordinary YAML:
/// Alertmanager and Argo CD have their own templates.
pub fn looks_like_template(text: &str) -> bool {
    if memmem::find(text.as_bytes(), b"{{").is_none() {
        return false;
    }
    let harmless = text.replace('\0', "\u{1}");
    let scanned = scan(&harmless, Dialect::Yaml);
    let action = |start: u32| {
        harmless
            .get(start as usize..)
            .is_some_and(|rest| rest.starts_with("{{"))
    };
    scanned
        .troubles
        .iter()
        .any(|found| found.grade == Grade::Fatal)
        || scanned.nodes.iter().any(|node| {
            node.kind == Kind::Mapping && node.style == Style::Flow && action(node.start)
        })
}

/// The text with its actions masked, and the actions.
pub(super) fn mask(text: &str) -> (String, Vec<Action>) {
    let mut found = find_actions(text);
    mark_lines(text, &mut found);
    let mut masked = text.as_bytes().to_vec();
    for action in &found {
        let is_inline =
            action.injects && !(action.starts_line && action.ends_line) && !action.has_break(text);
        let range = action.start..action.end;
        for byte in masked[range]
            .iter_mut()
            .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        {
            *byte = if is_inline { b'x' } else { b' ' };
        }
    }
    let actions = found.iter().map(|action| Action {
        start: action.start as u32,
        end: action.end as u32,
        injects: action.injects,
    });
    // Whole characters were replaced by ASCII, so this is text again.
    (
        String::from_utf8(masked).unwrap_or_default(),
        actions.collect(),
    )
}

/// An action in the text of a template.
struct Found {
    start: usize,
    end: usize,
    /// It puts something into the text, unlike `if` or `end`.
    injects: bool,
    /// Nothing but blanks and actions stands before it on its line.
    starts_line: bool,
    /// Nothing but blanks and actions stands behind it on its line.
    ends_line: bool,
}

impl Found {
    fn has_break(&self, text: &str) -> bool {
        text[self.start..self.end].contains('\n')
    }
}

fn find_actions(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = memmem::find(&text.as_bytes()[at..], b"{{") {
        let start = at + offset;
        let Some(end) = action_end(text.as_bytes(), start) else {
            break;
        };
        let injects = injects(&text[start + 2..end - 2]);
        found.push(Found {
            start,
            end,
            injects,
            starts_line: false,
            ends_line: false,
        });
        at = end;
    }
    found
}

/// The end of the action that begins here, if it has one.
fn action_end(text: &[u8], start: usize) -> Option<usize> {
    let body = start + 2;
    let after_dash = text[body..].strip_prefix(b"- ").map_or(body, |_| body + 2);
    if text[after_dash..].starts_with(b"/*") {
        let comment = after_dash + memmem::find(&text[after_dash..], b"*/")?;
        return Some(comment + memmem::find(&text[comment..], b"}}")? + 2);
    }
    let mut at = body;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' | b'`' => at = string_end(text, at)?,
            b'}' if text.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => at += 1,
        }
    }
    None
}

fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start];
    let mut at = start + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            _ if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

const CONTROL: [&str; 9] = [
    "if", "else", "end", "range", "with", "define", "block", "break", "continue",
];

fn injects(body: &str) -> bool {
    let body = body.trim_start_matches('-').trim_end_matches('-').trim();
    let word = body
        .split(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let assigns = body.starts_with('$')
        && body
            .split_whitespace()
            .nth(1)
            .is_some_and(|word| matches!(word, ":=" | "="));
    !(CONTROL.contains(&word) || body.starts_with("/*") || assigns)
}

fn mark_lines(text: &str, found: &mut [Found]) {
    let mut previous: Option<(usize, bool)> = None;
    for action in found.iter_mut() {
        let blanks = text[..action.start].trim_end_matches([' ', '\t']).len();
        let follows = previous.is_some_and(|(end, starts_line)| end >= blanks && starts_line);
        action.starts_line = follows || blanks == 0 || text[..blanks].ends_with('\n');
        previous = Some((action.end, action.starts_line));
    }
    let mut next: Option<(usize, bool)> = None;
    for action in found.iter_mut().rev() {
        let rest = text[action.end..].trim_start_matches([' ', '\t', '\r']);
        let precedes =
            next.is_some_and(|(start, ends_line)| start <= text.len() - rest.len() && ends_line);
        action.ends_line = precedes || rest.is_empty() || rest.starts_with('\n');
        next = Some((action.start, action.ends_line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::yaml::Node;

    fn masked(text: &str) -> String {
        let (masked, _) = mask(text);
        assert_eq!(masked.len(), text.len());
        masked
    }

    #[test]
    fn values_become_words_and_control_flow_disappears() {
        assert_eq!(masked("a: {{ .b }}-c"), "a: xxxxxxxx-c");
        assert_eq!(
            masked("{{- if .a }}\nb: c\n{{- end }}\n"),
            "            \nb: c\n          \n"
        );
        assert_eq!(
            masked("a:\n  {{ toYaml .b | nindent 2 }}\n"),
            "a:\n                             \n"
        );
        assert_eq!(masked("{{ if .a }}{{ .b }}{{ end }}"), " ".repeat(28));
    }

    #[test]
    fn braces_in_strings_and_comments_do_not_end_an_action() {
        assert_eq!(masked(r#"a: {{ "}}" }}b"#), "a: xxxxxxxxxxb");
        assert_eq!(masked("{{/* }} */}}a"), "            a");
        assert_eq!(masked("a: {{ never"), "a: {{ never");
    }

    #[test]
    fn templated_values_are_unknown_and_keep_their_characters() {
        let text = "a: {{ .b }}\nc: d\ne:\n  {{- include \"f\" . | nindent 2 }}\ng: {{ if .h }}i{{ end }}\n";
        let tree = parse_template(
            Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, text.into()),
            text.into(),
        );
        let root = tree.roots().next().expect("one document");
        let templated: Vec<_> = root
            .entries()
            .filter(|entry| entry.value.is_templated())
            .collect();
        assert_eq!(
            templated
                .iter()
                .map(|entry| entry.key.raw())
                .collect::<Vec<_>>(),
            ["a", "e"]
        );
        assert_eq!(root.get("a").map(Node::raw), Some("{{ .b }}"));
        assert_eq!(root.get("g").map(Node::raw), Some("i"));
    }

    #[test]
    fn quoted_actions_are_ordinary_yaml() {
        assert!(!looks_like_template(
            "a: \"{{ $labels.b }}\"\nc: |\n  {{ if d }}\n  {{ end }}\n"
        ));
        assert!(looks_like_template("a: {{ .b }}\n"));
        assert!(looks_like_template("{{- if .a }}\nb: c\n{{- end }}\n"));
    }
}
