//! A finding as a SARIF result.

use super::Ranked;
use super::place::{link_text, physical, plain};
use super::rules::level;
use crate::config::FILE_NAME;
use crate::finding::{Finding, ObjectId, Waived};
use crate::report::Report;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::source::Span;
use serde_json::{Value, json};
use std::collections::HashMap;

/// GitHub keeps a hundred places of a result, and refuses a thousand.
const MOST_RELATED: usize = 99;
/// Related places are seen where the message links to them.
const MOST_LINKS: usize = 10;

/// What every result needs to know.
pub(super) struct Context<'a> {
    pub(super) report: &'a Report,
    pub(super) repository: &'a Repository,
    /// The places of the rules in their list.
    pub(super) indexes: &'a HashMap<&'a str, usize>,
    /// Whether results say if the baseline knows them: all do or none does.
    pub(super) has_baseline: bool,
}

/// The result.
pub(super) fn json(context: &Context<'_>, result: Ranked<'_>) -> Value {
    let (finding, state, suppression) = match result {
        Ranked::Open(finding) => (finding, "new", None),
        Ranked::Waived(waived) => (&waived.finding, "new", Some(waiver(context, waived))),
        Ranked::Baselined(finding) => (finding, "unchanged", Some(baseline())),
    };
    let mut value = json!({"ruleId": finding.rule.as_str()});
    if let Some(index) = context.indexes.get(finding.rule.as_str()) {
        value["ruleIndex"] = (*index).into();
    }
    value["level"] = level(finding.severity).into();
    value["message"] = json!({"text": message(finding)});
    value["locations"] = json!([location(context, finding)]);
    if !finding.related.is_empty() {
        value["relatedLocations"] = related(context, finding);
    }
    value["partialFingerprints"] = json!({"k8factorFingerprint/v1": finding.fingerprint});
    if let Some(suppression) = suppression {
        value["suppressions"] = json!([suppression]);
    }
    if context.has_baseline {
        value["baselineState"] = state.into();
    }
    value["properties"] = properties(finding);
    value
}

/// What is written, what to do, and links to the places that explain it.
fn message(finding: &Finding) -> String {
    let mut text = plain(&finding.message);
    if !finding.help.is_empty() {
        text = format!("{text}.\n{}", plain(&finding.help));
    }
    let labels = finding.related.iter().take(MOST_LINKS).enumerate();
    let links = labels.map(|(index, label)| format!("\n[{}]({})", link_text(&label.message), index + 1));
    text + &links.collect::<String>()
}

fn location(context: &Context<'_>, finding: &Finding) -> Value {
    let mut location = json!({"physicalLocation": of_span(context, finding.span)});
    if let Some(object) = &finding.object {
        location["logicalLocations"] = json!([logical(object)]);
    }
    location
}

fn of_span(context: &Context<'_>, span: Span) -> Value {
    physical(context.repository, Location::of_span(&context.report.sources, span))
}

fn logical(object: &ObjectId) -> Value {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let parts = [&object.api_version, &object.kind, namespace, &object.name];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    json!({"name": object.name, "kind": "resource", "fullyQualifiedName": parts.join("/")})
}

fn related(context: &Context<'_>, finding: &Finding) -> Value {
    let labels = finding.related.iter().take(MOST_RELATED).enumerate();
    let places = labels.map(|(index, label)| {
        json!({
            "id": index + 1,
            "physicalLocation": of_span(context, label.span),
            "message": {"text": plain(&label.message)},
        })
    });
    places.collect()
}

/// `inSource` where the waiver stands in the code, `external` where it stands in the configuration.
fn waiver(context: &Context<'_>, waived: &Waived) -> Value {
    let place = Location::of_span(&context.report.sources, waived.span);
    let is_configuration = place.path.rsplit('/').next() == Some(FILE_NAME);
    let until = waived.until.map(|day| format!(" (until {day})")).unwrap_or_default();
    json!({
        "kind": if is_configuration { "external" } else { "inSource" },
        "status": "accepted",
        "justification": format!("{}{until}", waived.reason),
        "location": {"physicalLocation": physical(context.repository, place)},
    })
}

fn baseline() -> Value {
    json!({"kind": "external", "status": "accepted", "justification": "the baseline knows it"})
}

fn properties(finding: &Finding) -> Value {
    let mut properties =
        json!({"factor": finding.factor.number(), "confidence": finding.confidence.as_str()});
    if let Some(object) = finding.object.as_ref().filter(|object| !object.pointer.is_empty()) {
        properties["pointer"] = object.pointer.clone().into();
    }
    if !finding.builds.is_empty() {
        properties["builds"] = finding.builds.clone().into();
    }
    properties
}
