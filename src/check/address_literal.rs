//! IP addresses in what several clusters share.

use super::{Check, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::address::{Address, AddressUse, addresses};
use crate::model::cluster::is_cluster_group;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::source::{FileKind, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at the fields of objects that hold addresses.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AddressLiteral {}

/// An address where it is written, and what gets it.
struct Place<'a> {
    address: Address<'a>,
    /// Nothing for values of a chart.
    object: Option<Object<'a>>,
    /// The clusters and environments that get it.
    layers: BTreeSet<&'a str>,
}

impl Check for AddressLiteral {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let mut places: BTreeMap<(Span, String), Place<'_>> = BTreeMap::new();
        for object in codebase.objects().filter(|object| !is_spared(*object)) {
            outcome.looked_at(1);
            for address in addresses(object.root(), Some(object)) {
                let key = (address.node.span(), address.text.clone());
                let new = || Place { address, object: Some(object), layers: BTreeSet::new() };
                places.entry(key).or_insert_with(new).layers.extend(layers(codebase, object));
            }
        }
        for root in values(codebase) {
            for address in addresses(root, None) {
                let key = (address.node.span(), address.text.clone());
                let new = || Place { address, object: None, layers: BTreeSet::new() };
                places.entry(key).or_insert_with(new);
            }
        }
        // What belongs to one cluster or environment is what such addresses are for.
        places.retain(|(span, _), _| codebase.layer_of(span.file).is_none());
        let (shared, others): (Vec<_>, Vec<_>) =
            places.into_values().partition(|place| place.layers.len() > 1);
        outcome.report_all(by_address(shared).into_values().filter_map(shared_address));
        let taken: Vec<_> =
            others.into_iter().filter(|place| place.address.usage == AddressUse::Takes).collect();
        outcome.report_all(unshared_addresses(&taken));
    }
}

/// Specs of clusters have the addresses of their clusters; definitions of resources have none, and are long.
fn is_spared(object: Object<'_>) -> bool {
    is_cluster_group(object.group()) || object.kind() == "CustomResourceDefinition"
}

/// The clusters and environments that get an object, as far as that is known.
fn layers<'a>(codebase: &'a Codebase, object: Object<'a>) -> impl Iterator<Item = &'a str> {
    let builds = object.builds().iter().filter_map(|number| codebase.builds().list().get(*number as usize));
    builds.filter_map(|build| {
        let known = build.deployment.cluster.as_deref().or(build.deployment.environment.as_deref());
        known.or_else(|| codebase.layer_of(build.kustomization))
    })
}

/// Values of charts that no object holds.
fn values(codebase: &Codebase) -> impl Iterator<Item = Node<'_>> {
    let data =
        codebase.documents().filter(|document| document.role == Role::Data && document.zone.is_judged());
    let values =
        data.filter(|document| matches!(document.source.kind(), FileKind::Yaml | FileKind::HelmValues));
    values.filter(|document| document.spec().is_none()).map(|document| document.root)
}

fn by_address(places: Vec<Place<'_>>) -> BTreeMap<String, Vec<Place<'_>>> {
    let mut by_address: BTreeMap<String, Vec<Place<'_>>> = BTreeMap::new();
    for place in places {
        by_address.entry(place.address.text.clone()).or_default().push(place);
    }
    by_address
}

/// An address that several clusters get. One finding for each.
fn shared_address(mut places: Vec<Place<'_>>) -> Option<Violation> {
    places.sort_by_key(|place| place.address.usage == AddressUse::Calls);
    let (first, others) = places.split_first()?;
    let address = &first.address.text;
    let layers: Vec<&str> = first.layers.iter().copied().collect();
    let (last, before) = layers.split_last()?;
    let layers = format!("{} and {last}", before.join(", "));
    let message = match first.address.usage {
        AddressUse::Takes => {
            format!(
                "`{address}` is one address, and {layers} would all take it; clusters in one network cannot"
            )
        }
        AddressUse::Calls => format!(
            "`{address}` is called from {layers}; whoever has this address cannot move without a change here"
        ),
    };
    let others = others.iter().map(|place| other(place, format!("`{address}` here as well")));
    let violation = others.fold(at(first, message), Violation::with_another);
    Some(if first.address.usage == AddressUse::Calls { violation.weaker() } else { violation })
}

/// Addresses of which nobody knows whether a second cluster gets them: one note for all of them.
fn unshared_addresses(places: &[Place<'_>]) -> Option<Violation> {
    let (first, others) = places.split_first()?;
    let subject = |place: &Place<'_>| Subject::new(format!("`{}`", place.address.text));
    let alone = format!("`{}` is written into what a second cluster would run as well", first.address.text);
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and {} are written into what a second cluster would run as well",
        more: " and {} more addresses are written into what a second cluster would run as well",
        end: "; while both live, only one of them can have such an address".to_owned(),
    };
    let violation = at(first, String::new()).telling(subject(first).or_alone(alone), sentence);
    let others = others.iter().map(|place| {
        let title = subject(place);
        other(place, format!("{} here", title.title)).about(title)
    });
    Some(others.fold(violation, Violation::with_another).weaker().less_sure())
}

fn at(place: &Place<'_>, message: String) -> Violation {
    let violation = Violation::at(place.address.node, message);
    match place.object {
        Some(object) => violation.in_object(object, place.address.node),
        None => violation,
    }
}

fn other(place: &Place<'_>, message: String) -> Another {
    match place.object {
        Some(object) => another(object, place.address.node, message),
        None => Another::at(place.address.node.span(), message),
    }
}
