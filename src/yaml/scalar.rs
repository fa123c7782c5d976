//! From the characters of a scalar to its text: unfold lines, decode escapes, take indentation away.
//!
//! The scanner has seen that the characters make sense. Under a masked template action anything can stand, so nothing
//! here relies on it: what makes no sense stays as it is written.

use super::tree::{RawNode, Style};
use memchr::memchr2;

/// The text of a scalar that is not simply its characters.
pub(super) fn cook(text: &str, node: RawNode) -> String {
    let written = text
        .get(node.start as usize..node.end as usize)
        .unwrap_or_default();
    match node.style {
        Style::SingleQuoted => fold(inside(written)).replace("''", "'"),
        Style::DoubleQuoted => decode(inside(written)),
        Style::Literal => block(text, node, keep_lines),
        Style::Folded => block(text, node, fold_lines),
        Style::Plain | Style::Block | Style::Flow => fold(written),
    }
}

/// What stands between two quotes.
pub(super) fn inside(quoted: &str) -> &str {
    quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default()
}

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomp {
    /// One stays.
    Clip,
    /// None stays.
    Strip,
    /// All stay.
    Keep,
}

/// Indentation and chomping of a block scalar in the one number that a node has room for.
pub(super) fn pack(indentation: usize, chomp: Chomp) -> u32 {
    let chomp = match chomp {
        Chomp::Clip => 0,
        Chomp::Strip => 1,
        Chomp::Keep => 2,
    };
    ((indentation as u32) << 2) | chomp
}

fn unpack(packed: u32) -> (usize, Chomp) {
    let chomp = match packed & 3 {
        0 => Chomp::Clip,
        1 => Chomp::Strip,
        _ => Chomp::Keep,
    };
    ((packed >> 2) as usize, chomp)
}

/// A line of a block scalar in the text it was read from, indentation and line break left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The lines of a block scalar, from its first to the last that has text.
pub(super) fn block_lines(text: &str, node: RawNode) -> Vec<Line> {
    let (indentation, _) = unpack(node.x);
    let end = (node.end as usize).min(text.len());
    let mut lines = Vec::new();
    let mut at = next_line(text, node.start as usize);
    while at < end {
        let stop = line_end(text, at).min(end);
        let spaces = text.as_bytes()[at..stop]
            .iter()
            .take(indentation)
            .take_while(|&&byte| byte == b' ')
            .count();
        lines.push(Line {
            start: at + spaces,
            end: stop,
        });
        at = next_line(text, at);
    }
    lines
}

fn block(text: &str, node: RawNode, join: fn(&[&str]) -> String) -> String {
    let (indentation, chomp) = unpack(node.x);
    let lines = block_lines(text, node);
    let parts: Vec<_> = lines
        .iter()
        .filter_map(|line| text.get(line.start..line.end))
        .collect();
    let mut cooked = join(&parts);
    let end = lines
        .last()
        .map_or(next_line(text, node.start as usize), |line| line.end);
    let breaks = trailing_breaks(text, end, indentation, lines.is_empty());
    let kept = match chomp {
        Chomp::Strip => 0,
        Chomp::Clip if lines.is_empty() => 0,
        Chomp::Clip => breaks.min(1),
        Chomp::Keep => breaks,
    };
    cooked.extend(std::iter::repeat_n('\n', kept));
    cooked
}

/// How many line breaks follow the last text of a block scalar. `at` is the end of that line, or the beginning of an
/// empty one.
fn trailing_breaks(text: &str, at: usize, indentation: usize, at_line_start: bool) -> usize {
    let bytes = text.as_bytes();
    let mut breaks = 0;
    let mut line = at;
    if !at_line_start {
        if line >= bytes.len() {
            return 0;
        }
        breaks = 1;
        line = next_line(text, line);
    }
    loop {
        let rest = bytes.get(line..).unwrap_or_default();
        let limit = if indentation == 0 {
            rest.len()
        } else {
            indentation
        };
        let spaces = rest
            .iter()
            .take(limit)
            .take_while(|&&byte| byte == b' ')
            .count();
        if !matches!(rest.get(spaces), Some(b'\n' | b'\r')) {
            return breaks;
        }
        breaks += 1;
        line = next_line(text, line + spaces);
    }
}

fn keep_lines(lines: &[&str]) -> String {
    lines.join("\n")
}

/// Lines become words, unless one of two neighbours is indented further.
fn fold_lines(lines: &[&str]) -> String {
    let mut folded = String::new();
    let mut empty = 0;
    let mut previous: Option<&str> = None;
    for &line in lines {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        let kept = match previous {
            Some(previous) if is_indented(previous) || is_indented(line) => empty + 1,
            Some(_) if empty == 0 => {
                folded.push(' ');
                0
            }
            _ => empty,
        };
        folded.extend(std::iter::repeat_n('\n', kept));
        folded.push_str(line);
        empty = 0;
        previous = Some(line);
    }
    folded
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// Folds a plain or quoted scalar: a line break becomes a space, `n` of them `n - 1` line breaks.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut lines = lines(text).peekable();
    if let Some(first) = lines.next() {
        folded.push_str(if lines.peek().is_some() {
            first.trim_end_matches([' ', '\t'])
        } else {
            first
        });
    }
    let mut breaks = 0;
    while let Some(line) = lines.next() {
        breaks += 1;
        let mut line = line.trim_start_matches([' ', '\t']);
        let is_last = lines.peek().is_none();
        if !is_last {
            line = line.trim_end_matches([' ', '\t']);
            if line.is_empty() {
                continue;
            }
        }
        push_breaks(&mut folded, breaks);
        breaks = 0;
        folded.push_str(line);
    }
    folded
}

fn push_breaks(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    }
    text.extend(std::iter::repeat_n('\n', breaks.saturating_sub(1)));
}

/// Unfolds and unescapes what stands between double quotes.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    // Blanks before a line break are dropped, but not those an escape has put there.
    let mut kept = 0;
    let mut rest = text;
    while let Some(offset) = rest.find(['\\', '\n', '\r']) {
        decoded.push_str(&rest[..offset]);
        rest = &rest[offset..];
        if rest.starts_with('\\') {
            rest = unescape(rest, &mut decoded);
        } else {
            let trimmed = decoded[kept..].trim_end_matches([' ', '\t']).len();
            decoded.truncate(kept + trimmed);
            let (breaks, after) = pass_breaks(rest);
            push_breaks(&mut decoded, breaks);
            rest = after;
        }
        kept = decoded.len();
    }
    decoded.push_str(rest);
    decoded
}

/// Decodes the escape sequence at the beginning and returns what follows it.
fn unescape<'a>(text: &'a str, decoded: &mut String) -> &'a str {
    let mut characters = text[1..].chars();
    let Some(kind) = characters.next() else {
        decoded.push('\\');
        return "";
    };
    let after = characters.as_str();
    match kind {
        'x' => return hexadecimal(text, after, 2, decoded),
        'u' => return hexadecimal(text, after, 4, decoded),
        'U' => return hexadecimal(text, after, 8, decoded),
        '\n' | '\r' => {
            let (breaks, after) = pass_breaks(&text[1..]);
            decoded.extend(std::iter::repeat_n('\n', breaks.saturating_sub(1)));
            return after;
        }
        _ => {}
    }
    match escaped(kind) {
        Some(character) => decoded.push(character),
        None => decoded.extend(['\\', kind]),
    }
    after
}

fn escaped(kind: char) -> Option<char> {
    let character = match kind {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' | '\'' => kind,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    };
    Some(character)
}

fn hexadecimal<'a>(text: &'a str, after: &'a str, digits: usize, decoded: &mut String) -> &'a str {
    let Some(value) = code_unit(after, digits) else {
        decoded.push('\\');
        return &text[1..];
    };
    let rest = &after[digits..];
    if (0xD800..0xDC00).contains(&value)
        && let Some(low) = rest.strip_prefix("\\u").and_then(|rest| code_unit(rest, 4))
        && (0xDC00..0xE000).contains(&low)
    {
        let value = 0x1_0000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        decoded.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
        return &rest[6..];
    }
    decoded.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

fn code_unit(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if all {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Passes line breaks and the blanks around them; counts the breaks.
fn pass_breaks(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let passed = &text[..text.len() - rest.len()];
    (lines(passed).count() - 1, rest)
}

/// Lines without their breaks: `\n`, `\r\n` or `\r`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let end = line_end(text, start);
        at = (end < text.len()).then(|| next_line(text, start));
        Some(&text[start..end])
    })
}

fn line_end(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    memchr2(b'\n', b'\r', rest).map_or(text.len(), |offset| from + offset)
}

/// The beginning of the next line, or the end of the text.
fn next_line(text: &str, from: usize) -> usize {
    let end = line_end(text, from);
    match text.as_bytes().get(end..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        Some([_, ..]) => end + 1,
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_is_a_space_and_two_are_one() {
        assert_eq!(fold("a \n  b\n\n  c\r\n d"), "a b\nc d");
    }

    #[test]
    fn escapes_keep_the_blanks_they_write() {
        assert_eq!(decode(r#"a\t\x41é\u00e9😀\/\""#), "a\tAéé😀/\"");
        assert_eq!(decode("a\\  \n b \\\n  c"), "a  b c");
    }

    #[test]
    fn nonsense_stays_as_it_is_written() {
        assert_eq!(decode(r"\q \xZZ \u12 \"), r"\q \xZZ \u12 \");
        assert_eq!(decode("\\ud83d"), "\u{fffd}");
    }
}
