//! Monitors, dashboards and alert routing that ask for a cluster by name.

mod beside;

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::Another;
use crate::model::identity::{Identities, Identity, Strength};
use crate::model::monitor::{Filter, Language, is_cluster_key};
use crate::model::name::names_another_system;
use crate::model::role::Zone;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at what monitors and routes filter by.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MonitorFiltersOnClusterName {
    /// The comparisons that are meant.
    of: BTreeSet<Subject>,
}

/// What compares the cluster, as far as it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Subject {
    /// Queries of monitors, rules and dashboards.
    Queries,
    /// Routes, inhibitions and messages that decide who hears of an alert.
    Routing,
    /// Patterns that read an environment out of a name.
    Patterns,
    /// What a dashboard shows when it is opened.
    Variables,
}

/// Comparisons of one cause: what they are, how sure that is, the value, what it does and how much it matters there.
type Cause<'a> = (Subject, Verdict, &'a str, Language, bool, Zone);

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
        let mut causes: BTreeMap<Cause<'_>, Vec<&Filter>> = BTreeMap::new();
        for filter in &monitors.filters {
            let Some(verdict) = verdict(filter, codebase.identities()) else { continue };
            let subject = subject(filter, verdict);
            if self.of.contains(&subject) {
                let zone = codebase.zone(filter.span.file);
                let cause =
                    (subject, verdict, filter.value.as_str(), filter.language, filter.leaves_out, zone);
                causes.entry(cause).or_default().push(filter);
            }
        }
        let violations = causes.into_iter().map(|((_, verdict, ..), filters)| (verdict, filters));
        outcome
            .report_all(violations.filter_map(|(verdict, filters)| violation(codebase, verdict, &filters)));
    }
}

impl MonitorFiltersOnClusterName {
    /// Looks at patterns alone.
    pub(super) fn of_patterns() -> Self {
        Self { of: BTreeSet::from([Subject::Patterns]) }
    }
}

fn subject(filter: &Filter, verdict: Verdict) -> Subject {
    match filter.language {
        Language::Variable => Subject::Variables,
        _ if verdict == Verdict::Pattern || verdict == Verdict::Unknown && is_pattern(filter) => {
            Subject::Patterns
        }
        Language::Routing | Language::PagerDuty | Language::Message => Subject::Routing,
        Language::Rule | Language::Dashboard | Language::Datadog | Language::Nrql => Subject::Queries,
    }
}

/// Nothing where the value is injected or names no cluster of Kubernetes.
fn verdict(filter: &Filter, identities: &Identities) -> Option<Verdict> {
    alternatives(&filter.value).filter_map(|value| verdict_on(value, filter, identities)).min()
}

fn verdict_on(value: &str, filter: &Filter, identities: &Identities) -> Option<Verdict> {
    let value = value.trim_end_matches('$');
    let literal = value.trim_matches(['.', '*', '+', '?']);
    if literal.is_empty() || ["$", "{", "[[", "%", "<"].iter().any(|mark| value.contains(mark)) {
        return None;
    }
    if !is_cluster_key(&filter.key) {
        return in_environment(value, identities);
    }
    if identities.of_spelling(tail(value)).is_some() {
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

/// What stands at a key for environments is the name of a cluster, or has one in it.
fn in_environment(value: &str, identities: &Identities) -> Option<Verdict> {
    let mention = identities.mentions(value).find(|mention| mention.strength != Strength::Environment)?;
    let is_whole = mention.start == 0 && mention.end == value.len() && mention.strength == Strength::Strong;
    Some(if is_whole { Verdict::Known } else { Verdict::Unknown })
}

/// A hub puts its own name, an account or a user before that of a cluster: `hub/prod-7`.
fn tail(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or(value)
}

/// What dashboards write for "no choice".
const SHOWN_AT_FIRST: [&str; 6] = ["all", "__all", "default", "none", "unknown", "null"];

fn violation(codebase: &Codebase, verdict: Verdict, filters: &[&Filter]) -> Option<Violation> {
    let (first, others) = filters.split_first()?;
    let (place, fate) = words(first.language);
    let fate = if first.leaves_out {
        "what is left out is a cluster that is gone, not the one that is meant"
    } else {
        fate
    };
    let (key, value) = (&first.key, first.value.replace('\'', ""));
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
    let violation = Violation::at_span(first.span, message);
    let violation = if first.language.is_query() { violation.with_help(help(key)) } else { violation };
    let others = others.iter().map(|other| Another::at(other.span, "here as well"));
    let violation = beside::show(others.fold(violation, Violation::with_another), codebase);
    let violation = match cluster(&value, codebase.identities()) {
        Some(cluster) if cluster.is_certain() => violation.about_cluster(&cluster.name),
        Some(cluster) => violation.about_cluster(&cluster.name).weaker().less_sure(),
        None => violation,
    };
    Some(match verdict {
        Verdict::Known => violation,
        Verdict::Pattern => violation.weaker(),
        Verdict::Unknown => violation.weaker().weaker().less_sure(),
    })
}

/// The cluster that a value names, or the first of those that it names.
fn cluster<'a>(value: &str, identities: &'a Identities) -> Option<&'a Identity> {
    alternatives(value).find_map(|value| identities.of_spelling(tail(value.trim_end_matches('$'))))
}

/// `(a|b)`, `a,b`
fn alternatives(value: &str) -> impl Iterator<Item = &str> {
    value.split(['|', ',']).map(|value| value.trim_matches(['(', ')', '^', ' ', '\'']))
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
        Language::Routing | Language::Message => {
            ("the routing of alerts", "alerts of the new cluster are treated in another way")
        }
        Language::Datadog | Language::Nrql => ("a monitor", "this monitor watches a cluster that is gone"),
        Language::PagerDuty => {
            ("the routing of incidents", "incidents of the new cluster are treated in another way")
        }
    }
}
