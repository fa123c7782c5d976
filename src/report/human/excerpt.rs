//! The few lines of a file that a report shows: narrow enough to print and harmless for a terminal.
//!
//! An excerpt is a text of its own with its own offsets, so that whoever draws it needs to know nothing about
//! secrets, long lines, control characters, tabs, CRLF or places that do not fit the file.

use crate::report::secrets::Secrets;
use crate::report::visible::{stand_in, visible};
use crate::source::{Position, Source, Span};
use std::ops::Range;
use unicode_width::UnicodeWidthChar as _;

/// A place to show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) span: Span,
    /// Why it is shown.
    pub(super) message: &'a str,
    /// The place of the finding itself.
    pub(super) primary: bool,
}

/// Successive lines of one file, with the places in them.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The lines, each ended by a line feed.
    pub(super) text: String,
    /// Number of the first line, from 1.
    pub(super) first_line: u32,
    /// Number of the last line.
    pub(super) last_line: u32,
    /// In the order of their places; no two overlap.
    pub(super) marks: Vec<Mark>,
}

/// A place in an excerpt.
#[derive(Debug)]
pub(super) struct Mark {
    /// Bytes of the excerpt's text.
    pub(super) range: Range<usize>,
    /// Columns of the screen, from 0.
    pub(super) columns: Range<usize>,
    /// Where it is in the file.
    pub(super) position: Position,
    /// May be empty.
    pub(super) message: String,
    pub(super) primary: bool,
}

/// The excerpts that show all the places: the one with the finding's own place, then the others in the order of the
/// lines. Each line takes at most `width` columns.
pub(super) fn excerpts(source: &Source, secrets: &Secrets, places: &[Place], width: usize) -> Vec<Excerpt> {
    let mut chunks: Vec<Vec<Cut>> = Vec::new();
    for cut in cuts(source, places) {
        match chunks.last_mut() {
            Some(chunk) if continues(source, chunk, &cut, width) => chunk.push(cut),
            _ => chunks.push(vec![cut]),
        }
    }
    chunks.sort_by_key(|chunk| !chunk.iter().any(|cut| cut.primary));
    chunks.iter().map(|chunk| draw(source, secrets, chunk, width)).collect()
}

/// A place cut down to its first line: of a label over a thousand lines, the first is the one to show.
struct Cut {
    line: u32,
    /// Bytes of the file, inside the line.
    range: Range<u32>,
    message: String,
    primary: bool,
}

/// Sorted, without overlaps: of two places that overlap, the first ends where the second begins.
fn cuts(source: &Source, places: &[Place]) -> Vec<Cut> {
    let mut sorted: Vec<Cut> = places.iter().map(|place| cut(source, place)).collect();
    sorted.sort_by_key(|cut| (cut.range.start, cut.range.end));
    let mut apart: Vec<Cut> = Vec::with_capacity(sorted.len());
    for next in sorted {
        match apart.last_mut() {
            Some(last) if last.range.start == next.range.start => merge(last, &next),
            Some(last) => {
                last.range.end = last.range.end.min(next.range.start);
                apart.push(next);
            }
            None => apart.push(next),
        }
    }
    apart
}

fn cut(source: &Source, place: &Place) -> Cut {
    let start = source.clamp(place.span.start);
    let line = source.line(start);
    let end_of_line = source.line_span(line).map_or(start, |line| line.end);
    let start = start.min(end_of_line);
    let end = source.clamp(place.span.end).clamp(start, end_of_line);
    Cut { line, range: start..end, message: visible(place.message).into_owned(), primary: place.primary }
}

/// Two places that begin together are one, with both messages.
fn merge(into: &mut Cut, other: &Cut) {
    into.range.end = into.range.end.max(other.range.end);
    into.primary |= other.primary;
    if into.message == other.message {
        return;
    }
    if !into.message.is_empty() && !other.message.is_empty() {
        into.message.push('\n');
    }
    into.message.push_str(&other.message);
}

/// Whether a place belongs into the excerpt begun: the lines around both touch, and on one line both fit the width.
fn continues(source: &Source, chunk: &[Cut], next: &Cut, width: usize) -> bool {
    let Some(last) = chunk.last() else { return false };
    if next.line > last.line {
        return next.line - last.line <= 3;
    }
    let first = chunk.iter().find(|cut| cut.line == next.line).unwrap_or(last);
    let both = source.slice(Span::new(source.id(), first.range.start, next.range.end));
    columns_within(both, width.saturating_sub(2)).is_some()
}

/// Writes the lines from one above the first place to one below the last.
fn draw(source: &Source, secrets: &Secrets, chunk: &[Cut], width: usize) -> Excerpt {
    let first_line = chunk.first().map_or(1, |cut| cut.line.saturating_sub(1).max(1));
    let last_line = chunk.last().map_or(1, |cut| cut.line + 1).min(last_line_to_show(source, chunk));
    let mut excerpt = Excerpt { text: String::new(), first_line, last_line, marks: Vec::new() };
    for line in first_line..=last_line {
        let Some(span) = source.line_span(line) else { continue };
        let cuts: Vec<&Cut> = chunk.iter().filter(|cut| cut.line == line).collect();
        let line = Line::new(source, secrets, span, &cuts);
        draw_line(&line, width, &mut excerpt);
    }
    excerpt
}

/// After the last line break there is one more line, which nobody sees unless something is said about it.
fn last_line_to_show(source: &Source, chunk: &[Cut]) -> u32 {
    let count = source.line_count();
    let is_marked = chunk.iter().any(|cut| cut.line == count);
    if source.text().ends_with('\n') && !is_marked { count - 1 } else { count }
}

/// A line, or as much of a very long one as may be shown, without its secrets.
struct Line<'a> {
    text: String,
    /// Whether more of the line stands before the text, and behind it.
    goes_on: (bool, bool),
    /// The places in it, each with its bytes of the text and its position in the file.
    cuts: Vec<(&'a Cut, Range<usize>, Position)>,
}

impl<'a> Line<'a> {
    fn new(source: &Source, secrets: &Secrets, line: Span, cuts: &[&'a Cut]) -> Self {
        let near = near(source, line, cuts);
        let shown = secrets.shown(source, near);
        let inside = |offset: u32| (offset.clamp(near.start, near.end) - near.start) as usize;
        let place = |cut: &&'a Cut| {
            let range = shown.place(&(inside(cut.range.start)..inside(cut.range.end)));
            (*cut, range, source.position(cut.range.start))
        };
        let cuts = cuts.iter().map(place).collect();
        Self { goes_on: (near.start > line.start, near.end < line.end), cuts, text: shown.text }
    }
}

/// Some files are one line of a megabyte, and a hundred findings in them need not copy it a hundred times.
fn near(source: &Source, line: Span, cuts: &[&Cut]) -> Span {
    const NEAR: u32 = 8192;
    let start = cuts.first().map_or(line.start, |cut| cut.range.start);
    let start = source.clamp(start.saturating_sub(NEAR).max(line.start));
    let end = source.clamp(start.saturating_add(3 * NEAR).min(line.end));
    Span::new(source.id(), start, end)
}

fn draw_line(line: &Line, width: usize, excerpt: &mut Excerpt) {
    let text = line.text.as_str();
    let marked = match (line.cuts.first(), line.cuts.last()) {
        (Some((_, first, _)), Some((_, last, _))) => first.start..last.end,
        _ => 0..0,
    };
    let window = window(line, &marked, width);
    let mut pen = Pen { text: &mut excerpt.text, column: 0 };
    if window.start > 0 || line.goes_on.0 {
        pen.write("…");
    }
    let mut done = window.start;
    for (cut, range, position) in &line.cuts {
        let start = range.start.clamp(done, window.end);
        let end = range.end.clamp(start, window.end);
        pen.write(&text[done..start]);
        let (begin, left) = (pen.text.len(), pen.column);
        pen.write(&text[start..end]);
        done = end;
        excerpt.marks.push(Mark {
            range: begin..pen.text.len(),
            columns: left..pen.column,
            position: *position,
            message: cut.message.clone(),
            primary: cut.primary,
        });
    }
    pen.write(&text[done..window.end]);
    if window.end < text.len() || line.goes_on.1 {
        pen.write("…");
    }
    excerpt.text.push('\n');
}

/// Writes text as a terminal can show it, and counts columns.
struct Pen<'a> {
    text: &'a mut String,
    column: usize,
}

impl Pen<'_> {
    fn write(&mut self, raw: &str) {
        for character in raw.chars() {
            let columns = columns(character, self.column);
            if character == '\t' {
                self.text.extend(std::iter::repeat_n(' ', columns));
            } else {
                self.text.push(stand_in(character));
            }
            self.column += columns;
        }
    }
}

const TAB_WIDTH: usize = 4;

fn columns(character: char, at: usize) -> usize {
    if character == '\t' { TAB_WIDTH - at % TAB_WIDTH } else { stand_in(character).width().unwrap_or(1) }
}

/// The part of a line that is shown: all of it, or as much as fits around what is marked.
/// Never looks at more of the line than it shows.
fn window(line: &Line, marked: &Range<usize>, width: usize) -> Range<usize> {
    let (is_whole, line) = (line.goes_on == (false, false), line.text.as_str());
    if is_whole && columns_within(line, width).is_some() {
        return 0..line.len();
    }
    // One column for the ellipsis on either side.
    let room = width.saturating_sub(2);
    if columns_within(&line[..marked.end], room).is_some() {
        return 0..reach(line.chars(), room);
    }
    let taken = columns_within(&line[marked.clone()], room).unwrap_or(room);
    let before = reach(line[..marked.start].chars().rev(), (room - taken) / 2);
    let start = marked.start - before;
    start..start + reach(line[start..].chars(), room)
}

/// No character has more than four bytes, and few have more than one accent.
const BYTES_PER_COLUMN: usize = 8;

/// How many columns a text takes, unless it is more than `room`.
fn columns_within(text: &str, room: usize) -> Option<usize> {
    if text.len() > room * BYTES_PER_COLUMN {
        return None;
    }
    let taken = text.chars().fold(0, |column, character| column + columns(character, column));
    (taken <= room).then_some(taken)
}

/// How many bytes of these characters fit into the room. Accents without a width of their own take some as well,
/// or a line of nothing else would have no end.
fn reach(characters: impl Iterator<Item = char>, room: usize) -> usize {
    let (mut column, mut bytes) = (0, 0);
    let fits = |character: &char| {
        column += columns(*character, column);
        bytes += character.len_utf8();
        column <= room && bytes <= room * BYTES_PER_COLUMN
    };
    characters.take_while(fits).map(char::len_utf8).sum()
}
