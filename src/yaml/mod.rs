//! YAML and JSON as Kubernetes reads them.
//!
//! One pass over the bytes fills an arena of nodes ([`Tree`]); nothing is copied until somebody asks for a value.
//! [`Node`] is the view everybody else works with: it knows its place and follows aliases and merge keys.

mod budget;
mod duplicates;
mod error;
mod json;
mod node;
mod number;
mod parse;
mod resolve;
mod scalar;
mod scan;
mod timestamp;
mod tree;
mod trouble;
mod unusual;

pub use error::ReadError;
pub use node::{Entry, Node, Shape, Walk};
pub use parse::{parse, parse_json};
pub use resolve::{Schema, Value};
pub use tree::{Comment, Document, NodeId, Style, Tree};
pub use trouble::{Fault, Grade, Readers, Trouble};
