//! Monitors, dashboards and alert routing that ask for a cluster by name.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::Another;
use crate::model::identity::Identities;
use crate::model::monitor::{Filter, Language};
use crate::model::name::names_another_system;
use crate::source::FileId;
use std::collections::BTreeMap;

/// Looks at what monitors and routes filter by.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MonitorFiltersOnClusterName {}

/// How sure it is that a value is the name of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The codebase knows a cluster of this name.
    Known,
    /// A pattern that fits a known cluster: it survives a new name, if that name is formed alike.
    Pattern,
    /// Only the key speaks for it.
    Unknown,
}

impl Check for MonitorFiltersOnClusterName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let monitors = codebase.monitors();
        outcome.looked_at(monitors.texts);
        let mut found: BTreeMap<(FileId, Verdict, &str, Language), Vec<&Filter>> = BTreeMap::new();
        for filter in &monitors.filters {
            if let Some(verdict) = verdict(filter, codebase.identities()) {
                found
                    .entry((filter.span.file, verdict, &filter.value, filter.language))
                    .or_default()
                    .push(filter);
            }
        }
        outcome.report_all(
            found.into_iter().filter_map(|((_, verdict, ..), filters)| violation(verdict, &filters)),
        );
    }
}

/// Nothing where the value is injected or names no cluster of Kubernetes.
fn verdict(filter: &Filter, identities: &Identities) -> Option<Verdict> {
    let alternatives = filter.value.split(['|', ',']).map(|value| value.trim_matches(['(', ')', '^', ' ']));
    let verdicts = alternatives.filter_map(|value| verdict_on(value, filter, identities));
    verdicts.min()
}

fn verdict_on(value: &str, filter: &Filter, identities: &Identities) -> Option<Verdict> {
    let value = value.trim_end_matches('$');
    let literal = value.trim_matches(['.', '*', '+', '?']);
    if literal.is_empty() || ["$", "{", "[[", "%", "<"].iter().any(|mark| value.contains(mark)) {
        return None;
    }
    if identities.of_spelling(value).is_some() {
        return Some(Verdict::Known);
    }
    let is_open = filter.is_pattern && value != literal;
    if is_open && identities.iter().any(|identity| identity.spellings().any(|name| name.contains(literal))) {
        return Some(Verdict::Pattern);
    }
    let elsewhere = [literal, &filter.metric].iter().any(|word| names_another_system(word));
    (!elsewhere && !SHOWN_AT_FIRST.contains(&literal.to_ascii_lowercase().as_str()))
        .then_some(Verdict::Unknown)
}

/// What dashboards write for "no choice".
const SHOWN_AT_FIRST: [&str; 6] = ["all", "__all", "default", "none", "unknown", "null"];

fn violation(verdict: Verdict, filters: &[&Filter]) -> Option<Violation> {
    let (first, others) = filters.split_first()?;
    let (place, fate) = words(first.language);
    let (key, value) = (&first.key, &first.value);
    let message = match verdict {
        Verdict::Known => {
            format!("`{value}` is written into {place}; when the next cluster takes over, {fate}")
        }
        _ if is_pattern(first) => format!(
            "`{value}` in {place} reads an environment out of the names of clusters; a next cluster that is named \
             otherwise drops out"
        ),
        Verdict::Pattern | Verdict::Unknown => format!(
            "`{value}` looks like the name of a cluster in {place}; if it is one, {fate} once the next cluster takes over"
        ),
    };
    let violation = Violation::at_span(first.span, message).with_help(help(key));
    let violation = others
        .iter()
        .map(|other| Another::at(other.span, "here as well"))
        .fold(violation, Violation::with_another);
    Some(match (verdict, first.language) {
        (Verdict::Known, Language::Variable) | (Verdict::Pattern, _) => violation.weaker(),
        (Verdict::Known, _) => violation,
        (Verdict::Unknown, _) => violation.weaker().weaker().less_sure(),
    })
}

/// Whether part of the value is left open.
fn is_pattern(filter: &Filter) -> bool {
    filter.is_pattern && filter.value.contains(['*', '+', '['])
}

fn help(key: &str) -> String {
    format!(
        "Filter on a label that outlives a cluster, such as the environment, and group by `{key}` to tell them apart."
    )
}

/// Where it is written, and what becomes of it.
fn words(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Rule => ("an alert rule", "this rule watches a cluster that is gone"),
        Language::Dashboard => ("a dashboard", "this panel shows a cluster that is gone"),
        Language::Variable => ("a dashboard", "it opens with a cluster that is gone"),
        Language::Routing => ("the routing of alerts", "alerts of the new cluster take another route"),
        Language::Datadog | Language::Nrql => ("a monitor", "this monitor watches a cluster that is gone"),
        Language::PagerDuty => {
            ("the routing of incidents", "incidents of the new cluster take another route")
        }
    }
}
