//! Paths of replacements: `spec.containers.[name=app].image`, `rules.*.host`, `args.0`.

use crate::kustomize::dotted;
use crate::kustomize::field_spec::edited_items;
use crate::kustomize::resource::key;
use crate::kustomize::value::Value;
use crate::provenance::Place;
use crate::source::Span;
use crate::yaml::Shape;
use regex::Regex;

/// The parts of a path. A dot behind a backslash or between square brackets belongs to its part.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = dotted::parts(path).into_iter();
    while let Some(mut part) = rest.next() {
        if part.starts_with('[') && !part.ends_with(']') {
            for more in rest.by_ref() {
                part.push('.');
                part.push_str(&more);
                if more.ends_with(']') {
                    break;
                }
            }
            if !part.contains('=') {
                part = part.trim_matches(['[', ']']).to_string();
            }
        }
        parts.push(part);
    }
    parts
}

/// The value that a path of a source leads to: fields, numbers, `-` for the last item, and `[key=value]` for the first
/// item that has exactly this value.
pub(super) fn lookup(root: &Value, parts: &[String]) -> Option<Value> {
    let found = parts.iter().try_fold(root.clone(), |value, part| match Part::of(part) {
        Part::Key(key) if value.is_list() && key == "-" => value.items().pop(),
        Part::Key(key) => value.get(key),
        Part::Index(index) if value.is_list() => value.items().into_iter().nth(index),
        Part::Index(_) => value.get(part),
        Part::Item("", text) => value.items().into_iter().find(|item| item.text() == text),
        Part::Item(key, text) => {
            let fits = |item: &Value| item.get(key).is_some_and(|value| value.text() == text);
            value.items().into_iter().find(fits)
        }
        Part::Every => None,
    });
    let is_empty = |value: &Value| {
        !matches!(value.shape(), Shape::Scalar) && value.entries().is_empty() && value.items().is_empty()
    };
    found.filter(|value| !value.is_null() && !is_empty(value))
}

/// A change of everything that a path leads to.
pub(super) struct Walk<'a> {
    /// What is made at the end of the path where nothing is; nothing is made without.
    pub(super) create: Option<Shape>,
    /// Where that stands.
    pub(super) made_at: Span,
    /// The new value of a place, or why it cannot have one.
    pub(super) change: &'a mut dyn FnMut(&Value) -> Result<Value, String>,
    /// How many places were found.
    pub(super) found: usize,
}

impl Walk<'_> {
    /// The value with everything changed that the path leads to; nothing if that is nothing.
    pub(super) fn changed(&mut self, value: &Value, parts: &[String]) -> Result<Option<Value>, String> {
        let Some((part, rest)) = parts.split_first() else {
            self.found += 1;
            return (self.change)(value).map(Some);
        };
        match Part::of(part) {
            Part::Index(index) => self.item(value, index, rest),
            Part::Item(key, pattern) => self.items(value, key, pattern, rest),
            Part::Every => {
                if !value.is_list() {
                    return Err(format!("`{part}` stands for every item, and there is no list"));
                }
                self.each(value, rest, |_| true)
            }
            Part::Key(key) => self.field(value, key, rest),
        }
    }

    fn field(&mut self, value: &Value, name: &str, rest: &[String]) -> Result<Option<Value>, String> {
        if !value.is_map() || name.is_empty() {
            return Err(format!("there is no mapping with a key `{name}`"));
        }
        let is_kept_null = self.create.is_none() && rest.is_empty();
        let there = value.get(name).filter(|child| !child.is_null() || is_kept_null);
        let Some(child) = there.or_else(|| self.made(rest)) else { return Ok(None) };
        let Some(new) = self.changed(&child, rest)? else { return Ok(None) };
        let mut changed = value.clone();
        if let Some(map) = changed.map_mut() {
            map.insert(key(name, self.made_at), new);
        }
        Ok(Some(changed))
    }

    fn item(&mut self, value: &Value, index: usize, rest: &[String]) -> Result<Option<Value>, String> {
        if !value.is_list() {
            return Err(format!("there is no list with an item {index}"));
        }
        let items = value.items();
        let made = if items.len() == index { self.made(rest) } else { None };
        let Some(item) = items.get(index).cloned().or(made) else {
            return Err(format!("there is no item {index}, only {} items", items.len()));
        };
        let Some(new) = self.changed(&item, rest)? else { return Ok(None) };
        let mut changed = value.clone();
        if let Some(list) = changed.list_mut() {
            match list.items.get_mut(index) {
                Some(slot) => *slot = new,
                None => list.items.push(new),
            }
        }
        Ok(Some(changed))
    }

    fn items(
        &mut self,
        value: &Value,
        key: &str,
        pattern: &str,
        rest: &[String],
    ) -> Result<Option<Value>, String> {
        if !value.is_list() {
            return Err(format!("`[{key}={pattern}]` chooses an item, and there is no list"));
        }
        let regex = Regex::new(pattern).map_err(|_| format!("`{pattern}` is no regular expression"))?;
        // A plain item is the end of the path for kustomize, whatever follows.
        let rest = if key.is_empty() { &[] } else { rest };
        let fits = |item: &Value| {
            let text = if key.is_empty() { item.as_text().map(Into::into) } else { item.text_of(&[key]) };
            text.is_some_and(|text: String| regex.is_match(text.trim()))
        };
        let before = self.found;
        let changed = self.each(value, rest, fits)?;
        if self.found > before || self.create.is_none() {
            return Ok(changed);
        }
        let new = self.changed(&self.made_item(key, pattern), rest)?;
        let mut changed = value.clone();
        if let (Some(list), Some(new)) = (changed.list_mut(), new) {
            list.items.push(new);
        }
        Ok(Some(changed))
    }

    fn each(
        &mut self,
        list: &Value,
        rest: &[String],
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, String> {
        let mut error = None;
        let changed = edited_items(list, |item| {
            if error.is_some() || !fits(item) {
                return None;
            }
            self.changed(item, rest).unwrap_or_else(|message| {
                error = Some(message);
                None
            })
        });
        error.map_or(Ok(changed), Err)
    }

    /// What is made before the rest of the path.
    fn made(&self, rest: &[String]) -> Option<Value> {
        let shape = match (self.create?, rest.first().map(|part| Part::of(part))) {
            (shape, None) => shape,
            (_, Some(Part::Key(_))) => Shape::Mapping,
            (_, Some(_)) => Shape::Sequence,
        };
        Some(match shape {
            Shape::Scalar => Value::plain_at("", Place::at(self.made_at)),
            Shape::Mapping => Value::empty_map(self.made_at),
            Shape::Sequence => Value::empty_list(self.made_at),
        })
    }

    fn made_item(&self, name: &str, text: &str) -> Value {
        let text = Value::plain_at(text, Place::computed(self.made_at, text.len()));
        if name.is_empty() {
            return text;
        }
        let mut item = Value::empty_map(self.made_at);
        if let Some(map) = item.map_mut() {
            map.insert(key(name, self.made_at), text);
        }
        item
    }
}

enum Part<'a> {
    Key(&'a str),
    Index(usize),
    /// `[key=pattern]`, or `[=pattern]` for items that are texts.
    Item(&'a str, &'a str),
    Every,
}

impl<'a> Part<'a> {
    fn of(part: &'a str) -> Self {
        if let Ok(index) = part.parse() {
            return Self::Index(index);
        }
        let inside = part.strip_prefix('[').and_then(|part| part.strip_suffix(']'));
        match inside.and_then(|inside| inside.split_once('=')) {
            Some((key, pattern)) => Self::Item(key, pattern),
            None if part == "*" => Self::Every,
            None => Self::Key(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_can_be_part_of_a_key() {
        assert_eq!(split("metadata.annotations.a\\.b/c"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split("x.[name=a.b].y"), ["x", "[name=a.b]", "y"]);
        assert_eq!(split("x.[name=a].*.0"), ["x", "[name=a]", "*", "0"]);
        assert_eq!(split("x.[a.b"), ["x", "a.b"]);
    }
}
