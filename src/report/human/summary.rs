//! The end of the report: a table of the eight factors, what was read and what was not, and one closing line.

use super::Page;
use super::wrap::wrap;
use crate::finding::{Finding, Severity};
use crate::problem::SkipReason;
use crate::report::selection::by_rule;
use crate::report::totals::counted;
use crate::report::visible::visible;
use crate::report::{FactorSummary, Status};
use std::collections::{BTreeMap, BTreeSet};

/// The summary. `shown` are the findings that stand above it.
pub(super) fn render(page: &Page, shown: &[&Finding]) -> String {
    if page.report.is_empty() {
        return nothing(page);
    }
    [table(page), counts(page), hidden(page, shown), explain(page), closing(page)].concat()
}

fn nothing(page: &Page) -> String {
    let others = match page.report.counts.other_files {
        0 => "there are no files here.".to_owned(),
        1 => "the only file here is of no kind that k8factor reads.".to_owned(),
        number => format!("none of the {number} files here is of a kind that k8factor reads."),
    };
    format!("{} {others}\n", page.palette.strong("Nothing to check:"))
}

fn table(page: &Page) -> String {
    let factors = page.report.factors();
    let further: Vec<_> =
        FURTHER.into_iter().filter(|(_, of)| factors.iter().any(|factor| of(factor) > 0)).collect();
    let last: String = further.iter().flat_map(|(title, _)| ["  ", title]).collect();
    let head =
        format!("   {:<22}{:<16}{:>6}  {:>8}  {:>4}{last}", "Factor", "", "errors", "warnings", "info");
    let rows = factors.iter().map(|factor| row(page, factor, &further));
    std::iter::once(page.palette.faint(&head) + "\n").chain(rows).collect::<String>() + "\n"
}

/// A column that is there if it says something: its title, and its number.
type Column = (&'static str, fn(&FactorSummary) -> usize);

const FURTHER: [Column; 2] = [("waived", |factor| factor.waived), ("baselined", |factor| factor.baselined)];

fn row(page: &Page, factor: &FactorSummary, further: &[Column]) -> String {
    let title = format!(" {} {:<22}", factor.factor.number(), factor.factor.title());
    let status = factor.status();
    let verdict = match status {
        Status::Conforms => page.palette.good(&format!("{:<16}", "✓ conforms")),
        Status::Violated => page.palette.bad(&format!("{:<16}", "✗ violated")),
        Status::NotAssessed => page.palette.faint(&format!("{:<16}", "- not assessed")),
    };
    let cell = |number: usize, width: usize, severity: Severity| match (number, status) {
        // Nobody looked: a zero would say more than is known.
        (0, Status::NotAssessed) => page.palette.faint(&format!("{:>width$}", "-")),
        (0, _) => page.palette.faint(&format!("{number:>width$}")),
        _ => page.palette.severity(severity, &format!("{number:>width$}")),
    };
    let errors = cell(factor.errors, 6, Severity::Error);
    let warnings = cell(factor.warnings, 8, Severity::Warning);
    let infos = cell(factor.infos, 4, Severity::Info);
    let further = further.iter().map(|(title, of)| format!("  {:>1$}", of(factor), title.len()));
    format!("{title}{verdict}{errors}  {warnings}  {infos}{}\n", further.collect::<String>())
}

/// What was read, what was left out and why.
fn counts(page: &Page) -> String {
    let counts = page.report.counts;
    let mut read = vec![
        counted(counts.files, "file"),
        counted(counts.documents, "document"),
        counted(counts.objects, "object"),
    ];
    read.extend((counts.builds > 0).then(|| counted(counts.builds, "build")));
    let mut text = entry(page, "read", &read.join(", "));
    if page.report.counts.files < page.report.sources.as_slice().len() {
        text += &entry(page, "part", "of a larger codebase; a run over all of it assesses the factors");
    }
    if !page.report.skipped.is_empty() {
        text += &entry(page, "skipped", &skipped(page));
    }
    if counts.other_files > 0 {
        let others = counted(counts.other_files, "file");
        text += &entry(page, "other", &format!("{others} of no kind that k8factor reads"));
    }
    if !page.report.problems.is_empty() {
        text += &entry(page, "not read", &counted(page.report.problems.len(), "problem"));
    }
    if !page.report.held_back.is_empty() {
        text += &entry(page, "held back", &held_back(page));
    }
    text + &accepted(page) + "\n"
}

/// What is wrong and not shown, because somebody said so.
fn accepted(page: &Page) -> String {
    let report = page.report;
    let entries = [
        ("waived", report.waived.len(), "finding", "that a waiver accepts"),
        ("baselined", report.baselined.len(), "finding", "that the baseline knows"),
        ("baselined", report.baselined_problems.len(), "problem", "that the baseline knows"),
        ("unchanged", report.unchanged, "finding", "at places that have not changed"),
    ];
    let some = entries.into_iter().filter(|(_, number, ..)| *number > 0);
    let lines =
        some.map(|(key, number, what, why)| entry(page, key, &format!("{} {why}", counted(number, what))));
    lines
        .chain((report.gone_from_baseline > 0).then(|| entry(page, "gone", &gone(report.gone_from_baseline))))
        .collect()
}

fn gone(number: usize) -> String {
    let entries = if number == 1 { "entry" } else { "entries" };
    format!("{number} {entries} of the baseline; k8factor baseline prune takes what is mended out of it")
}

/// Which rules would say that something is missing, and what was not read that may hold it.
fn held_back(page: &Page) -> String {
    let held_back = &page.report.held_back;
    let rules: BTreeSet<&str> = held_back.iter().map(|held| held.rule.as_str()).collect();
    let unread: BTreeSet<&str> = held_back.iter().map(|held| held.unread.as_str()).collect();
    let places: Vec<_> = unread.iter().take(MOST_NAMED).map(|path| unread_place(path)).collect();
    let more = match unread.len() - places.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let rules: Vec<_> = rules.into_iter().collect();
    let findings = counted(held_back.len(), "finding");
    format!(
        "{findings} of {}: what is missing may be in {}{more}, which was not read",
        rules.join(", "),
        places.join(", ")
    )
}

fn unread_place(path: &str) -> String {
    if path.is_empty() { "what lies beside the given paths".into() } else { format!("`{path}`") }
}

/// Unread files named in one line.
const MOST_NAMED: usize = 3;

fn skipped(page: &Page) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &page.report.skipped {
        *reasons.entry(reason(skipped.reason)).or_default() += 1;
    }
    let list: Vec<String> = reasons.iter().map(|(reason, number)| format!("{reason} ({number})")).collect();
    format!("{}: {}", counted(page.report.skipped.len(), "file"), list.join(", "))
}

fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Template => "template",
        SkipReason::Generated => "state that a tool wrote",
        SkipReason::Encrypted => "encrypted",
        SkipReason::TooLarge => "too large",
        SkipReason::Binary => "not text",
        SkipReason::Link | SkipReason::Circle => "link out of the root or in a circle",
    }
}

/// Which findings are counted but not shown.
fn hidden(page: &Page, shown: &[&Finding]) -> String {
    let number = page.report.findings.len() - shown.len();
    if number == 0 {
        return String::new();
    }
    let shown = by_rule(shown.iter().copied());
    let all = by_rule(page.report.findings.iter());
    let missing = all.into_iter().map(|(rule, all)| (rule, all - shown.get(rule).unwrap_or(&0)));
    let list: Vec<String> =
        missing.filter(|&(_, number)| number > 0).map(|(rule, number)| format!("{number} {rule}")).collect();
    let findings = counted(number, "finding");
    entry(page, "not shown", &format!("{findings} (--all shows them): {}", list.join(", "))) + "\n"
}

fn explain(page: &Page) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for finding in &page.report.findings {
        if rules.last() != Some(&finding.rule.as_str()) && !rules.contains(&finding.rule.as_str()) {
            rules.push(finding.rule.as_str());
        }
    }
    match rules[..] {
        [] => String::new(),
        [rule] => format!("Read more: k8factor explain {}\n\n", visible(rule)),
        _ => format!("Read more: k8factor explain <rule>\n{}\n", list(page, &rules)),
    }
}

fn list(page: &Page, rules: &[&str]) -> String {
    let lines = wrap(&visible(&rules.join(", ")), page.width - 3, page.width - 3);
    let lines: Vec<String> = lines.iter().map(|line| page.palette.faint(line)).collect();
    format!("   {}\n", lines.join("\n   "))
}

/// `12 errors, 3 warnings, 1 info; 0 problems`.
fn closing(page: &Page) -> String {
    let count = |severity: Severity| {
        let number = page.report.count(severity);
        let text = match severity {
            // Nobody counts information.
            Severity::Info => format!("{number} info"),
            _ => counted(number, severity.as_str()),
        };
        if number > 0 { page.palette.severity(severity, &text) } else { text }
    };
    let problems = counted(page.report.problems.len(), "problem");
    let problems = if page.report.problems.is_empty() { problems } else { page.palette.bad(&problems) };
    let [info, warning, error] = Severity::ALL.map(count);
    format!("{error}, {warning}, {info}; {problems}\n")
}

fn entry(page: &Page, key: &str, text: &str) -> String {
    const INDENT: usize = 13;
    let room = page.width - INDENT;
    let lines = wrap(&visible(text), room, room).join(&format!("\n{}", " ".repeat(INDENT)));
    format!("{}{lines}\n", page.palette.key(&format!("   {key:<10}")))
}
