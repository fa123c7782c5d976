//! Reads HCL, the language of Terraform and Terragrunt, into the same trees as YAML.
//!
//! The shape is that of Terraform's own JSON: `resource "aws_eks_cluster" "main" { name = "x" }` is
//! `{resource: {aws_eks_cluster: {main: {name: x}}}}`. Blocks of one name are a list, one alone is itself. A text without
//! anything to fill in is a text, and whatever Terraform computes is injected: nobody knows it here.
//!
//! `hcl-edit` reads. It refuses what is nested more than 64 times and chains of more than 128 operators, so that neither
//! it nor anything here runs out of stack; `tests/hcl.rs` holds it to that. What it does slowly is left to [`crowd`].

mod crowd;
mod lower;

use crate::source::{FileId, Span, floor_char};
use crate::yaml::Tree;
use std::sync::Arc;

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// This is no HCL, or nothing that anybody writes.
    Broken {
        /// Where it stops making sense.
        span: Span,
        /// What was expected there.
        message: String,
    },
    /// An object with so many keys that it would take minutes.
    TooLarge,
}

/// Reads a text, or says why not.
pub fn parse(file: FileId, text: Arc<str>) -> Result<Tree, Unread> {
    if crowd::is_crowded(&text) {
        return Err(Unread::TooLarge);
    }
    let parsed = match text.strip_prefix('\u{feff}') {
        // As many blanks keep every place true.
        Some(rest) => hcl_edit::parser::parse_body(&format!("   {rest}")),
        None => hcl_edit::parser::parse_body(&text),
    };
    match parsed {
        Ok(body) => Ok(lower::lower(file, text, &body)),
        Err(error) => {
            // The reader counts bytes, and may stop within a character.
            let at = floor_char(&text, error.location().offset()) as u32;
            Err(Unread::Broken { span: Span::new(file, at, at), message: error.message().to_owned() })
        }
    }
}
