//! Code and monitors that read an environment out of the name of a cluster.

use super::monitor_filters_on_cluster_name::MonitorFiltersOnClusterName;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::injected::is_injected;
use crate::model::mention::Surroundings;
use crate::source::{FileKind, Source, Span};
use rayon::prelude::*;
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

/// Looks at comparisons with a part of the name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EnvironmentReadFromClusterName {}

impl Check for EnvironmentReadFromClusterName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        MonitorFiltersOnClusterName::of_patterns().run(codebase, outcome);
        let sources = codebase.sources().as_slice().par_iter();
        let programs = sources.filter(|source| codebase.zone(source.id()).is_used());
        let found: Vec<_> = programs.flat_map_iter(parts_of_names).collect();
        outcome.report_all(found.into_iter().map(violation));
    }
}

fn violation((span, written): (Span, &str)) -> Violation {
    let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = format!(
        "`{written}` reads a part out of the name of the cluster; a next cluster that is named otherwise takes another way"
    );
    Violation::at_span(span, message)
}

/// Where a file takes the name apart.
fn parts_of_names(source: &Source) -> impl Iterator<Item = (Span, &str)> {
    let patterns: Vec<&'static Regex> = match source.kind() {
        FileKind::Terraform => vec![&HCL],
        FileKind::HelmTemplate => vec![&HELM],
        FileKind::Ci(_) => vec![&SHELL, &WORKFLOW],
        FileKind::Shell | FileKind::Makefile => vec![&SHELL],
        _ => Vec::new(),
    };
    let found = patterns.into_iter().flat_map(|pattern| pattern.captures_iter(source.text()));
    found.filter_map(|captures| {
        let whole = captures.get(0)?;
        let part = captures.name("part");
        let is_known = part
            .is_none_or(|part| !is_injected(part.as_str()) && part.as_str().contains(char::is_alphabetic));
        let is_comment = Surroundings::new(source.text(), whole.start(), whole.end()).is_comment();
        let span = Span::new(source.id(), whole.start() as u32, whole.end() as u32);
        (is_known && !is_comment).then(|| (span, whole.as_str()))
    })
}

/// A variable of a shell that holds the name.
const VARIABLE: &str =
    r#""?\$\{?(?:[A-Z]+_)?(?:CLUSTER|CLUSTER_?NAME|KUBE_?CONTEXT|cluster|cluster_?name)\}?"?"#;

/// `$CLUSTER == prod-*`, `$CLUSTER =~ ^prod`, `${CLUSTER%%-*}`, `case $CLUSTER in prod-*)`, `echo $CLUSTER | cut -d- -f1`.
static SHELL: LazyLock<Regex> = LazyLock::new(|| {
    let open = r"[A-Za-z0-9_.-]*\*[A-Za-z0-9_.*-]*";
    let pattern = format!(
        r#"{VARIABLE}[ \t]*(?:==?|!=)[ \t]*"?(?<part>{open})"?|{VARIABLE}[ \t]*=~[ \t]*\S+|\$\{{(?:[A-Z]+_)?(?:CLUSTER|CLUSTER_?NAME|KUBE_?CONTEXT|cluster|cluster_?name)(?:%%?|##?)[^}}\n]*\}}|case[ \t]+{VARIABLE}[ \t]+in[ \t\r\n]+\(?{open}\)|echo[ \t]+{VARIABLE}[ \t]*\|[ \t]*(?:cut|awk|grep)[ \t][^\n|;)]*"#
    );
    // One name for a group may stand once.
    Regex::new(&pattern).expect("a constant pattern")
});

/// `startswith(var.cluster_name, "prod")`, `split("-", local.cluster_name)[0]`.
static HCL: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?:var|local|each\.value|each)\.(?:[a-z]+_)?cluster(?:_name)?";
    let pattern = format!(
        r#"(?-u:\b)(?:startswith|endswith|strcontains)\([ \t]*{name}[ \t]*,[ \t]*"(?<part>[^"\n]+)"\)|(?-u:\b)(?:split|regex|regexall)\([ \t]*"[^"\n]*"[ \t]*,[ \t]*{name}\)"#
    );
    Regex::new(&pattern).expect("a constant pattern")
});

/// `hasPrefix "prod-" .Values.clusterName`.
static HELM: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"\(?[.$][A-Za-z.]*[cC]luster(?:Name|_name)?(?-u:\b)";
    let pattern = format!(
        r#"(?:hasPrefix|hasSuffix|contains|regexMatch|mustRegexMatch)[ \t]+"(?<part>[^"\n]+)"[ \t]+{name}|splitList[ \t]+"[^"\n]*"[ \t]+{name}"#
    );
    Regex::new(&pattern).expect("a constant pattern")
});

/// `startsWith(matrix.cluster, 'prod')`.
static WORKFLOW: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?:matrix|env|inputs|vars|github\.event\.inputs)\.(?i:cluster(?:[_-]?name)?)";
    let pattern =
        format!(r"(?:startsWith|endsWith|contains)\([ \t]*{name}[ \t]*,[ \t]*'(?<part>[^'\n]+)'[ \t]*\)");
    Regex::new(&pattern).expect("a constant pattern")
});
