//! Which objects a step is for, as `target` of a patch says it.

use super::gap::{Gap, GapKind};
use super::id::Id;
use super::resource::{Resource, Resources};
use super::value::Value;
use regex::{Regex, RegexBuilder};

/// What an object must be to be selected. What is not given may be anything.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

impl Selector {
    /// The selector that a mapping describes. What cannot be read is told, and selects nothing.
    pub fn parse(value: &Value, gaps: &mut Vec<Gap>) -> Self {
        let mut pattern = |key: &str| Pattern::parse(value.get(key).as_ref(), gaps);
        let (group, version, kind) = (pattern("group"), pattern("version"), pattern("kind"));
        let (name, namespace) = (pattern("name"), pattern("namespace"));
        let mut requirements = |key: &str| value.get(key).map_or_else(Vec::new, |text| parse(&text, gaps));
        let (labels, annotations) = (requirements("labelSelector"), requirements("annotationSelector"));
        Self { group, version, kind, name, namespace, labels, annotations }
    }

    /// The numbers of the objects that are selected.
    pub fn select(&self, resources: &Resources) -> Vec<usize> {
        (0..resources.len()).filter(|&index| self.selects(resources.get(index))).collect()
    }

    /// Whether an object is selected: by what it is now, its name and namespace also by what they were at first.
    pub fn selects(&self, resource: &Resource) -> bool {
        let gvk = &resource.id().gvk;
        self.group.fits(&gvk.group)
            && self.version.fits(&gvk.version)
            && self.kind.fits(&gvk.kind)
            && (self.is_named(resource.original_id()) || self.is_named(resource.id()))
            && meets(&self.labels, resource, "labels")
            && meets(&self.annotations, resource, "annotations")
    }

    /// The only name that objects may have or have had at first; nothing if there may be several.
    pub fn exact_name(&self) -> Option<&str> {
        match &self.name {
            Pattern::Is(name) => Some(name),
            _ => None,
        }
    }

    fn is_named(&self, id: &Id) -> bool {
        self.name.fits(&id.name) && self.namespace.fits(id.effective_namespace())
    }
}

/// A part of an identity.
#[derive(Debug, Clone, Default)]
enum Pattern {
    #[default]
    Any,
    /// A text without anything that is special in a regular expression.
    Is(String),
    Fits(Regex),
    /// The pattern cannot be read.
    Nothing,
}

impl Pattern {
    fn parse(value: Option<&Value>, gaps: &mut Vec<Gap>) -> Self {
        let Some(value) = value else { return Self::Any };
        let text = value.text();
        if text.is_empty() {
            return Self::Any;
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)) {
            return Self::Is(text.into_owned());
        }
        let regex = RegexBuilder::new(&format!("^(?:{text})$")).size_limit(MAX_REGEX).build();
        let Ok(regex) = regex else {
            let message = format!("`{text}` is no regular expression, or a very large one");
            gaps.push(Gap::new(GapKind::Field, value.span(), message));
            return Self::Nothing;
        };
        Self::Fits(regex)
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(only) => only == text,
            Self::Fits(regex) => regex.is_match(text),
            Self::Nothing => false,
        }
    }
}

/// One of the conditions between commas.
#[derive(Debug, Clone)]
enum Requirement {
    Has(String),
    HasNot(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Greater(String, i64),
    Less(String, i64),
    /// The selector cannot be read.
    Never,
}

impl Requirement {
    fn is_met(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        let number = |key: &str| value(key).and_then(|value| value.parse::<i64>().ok());
        match self {
            Self::Has(key) => value(key).is_some(),
            Self::HasNot(key) => value(key).is_none(),
            Self::In(key, values) => value(key).is_some_and(|value| values.contains(&value)),
            Self::NotIn(key, values) => value(key).is_none_or(|value| !values.contains(&value)),
            Self::Greater(key, limit) => number(key).is_some_and(|number| number > *limit),
            Self::Less(key, limit) => number(key).is_some_and(|number| number < *limit),
            Self::Never => false,
        }
    }
}

fn meets(requirements: &[Requirement], resource: &Resource, field: &str) -> bool {
    let value =
        |key: &str| resource.root.at(&["metadata", field, key]).map(|value| value.text().into_owned());
    requirements.iter().all(|requirement| requirement.is_met(value))
}

/// `a=b,c!=d,e in (x,y),!f`.
fn parse(value: &Value, gaps: &mut Vec<Gap>) -> Vec<Requirement> {
    let text = value.text();
    if text.trim().is_empty() {
        return Vec::new();
    }
    let requirements: Option<Vec<_>> = split_at_commas(&text).into_iter().map(requirement).collect();
    requirements.unwrap_or_else(|| {
        let message = format!("`{text}` is no selector");
        gaps.push(Gap::new(GapKind::Field, value.span(), message));
        vec![Requirement::Never]
    })
}

/// Commas between parentheses belong to a set.
fn split_at_commas(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .collect()
}

fn requirement(text: &str) -> Option<Requirement> {
    let text = text.trim();
    if let Some(key) = text.strip_prefix('!') {
        return key_of(key).map(Requirement::HasNot);
    }
    if let Some((key, set)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return with_set(key.trim_end(), set);
    }
    if let Some((key, value)) = text.split_once("!=") {
        return Some(Requirement::NotIn(key_of(key)?, vec![value_of(value)?]));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Some(Requirement::In(key_of(key)?, vec![value_of(value)?]));
    }
    if let Some((key, value)) = text.split_once('>') {
        return Some(Requirement::Greater(key_of(key)?, value.trim().parse().ok()?));
    }
    if let Some((key, value)) = text.split_once('<') {
        return Some(Requirement::Less(key_of(key)?, value.trim().parse().ok()?));
    }
    key_of(text).map(Requirement::Has)
}

fn with_set(head: &str, set: &str) -> Option<Requirement> {
    let (key, operator) = head.rsplit_once(char::is_whitespace)?;
    let values = set.split(',').map(value_of).collect::<Option<_>>()?;
    match operator {
        "in" => Some(Requirement::In(key_of(key)?, values)),
        "notin" => Some(Requirement::NotIn(key_of(key)?, values)),
        _ => None,
    }
}

fn key_of(text: &str) -> Option<String> {
    let key = text.trim();
    let is_key = !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || "=!<>()".contains(c));
    is_key.then(|| key.to_owned())
}

fn value_of(text: &str) -> Option<String> {
    let value = text.trim();
    (!value.contains(|c: char| c.is_whitespace() || "=!<>()".contains(c))).then(|| value.to_owned())
}

/// Bytes that a compiled regular expression may take. Repetitions of repetitions take very many.
const MAX_REGEX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;
    use std::sync::Arc;

    fn values(text: &str) -> Vec<Value> {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = Arc::new(yaml::parse(file, text.into()));
        tree.roots().map(|root| Value::written(&tree, root)).collect()
    }

    const OBJECTS: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {x: \"y\", n: \"2\"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a.b, namespace: ns}
---
apiVersion: v1
kind: Namespace
metadata: {name: n}
";

    fn selected(selector: &str) -> (Vec<usize>, usize) {
        let objects = values(OBJECTS).into_iter().map(|root| Arc::new(Resource::new(root)));
        let mut gaps = Vec::new();
        let selector = Selector::parse(&values(selector)[0], &mut gaps);
        (selector.select(&objects.collect()), gaps.len())
    }

    /// Each row was tried with kustomize v5.5.0.
    #[test]
    fn selectors_select() {
        for (selector, expected) in [
            ("{}", vec![0, 1, 2]),
            ("{kind: ConfigMap}", vec![0]),
            ("{kind: Config}", vec![]),
            ("{group: apps, version: v1}", vec![1]),
            ("{name: a|n}", vec![0, 2]),
            ("{name: a.b}", vec![1]),
            ("{name: ''}", vec![0, 1, 2]),
            ("{namespace: default}", vec![0]),
            ("{namespace: ns}", vec![1]),
            ("{namespace: .*}", vec![0, 1, 2]),
            ("{labelSelector: x=y}", vec![0]),
            ("{labelSelector: 'x==y, n'}", vec![0]),
            ("{labelSelector: 'x in (y, z),n notin (3)'}", vec![0]),
            ("{labelSelector: x!=y}", vec![1, 2]),
            ("{labelSelector: '!x'}", vec![1, 2]),
            ("{labelSelector: n>1}", vec![0]),
            ("{labelSelector: n<2}", vec![]),
            ("{annotationSelector: x}", vec![]),
        ] {
            assert_eq!(selected(selector), (expected, 0), "{selector}");
        }
    }

    #[test]
    fn what_cannot_be_read_selects_nothing() {
        for selector in [
            "{name: a(}",
            "{labelSelector: 'x y'}",
            "{labelSelector: 'x in y'}",
            "{labelSelector: '!!x'}",
            "{labelSelector: 'x==y,'}",
        ] {
            assert_eq!(selected(selector), (vec![], 1), "{selector}");
        }
    }
}
