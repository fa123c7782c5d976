//! Why a value could not be made of a node.

use crate::source::Span;
use crate::suggest::did_you_mean;
use serde::de::{Expected, Unexpected};
use std::fmt;

/// A node that is not what its reader needs. It knows the key or value to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    span: Option<Span>,
    message: String,
}

impl ReadError {
    /// An error at a place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into() }
    }

    /// The key or value to blame; absent where there is no text at all.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// What is wrong, in one sentence without a stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Gives an error its place, unless somebody deeper knew a better one.
    pub(super) fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { span: None, message: message.to_string() }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let known = match expected {
            [] => "nothing can be set here".to_owned(),
            _ => format!("known: {}", expected.join(", ")),
        };
        Self::custom(format!(
            "`{field}` is unknown ({known}).{}",
            did_you_mean(field, expected.iter().copied())
        ))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let words = |word: &str| match word {
            "a sequence" | "sequence" => "a list".to_owned(),
            "a map" | "map" => "a mapping".to_owned(),
            "a string" => "a text".to_owned(),
            "unit value" => "nothing".to_owned(),
            word => word.to_owned(),
        };
        let found = match found {
            Unexpected::Str(text) => format!("the text `{text}`"),
            other => words(&other.to_string()),
        };
        Self::custom(format!("{} is needed here, and this is {found}", words(&expected.to_string())))
    }
}
