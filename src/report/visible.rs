//! Text from the input made harmless for a terminal.
//!
//! A file, a path or a name may hold control characters that move the cursor, set the window's title or turn
//! the direction of writing. None of them reaches the terminal: each is shown as a character that stands for it.

use std::borrow::Cow;

/// The text with a visible stand-in for each character that could act on a terminal, line breaks and tabs included.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_active) { text.chars().map(stand_in).collect() } else { Cow::Borrowed(text) }
}

/// The character itself, or what is shown in its place. One character for one, so that columns still agree.
pub fn stand_in(character: char) -> char {
    match character {
        // The block "Control Pictures" has a picture for each of these, in the same order.
        '\0'..='\x1f' => char::from_u32(0x2400 + character as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        _ if is_active(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Whether a terminal does something else with this character than to print it.
pub fn is_active(character: char) -> bool {
    // C0, DEL and C1; U+009B alone begins an escape sequence on some terminals.
    let controls = matches!(character, '\0'..='\x1f' | '\x7f'..='\u{9f}');
    // Marks that turn the direction of writing: the text would read differently from what it says (CVE-2021-42574).
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let separates_lines = matches!(character, '\u{2028}' | '\u{2029}');
    controls || turns || separates_lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed() {
        assert!(matches!(visible("クラスター 🚀 prod"), Cow::Borrowed(_)));
    }

    #[test]
    fn active_characters_have_stand_ins() {
        assert_eq!(visible("a\x1b[31mb\x7f\r\n\t"), "a␛[31mb␡␍␊␉");
        assert_eq!(visible("\u{9b}31m \u{202e}x\u{2069} \u{2028}"), "\u{fffd}31m \u{fffd}x\u{fffd} \u{fffd}");
    }

    #[test]
    fn a_stand_in_is_never_active() {
        let all = (0..=0x2_ffff).filter_map(char::from_u32);
        assert!(all.map(stand_in).all(|character| !is_active(character)));
    }
}
