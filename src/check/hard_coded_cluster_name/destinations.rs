//! Delivery that is aimed at one cluster, application by application.

use crate::check::{Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::finding::{Sentence, Subject};
use crate::model::identity::{Identity, Origin};
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Reports each destination that Applications of several files name. A destination in one file only is the one list of
/// clusters that there has to be.
pub(super) fn report(codebase: &Codebase, outcome: &mut Outcome) {
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
            outcome.report_all(violation(&text, &places));
        }
    }
    lists(codebase, outcome);
}

/// Reports each file with an `ApplicationSet` that repeats a list of clusters which stands in another file, too.
fn lists(codebase: &Codebase, outcome: &mut Outcome) {
    let sets = Sets::of(codebase);
    outcome.looked_at(sets.0.len());
    // Of each file the first cluster that another file lists, too.
    let mut repeated: BTreeMap<FileId, (Span, &Identity)> = BTreeMap::new();
    for cluster in codebase.identities() {
        let listed: Vec<Span> = deliveries(cluster).filter(|span| sets.around(*span).is_some()).collect();
        if listed.iter().all(|span| span.file == listed[0].file) {
            continue;
        }
        let owns = |span: &Span| {
            let owners = codebase.identities().owners(codebase.source(span.file).path());
            owners.iter().any(|owner| owner.name == cluster.name)
        };
        for span in listed.into_iter().filter(|span| !owns(span)) {
            let known = repeated.entry(span.file).or_insert((span, cluster));
            *known = if span < known.0 { (span, cluster) } else { *known };
        }
    }
    for (span, cluster) in repeated.into_values() {
        let elsewhere =
            deliveries(cluster).filter(|other| other.file != span.file && sets.around(*other).is_some());
        let violation = sets.around(span).map(|set| repetition(set, span, cluster));
        let show = |violation: Violation, span| violation.with_related(span, "here as well");
        outcome.report_all(violation.map(|violation| elsewhere.take(MAX_RELATED).fold(violation, show)));
    }
}

/// More places than this help nobody.
const MAX_RELATED: usize = 20;

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

fn repetition(set: Object<'_>, here: Span, cluster: &Identity) -> Violation {
    let message = format!(
        "{} lists its clusters by name, and so do others; each of these lists has to be edited when the successor \
         of `{}` takes over",
        set.title(),
        cluster.name
    );
    Violation::at_span(here, message).in_object(set, set.head()).with_help(BY_LABELS).weaker()
}

/// Where a delivery tool is told to deploy to the cluster.
fn deliveries(cluster: &Identity) -> impl Iterator<Item = Span> {
    let deliveries = cluster.evidence.iter().filter(|evidence| evidence.origin == Origin::Delivery);
    deliveries.map(|evidence| evidence.span)
}

const BY_LABELS: &str = "Let an ApplicationSet select clusters by their labels, so that a new cluster is one Secret \
                         with the right labels.";

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

fn violation(text: &str, places: &[(Object<'_>, Node<'_>)]) -> Option<Violation> {
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
    Some(others.fold(violation.with_help(BY_LABELS).weaker(), Violation::with_another))
}

fn title(application: Object<'_>) -> Subject {
    let title = application.title();
    Subject::new(title.clone()).or_alone(format!("{title} is delivered"))
}
