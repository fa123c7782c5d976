//! Where tools write something: `spec.kubernetesVersion`, `nodes[*].image`. Tables of facts have such columns.

use crate::yaml::Node;
use serde::Deserialize;

/// Keys on the way from the root to a field. `nodes[*]` stands for every item of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub struct Field {
    text: String,
    keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    is_list: bool,
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        let keys = text.split('.').map(|key| {
            let name = key.strip_suffix("[*]");
            Key { name: name.unwrap_or(key).to_owned(), is_list: name.is_some() }
        });
        Self { keys: keys.collect(), text }
    }
}

impl Field {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last key.
    pub fn key(&self) -> &str {
        self.keys.last().map_or("", |key| &key.name)
    }

    /// The values of the field in a document; none where it is null.
    pub fn nodes<'a>(&self, root: Node<'a>) -> Vec<Node<'a>> {
        let mut nodes = vec![root];
        for key in &self.keys {
            let values = nodes.into_iter().filter_map(|node| node.get(&key.name));
            nodes = if key.is_list { values.flat_map(Node::items).collect() } else { values.collect() };
        }
        nodes.retain(|node| !node.is_null());
        nodes
    }

    /// The value of the field, or the first one.
    pub fn node<'a>(&self, root: Node<'a>) -> Option<Node<'a>> {
        self.nodes(root).into_iter().next()
    }
}
