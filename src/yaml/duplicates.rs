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
    let mut pairs = Vec::new();
    let mut merging = Vec::new();
    let mut keys = Keys::default();
    for id in 0..tree.nodes.len() {
        let node = tree.nodes[id];
        if node.kind != Kind::Mapping {
            continue;
        }
        let mapping = Node::new(tree, NodeId(id as u32));
        merging.extend(mapping.entries().find(|entry| entry.key.is_merge_key()).map(|_| id));
        if node.x > 1 {
            keys.find_pairs(mapping, &mut pairs);
        }
    }
    for id in merging {
        tree.nodes[id].flags |= MERGE;
    }
    for &(mapping, _, _) in &pairs {
        tree.nodes[mapping.0 as usize].flags |= DUPLICATE_KEYS;
    }
    // The branches of a condition in a template repeat keys as a matter of course.
    if tree.actions.is_empty() {
        tree.duplicates = pairs.into_iter().map(|(_, first, again)| (first, again)).collect();
    }
}

/// Mappings of this size and less are compared key by key.
const SMALL: u32 = 24;

#[derive(Default)]
struct Keys {
    hashes: Vec<(u32, NodeId)>,
}

impl Keys {
    fn find_pairs(&mut self, mapping: Node<'_>, pairs: &mut Vec<(NodeId, NodeId, NodeId)>) {
        let tree = mapping.tree();
        if tree.nodes[mapping.id().0 as usize].x > SMALL {
            return find_pairs_in_large(mapping, pairs);
        }
        self.hashes.clear();
        for entry in mapping.entries().filter(|entry| is_scalar(entry.key)) {
            let key = canonical(entry.key);
            let hash = hash(key.as_bytes());
            let same =
                |&&(other, id): &&(u32, NodeId)| other == hash && canonical(Node::new(tree, id)) == key;
            if let Some(&(_, first)) = self.hashes.iter().find(same) {
                pairs.push((mapping.id(), first, entry.key.id()));
            }
            self.hashes.push((hash, entry.key.id()));
        }
    }
}

fn find_pairs_in_large(mapping: Node<'_>, pairs: &mut Vec<(NodeId, NodeId, NodeId)>) {
    let mut seen: HashMap<Cow<'_, str>, NodeId> = HashMap::new();
    for entry in mapping.entries().filter(|entry| is_scalar(entry.key)) {
        let id = entry.key.id();
        let first = *seen.entry(canonical(entry.key)).or_insert(id);
        if first != id {
            pairs.push((mapping.id(), first, id));
        }
    }
}

fn is_scalar(key: Node<'_>) -> bool {
    key.tree().nodes[key.id().0 as usize].kind == Kind::Scalar
}

fn canonical(key: Node<'_>) -> Cow<'_, str> {
    key_text(key, Schema::Kubectl).unwrap_or_else(|| key.text())
}

/// Cheap and good enough to tell the keys of one small mapping apart.
fn hash(bytes: &[u8]) -> u32 {
    let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        return bytes.iter().fold(1, |hash, &byte| hash << 8 | u32::from(byte));
    };
    let ends = u32::from_le_bytes(*first) ^ u32::from_le_bytes(*last).rotate_left(13);
    ends.wrapping_mul(0x9E37_79B1) ^ bytes.len() as u32
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::yaml::{Tree, parse};

    fn repeated(text: &str) -> Vec<String> {
        let file = Sources::default().add("a.yaml".into(), text.into());
        let tree: Tree = parse(file, text.into());
        tree.duplicates().map(|(first, again)| format!("{} {}", first.raw(), again.raw())).collect()
    }

    #[test]
    fn equal_keys_are_those_kubectl_cannot_keep_apart() {
        assert_eq!(
            repeated("yes: 1\ntrue: 2\n1: 3\n'1': 4\nb: 5\n\"b\": 6\n"),
            ["yes true", "1 '1'", "b \"b\""]
        );
        assert_eq!(repeated("a: {b: 1}\nc: {b: 1}\n1.10: x\n1.1.0: y\n"), [""; 0]);
    }

    #[test]
    fn large_mappings_are_searched_too() {
        let text: String = (0..60).map(|n| format!("k{}: 1\n", n % 59)).collect();
        assert_eq!(repeated(&text), ["k0 k0"]);
    }
}
