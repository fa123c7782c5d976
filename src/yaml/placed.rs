//! Values that know where they are written, and lists of one that need no brackets.
//!
//! Serde has no places. Both types ask [`super::from_node`] for more than serde can say, by names that no other type
//! has.

use super::error::ReadError;
use super::node::Node;
use super::tree::NodeId;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, de::Error};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// A value and where it is written. It can be read by [`super::from_node`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// What is written.
    pub value: T,
    /// The bytes it is written in.
    pub place: Range<u32>,
    /// Its node.
    pub node: NodeId,
}

/// A list, or one item in the place of a list of one. It can be read by [`super::from_node`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

pub(super) const PLACED: &str = "k8factor::Placed";
pub(super) const LIST: &str = "k8factor::List";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PLACED, PlacedVisitor(PhantomData))
    }
}

struct PlacedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PlacedVisitor<T> {
    type Value = Placed<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Placed<T>, A::Error> {
        let mut number =
            || parts.next_element::<u32>()?.ok_or_else(|| A::Error::custom("this value has no place"));
        let (start, end, node) = (number()?, number()?, NodeId(number()?));
        let value = parts.next_element()?.ok_or_else(|| A::Error::custom("a value is needed here"))?;
        Ok(Placed { value, place: start..end, node })
    }
}

/// Start, end and number of a node, then the node itself.
pub(super) struct Parts<D> {
    numbers: std::array::IntoIter<u32, 3>,
    value: Option<D>,
}

impl<D> Parts<D> {
    pub(super) fn of(node: Node<'_>, value: D) -> Self {
        let span = node.span();
        Self { numbers: [span.start, span.end, node.id().0].into_iter(), value: Some(value) }
    }
}

impl<'de, D: Deserializer<'de, Error = ReadError>> SeqAccess<'de> for Parts<D> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        if let Some(number) = self.numbers.next() {
            let number: de::value::U32Deserializer<ReadError> = number.into_deserializer();
            return seed.deserialize(number).map(Some);
        }
        self.value.take().map(|value| seed.deserialize(value)).transpose()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LIST, ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(List(list))
    }
}

#[cfg(test)]
mod schema {
    use super::{List, Placed};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl<T: JsonSchema> JsonSchema for Placed<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            T::schema_name()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            generator.subschema_for::<T>()
        }
    }

    impl<T: JsonSchema> JsonSchema for List<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            format!("ListOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let item = generator.subschema_for::<T>();
            json_schema!({"anyOf": [item, {"type": "array", "items": item}]})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml::{from_node, parse};
    use std::collections::BTreeMap;

    #[test]
    fn keys_and_values_know_where_they_are_written() {
        let text = "a: b\nc: [d, e]\n";
        let tree = parse(Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into()), text.into());
        let root = tree.roots().next().expect("one document");
        let read: BTreeMap<String, List<Placed<String>>> = from_node(root).expect("lists of texts");
        let written = |key: &str| -> Vec<&str> {
            let places = read[key].0.iter().map(|item| item.place.start as usize..item.place.end as usize);
            places.map(|place| &text[place]).collect()
        };
        assert_eq!(written("a"), ["b"]);
        assert_eq!(written("c"), ["d", "e"]);
        assert_eq!(Node::from_id(&tree, read["c"].0[1].node).text(), "e");
    }
}
