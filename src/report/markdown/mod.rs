//! A summary for a comment on a pull request, and for `$GITHUB_STEP_SUMMARY`: the verdict, the table of factors, what
//! matters most, and the rest folded away.

mod text;

use crate::finding::{Finding, Severity};
use crate::problem::Problem;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::report::selection::fair;
use crate::report::totals::{accepted, counted, totals};
use crate::report::{FactorSummary, Report, Status};
use std::cmp::Reverse;
use std::io;
use text::{code, prose};

/// GitHub takes 65,536 characters in a comment. What we count are bytes, and some are left for what others add.
const LONGEST: usize = 60_000;
/// Findings that are not folded away.
const ON_TOP: usize = 10;
/// Problems that are listed.
const MOST_PROBLEMS: usize = 20;

/// Writes the summary.
pub fn write(
    report: &Report,
    fail_on: Severity,
    repository: &Repository,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let page = Page { report, fail_on, repository };
    let ends = [page.verdict(), page.table(), page.problems(), page.accepted()];
    let room = LONGEST.saturating_sub(ends.iter().map(String::len).sum());
    let [verdict, table, problems, accepted] = ends;
    let text = [verdict, table, page.findings(room), problems, accepted].concat();
    out.write_all(text.trim_end().as_bytes())?;
    out.write_all(b"\n")
}

struct Page<'a> {
    report: &'a Report,
    fail_on: Severity,
    repository: &'a Repository,
}

impl Page<'_> {
    fn verdict(&self) -> String {
        let verdict = if self.report.is_empty() {
            "➖ **Nothing to check**"
        } else if self.report.passes(self.fail_on) {
            "✅ **Passed**"
        } else {
            "❌ **Failed**"
        };
        format!("## k8factor\n\n{verdict}: {}\n\n", totals(self.report))
    }

    fn table(&self) -> String {
        let factors = self.report.factors();
        let rows: String = factors.iter().map(row).collect();
        format!("{TABLE}{rows}\n")
    }

    /// What fits: first what matters most, with a share for each rule, then the rest.
    fn findings(&self, room: usize) -> String {
        let mut all: Vec<&Finding> = self.report.findings.iter().collect();
        all.sort_by_key(|finding| Reverse(finding.severity));
        let top = fair(all.iter().copied(), ON_TOP);
        // Both are in the same order.
        let mut shown = top.iter().peekable();
        let mut is_shown = |finding: &Finding| shown.next_if(|top| std::ptr::eq(**top, finding)).is_some();
        let rest: Vec<&Finding> = all.iter().copied().filter(|finding| !is_shown(finding)).collect();
        let mut list = List { page: self, text: String::new(), room, left_out: 0 };
        list.add(&top);
        if !rest.is_empty() {
            list.fold(&rest);
        }
        list.text
    }

    fn problems(&self) -> String {
        let problems = &self.report.problems;
        if problems.is_empty() {
            return String::new();
        }
        let items: String =
            problems.iter().take(MOST_PROBLEMS).map(|problem| self.problem(problem)).collect();
        let more = match problems.len().saturating_sub(MOST_PROBLEMS) {
            0 => String::new(),
            more => format!("- and {more} more\n"),
        };
        format!("**Could not be read** (there may be more findings in these places)\n\n{items}{more}\n")
    }

    fn problem(&self, problem: &Problem) -> String {
        let location = Location::of_place(&self.report.sources, &problem.place);
        format!("- {} {}\n", self.link(location), prose(&problem.message))
    }

    fn accepted(&self) -> String {
        let accepted = accepted(self.report);
        if accepted.is_empty() { String::new() } else { format!("Not counted: {}.\n", accepted.join(", ")) }
    }

    fn item(&self, finding: &Finding) -> String {
        let location = Location::of_span(&self.report.sources, finding.span);
        format!("- {} {}\n", self.link(location), prose(&finding.message))
    }

    fn link(&self, location: Location<'_>) -> String {
        let line = location.range.map(|(start, _)| format!(":{}", start.line)).unwrap_or_default();
        let name = code(&format!("{}{line}", location.path));
        format!("[{name}]({})", self.repository.link(location))
    }
}

const TABLE: &str = "| | Factor | | Errors | Warnings | Info | Waived | Baselined |
|--:|---|---|--:|--:|--:|--:|--:|
";

fn row(summary: &FactorSummary) -> String {
    let verdict = match summary.status() {
        Status::Conforms => "✅ conforms",
        Status::Violated => "❌ violated",
        Status::NotAssessed => "➖ not assessed",
    };
    // Nobody looked: a zero would say more than is known.
    let cell = |number: usize| match (number, summary.status()) {
        (0, Status::NotAssessed) => String::new(),
        _ => number.to_string(),
    };
    let FactorSummary { factor, errors, warnings, infos, waived, baselined, .. } = *summary;
    let cells = [errors, warnings, infos, waived, baselined].map(cell).join(" | ");
    format!("| {} | {} | {verdict} | {cells} |\n", factor.number(), factor.title())
}

/// Findings under their rules, as far as they fit.
struct List<'a> {
    page: &'a Page<'a>,
    text: String,
    /// Bytes that are left.
    room: usize,
    left_out: usize,
}

/// The lines that close what is folded away and say what is left out.
const ROOM_FOR_END: usize = 300;

impl List<'_> {
    /// Findings of one rule that follow each other stand under one heading.
    fn add(&mut self, findings: &[&Finding]) {
        let mut heading = None;
        for finding in findings {
            let item = self.page.item(finding);
            let title = (finding.severity, &finding.rule);
            let above = if heading == Some(title) { String::new() } else { head(finding) };
            if self.text.len() + above.len() + item.len() + ROOM_FOR_END > self.room {
                self.left_out += 1;
                continue;
            }
            // A list ends where a heading comes.
            if !above.is_empty() && heading.is_some() {
                self.text.push('\n');
            }
            heading = Some(title);
            self.text.extend([above, item]);
        }
        if heading.is_some() {
            self.text.push('\n');
        }
    }

    fn fold(&mut self, findings: &[&Finding]) {
        let more = counted(findings.len(), "more finding");
        self.text.extend(["<details>\n<summary>", &more, "</summary>\n\n"]);
        self.add(findings);
        if self.left_out > 0 {
            let number = counted(self.left_out, "finding");
            self.text.extend([&number, " not listed: a comment has no room for more.\n\n"]);
        }
        self.text.push_str("</details>\n\n");
    }
}

fn head(finding: &Finding) -> String {
    format!("**{}** {}\n\n", finding.severity.as_str(), code(finding.rule.as_str()))
}
