//! Nodes as CEL sees them, and values of CEL as a reader sees them.
//!
//! A collection is taken apart when an expression looks into it, one level at a time: most expressions look at two
//! values of an object that has a thousand, and aliases of aliases cost only what is looked at.

use crate::yaml::{Node, Value as Scalar};
use cel::common::traits::{self, Adder, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt, DYN_TYPE, Kind, Type,
};
use cel::common::value::{Builtin, BuiltinRef, Val};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A node as a value that borrows its texts. A key whose value is null is absent, as it is for the API server; merge
/// keys are followed; what a template action injects is shown as it is written.
pub(super) fn of<'a>(node: Node<'a>) -> Box<dyn Val + 'a> {
    at_depth(node, 0)
}

/// Deeper than any manifest. CEL goes down value by value, and aliases of aliases would take it to the end of its stack.
const DEEPEST: u32 = 200;

fn at_depth<'a>(node: Node<'a>, depth: u32) -> Box<dyn Val + 'a> {
    if depth > DEEPEST {
        return Box::new(CelNull);
    }
    if node.is_mapping() || node.is_sequence() {
        return Box::new(Collection(Arc::new(Lazy { node, depth, inside: OnceLock::new() })));
    }
    if node.is_templated() {
        return Box::new(CelString::from(node.raw()));
    }
    match node.value() {
        Scalar::Null => Box::new(CelNull),
        Scalar::Bool(answer) => Box::new(CelBool::from(answer)),
        Scalar::Int(number) => Box::new(CelInt::from(number)),
        Scalar::Uint(number) => Box::new(CelUInt::from(number)),
        Scalar::Float(number) => Box::new(CelDouble::from(number)),
        Scalar::String(text) => Box::new(CelString::from(text)),
    }
}

/// A mapping or a sequence. Behind it stands a map or a list of CEL's own, which answers for it in everything but one:
/// CEL's maps have no order, so a message made by walking over one would differ from run to run.
#[derive(Debug, Clone)]
struct Collection<'a>(Arc<Lazy<'a>>);

#[derive(Debug)]
struct Lazy<'a> {
    node: Node<'a>,
    /// How many collections stand around it, aliases followed.
    depth: u32,
    inside: OnceLock<Inside<'a>>,
}

#[derive(Debug)]
enum Inside<'a> {
    List(CelList<'a>),
    Map { map: CelMap<'a>, keys: Vec<CelMapKey<'a>> },
}

impl<'a> Collection<'a> {
    fn inside(&self) -> &Inside<'a> {
        let (node, below) = (self.0.node, self.0.depth + 1);
        self.0.inside.get_or_init(|| {
            if node.is_sequence() {
                let items = node.items().map(|item| at_depth(item, below));
                return Inside::List(CelList::from(items.collect::<Vec<_>>()));
            }
            let mut entries = Entries { depth: below, ..Entries::default() };
            entries.add(node);
            entries.finish()
        })
    }

    fn own(&self) -> &(dyn Val + 'a) {
        match self.inside() {
            Inside::List(list) => list,
            Inside::Map { map, .. } => map,
        }
    }
}

/// Keys and values while they are collected.
#[derive(Default)]
struct Entries<'a> {
    map: HashMap<CelMapKey<'a>, Box<dyn Val + 'a>>,
    keys: Vec<CelMapKey<'a>>,
    merges: u32,
    /// The depth of the values.
    depth: u32,
}

/// Nobody merges so much, and merges of merges of merges must end.
const MOST_MERGES: u32 = 100;

impl<'a> Entries<'a> {
    /// Of equal keys the last one counts. What is merged in never replaces what is there.
    fn add(&mut self, mapping: Node<'a>) {
        let before = self.keys.len();
        for entry in mapping.entries().filter(|entry| !entry.key.is_merge_key()) {
            self.put(CelMapKey::String(entry.key.text().into()), entry.value, before);
        }
        for value in mapping.entries().filter(|entry| entry.key.is_merge_key()).map(|entry| entry.value) {
            let one = Some(value).filter(|value| value.is_mapping());
            for source in one.into_iter().chain(value.items()) {
                if self.merges < MOST_MERGES {
                    self.merges += 1;
                    self.add(source);
                }
            }
        }
    }

    /// The first `before` keys are those that were there already.
    fn put(&mut self, key: CelMapKey<'a>, value: Node<'a>, before: usize) {
        if self.map.contains_key(&key) {
            if !self.keys[..before].contains(&key) {
                self.map.insert(key, at_depth(value, self.depth));
            }
            return;
        }
        self.keys.push(key.clone());
        self.map.insert(key, at_depth(value, self.depth));
    }

    /// Null goes last, because it hides what is merged in.
    fn finish(self) -> Inside<'a> {
        let Self { mut map, mut keys, .. } = self;
        map.retain(|_, value| value.get_type().kind() != Kind::NullType);
        keys.retain(|key| map.contains_key(key));
        Inside::Map { map: CelMap::from(map), keys }
    }
}

impl Val for Collection<'_> {
    fn get_type(&self) -> &Type {
        if self.0.node.is_sequence() { CelList::cel_type() } else { CelMap::cel_type() }
    }

    /// Two types of CEL are one here, so there is no better answer; CEL asks each value.
    fn cel_type() -> &'static Type {
        &DYN_TYPE
    }

    fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
    where
        Self: 'v,
    {
        self.own().as_adder()
    }

    fn as_container(&self) -> Option<&dyn Container> {
        self.own().as_container()
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        self.own().as_indexer()
    }

    fn into_indexer<'v>(self: Box<Self>) -> Option<Box<dyn Indexer + 'v>>
    where
        Self: 'v,
    {
        self.own().clone_as_boxed().into_indexer()
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        self.own().as_sizer()
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        self.own().as_zeroer()
    }

    fn equals(&self, other: &dyn Val) -> bool {
        self.own().equals(other)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    /// Lets CEL compare it with a collection that is written in an expression.
    fn as_builtin<'b, 'v>(&'b self) -> BuiltinRef<'b, 'v>
    where
        Self: 'v,
    {
        self.own().as_builtin()
    }

    fn into_builtin<'v>(self: Box<Self>) -> Option<Builtin<'v>>
    where
        Self: 'v,
    {
        self.own().clone_as_boxed().into_builtin()
    }
}

impl Iterable for Collection<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn traits::Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        match self.inside() {
            Inside::List(list) => list.iter(),
            Inside::Map { keys, .. } => Box::new(Keys(keys.iter())),
        }
    }
}

struct Keys<'b, 'a>(std::slice::Iter<'b, CelMapKey<'a>>);

impl<'b, 'a: 'v, 'v> traits::Iterator<'b, 'v> for Keys<'b, 'a> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|key| key.inner() as _)
    }
}

/// A value as text on one line, cut where it gets long. Collections have no brackets.
pub(super) fn shown(value: &dyn Val) -> String {
    let mut text = String::new();
    show(value, &mut text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

const LONGEST: usize = 120;

/// Stops soon after what will be cut, because aliases can make a text without end.
fn show(value: &dyn Val, text: &mut String) {
    if text.len() > 10 * LONGEST {
        return;
    }
    match value.as_builtin() {
        BuiltinRef::String(string) => text.push_str(string.inner()),
        BuiltinRef::List(list) => {
            for (item, index) in list.inner().iter().zip(0..) {
                text.push_str(if index == 0 { "" } else { ", " });
                show(item.as_ref(), text);
            }
        }
        BuiltinRef::Map(map) => {
            let mut entries: Vec<_> = map.inner().iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for ((key, value), index) in entries.into_iter().zip(0..) {
                text.push_str(if index == 0 { "" } else { ", " });
                show(key.inner(), text);
                text.push_str(": ");
                show(value.as_ref(), text);
            }
        }
        _ => text.push_str(&scalar_text(value)),
    }
}

fn scalar_text(value: &dyn Val) -> String {
    let bool = value.downcast_ref::<CelBool>().map(|answer| answer.inner().to_string());
    let int = || value.downcast_ref::<CelInt>().map(|number| number.inner().to_string());
    let uint = || value.downcast_ref::<CelUInt>().map(|number| number.inner().to_string());
    let double = || value.downcast_ref::<CelDouble>().map(|number| format!("{:?}", number.inner()));
    let other = || value.get_type().name().to_owned();
    bool.or_else(int).or_else(uint).or_else(double).unwrap_or_else(other)
}
