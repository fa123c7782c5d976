//! The message of a declarative rule: text with expressions in braces.

use super::program::{Fault, Lazy, Scope};

/// A message that waits for its values.
pub(super) struct Message(Vec<Piece>);

enum Piece {
    Text(String),
    /// An expression and the byte of the message at which it starts.
    Value(usize, Lazy),
}

/// A message with its values.
#[derive(Default)]
pub(super) struct Said {
    pub(super) text: String,
    /// Values that could not be had, which is no reason to lose the finding.
    pub(super) troubles: Vec<String>,
}

impl Message {
    /// Takes a message apart. `{{` and `}}` are literal braces.
    pub(super) fn parse(message: &str) -> Result<Self, Fault> {
        let (mut pieces, mut text, mut at) = (Vec::new(), String::new(), 0);
        while let Some(c) = message[at..].chars().next() {
            let rest = &message[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                text.push(c);
                at += 2;
            } else if c == '{' {
                let length = expression_length(&rest[1..]).ok_or_else(|| (at, UNCLOSED.to_owned()))?;
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Value(at + 1, Lazy::new(&rest[1..=length])));
                at += length + 2;
            } else {
                text.push(c);
                at += c.len_utf8();
            }
        }
        pieces.push(Piece::Text(text));
        Ok(Self(pieces))
    }

    pub(super) fn compile(&self) -> Result<(), Fault> {
        for piece in &self.0 {
            if let Piece::Value(start, expression) = piece {
                expression.compile().map_err(|(at, message)| (start + at, message))?;
            }
        }
        Ok(())
    }

    pub(super) fn with_values(&self, scope: &Scope<'_>) -> Said {
        let mut said = Said::default();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => said.text.push_str(text),
                Piece::Value(_, expression) => match expression.text(scope) {
                    Ok(text) => said.text.push_str(&text),
                    Err(trouble) => {
                        said.text.push('…');
                        said.troubles.push(trouble);
                    }
                },
            }
        }
        said
    }
}

const UNCLOSED: &str = "this brace is not closed; write `{{` for a brace";

/// Bytes up to the brace that closes an expression; braces inside it may be nested or quoted.
fn expression_length(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('{', None) => depth += 1,
            ('}', None) if depth == 0 => return Some(at),
            ('}', None) => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(message: &str) -> Vec<String> {
        let Message(pieces) = Message::parse(message).expect("a message");
        let shape = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(at, expression) => format!("<{at}:{}>", expression.source()),
        };
        pieces.iter().map(shape).filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn braces_hold_expressions() {
        assert_eq!(shape("a {self} b"), ["a ", "<3:self>", " b"]);
        assert_eq!(shape("{self}{key}"), ["<1:self>", "<7:key>"]);
        assert_eq!(shape("{{self}} }"), ["{self} }"]);
        assert_eq!(shape("{ {'a': '}'}.a }é"), ["<1: {'a': '}'}.a >", "é"]);
    }

    #[test]
    fn an_open_brace_is_a_fault() {
        assert_eq!(Message::parse("abc {self").err().map(|(at, _)| at), Some(4));
    }
}
