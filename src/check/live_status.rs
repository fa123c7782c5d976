//! The state of a live object written into the code.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::object::Object;
use crate::model::path::Path;
use crate::yaml::{Entry, Node, Shape, Value};
use serde::Deserialize;
use std::sync::LazyLock;

/// Finds a `status` that a controller filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LiveStatus {}

impl Check for LiveStatus {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        for object in codebase.objects() {
            outcome.looked_at(1);
            if let Some(status) = live_status(object) {
                let message = format!(
                    "{} carries the status of a live object, copied out of a cluster",
                    object.title()
                );
                outcome.report(Violation::at(status.key, message).in_object(object, status.value));
            }
        }
    }
}

/// A `Status` is what the API server answers; its `status` is a word, not a state.
fn live_status(object: Object<'_>) -> Option<Entry<'_>> {
    let status = object.root().entry("status").filter(|_| !object.is("", "Status"))?;
    EVERYTHING.select(status.value).into_iter().any(|selected| is_filled(selected.value)).then_some(status)
}

static EVERYTHING: LazyLock<Path> = LazyLock::new(|| Path::parse("**").expect("`**` is a path"));

/// Code generators and `kubectl create --dry-run` write a status of nothing but zero values.
fn is_filled(node: Node<'_>) -> bool {
    let is_zero = matches!(node.value(), Value::Null | Value::Bool(false) | Value::Int(0));
    node.shape() == Shape::Scalar && !is_zero && !node.is_empty()
}
