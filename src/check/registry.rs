//! Native checks by name: the one list of them.

use super::Check;
use super::cluster_without_spec::ClusterWithoutSpec;
use super::dangling_reference::DanglingReference;
use super::image_without_version::ImageWithoutVersion;
use super::kubernetes_version::{KubernetesVersionFloating, KubernetesVersionMissing};
use super::live_status::LiveStatus;
use super::remote_source_unpinned::RemoteSourceUnpinned;
use crate::problem::Problem;
use crate::spelling;
use crate::yaml::{Node, Shape, Value};
use serde::de::DeserializeOwned;

/// The name that a rule page gives in `check:`, and how the check is made from the `with:` of that page.
const CHECKS: &[(&str, Constructor)] = &[
    ("cluster-without-spec", of::<ClusterWithoutSpec>),
    ("dangling-reference", of::<DanglingReference>),
    ("image-without-version", of::<ImageWithoutVersion>),
    ("kubernetes-version-floating", of::<KubernetesVersionFloating>),
    ("kubernetes-version-missing", of::<KubernetesVersionMissing>),
    ("live-status", of::<LiveStatus>),
    ("remote-source-unpinned", of::<RemoteSourceUnpinned>),
];

type Constructor = fn(Option<Node<'_>>) -> Result<Box<dyn Check>, Problem>;

/// Makes the check that `check:` names, with the parameters in `with:`.
pub fn build(name: Node<'_>, with: Option<Node<'_>>) -> Result<Box<dyn Check>, Problem> {
    let text = name.text();
    let known = CHECKS.iter().find(|(known, _)| *known == text);
    let unknown = || {
        let near = spelling::nearest(&text, names()).map(|near| format!("did you mean `{near}`?"));
        let near = near.unwrap_or_else(|| format!("the checks are {}", names().join(", ")));
        Problem::at(name.span(), format!("there is no check `{text}`; {near}"))
    };
    let (_, constructor) = known.ok_or_else(unknown)?;
    constructor(with)
}

/// The names of all native checks.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|(name, _)| *name).collect()
}

/// A check from its parameters. Its type says `#[serde(deny_unknown_fields, default)]`.
fn of<C: Check + DeserializeOwned + 'static>(with: Option<Node<'_>>) -> Result<Box<dyn Check>, Problem> {
    let parameters = with.map_or_else(|| serde_json::Value::Object(serde_json::Map::new()), json);
    let check: C = serde_json::from_value(parameters).map_err(|error| wrong(with, &error.to_string()))?;
    Ok(Box::new(check))
}

/// Serde says which parameter is meant only in words, so its place is looked up by the name in those words.
fn wrong(with: Option<Node<'_>>, message: &str) -> Problem {
    let with = with.expect("no parameters cannot be wrong: every parameter has a default");
    let named = message.split('`').nth(1).and_then(|name| with.entry(name));
    Problem::at(named.map_or(with, |entry| entry.key).span(), message)
}

/// Parameters are few and small, so going through JSON costs nothing.
fn json(node: Node<'_>) -> serde_json::Value {
    match node.shape() {
        Shape::Mapping => node.entries().map(|e| (e.key.text().into_owned(), json(e.value))).collect(),
        Shape::Sequence => node.items().map(json).collect(),
        Shape::Scalar => match node.value() {
            Value::Null => serde_json::Value::Null,
            Value::Bool(answer) => answer.into(),
            Value::Int(number) => number.into(),
            Value::Uint(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::String(text) => text.into(),
        },
    }
}
