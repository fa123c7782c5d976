//! Mappings and sequences whose structure is their indentation.

use super::property::Properties;
use super::{Scan, Scanner, is_space};
use crate::yaml::tree::{Kind, Style};
use crate::yaml::trouble::Fault;

/// Where a node stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The least column it can stand at: right of the collection it belongs to.
    pub(super) least: usize,
    /// A collection may begin on the same line, as after `- `.
    pub(super) compact: bool,
    /// A sequence may stand at the column of its parent, as after `key:`.
    pub(super) sequence_at_parent: bool,
}

impl Place {
    fn value_of_key(column: usize) -> Self {
        Self {
            least: column + 1,
            compact: false,
            sequence_at_parent: true,
        }
    }

    fn item(column: usize) -> Self {
        Self {
            least: column + 1,
            compact: true,
            sequence_at_parent: false,
        }
    }

    /// What stands behind `?`, and behind the `:` on a line of its own.
    fn explicit(column: usize) -> Self {
        Self {
            least: column + 1,
            compact: true,
            sequence_at_parent: true,
        }
    }
}

/// What is known about a node before its first character is looked at.
struct Beginning {
    least: usize,
    column: usize,
    /// A mapping or a sequence may begin here.
    may_nest: bool,
    /// The same for a mapping, for which tabs are less welcome.
    may_map: bool,
    /// Properties on lines of their own: they belong to the node, whatever it is.
    outer: Properties,
    /// Properties on the line of the node: of a mapping they belong to its first key.
    inner: Properties,
}

enum Next {
    /// What follows belongs to somebody else; the node is empty.
    Nothing,
    SequenceAtParent,
    Node,
}

impl Scanner<'_> {
    pub(super) fn block_node(&mut self, place: Place) -> Scan {
        self.descend()?;
        self.block_node_here(place)?;
        self.depth -= 1;
        Ok(())
    }

    fn block_node_here(&mut self, place: Place) -> Scan {
        let mut before = self.at;
        let mut new_line = self.skip();
        let tab_counts = new_line || place.compact;
        let mut may_nest = place.compact && !self.tab;
        let mut column = self.at - self.line_start;
        let mut outer = Properties::default();
        let mut inner = Properties::default();
        loop {
            match self.look(place, new_line)? {
                Next::Node => {}
                Next::Nothing => return self.empty(before, outer, inner),
                Next::SequenceAtParent => return self.sequence_at_parent(outer, inner),
            }
            if new_line {
                may_nest = true;
                column = self.at - self.line_start;
                outer = self.both(outer, inner)?;
                inner = Properties::default();
            }
            if !self.at_property() {
                break;
            }
            self.property(&mut inner)?;
            before = self.at;
            new_line = self.skip();
        }
        if self.tab && tab_counts {
            self.report(Fault::TabBeforeContent, self.line_start, self.at);
        }
        let may_map = may_nest && !(self.tab && tab_counts);
        self.content(&Beginning {
            least: place.least,
            column,
            may_nest,
            may_map,
            outer,
            inner,
        })
    }

    fn look(&mut self, place: Place, new_line: bool) -> Scan<Next> {
        if self.at_end() {
            return Ok(Next::Nothing);
        }
        if !new_line {
            return Ok(Next::Node);
        }
        if self.at_marker() {
            return Ok(Next::Nothing);
        }
        let column = self.indentation();
        if column >= place.least {
            return Ok(Next::Node);
        }
        if self.tab {
            return self.stop(Fault::TabIndentation);
        }
        if place.sequence_at_parent && column + 1 == place.least {
            return Ok(self.look_at_parent());
        }
        Ok(Next::Nothing)
    }

    /// At the column of a key its value can be a sequence, and for Go's readers a block of text.
    fn look_at_parent(&mut self) -> Next {
        match self.byte() {
            b'-' if self.at_indicator(b'-') => Next::SequenceAtParent,
            b'|' | b'>' => {
                self.report(Fault::UnindentedHeader, self.at, self.at + 1);
                Next::Node
            }
            _ => Next::Nothing,
        }
    }

    fn both(&self, outer: Properties, inner: Properties) -> Scan<Properties> {
        outer
            .and(inner)
            .map_or_else(|| self.stop(Fault::DuplicateProperty), Ok)
    }

    fn empty(&mut self, at: usize, outer: Properties, inner: Properties) -> Scan {
        let properties = self.both(outer, inner)?;
        self.push_empty(at, properties);
        Ok(())
    }

    /// A value that is not written stands right behind the colon, dash or property that promises it.
    pub(super) fn push_empty(&mut self, at: usize, properties: Properties) {
        let end = self.token_end;
        let id = self.push(Kind::Empty, Style::Plain, at, at);
        self.token_end = end.max(at);
        self.adopt(id, properties);
    }

    fn sequence_at_parent(&mut self, outer: Properties, inner: Properties) -> Scan {
        let properties = self.both(outer, inner)?;
        self.sequence(self.at - self.line_start, properties, true)
    }

    fn content(&mut self, beginning: &Beginning) -> Scan {
        match self.byte() {
            b'-' if self.at_indicator(b'-') => {
                if !beginning.may_nest || beginning.inner.any() || self.tab {
                    return self.stop(Fault::SequenceHere);
                }
                self.sequence(beginning.column, beginning.outer, false)
            }
            b'?' | b':' if is_space(self.byte_at(self.at + 1)) => {
                self.mapping_from_indicator(beginning)
            }
            b'|' | b'>' => {
                let properties = self.both(beginning.outer, beginning.inner)?;
                self.block_scalar(beginning.least, properties)
            }
            _ => self.scalar_or_mapping(beginning),
        }
    }

    /// A mapping whose first entry is written `? key`, or has no key at all.
    fn mapping_from_indicator(&mut self, beginning: &Beginning) -> Scan {
        if !beginning.may_map {
            return self.stop(Fault::MappingHere);
        }
        let explicit = self.byte() == b'?';
        if explicit && beginning.inner.any() {
            return self.stop(Fault::PropertyHere);
        }
        let id = self.open(Kind::Mapping, Style::Block, self.at);
        self.adopt(id, beginning.outer);
        if explicit {
            self.explicit_entry(beginning.column)?;
        } else {
            self.empty_key(beginning.inner);
            self.at += 1;
            self.block_node(Place::value_of_key(beginning.column))?;
        }
        self.mapping(id, beginning.column)
    }

    /// Reads one line of a scalar, a flow collection or an alias, and only then sees whether it is a key.
    fn scalar_or_mapping(&mut self, beginning: &Beginning) -> Scan {
        let (start, line) = (self.at, self.line_start);
        let id = self.out.nodes.len();
        let plain = self.atom(beginning.least, beginning.outer, beginning.inner)?;
        self.pass_blanks();
        let alias = self.out.nodes[id].kind == Kind::Alias;
        if !self.at_indicator(b':') {
            self.both(beginning.outer, beginning.inner)?;
            if alias && beginning.outer.any() {
                return self.stop(Fault::PropertyHere);
            }
            return if plain {
                self.plain_continuation(id, beginning.least, false)
            } else {
                Ok(())
            };
        }
        self.check_key(start, line)?;
        if !beginning.may_map {
            return self.stop(Fault::MappingHere);
        }
        self.wrap(id, Style::Block, line);
        if alias {
            self.adopt(id, beginning.outer);
        }
        self.at += 1;
        self.block_node(Place::value_of_key(beginning.column))?;
        self.mapping(id, beginning.column)
    }

    /// The parts a key can consist of. Says whether it was a plain scalar, which may go on below.
    fn atom(&mut self, least: usize, outer: Properties, inner: Properties) -> Scan<bool> {
        let (start, id) = (self.at, self.out.nodes.len());
        match self.byte() {
            b'[' | b'{' => {
                let style = self.open_flow();
                self.adopt(id, outer);
                self.adopt(id, inner);
                self.flow(id, style, least)?;
                return Ok(false);
            }
            b'*' => {
                if inner.any() {
                    return self.stop(Fault::PropertyHere);
                }
                self.alias()?;
                return Ok(false);
            }
            b'"' | b'\'' => self.quoted(least)?,
            _ => {
                if !self.starts_plain(false) {
                    return self.stop(Fault::UnexpectedCharacter);
                }
                let end = self.plain_line(false);
                self.push(Kind::Scalar, Style::Plain, start, end);
            }
        }
        if outer.any() || inner.any() {
            self.adopt(id, outer);
            self.adopt(id, inner);
        }
        Ok(self.out.nodes[id].style == Style::Plain)
    }

    /// Keys stand on one line and are short, or readers would have to look back without end.
    pub(super) fn check_key(&mut self, start: usize, line: usize) -> Scan {
        if self.line_start != line {
            return self.stop(Fault::MultiLineKey);
        }
        if self.at - start > MAX_KEY {
            self.check_long_key(start)?;
        }
        Ok(())
    }

    fn check_long_key(&mut self, start: usize) -> Scan {
        let key = self.slice(start, self.at);
        let characters = key.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        if characters <= MAX_KEY || self.dialect == super::Dialect::Json {
            return Ok(());
        }
        if matches!(self.byte_at(start), b'[' | b'{') {
            return self.stop(Fault::LongKey);
        }
        self.report(Fault::LongKey, start, self.at);
        Ok(())
    }

    /// The entries of a mapping after the first.
    fn mapping(&mut self, id: usize, column: usize) -> Scan {
        let mut entries = 1;
        while self.at_next_entry(column)? {
            self.entry(column)?;
            entries += 1;
        }
        self.close(id, entries);
        Ok(())
    }

    /// Whether another entry begins at this column; false where the collection ends.
    #[inline]
    fn at_next_entry(&mut self, column: usize) -> Scan<bool> {
        self.skip();
        if self.at_document_end() {
            return Ok(false);
        }
        if self.at != self.first {
            return self.stop(Fault::ContentAfterValue);
        }
        if self.tab {
            return self.stop(Fault::TabIndentation);
        }
        let here = self.at - self.line_start;
        if here > column {
            self.stop(Fault::EntryIndentation)
        } else {
            Ok(here == column)
        }
    }

    fn entry(&mut self, column: usize) -> Scan {
        if self.at_indicator(b'?') {
            return self.explicit_entry(column);
        }
        let mut properties = Properties::default();
        while self.at_property() {
            self.property(&mut properties)?;
            if self.skip() {
                return self.stop(Fault::PropertyHere);
            }
        }
        self.key(column, properties)?;
        self.at += 1;
        self.block_node(Place::value_of_key(column))
    }

    /// Reads a key and stops at its colon.
    fn key(&mut self, column: usize, properties: Properties) -> Scan {
        let (start, line) = (self.at, self.line_start);
        if self.at_indicator(b':') {
            self.empty_key(properties);
            return Ok(());
        }
        if self.at_indicator(b'-') {
            return self.stop(Fault::SequenceHere);
        }
        self.atom(column + 1, Properties::default(), properties)?;
        self.pass_blanks();
        if !self.at_indicator(b':') {
            self.at = start;
            return self.stop(Fault::ExpectedColon);
        }
        self.check_key(start, line)
    }

    pub(super) fn empty_key(&mut self, properties: Properties) {
        if !properties.any() {
            self.report(Fault::EmptyKey, self.at, self.at + 1);
        }
        self.push_empty(self.at, properties);
    }

    /// `? key` and, on a line of its own, `: value`.
    fn explicit_entry(&mut self, column: usize) -> Scan {
        self.at += 1;
        self.block_node(Place::explicit(column))?;
        let end = self.token_end;
        self.skip();
        let here = self.at == self.first && self.at - self.line_start == column && !self.tab;
        if here && self.at_indicator(b':') {
            self.at += 1;
            return self.block_node(Place::explicit(column));
        }
        self.push_empty(end, Properties::default());
        Ok(())
    }

    fn sequence(&mut self, column: usize, properties: Properties, at_parent: bool) -> Scan {
        let id = self.open(Kind::Sequence, Style::Block, self.at);
        self.adopt(id, properties);
        let mut items = 0;
        loop {
            self.at += 1;
            self.block_node(Place::item(column))?;
            items += 1;
            if !self.at_next_entry(column)? {
                break;
            }
            if !self.at_indicator(b'-') {
                if !at_parent {
                    return self.stop(Fault::EntryIndentation);
                }
                break;
            }
        }
        self.close(id, items);
        Ok(())
    }
}

/// Characters a key may have, so that a reader need not look back further than that.
const MAX_KEY: usize = 1024;
