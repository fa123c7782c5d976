//! The JSON that kubectl or kustomize makes of a node, or why it makes none.

use super::budget::Budget;
use super::error::ReadError;
use super::node::{Entry, Node, Shape};
use super::resolve::{Refusal, Schema, Value, key_text};
use serde_json::{Map, Number};

type Object = Map<String, serde_json::Value>;

impl Node<'_> {
    /// The node as a JSON value, aliases and merge keys expanded, as one of Kubernetes' readers has it.
    pub fn to_json(self, schema: Schema) -> Result<serde_json::Value, ReadError> {
        Conversion { schema, budget: Budget::of(u32::MAX) }.value(self)
    }
}

struct Conversion {
    schema: Schema,
    budget: Budget,
}

impl Conversion {
    fn value(&mut self, node: Node<'_>) -> Result<serde_json::Value, ReadError> {
        self.budget.enter(node)?;
        let value = match node.shape() {
            Shape::Scalar => self.scalar(node),
            Shape::Sequence => node.items().map(|item| self.value(item)).collect(),
            Shape::Mapping => self.object(node).map(serde_json::Value::Object),
        };
        self.budget.leave(node);
        value
    }

    fn scalar(&self, node: Node<'_>) -> Result<serde_json::Value, ReadError> {
        if node.is_dangling() {
            return Err(ReadError::new(node.span(), "this alias has no anchor"));
        }
        match node.resolve(self.schema) {
            Ok(value) => {
                value.to_json().ok_or_else(|| ReadError::new(node.span(), "JSON has no such number"))
            }
            Err(Refusal::Tag) => {
                Err(ReadError::new(node.span(), "the text is nothing that its tag can stand for"))
            }
            Err(Refusal::Binary) => {
                Err(ReadError::new(node.span(), "the text behind !!binary is not base64"))
            }
        }
    }

    fn object(&mut self, mapping: Node<'_>) -> Result<Object, ReadError> {
        let mut object = Object::new();
        match self.schema {
            Schema::Kubectl => self.overwrite(mapping, &mut object)?,
            Schema::Kustomize => self.complete(mapping, &mut object)?,
        }
        Ok(object)
    }

    /// go-yaml v2 takes entries as they come: of equal keys the last one counts, and `<<` is an entry like the others.
    fn overwrite(&mut self, mapping: Node<'_>, object: &mut Object) -> Result<(), ReadError> {
        for entry in mapping.entries() {
            if entry.key.is_merge_key() {
                // The first mapping of a list counts most, so it must be written last.
                for merged in merged_mappings(entry)?.into_iter().rev() {
                    self.merge(merged, object, Self::overwrite)?;
                }
            } else {
                let key = self.key(entry.key)?;
                let value = self.value(entry.value)?;
                object.insert(key, value);
            }
        }
        Ok(())
    }

    /// go-yaml v3 refuses equal keys, and merges only what the mapping does not have itself.
    fn complete(&mut self, mapping: Node<'_>, object: &mut Object) -> Result<(), ReadError> {
        refuse_repeated_keys(mapping)?;
        for entry in mapping.entries().filter(|entry| !entry.key.is_merge_key()) {
            let key = self.key(entry.key)?;
            let value = self.value(entry.value)?;
            object.entry(key).or_insert(value);
        }
        for entry in mapping.entries().filter(|entry| entry.key.is_merge_key()) {
            for merged in merged_mappings(entry)? {
                self.merge(merged, object, Self::complete)?;
            }
        }
        Ok(())
    }

    fn merge<'n>(
        &mut self,
        merged: Node<'n>,
        object: &mut Object,
        add: fn(&mut Self, Node<'n>, &mut Object) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.budget.enter(merged)?;
        add(self, merged, object)?;
        self.budget.leave(merged);
        Ok(())
    }

    fn key(&mut self, key: Node<'_>) -> Result<String, ReadError> {
        if key.shape() != Shape::Scalar {
            return Err(ReadError::new(key.span(), "a mapping or a list cannot be a key"));
        }
        // What cannot be a value cannot be a key, but for the numbers that JSON lacks: as keys they are texts.
        if !matches!(key.resolve(self.schema), Ok(Value::Float(_))) {
            self.scalar(key)?;
        }
        let text =
            key_text(key, self.schema).ok_or_else(|| ReadError::new(key.span(), "null cannot be a key"))?;
        Ok(text.into_owned())
    }
}

/// The mappings that a merge key adds.
fn merged_mappings(entry: Entry<'_>) -> Result<Vec<Node<'_>>, ReadError> {
    let mappings: Vec<_> = match entry.value.shape() {
        Shape::Sequence => entry.value.items().collect(),
        Shape::Mapping | Shape::Scalar => vec![entry.value],
    };
    match mappings.iter().find(|node| !node.is_mapping()) {
        Some(other) => Err(ReadError::new(other.span(), "<< merges mappings or lists of mappings")),
        None => Ok(mappings),
    }
}

/// Kustomize compares the texts of keys, not their values.
fn refuse_repeated_keys(mapping: Node<'_>) -> Result<(), ReadError> {
    if !mapping.has_repeated_keys() {
        return Ok(());
    }
    let mut seen = std::collections::HashSet::new();
    match mapping.entries().find(|entry| !seen.insert(entry.key.text())) {
        Some(again) => Err(ReadError::new(again.key.span(), "this key stands twice in its mapping")),
        None => Ok(()),
    }
}

impl Value<'_> {
    /// The value as JSON; nothing for the numbers that JSON lacks.
    pub fn to_json(self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => value.into(),
            Self::Int(value) => value.into(),
            Self::Uint(value) => value.into(),
            Self::Float(value) => number(value)?.into(),
            Self::String(text) => text.into_owned().into(),
        })
    }
}

/// Go writes a float without a fraction as a whole number.
fn number(value: f64) -> Option<Number> {
    let whole = value.fract() == 0.0 && value.abs() < 1e18;
    if whole { Some(Number::from(value as i64)) } else { Number::from_f64(value) }
}
