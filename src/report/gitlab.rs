//! GitLab code quality: a JSON array, one entry for each finding and each problem.
//!
//! What an entry holds is GitLab's choice, <https://docs.gitlab.com/ci/testing/code_quality/>. GitLab compares the
//! entries of two branches by their fingerprints; what is waived or in a baseline is in neither.

use crate::finding::{Finding, Severity};
use crate::problem::Problem;
use crate::report::fingerprint::digest;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::report::{Report, json_text};
use serde::Serialize;
use std::collections::HashMap;
use std::io;

/// Writes the array.
pub fn write(report: &Report, repository: &Repository, out: &mut dyn io::Write) -> io::Result<()> {
    let findings = report.findings.iter().map(|finding| Entry::of_finding(report, repository, finding));
    let entries: Vec<Entry> = findings.chain(problems(report, repository)).collect();
    json_text::write(&entries, out)
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Entry {
    fn of_finding(report: &Report, repository: &Repository, finding: &Finding) -> Self {
        Self {
            description: finding.message.clone(),
            check_name: finding.rule.to_string(),
            fingerprint: finding.fingerprint.clone(),
            severity: severity(finding.severity),
            location: Place::of(repository, Location::of_span(&report.sources, finding.span)),
        }
    }
}

/// GitLab has five grades. `blocker` and `critical` are left to those who know what is at stake.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}

fn problems<'a>(report: &'a Report, repository: &'a Repository) -> impl Iterator<Item = Entry> + 'a {
    let mut seen: HashMap<String, u32> = HashMap::new();
    report.problems.iter().map(move |problem: &Problem| {
        let location = Location::of_place(&report.sources, &problem.place);
        let identity = ["problem", location.path, &problem.message].join("\0");
        let before = seen.entry(identity.clone()).or_default();
        let fingerprint = digest(&identity, *before);
        *before += 1;
        Entry {
            description: format!("could not be read: {}", problem.message),
            check_name: "could-not-be-read".into(),
            fingerprint,
            severity: severity(Severity::Error),
            location: Place::of(repository, location),
        }
    })
}

impl Place {
    /// Every entry has a line; a file that nobody could open has its first.
    fn of(repository: &Repository, location: Location<'_>) -> Self {
        let (begin, end) = location.lines().unwrap_or((1, 1));
        Self { path: repository.path(location.path), lines: Lines { begin, end } }
    }
}
