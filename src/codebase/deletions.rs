//! What kustomizations delete from what they take in: `$patch: delete`.

use super::Codebase;
use crate::model::kustomization::Kustomization;
use crate::model::paths::resolve_path;
use crate::yaml::{Node, Tree};

/// An object that a patch deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Codebase {
    /// What the patches of one kustomization delete, those in files and those written in it.
    pub fn deleted_by(&self, kustomization: Kustomization<'_>) -> Vec<Deleted> {
        let paths = kustomization.patch_files();
        let paths = paths.filter_map(|reference| resolve_path(kustomization.folder(), &reference.text));
        let trees = paths.filter_map(|path| self.tree(self.sources().by_path(&path)?.id()));
        let mut deleted: Vec<_> =
            trees.flat_map(Tree::roots).filter_map(|root| Deleted::of(root, None)).collect();
        for (text, target) in inline_patches(kustomization) {
            let tree = text.embedded();
            deleted.extend(tree.iter().flat_map(Tree::roots).filter_map(|root| Deleted::of(root, target)));
        }
        deleted
    }
}

/// The texts of patches that may delete, and what they are for. Most delete nothing, and need no reading.
fn inline_patches(kustomization: Kustomization<'_>) -> Vec<(Node<'_>, Option<Node<'_>>)> {
    let items = |name| kustomization.field(name).into_iter().flat_map(|entry| entry.value.items());
    let patches = items("patches").filter_map(|patch| Some((patch.get("patch")?, patch.get("target"))));
    // What is one line is the name of a file.
    let merges = items("patchesStrategicMerge").filter(|text| text.text().contains('\n'));
    let patches = patches.chain(merges.map(|text| (text, None)));
    patches.filter(|(text, _)| text.raw().contains("$patch")).collect()
}

impl Deleted {
    fn of(patch: Node<'_>, target: Option<Node<'_>>) -> Option<Self> {
        patch.get("$patch").filter(|node| node.is_text("delete"))?;
        let named = |key| target.and_then(|target| target.get(key));
        let kind = named("kind").or_else(|| patch.get("kind"))?.text().into_owned();
        let name = named("name").or_else(|| patch.at(&["metadata", "name"]))?.text().into_owned();
        Some(Self { kind, name })
    }
}
