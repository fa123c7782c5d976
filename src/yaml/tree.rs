//! The arena a file is read into.
//!
//! Nodes stand in the order of the text, parents before children. A node's first child is the next node in the
//! arena and `next` is the first node after its subtree, so a tree needs no pointers and no allocation per node.

use super::built::Built;
use super::node::Node;
use super::step::RawStep;
use super::trouble::Trouble;
use crate::source::{FileId, Span};
use std::sync::{Arc, OnceLock};

/// A file, or a text inside one, read into nodes. Bad documents are marked, the others are still there.
#[derive(Debug)]
pub struct Tree {
    pub(super) file: FileId,
    pub(super) text: Arc<str>,
    /// Where `text` stands in the file.
    pub(super) origin: Origin,
    pub(super) nodes: Vec<RawNode>,
    pub(super) documents: Vec<Document>,
    pub(super) comments: Vec<(u32, u32)>,
    pub(super) anchors: Vec<Property>,
    pub(super) tags: Vec<Property>,
    pub(super) duplicates: Vec<(NodeId, NodeId)>,
    pub(super) troubles: Vec<Trouble>,
    /// Template actions that were masked, sorted by start.
    pub(super) actions: Vec<Action>,
    /// For a tree that kustomize built: where its nodes were written, and what is grafted into it.
    pub(super) built: Option<Box<Built>>,
    /// Made when somebody asks for the way to a node.
    pub(super) steps: OnceLock<Box<[RawStep]>>,
}

impl Tree {
    /// A file that is one text to whoever takes it in, not YAML.
    pub fn of_text(file: FileId, text: Arc<str>) -> Self {
        let end = text.len() as u32;
        let root =
            RawNode { kind: Kind::Scalar, style: Style::Literal, flags: 0, start: 0, end, next: 1, x: 0 };
        Self::of_nodes(file, text, vec![root])
    }

    /// A tree of nothing but these nodes: nobody read the text as YAML.
    pub(super) fn of_nodes(file: FileId, text: Arc<str>, nodes: Vec<RawNode>) -> Self {
        Self {
            file,
            text,
            origin: Origin::File,
            nodes,
            documents: Vec::new(),
            comments: Vec::new(),
            anchors: Vec::new(),
            tags: Vec::new(),
            duplicates: Vec::new(),
            troubles: Vec::new(),
            actions: Vec::new(),
            built: None,
            steps: OnceLock::new(),
        }
    }

    /// The scalar that [`Tree::of_text`] makes of a file.
    pub fn root_of_text(&self) -> Node<'_> {
        Node::new(self, NodeId(0))
    }

    /// The file the text was read from.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Every document, the unreadable ones included.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The root node of every document that could be read and is not empty.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        let readable = self.documents.iter().filter_map(|document| document.root);
        readable.map(|id| Node::new(self, id)).filter(|node| !node.is_null())
    }

    /// What was wrong, in the order of the text.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Whether aliases may stand in the text.
    pub fn has_aliases(&self) -> bool {
        !self.anchors.is_empty()
    }

    /// Pairs of equal keys in one mapping: the first and the one that repeats it.
    pub fn duplicates(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let pair = |&(first, again)| (Node::new(self, first), Node::new(self, again));
        self.duplicates.iter().map(pair)
    }

    /// Comments in the order of the text, each from `#` to the end of its line.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.comments.iter().map(|&(start, end)| self.span(start, end))
    }

    /// Whether template actions were masked before reading.
    pub fn is_template(&self) -> bool {
        !self.actions.is_empty()
    }

    /// The place of a document, its markers included.
    pub fn span_of(&self, document: &Document) -> Span {
        self.span(document.start, document.end)
    }

    /// A place in the file for a range of this tree's text.
    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        self.origin.span(self.file, start, end)
    }

    pub(super) fn overlaps_action(&self, start: u32, end: u32) -> bool {
        self.actions_from(start).next().is_some_and(|action| action.start < end)
    }

    /// Whether something is injected in a range.
    pub(super) fn is_injected(&self, start: u32, end: u32) -> bool {
        let mut actions = self.actions_from(start).take_while(|action| action.start < end);
        actions.any(|action| action.injects)
    }

    fn actions_from(&self, start: u32) -> impl Iterator<Item = &Action> {
        let first = self.actions.partition_point(|action| action.end <= start);
        self.actions.iter().skip(first)
    }
}

/// A template action that was masked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Action {
    pub(super) start: u32,
    pub(super) end: u32,
    /// It puts something into the text, unlike `if` or `end`.
    pub(super) injects: bool,
}

/// Where the text of a tree stands in its file.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// It is the file.
    File,
    /// Each of its lines stands somewhere in the file: a literal block scalar.
    Lines(Vec<EmbeddedLine>),
    /// It stands in the file in another form, so that only the whole has a place.
    Whole(u32, u32),
}

impl Origin {
    pub(super) fn span(&self, file: FileId, start: u32, end: u32) -> Span {
        match self {
            Self::File => Span::new(file, start, end),
            Self::Whole(start, end) => Span::new(file, *start, *end),
            Self::Lines(lines) => {
                // An end at the beginning of a line belongs to the line before.
                let last = if start < end { end - 1 } else { start };
                Span::new(file, in_file(lines, start, start), in_file(lines, last, end))
            }
        }
    }
}

/// The place of an offset in the line that holds another.
fn in_file(lines: &[EmbeddedLine], held: u32, offset: u32) -> u32 {
    let line = lines.partition_point(|line| line.start <= held).saturating_sub(1);
    lines.get(line).map_or(offset, |line| (line.in_file + (offset - line.start)).min(line.end_in_file))
}

/// Where a line of an embedded text stands in its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddedLine {
    /// Offset of the line in the embedded text.
    pub(super) start: u32,
    /// Offset of the same character in the file.
    pub(super) in_file: u32,
    /// The end of the line in the file. What the text has beyond it is its line break.
    pub(super) end_in_file: u32,
}

/// One document of a file.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// Its root; absent where the document could not be read.
    pub(super) root: Option<NodeId>,
    /// Whether it begins with `---`.
    pub(super) explicit_start: bool,
    /// Whether it ends with `...`.
    pub(super) explicit_end: bool,
    /// Whether it follows another document without a `---` between them.
    pub(super) ignored: bool,
    /// Range of the text.
    pub(super) start: u32,
    /// First byte after the document.
    pub(super) end: u32,
}

impl Document {
    /// Whether the document could be read.
    pub fn is_readable(&self) -> bool {
        self.root.is_some()
    }

    /// Whether kubectl and kustomize never look at it.
    pub fn is_ignored(&self) -> bool {
        self.ignored
    }

    /// Whether it begins with `---`.
    pub fn has_start_marker(&self) -> bool {
        self.explicit_start
    }

    /// Whether it ends with `...`.
    pub fn has_end_marker(&self) -> bool {
        self.explicit_end
    }

    /// Its root node; absent where the document could not be read.
    pub fn root(self, tree: &Tree) -> Option<Node<'_>> {
        self.root.map(|id| Node::new(tree, id))
    }
}

/// The index of a node in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl RawNode {
    /// Whether all of its children were read.
    pub(super) fn is_closed(self) -> bool {
        self.next != OPEN
    }
}

/// What `next` holds while a collection is being read. No node can be followed by the first one.
pub(super) const OPEN: u32 = 0;

/// 20 bytes. What `x` holds depends on the kind: the number of children of a collection, the target of an alias,
/// indentation and chomping of a block scalar.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawNode {
    pub(super) kind: Kind,
    pub(super) style: Style,
    pub(super) flags: u16,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) next: u32,
    pub(super) x: u32,
}

/// The text of the scalar is not its value: it has escapes, folds or indentation.
pub(super) const COOK: u16 = 1;
/// The node has an anchor or a tag.
pub(super) const PROPERTY: u16 = 2;
/// The mapping has a key twice.
pub(super) const DUPLICATE_KEYS: u16 = 4;
/// The mapping has a `<<` key.
pub(super) const MERGE: u16 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Mapping,
    Sequence,
    Alias,
    /// A value that is not written: `a:`.
    Empty,
    /// In a built tree: a node of a file, with everything below it. `x` is its number among the grafts.
    Graft,
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection over several lines.
    Block,
    /// `[a, b]` or `{a: b}`
    Flow,
}

/// An anchor (`&a`) or a tag (`!!str`) of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property {
    pub(super) node: NodeId,
    pub(super) start: u32,
    pub(super) end: u32,
}
