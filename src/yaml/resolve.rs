//! What the text of a scalar means to kubectl and to kustomize.
//!
//! Both resolve it as their version of go-yaml does: v2 follows YAML 1.1 in its booleans, v3 does not but reads dates.

use super::node::Node;
use super::tree::{Kind, Style};
use super::{number, timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

impl<'a> Value<'a> {
    /// What a plain text without a tag means.
    pub fn of_plain(text: &'a str, schema: Schema) -> Self {
        untagged(Cow::Borrowed(text), schema)
    }
}

/// Why a scalar has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The text is nothing that the tag can stand for.
    Tag,
    /// `!!binary` with something else than base64.
    Binary,
}

/// The value of a scalar, or why it has none.
pub(super) fn resolve<'a>(
    text: Cow<'a, str>,
    style: Style,
    tag: Option<&str>,
    schema: Schema,
) -> Result<Value<'a>, Refusal> {
    let Some(tag) = tag.map(short) else {
        return Ok(if style == Style::Plain { untagged(text, schema) } else { Value::String(text) });
    };
    match (tag, schema) {
        ("!", Schema::Kustomize) if style == Style::Plain => Ok(untagged(text, schema)),
        ("!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp", _) => tagged(text, tag, schema),
        ("!!binary", _) => decoded(&text),
        _ => Ok(Value::String(text)),
    }
}

/// The key that a scalar becomes in an object; nothing for null, which is no key.
pub(super) fn key_text(key: Node<'_>, schema: Schema) -> Option<Cow<'_, str>> {
    // Nearly every key is a word that means itself.
    if let Some(text) = key.untouched_text().filter(|text| !may_be_special(text)) {
        return Some(Cow::Borrowed(text));
    }
    match key.resolve(schema).ok()? {
        Value::Null => None,
        Value::Bool(value) => Some(value.to_string().into()),
        Value::Int(value) => Some(value.to_string().into()),
        Value::Uint(value) => Some(value.to_string().into()),
        Value::Float(value) => Some(number::format_key(value).into()),
        Value::String(text) => Some(text),
    }
}

/// `!!str` for `!<tag:yaml.org,2002:str>`.
fn short(tag: &str) -> &str {
    let name = tag.strip_prefix("!<tag:yaml.org,2002:").and_then(|rest| rest.strip_suffix('>'));
    match name {
        Some("bool") => "!!bool",
        Some("int") => "!!int",
        Some("float") => "!!float",
        Some("null") => "!!null",
        Some("timestamp") => "!!timestamp",
        Some("binary") => "!!binary",
        _ => tag,
    }
}

fn untagged(text: Cow<'_, str>, schema: Schema) -> Value<'_> {
    if !may_be_special(&text) {
        return Value::String(text);
    }
    word(&text, schema)
        .or_else(|| timestamp_of(&text, schema))
        .or_else(|| number::parse(&text))
        .unwrap_or(Value::String(text))
}

/// Whether a plain text can be anything else than a text. Most begin with a letter that no special word begins with.
pub(super) fn may_be_special(text: &str) -> bool {
    let Some(first) = text.bytes().next() else {
        return true;
    };
    match first {
        b'0'..=b'9' | b'.' | b'+' | b'-' | b'~' => true,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => {
            word(text, Schema::Kubectl).is_some()
        }
        _ => false,
    }
}

fn word(text: &str, schema: Schema) -> Option<Value<'static>> {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ if schema == Schema::Kustomize => return None,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => return None,
    };
    Some(value)
}

/// go-yaml v2 knows dates too, but gives untagged ones back as they were written.
fn timestamp_of(text: &str, schema: Schema) -> Option<Value<'static>> {
    if schema == Schema::Kubectl {
        return None;
    }
    timestamp::normalise(text).map(|text| Value::String(text.into()))
}

fn tagged<'a>(text: Cow<'a, str>, tag: &str, schema: Schema) -> Result<Value<'a>, Refusal> {
    if tag == "!!timestamp" {
        return timestamp::normalise(&text).map(|text| Value::String(text.into())).ok_or(Refusal::Tag);
    }
    match (tag, untagged(text, schema)) {
        ("!!null", value @ Value::Null)
        | ("!!bool", value @ Value::Bool(_))
        | ("!!int", value @ (Value::Int(_) | Value::Uint(_)))
        | ("!!float", value @ Value::Float(_)) => Ok(value),
        ("!!float", Value::Int(value)) => Ok(Value::Float(number::to_float(value))),
        _ => Err(Refusal::Tag),
    }
}

fn decoded<'a>(text: &str) -> Result<Value<'a>, Refusal> {
    let compact: String = text.split(['\n', '\r']).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Refusal::Binary)?;
    Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned().into()))
}

impl<'a> Node<'a> {
    /// The value of a scalar or of nothing; null for a collection.
    pub(super) fn resolve(self, schema: Schema) -> Result<Value<'a>, Refusal> {
        let raw = self.resolved();
        match raw.kind {
            Kind::Scalar => resolve(self.text(), raw.style, self.tag(), schema),
            Kind::Empty => resolve(Cow::Borrowed(""), Style::Plain, self.tag(), schema),
            Kind::Mapping | Kind::Sequence | Kind::Alias | Kind::Graft => Ok(Value::Null),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, schema: Schema) -> Value<'_> {
        untagged(text.into(), schema)
    }

    #[test]
    fn version_numbers_lose_their_zero() {
        assert_eq!(plain("1.10", Schema::Kubectl), Value::Float(1.1));
        assert_eq!(plain("1.10.0", Schema::Kubectl), Value::String("1.10.0".into()));
    }

    #[test]
    fn words_of_yaml_1_1_are_booleans_for_kubectl_only() {
        assert_eq!(plain("on", Schema::Kubectl), Value::Bool(true));
        assert_eq!(plain("on", Schema::Kustomize), Value::String("on".into()));
    }

    #[test]
    fn dates_are_timestamps_for_kustomize_only() {
        assert_eq!(plain("2027-03-31", Schema::Kubectl), Value::String("2027-03-31".into()));
        assert_eq!(plain("2027-03-31", Schema::Kustomize), Value::String("2027-03-31T00:00:00Z".into()));
    }
}
