//! A built value becomes a tree that rules and reports read like any other.

use super::value::Value;
use crate::provenance::Place;
use crate::yaml::{Builder, Node, NodeId, Shape, Tree};
use std::sync::Arc;

/// An object that needs no more building.
#[derive(Debug, Clone)]
pub struct Frozen {
    tree: Arc<Tree>,
    root: Option<NodeId>,
}

impl Frozen {
    /// Freezes a value. What is as it was written stays where it is; the tree holds only the way down to changes.
    pub fn new(value: &Value) -> Self {
        if let (Some(tree), Some(node)) = (value.tree(), value.node()) {
            return Self { tree: Arc::clone(tree), root: Some(node.id()) };
        }
        let mut builder = Builder::default();
        add(&mut builder, value);
        Self { tree: Arc::new(builder.finish(value.span().file)), root: None }
    }

    /// The root of the object.
    pub fn root(&self) -> Node<'_> {
        match self.root {
            Some(id) => Node::from_id(&self.tree, id),
            None => self.tree.built_root(),
        }
    }

    /// Whether it is exactly as it was written.
    pub fn is_written(&self) -> bool {
        self.root.is_some()
    }
}

fn add(builder: &mut Builder, value: &Value) {
    match value {
        Value::Written(written) => builder.graft(written.tree(), written.node().id()),
        Value::Scalar(scalar) => builder.scalar(&scalar.text, scalar.is_text, scalar.place.clone()),
        Value::Map(map) => {
            builder.open(Shape::Mapping, map.place.clone());
            for entry in &map.entries {
                builder.scalar(&entry.key.text, true, Place::at(entry.key.span));
                add(builder, &entry.value);
            }
            builder.close(map.entries.len());
        }
        Value::List(list) => {
            builder.open(Shape::Sequence, list.place.clone());
            list.items.iter().for_each(|item| add(builder, item));
            builder.close(list.items.len());
        }
    }
}
