//! Finds references to what nothing in the codebase provides: objects by name, files and folders by path.
//!
//! Much can provide an object without writing it down: charts, remote bases, operators, scripts. Where one of them
//! could, the check is silent.

mod names;
mod paths;
mod provided;
mod suppliers;

use super::own_repository::Own;
use super::{Check, Missing, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Sentence, Subject};
use crate::model::glob;
use crate::model::reference::{Reference, references};
use provided::Provided;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use suppliers::Suppliers;

/// References to nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DanglingReference {
    /// What something outside of the codebase provides.
    provided: Vec<KindAndName>,
}

impl Check for DanglingReference {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        paths::check(codebase, &Own::of(codebase), outcome);
        let all: Vec<_> =
            codebase.objects().flat_map(references).filter(|reference| !reference.optional).collect();
        outcome.looked_at(all.len());
        let mut dangling = dangling(codebase, all);
        dangling.retain(|reference| !self.provided.iter().any(|provided| provided.is_meant_by(reference)));
        for places in by_name(dangling).into_values() {
            outcome.report(violation(codebase, &places));
        }
    }
}

/// `Secret/registry-*`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct KindAndName {
    kind: String,
    /// A pattern.
    name: String,
}

impl TryFrom<String> for KindAndName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts =
            text.split_once('/').filter(|(kind, _)| kind.starts_with(|c: char| c.is_ascii_uppercase()));
        let (kind, name) = parts.ok_or_else(|| {
            format!("`{text}` is no kind and name. Write both, such as `Secret/registry-*`")
        })?;
        Ok(Self { kind: kind.to_owned(), name: name.to_owned() })
    }
}

impl KindAndName {
    fn is_meant_by(&self, reference: &Reference<'_>) -> bool {
        self.kind == *reference.target.kind && glob::matches(&self.name, &reference.name)
    }
}

fn dangling<'a>(codebase: &'a Codebase, all: Vec<Reference<'a>>) -> Vec<Reference<'a>> {
    let provided = Provided::of(codebase);
    let mut left: Vec<_> = all.into_iter().filter(|reference| !provided.has(reference)).collect();
    if left.is_empty() {
        return left;
    }
    let names: HashSet<String> = left.iter().map(|reference| reference.name.to_string()).collect();
    let suppliers = Suppliers::of(codebase, &names);
    left.retain(|reference| !suppliers.could_supply(reference));
    left
}

/// The same missing object is one finding, however many refer to it. What is surely deployed comes first.
fn by_name<'a>(dangling: Vec<Reference<'a>>) -> BTreeMap<(String, String), Vec<Reference<'a>>> {
    let mut groups: BTreeMap<_, Vec<Reference<'a>>> = BTreeMap::new();
    for reference in dangling {
        let key = (reference.target.kind.to_string(), reference.name.to_string());
        groups.entry(key).or_default().push(reference);
    }
    for places in groups.values_mut() {
        places.sort_by_key(|place| (place.from.zone(), place.node.span()));
    }
    groups
}

fn violation(codebase: &Codebase, places: &[Reference<'_>]) -> Violation {
    let first = &places[0];
    let kind = &first.target.kind;
    let message = |place: &Reference<'_>| {
        Subject::new(format!(
            "{} needs {kind} `{}`, which nothing in the codebase provides: on the new cluster it is missing",
            place.from.title(),
            place.name
        ))
    };
    let mut violation = Violation::at(first.node, "").in_object(first.from, first.node);
    violation = violation.telling(message(first), Sentence::Own);
    // What is written once may be built many times.
    let (here, others): (Vec<_>, Vec<_>) =
        places.iter().partition(|place| place.node.span() == first.node.span());
    violation.builds = here.iter().flat_map(|place| place.from.builds().iter().copied()).collect();
    let mut seen = HashSet::new();
    let others = others.into_iter().filter(|place| seen.insert(place.node.span()));
    let others = others.map(|place| {
        another(place.from, place.node, format!("{} needs it too", place.from.title())).about(message(place))
    });
    let violation = violation.with_others(others, MAX_RELATED);
    // Every text was searched for the name, understood or not.
    let missing = Missing::anywhere().or_in_scripts().in_no_text();
    if first.target.is_core("Secret") {
        let help = format!(
            "Declare how Secret `{}` comes into being, with an ExternalSecret or a SealedSecret for example.",
            first.name
        );
        let secret = missing.or_encrypted();
        return violation.with_help(help).for_want_of(secret).weaker().weaker().less_sure();
    }
    let help = format!("Add {kind} `{}`, or correct the name.", first.name);
    let violation = violation.with_help(help).for_want_of(missing).weaker();
    if codebase.skipped().is_empty() { violation } else { violation.less_sure() }
}

/// More places than this help nobody.
const MAX_RELATED: usize = 20;
