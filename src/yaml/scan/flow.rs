//! `[a, b]` and `{a: b}`.

use super::property::Properties;
use super::{Dialect, Scan, Scanner, is_flow_indicator, is_space};
use crate::yaml::tree::{Kind, Style};
use crate::yaml::trouble::Fault;

impl Scanner<'_> {
    /// Opens the collection whose bracket stands here.
    pub(super) fn open_flow(&mut self) -> Kind {
        let kind = if self.byte() == b'[' { Kind::Sequence } else { Kind::Mapping };
        self.open(kind, Style::Flow, self.at);
        kind
    }

    /// Reads an opened collection to its closing bracket.
    pub(super) fn flow(&mut self, id: usize, kind: Kind, parent: i32) -> Scan {
        self.descend()?;
        self.flow_depth += 1;
        self.at += 1;
        let children = if kind == Kind::Sequence {
            self.flow_items(id, parent)?
        } else {
            self.flow_entries(id, parent)?
        };
        self.at += 1;
        self.token_end = self.at;
        self.close(id, children);
        self.flow_depth -= 1;
        self.depth -= 1;
        Ok(())
    }

    fn flow_items(&mut self, id: usize, parent: i32) -> Scan<u32> {
        let mut items = 0;
        while self.another(id, b']', parent)? {
            self.flow_item(parent)?;
            items += 1;
            self.separator(b']', parent)?;
        }
        Ok(items)
    }

    fn flow_entries(&mut self, id: usize, parent: i32) -> Scan<u32> {
        let mut entries = 0;
        while self.another(id, b'}', parent)? {
            let explicit = self.at_indicator(b'?');
            if explicit {
                self.at += 1;
                self.skip_in_flow(parent)?;
            }
            self.flow_pair(parent, explicit)?;
            entries += 1;
            self.separator(b'}', parent)?;
        }
        Ok(entries)
    }

    /// Whether another entry follows; false at the closing bracket.
    fn another(&mut self, id: usize, closing: u8, parent: i32) -> Scan<bool> {
        self.skip_in_flow(parent)?;
        if self.at_end() {
            self.at = self.out.nodes[id].start as usize;
            return self.stop(Fault::UnterminatedFlow);
        }
        match self.byte() {
            byte if byte == closing => Ok(false),
            b',' => self.stop(Fault::EmptyFlowEntry),
            _ => Ok(true),
        }
    }

    /// The comma after an entry. The closing bracket stays for [`Self::another`].
    fn separator(&mut self, closing: u8, parent: i32) -> Scan {
        self.skip_in_flow(parent)?;
        match self.byte() {
            b',' => {
                self.at += 1;
                Ok(())
            }
            byte if byte == closing || self.at_end() => Ok(()),
            _ => self.stop(Fault::ExpectedComma),
        }
    }

    fn skip_in_flow(&mut self, parent: i32) -> Scan {
        if !self.skip() {
            return Ok(());
        }
        if self.at_marker() {
            return self.stop(Fault::MarkerInside);
        }
        if !self.at_end() && !matches!(self.byte(), b']' | b'}') {
            self.check_flow_indentation(parent);
        }
        Ok(())
    }

    pub(super) fn check_flow_indentation(&mut self, parent: i32) {
        if self.spaces(self.line_start) as i32 <= parent {
            self.report(Fault::UnindentedFlow, self.line_start, self.at);
        }
    }

    /// An item of a sequence; `a: b` is a mapping of one entry there.
    fn flow_item(&mut self, parent: i32) -> Scan {
        let (start, line) = (self.at, self.line_start);
        let id = self.out.nodes.len();
        if self.at_indicator(b'?') {
            self.at += 1;
            self.skip_in_flow(parent)?;
            self.open(Kind::Mapping, Style::Flow, start);
            self.flow_pair(parent, true)?;
            self.close(id, 1);
            return Ok(());
        }
        let quoted = self.flow_node(parent)?;
        let end = self.token_end;
        let new_line = self.at_line_after_skip(parent)?;
        if self.byte() == b':' && ((quoted && !new_line) || self.colon_is_indicator()) {
            if self.line_start != line {
                return self.stop(Fault::MultiLineKey);
            }
            self.check_flow_key(start)?;
            self.wrap(id, Style::Flow, 0);
            self.flow_value(parent)?;
            self.close(id, 1);
        } else if end == start && self.out.nodes[id].flags == 0 {
            return self.stop(Fault::EmptyFlowEntry);
        }
        Ok(())
    }

    fn at_line_after_skip(&mut self, parent: i32) -> Scan<bool> {
        let line = self.line_start;
        self.skip_in_flow(parent)?;
        Ok(self.line_start != line)
    }

    fn colon_is_indicator(&self) -> bool {
        let next = self.byte_at(self.at + 1);
        is_space(next) || is_flow_indicator(next)
    }

    /// A key and its value; either may be missing.
    fn flow_pair(&mut self, parent: i32, explicit: bool) -> Scan {
        let (start, line) = (self.at, self.line_start);
        let quoted = if matches!(self.byte(), b',' | b']' | b'}') {
            self.push_empty(start, Properties::default());
            false
        } else {
            self.flow_node(parent)?
        };
        let end = self.token_end;
        self.skip_in_flow(parent)?;
        if self.byte() != b':' || !(quoted || self.colon_is_indicator()) {
            self.push_empty(end, Properties::default());
            return Ok(());
        }
        if !explicit {
            if self.line_start != line && self.dialect == Dialect::Yaml {
                self.report(Fault::MultiLineFlowKey, start, end);
            }
            self.check_flow_key(start)?;
        }
        self.flow_value(parent)
    }

    fn check_flow_key(&mut self, start: usize) -> Scan {
        self.check_key(start, self.line_start)
    }

    /// What follows a colon.
    fn flow_value(&mut self, parent: i32) -> Scan {
        self.at += 1;
        self.token_end = self.at;
        self.skip_in_flow(parent)?;
        if matches!(self.byte(), b',' | b']' | b'}') {
            self.push_empty(self.token_end, Properties::default());
            return Ok(());
        }
        self.flow_node(parent)?;
        Ok(())
    }

    /// Any node between brackets. Says whether a colon right behind it makes it a key, as in JSON.
    fn flow_node(&mut self, parent: i32) -> Scan<bool> {
        let mut before = self.at;
        let mut properties = Properties::default();
        while self.at_property() {
            self.property(&mut properties)?;
            before = self.at;
            self.skip_in_flow(parent)?;
        }
        let (start, id) = (self.at, self.out.nodes.len());
        match self.byte() {
            b'[' | b'{' => {
                let kind = self.open_flow();
                self.adopt(id, properties);
                self.flow(id, kind, parent)?;
                return Ok(true);
            }
            b'"' | b'\'' => {
                self.quoted(parent)?;
                self.adopt(id, properties);
                return Ok(true);
            }
            b'*' if properties.any() => return self.stop(Fault::PropertyHere),
            b'*' => self.alias()?,
            b',' | b']' | b'}' => self.push_empty(before, properties),
            b':' if self.colon_is_indicator() => self.push_empty(before, properties),
            _ if self.at_end() => self.push_empty(before, properties),
            _ => {
                if !self.starts_plain(true) {
                    return self.stop(Fault::UnexpectedCharacter);
                }
                let end = self.plain_line(true);
                self.push(Kind::Scalar, Style::Plain, start, end);
                self.adopt(id, properties);
                self.plain_continuation(id, parent, true)?;
            }
        }
        Ok(false)
    }
}
