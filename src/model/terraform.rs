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

/// Whether resources of this type are about clusters of containers or of data, and not of Kubernetes.
pub fn is_of_another_cluster(resource: &str) -> bool {
    OTHERS.iter().any(|other| resource.starts_with(other))
}

/// What the types of such resources begin with. Source: the providers of AWS, Google, Azure, `MongoDB` and Databricks.
const OTHERS: [&str; 18] = [
    "aws_ecs_",
    "aws_rds_",
    "aws_db_",
    "aws_msk_",
    "aws_elasticache_",
    "aws_memorydb_",
    "aws_redshift_",
    "aws_docdb_",
    "aws_neptune_",
    "aws_dax_",
    "aws_emr_",
    "google_dataproc_",
    "google_alloydb_",
    "azurerm_hdinsight_",
    "azurerm_kusto_",
    "azurerm_service_fabric_",
    "mongodbatlas_",
    "databricks_",
];

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
