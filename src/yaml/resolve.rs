//! What the text of a scalar means.

use super::tree::Style;
use std::borrow::Cow;

/// Whose reading counts. They differ in `yes`, `on: x`, dates and tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// `sigs.k8s.io/yaml` over go-yaml v2: kubectl, Helm, kops, Argo CD.
    Kubectl,
    /// go-yaml v3: kustomize.
    Kustomize,
}

/// A typed scalar. The text it was read from is still at its node.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`, `~` or nothing.
    Null,
    /// `true`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number over `i64::MAX`.
    Uint(u64),
    /// A number with a fraction, an exponent, or too large for 64 bits.
    Float(f64),
    /// Everything else.
    String(Cow<'a, str>),
}

pub(super) fn resolve<'a>(text: Cow<'a, str>, style: Style, tag: Option<&str>, _schema: Schema) -> Value<'a> {
    if style != Style::Plain || tag == Some("!!str") {
        return Value::String(text);
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            if let Ok(number) = text.parse() {
                return Value::Int(number);
            }
            if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.')
                && let Ok(number) = text.parse()
            {
                return Value::Float(number);
            }
            Value::String(text)
        }
    }
}
