//! YAML and JSON as Kubernetes reads them.
//!
//! One pass over the bytes fills an arena of nodes ([`Tree`]); nothing is copied until somebody asks for a value.
//! [`Node`] is the view everybody else works with: it knows its place and follows aliases and merge keys.

mod node;
mod proto;
mod resolve;
mod scalar;
mod scan;
mod tree;

pub use node::{Entry, Node, Shape, Walk};
pub use resolve::{Schema, Value};
pub use scan::parse;
pub use tree::{Comment, Document, Grade, NodeId, Style, Tree, Trouble};
