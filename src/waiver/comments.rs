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
        find_in(
            source,
            comments,
            &["#"],
            |line, standing| begins.reached_from(source, line, standing),
            found,
        );
    } else if let Some(marks) = marks(source.kind()) {
        let lines = (1..=source.line_count()).filter_map(|line| source.line_span(line));
        let comments = lines.filter_map(|line| comment_in(source, line, marks));
        find_in(source, comments, marks, |line, standing| statement(source, line, standing), found);
    }
}

/// Where a comment stands on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Alone, so it speaks of the line below.
    Alone,
    /// Behind what it speaks of.
    Behind,
}

/// Reads comments, given in order. `reach` is what a comment reaches that speaks of a line.
fn find_in(
    source: &Source,
    comments: impl Iterator<Item = Span>,
    marks: &[&str],
    reach: impl Fn(Span, Standing) -> Span,
    found: &mut Found,
) {
    // Comments below each other speak of the same line, which is sought once.
    let mut block = (0..0, None);
    for comment in comments {
        let line = source.line(comment.start);
        let Some(whole) = source.line_span(line) else { continue };
        if !source.slice(Span::new(whole.file, whole.start, comment.start)).trim().is_empty() {
            add(source, comment, reach(whole, Standing::Behind), found);
            continue;
        }
        if !block.0.contains(&line) {
            let end = end_of_comments(source, line, marks);
            let below = source.line_span(end).filter(|line| !source.slice(*line).trim().is_empty());
            block = (line..end, below.map(|below| reach(below, Standing::Alone)));
        }
        add(source, comment, block.1.unwrap_or(comment), found);
    }
}

fn add(source: &Source, comment: Span, reach: Span, found: &mut Found) {
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
            reach: Reach::Place(reach),
        }),
    }
}

/// The first line below a line that is no comment itself.
fn end_of_comments(source: &Source, line: u32, marks: &[&str]) -> u32 {
    let is_comment = |line: Span| {
        let text = source.slice(line).trim_start();
        marks.iter().any(|mark| text.starts_with(mark))
    };
    let below = (line + 1..).map_while(|line| source.line_span(line));
    line + 1 + below.take_while(|line| is_comment(*line)).count() as u32
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

    fn reached_from(&self, source: &Source, line: Span, standing: Standing) -> Span {
        let document = (standing == Standing::Alone).then(|| self.document(source, line)).flatten();
        document.unwrap_or_else(|| self.beginning_in(line))
    }

    /// The document that begins on a line, or behind a separator.
    fn document(&self, source: &Source, line: Span) -> Option<Span> {
        let is_separator = source.slice(line).trim_end() == "---" || source.slice(line).starts_with("--- ");
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

/// The statement that begins on a line, or the line alone if the comment stands behind it.
fn statement(source: &Source, line: Span, standing: Standing) -> Span {
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
