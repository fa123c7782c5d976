//! `${name}` and what may be done to a variable between the braces: defaults, parts, cases, replacements.

use crate::kustomize::compose::{Composed, pieces_of};
use crate::kustomize::value::Value;
use crate::model::glob;
use crate::provenance::Piece;
use crate::source::Span;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Writes a text with its variables substituted. What is no expression, and what nobody defines, stays. Gives the place
/// of the last value that was put in.
pub(super) fn expand(
    text: &str,
    pieces: &[Piece],
    variables: &BTreeMap<String, Value>,
    into: &mut Composed,
) -> Option<Span> {
    let mut writer = Writer { text, pieces, variables, into, newest: None };
    writer.expand(0..text.len(), 0);
    writer.newest
}

struct Writer<'a> {
    text: &'a str,
    pieces: &'a [Piece],
    variables: &'a BTreeMap<String, Value>,
    into: &'a mut Composed,
    newest: Option<Span>,
}

/// Defaults in defaults. Nobody writes as many.
const MAX_DEPTH: usize = 8;

impl Writer<'_> {
    fn expand(&mut self, range: Range<usize>, depth: usize) {
        let (mut written, mut at) = (range.start, range.start);
        while let Some(found) = self.text[at..range.end].find("${").map(|found| at + found) {
            if found > range.start && self.text.as_bytes()[found - 1] == b'$' && found > written {
                // `$${` is `${` and no variable.
                self.push(written..found - 1);
                self.push(found..found + 2);
                (written, at) = (found + 2, found + 2);
                continue;
            }
            let Some(end) = closing(self.text, found + 2, range.end) else {
                at = found + 2;
                continue;
            };
            self.push(written..found);
            if depth >= MAX_DEPTH || !self.variable(found + 2..end, depth) {
                self.push(found..end + 1);
            }
            (written, at) = (end + 1, end + 1);
        }
        self.push(written..range.end);
    }

    fn push(&mut self, range: Range<usize>) {
        self.into.push_cut(self.text, self.pieces, range);
    }

    /// Writes what stands between braces; not if it is no variable or nobody defines it.
    fn variable(&mut self, range: Range<usize>, depth: usize) -> bool {
        let inside = &self.text[range.clone()];
        if let Some(name) = inside.strip_prefix('#').filter(|name| is_name(name)) {
            let Some(value) = self.variables.get(name) else { return false };
            self.computed(value, &value.text().chars().count().to_string());
            return true;
        }
        let length = inside.bytes().take_while(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()).count();
        let (name, operation) = inside.split_at(length);
        if !is_name(name) {
            return false;
        }
        let value = self.variables.get(name).filter(|value| !value.text().is_empty());
        if operation.is_empty() {
            let Some(value) = self.variables.get(name) else { return false };
            self.whole(value);
            return true;
        }
        let defaults = [":=", ":-", "=", "-"];
        if let Some(mark) = defaults.into_iter().find(|mark| operation.starts_with(mark)) {
            match value {
                Some(value) => self.whole(value),
                None => self.expand(range.start + length + mark.len()..range.end, depth + 1),
            }
            return true;
        }
        let Some(value) = self.variables.get(name) else { return false };
        let Some(new) = changed(&without_breaks(&value.text()), operation) else { return false };
        self.computed(value, &new);
        true
    }

    fn whole(&mut self, value: &Value) {
        let text = value.text();
        if let Cow::Owned(text) = without_breaks(&text) {
            return self.computed(value, &text);
        }
        self.newest = Some(value.span());
        self.into.push_cut(&text, &pieces_of(value, &text), 0..text.len());
    }

    fn computed(&mut self, value: &Value, text: &str) {
        self.newest = Some(value.span());
        self.into.push_computed(text, value.span());
    }
}

/// Where the braces that begin before `from` end. Escapes and braces in between are skipped.
fn closing(text: &str, from: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (from, 0_usize);
    while at < end.min(from + LONGEST) {
        match bytes[at] {
            b'\\' => at += 1,
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                open += 1;
                at += 1;
            }
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            b'\n' => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// How long an expression may be, so that many that are never closed cost little.
const LONGEST: usize = 1024;

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Flux takes line breaks out of values.
fn without_breaks(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Owned(text.replace('\n', "")) } else { Cow::Borrowed(text) }
}

/// A value with an operation done to it; nothing for one that there is not.
fn changed(value: &str, operation: &str) -> Option<String> {
    match operation {
        "^" => return Some(with_first(value, |first| first.to_uppercase().collect())),
        "^^" => return Some(value.to_uppercase()),
        "," => return Some(with_first(value, |first| first.to_lowercase().collect())),
        ",," => return Some(value.to_lowercase()),
        _ => {}
    }
    let (mark, rest) = operation.split_at_checked(1)?;
    match mark {
        ":" => part(value, rest),
        "#" => Some(without_start(value, rest)),
        "%" => Some(without_end(value, rest)),
        "/" => replaced(value, rest),
        _ => None,
    }
}

fn with_first(value: &str, change: impl Fn(char) -> String) -> String {
    let mut chars = value.chars();
    chars.next().map(change).unwrap_or_default() + chars.as_str()
}

/// `:start` and `:start:length`.
fn part(value: &str, rest: &str) -> Option<String> {
    let (start, length) = rest.split_once(':').map_or((rest, None), |(start, length)| (start, Some(length)));
    let start: usize = start.trim().parse().ok()?;
    let length: usize = length.map_or(Some(usize::MAX), |length| length.trim().parse().ok())?;
    Some(value.chars().skip(start).take(length).collect())
}

/// `#pattern` takes the shortest start that fits away, `##pattern` the longest.
fn without_start(value: &str, rest: &str) -> String {
    let (pattern, longest) = rest.strip_prefix('#').map_or((rest, false), |pattern| (pattern, true));
    let fits = |end: &usize| glob::matches(pattern, &value[..*end]);
    let end = if longest { edges(value).rev().find(fits) } else { edges(value).find(fits) };
    value[end.unwrap_or(0)..].to_owned()
}

/// `%pattern` takes the shortest end that fits away, `%%pattern` the longest.
fn without_end(value: &str, rest: &str) -> String {
    let (pattern, longest) = rest.strip_prefix('%').map_or((rest, false), |pattern| (pattern, true));
    let fits = |start: &usize| glob::matches(pattern, &value[*start..]);
    let start = if longest { edges(value).find(fits) } else { edges(value).rev().find(fits) };
    value[..start.unwrap_or(value.len())].to_owned()
}

/// Where characters begin, and the end. Values are short; of a long one only the beginning counts.
fn edges(value: &str) -> impl DoubleEndedIterator<Item = usize> {
    let edges: Vec<usize> =
        value.char_indices().map(|(at, _)| at).take(LONGEST).chain([value.len()]).collect();
    edges.into_iter()
}

/// `/from/to` replaces the first, `//from/to` all, `/#from/to` the start, `/%from/to` the end.
fn replaced(value: &str, rest: &str) -> Option<String> {
    let (mark, rest) = match rest.split_at_checked(1)? {
        (mark @ ("/" | "#" | "%"), rest) => (mark, rest),
        _ => ("", rest),
    };
    let slash = unescaped_slash(rest)?;
    let (from, to) = (rest[..slash].replace("\\/", "/"), rest[slash + 1..].replace("\\/", "/"));
    Some(match mark {
        "/" if from.is_empty() => value.to_owned(),
        "/" => value.replace(&from, &to),
        "#" => value.strip_prefix(&*from).map_or_else(|| value.to_owned(), |rest| format!("{to}{rest}")),
        "%" => value.strip_suffix(&*from).map_or_else(|| value.to_owned(), |rest| format!("{rest}{to}")),
        _ => value.replacen(&from, &to, 1),
    })
}

fn unescaped_slash(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| bytes[at] == b'/' && (at == 0 || bytes[at - 1] != b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Place;
    use crate::source::{FileKind, Sources};

    fn expanded(text: &str, variables: &[(&str, &str)]) -> String {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let at = |length: usize| Place::at(Span::new(file, 0, length as u32));
        let variables = variables
            .iter()
            .map(|(name, value)| (String::from(*name), Value::text_at(*value, at(value.len()))));
        let mut composed = Composed::default();
        expand(text, &at(text.len()).pieces(text.len()), &variables.collect(), &mut composed);
        let length: u32 = composed.pieces().iter().map(|piece| piece.length).sum();
        assert_eq!(length as usize, composed.text().len());
        composed.text().to_owned()
    }

    #[test]
    fn every_form_does_what_flux_does() {
        let cases = [
            ("${v}", "Home/web.tar.gz"),
            ("a-${v}-b", "a-Home/web.tar.gz-b"),
            ("${v^^}", "HOME/WEB.TAR.GZ"),
            ("${v,}", "home/web.tar.gz"),
            ("${w^}", "Web"),
            ("${v,,}", "home/web.tar.gz"),
            ("${#v}", "15"),
            ("${v:5}", "web.tar.gz"),
            ("${v:5:3}", "web"),
            ("${v#*.}", "tar.gz"),
            ("${v##*.}", "gz"),
            ("${v%.*}", "Home/web.tar"),
            ("${v%%.*}", "Home/web"),
            ("${v/e/x}", "Homx/web.tar.gz"),
            ("${v//e/x}", "Homx/wxb.tar.gz"),
            ("${v/\\//-}", "Home-web.tar.gz"),
            ("${v/#Home/x}", "x/web.tar.gz"),
            ("${v/%gz/x}", "Home/web.tar.x"),
            ("${w/#/x-}", "x-web"),
            ("${v:=x}", "Home/web.tar.gz"),
            ("${x:=y}", "y"),
            ("${x:-y}", "y"),
            ("${x-y}", "y"),
            ("${x=y}", "y"),
            ("${empty:=y}", "y"),
            ("${empty}", ""),
            ("${x:=}", ""),
            ("${x:=a-${w}}", "a-web"),
            ("$${v}", "${v}"),
            ("$${v} ${w}", "${v} web"),
        ];
        for (text, expected) in cases {
            let variables = [("v", "Home/web.tar.gz"), ("w", "web"), ("empty", "")];
            assert_eq!(expanded(text, &variables), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_variable_or_unknown_stays() {
        for text in ["$v", "${x}", "${x^^}", "${1}", "${a[0]}", "${v:?no}", "${v", "${}", "$", "${x:2}"] {
            assert_eq!(expanded(text, &[("v", "a")]), text);
        }
    }

    #[test]
    fn line_breaks_are_taken_out_of_values() {
        assert_eq!(expanded("${v}", &[("v", "a\nb\n")]), "ab");
    }
}
