//! Trees of texts in other languages than YAML. Their nodes stand where they are written, and read like any other.

use super::node::Shape;
use super::tree::{Action, COOK, Document, Kind, NodeId, RawNode, Style, Tree};
use crate::source::FileId;
use std::ops::Range;
use std::sync::Arc;

/// Puts the tree of a text together, from its root downwards. Keys are scalars, each followed by its value.
#[derive(Debug, Default)]
pub struct Lowered {
    nodes: Vec<RawNode>,
    actions: Vec<Action>,
    open: Vec<usize>,
}

impl Lowered {
    /// Begins a mapping or a sequence that is written here. [`Lowered::close`] ends it.
    pub fn open(&mut self, shape: Shape, place: Range<usize>) {
        let kind = if shape == Shape::Mapping { Kind::Mapping } else { Kind::Sequence };
        self.open.push(self.nodes.len());
        // Of a flow collection nothing stands outside its own place.
        self.push(kind, Style::Flow, 0, place);
    }

    /// Ends the collection that was begun last. So many entries or items are in it.
    pub fn close(&mut self, count: usize) {
        let next = self.nodes.len() as u32;
        if let Some(at) = self.open.pop() {
            let node = &mut self.nodes[at];
            (node.next, node.x) = (next, count as u32);
        }
    }

    /// Adds a word as it is written: a number, a boolean, a key, an expression.
    pub fn word(&mut self, place: Range<usize>) {
        self.push(Kind::Scalar, Style::Plain, 0, place);
    }

    /// Adds a text between double quotes. Escapes are those of YAML, if it has any.
    pub fn quoted(&mut self, place: Range<usize>, has_escapes: bool) {
        self.push(Kind::Scalar, Style::DoubleQuoted, if has_escapes { COOK } else { 0 }, place);
    }

    /// Notes that what is written here is computed, so that nobody knows the value that it is a part of.
    pub fn computed(&mut self, place: Range<usize>) {
        self.actions.push(Action { start: place.start as u32, end: place.end as u32, injects: true });
    }

    /// The tree of the text, as one document.
    pub fn finish(mut self, file: FileId, text: Arc<str>) -> Tree {
        self.actions.sort_by_key(|action| (action.start, action.end));
        let (root, end) = ((!self.nodes.is_empty()).then_some(NodeId(0)), text.len() as u32);
        let mut tree = Tree::of_nodes(file, text, self.nodes);
        tree.actions = self.actions;
        tree.documents = vec![Document {
            root,
            explicit_start: false,
            explicit_end: false,
            ignored: false,
            start: 0,
            end,
        }];
        tree
    }

    fn push(&mut self, kind: Kind, style: Style, flags: u16, place: Range<usize>) {
        let next = self.nodes.len() as u32 + 1;
        let (start, end) = (place.start as u32, place.end as u32);
        self.nodes.push(RawNode { kind, style, flags, start, end, next, x: 0 });
    }
}
