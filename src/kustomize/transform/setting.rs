//! A scalar that a kustomization puts into objects.

use crate::kustomize::field_spec::Unfit;
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::value::Value;
use crate::provenance::{Change, Operation, Place};
use crate::source::Span;
use crate::yaml::{Node, Schema, Shape, Value as Typed};

/// A scalar to put into objects, and what puts it there.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// As it is written.
    written: Value,
    /// The same where nothing was before; made once and shared by all objects.
    fresh: Value,
    operation: Operation,
    by: Span,
}

impl Setting {
    /// This scalar, put there by what stands at `by`.
    pub(super) fn new(written: Value, operation: Operation, by: Span) -> Self {
        let change = Change { operation, by, before: None };
        let place = Place::composed(written.span(), Vec::new(), vec![change]);
        let text = written.text();
        let fresh =
            if written.is_string() { Value::text_at(&*text, place) } else { Value::plain_at(&*text, place) };
        Self { written, fresh, operation, by }
    }

    /// The new value where another was; nothing if it was the same already.
    pub(super) fn over(&self, old: &Value) -> Option<Value> {
        if old.is_null() {
            return Some(self.fresh.clone());
        }
        let same = old.shape() == Shape::Scalar
            && old.is_string() == self.fresh.is_string()
            && old.text() == self.fresh.text();
        let new = || self.written.clone().after(&old.place(), self.operation, self.by);
        (!same).then(new)
    }

    /// The new value where a scalar must have been.
    pub(super) fn over_scalar(&self, old: &Value) -> Result<Option<Value>, Unfit> {
        if old.shape() == Shape::Scalar { Ok(self.over(old)) } else { Err(Unfit) }
    }

    /// The value where nothing was.
    pub(super) fn fresh(&self) -> Value {
        self.fresh.clone()
    }

    /// Where the scalar is written.
    pub(super) fn span(&self) -> Span {
        self.written.span()
    }
}

/// A text as kustomize takes it: numbers and booleans have to be quoted. They are taken all the same.
pub(super) fn text(written: Value, gaps: &mut Vec<Gap>) -> Option<Value> {
    if written.shape() != Shape::Scalar {
        let message = "kustomize takes a text here, no mapping and no sequence";
        gaps.push(Gap::new(GapKind::Field, written.span(), message));
        return None;
    }
    // A kustomization is read as kubectl reads: there `yes` is a boolean.
    let is_text = |node: Node<'_>| matches!(node.value_as(Schema::Kubectl), Typed::String(_));
    if !written.is_null() && !written.node().is_none_or(is_text) {
        let message = format!("kustomize takes a text here, and `{}` without quotes is none", written.text());
        gaps.push(Gap::new(GapKind::Field, written.span(), message));
    }
    if written.is_string() {
        return Some(written);
    }
    let span = written.span();
    Some(Value::text_at(&*written.text(), Place::at(span)))
}
