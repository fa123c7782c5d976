//! Temporary.
#![allow(warnings, clippy::all, clippy::pedantic)]
use super::proto;
use super::tree::{RawNode, Style, Tree};

pub(super) fn cook(tree: &Tree, raw: RawNode) -> String {
    let style = match raw.style {
        Style::Plain => 0,
        Style::SingleQuoted => 1,
        Style::DoubleQuoted => 2,
        Style::Literal => 3,
        Style::Folded => 4,
        Style::Block => 5,
        Style::Flow => 6,
    };
    let t = proto::Tree {
        src: tree.text.as_bytes(),
        nodes: vec![proto::Node {
            kind: 0,
            style,
            flags: 1,
            start: raw.start,
            end: raw.end,
            next: 1,
            x: raw.x,
        }],
        ..Default::default()
    };
    t.text(0).into_owned()
}
