//! `replacements`: a value of one object put into others.

mod path;
mod selection;

use super::compose::Composed;
use super::gap::{Gap, GapKind};
use super::resource::Resources;
use super::store::Store;
use super::value::Value;
use crate::paths::resolve_path;
use crate::provenance::{Change, Operation};
use crate::source::Span;
use crate::yaml::Shape;
use path::Walk;
use selection::Selection;
use std::ops::Range;

/// The entries of `replacements`, those in files that they name among them. Paths begin at `folder`.
pub fn read(entries: &Value, folder: &str, store: &Store<'_>, gaps: &mut Vec<Gap>) -> Vec<Value> {
    entries.items().iter().flat_map(|entry| replacements(entry, folder, store, gaps)).collect()
}

/// Carries out replacements. What cannot be carried out is a gap; the others are made.
pub fn replace(replacements: &[Value], resources: &mut Resources, gaps: &mut Vec<Gap>) {
    for replacement in replacements {
        replace_one(replacement, resources, gaps);
    }
}

/// The replacement itself, or those of the file that the entry names.
fn replacements(entry: &Value, folder: &str, store: &Store<'_>, gaps: &mut Vec<Gap>) -> Vec<Value> {
    let Some(path) = entry.get("path").filter(|path| !path.text().is_empty()) else {
        return vec![entry.clone()];
    };
    let text = path.text();
    if text.starts_with("http://") || text.starts_with("https://") {
        gaps.push(Gap::new(GapKind::Remote, path.span(), format!("`{text}` would have to be fetched")));
        return Vec::new();
    }
    let Some(source) = resolve_path(folder, &text).and_then(|path| store.file(&path)) else {
        gaps.push(Gap::new(GapKind::Missing, path.span(), format!("`{text}` is not there")));
        return Vec::new();
    };
    let documents = store.documents(source.id()).into_iter();
    documents
        .flat_map(|document| if document.is_list() { document.items() } else { vec![document] })
        .collect()
}

fn replace_one(replacement: &Value, resources: &mut Resources, gaps: &mut Vec<Gap>) {
    let Some(targets) = replacement.get("targets").filter(Value::is_list) else {
        gaps.push(Gap::new(GapKind::Field, replacement.span(), "a replacement needs targets"));
        return;
    };
    let source = match source_of(replacement, resources) {
        Ok(source) => source,
        Err(gap) => return gaps.push(gap),
    };
    for target in targets.items() {
        put(&source, &target, replacement.span(), resources, gaps);
    }
}

/// What is put into the targets: a value, or a part of its text.
struct Source {
    value: Value,
    part: Option<Range<usize>>,
}

fn source_of(replacement: &Value, resources: &Resources) -> Result<Source, Gap> {
    let given = |name: &str| replacement.get(name).filter(|value| !value.is_null());
    let selector = match (given("source"), given("sourceValue")) {
        (Some(selector), None) => selector,
        (None, Some(value)) => return Ok(Source { value, part: None }),
        _ => {
            let message = "a replacement needs either a source or a value";
            return Err(Gap::new(GapKind::Field, replacement.span(), message));
        }
    };
    let resource = selection::source(resources, &selector)?;
    let written = selector.text_of(&["fieldPath"]).filter(|path| !path.is_empty());
    let path = written.unwrap_or_else(|| DEFAULT_PATH.into());
    let Some(value) = path::lookup(&resource.root, &path::split(&path)) else {
        let at = selector.get("fieldPath").unwrap_or(selector).span();
        let message = format!("{} has no field `{path}`", resource.id());
        return Err(Gap::new(GapKind::Target, at, message));
    };
    let part = part_of(&value, &Options::of(&selector))?;
    Ok(Source { value, part })
}

/// The field where none is given.
const DEFAULT_PATH: &str = "metadata.name";

/// How a text is cut, and whether fields are made.
struct Options {
    delimiter: Option<Value>,
    index: i64,
    create: bool,
    span: Span,
}

impl Options {
    fn of(written: &Value) -> Self {
        let options = written.get("options");
        let get = |name: &str| options.as_ref().and_then(|options| options.get(name));
        Self {
            delimiter: get("delimiter").filter(|delimiter| !delimiter.text().is_empty()),
            index: get("index").and_then(|index| index.text().parse().ok()).unwrap_or_default(),
            create: get("create").is_some_and(|create| create.text() == "true"),
            span: options.as_ref().map_or_else(|| written.span(), Value::span),
        }
    }
}

fn part_of(value: &Value, options: &Options) -> Result<Option<Range<usize>>, Gap> {
    let Some(delimiter) = &options.delimiter else { return Ok(None) };
    if value.shape() != Shape::Scalar {
        let message = "only a text can be cut at a delimiter";
        return Err(Gap::new(GapKind::Change, options.span, message));
    }
    let parts = parts(&value.text(), &delimiter.text());
    let part = usize::try_from(options.index).ok().and_then(|index| parts.get(index).cloned());
    let missing = || {
        let message = format!("`{}` has no part {}, only {}", value.text(), options.index, parts.len());
        Gap::new(GapKind::Change, options.span, message)
    };
    part.map(Some).ok_or_else(missing)
}

fn parts(text: &str, delimiter: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let parts = text.split(delimiter).map(|part| {
        let range = start..start + part.len();
        start = range.end + delimiter.len();
        range
    });
    parts.collect()
}

fn put(source: &Source, target: &Value, by: Span, resources: &mut Resources, gaps: &mut Vec<Gap>) {
    let Some(select) = target.get("select").filter(Value::is_map) else {
        gaps.push(Gap::new(GapKind::Field, target.span(), "a target selects nothing"));
        return;
    };
    let select = Selection::of(&select, gaps);
    let rejected = target.get("reject").map(|reject| reject.items()).unwrap_or_default();
    let rejected: Vec<_> = rejected.iter().map(|reject| Selection::of(reject, gaps)).collect();
    let options = Options::of(target);
    let fields = Field::all_of(target);
    for index in 0..resources.len() {
        let resource = resources.get(index);
        let is_rejected = || rejected.iter().any(|reject| reject.rejects(resource));
        if select.selects(resource) && !is_rejected() {
            for field in &fields {
                put_into(source, index, field, &options, by, resources, gaps);
            }
        }
    }
}

/// A field that a value is put into.
struct Field {
    path: String,
    parts: Vec<String>,
    span: Span,
}

impl Field {
    fn all_of(target: &Value) -> Vec<Self> {
        let field = |path: &str, span| Self { path: path.into(), parts: path::split(path), span };
        let written = target.get("fieldPaths").map(|paths| paths.items()).unwrap_or_default();
        if written.is_empty() {
            return vec![field(DEFAULT_PATH, target.span())];
        }
        written.iter().map(|path| field(&path.text(), path.span())).collect()
    }

    /// Labels and annotations are texts, whatever they look like.
    fn is_text(&self) -> bool {
        matches!(&self.parts[..], [metadata, map, _] if metadata == "metadata" && ["labels", "annotations"].contains(&&**map))
    }
}

/// No object is nested as deeply.
const MAX_PARTS: usize = 500;

fn put_into(
    source: &Source,
    index: usize,
    field: &Field,
    options: &Options,
    by: Span,
    resources: &mut Resources,
    gaps: &mut Vec<Gap>,
) {
    if field.parts.len() > MAX_PARTS {
        gaps.push(Gap::new(GapKind::Limit, field.span, "this path is too long to be followed"));
        return;
    }
    let mut change = |old: &Value| replaced(old, source, options, field.is_text(), by);
    let create = options.create.then(|| source.value.shape());
    let mut walk = Walk { create, made_at: field.span, change: &mut change, found: 0 };
    let changed = walk.changed(&resources.get(index).root, &field.parts);
    let what = |why: &str| format!("`{}` of {} cannot be set: {why}", field.path, resources.get(index).id());
    match changed {
        Err(why) => gaps.push(Gap::new(GapKind::Change, field.span, what(&why))),
        Ok(_) if walk.found == 0 => gaps.push(Gap::new(GapKind::Target, field.span, what("it is not there"))),
        Ok(None) => {}
        Ok(Some(root)) if source.value.shape() != Shape::Scalar && root.is_deeper_than(MAX_PARTS) => {
            let message = "what is put here nests the object too deeply";
            gaps.push(Gap::new(GapKind::Limit, field.span, message));
        }
        Ok(Some(root)) => {
            let resource = resources.get_mut(index);
            resource.root = root;
            resource.refresh();
        }
    }
}

fn replaced(
    old: &Value,
    source: &Source,
    options: &Options,
    is_text: bool,
    by: Span,
) -> Result<Value, String> {
    let is_scalar = old.shape() == Shape::Scalar;
    if options.delimiter.is_some() && !is_scalar {
        return Err("only a text can be cut at a delimiter".into());
    }
    if !is_scalar {
        return Ok(source.value.clone().after(&old.place(), Operation::Replacement, by));
    }
    if source.value.shape() != Shape::Scalar {
        return Err("it is a single value, and the source is none".into());
    }
    if old.text().len() + source.value.text().len() > MAX_TEXT {
        return Err("the text gets too long".into());
    }
    let new = composed(old, source, options, by);
    // A scalar keeps its type: a text stays one, whatever it looks like now.
    if is_text || old.is_string() {
        return Ok(new);
    }
    Ok(Value::plain_at(&*new.text(), new.place()))
}

/// Replacements of replacements may double a text each time. Nothing larger fits into a cluster.
const MAX_TEXT: usize = 1 << 20;

fn composed(old: &Value, source: &Source, options: &Options, by: Span) -> Value {
    let mut text = Composed::default();
    let push = |text: &mut Composed| match &source.part {
        Some(part) => text.push_part(&source.value, part.clone()),
        None => text.push(&source.value),
    };
    if let Some(delimiter) = &options.delimiter {
        let written = old.text();
        let parts = parts(&written, &delimiter.text());
        match usize::try_from(options.index).map(|index| parts.get(index)) {
            Err(_) => {
                push(&mut text);
                text.push(delimiter);
                text.push(old);
            }
            Ok(None) => {
                text.push(old);
                text.push(delimiter);
                push(&mut text);
            }
            Ok(Some(part)) => {
                text.push_part(old, 0..part.start);
                push(&mut text);
                text.push_part(old, part.end..written.len());
            }
        }
    } else {
        push(&mut text);
    }
    let (before, taken) = (old.place(), source.value.place());
    let change = Change { operation: Operation::Replacement, by, before: Some(before.span) };
    let changes = before.changes().iter().chain(taken.changes()).copied().chain([change]);
    text.into_value(taken.span, changes.collect())
}

#[cfg(test)]
mod tests;
