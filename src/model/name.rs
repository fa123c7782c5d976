//! What the name of a cluster promises: that it is the only one, or that a next one will come.

use super::environment::is_stage;
use super::injected::is_injected;
use regex::Regex;
use std::sync::LazyLock;

/// How a name reads. Judged by its first DNS label: the rest is the zone that all clusters share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// A template fills it in.
    Injected,
    /// It carries a date, a colour, a version or a hash: nobody depends on it.
    Disposable,
    /// It counts: a next number is thinkable, but nothing says that it will come.
    Serial,
    /// A proper name: somebody will miss it.
    Proper,
    /// An environment, a place or a product: there can be only one.
    Timeless,
}

impl Promise {
    /// Judges a name.
    pub fn of(name: &str) -> Self {
        if is_injected(name) {
            return Self::Injected;
        }
        let label = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let without_region = REGION.replace_all(&label, "");
        let parts: Vec<&str> = without_region.split(['-', '_']).filter(|part| !part.is_empty()).collect();
        if DATE.is_match(&label) || parts.last().is_some_and(|last| COLOURS.contains(last) || is_hash(last)) {
            return Self::Disposable;
        }
        if parts.iter().all(|part| is_timeless(part)) {
            return Self::Timeless;
        }
        let counts = parts.iter().any(|part| part.ends_with(|c: char| c.is_ascii_digit()));
        if counts { Self::Serial } else { Self::Proper }
    }
}

/// A name without what tells it from its successor: dates, colours, numbers and hashes. Judged by its first label.
pub fn stem(name: &str) -> String {
    let label = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let label = DATE.replace_all(&label, "-");
    let is_kept = |part: &&str| !part.is_empty() && !COLOURS.contains(part) && !is_hash(part);
    let parts = label.split(['-', '_']).filter(is_kept);
    let parts = parts.map(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()));
    parts.filter(|part| !part.is_empty() && *part != "v").collect::<Vec<_>>().join("-")
}

/// Whether every word of a name is an environment, a place or a product, so that text searches find it everywhere.
pub fn is_all_common_words(name: &str) -> bool {
    let label = name.to_ascii_lowercase();
    let without_region = REGION.replace_all(&label, "");
    without_region.split(['-', '_', '.']).filter(|part| !part.is_empty()).all(is_timeless)
}

/// Whether a name is nothing but the name of an environment.
pub fn is_environment(name: &str) -> bool {
    is_stage(name) || ENVIRONMENTS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether a word belongs to a system that has clusters of its own, so that its "cluster" is not one of Kubernetes.
pub fn names_another_system(word: &str) -> bool {
    word.split(['_', '-', ':', '.']).any(|part| OTHER_SYSTEMS.iter().any(|system| begins_with(part, system)))
}

fn begins_with(word: &str, beginning: &str) -> bool {
    let (word, beginning) = (word.as_bytes(), beginning.as_bytes());
    // Most words differ in the first letter already, and there are many systems.
    word.first().map(u8::to_ascii_lowercase) == beginning.first().copied()
        && word.get(..beginning.len()).is_some_and(|part| part.eq_ignore_ascii_case(beginning))
}

fn is_timeless(part: &str) -> bool {
    is_environment(part) || FILLERS.contains(&part)
}

/// `7f3a2`, `jlxqf`: letters and digits mixed, or letters that no word has.
fn is_hash(part: &str) -> bool {
    let alphanumeric = part.chars().all(|c| c.is_ascii_alphanumeric()) && (5..=12).contains(&part.len());
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let vowels = part.chars().filter(|c| "aeiouy".contains(*c)).count();
    let counted =
        part.trim_end_matches(|c: char| c.is_ascii_digit()).chars().all(|c| c.is_ascii_alphabetic());
    alphanumeric && (digits > 0 && digits < part.len() && !counted || digits == 0 && vowels == 0)
}

/// A date, not next to another digit: `20261120`, `2026-11`, `261120`, `2611`, `2026w47`. Or a version: `1-36`.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        r"20[0-9]{2}[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12][0-9]|3[01]))?",
        r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])",
        r"20[0-9]{2}[-_.]?(?:w[0-9]{2}|q[1-4])",
        r"2[0-9](?:0[1-9]|1[0-2])",
    ];
    Regex::new(&format!("(?:^|[^0-9])(?:{})(?:$|[^0-9])", patterns.join("|"))).expect("a constant pattern")
});

/// Regions and zones of the large clouds: their digits count nothing.
static REGION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?-u)\b(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-?\d[a-f]?\b|\b(?:us|europe|asia|australia|northamerica|southamerica|me|africa)-(?:north|south|east|west|central)(?:east|west)?\d(?:-[a-f])?\b|\b(?:east|west|north|south|central)(?:us|europe|asia)\d?\b";
    Regex::new(pattern).expect("a constant pattern")
});

/// Words that mean an environment in the name of a cluster; in other names they may mean anything.
/// Source: folder names of eighteen public cluster codebases.
const ENVIRONMENTS: &[&str] = &[
    "int",
    "integration",
    "pre",
    "nonprod",
    "canary",
    "main",
    "default",
    "ci",
    "e2e",
    "lab",
    "local",
    "perf",
];

/// Products, places and words that say nothing.
const FILLERS: &[&str] = &[
    "k8s",
    "kube",
    "kubernetes",
    "eks",
    "gke",
    "aks",
    "ecs",
    "oke",
    "rke",
    "rke2",
    "k3s",
    "talos",
    "openshift",
    "ocp",
    "cluster",
    "clusters",
    "my",
    "the",
    "app",
    "apps",
    "infra",
    "infrastructure",
    "platform",
    "core",
    "base",
    "common",
    "shared",
    "global",
    "service",
    "services",
    "mgmt",
    "management",
    "ops",
    "tools",
    "tooling",
    "monitoring",
    "web",
    "backend",
    "frontend",
    "data",
    "home",
    "aws",
    "gcp",
    "azure",
    "cloud",
    "onprem",
    "us",
    "eu",
    "ap",
    "asia",
    "europe",
    "emea",
    "apac",
    "jp",
    "uk",
    "de",
    "east",
    "west",
    "north",
    "south",
    "central",
    "public",
    "private",
    "internal",
    "external",
    "primary",
    "secondary",
    "hub",
    "edge",
    "host",
    "node",
    "example",
];

/// Pairs of which one takes over from the other.
const COLOURS: &[&str] = &[
    "blue", "green", "red", "black", "white", "yellow", "purple", "orange", "a", "b", "c", "d", "active",
    "inactive", "passive",
];

/// Other systems have clusters as well. Source: metrics and labels of their exporters.
const OTHER_SYSTEMS: &[&str] = &[
    "redis",
    "kafka",
    "elastic",
    "opensearch",
    "cassandra",
    "scylla",
    "ceph",
    "rook",
    "pg",
    "postgres",
    "mysql",
    "mongo",
    "etcd",
    "rabbitmq",
    "nats",
    "envoy",
    "istio",
    "upstream",
    "galera",
    "cockroach",
    "clickhouse",
    "zookeeper",
    "vault",
    "consul",
    "memcached",
    "cache",
    "loki",
    "mimir",
    "cortex",
    "tempo",
    "thanos",
    "alertmanager",
    "minio",
    "spark",
    "flink",
    "pulsar",
    "ndb",
    "aurora",
    "rds",
    "msk",
    "solr",
    "hazelcast",
    "outbound",
    "inbound",
    "ecs",
    "cnpg",
    "strimzi",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_their_first_label() {
        let cases = [
            ("${CLUSTER_NAME}", Promise::Injected),
            ("x-${ENVIRONMENT}-aks", Promise::Injected),
            ("prod-20261120.cluster.example.com", Promise::Disposable),
            ("stage-2026-11", Promise::Disposable),
            ("prod-261120", Promise::Disposable),
            ("prod-2026w47", Promise::Disposable),
            ("k8s-prod-blue", Promise::Disposable),
            ("gke-prod-7f3a2", Promise::Disposable),
            ("shop-jlxqf", Promise::Disposable),
            ("prod-1-31", Promise::Serial),
            ("live-2", Promise::Serial),
            ("k-prd-a02", Promise::Serial),
            ("tokyo0", Promise::Serial),
            ("prod", Promise::Timeless),
            ("prod-eks", Promise::Timeless),
            ("prod.cluster.example.com", Promise::Timeless),
            ("prod-us-east-1", Promise::Timeless),
            ("main", Promise::Timeless),
            ("gandalf", Promise::Proper),
            ("montreal", Promise::Proper),
        ];
        for (name, promise) in cases {
            assert_eq!(Promise::of(name), promise, "{name}");
        }
    }
}
