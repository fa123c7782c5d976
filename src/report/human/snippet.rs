//! Draws excerpts with miette. The only file that knows miette's protocol.

use super::Page;
use super::excerpt::{Excerpt, Mark, Place, excerpts};
use super::wrap::wrap;
use crate::finding::Severity;
use crate::report::visible::visible;
use crate::source::{FileId, Source};
use miette::{
    Diagnostic, GraphicalReportHandler, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use std::fmt;

/// Draws all the places: first those in the file of the first place, then one file after another.
pub(super) fn draw(page: &Page, severity: Severity, places: &[Place]) -> String {
    let files = files(places);
    // The frame around a line takes six columns and the line number's digits.
    let width = page.width.saturating_sub(6 + widest_number(page, places)).max(20);
    let mut drawn = Vec::new();
    for file in files {
        let source = page.report.sources.get(file);
        let here: Vec<Place> = places.iter().filter(|place| place.span.file == file).copied().collect();
        drawn.extend(
            excerpts(source, &page.report.secrets, &here, width).into_iter().map(|excerpt| (source, excerpt)),
        );
    }
    let digits = drawn.iter().map(|(_, excerpt)| digits(excerpt.last_line)).max().unwrap_or_default();
    let mut text = String::new();
    for (source, excerpt) in drawn {
        // Frames of one finding stand below each other, however many digits their line numbers have.
        let indent = " ".repeat(digits - self::digits(excerpt.last_line));
        for line in draw_excerpt(page, severity, source, excerpt).lines() {
            text.push_str(&indent);
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// The files in the order in which they occur.
fn files(places: &[Place]) -> Vec<FileId> {
    let mut files = Vec::new();
    for place in places {
        if !files.contains(&place.span.file) {
            files.push(place.span.file);
        }
    }
    files
}

fn widest_number(page: &Page, places: &[Place]) -> usize {
    let last = |place: &Place| page.report.sources.get(place.span.file).line(place.span.start) + 1;
    digits(places.iter().map(last).max().unwrap_or_default())
}

fn digits(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn draw_excerpt(page: &Page, severity: Severity, source: &Source, excerpt: Excerpt) -> String {
    let primary: Vec<bool> = excerpt.marks.iter().map(|mark| mark.primary).collect();
    let handler = GraphicalReportHandler::new_themed(page.palette.theme(severity, &primary))
        .without_cause_chain()
        .without_syntax_highlighting()
        .with_width(page.width);
    let snippet = Snippet { name: visible(source.path()).into_owned(), excerpt, width: page.width };
    let mut text = String::new();
    // Writing to a String cannot fail, and the places fit the excerpt by construction.
    let _ = handler.render_report(&mut text, &snippet);
    // miette begins with a line for the message. Ours stands above all the frames, so here it is empty.
    text.split_once('\n').map_or(String::new(), |(_, frame)| frame.to_owned())
}

/// An excerpt in the words of miette: a diagnostic without a message that is its own source.
#[derive(Debug)]
struct Snippet {
    name: String,
    excerpt: Excerpt,
    width: usize,
}

impl Snippet {
    fn label(&self, mark: &Mark) -> LabeledSpan {
        // Left of the label are the frame and an arrow from the middle of what is marked: eight columns and digits.
        let middle = usize::midpoint(mark.columns.start, mark.columns.end);
        let room = self.width.saturating_sub(middle + digits(self.excerpt.last_line) + 8).max(12);
        let lines = wrap(&mark.message, room, room);
        let text = (!lines.is_empty()).then(|| lines.join("\n"));
        let span = (mark.range.start, mark.range.len());
        if mark.primary {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.marks.iter().map(|mark| self.label(mark))))
    }
}

impl SourceCode for Snippet {
    /// miette asks twice: with lines around it for what to draw, and without for the line and column in the title.
    /// To the first the answer is the whole excerpt, to the second the place in the file, counted in characters.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let mark = self.excerpt.marks.iter().find(|mark| mark.range.start == span.offset());
        let (line, column) = match mark {
            Some(mark) if before + after == 0 => (mark.position.line, mark.position.column),
            _ => (self.excerpt.first_line, 1),
        };
        let whole = SourceSpan::from((0, self.excerpt.text.len()));
        let lines = (self.excerpt.last_line + 1 - self.excerpt.first_line) as usize;
        let (line, column) = (line as usize - 1, column as usize - 1);
        let (name, data) = (self.name.clone(), self.excerpt.text.as_bytes());
        Ok(Box::new(MietteSpanContents::new_named(name, data, whole, line, column, lines)))
    }
}
