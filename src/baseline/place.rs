//! A place as a baseline knows it: what it says and whose it is.

use crate::finding::{Finding, ObjectId};
use crate::problem::{Place as ProblemPlace, Problem};
use crate::report::{Report, fingerprint};
use crate::source::{Source, Span};

/// A place where something is wrong. Ordered by path first, as a reviewer reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Relative to the checked root, `/`-separated.
    pub(super) path: String,
    /// Who objects.
    pub(super) wrong: Wrong,
    /// `Deployment prod/web`.
    pub(super) object: Option<String>,
    /// Into the object. What number an item of a list has, nobody remembers.
    pub(super) pointer: Option<String>,
    /// What is written there. Empty for a block of lines, of which each may change.
    pub(super) text: String,
    /// The line on which it is written, without what is only form. Empty for a file as a whole.
    pub(super) line: String,
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wrong {
    /// The rule that objects.
    Rule(String),
    /// The message of a problem.
    Problem(String),
}

impl Wrong {
    /// What two places have in common that are wrong in the same way. Messages of problems tell lines and columns,
    /// which change.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Rule(rule) => format!("rule {rule}"),
            Self::Problem(message) => {
                format!("problem {}", message.replace(|c: char| c.is_ascii_digit(), ""))
            }
        }
    }
}

impl Place {
    /// One of the places of a finding.
    pub(super) fn of_finding(report: &Report, finding: &Finding, span: Span) -> Self {
        let source = report.sources.get(span.file);
        let object = finding.sites().find(|site| site.span == span).and_then(|site| site.object);
        let clean = |mut text: String| {
            report.secrets.conceal_in(&mut text);
            text
        };
        Self {
            path: source.path().to_owned(),
            wrong: Wrong::Rule(finding.rule.as_str().to_owned()),
            object: object.map(|object| clean(title(object))),
            pointer: object.map(|object| clean(without_numbers(&object.pointer))),
            text: text(report, source, span),
            line: line(report, source, span),
        }
    }

    /// The place of a problem.
    pub(super) fn of_problem(report: &Report, problem: &Problem) -> Self {
        let (path, line) = match &problem.place {
            ProblemPlace::Path(path) => (path.clone(), String::new()),
            ProblemPlace::Span(span) => {
                let source = report.sources.get(span.file);
                (source.path().to_owned(), line(report, source, *span))
            }
        };
        // The first mistake of a file hides the rest: where exactly it stands says little.
        let text = String::new();
        Self { path, wrong: Wrong::Problem(problem.message.clone()), object: None, pointer: None, text, line }
    }

    /// Whether it stands for lines of which each may change.
    pub(super) fn is_block(&self) -> bool {
        self.text.is_empty()
    }
}

fn title(object: &ObjectId) -> String {
    match &object.namespace {
        Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    }
}

/// The pointer with `*` for each number of an item.
fn without_numbers(pointer: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = pointer.split('/').map(|part| if is_number(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Of a very long text, the beginning. Blocks, and lists and mappings on one line, are not told by what they hold.
fn text(report: &Report, source: &Source, span: Span) -> String {
    const LONGEST: u32 = 200;
    let (start, end) = (source.clamp(span.start), source.clamp(span.end));
    let whole = source.slice(Span::new(span.file, start, end)).trim();
    let is_collection = whole.starts_with(['{', '[']) && !whole.starts_with("{{");
    if whole.contains('\n') || is_collection {
        return String::new();
    }
    let end = source.clamp(end.min(start.saturating_add(LONGEST)));
    plain(&report.secrets.shown(source, Span::new(span.file, start, end)).text)
}

/// Without the dash of a list and the comma of JSON, which depend on the neighbours.
fn line(report: &Report, source: &Source, span: Span) -> String {
    if span.start == 0 && span.end == 0 {
        return String::new();
    }
    let line = plain(&fingerprint::offending_line(&report.secrets, source, span));
    line.trim_start_matches("- ").trim_end_matches(',').to_owned()
}

/// One blank where there are several.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_items_are_forgotten_and_names_kept() {
        let cases = [
            ("/spec/containers/0/image", "/spec/containers/*/image"),
            ("/data/10.conf", "/data/10.conf"),
            ("/a/10/2", "/a/*/*"),
            ("", ""),
            ("/", "/"),
        ];
        for (pointer, expected) in cases {
            assert_eq!(without_numbers(pointer), expected);
        }
    }

    #[test]
    fn the_subject_of_a_problem_has_no_lines() {
        let wrong = |message: &str| Wrong::Problem(message.into()).subject();
        assert_eq!(wrong("`a` is already on line 3."), wrong("`a` is already on line 12."));
        assert_ne!(wrong("`a` is already on line 3."), wrong("`b` is already on line 3."));
    }
}
