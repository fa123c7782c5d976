//! A value that is being built: a persistent tree. What nobody changed still is the node of the file it was written
//! in; only the way down to a change is new, and shared by everybody who builds on it.

use crate::provenance::{Operation, Place};
use crate::source::Span;
use crate::yaml::{Node, NodeId, Schema, Shape, Tree, Value as Typed};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// A value and where it was written. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Value {
    /// As it is written.
    Written(Written),
    /// A scalar that was made or changed.
    Scalar(Arc<Scalar>),
    /// A mapping in which something was changed.
    Map(Arc<Map>),
    /// A sequence in which something was changed.
    List(Arc<List>),
}

/// A node of a file.
#[derive(Debug, Clone)]
pub struct Written {
    tree: Arc<Tree>,
    id: NodeId,
}

/// A scalar that was made or changed.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// Its text, not quoted.
    pub text: Arc<str>,
    /// Whether the text is a text whatever it looks like. Otherwise it is read as YAML is: `3` is a number.
    pub is_text: bool,
    /// Where it was written.
    pub place: Place,
}

/// Keys and values in the order they were written. Kubernetes' mappings are small: a search is faster than an index.
#[derive(Debug, Clone)]
pub struct Map {
    /// Each key once.
    pub entries: Vec<Entry>,
    /// Where it was written.
    pub place: Place,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Value,
}

/// A key and where it was written.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its text.
    pub text: Arc<str>,
    /// Where it was written.
    pub span: Span,
}

/// Items in order.
#[derive(Debug, Clone)]
pub struct List {
    /// The items.
    pub items: Vec<Value>,
    /// Where it was written.
    pub place: Place,
}

impl Value {
    /// A node of a file.
    pub fn written(tree: &Arc<Tree>, node: Node<'_>) -> Self {
        Self::Written(Written { tree: Arc::clone(tree), id: node.id() })
    }

    /// A text, whatever it looks like.
    pub fn text_at(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self::Scalar(Arc::new(Scalar { text: text.into(), is_text: true, place }))
    }

    /// A scalar that is read as YAML is: `3` is a number, nothing is null.
    pub fn plain_at(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self::Scalar(Arc::new(Scalar { text: text.into(), is_text: false, place }))
    }

    /// An empty mapping.
    pub fn empty_map(span: Span) -> Self {
        Self::Map(Arc::new(Map { entries: Vec::new(), place: Place::at(span) }))
    }

    /// An empty sequence.
    pub fn empty_list(span: Span) -> Self {
        Self::List(Arc::new(List { items: Vec::new(), place: Place::at(span) }))
    }

    /// What it holds.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Written(written) => written.node().shape(),
            Self::Scalar(_) => Shape::Scalar,
            Self::Map(_) => Shape::Mapping,
            Self::List(_) => Shape::Sequence,
        }
    }

    /// Whether it is a mapping.
    pub fn is_map(&self) -> bool {
        self.shape() == Shape::Mapping
    }

    /// Whether it is a sequence.
    pub fn is_list(&self) -> bool {
        self.shape() == Shape::Sequence
    }

    /// Whether it is null: `~`, `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Written(written) => written.node().is_null(),
            Self::Scalar(scalar) => !scalar.is_text && scalar.typed() == Typed::Null,
            Self::Map(_) | Self::List(_) => false,
        }
    }

    /// Where it was written.
    pub fn span(&self) -> Span {
        match self {
            Self::Written(written) => written.node().span(),
            Self::Scalar(scalar) => scalar.place.span,
            Self::Map(map) => map.place.span,
            Self::List(list) => list.place.span,
        }
    }

    /// Where it was written and how it came to be.
    pub fn place(&self) -> Place {
        match self {
            Self::Written(written) => Place::at(written.node().span()),
            Self::Scalar(scalar) => scalar.place.clone(),
            Self::Map(map) => map.place.clone(),
            Self::List(list) => list.place.clone(),
        }
    }

    /// The text of a scalar; empty for anything else, and for null.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Written(written) if !written.node().is_null() => written.node().text(),
            Self::Scalar(scalar) if !self.is_null() => Cow::Borrowed(&scalar.text),
            _ => Cow::Borrowed(""),
        }
    }

    /// The text of a scalar that is not null.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        (self.shape() == Shape::Scalar && !self.is_null()).then(|| self.text())
    }

    /// Whether the scalar is a text for kustomize, not a number, a boolean or null.
    pub fn is_string(&self) -> bool {
        match self {
            Self::Written(written) => {
                let node = written.node();
                node.shape() == Shape::Scalar && matches!(node.value_as(Schema::Kustomize), Typed::String(_))
            }
            Self::Scalar(scalar) => scalar.is_text || matches!(scalar.typed(), Typed::String(_)),
            Self::Map(_) | Self::List(_) => false,
        }
    }

    /// The written node, where it is one.
    pub fn node(&self) -> Option<Node<'_>> {
        match self {
            Self::Written(written) => Some(written.node()),
            _ => None,
        }
    }

    /// The tree of the written node, where it is one.
    pub fn tree(&self) -> Option<&Arc<Tree>> {
        match self {
            Self::Written(written) => Some(&written.tree),
            _ => None,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Self> {
        match self {
            Self::Written(written) => Some(written.child(written.node().get(key)?)),
            Self::Map(map) => map.get(key).cloned(),
            Self::Scalar(_) | Self::List(_) => None,
        }
    }

    /// The value below a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<Self> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, key| value.get(key))
    }

    /// The text below a path of keys.
    pub fn text_of(&self, path: &[&str]) -> Option<String> {
        self.at(path)?.as_text().map(Cow::into_owned)
    }

    /// Keys and values, merge keys (`<<`) followed; empty unless this is a mapping.
    pub fn entries(&self) -> Vec<Entry> {
        match self {
            Self::Written(written) => written.entries(),
            Self::Map(map) => map.entries.clone(),
            Self::Scalar(_) | Self::List(_) => Vec::new(),
        }
    }

    /// The items; empty unless this is a sequence.
    pub fn items(&self) -> Vec<Self> {
        match self {
            Self::Written(written) => written.node().items().map(|item| written.child(item)).collect(),
            Self::List(list) => list.items.clone(),
            Self::Scalar(_) | Self::Map(_) => Vec::new(),
        }
    }

    /// The mapping, ready to be changed; nothing if it is none.
    pub fn map_mut(&mut self) -> Option<&mut Map> {
        if let Self::Written(written) = self {
            if !written.node().is_mapping() {
                return None;
            }
            let place = Place::at(written.node().span());
            *self = Self::Map(Arc::new(Map { entries: written.entries(), place }));
        }
        match self {
            Self::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// The sequence, ready to be changed; nothing if it is none.
    pub fn list_mut(&mut self) -> Option<&mut List> {
        if let Self::Written(written) = self {
            if !written.node().is_sequence() {
                return None;
            }
            let place = Place::at(written.node().span());
            *self = Self::List(Arc::new(List { items: self.items(), place }));
        }
        match self {
            Self::List(list) => Some(Arc::make_mut(list)),
            _ => None,
        }
    }

    /// The value below a path of keys, ready to be changed. Missing and null mappings on the way are made, as if they
    /// stood at `made_at`; nothing if something else is in the way.
    pub fn make(&mut self, path: &[&str], made_at: Span) -> Option<&mut Self> {
        let mut value = self;
        for key in path {
            if value.is_null() {
                *value = Self::empty_map(made_at);
            }
            value = value.map_mut()?.slot(key, made_at);
        }
        Some(value)
    }

    /// The value below a path of keys that is there, ready to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        // Nothing is opened on a way that leads nowhere.
        if !path.is_empty() && self.at(path).is_none() {
            return None;
        }
        path.iter().try_fold(self, |value, key| value.map_mut()?.get_mut(key))
    }

    /// Puts another value here and writes down what did it.
    pub fn replace(&mut self, new: Self, operation: Operation, by: Span) {
        let before = self.place();
        *self = new.after(&before, operation, by);
    }

    /// This value, which took the place of another. A written collection stays what it is: its own place says enough.
    #[must_use]
    pub fn after(self, before: &Place, operation: Operation, by: Span) -> Self {
        match self {
            Self::Scalar(mut scalar) => {
                let changed = Arc::make_mut(&mut scalar);
                changed.place = changed.place.clone().after(before, operation, by);
                Self::Scalar(scalar)
            }
            Self::Written(written) if written.node().shape() == Shape::Scalar => {
                let mut scalar = written.scalar();
                scalar.place = scalar.place.after(before, operation, by);
                Self::Scalar(Arc::new(scalar))
            }
            other => other,
        }
    }

    /// Whether values are nested in it more deeply than this, or there are too many to say.
    pub fn is_deeper_than(&self, limit: usize) -> bool {
        let mut open = vec![(self.clone(), 0)];
        let mut left = MAX_VALUES;
        while let Some((value, depth)) = open.pop() {
            if depth > limit || left == 0 {
                return true;
            }
            left -= 1;
            open.extend(value.items().into_iter().map(|item| (item, depth + 1)));
            open.extend(value.entries().into_iter().map(|entry| (entry.value, depth + 1)));
        }
        false
    }

    /// Whether both are the very same value, not merely equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Written(a), Self::Written(b)) => a.id == b.id && Arc::ptr_eq(&a.tree, &b.tree),
            (Self::Scalar(a), Self::Scalar(b)) => Arc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The value as JSON, as kustomize has it; null for what is no JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Written(written) => written.node().to_json(Schema::Kustomize).unwrap_or_default(),
            Self::Scalar(scalar) => scalar.to_json(),
            Self::Map(map) => {
                let entry = |entry: &Entry| (entry.key.text.to_string(), entry.value.to_json());
                serde_json::Value::Object(map.entries.iter().map(entry).collect())
            }
            Self::List(list) => list.items.iter().map(Self::to_json).collect(),
        }
    }
}

/// More values than an object of Kubernetes can have.
const MAX_VALUES: usize = 200_000;

impl Written {
    /// The tree of the node.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The node.
    pub fn node(&self) -> Node<'_> {
        Node::from_id(&self.tree, self.id)
    }

    fn child(&self, node: Node<'_>) -> Value {
        Value::Written(Self { tree: Arc::clone(&self.tree), id: node.id() })
    }

    /// A mapping's own keys count before those that merge keys add.
    fn entries(&self) -> Vec<Entry> {
        let node = self.node();
        if !node.has_merge_keys() && !node.has_repeated_keys() {
            return node.entries().map(|entry| self.entry(entry)).collect();
        }
        let mut merged = Merged::default();
        self.collect(node, &mut merged, MAX_MERGES);
        merged.entries
    }

    fn entry(&self, entry: crate::yaml::Entry<'_>) -> Entry {
        let key = Key { text: entry.key.text().into(), span: entry.key.span() };
        Entry { key, value: self.child(entry.value) }
    }

    fn collect(&self, node: Node<'_>, merged: &mut Merged, depth: u32) {
        if merged.mappings >= MAX_MAPPINGS {
            return;
        }
        merged.mappings += 1;
        let has_merges = node.has_merge_keys();
        for entry in node.entries().filter(|entry| !has_merges || !entry.key.is_merge_key()) {
            merged.add(self.entry(entry), depth == MAX_MERGES);
        }
        if !has_merges || depth == 0 {
            return;
        }
        for entry in node.entries().filter(|entry| entry.key.is_merge_key()) {
            match entry.value.shape() {
                Shape::Mapping => self.collect(entry.value, merged, depth - 1),
                Shape::Sequence => {
                    for item in entry.value.items() {
                        self.collect(item, merged, depth - 1);
                    }
                }
                Shape::Scalar => {}
            }
        }
    }

    fn scalar(&self) -> Scalar {
        let node = self.node();
        let is_text = matches!(node.value_as(Schema::Kustomize), Typed::String(_));
        let text: Arc<str> = if node.is_null() { "".into() } else { node.text().into() };
        Scalar { text, is_text, place: Place::at(node.span()) }
    }
}

/// Entries, each key once. There may be very many, so they are not searched one by one.
#[derive(Default)]
struct Merged {
    entries: Vec<Entry>,
    known: HashMap<Arc<str>, usize>,
    mappings: u32,
}

impl Merged {
    /// A mapping's own keys: of equal ones the last counts. Others count only where there is none.
    fn add(&mut self, entry: Entry, is_own: bool) {
        match self.known.get(&entry.key.text) {
            Some(&at) if is_own => self.entries[at].value = entry.value,
            Some(_) => {}
            None => {
                self.known.insert(Arc::clone(&entry.key.text), self.entries.len());
                self.entries.push(entry);
            }
        }
    }
}

/// How many mappings are merged into one. Merges of merges must not explode.
const MAX_MAPPINGS: u32 = 256;

/// How deep merge keys in merge keys are followed.
const MAX_MERGES: u32 = 16;

impl Scalar {
    fn typed(&self) -> Typed<'_> {
        Typed::of_plain(&self.text, Schema::Kustomize)
    }

    fn to_json(&self) -> serde_json::Value {
        if self.is_text {
            return serde_json::Value::String(self.text.to_string());
        }
        self.typed().to_json().unwrap_or_default()
    }
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|entry| &*entry.key.text == key).map(|entry| &entry.value)
    }

    /// The value of a key, ready to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|entry| &*entry.key.text == key).map(|entry| &mut entry.value)
    }

    /// Puts a value at a key that may be there already, which then keeps its place in the order.
    pub fn insert(&mut self, key: Key, value: Value) {
        match self.get_mut(&key.text) {
            Some(slot) => *slot = value,
            None => self.entries.push(Entry { key, value }),
        }
    }

    /// Takes a key away with its value.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| &*entry.key.text == key)?;
        Some(self.entries.remove(at))
    }

    /// The value of a key, which is null as long as nothing is put there.
    fn slot(&mut self, key: &str, span: Span) -> &mut Value {
        let at = self.entries.iter().position(|entry| &*entry.key.text == key).unwrap_or_else(|| {
            let key = Key { text: key.into(), span };
            self.entries.push(Entry { key, value: Value::plain_at("", Place::at(span)) });
            self.entries.len() - 1
        });
        &mut self.entries[at].value
    }
}
