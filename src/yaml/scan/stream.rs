//! Documents: where they begin and end, and how reading goes on after one that cannot be read.

use super::block::Place;
use super::property::is_uri;
use super::{Found, Scan, Scanner, Stop, is_break, is_space};
use crate::yaml::tree::{Document, NodeId};
use crate::yaml::trouble::{Fault, Grade};
use memchr::memmem;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Scanner<'_> {
    pub(super) fn stream(&mut self) {
        loop {
            let start = self.at;
            match self.document() {
                Ok(true) => {}
                Ok(false) => return,
                Err(stop) => self.abandon(start, stop),
            }
        }
    }

    /// Reads a document; false at the end of the text.
    fn document(&mut self) -> Scan<bool> {
        self.begin_document();
        let directives = self.prologue()?;
        if self.at_end() {
            return if directives {
                self.stop(Fault::DirectiveWithoutDocument)
            } else {
                Ok(false)
            };
        }
        let start = self.at;
        let explicit_start = self.at_marker();
        if directives && !explicit_start {
            return self.stop(Fault::DirectiveWithoutDocument);
        }
        let ignored = !explicit_start && self.chunk_used;
        let root = self.out.nodes.len() as u32;
        self.out.documents.push(Document {
            root: Some(NodeId(root)),
            explicit_start,
            explicit_end: false,
            ignored,
            start: start as u32,
            end: u32::MAX,
        });
        if explicit_start {
            self.at += 3;
        }
        if ignored {
            self.report(Fault::IgnoredDocument, start, self.text_end(start));
        }
        self.chunk_used = true;
        self.block_node(Place {
            least: 0,
            compact: !explicit_start,
            sequence_at_parent: false,
        })?;
        self.epilogue()?;
        self.end_document();
        Ok(true)
    }

    fn begin_document(&mut self) {
        self.reported.clear();
        self.anchor_names.clear();
        self.tag_handles.clear();
        self.depth = 0;
        self.flow_depth = 0;
    }

    fn end_document(&mut self) {
        let end = self.at.min(self.bytes.len()) as u32;
        if let Some(document) = self.out.documents.last_mut() {
            document.end = end;
        }
    }

    /// Passes everything before a document. Says whether there were directives.
    fn prologue(&mut self) -> Scan<bool> {
        let mut directives = false;
        loop {
            self.skip();
            if self.at == self.line_start && self.rest(self.at).starts_with(BYTE_ORDER_MARK) {
                self.at += BYTE_ORDER_MARK.len();
                self.line_start = self.at;
            } else if self.byte() == b'%' && self.at == self.line_start {
                self.directive()?;
                directives = true;
            } else if self.byte() == b'.' && self.at_marker() {
                if directives {
                    return self.stop(Fault::DirectiveWithoutDocument);
                }
                if !self.chunk_used {
                    self.report(Fault::EndWithoutDocument, self.at, self.at + 3);
                }
                self.end_marker()?;
            } else {
                return Ok(directives);
            }
        }
    }

    fn directive(&mut self) -> Scan {
        let end = self.text_end(self.at);
        let line = self.slice(self.at, end);
        let mut words = line
            .split(|&byte| byte == b' ' || byte == b'\t')
            .filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        let arguments: Vec<_> = words.take_while(|word| !word.starts_with(b"#")).collect();
        match (name, arguments.as_slice()) {
            (b"%TAG", [handle @ ([b'!', .., b'!'] | b"!"), prefix]) if is_uri(prefix) => {
                self.tag_handles.push(handle);
            }
            (b"%YAML", [version]) if is_version(version) => {
                if self.tag_handles.contains(&b"%YAML".as_slice()) {
                    return self.stop(Fault::BadDirective);
                }
                // No handle begins with a percent sign, so this can stand among them.
                self.tag_handles.push(b"%YAML");
                if *version != b"1.1" {
                    self.report(Fault::UnknownDirective, self.at, end);
                }
            }
            (b"%TAG" | b"%YAML" | b"%", _) => return self.stop(Fault::BadDirective),
            _ => self.report(Fault::UnknownDirective, self.at, end),
        }
        self.at = end;
        Ok(())
    }

    /// After the root: the end of the document, and whatever nobody reads between it and the next separator.
    fn epilogue(&mut self) -> Scan {
        self.skip();
        if self.at_end() {
            return Ok(());
        }
        if !self.at_marker() {
            return self.pass_over_rest();
        }
        if self.byte() == b'.' {
            self.end_marker()?;
            if let Some(document) = self.out.documents.last_mut() {
                document.explicit_end = true;
            }
        }
        Ok(())
    }

    fn end_marker(&mut self) -> Scan {
        self.at += 3;
        let after = self.at;
        self.pass_blanks();
        let comment = self.byte() == b'#' && self.at > after;
        if comment || self.at_end() || is_break(self.byte()) {
            Ok(())
        } else {
            self.stop(Fault::ContentAfterEnd)
        }
    }

    /// Kubernetes' readers take the first document of a chunk and never look at the rest, unless its first token is
    /// none: that much they have to read to see that the document is over.
    fn pass_over_rest(&mut self) -> Scan {
        if matches!(self.byte(), b'@' | b'`') || self.at_indicator(b':') {
            return self.stop(Fault::UnexpectedCharacter);
        }
        self.report(Fault::IgnoredContent, self.at, self.text_end(self.at));
        self.seek_separator(self.at);
        Ok(())
    }

    /// Drops the document that could not be read and goes on with the next.
    fn abandon(&mut self, start: usize, stop: Stop) {
        let is_open = self
            .out
            .documents
            .last()
            .is_some_and(|document| document.end == u32::MAX);
        if !is_open {
            let document = Document {
                root: None,
                explicit_start: false,
                explicit_end: false,
                ignored: false,
                start: start as u32,
                end: 0,
            };
            self.out.documents.push(document);
        }
        let root = self
            .out
            .documents
            .last_mut()
            .and_then(|document| document.root.take());
        if let Some(root) = root {
            self.out.nodes.truncate(root.0 as usize);
            for properties in [&mut self.out.anchors, &mut self.out.tags] {
                properties.truncate(properties.partition_point(|property| property.node < root));
            }
        }
        let end = self.text_end(stop.at).min(stop.at + 1).max(stop.at);
        self.out.troubles.push(Found {
            grade: Grade::Fatal,
            fault: stop.fault,
            start: stop.at,
            end,
        });
        self.seek_separator(stop.at);
        self.end_document();
    }

    /// Moves to the next line that begins with `---`.
    fn seek_separator(&mut self, from: usize) {
        let rest = self.rest(from);
        let mut separators = memmem::find_iter(rest, b"\n---").map(|offset| from + offset + 1);
        let next = separators.find(|&line| is_space(self.byte_at(line + 3)));
        self.at = next.unwrap_or(self.bytes.len());
        self.line_start = self.at;
        self.first = self.at;
        self.tab = false;
    }
}

fn is_version(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'.');
    let is_number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    parts.next() == Some(b"1") && is_number(parts.next()) && parts.next().is_none()
}
