//! One finding, or one problem: a headline, the places, then what else is to say about it.

use super::Page;
use super::excerpt::Place;
use super::snippet;
use super::wrap::{counted, wrap};
use crate::finding::{Confidence, Finding, ObjectId, Severity};
use crate::problem::{self, Problem};
use crate::report::visible::visible;
use unicode_width::UnicodeWidthStr as _;

/// A finding, ended by a line break.
pub(super) fn render(page: &Page, finding: &Finding) -> String {
    let severity = finding.severity;
    let kind = format!("{}[{}]", severity.as_str(), visible(finding.rule.as_str()));
    let mut text = headline(page, severity, &kind, &finding.message);
    text.push_str(&snippet::draw(page, severity, &places(finding, page.places)));
    if let Some(rest) = more_places(finding, page.places) {
        text.push_str(&format!("   {}\n", page.palette.faint(&rest)));
    }
    if let Some(object) = &finding.object {
        text.push_str(&note(page, "object", &object_name(object)));
    }
    if !finding.builds.is_empty() {
        text.push_str(&note(page, "builds", &builds(&finding.builds, page.places)));
    }
    if finding.confidence != Confidence::High {
        text.push_str(&note(page, "confidence", confidence(finding.confidence)));
    }
    text + &note(page, "help", &finding.help)
}

/// A problem, ended by a line break.
pub(super) fn render_problem(page: &Page, problem: &Problem) -> String {
    let mut text = headline(page, Severity::Error, "problem", &problem.message);
    match &problem.place {
        problem::Place::Path(path) => text.push_str(&note(page, "at", path)),
        problem::Place::Span(span) => {
            let place = Place { span: *span, message: "", primary: true };
            text.push_str(&snippet::draw(page, Severity::Error, &[place]));
        }
    }
    text
}

/// `error[rule]: message`, broken into lines that fit.
fn headline(page: &Page, severity: Severity, kind: &str, message: &str) -> String {
    let first = page.width.saturating_sub(kind.width() + 2).max(20);
    let lines = wrap(&visible(message), first, page.width - 2);
    let lines: Vec<String> = lines.iter().map(|line| page.palette.strong(line)).collect();
    let kind = page.palette.severity(severity, kind);
    format!("{kind}: {}\n", lines.join("\n  "))
}

/// The places that are shown: the finding's own, then as many of the others as there is room for.
fn places(finding: &Finding, limit: usize) -> Vec<Place<'_>> {
    let own = Place { span: finding.span, message: "", primary: true };
    let others = finding.related.iter().map(|label| Place {
        span: label.span,
        message: &label.message,
        primary: false,
    });
    std::iter::once(own).chain(others).take(limit).collect()
}

fn more_places(finding: &Finding, limit: usize) -> Option<String> {
    let hidden = finding.related.get(limit.saturating_sub(1)..).filter(|hidden| !hidden.is_empty())?;
    let mut files: Vec<_> = hidden.iter().map(|label| label.span.file).collect();
    files.sort_unstable();
    files.dedup();
    let (places, files) = (counted(hidden.len(), "more place"), counted(files.len(), "file"));
    Some(format!("… and {places} in {files} (--all shows them)"))
}

/// `Deployment prod/web (apps/v1)`.
fn object_name(object: &ObjectId) -> String {
    let namespace = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} {namespace}{} ({})", object.kind, object.name, object.api_version)
}

fn builds(builds: &[String], limit: usize) -> String {
    let shown = builds.len().min(limit);
    let rest = builds.len() - shown;
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    builds[..shown].join(", ") + &more
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low: a hint, look for yourself",
        Confidence::Medium => "medium: usually true",
        Confidence::High => "high",
    }
}

/// A line that opens with a word, such as `help`; nothing where there is nothing to say.
fn note(page: &Page, key: &str, text: &str) -> String {
    let room = page.width.saturating_sub(key.len() + 5).max(20);
    // Line breaks are kept: help may have several lines, and each is indented below the key.
    let lines: Vec<String> = text.lines().flat_map(|line| wrap(&visible(line), room, room)).collect();
    if lines.is_empty() {
        return String::new();
    }
    let indent = format!("\n{}", " ".repeat(key.len() + 5));
    format!("   {} {}\n", page.palette.key(&format!("{key}:")), lines.join(&indent))
}
