//! The JSON report, version 1, described by `docs/report.schema.json`.
//!
//! The types are its own: the report may change without breaking a program that reads this format.

use crate::finding::{Finding, HeldBack, Label, ObjectId, Severity, Waived};
use crate::problem::Problem;
use crate::report::location;
use crate::report::{FactorSummary, Report, json_text};
use crate::source::Sources;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::io;

/// Writes the report as one JSON document and a line break. Each finding stands on a line of its own, so that the
/// report can be searched and compared line by line.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    json_text::write(&Document::new(report)?, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<Box<RawValue>>,
    /// Findings that a waiver accepts. Always there, so that a reader need not ask whether it is.
    waived: Vec<JsonWaived<'a>>,
    held_back: Vec<JsonHeldBack<'a>>,
    problems: Vec<JsonProblem<'a>>,
    skipped: Vec<JsonSkipped<'a>>,
    notes: &'a [String],
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> serde_json::Result<Self> {
        let findings =
            report.findings.par_iter().map(|finding| to_raw_value(&JsonFinding::new(report, finding)));
        Ok(Self {
            version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            summary: Summary::new(report),
            findings: findings.collect::<serde_json::Result<_>>()?,
            waived: report.waived.iter().map(|waived| JsonWaived::new(report, waived)).collect(),
            held_back: report.held_back.iter().map(|held| JsonHeldBack::new(&report.sources, held)).collect(),
            problems: report.problems.iter().map(|problem| JsonProblem::new(report, problem)).collect(),
            skipped: report.skipped.iter().map(JsonSkipped::new).collect(),
            notes: &report.notes,
        })
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    other_files: usize,
    documents: usize,
    objects: usize,
    builds: usize,
    skipped: usize,
    problems: usize,
    held_back: usize,
    findings: BySeverity,
    waived: usize,
    baselined: usize,
    baselined_problems: usize,
    gone_from_baseline: usize,
    unchanged: usize,
    factors: Vec<JsonFactor>,
}

impl Summary {
    fn new(report: &Report) -> Self {
        let counts = report.counts;
        Self {
            files: counts.files,
            other_files: counts.other_files,
            documents: counts.documents,
            objects: counts.objects,
            builds: counts.builds,
            skipped: report.skipped.len(),
            problems: report.problems.len(),
            held_back: report.held_back.len(),
            findings: BySeverity {
                error: report.count(Severity::Error),
                warning: report.count(Severity::Warning),
                info: report.count(Severity::Info),
            },
            waived: report.waived.len(),
            baselined: report.baselined.len(),
            baselined_problems: report.baselined_problems.len(),
            gone_from_baseline: report.gone_from_baseline,
            unchanged: report.unchanged,
            factors: report.factors().iter().map(JsonFactor::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct BySeverity {
    error: usize,
    warning: usize,
    info: usize,
}

#[derive(Serialize)]
struct JsonFactor {
    factor: u8,
    status: &'static str,
    #[serde(flatten)]
    findings: BySeverity,
    waived: usize,
    baselined: usize,
}

impl JsonFactor {
    fn new(summary: &FactorSummary) -> Self {
        Self {
            factor: summary.factor.number(),
            status: summary.status().as_str(),
            findings: BySeverity { error: summary.errors, warning: summary.warnings, info: summary.infos },
            waived: summary.waived,
            baselined: summary.baselined,
        }
    }
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    factor: u8,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    help: &'a str,
    location: JsonLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<JsonObject<'a>>,
    related: Vec<JsonRelated<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    builds: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    fingerprint: &'a str,
}

impl<'a> JsonFinding<'a> {
    fn new(report: &'a Report, finding: &'a Finding) -> Self {
        let sources = &report.sources;
        Self {
            rule: finding.rule.as_str(),
            factor: finding.factor.number(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            help: &finding.help,
            location: location::Location::of_span(sources, finding.span).into(),
            object: finding.object.as_ref().map(JsonObject::new),
            related: finding.related.iter().map(|label| JsonRelated::new(sources, label)).collect(),
            builds: &finding.builds,
            cluster: finding.cluster.as_deref(),
            fingerprint: &finding.fingerprint,
        }
    }
}

#[derive(Serialize)]
struct JsonWaived<'a> {
    finding: JsonFinding<'a>,
    waiver: JsonWaiver<'a>,
}

#[derive(Serialize)]
struct JsonWaiver<'a> {
    location: JsonLocation<'a>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl<'a> JsonWaived<'a> {
    fn new(report: &'a Report, waived: &'a Waived) -> Self {
        Self {
            finding: JsonFinding::new(report, &waived.finding),
            waiver: JsonWaiver {
                location: location::Location::of_span(&report.sources, waived.span).into(),
                reason: &waived.reason,
                until: waived.until.map(|day| day.to_string()),
            },
        }
    }
}

/// Flat, because serde's `flatten` copies every place once more, and places are most of a report.
#[derive(Serialize)]
struct JsonLocation<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl<'a> From<location::Location<'a>> for JsonLocation<'a> {
    fn from(location: location::Location<'a>) -> Self {
        let (start, end) = location.range.unzip();
        Self {
            path: location.path,
            line: start.map(|position| position.line),
            column: start.map(|position| position.column),
            end_line: end.map(|position| position.line),
            end_column: end.map(|position| position.column),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonObject<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    pointer: &'a str,
}

impl<'a> JsonObject<'a> {
    fn new(object: &'a ObjectId) -> Self {
        Self {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: &object.name,
            pointer: &object.pointer,
        }
    }
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    location: JsonLocation<'a>,
    message: &'a str,
}

impl<'a> JsonRelated<'a> {
    fn new(sources: &'a Sources, label: &'a Label) -> Self {
        Self { location: location::Location::of_span(sources, label.span).into(), message: &label.message }
    }
}

#[derive(Serialize)]
struct JsonHeldBack<'a> {
    rule: &'a str,
    factor: u8,
    location: JsonLocation<'a>,
    /// Absent where it is whatever lies beside the given paths.
    #[serde(skip_serializing_if = "str::is_empty")]
    unread: &'a str,
}

impl<'a> JsonHeldBack<'a> {
    fn new(sources: &'a Sources, held_back: &'a HeldBack) -> Self {
        Self {
            rule: held_back.rule.as_str(),
            factor: held_back.factor.number(),
            location: location::Location::of_span(sources, held_back.span).into(),
            unread: &held_back.unread,
        }
    }
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    location: JsonLocation<'a>,
    message: &'a str,
}

impl<'a> JsonProblem<'a> {
    fn new(report: &'a Report, problem: &'a Problem) -> Self {
        let location = location::Location::of_place(&report.sources, &problem.place);
        Self { location: location.into(), message: &problem.message }
    }
}

#[derive(Serialize)]
struct JsonSkipped<'a> {
    path: &'a str,
    reason: &'static str,
}

impl<'a> JsonSkipped<'a> {
    fn new(skipped: &'a crate::problem::Skipped) -> Self {
        Self { path: &skipped.path, reason: skipped.reason.as_str() }
    }
}
