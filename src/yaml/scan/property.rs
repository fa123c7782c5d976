//! Anchors, tags and aliases.

use super::{Scan, Scanner, is_flow_indicator, is_space};
use crate::yaml::tree::{Kind, NodeId, PROPERTY, Property, Style};
use crate::yaml::trouble::Fault;

/// The anchor and the tag in front of a node, as ranges of the text; an empty range where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Properties {
    anchor: (u32, u32),
    tag: (u32, u32),
}

impl Properties {
    pub(super) fn any(self) -> bool {
        self.anchor.1 != 0 || self.tag.1 != 0
    }

    /// Both together, unless they say the same thing twice.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let both = |a: (u32, u32), b: (u32, u32)| match (a.1, b.1) {
            (0, _) => Some(b),
            (_, 0) => Some(a),
            _ => None,
        };
        Some(Self {
            anchor: both(self.anchor, other.anchor)?,
            tag: both(self.tag, other.tag)?,
        })
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn at_property(&self) -> bool {
        matches!(self.byte(), b'&' | b'!')
    }

    /// Reads one anchor or tag and adds it.
    pub(super) fn property(&mut self, properties: &mut Properties) -> Scan {
        let start = self.at;
        let is_anchor = self.byte() == b'&';
        let range = if is_anchor {
            self.anchor()?
        } else {
            self.tag()?
        };
        let slot = if is_anchor {
            &mut properties.anchor
        } else {
            &mut properties.tag
        };
        if slot.1 != 0 {
            self.at = start;
            return self.stop(Fault::DuplicateProperty);
        }
        *slot = (range.0 as u32, range.1 as u32);
        let in_flow = self.flow_depth > 0 && is_flow_indicator(self.byte());
        if in_flow && !is_anchor {
            self.report(Fault::TagWithoutSpace, start, self.at);
        }
        if in_flow || is_space(self.byte()) {
            Ok(())
        } else {
            self.stop(Fault::BadTag)
        }
    }

    fn anchor(&mut self) -> Scan<(usize, usize)> {
        let start = self.at;
        self.at += 1;
        self.name()?;
        self.check_name(start + 1);
        Ok((start, self.at))
    }

    /// The name of an anchor or an alias.
    fn name(&mut self) -> Scan {
        let start = self.at;
        while !is_space(self.byte()) && !is_flow_indicator(self.byte()) {
            self.at += 1;
        }
        if self.at == start {
            self.stop(Fault::EmptyName)
        } else {
            Ok(())
        }
    }

    fn check_name(&mut self, start: usize) {
        let name = self.slice(start, self.at);
        if !name.iter().all(|&byte| is_word(byte)) {
            self.report(Fault::UnusualName, start, self.at);
        }
    }

    fn tag(&mut self) -> Scan<(usize, usize)> {
        let start = self.at;
        self.at += 1;
        if self.byte() == b'<' {
            while self.byte() != b'>' && !is_space(self.byte()) {
                self.at += 1;
            }
            if self.byte() != b'>' {
                return self.stop(Fault::BadTag);
            }
            self.at += 1;
            return Ok((start, self.at));
        }
        while !is_space(self.byte()) && !is_flow_indicator(self.byte()) {
            self.at += 1;
        }
        self.check_tag(start);
        Ok((start, self.at))
    }

    /// `!name!suffix` needs a `%TAG !name!` in the same document; `!suffix` and `!!suffix` do not.
    fn check_tag(&mut self, start: usize) {
        let tag = self.slice(start, self.at);
        let name = tag[1..].iter().take_while(|&&byte| is_word(byte)).count();
        let has_handle = tag.get(name + 1) == Some(&b'!');
        let (handle, suffix) = if has_handle {
            tag.split_at(name + 2)
        } else {
            tag.split_at(1)
        };
        let is_complete = !has_handle || !suffix.is_empty();
        if !is_complete || suffix.contains(&b'!') || !is_uri(suffix) {
            self.report(Fault::BadTag, start, self.at);
        } else if handle.len() > 2 && !self.tag_handles.contains(&handle) {
            self.report(Fault::UndeclaredHandle, start, self.at);
        }
    }

    /// Gives properties to a node. Nodes get theirs before their children, which keeps the lists sorted.
    #[inline]
    pub(super) fn adopt(&mut self, id: usize, properties: Properties) {
        if properties.any() {
            self.adopt_some(id, properties);
        }
    }

    fn adopt_some(&mut self, id: usize, properties: Properties) {
        let node = NodeId(id as u32);
        let property = |(start, end): (u32, u32)| Property { node, start, end };
        if properties.anchor.1 != 0 {
            let name = self.slice(
                properties.anchor.0 as usize + 1,
                properties.anchor.1 as usize,
            );
            self.anchor_names.insert(name, self.out.anchors.len());
            self.out.anchors.push(property(properties.anchor));
        }
        if properties.tag.1 != 0 {
            self.out.tags.push(property(properties.tag));
        }
        self.out.nodes[id].flags |= PROPERTY;
    }

    /// Reads an alias. Its target is known at once, because anchors stand before their aliases.
    pub(super) fn alias(&mut self) -> Scan {
        let start = self.at;
        self.at += 1;
        self.name()?;
        self.leave_colon(start);
        self.check_name(start + 1);
        let name = self.slice(start + 1, self.at);
        let anchor = self
            .anchor_names
            .get(name)
            .and_then(|&index| self.out.anchors.get(index));
        let target = anchor.map(|anchor| anchor.node.0);
        let id = self.push(Kind::Alias, Style::Plain, start, self.at);
        let closed = target.filter(|&target| self.out.nodes[target as usize].is_closed());
        // An alias without a target stands for itself, which reads as null.
        self.out.nodes[id].x = closed.unwrap_or(id as u32);
        if closed.is_none() {
            let fault = if target.is_some() {
                Fault::SelfReference
            } else {
                Fault::UnknownAnchor
            };
            self.report(fault, start, self.at);
        }
        Ok(())
    }

    /// Go's readers end a name at a colon: `*a: b` is a key for them.
    fn leave_colon(&mut self, start: usize) {
        let end = self.at - 1;
        let ends_in_colon = self.byte_at(end) == b':' && is_space(self.byte());
        let name: &'a [u8] = self.slice(start + 1, self.at);
        if ends_in_colon
            && !self.anchor_names.contains_key(name)
            && self.anchor_names.contains_key(self.slice(start + 1, end))
        {
            self.at = end;
            self.report(Fault::ColonAfterAlias, end, end + 1);
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// What a tag can consist of.
pub(super) fn is_uri(text: &[u8]) -> bool {
    let is_escape = |escape: &[u8]| {
        escape
            .iter()
            .take(2)
            .filter(|byte| byte.is_ascii_hexdigit())
            .count()
            == 2
    };
    text.iter().enumerate().all(|(at, &byte)| match byte {
        b'%' => is_escape(&text[at + 1..]),
        _ => is_word(byte) || b";/?:@&=+$,.!~*'()".contains(&byte),
    })
}
