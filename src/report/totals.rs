//! How much was found, in one line.

use crate::finding::Severity;
use crate::report::Report;

/// `2 errors, 3 warnings, 1 info; 0 problems`, and what is accepted if something is.
pub(super) fn totals(report: &Report) -> String {
    let [info, warning, error] = Severity::ALL.map(|severity| report.count(severity));
    let problems = counted(report.problems.len(), "problem");
    let found =
        format!("{}, {}, {info} info; {problems}", counted(error, "error"), counted(warning, "warning"));
    match &accepted(report)[..] {
        [] => found,
        accepted => format!("{found}; {}", accepted.join(", ")),
    }
}

/// What is wrong and not among the findings and problems: `2 waived`, `3 baselined`. Nothing where the number is 0.
pub(super) fn accepted(report: &Report) -> Vec<String> {
    let numbers = [
        (report.waived.len(), "waived"),
        (report.baselined.len() + report.baselined_problems.len(), "baselined"),
        (report.unchanged, "unchanged"),
    ];
    numbers
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect()
}

/// `1 file`, `2 files`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
