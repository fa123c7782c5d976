//! Jobs that do not say whether running twice or not at all is worse.

use super::{Check, Missing, Outcome, Violation, another, once_each};
use crate::codebase::Codebase;
use crate::finding::{Sentence, Subject};
use crate::model::kustomization::Kustomization;
use crate::model::object::Object;
use crate::model::protection::{added_labels, is_run_by_another, labels};
use crate::model::role::Role;
use crate::model::workload::is_job;
use crate::source::{FileId, is_below};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Looks for jobs that nothing labels.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JobWithoutProtectionLabel {}

impl Check for JobWithoutProtectionLabel {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let key = codebase.config().protect_from_label.as_str();
        let patched = labelled_by_patches(codebase, key);
        let mut unlabelled: BTreeMap<&str, Vec<Object<'_>>> = BTreeMap::new();
        for job in codebase.objects().filter(|object| is_job(*object)).filter(|job| !is_run_by_another(*job))
        {
            outcome.looked_at(1);
            let labelled = labels(job, key).next().is_some() || patched.contains(&identity(job.root()));
            if !labelled && !is_labelled_by_build(codebase, job.file(), key) {
                unlabelled.entry(home(codebase, job.file())).or_default().push(job);
            }
        }
        outcome.report_all(unlabelled.values().filter_map(|copies| violation(copies, key)));
    }
}

/// One finding for a folder: a team answers the question for all its jobs at once.
fn violation(copies: &[Object<'_>], key: &str) -> Option<Violation> {
    let jobs = once_each(copies.iter().copied());
    let (first, others) = jobs.split_first()?;
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and one more job here",
        more: " and {} more jobs here",
        end: " may run twice or not at all while two clusters exist, and nothing says which is worse".into(),
    };
    let help = format!(
        "Label it `{key}: duplication` if running twice is worse, `loss` if a missed run is worse, `none` if neither \
         matters."
    );
    let mut violation = Violation::at(place(*first), "").in_object(*first, place(*first)).with_help(help);
    violation = violation.telling(title(*first), sentence);
    violation.builds = builds_of(*first, copies);
    let label = Missing::anywhere().that_belongs_here().with_one_of([key, &in_json_patch(key)]);
    let violation = violation.for_want_of(label);
    Some(others.iter().fold(violation, |violation, job| {
        let message = format!("{} does not say either", job.title());
        violation.with_another(another(*job, place(*job), message).about(title(*job)))
    }))
}

fn title(job: Object<'_>) -> Subject {
    Subject::new(job.title())
}

/// The builds in which some copy of the job is.
fn builds_of(job: Object<'_>, copies: &[Object<'_>]) -> Vec<u32> {
    let copies = copies.iter().filter(|copy| copy.root().span() == job.root().span());
    copies.flat_map(|copy| copy.builds().iter().copied()).collect()
}

/// The line that says what it is: near the top, wherever the name stands.
fn place(job: Object<'_>) -> Node<'_> {
    job.root().get("kind").unwrap_or_else(|| job.head())
}

/// The folder of the nearest kustomization that builds the file, or else of the file itself.
fn home(codebase: &Codebase, file: FileId) -> &str {
    let folder = codebase.source(file).folder();
    let builders = codebase.kustomizations_reaching(file).map(Kustomization::folder);
    let above = builders.filter(|builder| is_below(folder, builder));
    above.max_by_key(|builder| builder.len()).unwrap_or(folder)
}

/// Patches inside a kustomization are not taken apart: whoever writes the label there knows of the question.
fn is_labelled_by_build(codebase: &Codebase, file: FileId, key: &str) -> bool {
    let in_json_patch = in_json_patch(key);
    codebase.kustomizations_reaching(file).any(|kustomization| {
        let patches = ["patches", "patchesStrategicMerge", "patchesJson6902"].iter();
        let mut patches =
            patches.filter_map(|field| kustomization.field(field)).map(|field| field.value.raw());
        added_labels(kustomization, key).next().is_some()
            || patches.any(|text| text.contains(key) || text.contains(&in_json_patch))
    })
}

fn in_json_patch(key: &str) -> String {
    key.replace('/', "~1")
}

/// Kind and name of what patches label.
fn labelled_by_patches<'a>(codebase: &'a Codebase, key: &str) -> BTreeSet<(String, String)> {
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    let labels = |root: Node<'a>| root.at(&["metadata", "labels"])?.get(key);
    patches.filter(|patch| labels(patch.root).is_some()).map(|patch| identity(patch.root)).collect()
}

fn identity(root: Node<'_>) -> (String, String) {
    let text = |path: &[&str]| root.at(path).map(Node::text).unwrap_or_default().into_owned();
    (text(&["kind"]), text(&["metadata", "name"]))
}
