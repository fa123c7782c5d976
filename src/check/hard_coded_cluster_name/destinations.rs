//! Delivery that is aimed at one cluster, application by application.

use crate::check::{Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::source::FileId;
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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
    for (text, places) in aimed {
        let files: BTreeSet<FileId> = places.iter().map(|(application, _)| application.file()).collect();
        if files.len() > 1 {
            outcome.report_all(violation(&text, &places));
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

fn violation(text: &str, places: &[(Object<'_>, Node<'_>)]) -> Option<Violation> {
    let ((first, node), others) = places.split_first()?;
    let message = format!(
        "{} Applications are delivered to `{text}`; each of them has to be edited when the next cluster takes over",
        places.len()
    );
    let help = "Let an ApplicationSet select clusters by their labels, so that a new cluster is one Secret with the \
                right labels.";
    let violation = Violation::at(*node, message).in_object(*first, *node).with_help(help).weaker();
    Some(others.iter().fold(violation, |violation, (application, node)| {
        violation.with_related(node.span(), format!("{} as well", application.title()))
    }))
}
