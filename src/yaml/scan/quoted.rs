//! Scalars in quotes. Escapes are checked here and decoded when somebody asks for the text.

use super::{Dialect, Scan, Scanner, is_blank, is_break};
use crate::yaml::tree::{COOK, Kind, Style};
use crate::yaml::trouble::Fault;
use memchr::{memchr, memchr_iter, memchr2};

impl Scanner<'_> {
    pub(super) fn quoted(&mut self, least: usize) -> Scan {
        let start = self.at;
        let quote = self.byte();
        self.at += 1;
        let flags = if quote == b'"' {
            self.double_quoted(start, least)?
        } else {
            self.single_quoted(start, least)?
        };
        let style = if quote == b'"' {
            Style::DoubleQuoted
        } else {
            Style::SingleQuoted
        };
        let id = self.push(Kind::Scalar, style, start, self.at);
        self.out.nodes[id].flags |= flags;
        Ok(())
    }

    fn single_quoted(&mut self, start: usize, least: usize) -> Scan<u16> {
        let mut flags = 0;
        loop {
            let Some(length) = memchr(b'\'', self.rest(self.at)) else {
                return self.unterminated(start);
            };
            flags |= self.line_breaks(self.at + length, least)?;
            self.at += length + 1;
            if self.byte() != b'\'' {
                return Ok(flags);
            }
            flags |= COOK;
            self.at += 1;
        }
    }

    fn double_quoted(&mut self, start: usize, least: usize) -> Scan<u16> {
        let mut flags = 0;
        loop {
            let Some(length) = memchr2(b'"', b'\\', self.rest(self.at)) else {
                return self.unterminated(start);
            };
            flags |= self.line_breaks(self.at + length, least)?;
            self.at += length;
            if self.byte() == b'"' {
                self.at += 1;
                return Ok(flags);
            }
            flags |= COOK;
            self.escape();
        }
    }

    fn unterminated<T>(&mut self, start: usize) -> Scan<T> {
        self.at = start;
        self.stop(Fault::UnterminatedQuote)
    }

    /// Looks at the line breaks between here and `end`.
    #[inline]
    fn line_breaks(&mut self, end: usize, least: usize) -> Scan<u16> {
        let from = self.at;
        let mut flags = 0;
        for offset in memchr_iter(b'\n', self.slice(from, end)) {
            flags = COOK;
            self.begin_quoted_line(from + offset + 1, least)?;
        }
        Ok(flags)
    }

    fn begin_quoted_line(&mut self, line: usize, least: usize) -> Scan {
        self.line_start = line;
        if self.is_marker(line) {
            self.at = line;
            return self.stop(Fault::MarkerInside);
        }
        let text = line + self.spaces(line);
        let is_empty = self
            .rest(text)
            .iter()
            .find(|&&byte| !is_blank(byte))
            .is_none_or(|&byte| is_break(byte));
        if !is_empty && text - line < least {
            self.report(Fault::UnindentedQuote, line, text + 1);
        }
        Ok(())
    }

    /// Passes an escape sequence. What nobody knows is reported and read as it stands.
    fn escape(&mut self) {
        let start = self.at;
        let kind = self.byte_at(start + 1);
        self.at += 2;
        match kind {
            // The line break stays, so that the next line is looked at.
            b'\n' | b'\r' => self.at -= 1,
            b'x' => self.hexadecimal(start, 2),
            b'u' => self.hexadecimal(start, 4),
            b'U' => self.hexadecimal(start, 8),
            b'/' if self.dialect == Dialect::Yaml => self.report(Fault::JsonEscape, start, self.at),
            b'\'' => self.report(Fault::QuoteEscape, start, self.at),
            b'/' | b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' '
            | b'"' | b'\\' | b'N' | b'_' | b'L' | b'P' => {}
            _ => {
                self.at = start + 1;
                self.report(Fault::BadEscape, start, start + 1);
            }
        }
    }

    fn hexadecimal(&mut self, start: usize, digits: usize) {
        let Some(value) = self.code_unit(start + 2, digits) else {
            return self.report(Fault::BadEscape, start, start + 2);
        };
        self.at = start + 2 + digits;
        match value {
            0xD800..0xDC00 if self.low_surrogate_follows() => {
                self.at += 6;
                if self.dialect == Dialect::Yaml {
                    self.report(Fault::SurrogatePair, start, self.at);
                }
            }
            // Go's JSON reader replaces half a character without a word.
            0xD800..0xE000 if self.dialect == Dialect::Yaml => {
                self.report(Fault::LoneSurrogate, start, self.at);
            }
            0x11_0000.. => self.report(Fault::BadEscape, start, self.at),
            _ => {}
        }
    }

    fn low_surrogate_follows(&self) -> bool {
        self.rest(self.at).starts_with(b"\\u")
            && self
                .code_unit(self.at + 2, 4)
                .is_some_and(|unit| (0xDC00..0xE000).contains(&unit))
    }

    fn code_unit(&self, start: usize, digits: usize) -> Option<u32> {
        let text = self.bytes.get(start..start + digits)?;
        if !text.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok()
    }
}
