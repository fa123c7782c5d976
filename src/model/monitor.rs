//! Conditions of monitors, dashboards and alert routing that compare the cluster.
//!
//! They are found in the text as it is written, so that a place inside a block scalar or a JSON string is exact.
//! Nothing is parsed: a comparison of a known key with a quoted value looks alike in all these languages.

use super::window::text_before;
use crate::facts;
use crate::source::{FileId, Span};
use regex::{Captures, Regex};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A comparison of the cluster with a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Filter {
    /// The value.
    pub span: Span,
    /// The key that is compared: `kube_cluster_name`.
    pub key: String,
    /// The value without escapes.
    pub value: String,
    /// Where such a comparison stands.
    pub language: Language,
    /// The metric, where the language names one before the braces.
    pub metric: String,
    /// Whether the value is a pattern.
    pub is_pattern: bool,
    /// Whether what has the value is left out.
    pub leaves_out: bool,
}

/// What a text is that holds comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `PromQL`, `LogQL` and the like, in a rule.
    Rule,
    /// The same in a dashboard.
    Dashboard,
    /// What a dashboard shows at first.
    Variable,
    /// Routes and inhibitions of Alertmanager.
    Routing,
    /// A query of Datadog.
    Datadog,
    /// A message of Datadog, which may go to other people for other clusters.
    Message,
    /// A condition of `PagerDuty`.
    PagerDuty,
    /// A query of New Relic.
    Nrql,
}

impl Language {
    /// Whether it asks for series or events; what does not is told about them.
    pub fn is_query(self) -> bool {
        matches!(self, Self::Rule | Self::Dashboard | Self::Datadog | Self::Nrql)
    }

    /// Every comparison of the cluster in `text`, which begins at byte `offset` of `file`.
    pub fn filters(self, text: &str, file: FileId, offset: u32) -> Vec<Filter> {
        let patterns: &[&LazyLock<Regex>] = match self {
            Self::Rule | Self::Dashboard => &[&MATCHER, &ENVIRONMENT],
            Self::Variable => &[],
            Self::Routing => &[&MATCHER, &BARE_MATCHER, &NAMED_MATCHER, &MATCH_ENTRY, &MATCH_FLOW],
            Self::Datadog => &[&TAG, &TAG_IN, &IS_MATCH],
            Self::Message => &[&IS_MATCH],
            Self::PagerDuty => &[&CONDITION],
            Self::Nrql => &[&NRQL, &NRQL_IN],
        };
        // Nearly no text has a key of [`KEY`], and the patterns cannot find that out quickly by themselves.
        if !WORD.is_match(text) {
            return Vec::new();
        }
        let found = patterns.iter().flat_map(|pattern| pattern.captures_iter(text));
        let mut filters: Vec<Filter> = found
            .filter(|captures| self.is_comparison(text, captures))
            .filter_map(|captures| self.filter(text, &captures, file, offset))
            .collect();
        filters.sort();
        filters.dedup_by_key(|filter| filter.span);
        filters
    }

    fn filter(self, text: &str, captures: &Captures<'_>, file: FileId, offset: u32) -> Option<Filter> {
        let (key, value) = (captures.name("key")?, captures.name("value")?);
        let operator = captures.name("operator").map_or("", |operator| operator.as_str());
        Some(Filter {
            span: Span::new(file, offset + value.start() as u32, offset + value.end() as u32),
            key: key.as_str().to_owned(),
            value: if self == Self::Nrql {
                value.as_str().replace('%', "*")
            } else {
                value.as_str().replace('\\', "")
            },
            language: if self == Self::Datadog && captures.name("tag").is_none() {
                Self::Message
            } else {
                self
            },
            metric: metric_before(text_before(text, key.start())).to_owned(),
            is_pattern: operator.contains('~') || value.as_str().contains(['*', '%']),
            leaves_out: leaves_out(text_before(text, key.start()), &text[key.end()..value.start()]),
        })
    }

    /// What a pattern alone cannot tell: whether a tag stands in a query, whether an entry stands below `match:`.
    fn is_comparison(self, text: &str, captures: &Captures<'_>) -> bool {
        let Some(key) = captures.name("key") else { return false };
        match self {
            Self::Datadog if captures.name("tag").is_some() => is_in_query(text_before(text, key.start())),
            Self::Routing if captures.name("entry").is_some() => is_below_match(text, key.start()),
            _ => true,
        }
    }
}

/// A row of `data/cluster-labels.yaml`, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    pattern: String,
    word: String,
}

static LABELS: LazyLock<Vec<Label>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/cluster-labels.yaml")));

/// Keys that hold the name of a Kubernetes cluster.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let patterns: Vec<&str> = LABELS.iter().map(|label| label.pattern.as_str()).collect();
    patterns.join("|")
});

/// What stands in every such key as people write it: a capital letter at the start, in all places or nowhere.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    let words: BTreeSet<&str> = LABELS.iter().filter_map(|label| label.word.get(1..)).collect();
    let words = words.into_iter().chain(["nv"]);
    let spellings = words.flat_map(|word| [word.to_owned(), word.to_ascii_uppercase()]);
    Regex::new(&spellings.collect::<Vec<_>>().join("|")).expect("words")
});

/// Whether this is a key that holds the name of a Kubernetes cluster.
pub fn is_cluster_key(key: &str) -> bool {
    static WHOLE: LazyLock<Regex> = LazyLock::new(|| pattern(|key| format!("(?i)^(?:{key})$")));
    WHOLE.is_match(key)
}

/// `cluster=~"a|b"`; quotes are escaped in JSON, more than once in JSON inside JSON.
static MATCHER: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"\\*["'`](?<value>(?:[^"'`\\\n]|\\+[.\-])+)"#;
    pattern(|key| format!(r"(?i)(?-u:\b)(?<key>{key})[ \t\r\n]*(?<operator>=~|!~|!=|=)[ \t\r\n]*{value}"))
});
/// `env="a"`: people write the name of a cluster there, too.
static ENVIRONMENT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?-u:\b)(?<key>env|environment)[ \t]*(?<operator>=~|!~|!=|=)[ \t]*\\*["'`](?<value>(?:[^"'`\\\n]|\\+[.\-])+)"#;
    Regex::new(pattern).expect("a constant pattern")
});
/// `- cluster=a`, or the same in quotes: Alertmanager needs none around the value.
static BARE_MATCHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r#"(?im)(?:-[ \t\r\n]+|\[|,)[ \t\r\n]*["']?\{{?[ \t\r\n]*(?<key>{key})[ \t\r\n]*(?<operator>=~|!~|!=|=)[ \t\r\n]*(?<value>[A-Za-z0-9_.*|()/-]+)"#
        )
    })
});
/// `name: cluster` with `value: a` on the next line, as `AlertmanagerConfig` has it.
static NAMED_MATCHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r#"(?im)(?-u:\b)name:[ \t\r\n]*["']?(?<key>{key})["']?[ \t\r\n]+(?:matchType:[ \t\r\n]*\S+[ \t\r\n]+)?value:[ \t\r\n]*["']?(?<value>[A-Za-z0-9_.*|()/-]+)"#
        )
    })
});
/// `cluster: a` below `match:`.
static MATCH_ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r#"(?im)^[ \t\r\n]*["']?(?<key>(?<entry>{key}))["']?:[ \t\r\n]*["']?(?<value>[A-Za-z0-9_.*|()/^$-]+)"#
        )
    })
});
/// `match: {cluster: a}`
static MATCH_FLOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r#"(?i)(?-u:\b)match(?:_?re)?["']?:[ \t]*\{{(?:[^}}\n]*[{{, "'])?(?<key>{key})["']?:[ \t]*["']?(?<value>[A-Za-z0-9_.*|()/^$-]+)"#
        )
    })
});
/// `kube_cluster_name:a` inside a query.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| format!(r"(?i)(?-u:\b)(?<key>(?<tag>{key})):(?<value>[A-Za-z0-9_.*/-]*[A-Za-z0-9_*])"))
});
/// `kube_cluster_name IN (a, b)`
static TAG_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r"(?-u:\b)(?<key>(?<tag>{key}))[ \t\r\n]+(?:NOT[ \t\r\n]+)?IN[ \t\r\n]*\([ \t\r\n]*(?<value>[A-Za-z0-9_.*/, -]*[A-Za-z0-9_*])[ \t\r\n]*\)"
        )
    })
});
/// `{{#is_match "kube_cluster_name.name" "a"}}`. Source: docs.datadoghq.com/monitors/notify/variables.
static IS_MATCH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|key| {
        format!(
            r#"\{{\{{[#^]is_(?:exact_)?match[ \t\r\n]+\\*"(?<key>{key})\.name\\*"[ \t\r\n]+\\*"(?<value>[^"\\{{$]+)"#
        )
    })
});
/// `event.custom_details.cluster matches part 'a'`. Source: the condition language of `PagerDuty`.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    let operator = r"(?:does[ \t\r\n]+not[ \t\r\n]+)?(?:match(?:es)?(?:[ \t\r\n]+(?:part|regex))?|contains?|equals?)|==|!=";
    pattern(|key| {
        format!(r"(?i)(?-u:\b)(?<key>{key})[ \t\r\n]+(?:{operator})[ \t\r\n]+\\*'(?<value>[^'\\$]+)")
    })
});
/// `clusterName = 'a'`
static NRQL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|_| {
        r"(?-u:\b)(?<key>clusterName)`?[ \t\r\n]*(?:!=|=|(?i:NOT[ \t\r\n]+)?(?i:LIKE))[ \t\r\n]*'(?<value>[^'$\\{]+)".to_owned()
    })
});
/// `clusterName IN ('a', 'b')`
static NRQL_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(|_| {
        r"(?-u:\b)(?<key>clusterName)`?[ \t\r\n]*(?i:NOT[ \t\r\n]+)?(?i:IN)[ \t\r\n]*\([ \t\r\n]*'(?<value>[^)$\\%{]+)'[ \t\r\n]*\)".to_owned()
    })
});

/// A pattern in which keys that hold the name of a cluster stand.
fn pattern(around: impl Fn(&str) -> String) -> Regex {
    Regex::new(&around(&KEY)).expect("a constant pattern")
}

/// Whether a comparison is turned round: `!=`, `NOT IN`, `-tag:value`, `!tag:value`.
fn leaves_out(before: &str, operator: &str) -> bool {
    let operator = operator.to_ascii_lowercase();
    operator.contains('!')
        || operator.contains("not")
        || before.ends_with(['!', '-'])
        || before.ends_with("NOT ")
}

/// The name before the brace that encloses a matcher: `up` in `up{job="x", `.
fn metric_before(before: &str) -> &str {
    let Some(brace) = before.rfind(['{', '}']).filter(|at| before[*at..].starts_with('{')) else { return "" };
    let head = before[..brace].trim_end();
    let start = head
        .rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | ':' | '.'))
        .map_or(0, |at| at + 1);
    head.get(start..).unwrap_or_default()
}

/// Tags are compared between braces, and in the arguments of `over()`, `logs()` and their like.
fn is_in_query(before: &str) -> bool {
    let line = before.rfind('\n').map_or(before, |at| &before[at..]);
    let Some(open) = line.rfind(['{', '}', '(', ')']) else { return false };
    match line.as_bytes()[open] {
        b'{' => !line[..open].ends_with(['{', '$']) && !line[open..].contains('"'),
        b'(' => ["over", "logs", "rum", "events", "analytics", "NOT ", "AND ", "OR ", "{", "("]
            .iter()
            .any(|function| line[..open].ends_with(function)),
        _ => false,
    }
}

/// Nobody compares so much in one place.
const MOST_ENTRIES: usize = 100;

/// Whether the nearest line above with less indentation is `match:` or one of its forms.
fn is_below_match(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let indent = at - start;
    let above = text[..start].lines().rev().take(MOST_ENTRIES).filter(|line| !line.trim().is_empty());
    let mut parents = above.filter(|line| line.len() - line.trim_start_matches([' ', '-']).len() < indent);
    parents.next().is_some_and(|line| {
        let key = line.trim().trim_start_matches("- ").trim_end().trim_end_matches(':');
        matches!(
            key,
            "match"
                | "match_re"
                | "matchRe"
                | "source_match"
                | "source_match_re"
                | "target_match"
                | "target_match_re"
        )
    })
}
