//! Trees that kustomize built. What it changed stands in the tree itself; what it left alone is grafted: it still is
//! the node of the file it was written in.

use super::node::{Node, Shape};
use super::tree::{Kind, NodeId, RawNode, Style, Tree};
use crate::provenance::Place;
use crate::source::FileId;
use std::sync::Arc;

/// Puts a built tree together, from its root downwards. Keys are scalars, each followed by its value.
#[derive(Debug, Default)]
pub struct Builder {
    text: String,
    nodes: Vec<RawNode>,
    built: Built,
    open: Vec<usize>,
}

/// What a built tree knows beyond any other.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// For each node, where it was written.
    places: Vec<Option<Place>>,
    grafts: Vec<Graft>,
}

#[derive(Debug)]
struct Graft {
    tree: Arc<Tree>,
    root: NodeId,
    /// The node of the built tree that stands for it.
    at: NodeId,
}

impl Builder {
    /// Begins a mapping or a sequence. [`Builder::close`] ends it.
    pub fn open(&mut self, shape: Shape, place: Place) {
        let kind = if shape == Shape::Mapping { Kind::Mapping } else { Kind::Sequence };
        let at = self.text.len() as u32;
        self.open.push(self.nodes.len());
        self.push(kind, Style::Block, at, Some(place));
    }

    /// Ends the collection that was begun last. So many entries or items are in it.
    pub fn close(&mut self, count: usize) {
        let (next, end) = (self.nodes.len() as u32, self.text.len() as u32);
        if let Some(at) = self.open.pop() {
            let node = &mut self.nodes[at];
            (node.next, node.end, node.x) = (next, end, count as u32);
        }
    }

    /// Adds a scalar. One that is a text whatever it looks like stands between quotes; it needs no escapes, because
    /// nobody reads it again.
    pub fn scalar(&mut self, text: &str, is_text: bool, place: Place) {
        let start = self.text.len() as u32;
        if is_text {
            self.text.extend(["\"", text, "\""]);
            self.push(Kind::Scalar, Style::DoubleQuoted, start, Some(place));
        } else {
            self.text.push_str(text);
            let kind = if text.is_empty() { Kind::Empty } else { Kind::Scalar };
            self.push(kind, Style::Plain, start, Some(place));
        }
    }

    /// Adds a node of a file with everything below it.
    pub fn graft(&mut self, tree: &Arc<Tree>, root: NodeId) {
        let at = NodeId(self.nodes.len() as u32);
        self.push(Kind::Graft, Style::Block, self.text.len() as u32, None);
        self.nodes[at.0 as usize].x = self.built.grafts.len() as u32;
        self.built.grafts.push(Graft { tree: Arc::clone(tree), root, at });
    }

    /// How many nodes there are so far; what is grafted counts as one.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The tree. `file` is where its root is written.
    pub fn finish(self, file: FileId) -> Tree {
        let mut tree = Tree::of_nodes(file, self.text.into(), self.nodes);
        tree.built = Some(Box::new(self.built));
        tree
    }

    fn push(&mut self, kind: Kind, style: Style, start: u32, place: Option<Place>) {
        let (end, next) = (self.text.len() as u32, self.nodes.len() as u32 + 1);
        self.nodes.push(RawNode { kind, style, flags: 0, start, end, next, x: 0 });
        self.built.places.push(place);
    }
}

impl Tree {
    /// The root of a tree that [`Builder`] made.
    pub fn built_root(&self) -> Node<'_> {
        Node::new(self, NodeId(0))
    }

    /// The node of a built tree that stands for a graft.
    pub(super) fn grafted_at(&self, graft: u32) -> Node<'_> {
        let id = self.graft(graft).map_or(NodeId(0), |graft| graft.at);
        // Not entered: it is the place in the built tree that is asked for.
        Node { tree: self, id, within: None }
    }

    pub(super) fn is_root_of_graft(&self, graft: u32, id: NodeId) -> bool {
        self.graft(graft).is_some_and(|graft| graft.root == id)
    }

    fn graft(&self, graft: u32) -> Option<&Graft> {
        self.built.as_ref()?.grafts.get(graft as usize)
    }
}

impl<'a> Node<'a> {
    /// Where a node that was built was written and how it came to be; nothing for a node of a file.
    #[inline]
    pub fn place(self) -> Option<&'a Place> {
        self.tree.built.as_ref()?.places[self.id.0 as usize].as_ref()
    }

    /// The same node for as long as `outer` lives. Nothing unless it is in the tree of `outer`, or grafted into it.
    pub fn reached_from(self, outer: Node<'_>) -> Option<Node<'_>> {
        if std::ptr::eq(self.tree, outer.tree) {
            return Some(Node { id: self.id, ..outer });
        }
        let (built, number) = self.within?;
        let graft = outer.tree.graft(number).filter(|_| std::ptr::eq(built, outer.tree))?;
        Some(Node { tree: &graft.tree, id: self.id, within: Some((outer.tree, number)) })
    }

    /// The nodes of files that are grafted into a built node.
    pub(super) fn grafted(self) -> impl Iterator<Item = Self> {
        let grafts = self.tree.built.as_ref().map_or(&[][..], |built| &built.grafts);
        let (first, next) = (self.id, self.raw_node().next);
        // They were added in the order of the nodes.
        let grafts = &grafts[grafts.partition_point(|graft| graft.at < first)..];
        let inside = grafts.iter().take_while(move |graft| graft.at.0 < next);
        inside.map(move |graft| Self { id: graft.at, ..self }.entered())
    }

    /// The node itself, or the node of a file that is grafted here.
    #[inline]
    pub(super) fn entered(self) -> Self {
        let Some(built) = &self.tree.built else { return self };
        let raw = self.raw_node();
        match built.grafts.get(raw.x as usize) {
            Some(graft) if raw.kind == Kind::Graft => {
                Self { tree: &graft.tree, id: graft.root, within: Some((self.tree, raw.x)) }
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::pointer;
    use crate::source::{FileKind, Sources, Span};
    use crate::yaml::{Schema, parse};
    use serde_json::json;

    /// `{a: <made>, b: <graft of {c: [d, 1]}>, e: [<graft of d>]}`
    fn built() -> Tree {
        let text = "c: [d, 1]\n";
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let written = Arc::new(parse(file, text.into()));
        let place = || Place::at(Span::new(file, 0, 1));
        let root = written.roots().next().expect("written above");
        let item = root.get("c").and_then(|c| c.items().next()).expect("written above");
        let mut builder = Builder::default();
        builder.open(Shape::Mapping, place());
        builder.scalar("a", true, place());
        builder.scalar("1.10", true, Place::at(Span::new(file, 4, 5)));
        builder.scalar("b", true, place());
        builder.graft(&written, root.id());
        builder.scalar("e", true, place());
        builder.open(Shape::Sequence, place());
        builder.graft(&written, item.id());
        builder.close(1);
        builder.close(3);
        builder.finish(file)
    }

    #[test]
    fn a_built_tree_reads_like_any_other() {
        let tree = built();
        let root = tree.built_root();
        let json = root.to_json(Schema::Kustomize).expect("it is JSON");
        assert_eq!(json, json!({"a": "1.10", "b": {"c": ["d", 1]}, "e": ["d"]}));
        assert_eq!(root.at(&["b", "c"]).map(|c| c.items().count()), Some(2));
    }

    #[test]
    fn nodes_are_found_again_wherever_they_are_grafted() {
        let (tree, other) = (built(), built());
        let root = tree.built_root();
        let again = |node: Node<'_>| node.reached_from(root).map(|node| pointer(root, node));
        assert!(root.walk().all(|node| again(node) == Some(pointer(root, node))));
        assert!(other.built_root().walk().all(|node| again(node).is_none()));
    }

    #[test]
    fn everything_knows_its_place_and_the_way_up() {
        let tree = built();
        let root = tree.built_root();
        assert_eq!(root.get("a").map(|a| a.span().start), Some(4));
        let spans: Vec<_> = root.walk().map(|node| node.span().start).collect();
        assert_eq!(spans, [0, 0, 4, 0, 0, 0, 3, 4, 7, 0, 0, 4]);
        let pointers: Vec<_> = root.walk().map(|node| pointer(root, node)).collect();
        let expected = ["", "/a", "/a", "/b", "/b", "/b/c", "/b/c", "/b/c/0", "/b/c/1", "/e", "/e", "/e/0"];
        assert_eq!(pointers, expected);
        let b = root.get("b").expect("built above");
        assert!(b.walk().all(|node| root.holds(node) && b.holds(node)));
        assert!(!b.holds(root) && !b.holds(root.get("e").expect("built above")));
    }
}
