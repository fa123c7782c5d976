//! Labels that a monitoring agent puts on everything it sends: external labels of Prometheus and its relatives, and the
//! tags of Datadog.

use super::environment::is_stage;
use super::monitor::is_cluster_key;
use super::workload::Container;
use crate::facts;
use crate::source::Span;
use crate::yaml::{Node, Shape};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The labels of one agent.
#[derive(Debug, Default)]
pub struct SeriesLabels<'a> {
    labels: Vec<Label<'a>>,
}

/// One label.
#[derive(Debug, Clone)]
pub struct Label<'a> {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it is written.
    pub span: Span,
    /// The node that it is written in.
    pub node: Node<'a>,
}

impl<'a> SeriesLabels<'a> {
    /// All that stand below a node.
    pub fn all(root: Node<'a>) -> Vec<Self> {
        let mut all: Vec<Self> = root.walk().filter(|node| node.is_mapping()).flat_map(of_mapping).collect();
        let texts = root.walk().filter(|node| node.shape() == Shape::Scalar && !node.is_alias());
        all.extend(texts.flat_map(of_text));
        all.extend(of_agents(root));
        all.retain(|labels| !labels.labels.is_empty());
        all
    }

    /// The label that names the cluster, where no other says which environment that is.
    pub fn cluster_alone(&self) -> Option<&Label<'a>> {
        let cluster =
            self.labels.iter().find(|label| is_cluster_key(&label.key) && !label.value.is_empty())?;
        let mut others = self.labels.iter().filter(|label| label.key != cluster.key);
        let is_told = others.any(|label| is_environment_key(&label.key) || is_environment_word(&label.value));
        (!is_told).then_some(cluster)
    }

    fn add(&mut self, key: &str, value: &str, span: Span, node: Node<'a>) {
        self.labels.push(Label { key: key.trim().to_owned(), value: value.trim().to_owned(), span, node });
    }

    /// `cluster=x,team=y`, or with colons and spaces.
    fn add_list(&mut self, node: Node<'a>, from: usize, separators: &[char], between: char) {
        let text = node.text();
        let mut at = from;
        for part in text[from..].split_inclusive(separators) {
            let pair = part.trim_end_matches(separators);
            if let Some((key, value)) = pair.split_once(between) {
                self.add(key, value.trim_matches('"'), node.span_within(at..at + pair.len()), node);
            }
            at += part.len();
        }
    }
}

/// Whether a key says which environment something is.
pub fn is_environment_key(key: &str) -> bool {
    words_of(key).any(|word| WORDS.contains(&*word))
}

/// Whether what is filled in later tells the environment: `${ENVIRONMENT}-${CLUSTER}`.
pub fn injects_environment(text: &str) -> bool {
    text.contains(['$', '{']) && is_environment_key(text)
}

/// Whether something below a node adds a label for the environment while series are on their way.
pub fn adds_environment(root: Node<'_>) -> bool {
    let mut targets = root.walk().filter(|node| node.is_mapping());
    targets.any(|node| {
        let target = ["targetLabel", "target_label"].iter().find_map(|key| node.get(key));
        target.is_some_and(|target| is_environment_key(&target.text()))
    })
}

fn is_environment_word(value: &str) -> bool {
    is_stage(value.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-'))
}

/// The words of a key in small letters; a capital letter begins a new one.
fn words_of(key: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    let mut was_small = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && was_small {
            spaced.push(' ');
        }
        was_small = c.is_ascii_lowercase();
        spaced.push(c.to_ascii_lowercase());
    }
    let words: Vec<String> = spaced.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect();
    words.into_iter()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    word: String,
}

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let rows: Vec<Word> = facts::rows(include_str!("../../data/environment-labels.yaml"));
    rows.into_iter().map(|row| row.word).collect()
});

fn of_mapping(node: Node<'_>) -> Vec<SeriesLabels<'_>> {
    let external = ["externalLabels", "external_labels"].iter().filter_map(|key| node.get(key));
    let mut all: Vec<_> = external.map(of_labels).collect();
    all.extend(node.get("extraArgs").map(of_extra_arguments));
    if node.get("image").is_some() || node.get("env").is_some() {
        let container = Container { node };
        all.push(of_arguments(container));
        all.push(of_environment(container));
    }
    all
}

/// A mapping, of which nothing is said if a template has a part in it.
fn of_labels(node: Node<'_>) -> SeriesLabels<'_> {
    let mut labels = SeriesLabels::default();
    if node.is_mapping()
        && !node.entries().any(|entry| entry.key.is_templated() || entry.key.raw().contains('{'))
    {
        for entry in node.entries().filter(|entry| entry.value.shape() == Shape::Scalar) {
            let value =
                if entry.value.is_templated() { entry.value.raw().into() } else { entry.value.text() };
            // A value may come from elsewhere; the key stands where a label is missing.
            labels.add(&entry.key.text(), &value, entry.key.span(), entry.value);
        }
    }
    labels
}

/// `datadog` in the values of its chart, `spec.global` of a `DatadogAgent`. They may get `DD_ENV` in many ways.
fn of_agents(root: Node<'_>) -> Vec<SeriesLabels<'_>> {
    if root.mentions("DD_ENV") {
        return Vec::new();
    }
    let is_agent = root.get("kind").is_some_and(|kind| kind.is_text("DatadogAgent"));
    let agent = root.at(&["spec", "global"]).filter(|_| is_agent);
    let values = root.walk().filter(|node| node.is_mapping()).filter_map(|node| node.get("datadog"));
    agent.into_iter().chain(values).map(of_datadog).collect()
}

fn of_datadog(node: Node<'_>) -> SeriesLabels<'_> {
    let mut labels = SeriesLabels::default();
    if let Some(name) = node.get("clusterName") {
        labels.add("cluster_name", &name.text(), name.span(), name);
    }
    for tag in node.get("tags").into_iter().flat_map(Node::items) {
        labels.add_list(tag, 0, &[], ':');
    }
    labels
}

/// The tags of an agent of Datadog stand in its environment.
fn of_environment(container: Container<'_>) -> SeriesLabels<'_> {
    let mut labels = SeriesLabels::default();
    for variable in container.env() {
        let is = |name: &str| variable.get("name").is_some_and(|node| node.is_text(name));
        let value = variable.get("value");
        if is("DD_ENV") {
            return SeriesLabels::default();
        }
        if let Some(value) = value.filter(|_| is("DD_TAGS") || is("DD_EXTRA_TAGS")) {
            labels.add_list(value, 0, &[' ', ','], ':');
        }
    }
    labels
}

/// `-remoteWrite.label=cluster=x` of vmagent, `-client.external-labels=cluster=x` of promtail, `--label=cluster="x"` of
/// Thanos.
fn of_arguments(container: Container<'_>) -> SeriesLabels<'_> {
    let mut labels = SeriesLabels::default();
    let is_thanos = container.node.get("image").is_some_and(|image| image.text().contains("thanos"));
    for argument in container.arguments() {
        let text = argument.text();
        let Some((flag, _)) = text.split_once('=') else { continue };
        let name = flag.trim_start_matches('-');
        if FLAGS.contains(&name) || is_thanos && name == "label" {
            labels.add_list(argument, flag.len() + 1, &[','], '=');
        }
    }
    labels
}

const FLAGS: [&str; 2] = ["remoteWrite.label", "client.external-labels"];

fn of_extra_arguments(node: Node<'_>) -> SeriesLabels<'_> {
    let mut labels = SeriesLabels::default();
    for value in FLAGS.iter().filter_map(|flag| node.get(flag)) {
        labels.add_list(value, 0, &[','], '=');
    }
    labels
}

/// The language of Alloy: `external_labels = { cluster = "x" }`.
fn of_text(node: Node<'_>) -> Vec<SeriesLabels<'_>> {
    static BLOCK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"external_labels\s*=\s*\{([^{}]*)\}").expect("a constant pattern"));
    static PAIR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)"?(\w+)"?\s*=\s*("[^"\n]*"|[^,\n]+)"#).expect("a constant pattern")
    });
    if !node.raw().contains("external_labels") {
        return Vec::new();
    }
    let text = node.text();
    let blocks = BLOCK.captures_iter(&text).filter_map(|block| block.get(1));
    let labels = blocks.map(|block| {
        let mut labels = SeriesLabels::default();
        for pair in PAIR.captures_iter(block.as_str()) {
            let (Some(whole), Some(key), Some(value)) = (pair.get(0), pair.get(1), pair.get(2)) else {
                continue;
            };
            let span = node.span_within(block.start() + whole.start()..block.start() + whole.end());
            labels.add(key.as_str(), value.as_str().trim_matches('"'), span, node);
        }
        labels
    });
    labels.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_environments_are_known_by_a_word() {
        for key in ["env", "ENV", "deployment.environment", "clusterEnv", "k8s_stage"] {
            assert!(is_environment_key(key), "{key}");
        }
        for key in ["region", "environs", "cluster", "percentage", "tenant"] {
            assert!(!is_environment_key(key), "{key}");
        }
        assert!(injects_environment("${ENVIRONMENT}-${CLUSTER}"));
        assert!(!injects_environment("${CLUSTER_NAME}"));
    }
}
