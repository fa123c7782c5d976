//! What stands near a place in a text. A text may be one line of megabytes with a name at every word: whoever looked
//! for the beginning of the line at each of them would never come to an end.

/// More bytes than this say nothing about a name any more.
const REACH: usize = 2000;

/// The text before a place, as far as it matters.
pub(crate) fn text_before(text: &str, at: usize) -> &str {
    &text[start(text, at)..at]
}

/// The text behind a place, as far as it matters.
pub(crate) fn text_after(text: &str, at: usize) -> &str {
    let reach = (at + REACH).min(text.len());
    let end = (at..=reach).rev().find(|end| text.is_char_boundary(*end));
    &text[at..end.unwrap_or(at)]
}

/// Where the text before a place begins to matter.
pub(crate) fn start(text: &str, at: usize) -> usize {
    let reach = at.saturating_sub(REACH);
    (reach..=at).find(|start| text.is_char_boundary(*start)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stay_whole() {
        let text = "é".repeat(3000);
        assert_eq!(text_before(&text, 5000).len(), REACH);
        assert_eq!(text_before(&format!("a{text}"), 5001).len(), REACH);
        assert_eq!(text_after(&format!("{text}a"), 1000).len(), REACH);
        assert_eq!((text_before("ab", 1), text_after("ab", 1)), ("a", "b"));
    }
}
