//! Comments in files that are no YAML, and the statements that they speak of.

use super::comments::Standing;
use crate::source::{CiSystem, FileKind, Source, Span};

/// The comments of a file.
pub(super) struct Plain {
    comments: Vec<Span>,
    /// For each line whether it is nothing but a comment.
    lines: Vec<bool>,
}

/// How a language writes comments and texts.
struct Syntax {
    marks: &'static [&'static str],
    quotes: &'static [char],
}

impl Plain {
    /// The comments of a file, if its kind has any.
    pub(super) fn of(source: &Source) -> Option<Self> {
        let syntax = syntax(source.kind())?;
        let mut plain = Self { comments: Vec::new(), lines: Vec::new() };
        let mut is_inside = false;
        for line in (1..=source.line_count()).filter_map(|line| source.line_span(line)) {
            let text = source.slice(line);
            let start = if is_inside { Some(0) } else { syntax.comment_in(text) };
            is_inside = start.is_some_and(|start| syntax.goes_on(&text[start..], is_inside));
            plain.lines.push(start.is_some_and(|start| text[..start].trim().is_empty()));
            plain.comments.extend(start.map(|at| Span::new(line.file, line.start + at as u32, line.end)));
        }
        Some(plain)
    }

    /// The comments, one for each line that has one.
    pub(super) fn comments(&self) -> impl Iterator<Item = Span> {
        self.comments.iter().copied()
    }

    /// Whether a line, counted from 1, is nothing but a comment.
    pub(super) fn is_comment(&self, line: u32) -> bool {
        self.lines.get(line as usize - 1).copied().unwrap_or_default()
    }
}

fn syntax(kind: FileKind) -> Option<Syntax> {
    let (marks, quotes): (&[&str], &[char]) = match kind {
        FileKind::Terraform => (&["#", "//", "/*"], &['"']),
        FileKind::Ci(CiSystem::Jenkins) => (&["//", "/*"], &['"', '\'']),
        FileKind::Shell | FileKind::Makefile => (&["#"], &['"', '\'']),
        FileKind::Settings => (&["#", "!"], &['"', '\'']),
        _ => return None,
    };
    Some(Syntax { marks, quotes })
}

impl Syntax {
    /// Where the comment of a line begins: behind a blank and outside of quotes.
    fn comment_in(&self, text: &str) -> Option<usize> {
        let (mut quote, mut is_escaped) = (None, false);
        for (at, character) in text.char_indices() {
            if std::mem::take(&mut is_escaped) {
                continue;
            }
            match quote {
                _ if character == '\\' && quote != Some('\'') => is_escaped = true,
                Some(open) if character == open => quote = None,
                None if self.quotes.contains(&character) => quote = Some(character),
                None if self.begins_at(text, at) => return Some(at),
                _ => {}
            }
        }
        // The apostrophe of a sentence opens nothing.
        quote.and_then(|_| self.last_in(text))
    }

    fn begins_at(&self, text: &str, at: usize) -> bool {
        let is_free = at == 0 || text[..at].ends_with(char::is_whitespace);
        is_free && self.marks.iter().any(|mark| text[at..].starts_with(mark))
    }

    fn last_in(&self, text: &str) -> Option<usize> {
        let ends = self.marks.iter().flat_map(|mark| text.match_indices(mark)).map(|(at, _)| at);
        ends.filter(|at| self.begins_at(text, *at)).max()
    }

    /// Whether a comment of several lines is open at the end of this part of a line.
    fn goes_on(&self, text: &str, is_inside: bool) -> bool {
        let opens = is_inside || self.marks.contains(&"/*") && text.starts_with("/*");
        opens && !text.contains("*/")
    }
}

/// The statement that begins on a line, or the line alone if the comment stands behind it.
pub(super) fn statement(source: &Source, line: Span, standing: Standing) -> Span {
    match standing {
        Standing::Alone => Span::new(line.file, line.start, end_of_statement(source, line)),
        Standing::Behind => line,
    }
}

/// Lines. What is longer is more than one waiver can speak of.
const LONGEST_STATEMENT: usize = 1_000;

/// Where a statement ends: with its line, or with the lines that it is continued on, with the end of its heredoc or of
/// its block.
fn end_of_statement(source: &Source, first: Span) -> u32 {
    let mut line = first;
    let following = |line: Span| {
        (source.line(line.start) + 1..).map_while(|line| source.line_span(line)).take(LONGEST_STATEMENT)
    };
    for next in following(first) {
        if !source.slice(line).ends_with('\\') {
            break;
        }
        line = next;
    }
    let text = source.slice(line);
    let mut after = following(line);
    let end = if let Some(word) = heredoc(text) {
        after.find(|line| source.slice(*line).trim() == word)
    } else if text.trim_end().ends_with(['{', '[', '(']) {
        let depth = indentation(source.slice(first));
        after.find(|line| closes(source.slice(*line), depth))
    } else {
        None
    };
    end.unwrap_or(line).end
}

/// The word that ends the heredoc which a line begins.
fn heredoc(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<<")?;
    let rest = rest.trim_start_matches(['-', '~']).trim_start().trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some(&rest[..end]).filter(|word| !word.is_empty())
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line ends a block that began with this indentation.
fn closes(line: &str, depth: usize) -> bool {
    indentation(line) <= depth && line.trim_start().starts_with(['}', ']', ')'])
}
