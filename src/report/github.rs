//! Annotations in a GitHub workflow: one workflow command a line, escaped and limited as GitHub wants it.
//!
//! The commands and the limits are GitHub's, <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use crate::finding::{Finding, Severity};
use crate::problem::Problem;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::report::selection::fair;
use crate::report::totals::totals;
use crate::report::visible::visible;
use crate::report::{Report, concise};
use std::collections::HashSet;
use std::io;

/// GitHub shows so many annotations of one kind for each step, and drops the rest without a word.
const MOST_OF_A_KIND: usize = 10;
/// Of the errors these are kept for files that could not be read, if there are so many.
const KEPT_FOR_PROBLEMS: usize = 3;

/// Writes the most important findings as annotations, of which every rule gets its share, then the others as plain lines,
/// then one line with the totals.
pub fn write(report: &Report, repository: &Repository, out: &mut dyn io::Write) -> io::Result<()> {
    let kept = report.problems.len().min(KEPT_FOR_PROBLEMS);
    let errors = of_severity(report, Severity::Error, MOST_OF_A_KIND - kept);
    let problems: Vec<&Problem> = report.problems.iter().take(MOST_OF_A_KIND - errors.len()).collect();
    let warnings = of_severity(report, Severity::Warning, MOST_OF_A_KIND);
    let notices = of_severity(report, Severity::Info, MOST_OF_A_KIND);
    let shown: Vec<&Finding> = errors.into_iter().chain(warnings).chain(notices).collect();
    for finding in &shown {
        writeln!(out, "{}", annotation(report, repository, finding))?;
    }
    for problem in &problems {
        writeln!(out, "{}", problem_annotation(report, repository, problem))?;
    }
    let shown: HashSet<*const Finding> = shown.into_iter().map(std::ptr::from_ref).collect();
    let hidden = report.findings.iter().filter(|finding| !shown.contains(&std::ptr::from_ref(*finding)));
    let hidden = hidden.map(|finding| concise::line(report, finding));
    let unread =
        report.problems.iter().skip(problems.len()).map(|problem| concise::problem_line(report, problem));
    let rest: Vec<String> = hidden.chain(unread).collect();
    for line in &rest {
        // In front of it stands our name, so that no path makes a command of it.
        writeln!(out, "k8factor: {}", visible(line))?;
    }
    writeln!(out, "{}", last_line(report, rest.len()))
}

fn of_severity(report: &Report, severity: Severity, limit: usize) -> Vec<&Finding> {
    fair(report.findings.iter().filter(move |finding| finding.severity == severity), limit)
}

fn annotation(report: &Report, repository: &Repository, finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let location = Location::of_span(&report.sources, finding.span);
    let title = format!("{} ({})", finding.rule, finding.factor.title());
    let help = if finding.help.is_empty() { String::new() } else { format!("\n{}", finding.help) };
    self::command(command, &place(repository, location), &title, &format!("{}{help}", finding.message))
}

fn problem_annotation(report: &Report, repository: &Repository, problem: &Problem) -> String {
    let location = Location::of_place(&report.sources, &problem.place);
    command("error", &place(repository, location), "could not be read", &problem.message)
}

fn command(name: &str, place: &str, title: &str, message: &str) -> String {
    let lines: Vec<_> = message.lines().map(visible).collect();
    format!("::{name} {place},title={}::{}", property(title), data(&lines.join("\n")))
}

/// Columns mean something only where the place is a part of one line; the last is the one behind it.
fn place(repository: &Repository, location: Location<'_>) -> String {
    let file = format!("file={}", property(&repository.path(location.path)));
    let (Some((start, end)), Some((line, last))) = (location.range, location.lines()) else { return file };
    if start == end {
        return format!("{file},line={line}");
    }
    if start.line == end.line {
        let (first, behind) = (start.column, end.column);
        return format!("{file},line={line},endLine={line},col={first},endColumn={behind}");
    }
    format!("{file},line={line},endLine={last}")
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind a `=`.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// It begins with no `::`, so that GitHub shows it as it is.
fn last_line(report: &Report, hidden: usize) -> String {
    let totals = totals(report);
    match hidden {
        0 => format!("k8factor: {totals}"),
        hidden => format!(
            "k8factor: {totals}. GitHub shows {MOST_OF_A_KIND} annotations of a kind; {} above without one",
            if hidden == 1 { "1 more is".to_owned() } else { format!("{hidden} more are") }
        ),
    }
}
