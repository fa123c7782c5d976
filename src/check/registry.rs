//! Native checks by name: the one list of them.

use super::Check;
use super::ambiguous_yaml::AmbiguousYaml;
use super::live_status::LiveStatus;
use crate::problem::Problem;
use crate::suggest::closest;
use crate::yaml::{self, Node};
use serde::de::DeserializeOwned;

/// The name that a rule page gives in `check:`, and how the check is made from the `with:` of that page.
const CHECKS: &[(&str, Constructor)] =
    &[("ambiguous-yaml", of::<AmbiguousYaml>), ("live-status", of::<LiveStatus>)];

type Constructor = fn(Option<Node<'_>>) -> Result<Box<dyn Check>, Problem>;

/// Makes the check that `check:` names, with the parameters in `with:`.
pub fn build(name: Node<'_>, with: Option<Node<'_>>) -> Result<Box<dyn Check>, Problem> {
    let text = name.text();
    let known = CHECKS.iter().find(|(known, _)| *known == text);
    let unknown = || {
        let near = closest(&text, names()).map(|near| format!("did you mean `{near}`?"));
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
fn of<C: Check + Default + DeserializeOwned + 'static>(
    with: Option<Node<'_>>,
) -> Result<Box<dyn Check>, Problem> {
    let Some(with) = with else { return Ok(Box::new(C::default())) };
    let check: C = yaml::from_node(with)
        .map_err(|error| Problem::at(error.span().unwrap_or_else(|| with.span()), error.message()))?;
    Ok(Box::new(check))
}
