//! Images as Argo CD is told them: one text each, `name=new:tag`.

use crate::kustomize::compose::{Composed, pieces_of};
use crate::kustomize::overlay::map;
use crate::kustomize::resource::key;
use crate::kustomize::value::Value;
use std::ops::Range;

/// The text as an entry of `images`.
pub(super) fn image(written: &Value) -> Option<Value> {
    let text = written.as_text()?.into_owned();
    let (name, new) = match text.find('=') {
        Some(at) => (0..at, at + 1..text.len()),
        None => (0..name_end(&text, 0), 0..text.len()),
    };
    let end = name_end(&text, new.start);
    let mut image = map([("name", part(written, &text, name.clone()))], written.span());
    let mut put = |field: &str, range: Range<usize>| {
        if let Some(image) = image.map_mut().filter(|_| !range.is_empty()) {
            image.insert(key(field, written.span()), part(written, &text, range));
        }
    };
    let new_name = &text[new.start..end];
    if new_name != &text[name] && new_name != "*" {
        put("newName", new.start..end);
    }
    let (tag, digest) = match text[end..].find('@') {
        Some(at) => (end..end + at, end + at + 1..text.len()),
        None => (end..text.len(), text.len()..text.len()),
    };
    put("newTag", (tag.start + 1).min(tag.end)..tag.end);
    put("digest", digest);
    Some(image)
}

/// Where the name of an image ends: at its tag or digest. The port of a registry is no tag.
fn name_end(text: &str, start: usize) -> usize {
    let end = text[start..].find('@').map_or(text.len(), |at| start + at);
    let last = text[start..end].rfind('/').map_or(start, |at| start + at);
    text[last..end].find(':').map_or(end, |at| last + at)
}

fn part(written: &Value, text: &str, range: Range<usize>) -> Value {
    let mut part = Composed::default();
    part.push_cut(text, &pieces_of(written, text), range);
    let span = part.pieces().first().map_or(written.span(), |piece| piece.span);
    part.into_value(span, Vec::new())
}
