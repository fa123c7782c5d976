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
use hcl_edit::parser::Error;
use hcl_edit::structure::Body;
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
    // As many blanks as the mark is long keep every place true.
    let readable = text.replacen('\u{feff}', "   ", usize::from(text.starts_with('\u{feff}')));
    match read(readable) {
        Ok(body) => Ok(lower::lower(file, text, &body)),
        Err(error) => {
            // The reader counts bytes, and may stop within a character.
            let at = floor_char(&text, error.location().offset()) as u32;
            Err(Unread::Broken { span: Span::new(file, at, at), message: error.message().to_owned() })
        }
    }
}

/// Terraform lets an object have a key twice, `hcl-edit` does not: it gets the second one under another name. The tree has
/// it as it is written.
fn read(mut text: String) -> Result<Body, Error> {
    for letter in "abcdefgh".chars() {
        match hcl_edit::parser::parse_body(&text) {
            Err(error) if error.message().contains("redefined object key") => {
                let at = error.location().offset();
                let at = at + usize::from(text.as_bytes().get(at) == Some(&b'"'));
                if !text.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric) {
                    return Err(error);
                }
                text.replace_range(at..=at, letter.encode_utf8(&mut [0; 4]));
            }
            read => return read,
        }
    }
    hcl_edit::parser::parse_body(&text)
}
