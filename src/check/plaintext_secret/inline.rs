//! Secrets that a patch inside a kustomization fills in.

use super::{Found, leaks, written};
use crate::check::credential::{decoded, in_secret};
use crate::model::kustomization::Kustomization;
use crate::source::Span;
use crate::yaml::Node;

/// The patches of Secrets that a kustomization holds itself: what stands there is no other check's business.
pub(super) fn texts(kustomization: Kustomization<'_>) -> impl Iterator<Item = Span> {
    patches(kustomization).map(|(text, _)| text.span())
}

/// The text of each patch that may be one of a Secret, and whether its target says that it is one.
fn patches(kustomization: Kustomization<'_>) -> impl Iterator<Item = (Node<'_>, bool)> {
    let lists = ["patches", "patchesJson6902"].into_iter().filter_map(move |name| kustomization.field(name));
    let patches = lists.flat_map(|list| list.value.items()).filter_map(|patch| {
        let is_aimed = patch.at(&["target", "kind"]).is_some_and(|kind| kind.is_text("Secret"));
        Some((patch.get("patch")?, is_aimed))
    });
    let merges = kustomization.field("patchesStrategicMerge").into_iter().flat_map(|list| list.value.items());
    let merges = merges.filter(|patch| patch.raw().contains('\n')).map(|patch| (patch, false));
    patches.chain(merges).filter(|(text, is_aimed)| *is_aimed || names_secret(*text))
}

/// Most patches are about something else, and need not be read.
fn names_secret(text: Node<'_>) -> bool {
    let text = text.text();
    let mut lines = text.lines().map(|line| line.trim().replace(['"', '\'', ','], ""));
    lines.any(|line| line.strip_prefix("kind:").is_some_and(|kind| kind.trim() == "Secret"))
}

impl Found<'_> {
    /// Says how many patches there are.
    pub(super) fn inline_patches(&mut self, kustomization: Kustomization<'_>) -> usize {
        let patches: Vec<_> = patches(kustomization).collect();
        for (text, is_aimed) in &patches {
            let Some(tree) = text.embedded() else { continue };
            for root in tree.roots() {
                if root.get("kind").is_some_and(|kind| kind.is_text("Secret")) && root.get("$patch").is_none()
                {
                    self.merge(root);
                } else if *is_aimed {
                    root.items().for_each(|operation| self.operation(operation));
                }
            }
        }
        patches.len()
    }

    fn merge(&mut self, root: Node<'_>) {
        let name = root.at(&["metadata", "name"]).map(Node::text).unwrap_or_default();
        for field in ["data", "stringData"] {
            for entry in root.get(field).into_iter().flat_map(Node::entries) {
                for leak in leaks(field, entry) {
                    let owner = format!("the patch of Secret `{name}`");
                    let key = entry.key.text().into_owned();
                    let place = self.place(written(field, entry.value, &leak), owner, key, &leak, None);
                    self.by_credential.entry(leak.credential).or_default().push(place);
                }
            }
        }
    }

    /// `path: /stringData/password` with its `value`.
    fn operation(&mut self, operation: Node<'_>) {
        let (Some(path), Some(value)) = (operation.get("path"), operation.get("value")) else { return };
        let (path, Some(text)) = (path.text(), value.as_str()) else { return };
        let Some((field, key)) = path.trim_start_matches('/').split_once('/') else { return };
        let key = key.replace("~1", "/");
        let found = match field {
            "stringData" => in_secret(&key, &text),
            "data" => decoded(&text).map(|text| in_secret(&key, &text)).unwrap_or_default(),
            _ => return,
        };
        for leak in found {
            let span = written(field, value, &leak);
            let place = self.place(span, "the patch of a Secret".into(), key.clone(), &leak, None);
            self.by_credential.entry(leak.credential).or_default().push(place);
        }
    }
}
