//! Which kinds of object a rule is about: `apps/Deployment`, `Pod`, `batch/*`, `*`.

use serde::Deserialize;

/// A group and a kind, each of which may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct KindPattern {
    group: Option<Box<str>>,
    kind: Option<Box<str>>,
}

impl KindPattern {
    /// Reads a pattern; the error is one sentence without a stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self { group: None, kind: None });
        }
        let (group, kind) = text.rsplit_once('/').unwrap_or(("", text));
        if !kind.starts_with(|c: char| c == '*' || c.is_ascii_uppercase()) {
            return Err(format!(
                "`{text}` does not end in a kind; write `apps/Deployment`, `batch/*` or `*`"
            ));
        }
        if group.contains('/') {
            return Err(format!(
                "`{text}` has a version; a rule is about every version: write `apps/Deployment`"
            ));
        }
        if !text.contains('/') && !CORE_KINDS.contains(&kind) {
            return Err(format!(
                "the core group has no kind `{kind}`; write its group before it, as in `apps/{kind}`"
            ));
        }
        let part = |part: &str| (part != "*").then(|| part.into());
        Ok(Self { group: part(group), kind: part(kind) })
    }

    /// Whether objects of this type are meant.
    pub fn matches(&self, group: &str, kind: &str) -> bool {
        let is = |pattern: &Option<Box<str>>, text: &str| pattern.as_deref().is_none_or(|part| part == text);
        is(&self.group, group) && is(&self.kind, kind)
    }
}

impl TryFrom<String> for KindPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// Whether a group is meant by a column of a table: `*` in front stands for any group that ends so.
pub fn group_matches(pattern: &str, group: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => group.ends_with(end),
        None => group == pattern,
    }
}

/// The core group is closed: new kinds go to named groups. Source: `k8s.io/api/core/v1`, `register.go`.
const CORE_KINDS: [&str; 19] = [
    "Binding",
    "ComponentStatus",
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "List",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "RangeAllocation",
    "ReplicationController",
    "ResourceQuota",
    "Secret",
    "Service",
    "ServiceAccount",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, group: &str, kind: &str) -> bool {
        KindPattern::parse(pattern).expect("a pattern").matches(group, kind)
    }

    #[test]
    fn group_and_kind_decide() {
        assert!(matches("apps/Deployment", "apps", "Deployment"));
        assert!(!matches("apps/Deployment", "extensions", "Deployment"));
        assert!(matches("Service", "", "Service"));
        assert!(!matches("Service", "serving.knative.dev", "Service"));
        assert!(matches("batch/*", "batch", "CronJob"));
        assert!(!matches("batch/*", "", "Pod"));
        assert!(matches("*/Cluster", "kops.k8s.io", "Cluster"));
        assert!(matches("*", "", "Pod"));
    }

    #[test]
    fn likely_mistakes_are_explained() {
        for (pattern, hint) in [
            ("Deployment", "`apps/Deployment`"),
            ("apps/v1/Deployment", "version"),
            ("apps/v1", "kind"),
            ("", "kind"),
        ] {
            let message = KindPattern::parse(pattern).expect_err(pattern);
            assert!(message.contains(hint), "{message}");
        }
    }
}
