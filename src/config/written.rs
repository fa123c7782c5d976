//! The configuration as it is written, for errors that are found after it was read.

use super::FILE_NAME;
use crate::error::Error;
use crate::source::{FileKind, Sources};
use crate::yaml::{self, Node, NodeId, Tree};
use std::sync::Arc;

/// The text of `.k8factor.yaml` and its tree.
#[derive(Debug, Clone)]
pub struct Written {
    sources: Arc<Sources>,
    tree: Arc<Tree>,
}

impl Written {
    /// Reads a text; what it means is not looked at.
    pub(super) fn new(text: &str) -> Self {
        let mut sources = Sources::default();
        let id = sources.add(FILE_NAME.into(), FileKind::Yaml, text.into());
        let tree = yaml::parse(id, sources.get(id).shared_text());
        Self { sources: Arc::new(sources), tree: Arc::new(tree) }
    }

    /// What was read.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The node with this number.
    pub fn node(&self, number: NodeId) -> Node<'_> {
        Node::from_id(&self.tree, number)
    }

    /// An error at a byte of the file.
    pub fn error_at(&self, offset: u32, message: impl Into<String>) -> Error {
        Error::config(self.place(offset), message)
    }

    /// The place of a byte, in words.
    pub(super) fn place(&self, offset: u32) -> String {
        let position = self.sources.get(self.tree.file()).position(offset);
        format!("{FILE_NAME}:{}:{}", position.line, position.column)
    }

    /// The line of a byte, from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.sources.get(self.tree.file()).position(offset).line as usize
    }
}
