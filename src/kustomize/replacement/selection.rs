//! Which objects a replacement is about.

use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::id::Id;
use crate::kustomize::resource::{Resource, Resources};
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

/// Objects by patterns, by any of their names.
pub(super) struct Selection {
    patterns: [Option<Regex>; 5],
}

impl Selection {
    /// As it is written below `select` or `reject`. A pattern that is none is taken as a text.
    pub(super) fn of(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        for name in ["labelSelector", "annotationSelector"] {
            if let Some(selector) = written.get(name).filter(|selector| !selector.text().is_empty()) {
                gaps.push(gap(
                    GapKind::Unsupported,
                    selector.span(),
                    "k8factor does not select by labels here",
                ));
            }
        }
        let Texts(texts) = Texts::of(written);
        Self { patterns: texts.map(|text| (!text.is_empty()).then(|| pattern(&text)).flatten()) }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.patterns.iter().all(Option::is_none)
    }

    /// Whether one of the object's names is meant.
    pub(super) fn has(&self, resource: &Resource) -> bool {
        resource.ids().any(|id| self.fits(id))
    }

    fn fits(&self, id: &Id) -> bool {
        let texts = [&*id.gvk.group, &*id.gvk.version, &*id.gvk.kind, &*id.name, id.effective_namespace()];
        let fits =
            |pattern: &Option<Regex>, text| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        self.patterns.iter().zip(texts).all(|(pattern, text)| fits(pattern, text))
    }
}

/// Group, version, kind, name and namespace.
struct Texts([String; 5]);

impl Texts {
    fn of(written: &Value) -> Self {
        let text = |name: &str| written.text_of(&[name]).unwrap_or_default();
        Self(["group", "version", "kind", "name", "namespace"].map(text))
    }

    fn are_of(&self, id: &Id) -> bool {
        let texts = [&*id.gvk.group, &*id.gvk.version, &*id.gvk.kind, &*id.name, id.effective_namespace()];
        self.0.iter().zip(texts).all(|(wanted, text)| wanted.is_empty() || wanted == text)
    }
}

fn pattern(text: &str) -> Option<Regex> {
    let whole = |text: &str| Regex::new(&format!("^(?:{text})$"));
    whole(text).or_else(|_| whole(&regex::escape(text))).ok()
}

fn gap(kind: GapKind, span: Span, message: &str) -> Gap {
    Gap::new(kind, span, message)
}
