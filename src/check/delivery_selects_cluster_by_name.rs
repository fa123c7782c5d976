//! Delivery that is aimed at one cluster, application by application.

use super::hard_coded_cluster_name::HardCodedClusterName;
use super::{Check, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::delivery::ARGO;
use crate::model::identity::Identity;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::role::Zone;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Looks at where Applications and `ApplicationSets` deploy to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DeliverySelectsClusterByName {}

impl Check for DeliverySelectsClusterByName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        known(codebase, outcome);
        unknown(codebase, outcome);
        HardCodedClusterName::of_delivery().run(codebase, outcome);
    }
}

/// Reports each cluster that Argo CD is told of in several files.
fn known(codebase: &Codebase, outcome: &mut Outcome) {
    let deliverers = Deliverers::of(codebase);
    outcome.looked_at(deliverers.0.len());
    let scattered = codebase.scattered_destinations();
    let mut places: BTreeMap<(u32, Zone), Vec<Span>> = BTreeMap::new();
    for naming in codebase.namings().iter().filter(|naming| naming.is_destination()) {
        if scattered.contains(&naming.cluster) {
            let cause = (naming.cluster, codebase.zone(naming.span.file));
            places.entry(cause).or_default().push(naming.span);
        }
    }
    for ((cluster, _), places) in places {
        let cluster = codebase.identities().get(cluster);
        outcome.report_all(named_by(codebase, &deliverers, cluster, &places));
    }
}

/// Applications, `ApplicationSets` and `AppProjects`, sorted by place.
struct Deliverers<'a>(Vec<(Span, Object<'a>)>);

impl<'a> Deliverers<'a> {
    fn of(codebase: &'a Codebase) -> Self {
        let kinds = ["Application", "ApplicationSet", "AppProject"];
        let objects = kinds.into_iter().flat_map(|kind| codebase.objects_of(ARGO, kind));
        let mut objects: Vec<_> = objects.map(|object| (object.root().span(), object)).collect();
        objects.sort_by_key(|(span, _)| *span);
        Self(objects)
    }

    fn around(&self, span: Span) -> Option<Object<'a>> {
        let before = |(object, _): &(Span, _)| (object.file, object.start) <= (span.file, span.start);
        let (object, found) = self.0[..self.0.partition_point(before)].last()?;
        object.contains(span).then_some(*found)
    }
}

fn named_by(
    codebase: &Codebase,
    deliverers: &Deliverers<'_>,
    cluster: &Identity,
    places: &[Span],
) -> Option<Violation> {
    let (first, others) = places.split_first()?;
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and 1 more place name",
        more: " and {} more places name",
        end: format!(
            " `{}` to say where something is deployed; each has to be edited when its successor takes over",
            cluster.name
        ),
    };
    let subject = |span: Span| {
        let file = || codebase.source(span.file).path().to_owned();
        let title = deliverers.around(span).map_or_else(file, Object::title);
        Subject::new(title.clone()).or_alone(format!("{title} names"))
    };
    let violation = Violation::at_span(*first, "").telling(subject(*first), sentence);
    let violation = match deliverers.around(*first) {
        Some(object) => violation.in_object(object, object.head()),
        None => violation,
    };
    let others = others.iter().map(|span| {
        let place = deliverers.around(*span).map(|object| another(object, object.head(), "here as well"));
        let place = place
            .map_or_else(|| Another::at(*span, "here as well"), |place| Another { span: *span, ..place });
        place.about(subject(*span))
    });
    Some(others.fold(violation, Violation::with_another).about_cluster(&cluster.name))
}

/// Reports each address that Applications of several files deploy to, and of which no name is known.
fn unknown(codebase: &Codebase, outcome: &mut Outcome) {
    let mut aimed: BTreeMap<Cow<'_, str>, Vec<(Object<'_>, Node<'_>)>> = BTreeMap::new();
    for application in codebase.objects_of(ARGO, "Application") {
        let destination = destination(application).filter(|_| !is_own_layer(codebase, application));
        if let Some((node, text)) =
            destination.filter(|(_, text)| codebase.identities().mentions(text).next().is_none())
        {
            aimed.entry(text).or_default().push((application, node));
        }
    }
    for (text, mut places) in aimed {
        // What is written once is edited once, whatever is built of it.
        let mut written = HashSet::new();
        places.retain(|(_, node)| written.insert(node.span()));
        let files: BTreeSet<FileId> = places.iter().map(|(application, _)| application.file()).collect();
        if files.len() > 1 {
            outcome.report_all(aimed_at(&text, &places));
        }
    }
}

/// The cluster that Argo CD itself runs in has no name of its own.
fn destination(application: Object<'_>) -> Option<(Node<'_>, Cow<'_, str>)> {
    let destination = application.at(&["spec", "destination"])?;
    let node = destination.get("name").or_else(|| destination.get("server"))?;
    let text = node.as_str().filter(|text| !text.is_empty() && !is_injected(text))?;
    let here = matches!(&*text, "in-cluster" | "local") || text.starts_with("https://kubernetes.default");
    (!here).then_some((node, text))
}

fn is_own_layer(codebase: &Codebase, application: Object<'_>) -> bool {
    let path = codebase.source(application.file()).path();
    !codebase.identities().owners(path).is_empty()
}

fn aimed_at(text: &str, places: &[(Object<'_>, Node<'_>)]) -> Option<Violation> {
    let ((first, node), others) = places.split_first()?;
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and 1 more Application are delivered",
        more: " and {} more Applications are delivered",
        end: format!(" to `{text}`; every such line has to be edited when the next cluster takes over"),
    };
    let violation = Violation::at(*node, "").in_object(*first, *node).telling(title(*first), sentence);
    let others = others.iter().map(|(application, node)| {
        another(*application, *node, format!("{} as well", application.title())).about(title(*application))
    });
    Some(others.fold(violation, Violation::with_another))
}

fn title(application: Object<'_>) -> Subject {
    let title = application.title();
    Subject::new(title.clone()).or_alone(format!("{title} is delivered"))
}
