//! IP addresses, and the fields of objects that hold them. The fields are data.

use super::object::Object;
use crate::facts;
use crate::yaml::{Entry, Node};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressUse {
    /// The cluster takes it for itself: two clusters cannot both have it.
    Takes,
    /// Something is sent there.
    Calls,
}

/// An address in a field that is made for one.
#[derive(Debug, Clone)]
pub struct Address<'a> {
    /// The address as it is written.
    pub text: String,
    /// The value that holds it, maybe with others.
    pub node: Node<'a>,
    /// What it is for.
    pub usage: AddressUse,
}

/// A row of `data/address-fields.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressField {
    key: String,
    item: Option<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(rename = "use")]
    usage: AddressUse,
}

static FIELDS: LazyLock<BTreeMap<String, Vec<AddressField>>> = LazyLock::new(|| {
    let rows: Vec<AddressField> = facts::rows(include_str!("../../data/address-fields.yaml"));
    let mut fields: BTreeMap<String, Vec<AddressField>> = BTreeMap::new();
    for row in rows {
        fields.entry(row.key.clone()).or_default().push(row);
    }
    fields
});

/// The addresses below a node that belong to somebody: `root` is an object, or values of a chart without one.
pub fn addresses<'a>(root: Node<'a>, object: Option<Object<'a>>) -> Vec<Address<'a>> {
    let entries = root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries);
    entries.flat_map(|entry| of_entry(entry, object)).collect()
}

fn of_entry<'a>(entry: Entry<'a>, object: Option<Object<'a>>) -> Vec<Address<'a>> {
    let key = entry.key.text();
    let of_kind = |field: &&AddressField| {
        field.kinds.is_empty()
            || object.is_some_and(|object| field.kinds.iter().any(|kind| kind == object.kind()))
    };
    let fields = FIELDS.get(&*key).into_iter().flatten().filter(of_kind);
    fields
        .flat_map(|field| values(field, entry.value).into_iter().flat_map(|node| of_value(field, node)))
        .collect()
}

fn values<'a>(field: &AddressField, value: Node<'a>) -> Vec<Node<'a>> {
    match &field.item {
        Some(item) => value.items().filter_map(|entry| entry.get(item)).collect(),
        None if value.is_sequence() => value.items().collect(),
        None => vec![value],
    }
}

/// Annotations hold several addresses with commas between them.
fn of_value<'a>(field: &AddressField, node: Node<'a>) -> Vec<Address<'a>> {
    let text = node.as_str().unwrap_or_default();
    let addresses = text.split(',').map(str::trim).filter(|text| is_of_somebody(text));
    addresses.map(|text| Address { text: text.to_owned(), node, usage: field.usage }).collect()
}

/// Whether a text is an IP address, of version 4 or 6.
pub fn is_address(text: &str) -> bool {
    octets(text).is_some() || is_version_6(text)
}

/// Whether a text is an address that one machine or load balancer has: none that means the reader itself, and none that
/// documentation is written with.
pub fn is_of_somebody(text: &str) -> bool {
    match octets(text) {
        Some(
            [0 | 127 | 255, ..] | [169, 254, ..] | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _],
        ) => false,
        Some(_) => true,
        None => is_version_6(text) && !OWN_6.iter().any(|start| text.to_ascii_lowercase().starts_with(start)),
    }
}

/// The reader itself, its own link, and documentation. Source: RFC 4291, RFC 3849.
const OWN_6: [&str; 4] = ["::", "fe80:", "2001:db8:", "2001:0db8:"];

fn octets(text: &str) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        *octet = parts.next().filter(|part| !part.starts_with('+'))?.parse().ok()?;
    }
    parts.next().is_none().then_some(octets)
}

fn is_version_6(text: &str) -> bool {
    let is_part = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let colons = text.bytes().filter(|byte| *byte == b':').count();
    (2..=7).contains(&colons) && (colons == 7 || text.contains("::")) && text.split(':').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for text in ["10.0.6.51", "203.0.113.7", "::1", "fd00::1:2", "2001:db8:0:0:0:0:0:1"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["10.0.6", "10.0.6.256", "10.0.6.0/24", "v1.2.3.4", "a:b:c", "12:30:00", "1.2.3.4.5", ""]
        {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn some_addresses_are_nobodys() {
        for text in ["10.0.6.51", "192.168.1.2", "8.8.8.8", "fd00::1"] {
            assert!(is_of_somebody(text), "{text}");
        }
        for text in
            ["127.0.0.1", "0.0.0.0", "169.254.169.254", "192.0.2.1", "198.51.100.1", "::1", "2001:db8::1"]
        {
            assert!(!is_of_somebody(text), "{text}");
        }
    }
}
