//! Paths into the codebase itself: of kustomizations, Argo CD Applications and Flux Kustomizations.

use super::names::Names;
use crate::check::own_repository::Own;
use crate::check::{Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::kustomization::{Kustomization, Reference, resolve_path};
use crate::model::object::Object;
use crate::problem::Place;
use crate::source::FileKind;
use crate::yaml::Node;
use rayon::prelude::*;
use std::collections::HashSet;

/// Reports every path that leads nowhere.
pub(super) fn check(codebase: &Codebase, own: &Own<'_>, outcome: &mut Outcome) {
    let there = There::of(codebase, own);
    let kustomizations = codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged());
    let missing: Vec<_> =
        kustomizations.flat_map(|kustomization| missing(kustomization, &there, outcome)).collect();
    let written = written_by_scripts(codebase, &missing);
    let missing = missing.into_iter().filter(|missing| !written.contains(&missing.tail));
    missing.for_each(|missing| outcome.report(missing.violation));
    for object in
        ["Application", "ApplicationSet"].iter().flat_map(|kind| codebase.objects_of("argoproj.io", kind))
    {
        argo(object, own, &there, outcome);
    }
    for object in codebase.objects_of("kustomize.toolkit.fluxcd.io", "Kustomization") {
        flux(object, codebase, own, &there, outcome);
    }
}

/// What there is, read or not.
struct There<'a> {
    codebase: &'a Codebase,
    own: &'a Own<'a>,
    unread: HashSet<&'a str>,
}

impl<'a> There<'a> {
    fn of(codebase: &'a Codebase, own: &'a Own<'a>) -> Self {
        let problems = codebase.problems().iter().filter_map(|problem| match &problem.place {
            Place::Path(path) => Some(path.as_str()),
            Place::Span(_) => None,
        });
        let unread = codebase.skipped().iter().map(|skipped| skipped.path.as_str()).chain(problems).collect();
        Self { codebase, own, unread }
    }

    fn has(&self, path: &str) -> bool {
        path.is_empty()
            || self.codebase.sources().by_path(path).is_some()
            || self.own.has_folder(path)
            || self.unread.iter().any(|unread| {
                unread.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    }
}

/// A path of a kustomization that leads nowhere.
struct Missing {
    violation: Violation,
    /// The file with its folder, as a script would write it.
    tail: String,
}

/// Only what k8factor would have read is known to be missing.
fn missing(kustomization: Kustomization<'_>, there: &There<'_>, outcome: &mut Outcome) -> Vec<Missing> {
    let mut missing = Vec::new();
    // A folder whose name is filled in belongs to a template of a codebase.
    if kustomization.folder().contains(['{', '$']) {
        return missing;
    }
    let files = kustomization.patch_files().chain(kustomization.build_files());
    for reference in kustomization.inputs().chain(files) {
        let text = &*reference.text;
        let inline = text.contains(['\n', '$', '{', '*']) || text.starts_with('/');
        if inline || reference.is_remote() || has_extension(text) && !is_yaml(text) {
            continue;
        }
        outcome.looked_at(1);
        let Some(path) = resolve_path(kustomization.folder(), text) else { continue };
        if !there.has(&path) {
            let parts: Vec<&str> = path.rsplit('/').take(2).collect();
            let tail = parts.into_iter().rev().collect::<Vec<_>>().join("/");
            missing.push(Missing { violation: violation(kustomization, &reference, there), tail });
        }
    }
    missing
}

fn violation(kustomization: Kustomization<'_>, reference: &Reference<'_>, there: &There<'_>) -> Violation {
    let text = &*reference.text;
    let message = format!(
        "`{text}` does not exist, so kustomize cannot build this: nothing of it reaches the new cluster"
    );
    let mut violation =
        Violation::at(reference.node, message).with_help("Correct the path, or remove the line.");
    if is_made_later(text) {
        violation = violation.weaker().less_sure();
    }
    let is_left_over = !there.codebase.is_built_into_another(kustomization.file())
        && !there.own.may_deliver(kustomization.folder());
    if is_left_over { violation.weaker().weaker() } else { violation }
}

/// Files that a script, a pipeline or a Task names with their folder: they are made before the build.
fn written_by_scripts(codebase: &Codebase, missing: &[Missing]) -> HashSet<String> {
    let in_folders = missing.iter().map(|missing| &missing.tail).filter(|tail| tail.contains('/'));
    let tails = Names::of(in_folders);
    let others = codebase.sources().as_slice().par_iter();
    let others = others.filter(|source| source.kind() != FileKind::Kustomization);
    others.flat_map_iter(|source| tails.found_in(source.text())).map(str::to_owned).collect()
}

fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
}

/// Decrypted and generated files are made by a pipeline and kept out of git on purpose.
fn is_made_later(path: &str) -> bool {
    ["secret", ".dec.", "decrypted", "generated", "credential"].iter().any(|word| path.contains(word))
}

fn argo(object: Object<'_>, own: &Own<'_>, there: &There<'_>, outcome: &mut Outcome) {
    let sources = object.root().walk().filter(|node| node.is_mapping());
    for source in sources {
        let (Some(url), Some(path)) = (source.get("repoURL"), source.get("path")) else { continue };
        if !own.is_certainly(&url.text()) || source.get("chart").is_some() {
            continue;
        }
        outcome.looked_at(1);
        let revision = source.get("targetRevision").map(Node::text).unwrap_or_default();
        let usual = ["", "HEAD", "main", "master"].contains(&&*revision);
        report(object, path, usual, there, outcome);
    }
}

fn flux(object: Object<'_>, codebase: &Codebase, own: &Own<'_>, there: &There<'_>, outcome: &mut Outcome) {
    let Some(path) = object.at(&["spec", "path"]) else { return };
    let reference = object.at(&["spec", "sourceRef", "name"]).map(Node::text).unwrap_or_default();
    let mut sources = codebase.objects_of("source.toolkit.fluxcd.io", "GitRepository");
    let source = sources.find(|source| source.name().as_deref() == Some(&*reference));
    let url = source.and_then(|source| source.at(&["spec", "url"])).map(Node::text);
    if url.is_some_and(|url| own.is_certainly(&url)) {
        outcome.looked_at(1);
        report(object, path, true, there, outcome);
    }
}

fn report<'a>(object: Object<'a>, path: Node<'a>, usual: bool, there: &There<'_>, outcome: &mut Outcome) {
    let Some(text) = path.as_str().filter(|text| !text.contains(['{', '$', '*', '<'])) else { return };
    let Some(resolved) = resolve_path("", text.trim_start_matches('/')) else { return };
    if there.has(&resolved) {
        return;
    }
    let message = format!(
        "{} deploys `{text}`, which does not exist in this codebase: the new cluster goes without it",
        object.title()
    );
    let violation = Violation::at(path, message)
        .in_object(object, path)
        .with_help("Correct the path, or remove the object.");
    outcome.report(if usual { violation } else { violation.weaker().less_sure() });
}
