//! What an entry of `resources`, `components` or `transformers` leads to.

use super::gap::{Gap, GapKind};
use super::store::Store;
use super::value::Value;
use crate::model::kustomization::is_remote;
use crate::paths::resolve_path;
use crate::source::{FileId, FileKind, Source};
use std::collections::HashMap;

/// Where an entry leads.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file with objects.
    File(FileId),
    /// A folder with a kustomization, by the number of the kustomization.
    Folder(u32),
    /// YAML written in the kustomization itself.
    Inline(Value),
    /// Nowhere.
    Gap(Gap),
}

/// Finds out where entries lead.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The files there are.
    pub store: Store<'a>,
    /// The number of the kustomization in each folder that has one.
    pub folders: &'a HashMap<String, u32>,
}

impl Inputs<'_> {
    /// Where an entry of a kustomization in `folder` leads.
    pub fn resolve(&self, folder: &str, entry: &Value) -> Input {
        let Some(text) = entry.as_text() else {
            return gap(GapKind::Field, entry, "a path is wanted here".to_owned());
        };
        if text.contains('\n') {
            return Input::Inline(entry.clone());
        }
        let path = resolve_path(folder, &text).filter(|_| !text.starts_with('/'));
        if let Some(path) = path.filter(|_| !text.contains("://")) {
            if let Some(file) = self.store.file(&path) {
                return self.file(file, entry);
            }
            if let Some(&kustomization) = self.folders.get(path.as_str()) {
                return Self::folder(folder, &path, entry, kustomization);
            }
            if !is_remote(&text) {
                return gap(GapKind::Missing, entry, self.what_is_missing(&path, &text));
            }
        }
        if is_remote(&text) {
            return gap(GapKind::Remote, entry, format!("`{text}` would have to be fetched"));
        }
        gap(
            GapKind::Missing,
            entry,
            format!(
                "`{text}` leads out of the codebase, whose root is the folder with `.git` or `.k8factor.yaml`"
            ),
        )
    }

    /// Kustomize takes a kustomization in by its folder. Given the file, it looks for an object in it.
    fn file(&self, file: &Source, entry: &Value) -> Input {
        let is_kustomization =
            file.kind() == FileKind::Kustomization && self.folders.contains_key(file.folder());
        let documents = if is_kustomization { self.store.documents(file.id()) } else { Vec::new() };
        if documents.iter().all(|document| document.text_of(&["metadata", "name"]).is_some()) {
            return Input::File(file.id());
        }
        let message = format!("`{}` is a kustomization: kustomize wants its folder here", entry.text());
        gap(GapKind::Field, entry, message)
    }

    /// A folder that holds the one that asks for it would hold itself.
    fn folder(from: &str, path: &str, entry: &Value, kustomization: u32) -> Input {
        if crate::source::is_below(from, path) {
            let message = format!("`{}` is a folder that holds this kustomization: a circle", entry.text());
            return gap(GapKind::Cycle, entry, message);
        }
        Input::Folder(kustomization)
    }

    fn what_is_missing(&self, path: &str, text: &str) -> String {
        if self.store.has_folder(path) {
            return format!("the folder `{text}` has no kustomization");
        }
        if text.split('/').any(|segment| segment.contains(" - ")) {
            return format!(
                "there is no `{text}`: these are two items, of which the second is indented too far"
            );
        }
        match self.store.near(path) {
            Some(near) => format!("there is no `{text}`; `{near}` is there"),
            None => format!("there is no `{text}`"),
        }
    }
}

fn gap(kind: GapKind, entry: &Value, message: String) -> Input {
    Input::Gap(Gap::new(kind, entry.span(), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::Files;

    #[test]
    fn what_is_missing_says_what_was_probably_meant() {
        let files = Files::of(&[
            (
                "base/a.yaml",
                "[deploymnet.yaml, deployment.yml, ../bases, a/b.yaml, xy.yaml, ../base - ../web]",
            ),
            ("base/config/map.yaml", ""),
            ("base/deployment.yaml", ""),
        ]);
        let folders = HashMap::new();
        let inputs = Inputs { store: files.store(), folders: &folders };
        let entries = files.document("base/a.yaml").items();
        let said = entries.iter().map(|entry| match inputs.resolve("base", entry) {
            Input::Gap(gap) => gap.message,
            other => format!("{other:?}"),
        });
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                "there is no `deploymnet.yaml`; `deployment.yaml` is there",
                "there is no `deployment.yml`; `deployment.yaml` is there",
                "there is no `../bases`; `base` is there",
                "there is no `a/b.yaml`",
                "there is no `xy.yaml`",
                "there is no `../base - ../web`: these are two items, of which the second is indented too far",
            ]
        );
    }
}
