//! Serde over a tree: configuration, rule pages and kustomizations become structs.
//!
//! Every error knows the key or the value to blame. Scalars are what a struct asks for: a version written `1.30` is the
//! text `1.30` for a `String`.

use super::budget::Budget;
use super::error::ReadError;
use super::node::{Entry, Identity, Node, Shape};
use super::placed::{LIST, PLACED, Parts};
use super::resolve::{Schema, Value};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, Unexpected, Visitor};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;

/// Makes a value of a node.
pub fn from_node<T: DeserializeOwned>(node: Node<'_>) -> Result<T, ReadError> {
    from_node_up_to(node, u32::MAX)
}

/// The same of a node with so many values at the most, those of aliases included. What is larger is an error.
pub fn from_node_up_to<T: DeserializeOwned>(node: Node<'_>, most: u32) -> Result<T, ReadError> {
    let budget = RefCell::new(Budget::of(most));
    T::deserialize(Reader { node, budget: &budget })
}

/// Makes a value of several mappings as if they were one: what the first says of a key holds.
pub fn from_layers<T: DeserializeOwned>(first: Node<'_>, others: &[Node<'_>]) -> Result<T, ReadError> {
    let budget = RefCell::new(Budget::of(u32::MAX));
    T::deserialize(Layers { reader: Reader { node: first, budget: &budget }, others })
}

/// One node to be read.
#[derive(Clone, Copy)]
struct Reader<'a> {
    node: Node<'a>,
    budget: &'a RefCell<Budget>,
}

impl<'a> Reader<'a> {
    fn of(self, node: Node<'a>) -> Self {
        Self { node, budget: self.budget }
    }

    /// Reads the node, counting it, and gives errors that have no place the place of the node.
    fn read<T>(self, read: impl FnOnce(Node<'a>) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.budget.borrow_mut().enter(self.node)?;
        let value = read(self.node).map_err(|error| error.or_at(self.node.span()));
        self.budget.borrow_mut().leave(self.node);
        value
    }

    fn value(self) -> Value<'a> {
        // Of the two schemas this is the one in which `no` is a text.
        self.node.value_as(Schema::Kustomize)
    }

    fn scalar<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Int(value) => visitor.visit_i64(value),
            Value::Uint(value) => visitor.visit_u64(value),
            Value::Float(value) => visitor.visit_f64(value),
            // A date stays as it is written.
            Value::String(_) => visitor.visit_str(&self.node.text()),
        }
    }

    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.shape() {
            Shape::Scalar => self.scalar(visitor),
            Shape::Sequence => visitor.visit_seq(Items { reader: self, items: self.node.items() }),
            Shape::Mapping => {
                let rest = merged_entries(self.node)?.into_iter();
                visitor.visit_map(Entries { reader: self, rest, value: None })
            }
        }
    }

    /// Texts need no quotes where a text is wanted, unless nothing is written at all.
    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.node.shape() == Shape::Scalar && !self.node.is_null() {
            return visitor.visit_str(&self.node.text());
        }
        self.any(visitor)
    }

    fn option<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn enumeration<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.node.shape() == Shape::Scalar {
            return visitor.visit_enum(self.node.text().into_owned().into_deserializer());
        }
        let mut entries = merged_entries(self.node)?.into_iter();
        match (entries.next(), entries.next()) {
            (Some(entry), None) => visitor.visit_enum(Variant { reader: self, entry }),
            _ => Err(ReadError::custom("a name, or a mapping with one key, is needed here")),
        }
    }
}

/// The entries of a mapping, then those that merge keys add to it.
fn merged_entries(mapping: Node<'_>) -> Result<Vec<Entry<'_>>, ReadError> {
    let mut merged = Merged::default();
    if mapping.has_repeated_keys() {
        let again = mapping.entries().find(|entry| !merged.keys.insert(entry.key.text()));
        if let Some(again) = again {
            return Err(ReadError::new(again.key.span(), "this key stands twice in its mapping"));
        }
        merged.keys.clear();
    }
    merged.add(mapping);
    Ok(merged.entries)
}

#[derive(Default)]
struct Merged<'a> {
    entries: Vec<Entry<'a>>,
    keys: HashSet<Cow<'a, str>>,
    /// Mappings whose entries are there already: a second time they add nothing.
    added: HashSet<Identity>,
}

impl<'a> Merged<'a> {
    fn add(&mut self, mapping: Node<'a>) {
        if !self.added.insert(mapping.target().identity()) {
            return;
        }
        for entry in mapping.entries().filter(|entry| !entry.key.is_merge_key()) {
            if self.keys.insert(entry.key.text()) {
                self.entries.push(entry);
            }
        }
        for merge in mapping.entries().filter(|entry| entry.key.is_merge_key()) {
            let mappings = std::iter::once(merge.value).chain(merge.value.items());
            mappings.filter(|node| node.is_mapping()).for_each(|node| self.add(node));
        }
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.read(|_| self.any(visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.read(|_| self.text(visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.read(|_| self.option(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match name {
            PLACED => visitor.visit_seq(Parts::of(self.node, self)),
            LIST if self.node.is_sequence() => self.any(visitor),
            LIST => visitor.visit_seq(Items { reader: self, items: std::iter::once(self.node) }),
            _ => self.read(|_| visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.read(|_| self.enumeration(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct
    }
}

struct Items<'a, I> {
    reader: Reader<'a>,
    items: I,
}

impl<'a, 'de, I: Iterator<Item = Node<'a>>> de::SeqAccess<'de> for Items<'a, I> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        seed.deserialize(self.reader.of(item)).map(Some).map_err(|error| error.or_at(item.span()))
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    rest: std::vec::IntoIter<Entry<'a>>,
    value: Option<Node<'a>>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some(entry) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(entry.value);
        // An unknown field is an error of its key.
        let key = seed.deserialize(Key(self.reader.of(entry.key)));
        key.map(Some).map_err(|error| error.or_at(entry.key.span()))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        match self.value.take() {
            // What is wrong with a value may be seen only after it was read.
            Some(value) => seed.deserialize(self.reader.of(value)).map_err(|error| error.or_at(value.span())),
            None => Err(ReadError::custom("a value was asked for before its key")),
        }
    }
}

/// Keys are texts: `on:` and `1.10:` are the keys they look like.
struct Key<'a>(Reader<'a>);

impl<'de> de::Deserializer<'de> for Key<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.read(|key| match key.shape() {
            Shape::Scalar => visitor.visit_str(&key.text()),
            _ => Err(ReadError::invalid_type(Unexpected::Other("a collection"), &"a text")),
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == PLACED {
            return visitor.visit_seq(Parts::of(self.0.node, self));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Several mappings read as one.
struct Layers<'a, 'l> {
    reader: Reader<'a>,
    others: &'l [Node<'a>],
}

impl<'de> de::Deserializer<'de> for Layers<'_, '_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.reader.read(|first| {
            if !first.is_mapping() {
                return self.reader.any(visitor);
            }
            let mut merged = Merged::default();
            merged.add(first);
            self.others.iter().for_each(|other| merged.add(*other));
            visitor.visit_map(Entries { reader: self.reader, rest: merged.entries.into_iter(), value: None })
        })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A variant with content: `{name: content}`.
struct Variant<'a> {
    reader: Reader<'a>,
    entry: Entry<'a>,
}

impl<'a, 'de> de::EnumAccess<'de> for Variant<'a> {
    type Error = ReadError;
    type Variant = Reader<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reader<'a>), ReadError> {
        let name = seed.deserialize(Key(self.reader.of(self.entry.key)))?;
        Ok((name, self.reader.of(self.entry.value)))
    }
}

impl<'de> de::VariantAccess<'de> for Reader<'_> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_any(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_any(self, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::yaml::parse;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Config {
        version: String,
        #[serde(default)]
        fail_on: Level,
        max: Option<u32>,
        #[serde(default)]
        rules: BTreeMap<String, Vec<String>>,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        #[default]
        Error,
        Only(Vec<u8>),
    }

    fn read(text: &str) -> Result<Config, String> {
        let tree = parse(
            Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, text.into()),
            text.into(),
        );
        let root = tree.roots().next().expect("one document");
        from_node(root).map_err(|error| {
            let span = error.span().expect("there is a text");
            format!("{} | {error}", &text[span.start as usize..span.end as usize])
        })
    }

    #[test]
    fn scalars_are_what_the_struct_asks_for() {
        let config =
            read("version: 1.30\nfailOn: {only: [1, 2]}\nmax: 07\nrules: {on: [no, 2027-01-01]}\n").unwrap();
        assert_eq!(config.version, "1.30");
        assert_eq!(config.fail_on, Level::Only(vec![1, 2]));
        assert_eq!(config.max, Some(7));
        assert_eq!(config.rules["on"], ["no", "2027-01-01"]);
    }

    #[test]
    fn errors_point_at_the_culprit() {
        let first_words = |text| read(text).unwrap_err().split(" | ").next().unwrap_or_default().to_owned();
        assert_eq!(first_words("version: a\nmaxx: 1\n"), "maxx");
        assert_eq!(first_words("version: a\nmax: b\n"), "b");
        assert_eq!(first_words("version: a\nrules: {a: [[b]]}\n"), "[b]");
        assert_eq!(first_words("version: a\nversion: b\n"), "version");
        assert_eq!(first_words("version: a\nfailOn: never\n"), "never");
        assert_eq!(first_words("max: 1\n"), "max: 1");
    }

    #[test]
    fn merge_keys_are_followed() {
        let config = read("<<: {version: a, max: 1}\nmax: 2\n").unwrap();
        assert_eq!((config.version.as_str(), config.max), ("a", Some(2)));
    }

    #[test]
    fn layers_are_one_mapping_in_which_the_first_word_holds() {
        let tree = |text: &str| {
            let file = Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, "".into());
            parse(file, text.into())
        };
        let (over, under) = (tree("max: 3\n"), tree("version: a\nmax: 1\nfailOn: {only: [1]}\n"));
        let root = |tree| -> Node<'_> { yaml_root(tree) };
        let config: Config = from_layers(root(&over), &[root(&under)]).unwrap();
        assert_eq!((config.version.as_str(), config.max), ("a", Some(3)));
        assert_eq!(config.fail_on, Level::Only(vec![1]));
        let wrong = tree("  maxx: 3\n");
        let error = from_layers::<Config>(root(&wrong), &[root(&under)]).unwrap_err();
        assert_eq!(error.span().map(|span| span.start), Some(2));
    }

    fn yaml_root(tree: &crate::yaml::Tree) -> Node<'_> {
        tree.roots().next().expect("one document")
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{aliases}]\n");
        }
        let tree = parse(
            Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, "".into()),
            text.as_str().into(),
        );
        let root = tree.roots().next().expect("one document");
        assert!(from_node::<serde_json::Value>(root).is_err());
        assert!(root.to_json(Schema::Kubectl).is_err());
    }
}
