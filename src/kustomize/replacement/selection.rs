//! Which objects a replacement is about.

use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::id::Id;
use crate::kustomize::resource::{Resource, Resources, key};
use crate::kustomize::selector::Selector;
use crate::kustomize::value::Value;
use crate::source::Span;
use regex::Regex;

/// The one object that a value is taken from, by any of its names.
pub(super) fn source<'a>(resources: &'a Resources, written: &Value) -> Result<&'a Resource, Gap> {
    let texts = Texts::of(written);
    let mut matches = resources.iter().filter(|resource| resource.ids().any(|id| texts.are_of(id)));
    let Some(first) = matches.next() else {
        return Err(gap(GapKind::Target, written.span(), "no object is what this source selects"));
    };
    match matches.next() {
        None => Ok(first),
        Some(other) => {
            let message =
                format!("this source selects more than one object: {} and {}", first.id(), other.id());
            Err(gap(GapKind::Ambiguous, written.span(), &message))
        }
    }
}

/// Objects by patterns, by any of their names, and by labels and annotations.
pub(super) struct Selection {
    patterns: [Option<Regex>; 5],
    labels: Option<Selector>,
}

impl Selection {
    /// As it is written below `select` or `reject`. A pattern that is none is taken as a text.
    pub(super) fn of(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        let Texts(texts) = Texts::of(written);
        let patterns = texts.map(|text| (!text.is_empty()).then(|| pattern(&text)).flatten());
        Self { patterns, labels: labels(written, gaps) }
    }

    /// Whether an object is selected: one of its names, and its labels and annotations.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        self.is_named(resource) && self.labels.as_ref().is_none_or(|labels| labels.selects(resource))
    }

    /// Whether an object is rejected, for which one of both is enough.
    pub(super) fn rejects(&self, resource: &Resource) -> bool {
        let has_names = self.patterns.iter().any(Option::is_some);
        has_names && self.is_named(resource)
            || self.labels.as_ref().is_some_and(|labels| labels.selects(resource))
    }

    fn is_named(&self, resource: &Resource) -> bool {
        resource.ids().any(|id| self.fits(id))
    }

    fn fits(&self, id: &Id) -> bool {
        let fits = |(pattern, text): (&Option<Regex>, &str)| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        };
        self.patterns.iter().zip(texts_of(id)).all(fits)
    }
}

/// The part of a selection that is about labels and annotations; nothing if there is none.
fn labels(written: &Value, gaps: &mut Vec<Gap>) -> Option<Selector> {
    let mut part = Value::empty_map(written.span());
    for name in ["labelSelector", "annotationSelector"] {
        let given = written.get(name).filter(|selector| !selector.text().is_empty());
        if let (Some(selector), Some(map)) = (given, part.map_mut()) {
            map.insert(key(name, selector.span()), selector);
        }
    }
    (!part.entries().is_empty()).then(|| Selector::parse(&part, gaps))
}

/// Group, version, kind, name and namespace.
struct Texts([String; 5]);

impl Texts {
    fn of(written: &Value) -> Self {
        let text = |name: &str| written.text_of(&[name]).unwrap_or_default();
        Self(["group", "version", "kind", "name", "namespace"].map(text))
    }

    fn are_of(&self, id: &Id) -> bool {
        self.0.iter().zip(texts_of(id)).all(|(wanted, text)| wanted.is_empty() || wanted == text)
    }
}

fn texts_of(id: &Id) -> [&str; 5] {
    [&id.gvk.group, &id.gvk.version, &id.gvk.kind, &id.name, id.effective_namespace()]
}

fn pattern(text: &str) -> Option<Regex> {
    let whole = |text: &str| Regex::new(&format!("^(?:{text})$"));
    whole(text).or_else(|_| whole(&regex::escape(text))).ok()
}

fn gap(kind: GapKind, span: Span, message: &str) -> Gap {
    Gap::new(kind, span, message)
}
