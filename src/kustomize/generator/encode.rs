//! Base64 as kustomize writes it into Secrets.

use crate::kustomize::value::Value;
use crate::provenance::Place;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A text, encoded. It is computed from what stands at the place of the text.
pub(super) fn encoded(value: &Value) -> Value {
    let text = wrapped(&STANDARD.encode(value.text().as_bytes()));
    let place = Place::computed(value.span(), text.len());
    Value::text_at(text, place)
}

/// The base64 of bytes, as kustomize writes it.
pub(super) fn in_lines(base64: &Value) -> Value {
    let text = wrapped(&base64.text());
    let place = Place::computed(base64.span(), text.len());
    Value::text_at(text, place)
}

/// Long texts stand in lines of this length, each with its end.
const LINE: usize = 70;

fn wrapped(text: &str) -> String {
    if text.len() <= LINE {
        return text.to_string();
    }
    let mut lines = String::with_capacity(text.len() + text.len() / LINE + 1);
    let mut rest = text;
    while !rest.is_empty() {
        // Base64 is ASCII, so every position is the border of a character.
        let (line, behind) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = behind;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_after_seventy_characters() {
        assert_eq!(wrapped(&"x".repeat(70)), "x".repeat(70));
        assert_eq!(wrapped(&"x".repeat(71)), format!("{}\nx\n", "x".repeat(70)));
        assert_eq!(wrapped(&"x".repeat(140)), format!("{0}\n{0}\n", "x".repeat(70)));
    }
}
