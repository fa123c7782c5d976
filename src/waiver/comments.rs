//! Waivers in comments. A comment speaks of what begins on its line; one that stands alone, of what begins below it.

use super::reach::Reach;
use super::{Found, Written};
use crate::codebase::Codebase;
use crate::model::waiver::{self, PREFIX};
use crate::source::{CiSystem, FileId, FileKind, Source, Span};
use crate::yaml::{Node, Tree};
use memchr::memmem;
use std::collections::BTreeMap;

/// Finds the waivers in the comments of a file.
pub(super) fn find(codebase: &Codebase, file: FileId, found: &mut Found) {
    let source = codebase.source(file);
    if memmem::find(source.text().as_bytes(), PREFIX.as_bytes()).is_none() {
        return;
    }
    if let Some(tree) = codebase.tree(file) {
        let begins = Begins::of(tree);
        let comments = tree.comments().filter(|comment| source.slice(*comment).contains(PREFIX));
        comments
            .for_each(|comment| add(source, comment, found, |comment| begins.reached_by(source, comment)));
    } else if let Some(marks) = marks(source.kind()) {
        let lines = (1..=source.line_count()).filter_map(|line| source.line_span(line));
        let comments = lines.filter_map(|line| comment_in(source, line, marks));
        comments
            .for_each(|comment| add(source, comment, found, |comment| text_below(source, comment, marks)));
    }
}

fn add(source: &Source, comment: Span, found: &mut Found, reach: impl Fn(Span) -> Span) {
    let place = |range: std::ops::Range<usize>| {
        Span::new(comment.file, comment.start + range.start as u32, comment.start + range.end as u32)
    };
    let text = source.slice(comment);
    match waiver::in_comment(text) {
        None => {}
        Some(Err(mistake)) => found.mistakes.push((place(mistake.range.clone()), mistake)),
        Some(Ok(words)) => found.written.push(Written {
            span: place(words.range),
            rules: words.rules.into_iter().map(|rule| (text[rule.clone()].to_owned(), place(rule))).collect(),
            reason: words.reason,
            until: words.until,
            reach: Reach::Place(reach(comment)),
        }),
    }
}

/// Whether nothing but blanks stands before a comment on its line.
fn stands_alone(source: &Source, comment: Span) -> bool {
    line_of(source, comment.start)
        .is_some_and(|line| source.slice(Span::new(line.file, line.start, comment.start)).trim().is_empty())
}

fn line_of(source: &Source, offset: u32) -> Option<Span> {
    source.line_span(source.line(offset))
}

/// The lines below a comment that are no comments themselves, up to an empty one.
fn lines_below<'a>(source: &'a Source, comment: Span, marks: &'a [&str]) -> impl Iterator<Item = Span> + 'a {
    let lines = (source.line(comment.end) + 1..).map_while(|line| source.line_span(line));
    let is_comment = |line: &str| marks.iter().any(|mark| line.starts_with(mark));
    lines
        .skip_while(move |line| is_comment(source.slice(*line).trim_start()))
        .take_while(|line| !source.slice(*line).trim().is_empty())
}

/// Where the entries and items of a file begin.
struct Begins {
    /// The end of the longest part that begins at a byte.
    ends: BTreeMap<u32, u32>,
    /// The documents that are mappings.
    documents: Vec<Span>,
}

impl Begins {
    fn of(tree: &Tree) -> Self {
        let mut begins = Self { ends: BTreeMap::new(), documents: Vec::new() };
        for root in tree.roots() {
            begins.documents.extend(root.is_mapping().then(|| root.span()));
            root.walk().for_each(|node| begins.add(node));
        }
        begins
    }

    fn add(&mut self, node: Node<'_>) {
        let entries = node
            .entries()
            .map(|entry| (entry.key.span().start, entry.value.span().end.max(entry.key.span().end)));
        let items = node.items().map(|item| (item.span().start, item.span().end));
        for (start, end) in entries.chain(items) {
            let longest = self.ends.entry(start).or_insert(end);
            *longest = end.max(*longest);
        }
    }

    fn reached_by(&self, source: &Source, comment: Span) -> Span {
        if !stands_alone(source, comment) {
            return line_of(source, comment.start).map_or(comment, |line| self.beginning_in(line));
        }
        let mut lines = lines_below(source, comment, &["#"]);
        let Some(first) = lines.next() else { return comment };
        let is_separator = source.slice(first).trim_end() == "---" || source.slice(first).starts_with("--- ");
        if let Some(document) = self.document(source, first, is_separator) {
            return document;
        }
        self.beginning_in(first)
    }

    /// The document that begins on a line, or behind a separator.
    fn document(&self, source: &Source, line: Span, is_separator: bool) -> Option<Span> {
        let next = self.documents.partition_point(|document| document.start < line.start);
        let document = *self.documents.get(next)?;
        let between = source.slice(Span::new(line.file, line.start, document.start));
        let is_first = document.start <= line.end;
        let only_comments = || {
            between.lines().skip(1).all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
        };
        (is_first || is_separator && only_comments()).then_some(document)
    }

    /// A line with everything that begins on it.
    fn beginning_in(&self, line: Span) -> Span {
        let end = self.ends.range(line.start..=line.end).map(|(_, end)| *end).max().unwrap_or(line.end);
        Span::new(line.file, line.start, end.max(line.end))
    }
}

/// How comments begin in files that are no YAML.
fn marks(kind: FileKind) -> Option<&'static [&'static str]> {
    match kind {
        FileKind::Terraform => Some(&["#", "//", "/*"]),
        FileKind::Ci(CiSystem::Jenkins) => Some(&["//", "/*"]),
        FileKind::Shell | FileKind::Makefile => Some(&["#"]),
        FileKind::Settings => Some(&["#", "!"]),
        _ => None,
    }
}

/// The comment with a waiver on a line: alone, or behind a blank and outside of quotes.
fn comment_in(source: &Source, line: Span, marks: &[&str]) -> Option<Span> {
    let text = source.slice(line);
    let at = memmem::find(text.as_bytes(), PREFIX.as_bytes())?;
    let before = text[..at].trim_end();
    let mark = marks.iter().find(|mark| before.ends_with(**mark))?;
    let code = &before[..before.len() - mark.len()];
    let is_alone = code.trim().is_empty();
    let is_quoted = ['"', '\''].iter().any(|quote| code.matches(*quote).count() % 2 == 1);
    let is_comment = is_alone || code.ends_with(char::is_whitespace) && !is_quoted;
    is_comment.then(|| Span::new(line.file, line.start + code.len() as u32, line.end))
}

/// The statement below a comment, or the line that it ends.
fn text_below(source: &Source, comment: Span, marks: &[&str]) -> Span {
    if !stands_alone(source, comment) {
        return line_of(source, comment.start).unwrap_or(comment);
    }
    let Some(first) = lines_below(source, comment, marks).next() else { return comment };
    Span::new(first.file, first.start, end_of_statement(source, first))
}

/// Where a statement ends: with its line, or with the lines that it is continued on, with the end of its heredoc or of
/// its block.
fn end_of_statement(source: &Source, first: Span) -> u32 {
    let mut line = first;
    let following = |line: Span| source.line_span(source.line(line.start) + 1);
    while source.slice(line).ends_with('\\') {
        let Some(next) = following(line) else { return line.end };
        line = next;
    }
    let text = source.slice(line);
    let after = (source.line(line.start) + 1..).map_while(|line| source.line_span(line));
    let end = if let Some(word) = heredoc(text) {
        after.into_iter().find(|line| source.slice(*line).trim() == word)
    } else if text.trim_end().ends_with(['{', '[', '(']) {
        let depth = indentation(source.slice(first));
        after.into_iter().find(|line| closes(source.slice(*line), depth))
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
