//! Finds what kustomize refuses to build, drops or silently leaves undone.
//!
//! What is missing altogether is a dangling reference, which another check finds.

use super::own_repository::Own;
use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::kustomize::Build;
use crate::kustomize::gap::{Gap, GapKind};
use crate::model::injected::is_injected;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Finds what is wrong with builds, one finding for each place however many builds it spoils.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KustomizationCannotBeBuilt {
    /// What it objects to.
    gaps: Vec<GapKind>,
}

impl Default for KustomizationCannotBeBuilt {
    fn default() -> Self {
        use GapKind::{Ambiguous, Change, Cycle, Duplicate, Empty, Field, Unreadable};
        Self { gaps: vec![Unreadable, Field, Empty, Cycle, Duplicate, Change, Ambiguous] }
    }
}

impl Check for KustomizationCannotBeBuilt {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let builds = codebase.builds().list();
        outcome.looked_at(builds.len());
        let mut found: BTreeMap<&Gap, Vec<u32>> = BTreeMap::new();
        for (build, number) in builds.iter().zip(0..) {
            for gap in self.objected_to(build) {
                found.entry(gap).or_default().push(number);
            }
        }
        let own = Own::of(codebase);
        for (gap, numbers) in found {
            if counts(codebase, gap, &numbers) {
                outcome.report(violation(codebase, &own, gap, numbers));
            }
        }
    }
}

impl KustomizationCannotBeBuilt {
    /// What a change is for may be in what nobody sees.
    fn objected_to<'a>(&self, build: &'a Build) -> impl Iterator<Item = &'a Gap> {
        let hides_objects = build.gaps.iter().any(|gap| gap.kind.hides_objects());
        build.gaps.iter().chain(&build.idle).filter(move |gap| {
            let may_be_hidden = matches!(gap.kind, GapKind::Target | GapKind::Ambiguous | GapKind::Idle);
            self.gaps.contains(&gap.kind) && !(hides_objects && may_be_hidden)
        })
    }
}

/// Not in tests, documentation and what a program fills in; and what is idle in one build and not in another is
/// shared on purpose.
fn counts(codebase: &Codebase, gap: &Gap, numbers: &[u32]) -> bool {
    let file = gap.span.file;
    let is_judged = codebase.zone(file).is_judged() && !is_injected(codebase.source(file).path());
    is_judged && (gap.kind != GapKind::Idle || is_idle_everywhere(codebase, file, numbers))
}

fn is_idle_everywhere(codebase: &Codebase, file: FileId, numbers: &[u32]) -> bool {
    let kind = codebase.kustomization(file).and_then(|kustomization| kustomization.field("kind"));
    // A component is there to be used where it fits, and a file without objects to be filled by a program.
    let is_empty = |file: FileId| codebase.tree(file).is_some_and(|tree| tree.roots().all(Node::is_null));
    if kind.is_some_and(|kind| kind.value.is_text("Component"))
        || codebase.files_reached_by(file).any(is_empty)
    {
        return false;
    }
    let builds = codebase.builds().list().iter();
    let users = builds.filter(|build| codebase.builds_in(build.kustomization, file));
    users.count() == numbers.len()
}

fn violation(codebase: &Codebase, own: &Own<'_>, gap: &Gap, numbers: Vec<u32>) -> Violation {
    let builds = codebase.builds().list();
    let is_delivered = |number: &u32| own.may_deliver(&builds[*number as usize].folder);
    let is_left_over = !numbers.iter().any(is_delivered);
    let (message, help) = words(gap);
    let mut violation = Violation::at_span(first_line(codebase, gap.span), message);
    violation.help = help.map(str::to_owned);
    violation.builds = numbers;
    violation.weaker = match gap.kind {
        GapKind::Empty => 1,
        GapKind::Idle => 2,
        _ => 0,
    };
    violation.less_sure = u8::from(gap.kind == GapKind::Idle);
    if is_left_over { violation.weaker().weaker() } else { violation }
}

/// What is wrong and what follows from it, and what to do about it where that is always the same.
fn words(gap: &Gap) -> (String, Option<&'static str>) {
    let what = &gap.message;
    match gap.kind {
        GapKind::MergeKey => (format!("{what}, so the cluster does not get what is written here"), None),
        GapKind::Idle => (
            format!("{what}, so kustomize changes nothing and says nothing"),
            Some("Correct what it looks for, or remove the entry."),
        ),
        GapKind::Empty => (
            format!("{what}, and kustomize refuses to build that"),
            Some("Remove the file, or write `resources: []` into it."),
        ),
        _ => (
            format!("kustomize refuses to build this, so nothing of it reaches the new cluster: {what}"),
            None,
        ),
    }
}

/// An entry of many lines is shown by its first.
fn first_line(codebase: &Codebase, span: Span) -> Span {
    let first = codebase.source(span.file).slice(span).lines().next();
    let first = first.unwrap_or_default().trim_end();
    Span::new(span.file, span.start, span.start + first.len() as u32)
}
