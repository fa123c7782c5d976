//! One line for each finding and each problem, as compilers write them: for editors, `grep` and small screens.

use crate::finding::Finding;
use crate::problem::Problem;
use crate::report::Report;
use crate::report::location::Location;
use crate::report::totals::totals;
use crate::report::visible::visible;
use std::io;

/// Writes a line for each finding, then one for each problem, then one with the totals.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "{}", visible(&line(report, finding)))?;
    }
    for problem in &report.problems {
        writeln!(out, "{}", visible(&problem_line(report, problem)))?;
    }
    writeln!(out, "{}", totals(report))
}

/// What stands on the line of a finding.
pub(super) fn line(report: &Report, finding: &Finding) -> String {
    let place = place(Location::of_span(&report.sources, finding.span));
    format!("{place}: {}[{}] {}", finding.severity.as_str(), finding.rule, finding.message)
}

/// What stands on the line of a problem.
pub(super) fn problem_line(report: &Report, problem: &Problem) -> String {
    let place = place(Location::of_place(&report.sources, &problem.place));
    format!("{place}: problem: {}", problem.message)
}

/// `path:line:column`, or the path alone where nobody has the text.
fn place(location: Location<'_>) -> String {
    match location.range {
        Some((start, _)) => format!("{}:{}:{}", location.path, start.line, start.column),
        None => location.path.to_owned(),
    }
}
