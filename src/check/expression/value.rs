//! Nodes as CEL sees them, and values of CEL as a reader sees them.

use crate::yaml::{Node, Shape, Value as Scalar};
use cel::Value;
use cel::common::traits::{self, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt, Type,
};
use cel::common::value::{Builtin, BuiltinRef, Val};
use std::collections::HashMap;
use std::sync::Arc;

/// A node as a value that borrows its texts; nothing if aliases make it too large.
///
/// A key whose value is null is absent, as it is for the API server. Merge keys are followed.
pub(super) fn of(node: Node<'_>) -> Option<Box<dyn Val + '_>> {
    let mut reader = Reader { nodes: 0, depth: 0 };
    reader.read(node)
}

/// Counts, because aliases of aliases make a large value of a small text.
struct Reader {
    nodes: usize,
    depth: usize,
}

const MOST_NODES: usize = 1_000_000;
const DEEPEST: usize = 1000;

impl Reader {
    fn read<'a>(&mut self, node: Node<'a>) -> Option<Box<dyn Val + 'a>> {
        self.enter()?;
        let value: Box<dyn Val + 'a> = match node.shape() {
            Shape::Scalar => scalar(node),
            Shape::Sequence => {
                let items: Option<Vec<_>> = node.items().map(|item| self.read(item)).collect();
                Box::new(CelList::from(items?))
            }
            Shape::Mapping => {
                let mut entries = Entries::default();
                self.add_own(node, &mut entries)?;
                self.add_merged(node, &mut entries)?;
                Box::new(entries.into_mapping())
            }
        };
        self.depth -= 1;
        Some(value)
    }

    /// Of equal keys the last one counts.
    fn add_own<'a>(&mut self, mapping: Node<'a>, entries: &mut Entries<'a>) -> Option<()> {
        for entry in mapping.entries().filter(|entry| !entry.key.is_merge_key()) {
            entries.put(entry.key.text().into(), self.read(entry.value)?);
        }
        Some(())
    }

    /// What is merged in never replaces what is there.
    fn add_merged<'a>(&mut self, mapping: Node<'a>, entries: &mut Entries<'a>) -> Option<()> {
        self.enter()?;
        for merge in mapping.entries().filter(|entry| entry.key.is_merge_key()) {
            let one = Some(merge.value).filter(|value| value.is_mapping());
            for source in one.into_iter().chain(merge.value.items()) {
                let mut merged = Entries::default();
                self.add_own(source, &mut merged)?;
                self.add_merged(source, &mut merged)?;
                entries.put_absent(merged);
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn enter(&mut self) -> Option<()> {
        self.nodes += 1;
        self.depth += 1;
        (self.nodes <= MOST_NODES && self.depth <= DEEPEST).then_some(())
    }
}

/// What a template action injects is shown as it is written.
fn scalar<'a>(node: Node<'a>) -> Box<dyn Val + 'a> {
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

/// Keys and values while they are collected.
#[derive(Default)]
struct Entries<'a> {
    map: HashMap<CelMapKey<'a>, Box<dyn Val + 'a>>,
    keys: Vec<CelMapKey<'a>>,
}

impl<'a> Entries<'a> {
    fn put(&mut self, key: CelString<'a>, value: Box<dyn Val + 'a>) {
        let key = CelMapKey::String(key);
        if self.map.insert(key.clone(), value).is_none() {
            self.keys.push(key);
        }
    }

    fn put_absent(&mut self, mut other: Self) {
        for key in other.keys {
            if let Some(value) = other.map.remove(&key)
                && !self.map.contains_key(&key)
            {
                self.map.insert(key.clone(), value);
                self.keys.push(key);
            }
        }
    }

    /// Null goes last, because it hides what is merged in.
    fn into_mapping(mut self) -> Mapping<'a> {
        let map = &mut self.map;
        map.retain(|_, value| value.get_type() != CelNull::cel_type());
        self.keys.retain(|key| map.contains_key(key));
        Mapping(Arc::new(Ordered { map: CelMap::from(self.map), keys: self.keys }))
    }
}

/// A map that remembers the order of its keys. CEL's own has none, so a message made by walking over it would differ
/// from run to run. In everything else this is CEL's own.
#[derive(Debug, Clone)]
struct Mapping<'a>(Arc<Ordered<'a>>);

#[derive(Debug)]
struct Ordered<'a> {
    map: CelMap<'a>,
    keys: Vec<CelMapKey<'a>>,
}

impl Val for Mapping<'_> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        CelMap::cel_type()
    }

    fn as_container(&self) -> Option<&dyn Container> {
        self.0.map.as_container()
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        self.0.map.as_indexer()
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        self.0.map.as_sizer()
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        self.0.map.as_zeroer()
    }

    fn equals(&self, other: &dyn Val) -> bool {
        self.0.map.equals(other)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn into_indexer<'v>(self: Box<Self>) -> Option<Box<dyn Indexer + 'v>>
    where
        Self: 'v,
    {
        Some(Box::new(self.0.map.clone()))
    }

    /// Lets CEL compare it with a map written in an expression.
    fn as_builtin<'b, 'v>(&'b self) -> BuiltinRef<'b, 'v>
    where
        Self: 'v,
    {
        self.0.map.as_builtin()
    }

    fn into_builtin<'v>(self: Box<Self>) -> Option<Builtin<'v>>
    where
        Self: 'v,
    {
        Some(Builtin::Map(self.0.map.clone()))
    }
}

impl Iterable for Mapping<'_> {
    fn iter<'b, 'v>(&'b self) -> Box<dyn traits::Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Keys(self.0.keys.iter()))
    }
}

struct Keys<'b, 'a>(std::slice::Iter<'b, CelMapKey<'a>>);

impl<'b, 'a: 'v, 'v> traits::Iterator<'b, 'v> for Keys<'b, 'a> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|key| key.inner() as _)
    }
}

/// A value as text: a list or a map without its brackets, a map sorted by key.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(answer) => answer.to_string(),
        Value::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Map(map) => {
            let entries = map.map.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
            let mut entries: Vec<_> = entries.collect();
            entries.sort();
            entries.join(", ")
        }
        _ => "null".to_owned(),
    }
}
