//! `[a, b]` and `{a: b}`.

use super::property::Properties;
use super::{Dialect, Scan, Scanner, is_flow_indicator, is_space};
use crate::yaml::tree::{Kind, Style};
use crate::yaml::trouble::Fault;

impl Scanner<'_> {
    /// Opens the collection whose bracket stands here.
    pub(super) fn open_flow(&mut self) -> Kind {
        let kind = if self.byte() == b'[' {
            Kind::Sequence
        } else {
            Kind::Mapping
        };
        self.open(kind, Style::Flow, self.at);
        kind
    }

    /// Reads an opened collection to its closing bracket.
    pub(super) fn flow(&mut self, id: usize, kind: Kind, least: usize) -> Scan {
        self.descend()?;
        self.flow_depth += 1;
        self.at += 1;
        let children = if kind == Kind::Sequence {
            self.flow_items(id, least)?
        } else {
            self.flow_entries(id, least)?
        };
        self.at += 1;
        self.token_end = self.at;
        self.close(id, children);
        self.flow_depth -= 1;
        self.depth -= 1;
        Ok(())
    }

    fn flow_items(&mut self, id: usize, least: usize) -> Scan<u32> {
        let mut items = 0;
        while self.another(id, b']', least)? {
            self.flow_item(least)?;
            items += 1;
            self.separator(b']', least)?;
        }
        Ok(items)
    }

    fn flow_entries(&mut self, id: usize, least: usize) -> Scan<u32> {
        let mut entries = 0;
        while self.another(id, b'}', least)? {
            let explicit = self.at_indicator(b'?');
            if explicit {
                self.at += 1;
                self.skip_in_flow(least)?;
            }
            self.flow_pair(least, explicit)?;
            entries += 1;
            self.separator(b'}', least)?;
        }
        Ok(entries)
    }

    /// Whether another entry follows; false at the closing bracket.
    fn another(&mut self, id: usize, closing: u8, least: usize) -> Scan<bool> {
        self.skip_in_flow(least)?;
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
    fn separator(&mut self, closing: u8, least: usize) -> Scan {
        self.skip_in_flow(least)?;
        match self.byte() {
            b',' => {
                self.at += 1;
                Ok(())
            }
            byte if byte == closing || self.at_end() => Ok(()),
            _ => self.stop(Fault::ExpectedComma),
        }
    }

    fn skip_in_flow(&mut self, least: usize) -> Scan {
        if !self.skip() {
            return Ok(());
        }
        if self.at_marker() {
            return self.stop(Fault::MarkerInside);
        }
        if !self.at_end() && !matches!(self.byte(), b']' | b'}') {
            self.check_flow_indentation(least);
        }
        Ok(())
    }

    pub(super) fn check_flow_indentation(&mut self, least: usize) {
        if self.spaces(self.line_start) < least {
            self.report(Fault::UnindentedFlow, self.line_start, self.at);
        }
    }

    /// An item of a sequence; `a: b` is a mapping of one entry there.
    fn flow_item(&mut self, least: usize) -> Scan {
        let (start, line) = (self.at, self.line_start);
        let id = self.out.nodes.len();
        if self.at_indicator(b'?') {
            self.at += 1;
            self.skip_in_flow(least)?;
            self.open(Kind::Mapping, Style::Flow, start);
            self.flow_pair(least, true)?;
            self.close(id, 1);
            return Ok(());
        }
        self.check_empty_key();
        let quoted = self.flow_node(least)?;
        let end = self.token_end;
        let new_line = self.at_line_after_skip(least)?;
        if self.byte() == b':' && ((quoted && !new_line) || self.colon_is_indicator()) {
            if self.line_start != line {
                return self.stop(Fault::MultiLineKey);
            }
            self.check_flow_key(start)?;
            self.wrap(id, Style::Flow, 0);
            self.flow_value(least)?;
            self.close(id, 1);
        } else if end == start && self.out.nodes[id].flags == 0 {
            return self.stop(Fault::EmptyFlowEntry);
        }
        Ok(())
    }

    fn at_line_after_skip(&mut self, least: usize) -> Scan<bool> {
        let line = self.line_start;
        self.skip_in_flow(least)?;
        Ok(self.line_start != line)
    }

    fn colon_is_indicator(&self) -> bool {
        let next = self.byte_at(self.at + 1);
        is_space(next) || is_flow_indicator(next)
    }

    /// A key and its value; either may be missing.
    fn flow_pair(&mut self, least: usize, explicit: bool) -> Scan {
        let (start, line) = (self.at, self.line_start);
        let quoted = if matches!(self.byte(), b',' | b']' | b'}') {
            self.push_empty(start, Properties::default());
            false
        } else {
            if !explicit {
                self.check_empty_key();
            }
            self.flow_node(least)?
        };
        let end = self.token_end;
        self.skip_in_flow(least)?;
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
        self.flow_value(least)
    }

    fn check_empty_key(&mut self) {
        if self.byte() == b':' && self.colon_is_indicator() {
            self.report(Fault::EmptyKey, self.at, self.at + 1);
        }
    }

    fn check_flow_key(&mut self, start: usize) -> Scan {
        self.check_key(start, self.line_start)
    }

    /// What follows a colon.
    fn flow_value(&mut self, least: usize) -> Scan {
        self.at += 1;
        self.token_end = self.at;
        self.skip_in_flow(least)?;
        if matches!(self.byte(), b',' | b']' | b'}') {
            self.push_empty(self.token_end, Properties::default());
            return Ok(());
        }
        self.flow_node(least)?;
        Ok(())
    }

    /// Any node between brackets. Says whether a colon right behind it makes it a key, as in JSON.
    fn flow_node(&mut self, least: usize) -> Scan<bool> {
        let mut before = self.at;
        let mut properties = Properties::default();
        while self.at_property() {
            self.property(&mut properties)?;
            before = self.at;
            self.skip_in_flow(least)?;
        }
        let (start, id) = (self.at, self.out.nodes.len());
        match self.byte() {
            b'[' | b'{' => {
                let kind = self.open_flow();
                self.adopt(id, properties);
                self.flow(id, kind, least)?;
                return Ok(true);
            }
            b'"' | b'\'' => {
                self.quoted(least)?;
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
                self.plain_continuation(id, least, true)?;
            }
        }
        Ok(false)
    }
}
