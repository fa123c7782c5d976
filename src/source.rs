//! Files and places in them.
//!
//! A place is a [`Span`]: bytes of one file. Lines and columns exist only here and only on demand,
//! because most files never appear in a report.

use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Everything that was read, in the order of its paths. A [`FileId`] is an index into it.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives it its number. Callers add files sorted by path, so that numbers order as paths do.
    pub fn add(&mut self, path: String, text: Arc<str>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(Source {
            id,
            path,
            text,
            line_starts: OnceLock::new(),
        });
        id
    }

    /// The file with this number.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.index()]
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> std::slice::Iter<'_, Source> {
        self.files.iter()
    }

    /// All files as a slice, for parallel work.
    pub fn as_slice(&self) -> &[Source] {
        &self.files
    }

    /// The file at this path, relative to the checked root.
    pub fn by_path(&self, path: &str) -> Option<&Source> {
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        at.ok().map(|index| &self.files[index])
    }
}

impl<'a> IntoIterator for &'a Sources {
    type Item = &'a Source;
    type IntoIter = std::slice::Iter<'a, Source>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The number of a file. Smaller numbers are earlier paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The number of the file at a position in [`Sources`].
    pub(crate) fn from_index(index: usize) -> Self {
        Self(index as u32)
    }

    /// Position in [`Sources`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// First byte after the range.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of a file.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// The very beginning of a file: the place of what concerns the file as a whole.
    pub fn file_start(file: FileId) -> Self {
        Self::new(file, 0, 0)
    }

    /// Whether `other` lies inside this range.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// One file that was read.
#[derive(Debug)]
pub struct Source {
    id: FileId,
    path: String,
    text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// Its number.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Path relative to the checked root, parts separated by `/` on every system.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Last part of the path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Folder relative to the checked root; empty for a file in the root itself.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether the path ends in one of these extensions (without the dot, any case).
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().and_then(|e| e.to_str());
        extension.is_some_and(|e| extensions.iter().any(|x| x.eq_ignore_ascii_case(e)))
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The bytes of a span as text; empty where the span does not fit this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column of a byte offset. Columns count characters.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let line = self.line_index(offset);
        let start = self.line_starts()[line] as usize;
        let column = self.text[start..offset as usize].chars().count();
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// Byte range of a line without its line break. Lines count from 1.
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let starts = self.line_starts();
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).copied().unwrap_or(self.text.len() as u32);
        let text = self.text[start as usize..end as usize].trim_end_matches(['\n', '\r']);
        Some(Span::new(self.id, start, start + text.len() as u32))
    }

    /// The line that holds this offset. Lines count from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_index(self.clamp(offset)) as u32 + 1
    }

    /// How many lines the file has; at least one.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }

    fn line_index(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Only LF ends a line here: positions must agree with editors, and those do not break at NEL or LS.
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(breaks.map(|at| at as u32 + 1)).collect()
        })
    }

    fn clamp(&self, offset: u32) -> u32 {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset as u32
    }
}

/// A line and a column, both counted from 1. Columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add("a.yaml".into(), text.into());
        sources
    }

    #[test]
    fn columns_count_characters() {
        let sources = source("キー: 値\nb: c\n");
        let file = sources.by_path("a.yaml").expect("added above");
        assert_eq!(file.position(8), Position { line: 1, column: 5 });
        assert_eq!(file.position(12), Position { line: 2, column: 1 });
    }

    #[test]
    fn offsets_past_the_end_or_inside_a_character_are_clamped() {
        let sources = source("日本");
        let file = sources.by_path("a.yaml").expect("added above");
        assert_eq!(file.position(99), Position { line: 1, column: 3 });
        assert_eq!(file.position(1), Position { line: 1, column: 1 });
    }

    #[test]
    fn line_spans_leave_the_line_break_out() {
        let sources = source("a: b\r\nc: d");
        let file = sources.by_path("a.yaml").expect("added above");
        let spans: Vec<_> = (1..=3).map(|line| file.line_span(line).map(|s| file.slice(s))).collect();
        assert_eq!(spans, [Some("a: b"), Some("c: d"), None]);
    }
}
