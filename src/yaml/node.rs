//! A view of one node: what it is, what it holds and where it was written.

use super::resolve::{Schema, Value};
use super::scalar;
use super::tree::{COOK, DUPLICATE_KEYS, Kind, MERGE, NodeId, PROPERTY, Property, RawNode, Style, Tree};
use crate::source::Span;
use std::borrow::Cow;
use std::cell::Cell;

/// A node of a tree. Cheap to copy; reads through aliases, but its place is where the alias is written.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    pub(super) tree: &'a Tree,
    pub(super) id: NodeId,
    /// The built tree that holds this node of a file, and the number of the graft it is part of.
    pub(super) within: Option<(&'a Tree, u32)>,
}

/// Which node it is, among those of all trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    tree: usize,
    id: NodeId,
}

/// What a node holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, number, boolean or nothing.
    Scalar,
    /// Keys and values.
    Mapping,
    /// Items.
    Sequence,
}

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The key as written.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn new(tree: &'a Tree, id: NodeId) -> Self {
        Self { tree, id, within: None }
    }

    /// The tree this node belongs to.
    pub fn tree(self) -> &'a Tree {
        self.tree
    }

    /// Its number in the tree: equal numbers of one tree are the same written node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The node of a tree with this number.
    pub fn from_id(tree: &'a Tree, id: NodeId) -> Self {
        Self::new(tree, id)
    }

    /// Which node it is, among those of all trees.
    pub fn identity(self) -> Identity {
        Identity { tree: std::ptr::from_ref(self.tree).addr(), id: self.id }
    }

    /// Whether both are the same written node, whatever they were reached through.
    pub fn is(self, other: Node<'_>) -> bool {
        self.identity() == other.identity()
    }

    /// Another node of the same tree, or the node that is grafted there.
    #[inline]
    fn other(self, id: u32) -> Self {
        Self { id: NodeId(id), ..self }.entered()
    }

    /// Where the node is written. For an alias: where the alias stands.
    pub fn span(self) -> Span {
        if let Some(place) = self.place() {
            return place.span;
        }
        let raw = self.raw_node();
        self.tree.span(raw.start, raw.end)
    }

    /// What the node holds.
    pub fn shape(self) -> Shape {
        match self.resolved().kind {
            Kind::Mapping => Shape::Mapping,
            Kind::Sequence => Shape::Sequence,
            Kind::Scalar | Kind::Alias | Kind::Empty | Kind::Graft => Shape::Scalar,
        }
    }

    /// How the node is written.
    pub fn style(self) -> Style {
        self.resolved().style
    }

    /// Whether this is a mapping.
    pub fn is_mapping(self) -> bool {
        self.shape() == Shape::Mapping
    }

    /// Whether this is a sequence.
    pub fn is_sequence(self) -> bool {
        self.shape() == Shape::Sequence
    }

    /// Whether the value is null: `~`, `null` or nothing at all.
    pub fn is_null(self) -> bool {
        self.shape() == Shape::Scalar && matches!(self.value(), Value::Null)
    }

    /// Whether nothing is inside: null, `""`, `[]` or `{}`.
    pub fn is_empty(self) -> bool {
        let raw = self.resolved();
        match raw.kind {
            Kind::Mapping | Kind::Sequence => raw.x == 0,
            _ => self.is_null() || self.text().is_empty(),
        }
    }

    /// Whether a template action stands inside: the value, or a part of it, is injected and unknown here.
    pub fn is_templated(self) -> bool {
        let raw = self.raw_node();
        if self.tree.overlaps_action(raw.start, raw.end) {
            return true;
        }
        // What is injected below a key without a value, or behind the last entry, stands outside the node as read.
        let is_open =
            matches!(raw.kind, Kind::Empty | Kind::Mapping | Kind::Sequence) && raw.style != Style::Flow;
        is_open && self.tree.is_injected(raw.end, self.start_of_next(raw))
    }

    fn start_of_next(self, raw: RawNode) -> u32 {
        let next = self.tree.nodes.get(raw.next as usize);
        next.map_or(self.tree.text.len() as u32, |next| next.start)
    }

    /// The value of a key. Merge keys are followed; of equal keys the last one counts, as for kubectl.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|entry| entry.value)
    }

    /// A key with its value. Merge keys are followed; of equal keys the last one counts, as for kubectl.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        self.entry_within(key, &Cell::new(MAX_MERGES))
    }

    /// The value below a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Keys and values as written; `<<` is an entry like any other. Empty unless this is a mapping.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let mut children = self.children(Kind::Mapping);
        std::iter::from_fn(move || {
            let key = children.next()?;
            let value = children.next()?;
            Some(Entry { key, value })
        })
    }

    /// Keys and values as they count: of equal keys the last, and what merge keys add. Empty unless this is a mapping.
    pub fn all_entries(self) -> Vec<(String, Self)> {
        let own = self.entries().filter(|entry| !entry.key.is_merge_key());
        let mut entries: Vec<_> = own.map(|entry| (entry.key.text().into_owned(), entry.value)).collect();
        if self.has_repeated_keys() || self.has_merge_keys() {
            let keys = self.keys_within(MAX_MERGES);
            let value = |key: String| self.get(&key).map(|value| (key, value));
            entries = keys.into_iter().filter_map(value).collect();
        }
        entries
    }

    /// Every key that counts, once.
    fn keys_within(self, merges: u32) -> std::collections::BTreeSet<String> {
        let mut keys = std::collections::BTreeSet::new();
        let mut queue = vec![self];
        let mut left = merges;
        while let (Some(at), true) = (queue.pop(), left > 0) {
            left -= 1;
            queue.extend(at.items());
            for entry in at.entries() {
                if entry.key.is_merge_key() {
                    queue.push(entry.value);
                } else {
                    keys.insert(entry.key.text().into_owned());
                }
            }
        }
        keys
    }

    /// The items of a sequence. Empty unless this is one.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        self.children(Kind::Sequence)
    }

    /// Every node below this one, itself included, in the order of the text. Aliases are not entered, so the walk is
    /// linear whatever the input.
    pub fn walk(self) -> Walk<'a> {
        Walk { from: self, at: self.id.0, end: self.raw_node().next, outer: None }
    }

    /// Whether `other` is this node or written below it.
    pub fn holds(self, other: Node<'_>) -> bool {
        if let (Some((built, graft)), true) = (other.within, self.within.is_none()) {
            return self.holds(built.grafted_at(graft));
        }
        self.id.0 <= other.id.0 && other.id.0 < self.raw_node().next && std::ptr::eq(self.tree, other.tree)
    }

    /// The text of a scalar after unquoting, unescaping and folding; empty for a collection.
    pub fn text(self) -> Cow<'a, str> {
        let raw = self.resolved();
        if raw.kind != Kind::Scalar {
            return Cow::Borrowed("");
        }
        if raw.flags & COOK == 0 {
            return Cow::Borrowed(unquoted(self.slice(raw), raw.style));
        }
        Cow::Owned(scalar::cook(&self.tree.text, raw))
    }

    /// The text of a plain scalar that is its characters, without properties; a short cut for [`Self::text`].
    pub(super) fn untouched_text(self) -> Option<&'a str> {
        let raw = self.raw_node();
        let untouched = raw.kind == Kind::Scalar && raw.style == Style::Plain && raw.flags == 0;
        if untouched { Some(self.slice(raw)) } else { None }
    }

    /// The text if it is known: a scalar that no template action injects and that is not null.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let scalar = self.shape() == Shape::Scalar && !self.is_null() && !self.is_templated();
        scalar.then(|| self.text())
    }

    /// Whether this is a scalar with exactly this text.
    #[inline]
    pub fn is_text(self, text: &str) -> bool {
        let raw = &self.tree.nodes[self.id.0 as usize];
        if raw.kind != Kind::Scalar || raw.flags & COOK != 0 {
            return self.is_text_as_read(text);
        }
        let quotes = usize::from(matches!(raw.style, Style::SingleQuoted | Style::DoubleQuoted));
        let (start, end) = (raw.start as usize + quotes, raw.end as usize - quotes);
        // Most texts differ in length already.
        end.wrapping_sub(start) == text.len()
            && self.tree.text.as_bytes().get(start..end) == Some(text.as_bytes())
    }

    fn is_text_as_read(self, text: &str) -> bool {
        self.resolved().kind == Kind::Scalar && self.text() == text
    }

    /// The typed value as kubectl reads it.
    pub fn value(self) -> Value<'a> {
        self.value_as(self.schema())
    }

    /// Who reads the node: what is built goes through kustomize, the rest through kubectl.
    fn schema(self) -> Schema {
        let is_built = self.within.is_some() || self.tree.built.is_some();
        if is_built { Schema::Kustomize } else { Schema::Kubectl }
    }

    /// The typed value as one of Kubernetes' readers reads it; null for a collection. A text that its tag cannot stand
    /// for stays a text here; [`Node::to_json`] says so.
    pub fn value_as(self, schema: Schema) -> Value<'a> {
        self.resolve(schema).unwrap_or_else(|_| Value::String(self.text()))
    }

    /// The characters of the node as written, quotes included.
    pub fn raw(self) -> &'a str {
        self.slice(self.raw_node())
    }

    /// Whether some characters stand in the node as written; in one that was built, in any part of it. Quick, to leave out
    /// what cannot matter.
    pub fn mentions(self, characters: &str) -> bool {
        self.parts().any(|part| part.raw().contains(characters))
    }

    /// The node, and the nodes of files that are parts of it if it was built.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        std::iter::once(self).chain(self.grafted())
    }

    /// The tag as written, `!!str` for example.
    pub fn tag(self) -> Option<&'a str> {
        self.property(&self.tree.tags)
    }

    /// The name of the node's anchor, without `&`.
    pub fn anchor(self) -> Option<&'a str> {
        self.property(&self.tree.anchors).and_then(|anchor| anchor.strip_prefix('&'))
    }

    fn property(self, properties: &'a [Property]) -> Option<&'a str> {
        let (id, raw) = self.resolved_entry();
        if raw.flags & PROPERTY == 0 {
            return None;
        }
        let at = properties.binary_search_by_key(&id, |property| property.node).ok()?;
        let property = properties[at];
        self.tree.text.get(property.start as usize..property.end as usize)
    }

    /// The anchored node that an alias stands for; the node itself if it is no alias.
    #[must_use]
    pub fn target(self) -> Self {
        Self { id: self.resolved_entry().0, ..self }
    }

    /// Whether this is an alias, whatever it stands for.
    pub fn is_alias(self) -> bool {
        self.raw_node().kind == Kind::Alias
    }

    /// Whether this is an alias that stands for nothing.
    pub(super) fn is_dangling(self) -> bool {
        self.resolved().kind == Kind::Alias
    }

    /// Whether the mapping has keys that kubectl cannot keep apart.
    pub fn has_repeated_keys(self) -> bool {
        self.resolved().flags & DUPLICATE_KEYS != 0
    }

    /// Whether the mapping has a `<<` key.
    pub fn has_merge_keys(self) -> bool {
        self.resolved().flags & MERGE != 0
    }

    fn entry_within(self, key: &str, merges: &Cell<u32>) -> Option<Entry<'a>> {
        let raw = self.resolved();
        if raw.kind != Kind::Mapping {
            return None;
        }
        let own = self.own_entry(key, raw);
        if own.is_some() || raw.flags & MERGE == 0 {
            return own;
        }
        let added = self.entries().filter(|entry| entry.key.is_merge_key());
        added.filter_map(|entry| entry.value.merged_entry(key, merges)).last()
    }

    /// Every look-up of every rule comes by here, so nothing is made of an entry before its key fits.
    fn own_entry(self, key: &str, mapping: RawNode) -> Option<Entry<'a>> {
        let nodes = &self.tree.nodes;
        let node = |at: u32| Self { id: NodeId(at), ..self };
        let mut found = None;
        let mut at = self.resolved_entry().0.0 + 1;
        while at < mapping.next {
            let value = nodes[at as usize].next;
            if node(at).is_text(key) {
                found = Some(Entry { key: node(at), value: self.other(value) });
                if mapping.flags & DUPLICATE_KEYS == 0 {
                    break;
                }
            }
            at = nodes[value as usize].next;
        }
        found
    }

    /// The value of `<<` is a mapping or a sequence of mappings, of which the first that has the key counts.
    fn merged_entry(self, key: &str, merges: &Cell<u32>) -> Option<Entry<'a>> {
        merges.set(merges.get().checked_sub(1)?);
        match self.shape() {
            Shape::Mapping => self.entry_within(key, merges),
            Shape::Sequence => self.items().find_map(|item| item.merged_entry(key, merges)),
            Shape::Scalar => None,
        }
    }

    /// `<<` counts only unquoted.
    pub fn is_merge_key(self) -> bool {
        let raw = self.raw_node();
        raw.kind == Kind::Scalar && raw.style == Style::Plain && self.slice(raw) == "<<"
    }

    fn children(self, kind: Kind) -> Children<'a> {
        let (id, raw) = self.resolved_entry();
        let end = if raw.kind == kind { raw.next } else { id.0 + 1 };
        Children { from: self, at: id.0 + 1, end }
    }

    pub(super) fn raw_node(self) -> RawNode {
        self.tree.nodes[self.id.0 as usize]
    }

    pub(super) fn resolved(self) -> RawNode {
        self.resolved_entry().1
    }

    /// The target of an alias is never an alias, so one step is enough.
    fn resolved_entry(self) -> (NodeId, RawNode) {
        let raw = self.raw_node();
        if raw.kind != Kind::Alias {
            return (self.id, raw);
        }
        (NodeId(raw.x), self.tree.nodes[raw.x as usize])
    }

    fn slice(self, raw: RawNode) -> &'a str {
        self.tree.text.get(raw.start as usize..raw.end as usize).unwrap_or_default()
    }
}

/// Mappings that one look-up follows merge keys into. Nobody writes as many, and merges of merges must not explode.
const MAX_MERGES: u32 = 256;

fn unquoted(slice: &str, style: Style) -> &str {
    match style {
        Style::SingleQuoted | Style::DoubleQuoted => scalar::inside(slice),
        _ => slice,
    }
}

struct Children<'a> {
    from: Node<'a>,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.end {
            return None;
        }
        let id = self.at;
        self.at = self.from.tree.nodes[id as usize].next;
        Some(self.from.other(id))
    }
}

/// See [`Node::walk`].
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    from: Node<'a>,
    at: u32,
    end: u32,
    /// Where the walk goes on in the built tree after the part of a file that is grafted into it.
    outer: Option<(Node<'a>, u32, u32)>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.end {
            (self.from, self.at, self.end) = self.outer.take()?;
            return self.next();
        }
        let node = self.from.other(self.at);
        self.at += 1;
        if !std::ptr::eq(node.tree, self.from.tree) {
            self.outer = Some((self.from, self.at, self.end));
            (self.from, self.at, self.end) = (node, node.id.0 + 1, node.raw_node().next);
        }
        Some(node)
    }
}
