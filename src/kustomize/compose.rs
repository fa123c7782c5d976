//! Texts put together from parts of other texts, each part knowing where it is written.

use super::value::Value;
use crate::provenance::{Change, Piece, Place};
use crate::source::Span;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A text that grows piece by piece.
#[derive(Debug, Default)]
pub struct Composed {
    text: String,
    pieces: Vec<Piece>,
}

impl Composed {
    /// Adds the whole text of a scalar.
    pub fn push(&mut self, value: &Value) {
        self.push_part(value, 0..value.text().len());
    }

    /// Adds a part of the text of a scalar, given in bytes.
    pub fn push_part(&mut self, value: &Value, range: Range<usize>) {
        let text = value.text();
        let Some(part) = text.get(range.clone()).filter(|part| !part.is_empty()) else { return };
        self.text.push_str(part);
        for piece in cut(&pieces_of(value, &text), &range) {
            self.push_piece(piece);
        }
    }

    /// Adds a part of the text of a scalar whose pieces were looked up already.
    pub fn push_cut(&mut self, text: &str, pieces: &[Piece], range: Range<usize>) {
        let Some(part) = text.get(range.clone()).filter(|part| !part.is_empty()) else { return };
        self.text.push_str(part);
        for piece in cut(pieces, &range) {
            self.push_piece(piece);
        }
    }

    /// Adds a text that is written nowhere; it is due to what stands at this place.
    pub fn push_computed(&mut self, text: &str, span: Span) {
        self.text.push_str(text);
        self.push_piece(Piece { length: text.len() as u32, span, computed: true });
    }

    /// The text that was put together.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pieces of the text that was put together.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The scalar. `span` is what a reader edits, `changes` what happened until now.
    pub fn into_value(self, span: Span, changes: Vec<Change>) -> Value {
        let text: Arc<str> = self.text.into();
        Value::text_at(text, Place::composed(span, self.pieces, changes))
    }

    /// Parts that stand side by side in one text are one piece.
    fn push_piece(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last)
                if !last.computed
                    && !piece.computed
                    && last.span.file == piece.span.file
                    && last.span.end == piece.span.start =>
            {
                last.length += piece.length;
                last.span.end = piece.span.end;
            }
            _ => self.pieces.push(piece),
        }
    }
}

/// The pieces of a scalar; those that are not computed stand in their place letter by letter.
pub fn pieces_of(value: &Value, text: &str) -> Vec<Piece> {
    let length = text.len() as u32;
    let Some(node) = value.node() else {
        let mut pieces = value.place().pieces(text.len());
        pieces.iter_mut().for_each(without_quotes);
        return pieces;
    };
    let span = node.span_within(0..text.len());
    // A text that had to be unescaped or folded stands nowhere as it is.
    let is_verbatim = matches!(node.text(), Cow::Borrowed(_)) && span.end - span.start == length;
    vec![Piece { length, span, computed: !is_verbatim }]
}

/// The place of a scalar that was changed before may hold its quotes.
fn without_quotes(piece: &mut Piece) {
    let written = piece.span.end.saturating_sub(piece.span.start);
    if piece.computed || written == piece.length {
        return;
    }
    if written == piece.length + 2 {
        piece.span = Span::new(piece.span.file, piece.span.start + 1, piece.span.end - 1);
    } else {
        piece.computed = true;
    }
}

fn cut(pieces: &[Piece], range: &Range<usize>) -> Vec<Piece> {
    let (from, to) = (range.start as u32, range.end as u32);
    let mut at = 0;
    let mut parts = Vec::new();
    for piece in pieces {
        let (start, end) = (from.max(at), to.min(at + piece.length));
        if start < end {
            let span = piece.span;
            let part = Span::new(span.file, span.start + (start - at), span.start + (end - at));
            parts.push(Piece {
                length: end - start,
                span: if piece.computed { span } else { part },
                computed: piece.computed,
            });
        }
        at += piece.length;
    }
    parts
}
