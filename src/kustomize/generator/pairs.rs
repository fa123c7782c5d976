//! Keys and values of generated objects: lines of env files, literals, and files as a whole, in this order.

use super::field;
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::store::Store;
use crate::kustomize::value::{Key, Value};
use crate::paths::resolve_path;
use crate::provenance::Place;
use crate::source::{FileKind, Source, Span};
use std::ops::Range;

/// A key of a generated object and its value.
pub(super) struct Pair {
    pub(super) key: Key,
    pub(super) value: Value,
    /// The value is the base64 of bytes that are no text.
    pub(super) is_binary: bool,
}

/// Everything that an entry asks for, in the order in which kustomize reads it.
pub(super) fn read(entry: &Value, folder: &str, store: &Store<'_>, gaps: &mut Vec<Gap>) -> Vec<Pair> {
    let reader = Reader { folder, store };
    let mut pairs = Vec::new();
    for item in items(entry, "envs", gaps).into_iter().chain(field(entry, "env")) {
        if let Some(source) = reader.source(&item, &item.text(), gaps) {
            pairs.extend(lines(source));
        }
    }
    for item in items(entry, "literals", gaps) {
        pairs.extend(reader.literal(&item, gaps));
    }
    for item in items(entry, "files", gaps) {
        pairs.extend(reader.file(&item, gaps));
    }
    pairs
}

fn items(entry: &Value, name: &str, gaps: &mut Vec<Gap>) -> Vec<Value> {
    let Some(value) = field(entry, name) else { return Vec::new() };
    if !value.is_list() && !value.is_null() {
        gaps.push(Gap::new(GapKind::Field, value.span(), format!("`{name}` is not a list")));
    }
    value.items()
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    folder: &'a str,
    store: &'a Store<'a>,
}

impl Reader<'_> {
    /// `key=value`, where one pair of quotes around the value does not belong to it.
    fn literal(self, item: &Value, gaps: &mut Vec<Gap>) -> Option<Pair> {
        let text = item.text();
        let Some(equals) = text.find('=').filter(|&equals| equals > 0) else {
            gaps.push(Gap::new(
                GapKind::Field,
                item.span(),
                // The text may be a credential, which no message shows.
                "this is not of the form key=value",
            ));
            return None;
        };
        let value = without_quotes(&text, equals + 1..text.len());
        let key = Key { text: text[..equals].into(), span: self.place(item, 0..equals).span };
        let place = self.place(item, value.clone());
        Some(Pair { key, value: Value::text_at(&text[value], place), is_binary: false })
    }

    /// `key=path` or a path alone, the last part of which is the key then.
    fn file(self, item: &Value, gaps: &mut Vec<Gap>) -> Option<Pair> {
        let text = item.text();
        let (key, path) = match text.split_once('=') {
            Some((key, path)) => (0..key.len(), path),
            None => (text.rfind('/').map_or(0, |slash| slash + 1)..text.len(), &*text),
        };
        if key.is_empty() || path.is_empty() || path.contains('=') {
            let message = "this is neither a path nor of the form key=path";
            gaps.push(Gap::new(GapKind::Field, item.span(), message));
            return None;
        }
        let source = self.source(item, path, gaps)?;
        let key = Key { text: text[key.clone()].into(), span: self.place(item, key).span };
        let is_binary = source.kind() == FileKind::Binary;
        Some(Pair { key, value: self.store.text(source), is_binary })
    }

    fn source(&self, item: &Value, path: &str, gaps: &mut Vec<Gap>) -> Option<&Source> {
        let is_remote = path.starts_with("http://") || path.starts_with("https://");
        let source = resolve_path(self.folder, path).and_then(|path| self.store.file(&path));
        if source.is_none() || is_remote {
            let (kind, why) = if is_remote {
                (GapKind::Remote, "would have to be fetched")
            } else {
                (GapKind::Missing, "is not there")
            };
            gaps.push(Gap::new(kind, item.span(), format!("`{path}` {why}")));
            return None;
        }
        source
    }

    /// The place of a part of an item, which is the whole item where the part does not stand as it reads.
    fn place(self, item: &Value, range: Range<usize>) -> Place {
        let text = item.text();
        let part = text.get(range.clone()).unwrap_or_default();
        let span = item.node().map_or_else(|| item.span(), |node| node.span_within(range));
        if self.store.sources().get(span.file).slice(span) == part {
            return Place::at(span);
        }
        Place::computed(span, part.len())
    }
}

fn without_quotes(text: &str, range: Range<usize>) -> Range<usize> {
    let value = &text.as_bytes()[range.clone()];
    match (value.first(), value.last()) {
        // A quote alone is no pair.
        (Some(b'"' | b'\''), last) if value.len() > 1 && value.first() == last => {
            range.start + 1..range.end - 1
        }
        _ => range,
    }
}

/// The pairs of an env file: `KEY=value` or `KEY`, without comments and empty lines. Quotes belong to the value.
fn lines(source: &Source) -> Vec<Pair> {
    let text = source.text();
    let mut start = 0;
    let mut pairs = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches('\n').len();
        pairs.extend(env_line(source, start..end));
        start += line.len();
    }
    pairs
}

fn env_line(source: &Source, range: Range<usize>) -> Option<Pair> {
    let line = &source.text()[range.clone()];
    let line = line.strip_suffix('\r').unwrap_or(line);
    let line = if range.start == 0 { line.trim_start_matches('\u{feff}') } else { line };
    let start = range.start + source.text()[range].find(line).unwrap_or_default();
    let content = line.trim_start();
    let start = start + line.len() - content.len();
    if content.is_empty() || content.starts_with('#') {
        return None;
    }
    let (key, value) = content.split_once('=').unwrap_or((content, ""));
    let at = |from: usize, to: usize| Span::new(source.id(), from as u32, to as u32);
    let key_end = start + key.len();
    let value_start = start + content.len() - value.len();
    let key = Key { text: key.into(), span: at(start, key_end) };
    let place = Place::at(at(value_start, value_start + value.len()));
    (!key.text.is_empty()).then(|| Pair { key, value: Value::text_at(value, place), is_binary: false })
}
