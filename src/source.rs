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
    pub fn add(&mut self, path: String, kind: FileKind, text: Arc<str>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(Source {
            id,
            path,
            kind,
            text,
            line_starts: OnceLock::new(),
            characters: OnceLock::new(),
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

    /// Whether files lie below this folder, which is relative to the checked root.
    pub fn has_folder(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let next = self.files.partition_point(|file| file.path < folder);
        self.files.get(next).is_some_and(|file| file.path.starts_with(&folder))
    }
}

impl Sources {
    /// The names of the files and folders that lie directly in this folder.
    pub fn names_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut at = self.files.partition_point(|file| *file.path < *prefix);
        std::iter::from_fn(move || {
            let rest = self.files.get(at)?.path.strip_prefix(&prefix)?;
            let Some((name, _)) = rest.split_once('/') else {
                at += 1;
                return Some(rest);
            };
            let below = format!("{prefix}{name}/");
            at += self.files[at..].partition_point(|file| file.path.starts_with(&below));
            Some(name)
        })
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

    /// Whether one of these ranges holds this one. They are sorted, and none overlap.
    pub fn is_in(self, ranges: &[Self]) -> bool {
        let next = ranges.partition_point(|range| range.start <= self.start);
        next > 0 && ranges[next - 1].contains(self)
    }

    /// Whether `other` lies inside this range.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// What kind of file this is, judged by its path alone. What a document in it is, the model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// YAML of no more special kind.
    Yaml,
    /// JSON: objects, dashboards, monitors.
    Json,
    /// `kustomization.yaml`, `kustomization.yml` or `Kustomization`.
    Kustomization,
    /// `Chart.yaml` or `Chart.lock` of a Helm chart.
    HelmChart,
    /// A file below `templates/` of a Helm chart: Go templates, not YAML.
    HelmTemplate,
    /// `values*.yaml` beside a `Chart.yaml`.
    HelmValues,
    /// `*.tf`, `*.tfvars`, `*.hcl`.
    Terraform,
    /// `*.sh`, `*.bash` or a file that begins with a shell's `#!`.
    Shell,
    /// `Makefile`, `*.mk`.
    Makefile,
    /// A pipeline of a CI system.
    Ci(CiSystem),
    /// `*.env`, `*.properties` and key files such as `*.pem`: settings and credentials that are no YAML.
    Settings,
    /// A file of no other kind that a kustomization takes in as it is, for a `ConfigMap` or a Secret.
    Text,
    /// The same, and its bytes are no text: it is read as the base64 of them, which is what kustomize makes of it.
    Binary,
}

impl FileKind {
    /// Whether people or pipelines run it: a shell script, a Makefile, a pipeline.
    pub fn is_script(self) -> bool {
        matches!(self, Self::Shell | Self::Makefile | Self::Ci(_))
    }

    /// Whether the text is read as YAML (JSON included).
    pub fn is_yaml(self) -> bool {
        !matches!(
            self,
            Self::Terraform
                | Self::Shell
                | Self::Makefile
                | Self::Ci(CiSystem::Jenkins)
                | Self::Settings
                | Self::Text
                | Self::Binary
        )
    }
}

/// Whose pipeline a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CiSystem {
    /// `.github/workflows/*`, `action.yaml`.
    GitHubActions,
    /// `.gitlab-ci.yml` and what lies in `.gitlab/`.
    GitLab,
    /// `.circleci/*`.
    CircleCi,
    /// `Jenkinsfile`, written in Groovy.
    Jenkins,
}

/// One file that was read.
#[derive(Debug)]
pub struct Source {
    id: FileId,
    path: String,
    kind: FileKind,
    text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
    /// How many characters begin before each stretch of [`STRETCH`] bytes.
    characters: OnceLock<Vec<u32>>,
}

/// Counting the characters of one stretch costs nothing; those of a dashboard written on one line would.
const STRETCH: usize = 4096;

impl Source {
    /// Its number.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// What kind of file it is, as its path says.
    pub fn kind(&self) -> FileKind {
        self.kind
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
        let column = self.characters_between(start, offset as usize);
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

    fn characters_between(&self, start: usize, end: usize) -> usize {
        if end - start <= STRETCH {
            return count_characters(&self.text.as_bytes()[start..end]);
        }
        self.characters_before(end) - self.characters_before(start)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let stretches = self.characters.get_or_init(|| {
            let counts = self.text.as_bytes().chunks(STRETCH).map(count_characters);
            let sums = counts.scan(0, |sum, count| {
                *sum += count as u32;
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let stretch = offset / STRETCH;
        stretches[stretch] as usize + count_characters(&self.text.as_bytes()[stretch * STRETCH..offset])
    }

    /// The nearest offset at or before this one that is inside the text and between two characters.
    pub fn clamp(&self, offset: u32) -> u32 {
        floor_char(&self.text, offset as usize) as u32
    }
}

/// The last boundary of a character at or before an offset.
pub fn floor_char(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether a path is a folder or lies below it. The folder above all others is empty.
pub fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every byte begins a character, except those that continue one.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
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
        sources.add("a.yaml".into(), FileKind::Yaml, text.into());
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
    fn columns_of_a_very_long_line_are_counted_too() {
        let text = format!("{}\n{}", "a", "日x".repeat(5 * STRETCH));
        let sources = source(&text);
        let file = sources.by_path("a.yaml").expect("added above");
        for offset in (2..text.len()).step_by(997).chain([text.len()]) {
            let offset = file.clamp(offset as u32);
            let expected = text[2..offset as usize].chars().count() as u32 + 1;
            assert_eq!(file.position(offset), Position { line: 2, column: expected });
        }
    }

    #[test]
    fn line_spans_leave_the_line_break_out() {
        let sources = source("a: b\r\nc: d");
        let file = sources.by_path("a.yaml").expect("added above");
        let spans: Vec<_> = (1..=3).map(|line| file.line_span(line).map(|s| file.slice(s))).collect();
        assert_eq!(spans, [Some("a: b"), Some("c: d"), None]);
    }
}
