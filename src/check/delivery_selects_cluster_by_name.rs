//! Delivery that is aimed at one cluster, application by application.

use super::hard_coded_cluster_name::HardCodedClusterName;
use super::{Check, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Another, Sentence, Subject};
use crate::model::identity::{Identity, Origin};
use crate::model::injected::is_injected;
use crate::model::object::Object;
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
        destinations(codebase, outcome);
        lists(codebase, outcome);
        HardCodedClusterName::of_delivery().run(codebase, outcome);
    }
}

/// Reports each destination that Applications of several files name. A destination in one file only is the one list of
/// clusters that there has to be.
fn destinations(codebase: &Codebase, outcome: &mut Outcome) {
    let mut aimed: BTreeMap<Cow<'_, str>, Vec<(Object<'_>, Node<'_>)>> = BTreeMap::new();
    for application in codebase.objects_of("argoproj.io", "Application") {
        outcome.looked_at(1);
        if let Some((node, text)) = destination(application).filter(|_| !is_own_layer(codebase, application))
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
            outcome.report_all(aimed_at(codebase, &text, &places));
        }
    }
}

/// Reports each cluster that `ApplicationSets` of several files list by name.
fn lists(codebase: &Codebase, outcome: &mut Outcome) {
    let sets = Sets::of(codebase);
    outcome.looked_at(sets.0.len());
    for (number, cluster) in (0..).zip(codebase.identities()) {
        let is_own = |span: &Span| {
            codebase.identities().owner_numbers(codebase.source(span.file).path()).contains(&number)
        };
        let listed = deliveries(cluster).filter_map(|span| Some((span, sets.around(span)?)));
        let listed: Vec<_> = listed.filter(|(span, _)| !is_own(span)).collect();
        let files: BTreeSet<FileId> = listed.iter().map(|(span, _)| span.file).collect();
        if files.len() > 1 {
            outcome.report_all(listed_by(cluster, &listed));
        }
    }
}

/// The generators of every `ApplicationSet`, sorted by place.
struct Sets<'a>(Vec<(Span, Object<'a>)>);

impl<'a> Sets<'a> {
    fn of(codebase: &'a Codebase) -> Self {
        let sets = codebase.objects_of("argoproj.io", "ApplicationSet");
        let mut sets: Vec<_> =
            sets.filter_map(|set| Some((set.at(&["spec", "generators"])?.span(), set))).collect();
        sets.sort_by_key(|(span, _)| *span);
        Self(sets)
    }

    fn around(&self, span: Span) -> Option<Object<'a>> {
        let next = self.0.partition_point(|(generators, _)| {
            (generators.file, generators.start) <= (span.file, span.start)
        });
        let (generators, set) = self.0[..next].last()?;
        generators.contains(span).then_some(*set)
    }
}

fn listed_by(cluster: &Identity, places: &[(Span, Object<'_>)]) -> Option<Violation> {
    let ((first, set), others) = places.split_first()?;
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and 1 more ApplicationSet list",
        more: " and {} more ApplicationSets list",
        end: format!(" `{}` by name; each list has to be edited when its successor takes over", cluster.name),
    };
    let subject = |set: Object<'_>| Subject::new(set.title()).or_alone(format!("{} lists", set.title()));
    let violation =
        Violation::at_span(*first, "").in_object(*set, set.head()).telling(subject(*set), sentence);
    let others = others.iter().map(|(span, set)| {
        let place = another(*set, set.head(), format!("{} as well", set.title()));
        Another { span: *span, ..place }.about(subject(*set))
    });
    Some(others.fold(violation, Violation::with_another).about_cluster(&cluster.name))
}

/// Where a delivery tool is told to deploy to the cluster.
fn deliveries(cluster: &Identity) -> impl Iterator<Item = Span> {
    let deliveries = cluster.evidence.iter().filter(|evidence| evidence.origin == Origin::Delivery);
    deliveries.map(|evidence| evidence.span)
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

fn aimed_at(codebase: &Codebase, text: &str, places: &[(Object<'_>, Node<'_>)]) -> Option<Violation> {
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
    let violation = others.fold(violation, Violation::with_another);
    let cluster = codebase.identities().mentions(text).next().map(|mention| mention.identity.name.as_str());
    Some(match cluster {
        Some(name) => violation.about_cluster(name),
        None => violation,
    })
}

fn title(application: Object<'_>) -> Subject {
    let title = application.title();
    Subject::new(title.clone()).or_alone(format!("{title} is delivered"))
}
