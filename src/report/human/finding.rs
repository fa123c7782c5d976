//! One finding, or one problem: a headline, the places, then what else is to say about it.

use super::Page;
use super::excerpt::Place;
use super::snippet;
use super::wrap::wrap;
use crate::finding::{Confidence, Finding, ObjectId, Severity};
use crate::problem::{self, Problem};
use crate::report::totals::counted;
use crate::report::visible::visible;
use crate::source::FileId;
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr as _;

/// A finding, ended by a line break.
pub(super) fn render(page: &Page, finding: &Finding) -> String {
    let severity = finding.severity;
    let kind = format!("{}[{}]", severity.as_str(), visible(finding.rule.as_str()));
    let object = finding.object.as_ref().map(object_name).unwrap_or_default();
    [
        headline(page, severity, &kind, &finding.message),
        snippet::draw(page, severity, &places(finding, page.places)),
        more_places(page, finding),
        note(page, "object", &object),
        note(page, "builds", &builds(&finding.builds, page.places)),
        note(page, "confidence", confidence(finding.confidence)),
        note(page, "help", &finding.help),
    ]
    .concat()
}

/// A problem, ended by a line break.
pub(super) fn render_problem(page: &Page, problem: &Problem) -> String {
    let headline = headline(page, Severity::Error, "problem", &problem.message);
    let place = match &problem.place {
        problem::Place::Path(path) => note(page, "at", path),
        problem::Place::Span(span) => {
            let place = Place { span: *span, message: "", primary: true };
            snippet::draw(page, Severity::Error, &[place])
        }
    };
    headline + &place
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

/// How many places are not shown; nothing where all are.
fn more_places(page: &Page, finding: &Finding) -> String {
    let hidden = finding.related.get(page.places.saturating_sub(1)..).unwrap_or_default();
    if hidden.is_empty() {
        return String::new();
    }
    let files: BTreeSet<FileId> = hidden.iter().map(|label| label.span.file).collect();
    let (places, files) = (counted(hidden.len(), "more place"), counted(files.len(), "file"));
    let rest = format!("… and {places} in {files} (--all shows them)");
    format!("   {}\n", page.palette.faint(&rest))
}

/// `Deployment prod/web (apps/v1)`.
fn object_name(object: &ObjectId) -> String {
    let namespace = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let name = if object.name.is_empty() { String::new() } else { format!(" {namespace}{}", object.name) };
    format!("{}{name} ({})", object.kind, object.api_version)
}

/// The overlays that build the object, as many as there is room for.
fn builds(builds: &[String], limit: usize) -> String {
    let shown = builds.len().min(limit);
    let rest = builds.len() - shown;
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    builds[..shown].join(", ") + &more
}

/// Nothing is said about a finding that is sure.
fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low (a hint, look for yourself)",
        Confidence::Medium => "medium (usually true)",
        Confidence::High => "",
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
