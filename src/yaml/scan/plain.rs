//! Scalars without quotes: most of what is in a manifest.

use super::{Scan, Scanner, is_blank, is_break, is_flow_indicator, is_space};
use crate::yaml::tree::COOK;
use crate::yaml::trouble::Fault;
use memchr::memchr;

/// Bytes at which a plain scalar may end. One table look-up per byte is what makes the reader fast.
const STOP_IN_BLOCK: [bool; 256] = stop_table(b"\n\r:#");
const STOP_IN_FLOW: [bool; 256] = stop_table(b"\n\r:#,[]{}");

const fn stop_table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

impl Scanner<'_> {
    /// Whether a plain scalar can begin with the next character.
    #[inline]
    pub(super) fn starts_plain(&mut self, in_flow: bool) -> bool {
        match self.byte() {
            b'-' | b'?' | b':' => self.indicator_starts_plain(in_flow),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' | b'\t' | 0 => false,
            _ => true,
        }
    }

    /// An indicator begins a text if something follows that cannot follow the indicator. Between brackets Go's readers
    /// see it otherwise.
    fn indicator_starts_plain(&mut self, in_flow: bool) -> bool {
        let (indicator, next) = (self.byte(), self.byte_at(self.at + 1));
        if is_space(next) {
            return false;
        }
        let followed_by_flow = is_flow_indicator(next);
        match indicator {
            _ if !in_flow => {}
            b'-' if followed_by_flow => self.report(Fault::DashInFlow, self.at, self.at + 1),
            _ if followed_by_flow => return false,
            b'?' => self.report(Fault::QuestionInFlow, self.at, self.at + 1),
            b':' => self.report(Fault::EmptyKey, self.at, self.at + 1),
            _ => {}
        }
        true
    }

    /// Reads to the end of the line, a comment or an indicator, and stops there. Returns the end of the text.
    #[inline]
    pub(super) fn plain_line(&mut self, in_flow: bool) -> usize {
        let start = self.at;
        let stops = if in_flow {
            &STOP_IN_FLOW
        } else {
            &STOP_IN_BLOCK
        };
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(offset) = rest.iter().position(|&byte| stops[byte as usize]) else {
                at = self.bytes.len();
                break;
            };
            at += offset;
            let is_text = match self.byte_at(at) {
                b':' => !self.colon_ends_text(at, in_flow),
                b'#' => at == start || !is_blank(self.byte_at(at - 1)),
                _ => false,
            };
            if !is_text {
                break;
            }
            at += 1;
        }
        self.at = at;
        let text = self.slice(start, at);
        let blanks = text
            .iter()
            .rev()
            .take_while(|&&byte| is_blank(byte))
            .count();
        at - blanks
    }

    fn colon_ends_text(&mut self, at: usize, in_flow: bool) -> bool {
        let next = self.byte_at(at + 1);
        if in_flow && is_flow_indicator(next) {
            self.report(Fault::ColonInFlow, at, at + 1);
            return true;
        }
        is_space(next)
    }

    /// The lines of a plain scalar after its first.
    pub(super) fn plain_continuation(&mut self, id: usize, least: usize, in_flow: bool) -> Scan {
        while is_break(self.byte()) {
            let (next, line) = self.next_content(least, in_flow);
            let continues = self.continues(next, line, least, in_flow);
            self.tab = memchr(b'\t', self.slice(line, next)).is_some();
            self.at = next;
            self.line_start = line;
            self.first = next;
            if !continues {
                return Ok(());
            }
            if in_flow {
                self.check_flow_indentation(least);
            }
            let end = self.plain_line(in_flow);
            if !in_flow && self.byte() == b':' {
                return self.stop(Fault::ColonInText);
            }
            self.token_end = end;
            let node = &mut self.out.nodes[id];
            node.end = end as u32;
            node.flags |= COOK;
        }
        Ok(())
    }

    /// The next character that is neither blank nor line break, and the beginning of its line.
    fn next_content(&mut self, least: usize, in_flow: bool) -> (usize, usize) {
        let (mut at, mut line) = (self.at, self.line_start);
        loop {
            match self.byte_at(at) {
                b'\n' => {
                    at += 1;
                    line = at;
                }
                b'\t' => {
                    // Inside a plain scalar Go minds a tab only where it stands for indentation.
                    if line != self.line_start && !in_flow && at - line < least {
                        self.report(Fault::TabOnEmptyLine, line, at + 1);
                    }
                    at += 1;
                }
                b' ' | b'\r' => at += 1,
                _ => return (at, line),
            }
        }
    }

    fn continues(&self, next: usize, line: usize, least: usize, in_flow: bool) -> bool {
        let byte = self.byte_at(next);
        if next >= self.bytes.len() || byte == b'#' || (next == line && self.is_marker(line)) {
            return false;
        }
        if in_flow {
            let after = self.byte_at(next + 1);
            let colon = byte == b':' && (is_space(after) || is_flow_indicator(after));
            return !colon && !is_flow_indicator(byte);
        }
        self.spaces(line) >= least
    }
}
