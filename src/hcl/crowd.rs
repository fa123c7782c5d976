//! Finds objects with thousands of keys, before anybody reads them: `hcl-edit` compares every key with all before it.
//!
//! This looks at brackets, texts and comments only, without recursion.

/// How many keys may be compared in one text: those of one object with 6,000 keys, or of thousands with fifty. No people
/// write that much, and comparing takes a fraction of a second.
const MOST_COMPARED: usize = 20_000_000;

/// Whether the objects of the text have too many keys.
pub(super) fn is_crowded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let (mut at, mut compared) = (0, 0);
    // The last byte that is no space: a block begins behind a word or a text, an object does not.
    let mut before = b'\n';
    while at < bytes.len() {
        at = match open.last() {
            Some(Open::Text) => in_text(bytes, at, &mut open),
            Some(Open::Heredoc { word }) => in_heredoc(bytes, at, word, &mut open),
            _ => {
                if let (b'=' | b':', Some(Open::Object { keys })) = (bytes[at], open.last_mut()) {
                    compared += *keys;
                    *keys += 1;
                }
                in_code(bytes, at, &mut before, &mut open)
            }
        };
        if compared > MOST_COMPARED {
            return true;
        }
    }
    false
}

/// What is open at some place of the text.
enum Open<'a> {
    /// `{` of an object.
    Object { keys: usize },
    /// Any other bracket.
    Bracket,
    /// `"`
    Text,
    /// `<<word`
    Heredoc { word: &'a [u8] },
}

fn in_code<'a>(bytes: &'a [u8], at: usize, before: &mut u8, open: &mut Vec<Open<'a>>) -> usize {
    let last = std::mem::replace(before, bytes[at]);
    match bytes[at] {
        b' ' | b'\t' | b'\r' | b'\n' => *before = last,
        b'"' => open.push(Open::Text),
        b'#' => return line_end(bytes, at),
        b'/' if bytes[at..].starts_with(b"//") => return line_end(bytes, at),
        b'/' if bytes[at..].starts_with(b"/*") => return comment_end(bytes, at),
        b'<' if bytes[at..].starts_with(b"<<") => return heredoc(bytes, at, open),
        b'{' if is_word(last) || last == b'"' => open.push(Open::Bracket),
        b'{' => open.push(Open::Object { keys: 0 }),
        b'[' | b'(' => open.push(Open::Bracket),
        b'}' | b']' | b')' => drop(open.pop()),
        _ => {}
    }
    at + 1
}

fn in_text(bytes: &[u8], at: usize, open: &mut Vec<Open<'_>>) -> usize {
    match bytes[at] {
        b'\\' => at + 2,
        b'"' => {
            open.pop();
            at + 1
        }
        _ => filled_in(bytes, at, open),
    }
}

fn in_heredoc(bytes: &[u8], at: usize, word: &[u8], open: &mut Vec<Open<'_>>) -> usize {
    if bytes[at - 1] == b'\n' {
        let spaces = bytes[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let end = at + spaces + word.len();
        if bytes[at + spaces..].starts_with(word) && !bytes.get(end).copied().is_some_and(is_word) {
            open.pop();
            return end;
        }
        if spaces > 0 {
            return at + spaces;
        }
    }
    filled_in(bytes, at, open)
}

/// `${` and `%{` begin an expression, unless they are doubled.
fn filled_in(bytes: &[u8], at: usize, open: &mut Vec<Open<'_>>) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"$${") || rest.starts_with(b"%%{") {
        return at + 3;
    }
    if rest.starts_with(b"${") || rest.starts_with(b"%{") {
        open.push(Open::Bracket);
        return at + 2;
    }
    at + 1
}

fn heredoc<'a>(bytes: &'a [u8], at: usize, open: &mut Vec<Open<'a>>) -> usize {
    let start = at + 2 + usize::from(bytes.get(at + 2) == Some(&b'-'));
    let length = bytes[start.min(bytes.len())..].iter().take_while(|&&byte| is_word(byte)).count();
    if length == 0 {
        return at + 2;
    }
    open.push(Open::Heredoc { word: &bytes[start..start + length] });
    line_end(bytes, start) + 1
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end)
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(bytes.len(), |end| at + 2 + end + 2)
}

/// Words may hold letters of any language.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize) -> String {
        (0..count).map(|i| format!("k{i} = 1\n")).collect::<Vec<_>>().concat()
    }

    #[test]
    fn only_objects_with_thousands_of_keys_are_too_many() {
        let object = |count| format!("a = {{\n{}}}\n", keys(count));
        assert!(is_crowded(&object(6_400)));
        assert!(!is_crowded(&object(6_000)));
        assert!(is_crowded(&object(2_000).repeat(11)));
        assert!(!is_crowded(&object(50).repeat(5_000)));
        assert!(is_crowded(&format!("a {{\n b = [{{\n{}}}]\n}}\n", keys(6_400))));
    }

    #[test]
    fn blocks_and_files_may_have_any_number_of_attributes() {
        assert!(!is_crowded(&keys(10_000)));
        assert!(!is_crowded(&format!("a \"b\" {{\n{}}}\n", keys(10_000))));
    }

    #[test]
    fn brackets_in_texts_and_comments_are_none() {
        for text in [
            "\"}\"",
            "\"\\\"}\"",
            "\"${\"}\"}}\"",
            "1 # }",
            "1 // }",
            "1 /* } */",
            "<<X\n}\n  X\n",
            "<<-X\n${\"}\"} }\nXy\nX",
        ] {
            assert!(is_crowded(&format!("a = {{\nb = {text}\n{}}}\n", keys(6_400))), "{text}");
        }
    }
}
