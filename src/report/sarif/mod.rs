//! SARIF 2.1.0, as GitHub code scanning and editors read it.
//!
//! The format is OASIS', <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>; what GitHub demands
//! beyond it, and how much it takes, is in
//! <https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support>.

mod place;
mod result;
mod rules;

use crate::finding::{Finding, Waived};
use crate::problem::Problem;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::report::{Report, json_text};
use place::physical;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::io;

/// GitHub refuses a run with more results, and shows the first 5,000.
const MOST_RESULTS: usize = 25_000;

/// Writes one run. Each result stands on a line of its own.
pub fn write(report: &Report, repository: &Repository, out: &mut dyn io::Write) -> io::Result<()> {
    json_text::write(&Log::new(report, repository)?, out)
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    automation_details: Value,
    original_uri_base_ids: Value,
    column_kind: &'static str,
    invocations: Value,
    results: Vec<Box<RawValue>>,
}

impl Log {
    fn new(report: &Report, repository: &Repository) -> serde_json::Result<Self> {
        let indexes = rules::indexes(report);
        let mut all = ranked(report);
        let left_out = all.len().saturating_sub(MOST_RESULTS);
        all.truncate(MOST_RESULTS);
        let has_baseline = !report.baselined.is_empty();
        let context = result::Context { report, repository, indexes: &indexes, has_baseline };
        let results = all.par_iter().map(|result| to_raw_value(&result::json(&context, *result)));
        let run = Run {
            tool: json!({"driver": rules::driver(report)}),
            // Codebases below one repository have a category each: one upload does not replace the other.
            automation_details: json!({"id": format!("k8factor/{}", repository.prefix)}),
            original_uri_base_ids: json!({
                place::ROOT: {"description": {"text": "The root of the repository"}},
            }),
            column_kind: "unicodeCodePoints",
            invocations: json!([{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(report, repository, left_out),
            }]),
            results: results.collect::<serde_json::Result<_>>()?,
        };
        Ok(Self { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] })
    }
}

/// A finding and what is said about it.
#[derive(Clone, Copy)]
enum Ranked<'a> {
    /// Nobody accepts it.
    Open(&'a Finding),
    /// A waiver accepts it.
    Waived(&'a Waived),
    /// The baseline knows it.
    Baselined(&'a Finding),
}

/// The important first, because services take the first ones: errors, then warnings; last what is accepted.
fn ranked(report: &Report) -> Vec<Ranked<'_>> {
    let mut open: Vec<&Finding> = report.findings.iter().collect();
    open.sort_by_key(|finding| Reverse(finding.severity));
    let open = open.into_iter().map(Ranked::Open);
    let waived = report.waived.iter().map(Ranked::Waived);
    open.chain(waived).chain(report.baselined.iter().map(Ranked::Baselined)).collect()
}

fn notifications(report: &Report, repository: &Repository, left_out: usize) -> Vec<Value> {
    let mut all: Vec<Value> =
        report.problems.iter().map(|problem| unread(report, repository, problem)).collect();
    if left_out > 0 {
        let text = format!(
            "{left_out} results are left out: code scanning takes no more than {MOST_RESULTS} of a run"
        );
        all.push(json!({"level": "warning", "message": {"text": text}}));
    }
    all
}

fn unread(report: &Report, repository: &Repository, problem: &Problem) -> Value {
    let location = Location::of_place(&report.sources, &problem.place);
    json!({
        "level": "error",
        "message": {"text": place::plain(&problem.message)},
        "locations": [{"physicalLocation": physical(repository, location)}],
    })
}
