//! What an entry of `resources`, `components` or `transformers` leads to.

use super::gap::{Gap, GapKind};
use super::store::Store;
use super::value::Value;
use crate::model::kustomization::is_remote;
use crate::model::paths::resolve_path;
use crate::source::FileId;
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
                return Input::File(file.id());
            }
            if let Some(&kustomization) = self.folders.get(path.as_str()) {
                return self.folder(folder, &path, entry, kustomization);
            }
            if !is_remote(&text) {
                return gap(GapKind::Missing, entry, self.what_is_missing(&path, &text));
            }
        }
        if is_remote(&text) {
            return gap(GapKind::Remote, entry, format!("`{text}` would have to be fetched"));
        }
        gap(GapKind::Missing, entry, format!("`{text}` leads out of the codebase"))
    }

    /// A folder that holds the one that asks for it would hold itself.
    fn folder(&self, from: &str, path: &str, entry: &Value, kustomization: u32) -> Input {
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
        format!("there is no `{text}`")
    }
}

fn gap(kind: GapKind, entry: &Value, message: String) -> Input {
    Input::Gap(Gap::new(kind, entry.span(), message))
}
