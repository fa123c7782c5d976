//! `|` and `>`: text whose lines are kept, or folded.

use super::property::Properties;
use super::{Scan, Scanner, is_break};
use crate::yaml::scalar::{Chomp, pack};
use crate::yaml::tree::{COOK, Kind, Style};
use crate::yaml::trouble::Fault;

/// How far the lines of a block scalar reach.
struct Extent {
    indentation: usize,
    /// End of the last line with text; zero if there is none.
    end: usize,
    /// Beginning of the first line that does not belong to it.
    next: usize,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, least: usize, properties: Properties) -> Scan {
        let start = self.at;
        let style = if self.byte() == b'|' {
            Style::Literal
        } else {
            Style::Folded
        };
        let (indicator, chomp) = self.header();
        let header_end = self.at;
        self.pass_header_comment()?;
        let body = (self.line_end(self.at) + 1).min(self.bytes.len());
        let extent = match indicator {
            0 => self.detect_indentation(body, least)?,
            _ => self.indented_lines(body, least.saturating_sub(1) + indicator),
        };
        let end = extent.end.max(header_end);
        let id = self.push(Kind::Scalar, style, start, end);
        self.out.nodes[id].x = pack(extent.indentation, chomp);
        self.out.nodes[id].flags |= COOK;
        self.adopt(id, properties);
        self.at = extent.next;
        self.line_start = extent.next;
        self.first = usize::MAX;
        self.tab = false;
        Ok(())
    }

    /// `|`, then an indentation and a chomping indicator in either order.
    fn header(&mut self) -> (usize, Chomp) {
        self.at += 1;
        let (mut indicator, mut chomp) = (0, None);
        for _ in 0..2 {
            match self.byte() {
                digit @ b'1'..=b'9' if indicator == 0 => indicator = usize::from(digit - b'0'),
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                _ => break,
            }
            self.at += 1;
        }
        (indicator, chomp.unwrap_or(Chomp::Clip))
    }

    fn pass_header_comment(&mut self) -> Scan {
        self.pass_blanks();
        if self.byte() == b'#' {
            self.comment();
        }
        if self.at_end() || is_break(self.byte()) {
            Ok(())
        } else {
            self.stop(Fault::BlockScalarHeader)
        }
    }

    /// The first line with text sets the indentation.
    fn detect_indentation(&mut self, body: usize, least: usize) -> Scan<Extent> {
        let (mut line, mut longest_empty) = (body, 0);
        loop {
            let spaces = self.spaces(line);
            let text = line + spaces;
            if text >= self.bytes.len() {
                return Ok(self.no_lines(self.bytes.len(), longest_empty.max(spaces)));
            }
            let byte = self.byte_at(text);
            if !is_break(byte) {
                return self.first_line(line, longest_empty, least);
            }
            longest_empty = longest_empty.max(spaces);
            line = self.line_end(text) + 1;
        }
    }

    fn first_line(&mut self, line: usize, longest_empty: usize, least: usize) -> Scan<Extent> {
        let spaces = self.spaces(line);
        let text = line + spaces;
        let belongs = spaces >= least && !(spaces == 0 && self.is_marker(line));
        if self.byte_at(text) == b'\t' {
            let fault = if belongs {
                Fault::TabInBlockScalar
            } else {
                Fault::TabIndentation
            };
            self.report(fault, line, text + 1);
        }
        if !belongs {
            return Ok(self.no_lines(line, longest_empty));
        }
        if longest_empty > spaces {
            self.at = text;
            return self.stop(Fault::BlockScalarIndentation);
        }
        if spaces == 0 {
            self.report(Fault::UnindentedBlockScalar, line, self.text_end(line));
            return Ok(self.unindented_lines(line));
        }
        Ok(self.indented_lines(line, spaces))
    }

    /// A block scalar of nothing but empty lines.
    fn no_lines(&self, next: usize, indentation: usize) -> Extent {
        Extent {
            indentation,
            end: 0,
            next: next.min(self.bytes.len()),
        }
    }

    fn indented_lines(&self, first: usize, indentation: usize) -> Extent {
        let mut extent = Extent {
            indentation,
            end: 0,
            next: first,
        };
        while extent.next < self.bytes.len() {
            let line = extent.next;
            let spaces = self
                .rest(line)
                .iter()
                .take(indentation)
                .take_while(|&&byte| byte == b' ')
                .count();
            let text = line + spaces;
            let end = self.line_end(text);
            let is_empty = text >= self.bytes.len() || is_break(self.byte_at(text));
            if spaces < indentation && !is_empty {
                break;
            }
            if !is_empty {
                extent.end = self.text_end(text);
            }
            extent.next = (end + 1).min(self.bytes.len());
        }
        extent
    }

    /// At the left edge only a marker ends the text.
    fn unindented_lines(&self, first: usize) -> Extent {
        let mut extent = Extent {
            indentation: 0,
            end: 0,
            next: first,
        };
        while extent.next < self.bytes.len() && !self.is_marker(extent.next) {
            let end = self.text_end(extent.next);
            if end > extent.next {
                extent.end = end;
            }
            extent.next = (self.line_end(extent.next) + 1).min(self.bytes.len());
        }
        extent
    }
}
