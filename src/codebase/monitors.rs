//! Finds the texts that hold conditions of monitors, dashboards and alert routing.

use super::Codebase;
use crate::model::monitor::{Filter, Language, is_cluster_key};
use crate::model::object::TypeMeta;
use crate::model::role::is_test_document;
use crate::source::{FileKind, Source, Span};
use crate::yaml::Node;
use rayon::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

/// What monitors compare the cluster with.
#[derive(Debug, Default)]
pub struct Monitors {
    /// How many texts with conditions there are.
    pub texts: usize,
    /// Every comparison of the cluster, sorted by place.
    pub filters: Vec<Filter>,
}

pub(super) fn monitors(codebase: &Codebase) -> Monitors {
    let sources = codebase.sources().as_slice().par_iter();
    let judged = sources.filter(|source| codebase.zone(source.id()).has_judged_texts());
    let mut all = judged.map(|source| of_file(codebase, source)).reduce(Monitors::default, Monitors::with);
    all.filters.sort();
    all
}

impl Monitors {
    /// Whether a place is inside the value of a comparison.
    pub fn compares(&self, span: Span) -> bool {
        let before = |filter: &Filter| (filter.span.file, filter.span.start) <= (span.file, span.start);
        let next = self.filters.partition_point(before);
        next > 0 && self.filters[next - 1].span.contains(span)
    }

    fn with(mut self, other: Self) -> Self {
        self.texts += other.texts;
        self.filters.extend(other.filters);
        self
    }

    fn add(&mut self, language: Language, source: &Source, span: Span) {
        self.texts += 1;
        self.filters.extend(language.filters(source.slice(span), source.id(), span.start));
    }
}

fn of_file(codebase: &Codebase, source: &Source) -> Monitors {
    let mut monitors = Monitors::default();
    let text = source.text();
    if source.kind() == FileKind::Terraform {
        of_terraform(source, &mut monitors);
    } else if source.kind() == FileKind::HelmTemplate {
        of_template(source, &mut monitors);
    } else if MARKS.iter().any(|mark| text.contains(mark))
        && let Some(tree) = codebase.tree(source.id())
    {
        let roots = tree.roots().filter(|root| !is_test_document(*root));
        roots.for_each(|root| of_document(source, root, &mut monitors));
    }
    monitors
}

/// One of these stands in every text that [`of_document`] has an interest in.
const MARKS: [&str; 9] =
    ["expr", "panels", "widgets", "query", "receiver", "matchers", "datadoghq.com", "inhibitRules", "nrql"];

fn of_terraform(source: &Source, monitors: &mut Monitors) {
    let whole = Span::new(source.id(), 0, source.text().len() as u32);
    let languages = [
        ("\"datadog_", Language::Datadog),
        ("\"pagerduty_", Language::PagerDuty),
        ("\"newrelic_", Language::Nrql),
    ];
    for (_, language) in languages.iter().filter(|(mark, _)| source.text().contains(mark)) {
        monitors.add(*language, source, whole);
    }
    let marks = ["\"grafana_", "\"aws_prometheus_", "\"mimir_", "prometheus"];
    if marks.iter().any(|mark| source.text().contains(mark)) {
        for found in SELECTOR.find_iter(source.text()) {
            let span = Span::new(source.id(), found.start() as u32, found.end() as u32);
            monitors.add(Language::Rule, source, span);
        }
    }
}

/// A selector of `PromQL` in a string or a here-document of Terraform, whose own attributes have spaces around `=`.
static SELECTOR: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"\{[^{}\n]*[A-Za-z](?:=~|!~|!=|=)\\?"[^{}\n]*\}"#;
    Regex::new(pattern).expect("a constant pattern")
});

/// Templates are not always YAML: a query is what stands behind `expr:`, and the lines below that are indented more.
fn of_template(source: &Source, monitors: &mut Monitors) {
    let text = source.text();
    let mut end = 0;
    for (at, _) in text.match_indices("expr:") {
        let line = text[..at].trim_end_matches([' ', '-']);
        if at >= end && (line.is_empty() || line.ends_with('\n')) {
            end = at + end_of_block(&text[at..], at - line.len());
            monitors.add(Language::Rule, source, Span::new(source.id(), at as u32, end as u32));
        }
    }
}

/// Where the lines end that are indented more than `indent`; the first line always counts.
fn end_of_block(text: &str, indent: usize) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let deeper = line.trim().is_empty() || line.len() - line.trim_start().len() > indent;
        if end > 0 && !deeper {
            break;
        }
        end += line.len();
    }
    end
}

fn of_document(source: &Source, root: Node<'_>, monitors: &mut Monitors) {
    let meta = TypeMeta::of(root);
    let is = |group: &str, kinds: &[&str]| {
        meta.as_ref().is_some_and(|meta| meta.group() == group && kinds.contains(&meta.kind()))
    };
    if is("datadoghq.com", &["DatadogMonitor", "DatadogSLO", "DatadogDashboard"]) || is_datadog(source, root)
    {
        return monitors.add(Language::Datadog, source, root.span());
    }
    if is("monitoring.coreos.com", &["AlertmanagerConfig"])
        || is("operator.victoriametrics.com", &["VMAlertmanagerConfig"])
    {
        return monitors.add(Language::Routing, source, root.span());
    }
    if root.raw().contains("nrql") {
        monitors.add(Language::Nrql, source, root.span());
    }
    of_routing(source, root, monitors);
    if is("", &["ConfigMap", "Secret"]) {
        let maps = ["data", "stringData"].into_iter().filter_map(|key| root.get(key));
        return maps.flat_map(Node::entries).for_each(|entry| of_embedded(source, entry.value, monitors));
    }
    if meta.as_ref().is_some_and(|meta| meta.kind() == "GrafanaDashboard") {
        let json = root.at(&["spec", "json"]);
        return json.into_iter().for_each(|json| of_embedded_dashboard(source, json, monitors));
    }
    of_queries(source, root, monitors);
    of_variables(root, monitors);
}

/// The configuration of Alertmanager, by itself or inside the values of a chart.
fn of_routing(source: &Source, root: Node<'_>, monitors: &mut Monitors) {
    if root.raw().contains("route:") || root.raw().contains("\"route\"") {
        let is_route = |route: Node<'_>| route.get("receiver").is_some() || route.get("routes").is_some();
        let configurations = root.walk().filter(|node| node.get("route").is_some_and(is_route));
        configurations.for_each(|node| monitors.add(Language::Routing, source, node.span()));
    }
}

/// A monitor or a dashboard as Datadog exports it.
fn is_datadog(source: &Source, root: Node<'_>) -> bool {
    let monitor = |node: Node<'_>| {
        node.get("query").is_some() && node.get("message").is_some()
            || node.at(&["query", "numerator"]).is_some()
    };
    let exported = monitor(root) || root.items().next().is_some_and(monitor);
    exported || source.kind() == FileKind::Json && root.get("widgets").is_some()
}

/// Rules, dashboards and routes are often carried in a `ConfigMap`. The text itself says which.
fn of_embedded(source: &Source, value: Node<'_>, monitors: &mut Monitors) {
    let text = value.raw();
    if text.contains("\"panels\"") || text.contains("\"targets\"") {
        of_embedded_dashboard(source, value, monitors);
    } else if text.contains("receivers:") {
        monitors.add(Language::Routing, source, value.span());
    } else if text.contains("expr:") {
        monitors.add(Language::Rule, source, value.span());
    }
}

fn of_embedded_dashboard(source: &Source, value: Node<'_>, monitors: &mut Monitors) {
    monitors.add(Language::Dashboard, source, value.span());
    if value.raw().contains("\"templating\"")
        && let Some(tree) = value.embedded()
    {
        tree.roots().for_each(|root| of_variables(root, monitors));
    }
}

/// `expr` is a query in rules of every operator and in dashboards; `query` and `definition` in dashboards only.
fn of_queries(source: &Source, root: Node<'_>, monitors: &mut Monitors) {
    let dashboard = root.raw().contains("\"panels\"") || root.raw().contains("\"targets\"");
    let language = if dashboard { Language::Dashboard } else { Language::Rule };
    for entry in root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries) {
        let value = entry.value;
        let query = entry.key.is_text("expr")
            || dashboard && (entry.key.is_text("query") || entry.key.is_text("definition"));
        if query && !value.is_mapping() && !value.is_sequence() {
            monitors.add(language, source, value.span());
        }
    }
}

/// The cluster that a dashboard shows when it is opened, and the clusters it offers.
fn of_variables(root: Node<'_>, monitors: &mut Monitors) {
    let lists = root.walk().filter_map(|node| node.at(&["templating", "list"]));
    for variable in lists.flat_map(Node::items) {
        let Some(name) = variable.get("name").filter(|name| is_cluster_key(&name.text())) else { continue };
        let offered =
            variable.get("query").filter(|_| variable.get("type").is_some_and(|kind| kind.is_text("custom")));
        let current = ["value", "text"].into_iter().filter_map(|key| variable.at(&["current", key]));
        monitors.texts += 1;
        for value in current.chain(offered).flat_map(values) {
            monitors.filters.push(Filter {
                span: value.span_within(0..value.text().len()),
                key: name.text().into_owned(),
                value: value.text().into_owned(),
                language: Language::Variable,
                metric: String::new(),
                is_pattern: false,
                leaves_out: false,
            });
        }
    }
}

fn values(node: Node<'_>) -> Vec<Node<'_>> {
    if node.is_sequence() { node.items().collect() } else { vec![node] }
}
