//! What builds say about where their values were written.
#![allow(dead_code, reason = "every harness uses its own part")]

use super::harness::Files;
use k8factor::kustomize::Build;
use k8factor::provenance::Place;
use k8factor::source::Span;
use k8factor::yaml::Node;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A scalar of a built object.
pub(crate) struct Scalar {
    /// The number of its object, and where it stands in it.
    pub(crate) pointer: String,
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// Every value of a build that is a scalar and not null. An alias stands for what is written elsewhere.
pub(crate) fn scalars(build: &Build) -> Vec<Scalar> {
    let mut scalars = Vec::new();
    for (number, object) in build.objects.iter().enumerate() {
        add(object.root(), number.to_string(), &mut scalars);
    }
    scalars
}

fn add(node: Node<'_>, pointer: String, scalars: &mut Vec<Scalar>) {
    if node.is_alias() {
        return;
    }
    for entry in node.entries() {
        add(entry.value, format!("{pointer}/{}", entry.key.text()), scalars);
    }
    for (index, item) in node.items().enumerate() {
        add(item, format!("{pointer}/{index}"), scalars);
    }
    if !node.is_mapping() && !node.is_sequence() && !node.is_null() {
        let place = node.place().cloned().unwrap_or_else(|| Place::at(node.span()));
        scalars.push(Scalar { pointer, text: node.text().into_owned(), place });
    }
}

/// Every place that a build names.
pub(crate) fn spans(build: &Build) -> BTreeSet<Span> {
    let mut spans: BTreeSet<Span> = build.gaps.iter().map(|gap| gap.span).collect();
    for object in &build.objects {
        for node in object.root().walk() {
            spans.insert(node.span());
            node.place().into_iter().for_each(|place| spans_of(place, &mut spans));
        }
        spans.extend(object.changes.iter().flat_map(|change| [Some(change.by), change.before]).flatten());
    }
    let removed = build.objects.iter().flat_map(|object| &object.removed);
    let removed = removed.chain(build.removed.iter().map(|(_, removed)| removed));
    spans.extend(removed.flat_map(|removed| [removed.span, removed.by.by]));
    spans
}

fn spans_of(place: &Place, spans: &mut BTreeSet<Span>) {
    spans.extend(place.pieces(0).iter().map(|piece| piece.span));
    spans.extend(place.changes().iter().flat_map(|change| [Some(change.by), change.before]).flatten());
}

/// Everything about a build, places included.
pub(crate) fn dump(build: &Build) -> String {
    let mut text =
        format!("{:?} {} {:?} {:?}\n", build.kustomization, build.folder, build.gaps, build.removed);
    for object in &build.objects {
        for node in object.root().walk() {
            let _ =
                writeln!(text, "{:?} {:?} {:?} {:?}", node.shape(), node.text(), node.span(), node.place());
        }
        let _ = writeln!(text, "{:?} {:?}", object.changes, object.removed);
    }
    text
}

/// The paths of all files that a kustomization may read: whatever its files, and those they name, name. Found without
/// the renderer, so that this is a second opinion.
pub(crate) fn closure(files: &Files, folder: &str) -> BTreeSet<String> {
    let mut closure = BTreeSet::new();
    let mut queue = vec![(folder.to_owned(), folder.to_owned())];
    while let Some((path, from)) = queue.pop() {
        let Some(path) = file_of(files, &path) else { continue };
        let is_kustomization = NAMES.iter().any(|name| path.ends_with(name));
        let from = if is_kustomization { folder_of(&path).to_owned() } else { from };
        let Some(source) = files.sources.by_path(&path).filter(|_| closure.insert(path.clone())) else {
            continue;
        };
        let words =
            source.text().split(|letter: char| letter.is_whitespace() || "'\"[]{},=".contains(letter));
        queue.extend(words.filter_map(|word| Some((joined(&from, word)?, from.clone()))));
    }
    closure
}

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

fn file_of(files: &Files, path: &str) -> Option<String> {
    let names =
        NAMES.iter().map(|name| if path.is_empty() { (*name).to_owned() } else { format!("{path}/{name}") });
    std::iter::once(path.to_owned()).chain(names).find(|path| files.sources.by_path(path).is_some())
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
