//! YAML and JSON as Kubernetes reads them.
//!
//! One pass over the bytes fills an arena of nodes ([`Tree`]); nothing is copied until somebody asks for a value.
//! [`Node`] is the view everybody else works with: it knows its place and follows aliases and merge keys.

mod budget;
mod built;
mod de;
mod duplicates;
mod embed;
mod error;
mod invariant;
mod json;
mod lowered;
mod node;
mod number;
mod parse;
mod placed;
mod resolve;
mod scalar;
mod scan;
mod step;
mod template;
mod timestamp;
mod tree;
mod trouble;
mod unusual;

pub use built::Builder;
pub use de::{from_layers, from_node, from_node_up_to};
pub use error::ReadError;
pub use lowered::Lowered;
pub use node::{Entry, Identity, Node, Shape, Walk};
pub use parse::{parse, parse_json};
pub use placed::{List, Placed};
pub use resolve::{Schema, Value};
pub use step::Step;
pub use template::{looks_like_template, parse_template};
pub use tree::{Document, NodeId, Style, Tree};
pub use trouble::{Fault, Grade, Readers, Trouble};
