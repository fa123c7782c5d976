//! Protection labels that do not answer the question, or answer it twice.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::object::Object;
use crate::model::protection::{AddedLabel, Protection, added_labels, labels};
use crate::model::role::Role;
use crate::yaml::{Entry, Node};

/// Looks at the label wherever it is written.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct UnknownProtectionValue {}

impl Check for UnknownProtectionValue {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let key = codebase.config().protect_from_label.as_str();
        for object in codebase.objects() {
            check_object(object, key, outcome);
        }
        for label in labels_of_patches(codebase, key) {
            outcome.looked_at(1);
            outcome.report_all(wrong_value(label, key));
        }
        for label in codebase.kustomizations().flat_map(|kustomization| added_labels(kustomization, key)) {
            outcome.looked_at(1);
            outcome.report_all(wrong_value(label.entry, key).or_else(|| selector(label, key)));
        }
    }
}

fn check_object(object: Object<'_>, key: &str, outcome: &mut Outcome) {
    let written: Vec<_> = labels(object, key).collect();
    outcome.looked_at(written.len());
    for label in &written {
        if let Some(found) = wrong_value(*label, key) {
            outcome.report(found.in_object(object, label.value));
        }
    }
    if let [on_cron_job, on_jobs] = written[..]
        && let Some(found) = mismatch(on_cron_job.value, on_jobs.value, key)
    {
        outcome.report(found.in_object(object, on_jobs.value));
    }
}

fn wrong_value(label: Entry<'_>, key: &str) -> Option<Violation> {
    if label.value.is_templated() || Protection::of_value(&label.value.text()).is_some() {
        return None;
    }
    let value = label.value.text();
    let place = if label.value.is_null() { label.key } else { label.value };
    if value == "both" {
        let message = format!(
            "`{key}: both` cannot be kept: without two copies there is a gap between the old cluster and the new one"
        );
        let help = "Choose the lesser evil, `loss` or `duplication`, and keep what must suffer neither in a store \
                    outside the cluster.";
        return Some(Violation::at(place, message).with_help(help));
    }
    let message =
        format!("`{key}: {value}` is none of `loss`, `duplication` and `none`, so no plan can place it");
    Some(Violation::at(place, message))
}

fn mismatch(on_cron_job: Node<'_>, on_jobs: Node<'_>, key: &str) -> Option<Violation> {
    let declared = Protection::of_value(&on_cron_job.text())?;
    let created = Protection::of_value(&on_jobs.text())?;
    if declared == created {
        return None;
    }
    let message = format!(
        "the Jobs are labelled `{key}: {}`, the CronJob that creates them `{}`: the move obeys one and breaks the other",
        on_jobs.text(),
        on_cron_job.text()
    );
    let violation = Violation::at(on_jobs, message).with_related(on_cron_job.span(), "the CronJob says this");
    Some(violation.with_help("Give both the same value."))
}

/// Selectors of living workloads are immutable: the label then blocks every later apply.
fn selector(label: AddedLabel<'_>, key: &str) -> Option<Violation> {
    let message = format!(
        "`{key}` goes into selectors here; those of running workloads cannot be changed, so the next apply fails"
    );
    let help = "Add it under `labels:` with `includeSelectors: false`, or write it into the manifest itself.";
    label.changes_selectors.then(|| Violation::at(label.entry.key, message).with_help(help))
}

fn labels_of_patches<'a>(codebase: &'a Codebase, key: &str) -> impl Iterator<Item = Entry<'a>> {
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    patches.filter_map(move |patch| patch.root.at(&["metadata", "labels"])?.entry(key))
}
