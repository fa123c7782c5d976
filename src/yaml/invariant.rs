//! What every tree promises, whatever it was read from. Tests and the fuzzer ask; nothing else does.

use super::tree::{Kind, NodeId, Property, RawNode, Tree};

impl Tree {
    /// The first promise this tree breaks.
    #[doc(hidden)]
    pub fn broken_invariant(&self) -> Option<String> {
        let nodes = (0..self.nodes.len()).find_map(|id| self.broken_node(id));
        nodes
            .or_else(|| self.broken_documents())
            .or_else(|| self.broken_lists())
    }

    fn broken_node(&self, id: usize) -> Option<String> {
        let node = self.nodes[id];
        let broken = |what: &str| Some(format!("node {id} {node:?}: {what}"));
        if !self.is_text(node.start, node.end) {
            return broken("its place is no text");
        }
        if (node.next as usize) <= id || node.next as usize > self.nodes.len() {
            return broken("what follows it stands before it");
        }
        match node.kind {
            Kind::Mapping if self.children(id, node) != 2 * node.x => {
                broken("not as many keys and values as it counts")
            }
            Kind::Sequence if self.children(id, node) != node.x => {
                broken("not as many items as it counts")
            }
            Kind::Alias if node.x as usize > id => broken("it stands for something behind it"),
            Kind::Alias
                if node.x as usize != id && self.nodes[node.x as usize].next as usize > id =>
            {
                broken("it stands for something it is part of")
            }
            Kind::Scalar | Kind::Alias | Kind::Empty if node.next as usize != id + 1 => {
                broken("it has children")
            }
            _ => None,
        }
    }

    /// How many children there are, one level down. A child that reaches beyond its parent makes the number wrong.
    fn children(&self, id: usize, parent: RawNode) -> u32 {
        let mut at = id as u32 + 1;
        let mut children = 0;
        while at < parent.next {
            let child = self.nodes[at as usize];
            if child.start < parent.start || child.end > parent.end {
                return u32::MAX;
            }
            at = child.next.max(at + 1);
            children += 1;
        }
        if at == parent.next {
            children
        } else {
            u32::MAX
        }
    }

    fn broken_documents(&self) -> Option<String> {
        let mut end = 0;
        for document in &self.documents {
            if document.start < end || !self.is_text(document.start, document.end) {
                return Some(format!(
                    "{document:?} begins before its predecessor ends, or is no text"
                ));
            }
            end = document.end;
        }
        None
    }

    fn broken_lists(&self) -> Option<String> {
        let sorted = |properties: &[Property]| {
            properties.is_sorted_by_key(|property| (property.node, property.start))
        };
        let comments = self
            .comments
            .iter()
            .all(|&(start, end)| self.is_text(start, end));
        let checks = [
            (
                self.comments.is_sorted() && comments,
                "comments are out of order",
            ),
            (sorted(&self.anchors), "anchors are out of order"),
            (sorted(&self.tags), "tags are out of order"),
            (
                self.duplicates
                    .iter()
                    .all(|&(first, again)| self.precedes(first, again)),
                "a repeated key stands first",
            ),
            (
                self.troubles.is_sorted_by_key(|trouble| trouble.span.start),
                "troubles are out of order",
            ),
            (
                self.troubles
                    .iter()
                    .all(|trouble| self.is_text(trouble.span.start, trouble.span.end)),
                "a trouble is no text",
            ),
        ];
        checks
            .iter()
            .find(|(holds, _)| !holds)
            .map(|(_, what)| (*what).to_owned())
    }

    fn precedes(&self, first: NodeId, again: NodeId) -> bool {
        first < again && (again.0 as usize) < self.nodes.len()
    }

    fn is_text(&self, start: u32, end: u32) -> bool {
        start <= end && self.text.get(start as usize..end as usize).is_some()
    }
}
