//! Facts that age: tables in `data/`, each with its source and its date. They are part of the program.
//!
//! A table is read once, when somebody asks for it. Nothing here knows what the facts are about.

use crate::source::{FileKind, Sources};
use crate::yaml;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A table as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table<R> {
    /// Where the facts were read, for whoever brings them up to date.
    pub source: String,
    /// The day they were read: `2026-11-20`.
    pub date: String,
    /// The facts.
    pub rows: Vec<R>,
}

/// The facts in the text of a table of ours.
///
/// # Panics
///
/// If the table cannot be read, which is a fault of the program: the tests of the modules read each of them.
pub fn rows<R: DeserializeOwned>(text: &'static str) -> Vec<R> {
    let file = Sources::default().add("a table of facts".into(), FileKind::Yaml, text.into());
    let tree = yaml::parse(file, text.into());
    let root = tree.roots().next().expect("a table of ours has a document");
    let table: Table<R> =
        yaml::from_node(root).expect("a table of ours has the columns that its module reads");
    table.rows
}
