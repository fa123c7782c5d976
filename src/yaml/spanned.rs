//! A value with the place it was read from.
//!
//! Serde has no places. A struct with a reserved name asks our deserializer for one, as in `toml` and `serde_spanned`.

use crate::source::{FileId, Span};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A value and where it is written. Only our own deserializer can make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// Where the value is written.
    pub span: Span,
    /// The value.
    pub value: T,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(span: Span, value: T) -> Self {
        Self { span, value }
    }
}

/// The name no other struct has.
pub(super) const NAME: &str = "$k8factor::Spanned";
/// Its fields, in the order they are given.
pub(super) const FIELDS: &[&str] = &["$file", "$start", "$end", "$value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value with its place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let file: u32 = next(&mut map)?;
        let start = next(&mut map)?;
        let end = next(&mut map)?;
        let value = next(&mut map)?;
        Ok(Spanned {
            span: Span::new(FileId::from_index(file as usize), start, end),
            value,
        })
    }
}

fn next<'de, V: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<V, A::Error> {
    let (_, value) = map
        .next_entry::<&str, V>()?
        .ok_or_else(|| A::Error::custom("a place is missing"))?;
    Ok(value)
}
