//! From a text to its tree: look for characters that need care, scan, find repeated keys.

use super::scan::{Dialect, Found, Scanned, scan};
use super::tree::{Action, Origin, Tree};
use super::trouble::Trouble;
use super::{duplicates, unusual};
use crate::source::{FileId, floor_char};
use std::sync::{Arc, OnceLock};

/// Reads a YAML text.
pub fn parse(file: FileId, text: Arc<str>) -> Tree {
    read(Input {
        file,
        text,
        origin: Origin::File,
        dialect: Dialect::Yaml,
        actions: Vec::new(),
        masked: None,
    })
}

/// Reads a JSON text. It is read as the YAML it is, without remarks about what only JSON allows.
pub fn parse_json(file: FileId, text: Arc<str>) -> Tree {
    read(Input {
        file,
        text,
        origin: Origin::File,
        dialect: Dialect::Json,
        actions: Vec::new(),
        masked: None,
    })
}

/// A text and what is known about it.
pub(super) struct Input {
    pub(super) file: FileId,
    pub(super) text: Arc<str>,
    pub(super) origin: Origin,
    pub(super) dialect: Dialect,
    /// Template actions, sorted.
    pub(super) actions: Vec<Action>,
    /// The text with the actions masked; offsets are the same.
    pub(super) masked: Option<String>,
}

pub(super) fn read(input: Input) -> Tree {
    let text = input.masked.as_deref().unwrap_or(&input.text);
    let unusual = unusual::find(text, input.dialect);
    let mut scanned = scan(unusual.harmless.as_deref().unwrap_or(text), input.dialect);
    if unusual.harmless.is_some() {
        end_before_line_breaks(&mut scanned, text);
    }
    assemble(input, scanned, unusual.troubles)
}

fn assemble(input: Input, scanned: Scanned, unusual: Vec<Found>) -> Tree {
    let mut tree = Tree {
        file: input.file,
        text: input.text,
        origin: input.origin,
        nodes: scanned.nodes,
        documents: scanned.documents,
        comments: scanned.comments,
        anchors: scanned.anchors,
        tags: scanned.tags,
        duplicates: Vec::new(),
        troubles: Vec::new(),
        actions: input.actions,
        built: None,
        steps: OnceLock::new(),
    };
    let mut troubles = scanned.troubles;
    troubles.extend(unusual);
    troubles.sort_by_key(|found| found.start);
    tree.troubles = troubles.iter().map(|found| trouble(&tree, *found)).collect();
    duplicates::mark(&mut tree);
    tree
}

/// A replaced line break has blanks before it. What ends behind them ends inside the character they stand for.
fn end_before_line_breaks(scanned: &mut Scanned, text: &str) {
    let floor = |end: &mut u32| *end = floor_char(text, *end as usize) as u32;
    scanned.nodes.iter_mut().for_each(|node| floor(&mut node.end));
    scanned.comments.iter_mut().for_each(|comment| floor(&mut comment.1));
    for document in &mut scanned.documents {
        floor(&mut document.start);
        floor(&mut document.end);
    }
}

fn trouble(tree: &Tree, found: Found) -> Trouble {
    let start = floor_char(&tree.text, found.start);
    let end = ceil_char(&tree.text, found.end.max(start));
    Trouble { grade: found.grade, span: tree.span(start as u32, end as u32), fault: found.fault }
}

/// The first character boundary at or behind an offset.
pub(super) fn ceil_char(text: &str, offset: usize) -> usize {
    (offset..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}
