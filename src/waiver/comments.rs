//! Waivers in comments. A comment speaks of what begins on its line; one that stands alone, of what begins below it.

use super::plain::{self, Plain};
use super::reach::Reach;
use super::{Found, Written};
use crate::codebase::Codebase;
use crate::model::waiver;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Node, Tree};
use std::collections::BTreeMap;

/// Finds the waivers in the comments of a file.
pub(super) fn find(codebase: &Codebase, file: FileId, found: &mut Found) {
    let source = codebase.source(file);
    if !waiver::may_be_in(source.text()) {
        return;
    }
    if let Some(tree) = codebase.tree(file) {
        let begins = Begins::of(tree);
        let comments = tree.comments().filter(|comment| waiver::may_be_in(source.slice(*comment)));
        let is_comment = |line| {
            source.line_span(line).is_some_and(|line| source.slice(line).trim_start().starts_with('#'))
        };
        let reach = |line, standing| begins.reached_from(source, line, standing);
        find_in(source, comments, is_comment, reach, found);
    } else if let Some(plain) = Plain::of(source) {
        let comments = plain.comments().filter(|comment| waiver::may_be_in(source.slice(*comment)));
        let reach = |line, standing| plain::statement(source, line, standing);
        find_in(source, comments, |line| plain.is_comment(line), reach, found);
    }
}

/// Where a comment stands on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Alone, so it speaks of the line below.
    Alone,
    /// Behind what it speaks of.
    Behind,
}

/// Reads comments, given in order. `is_comment` says whether a line is nothing but one, `reach` is what a comment reaches
/// that speaks of a line.
fn find_in(
    source: &Source,
    comments: impl Iterator<Item = Span>,
    is_comment: impl Fn(u32) -> bool,
    reach: impl Fn(Span, Standing) -> Span,
    found: &mut Found,
) {
    // Comments below each other speak of the same line, which is sought once.
    let mut block = (0..0, None);
    for comment in comments {
        let line = source.line(comment.start);
        let Some(whole) = source.line_span(line) else { continue };
        if !is_comment(line) {
            add(source, comment, reach(whole, Standing::Behind), found);
            continue;
        }
        if !block.0.contains(&line) {
            let end = (line + 1..=source.line_count()).find(|line| !is_comment(*line)).unwrap_or(line + 1);
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

/// Where the entries and items of a file begin.
struct Begins {
    /// The end of the longest part that begins at a byte.
    ends: BTreeMap<u32, u32>,
    /// The documents, and whether each is a mapping. Above the first line of a list stands what speaks of its first item.
    documents: Vec<(Span, bool)>,
}

impl Begins {
    fn of(tree: &Tree) -> Self {
        let mut begins = Self { ends: BTreeMap::new(), documents: Vec::new() };
        for root in tree.roots() {
            begins.documents.push((root.span(), root.is_mapping()));
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
        let next = self.documents.partition_point(|(document, _)| document.start < line.start);
        let (document, is_mapping) = *self.documents.get(next)?;
        let between = source.slice(Span::new(line.file, line.start, document.start));
        let is_first = is_mapping && document.start <= line.end;
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
