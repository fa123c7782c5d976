//! Which kinds of object a rule is about: `apps/Deployment`, `Pod`, `batch/*`, `*`.

use super::object::TypeMeta;

/// A group and a kind, each of which may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub fn matches(&self, meta: &TypeMeta) -> bool {
        let is = |pattern: &Option<Box<str>>, text: &str| pattern.as_deref().is_none_or(|part| part == text);
        is(&self.group, meta.group()) && is(&self.kind, meta.kind())
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
    use crate::source::{FileKind, Sources};
    use crate::yaml;

    fn matches(pattern: &str, api_version: &str, kind: &str) -> bool {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\n");
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.as_str().into());
        let tree = yaml::parse(file, text.into());
        let meta = tree.roots().next().and_then(TypeMeta::of).expect("a type");
        KindPattern::parse(pattern).expect("a pattern").matches(&meta)
    }

    #[test]
    fn group_and_kind_decide() {
        assert!(matches("apps/Deployment", "apps/v1", "Deployment"));
        assert!(!matches("apps/Deployment", "extensions/v1beta1", "Deployment"));
        assert!(matches("Service", "v1", "Service"));
        assert!(!matches("Service", "serving.knative.dev/v1", "Service"));
        assert!(matches("batch/*", "batch/v1beta1", "CronJob"));
        assert!(!matches("batch/*", "v1", "Pod"));
        assert!(matches("*/Cluster", "kops.k8s.io/v1alpha2", "Cluster"));
        assert!(matches("*", "v1", "Pod"));
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
