//! The blocks of Terraform, whether they are written in HCL or in JSON.

use super::field::once_or_items;
use crate::yaml::Node;

/// A block with its labels: `resource "aws_eks_cluster" "main" { … }`.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    /// The labels, as they are written.
    pub labels: Vec<Node<'a>>,
    /// What stands between the braces.
    pub body: Node<'a>,
}

/// The blocks of one name that have so many labels, in the order of the text within each label.
pub fn blocks<'a>(root: Node<'a>, name: &str, labels: usize) -> Vec<Block<'a>> {
    let start = root.get(name).into_iter().flat_map(once_or_items);
    let mut blocks: Vec<_> = start.map(|body| Block { labels: Vec::new(), body }).collect();
    for _ in 0..labels {
        blocks = blocks.iter().flat_map(Block::labelled).collect();
    }
    blocks.retain(|block| block.body.is_mapping());
    blocks
}

impl<'a> Block<'a> {
    /// The first label: the type of a resource, the name of a module or of a variable.
    pub fn first(&self) -> Option<Node<'a>> {
        self.labels.first().copied()
    }

    fn labelled(&self) -> Vec<Self> {
        let entries = self
            .body
            .entries()
            .flat_map(|entry| once_or_items(entry.value).map(move |body| (entry.key, body)));
        let block =
            |(label, body)| Self { labels: self.labels.iter().copied().chain([label]).collect(), body };
        entries.map(block).collect()
    }
}
