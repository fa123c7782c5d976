//! Where tools write something: `spec.kubernetesVersion`, `nodes[*].image`. Tables of facts have such columns.

use crate::yaml::Node;
use serde::Deserialize;

/// Keys on the way from the root to a field. `nodes[*]` stands for every item of a list, `["a.b/c"]` for a key with dots, and
/// `a | b` for another way, where the first leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub struct Field {
    /// The first way.
    text: String,
    ways: Vec<Vec<Key>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    is_list: bool,
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        let ways = text.split(" | ").map(keys).collect();
        Self { text: text.split(" | ").next().unwrap_or_default().to_owned(), ways }
    }
}

fn keys(way: &str) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut rest = way;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let (Some(after), Some(last)) = (rest.strip_prefix("[*]"), keys.last_mut()) {
            last.is_list = true;
            rest = after;
            continue;
        }
        let quoted = rest.strip_prefix("[\"").and_then(|name| name.split_once("\"]"));
        let (name, after) = quoted.unwrap_or_else(|| {
            let end = rest.find(['.', '[']).filter(|end| *end > 0).unwrap_or(rest.len());
            rest.split_at(end)
        });
        keys.push(Key { name: name.to_owned(), is_list: false });
        rest = after;
    }
    keys
}

impl Field {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last key.
    pub fn key(&self) -> &str {
        self.ways.first().and_then(|way| way.last()).map_or("", |key| &key.name)
    }

    /// The values of the field in a document; none where it is null. A list on the way stands for its items: Terraform's
    /// blocks are written once or several times.
    pub fn nodes<'a>(&self, root: Node<'a>) -> Vec<Node<'a>> {
        let mut ways = self.ways.iter().map(|way| along(way, root));
        ways.find(|nodes| !nodes.is_empty()).unwrap_or_default()
    }

    /// The value of the field, or the first one.
    pub fn node<'a>(&self, root: Node<'a>) -> Option<Node<'a>> {
        self.nodes(root).into_iter().next()
    }
}

fn along<'a>(way: &[Key], root: Node<'a>) -> Vec<Node<'a>> {
    let mut nodes = vec![root];
    for key in way {
        let items = nodes.into_iter().flat_map(|node| once_or_items(node));
        let values = items.filter_map(|node| node.get(&key.name));
        nodes = if key.is_list { values.flat_map(Node::items).collect() } else { values.collect() };
    }
    nodes.retain(|node| !node.is_null());
    nodes
}

/// The items of a list, or the one thing that is no list.
pub fn once_or_items(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let itself = (!node.is_sequence()).then_some(node);
    itself.into_iter().chain(node.items())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    fn found(field: &str, text: &str) -> Vec<String> {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = yaml::parse(file, text.into());
        let root = tree.roots().next().expect("one document");
        Field::from(field.to_owned()).nodes(root).into_iter().map(|node| node.text().into_owned()).collect()
    }

    #[test]
    fn fields_lead_through_lists_odd_keys_and_other_ways() {
        let text = "a: {b: 1, c.d/e: 2}\nl: [{x: 3}, {x: 4}]\nn: null\n";
        let cases: [(&str, &[&str]); 7] = [
            ("a.b", &["1"]),
            ("a[\"c.d/e\"]", &["2"]),
            ("l[*].x", &["3", "4"]),
            ("l.x", &["3", "4"]),
            ("n | a.z | a.b", &["1"]),
            ("n", &[]),
            ("a.b.c", &[]),
        ];
        for (field, expected) in cases {
            assert_eq!(found(field, text), expected, "{field}");
        }
        assert_eq!(Field::from("a.b | c".to_owned()).as_str(), "a.b");
        assert_eq!(Field::from("a.b | c".to_owned()).key(), "b");
    }
}
