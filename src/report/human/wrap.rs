//! Prose broken at blanks.

use unicode_width::UnicodeWidthStr as _;

/// Lines of at most `first` columns, then `rest` columns. A longer word stands alone. Line breaks are kept.
pub(super) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        wrap_paragraph(paragraph, first, rest, &mut lines);
    }
    lines
}

fn wrap_paragraph(paragraph: &str, first: usize, rest: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in paragraph.split(' ') {
        let room = if lines.is_empty() { first } else { rest };
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_long_words_stand_alone() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("a incomprehensibilities b", 5, 5), ["a", "incomprehensibilities", "b"]);
        assert_eq!(wrap("クラスター 名前", 12, 12), ["クラスター", "名前"]);
        assert_eq!(wrap("one\ntwo", 80, 80), ["one", "two"]);
    }

    #[test]
    fn nothing_is_no_line() {
        assert!(wrap("", 80, 80).is_empty());
    }
}
