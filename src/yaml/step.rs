//! The way from a node to what holds it.

use super::node::Node;
use super::tree::{Kind, NodeId, RawNode, Tree};

/// How a node stands in the collection that holds it.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// It is a key.
    Key,
    /// It is the value of this key.
    Value(Node<'a>),
    /// It is the item with this number.
    Item(u32),
}

impl<'a> Node<'a> {
    /// The collection that holds this node, and how; nothing for a root. Who asks once asks often, so the answers for
    /// the whole tree are made at once: to look for one node among its siblings is slow where there are many.
    pub fn step(self) -> Option<(Self, Step<'a>)> {
        if let Some((built, graft)) = self.within
            && built.is_root_of_graft(graft, self.id())
        {
            return built.grafted_at(graft).step();
        }
        let tree = self.tree();
        let steps = tree.steps.get_or_init(|| steps(&tree.nodes));
        let RawStep { above, place } = steps[self.id().0 as usize];
        let node = |at: u32| Self { id: NodeId(at), ..self };
        let step = match tree.nodes.get(above as usize)?.kind {
            Kind::Sequence => Step::Item(place),
            _ if place == self.id().0 => Step::Key,
            _ => Step::Value(node(place)),
        };
        Some((node(above), step))
    }
}

impl Tree {
    /// The keys on the way from what stands at an offset of the file to the root, the nearest first. Of a text inside
    /// a scalar they are the keys above that scalar.
    pub fn keys_above(&self, offset: u32) -> impl Iterator<Item = Node<'_>> {
        let next = self.nodes.partition_point(|node| node.start <= offset);
        let mut at = next.checked_sub(1).map(|last| Node::new(self, NodeId(last as u32)));
        std::iter::from_fn(move || {
            loop {
                let (above, step) = at?.step()?;
                at = Some(above);
                if let Step::Value(key) = step {
                    return Some(key);
                }
            }
        })
    }
}

/// What holds a node, by its number. The place of an item is its number in the sequence, that of a value is its key,
/// and that of a key is the key itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawStep {
    above: u32,
    place: u32,
}

/// No node has this number.
const NOTHING: u32 = u32::MAX;

fn steps(nodes: &[RawNode]) -> Box<[RawStep]> {
    let mut steps = vec![RawStep { above: NOTHING, place: NOTHING }; nodes.len()];
    for (above, node) in (0..).zip(nodes) {
        let (mut at, mut index, mut before) = (above + 1, 0, NOTHING);
        while at < node.next {
            let place = match node.kind {
                Kind::Sequence => index,
                _ if index % 2 == 0 => at,
                _ => before,
            };
            steps[at as usize] = RawStep { above, place };
            (before, index, at) = (at, index + 1, nodes[at as usize].next);
        }
    }
    steps.into()
}

#[cfg(test)]
mod tests {
    use crate::source::{FileKind, Sources};
    use crate::yaml::parse;

    #[test]
    fn keys_are_found_from_a_place_in_the_text() {
        let text = "a:\n  b: [x, {c: NAME}]\n  d: |\n    text with\n    NAME in it\n";
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = parse(file, text.into());
        let keys =
            |at: usize| tree.keys_above(at as u32).map(|key| key.text().into_owned()).collect::<Vec<_>>();
        assert_eq!(keys(text.find("NAME").unwrap_or_default()), ["c", "b", "a"]);
        assert_eq!(keys(text.rfind("NAME").unwrap_or_default()), ["d", "a"]);
        assert_eq!(keys(text.find("c:").unwrap_or_default()), ["b", "a"]);
    }
}
