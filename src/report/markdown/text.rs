//! Text from the input inside Markdown: it is shown as it is and does nothing.
//!
//! It may not become HTML, a table, a link, a heading, a mention that calls people, or a reference to an issue.

use crate::report::visible::visible;

/// Longer messages tell nothing more in a comment. Characters.
const LONGEST: usize = 500;

/// Stands in words that services make links of; it has no width and breaks no line.
const JOINER: char = '\u{2060}';

/// A message. What stands between backticks in it is code.
pub(super) fn prose(message: &str) -> String {
    let message = cut(&visible(message));
    let parts: Vec<&str> = message.split('`').collect();
    // An odd one would begin code that never ends.
    if parts.len().is_multiple_of(2) {
        return escaped(&message);
    }
    let is_code = |index: usize| index % 2 == 1;
    let part = |(index, part): (usize, &&str)| if is_code(index) { code(part) } else { escaped(part) };
    parts.iter().enumerate().map(part).collect()
}

/// A text as code, whatever is in it.
pub(super) fn code(text: &str) -> String {
    let text = cut(&visible(text));
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Of a blank at each end one is taken away; code of nothing is no code.
    let needs_blanks = text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    if needs_blanks { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What means something in the middle of a line.
const MARKS: &str = "\\`*_[]<>#!|~&@$^";

/// Some words are links even when their marks are escaped, because services look at what is shown.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() * 2);
    for (at, character) in text.char_indices() {
        if MARKS.contains(character) {
            safe.push('\\');
        }
        safe.push(character);
        if is_reference(&text[..at], character, &text[at + character.len_utf8()..]) {
            safe.push(JOINER);
        }
    }
    safe
}

/// `@team`, `#12`, `!12`, `GH-12`, `https://`, `www.`: what comes behind is told from it.
fn is_reference(before: &str, character: char, after: &str) -> bool {
    match character {
        '@' | '#' | '!' | '~' | '$' | '%' | '&' | '^' => after.starts_with(char::is_alphanumeric),
        ':' => after.starts_with("//") || ends_with(before, "mailto") || ends_with(before, "xmpp"),
        '.' => ends_with(before, "www"),
        '-' => ends_with(before, "gh"),
        _ => false,
    }
}

fn ends_with(text: &str, word: &str) -> bool {
    let end = text.len().checked_sub(word.len()).and_then(|start| text.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code() {
        let cases = [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("", "`  `"),
            (" a", "`  a `"),
            ("<b>@team|", "`<b>@team|`"),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn prose_does_nothing() {
        let cases = [
            ("`web` has no version", "`web` has no version"),
            ("a ` b", "a \\` b"),
            ("ask @team", "ask \\@\u{2060}team"),
            ("<b> [x](y)", "\\<b\\> \\[x\\](y)"),
            ("https://a.b and www.c.d", "https:\u{2060}//a.b and www.\u{2060}c.d"),
            ("日本www.", "日本www.\u{2060}"),
            ("日-1.", "日-1."),
            ("a & b, 5 % # GH-7", "a \\& b, 5 % \\# GH-\u{2060}7"),
            ("one\ntwo", "one␊two"),
        ];
        for (text, expected) in cases {
            assert_eq!(prose(text), expected);
        }
    }
}
