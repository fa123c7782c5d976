//! Bytes to nodes, in one pass.
//!
//! Recursive descent with a limit on its depth. Whether a text is a key is decided after its line was read, so there
//! is no queue of tokens and nothing to look back for: that is where libyaml becomes quadratic.

mod block;
mod block_scalar;
mod flow;
mod plain;
mod property;
mod quoted;
mod stream;

use super::tree::{Document, Kind, OPEN, Property, RawNode, Style};
use super::trouble::{Fault, Grade};
use memchr::memchr;
use std::collections::HashMap;

/// What a text is made of, before anybody asks what it means.
pub(super) struct Scanned {
    pub(super) nodes: Vec<RawNode>,
    pub(super) documents: Vec<Document>,
    pub(super) comments: Vec<(u32, u32)>,
    pub(super) anchors: Vec<Property>,
    pub(super) tags: Vec<Property>,
    pub(super) troubles: Vec<Found>,
}

/// A trouble with its place in the text that was scanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) grade: Grade,
    pub(super) fault: Fault,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// JSON is read as the YAML it is, but what JSON allows is no trouble there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Yaml,
    Json,
}

/// Reads a text that has neither NUL nor a lone carriage return: see [`super::unusual`].
pub(super) fn scan(text: &str, dialect: Dialect) -> Scanned {
    let mut scanner = Scanner::new(text.as_bytes(), dialect);
    scanner.stream();
    scanner.out
}

/// What stops the reading of a document.
#[derive(Debug, Clone, Copy)]
struct Stop {
    at: usize,
    fault: Fault,
}

type Scan<T = ()> = Result<T, Stop>;

/// Go's readers allow 10,000 levels. People write 20; the stack of a thread must hold what we allow.
const MAX_DEPTH: u32 = 500;

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the current line begins.
    line_start: usize,
    /// The first character of the current line that is neither blank nor comment, once `skip` has seen it.
    first: usize,
    /// Whether the blanks passed last hold a tab.
    tab: bool,
    /// The end of what was read last, blanks and comments left out.
    token_end: usize,
    depth: u32,
    flow_depth: u32,
    dialect: Dialect,
    /// Whether the chunk between two separators already has its document.
    chunk_used: bool,
    /// Positions in `anchors` of the names of this document.
    anchor_names: HashMap<&'a [u8], usize>,
    tag_handles: Vec<&'a [u8]>,
    /// The faults already reported for this document: one of a kind is enough to act on.
    reported: Vec<Fault>,
    out: Scanned,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        let out = Scanned {
            // Manifests have a node for every 20 to 30 bytes.
            nodes: Vec::with_capacity(bytes.len() / 20 + 8),
            documents: Vec::new(),
            comments: Vec::new(),
            anchors: Vec::new(),
            tags: Vec::new(),
            troubles: Vec::new(),
        };
        Self {
            bytes,
            at: 0,
            line_start: 0,
            first: usize::MAX,
            tab: false,
            token_end: 0,
            depth: 0,
            flow_depth: 0,
            dialect,
            chunk_used: false,
            anchor_names: HashMap::new(),
            tag_handles: Vec::new(),
            reported: Vec::new(),
            out,
        }
    }

    /// The byte at an offset; zero after the end, which is why the text must not hold one.
    #[inline]
    fn byte_at(&self, offset: usize) -> u8 {
        self.bytes.get(offset).copied().unwrap_or(0)
    }

    #[inline]
    fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    #[inline]
    fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Whether the next character is this indicator: alone, with a space or the end of the line behind it.
    #[inline]
    fn at_indicator(&self, indicator: u8) -> bool {
        self.byte() == indicator && is_space(self.byte_at(self.at + 1))
    }

    fn rest(&self, from: usize) -> &'a [u8] {
        self.bytes.get(from..).unwrap_or_default()
    }

    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The end of the line that holds an offset: its line feed, or the end of the text.
    #[inline]
    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', self.rest(from)).map_or(self.bytes.len(), |offset| from + offset)
    }

    /// `line_end` without the carriage return of CRLF.
    fn text_end(&self, from: usize) -> usize {
        let end = self.line_end(from);
        if end > from && self.byte_at(end - 1) == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// Passes blanks, line breaks and comments. Says whether the next character is the first of its line.
    #[inline]
    fn skip(&mut self) -> bool {
        let mut line_is_blank = self.at == self.line_start;
        if self.at != self.first {
            self.tab = false;
        }
        loop {
            match self.byte() {
                b' ' | b'\r' => self.at += 1,
                b'\t' => {
                    self.tab = true;
                    self.at += 1;
                }
                b'\n' => {
                    self.check_blank_line(line_is_blank);
                    self.at += 1;
                    self.line_start = self.at;
                    self.tab = false;
                    line_is_blank = true;
                }
                b'#' => {
                    self.check_blank_line(line_is_blank);
                    self.comment();
                }
                _ => break,
            }
        }
        if line_is_blank {
            self.first = self.at;
        }
        line_is_blank
    }

    fn pass_blanks(&mut self) {
        while is_blank(self.byte()) {
            self.at += 1;
        }
    }

    /// Go reads tabs only behind the first token of a line, empty lines included.
    fn check_blank_line(&mut self, line_is_blank: bool) {
        if self.tab && line_is_blank && self.flow_depth == 0 {
            self.report(Fault::TabOnEmptyLine, self.line_start, self.at);
        }
    }

    fn comment(&mut self) {
        let end = self.text_end(self.at);
        if self.at != self.line_start && !is_blank(self.byte_at(self.at - 1)) {
            self.report(Fault::CommentWithoutSpace, self.at, self.at + 1);
        }
        self.out.comments.push((self.at as u32, end as u32));
        self.at = end;
    }

    /// Whether `---` or `...` stands here, at the beginning of a line.
    #[inline]
    fn at_marker(&self) -> bool {
        self.at == self.line_start && self.is_marker(self.at)
    }

    fn is_marker(&self, line_start: usize) -> bool {
        matches!(self.slice(line_start, line_start + 3), b"---" | b"...")
            && is_space(self.byte_at(line_start + 3))
    }

    /// Whether what is being read ends here whatever its indentation.
    #[inline]
    fn at_document_end(&self) -> bool {
        self.at_end() || self.at_line_start_of_document_end()
    }

    fn at_line_start_of_document_end(&self) -> bool {
        self.at == self.line_start && (self.byte() == b'%' || self.is_marker(self.at))
    }

    /// Indentation of the current line in spaces.
    #[inline]
    fn indentation(&self) -> usize {
        if !self.tab {
            return self.at - self.line_start;
        }
        self.spaces(self.line_start)
    }

    /// How many spaces stand at an offset.
    fn spaces(&self, from: usize) -> usize {
        self.rest(from)
            .iter()
            .take_while(|&&byte| byte == b' ')
            .count()
    }

    #[inline]
    fn push(&mut self, kind: Kind, style: Style, start: usize, end: usize) -> usize {
        let id = self.out.nodes.len();
        self.token_end = end;
        let next = id as u32 + 1;
        let (start, end) = (start as u32, end as u32);
        self.out.nodes.push(RawNode {
            kind,
            style,
            flags: 0,
            start,
            end,
            next,
            x: 0,
        });
        id
    }

    /// Begins a collection; [`Self::close`] ends it.
    fn open(&mut self, kind: Kind, style: Style, start: usize) -> usize {
        let id = self.push(kind, style, start, start);
        self.out.nodes[id].next = OPEN;
        id
    }

    fn close(&mut self, id: usize, children: u32) {
        let next = self.out.nodes.len() as u32;
        let node = &mut self.out.nodes[id];
        node.end = self.token_end as u32;
        node.next = next;
        node.x = children;
    }

    /// Puts an open mapping before a node that turned out to be its first key. Properties written before `line` belong
    /// to the mapping, the others to the key. Keys are short, so this stays cheap.
    fn wrap(&mut self, id: usize, style: Style, line: usize) {
        let start = self.out.nodes[id].start;
        let mapping = RawNode {
            kind: Kind::Mapping,
            style,
            flags: 0,
            start,
            end: start,
            next: OPEN,
            x: 0,
        };
        self.out.nodes.insert(id, mapping);
        let shifted = id as u32;
        for node in &mut self.out.nodes[id + 1..] {
            node.next += 1;
            if node.kind == Kind::Alias && node.x >= shifted {
                node.x += 1;
            }
        }
        for properties in [&mut self.out.anchors, &mut self.out.tags] {
            let inside = properties
                .iter_mut()
                .rev()
                .take_while(|property| property.node.0 >= shifted);
            for property in inside {
                if property.node.0 > shifted || property.start as usize >= line {
                    property.node.0 += 1;
                } else {
                    self.out.nodes[id].flags |= super::tree::PROPERTY;
                }
            }
        }
    }

    /// Enters one more level; the caller leaves it by taking one from `depth`.
    fn descend(&mut self) -> Scan {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.stop(Fault::TooDeep)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn stop<T>(&self, fault: Fault) -> Scan<T> {
        Err(Stop { at: self.at, fault })
    }

    /// Notes a trouble and goes on.
    #[cold]
    fn report(&mut self, fault: Fault, start: usize, end: usize) {
        if !self.reported.contains(&fault) {
            self.reported.push(fault);
            self.out.troubles.push(Found {
                grade: Grade::Compatibility,
                fault,
                start,
                end,
            });
        }
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Blanks, line breaks and the end of the text.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0)
}

fn is_flow_indicator(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
