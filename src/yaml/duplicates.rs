//! Keys that stand twice in one mapping, and merge keys.
//!
//! Keys are equal if kubectl turns them into the same key of an object: `yes` and `true`, `1` and `"1"`.

use super::node::Node;
use super::resolve::{Schema, key_text};
use super::tree::{DUPLICATE_KEYS, Kind, MERGE, NodeId, Tree};
use std::borrow::Cow;
use std::collections::HashMap;

/// Marks the mappings that need more than a plain look-up.
pub(super) fn mark(tree: &mut Tree) {
    let mut search = Search::default();
    for id in 0..tree.nodes.len() {
        if tree.nodes[id].kind == Kind::Mapping {
            search.mapping(tree, NodeId(id as u32));
        }
    }
    for mapping in search.merging {
        tree.nodes[mapping.0 as usize].flags |= MERGE;
    }
    for &(mapping, _, _) in &search.pairs {
        tree.nodes[mapping.0 as usize].flags |= DUPLICATE_KEYS;
    }
    // The branches of a condition in a template repeat keys as a matter of course.
    if tree.actions.is_empty() {
        tree.duplicates = search
            .pairs
            .into_iter()
            .map(|(_, first, again)| (first, again))
            .collect();
    }
}

/// Mappings of this size and less are compared key by key.
const SMALL: u32 = 24;

#[derive(Default)]
struct Search {
    /// The keys of the mapping at hand. Kept from one to the next for its memory.
    hashes: Vec<(u32, NodeId)>,
    /// Mapping, first key, key that repeats it.
    pairs: Vec<(NodeId, NodeId, NodeId)>,
    merging: Vec<NodeId>,
}

impl Search {
    fn mapping(&mut self, tree: &Tree, id: NodeId) {
        let is_small = tree.nodes[id.0 as usize].x <= SMALL;
        let mut seen = HashMap::new();
        self.hashes.clear();
        for entry in Node::new(tree, id).entries() {
            let (key, node) = (entry.key.id(), tree.nodes[entry.key.id().0 as usize]);
            if node.kind != Kind::Scalar {
                continue;
            }
            if entry.key.is_merge_key() {
                self.merging.push(id);
            }
            let text = canonical(entry.key);
            let first = if is_small {
                self.first_of_few(tree, key, &text)
            } else {
                *seen.entry(text).or_insert(key)
            };
            if first != key {
                self.pairs.push((id, first, key));
            }
        }
    }

    /// The first key with this text, among few.
    fn first_of_few(&mut self, tree: &Tree, key: NodeId, text: &str) -> NodeId {
        let hash = hash(text.as_bytes());
        let same = |&&(other, id): &&(u32, NodeId)| {
            other == hash && canonical(Node::new(tree, id)) == text
        };
        let first = self.hashes.iter().find(same).map(|&(_, first)| first);
        self.hashes.push((hash, key));
        first.unwrap_or(key)
    }
}

fn canonical(key: Node<'_>) -> Cow<'_, str> {
    key_text(key, Schema::Kubectl).unwrap_or_else(|| key.text())
}

/// Cheap and good enough to tell the keys of one small mapping apart.
fn hash(bytes: &[u8]) -> u32 {
    let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        return bytes
            .iter()
            .fold(1, |hash, &byte| hash << 8 | u32::from(byte));
    };
    let ends = u32::from_le_bytes(*first) ^ u32::from_le_bytes(*last).rotate_left(13);
    ends.wrapping_mul(0x9E37_79B1) ^ bytes.len() as u32
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::yaml::{Tree, parse};

    fn repeated(text: &str) -> Vec<String> {
        let file = Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, text.into());
        let tree: Tree = parse(file, text.into());
        tree.duplicates()
            .map(|(first, again)| format!("{} {}", first.raw(), again.raw()))
            .collect()
    }

    #[test]
    fn equal_keys_are_those_kubectl_cannot_keep_apart() {
        assert_eq!(
            repeated("yes: 1\ntrue: 2\n1: 3\n'1': 4\nb: 5\n\"b\": 6\n"),
            ["yes true", "1 '1'", "b \"b\""]
        );
        assert_eq!(
            repeated("a: {b: 1}\nc: {b: 1}\n1.10: x\n1.1.0: y\n"),
            [""; 0]
        );
    }

    #[test]
    fn large_mappings_are_searched_too() {
        let text = (0..60).fold(String::new(), |text, n| text + &format!("k{}: 1\n", n % 59));
        assert_eq!(repeated(&text), ["k0 k0"]);
    }
}
