//! Waivers that stand in the configuration.

use super::pattern::Patterns;
use crate::finding::{ObjectId, RuleId};
use jiff::civil::Date;
use std::ops::Range;

/// A waiver of the list `waivers`: findings that somebody accepts.
#[derive(Debug, Clone)]
pub struct ListedWaiver {
    /// The rules it is about. Whether there are rules of these names, `rule::load` looks.
    pub rules: Vec<RuleId>,
    /// Where the names of `rules` are written, in the same order; bytes of the configuration.
    pub rule_places: Vec<Range<u32>>,
    /// The paths it is about; none for all.
    pub path: Option<Patterns>,
    /// The objects it is about; none for all, and for what belongs to no object.
    pub object: Option<ObjectPattern>,
    /// Why the findings are accepted. Without a reason it accepts nothing.
    pub reason: Option<String>,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// Where it is written, in bytes of the configuration.
    pub place: Range<u32>,
}

impl ListedWaiver {
    /// Whether it is about findings in this file, relative to the root, and about this object. Which rules it is
    /// about, `rules` says.
    pub fn covers(&self, path: &str, object: Option<&ObjectId>) -> bool {
        let fits = |pattern: &ObjectPattern| object.is_some_and(|object| pattern.fits(object));
        self.path.as_ref().is_none_or(|patterns| patterns.match_file(path))
            && self.object.as_ref().is_none_or(fits)
    }
}

/// `Kind/name` or `Kind/namespace/name`; `*` stands for any letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPattern {
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl ObjectPattern {
    /// Reads a pattern. The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        if parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
            return Err(format!("`{text}` is no object. {SHAPE}"));
        }
        match <[String; 2]>::try_from(parts) {
            Ok([kind, name]) => Ok(Self { kind, namespace: None, name }),
            Err(parts) => match <[String; 3]>::try_from(parts) {
                Ok([kind, namespace, name]) => Ok(Self { kind, namespace: Some(namespace), name }),
                Err(_) => Err(format!("`{text}` is no object. {SHAPE}")),
            },
        }
    }

    /// Whether an object is meant. One without a namespace has the empty namespace, which `*` fits.
    pub fn fits(&self, object: &ObjectId) -> bool {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let in_namespace = self.namespace.as_deref().is_none_or(|pattern| matches(pattern, namespace));
        matches(&self.kind, &object.kind) && in_namespace && matches(&self.name, &object.name)
    }
}

const SHAPE: &str = "Write `Kind/name` or `Kind/namespace/name`, with `*` for any letters";

/// Whether a pattern, in which `*` stands for any letters, is the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (inner, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in inner.split('*').filter(|piece| !piece.is_empty()) {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_letters() {
        let cases = [
            ("web", "web", true),
            ("web", "webs", false),
            ("*", "", true),
            ("web-*", "web-", true),
            ("*-web", "a-web", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("a*a", "a", false),
            ("**", "x", true),
            ("a*b*b", "ab", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn objects_are_named_by_kind_namespace_and_name() {
        let object = |namespace: Option<&str>| ObjectId {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            namespace: namespace.map(str::to_owned),
            name: "web".into(),
            pointer: String::new(),
        };
        let fits = |pattern: &str, namespace| {
            ObjectPattern::parse(pattern).expect("a pattern").fits(&object(namespace))
        };
        for pattern in ["Deployment/web", "Deployment/shop/web", "*/w*", "Deployment/*/*"] {
            assert!(fits(pattern, Some("shop")), "{pattern}");
        }
        for pattern in ["Deployment/api", "Deployment/blog/web", "StatefulSet/web"] {
            assert!(!fits(pattern, Some("shop")), "{pattern}");
        }
        assert!(fits("Deployment/*/web", None) && !fits("Deployment/shop/web", None));
        for wrong in ["web", "a/b/c/d", "a//b", "", "Deployment/my web"] {
            assert!(ObjectPattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
