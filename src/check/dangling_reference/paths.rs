//! Paths into the codebase itself: of kustomizations, Argo CD Applications and Flux Kustomizations.

use super::names::Names;
use crate::check::own_repository::Own;
use crate::check::{Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::delivery::{Delivery, Source};
use crate::model::injected::is_injected;
use crate::model::kustomization::{Kustomization, Reference};
use crate::model::object::Object;
use crate::paths::resolve_path;
use crate::source::FileKind;
use crate::yaml::Node;
use rayon::prelude::*;
use std::collections::HashSet;

/// Reports every path that leads nowhere.
pub(super) fn check(codebase: &Codebase, own: &Own<'_>, outcome: &mut Outcome) {
    let there = There { codebase, own };
    let kustomizations = codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged());
    let missing: Vec<_> =
        kustomizations.flat_map(|kustomization| missing(kustomization, &there, outcome)).collect();
    let written = written_by_scripts(codebase, &missing);
    let missing = missing.into_iter().filter(|missing| !written.contains(&missing.tail));
    missing.for_each(|missing| outcome.report(missing.violation));
    for delivery in codebase.deliveries().iter().filter(|delivery| own.is_certainly(&delivery.url)) {
        delivered(delivery, &there, outcome);
    }
    codebase.applications().for_each(|object| value_files(object, own, &there, outcome));
}

/// What there is, read or not.
struct There<'a> {
    codebase: &'a Codebase,
    own: &'a Own<'a>,
}

impl There<'_> {
    fn has(&self, path: &str) -> bool {
        path.is_empty()
            || self.codebase.sources().by_path(path).is_some()
            || self.own.has_folder(path)
            || self.codebase.may_have_unread(path)
    }
}

/// A path of a kustomization that leads nowhere.
struct DeadPath {
    violation: Violation,
    /// The file with its folder, as a script would write it.
    tail: String,
}

/// Only what k8factor would have read is known to be missing.
fn missing(kustomization: Kustomization<'_>, there: &There<'_>, outcome: &mut Outcome) -> Vec<DeadPath> {
    let mut missing = Vec::new();
    // A folder whose name is filled in belongs to a template of a codebase.
    if is_injected(kustomization.folder()) {
        return missing;
    }
    let files = kustomization.patch_files().chain(kustomization.build_files());
    let files = files.chain(kustomization.generator_files().filter(|file| has_extension(&file.text)));
    for reference in kustomization.inputs().chain(files) {
        let text = &*reference.text;
        let inline = text.contains(['\n', '*']) || is_injected(text) || text.starts_with('/');
        if inline || reference.is_remote() || has_extension(text) && !is_yaml(text) {
            continue;
        }
        outcome.looked_at(1);
        let Some(path) = resolve_path(kustomization.folder(), text) else { continue };
        if !there.has(&path) {
            let parts: Vec<&str> = path.rsplit('/').take(2).collect();
            let tail = parts.into_iter().rev().collect::<Vec<_>>().join("/");
            missing.push(DeadPath { violation: violation(kustomization, &reference, there), tail });
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
    if is_made_later(text) || leaves_what_is_there(kustomization.folder(), text, there) {
        violation = violation.weaker().less_sure();
    }
    let is_left_over = !there.codebase.is_built_into_another(kustomization.file())
        && !there.own.may_deliver(kustomization.folder());
    if is_left_over { violation.weaker().weaker() } else { violation }
}

/// Whether a path leads up to a top folder that is not there at all: the kustomization may have been copied from, or
/// be copied to, another repository.
fn leaves_what_is_there(folder: &str, text: &str, there: &There<'_>) -> bool {
    let Some(path) = resolve_path(folder, text).filter(|_| text.starts_with("../..")) else { return false };
    let top = path.split('/').next().unwrap_or_default();
    !folder.starts_with(top) && !there.has(top)
}

/// Files that a script, a pipeline or a Task names with their folder: they are made before the build.
fn written_by_scripts(codebase: &Codebase, missing: &[DeadPath]) -> HashSet<String> {
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

fn delivered(delivery: &Delivery<'_>, there: &There<'_>, outcome: &mut Outcome) {
    if delivery.source.is_some_and(|source| source.chart().is_some()) {
        return;
    }
    outcome.looked_at(1);
    let revision = delivery.source.and_then(Source::revision).map(Node::text).unwrap_or_default();
    let usual = ["", "HEAD", "main", "master"].contains(&&*revision);
    report(delivery.object, delivery.path, usual, there, outcome);
    if delivery.source.is_none() {
        components(delivery.object, &delivery.path.text(), there, outcome);
    }
}

/// Files with values that Argo CD gives to a chart: beside the chart, or below `$name` in another source.
fn value_files(object: Object<'_>, own: &Own<'_>, there: &There<'_>, outcome: &mut Outcome) {
    let maps = || object.root().walk().filter(|node| node.is_mapping());
    let is_own = |source: Node<'_>| source.get("repoURL").is_some_and(|url| own.is_certainly(&url.text()));
    for source in Source::all(object).map(|source| source.node) {
        if source.at(&["helm", "ignoreMissingValueFiles"]).is_some_and(|node| node.is_text("true")) {
            continue;
        }
        for file in source.at(&["helm", "valueFiles"]).into_iter().flat_map(Node::items) {
            let Some(text) = file.as_str() else { continue };
            let (base, path) = match text.strip_prefix('$').and_then(|text| text.split_once('/')) {
                Some((name, path))
                    if maps().any(|m| m.get("ref").is_some_and(|r| r.is_text(name)) && is_own(m)) =>
                {
                    ("".into(), path)
                }
                None if is_own(source) && source.get("chart").is_none() => {
                    (source.get("path").map(Node::text).unwrap_or_default(), &*text)
                }
                _ => continue,
            };
            outcome.looked_at(1);
            outcome.report_all(missing_values(object, file, &base, path, there));
        }
    }
}

fn missing_values<'a>(
    object: Object<'a>,
    file: Node<'a>,
    base: &str,
    path: &str,
    there: &There<'_>,
) -> Option<Violation> {
    let base = if path.starts_with('/') { "" } else { base };
    let is_known = !path.contains('*') && !path.contains("://") && !is_injected(path) && !is_injected(base);
    let resolved = resolve_path(base.trim_start_matches('/'), path).filter(|_| is_known && is_yaml(path))?;
    // The whole folder is reported once, where the Application names it.
    if there.has(&resolved) || !there.has(base.trim_matches('/').trim_start_matches("./")) {
        return None;
    }
    let message = format!(
        "{} takes values from `{}`, which does not exist in this codebase: Argo CD cannot build it",
        object.title(),
        file.text()
    );
    let violation = Violation::at(file, message).in_object(object, file);
    Some(violation.with_help("Correct the path, remove the line, or set `ignoreMissingValueFiles`."))
}

/// Components that Flux adds; their paths begin in the folder it deploys.
fn components(object: Object<'_>, folder: &str, there: &There<'_>, outcome: &mut Outcome) {
    let Some(folder) = resolve_path("", folder).filter(|folder| there.has(folder)) else { return };
    for component in object.at(&["spec", "components"]).into_iter().flat_map(Node::items) {
        let Some(text) = component.as_str().filter(|text| !text.contains(':') && !is_injected(text)) else {
            continue;
        };
        let Some(path) = resolve_path(&folder, &text) else { continue };
        outcome.looked_at(1);
        if !there.has(&path) {
            let message = format!(
                "{} takes in `{text}`, which does not exist in this codebase: Flux cannot build it",
                object.title()
            );
            let violation = Violation::at(component, message).in_object(object, component);
            outcome.report(violation.with_help("Correct the path, or remove the line."));
        }
    }
}

fn report<'a>(object: Object<'a>, path: Node<'a>, usual: bool, there: &There<'_>, outcome: &mut Outcome) {
    let Some(text) = path.as_str().filter(|text| !text.contains('*') && !is_injected(text)) else { return };
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
