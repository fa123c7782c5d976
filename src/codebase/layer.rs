//! Which part of a codebase belongs to one cluster or one environment alone, as its path tells.

use super::Codebase;
use crate::model::environment::{is_parent_of_environments, is_stage};
use crate::source::FileId;

impl Codebase {
    /// The cluster or the environment to which a file belongs alone; nothing for what several may share.
    pub fn layer_of(&self, file: FileId) -> Option<&str> {
        self.layer_of_path(self.source(file).path())
    }

    /// The same for a path, relative to the checked root.
    pub fn layer_of_path<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        let owner = self.identities().owners(path).into_iter().next();
        owner.map(|cluster| cluster.name.as_str()).or_else(|| layer_of_folders(path))
    }
}

/// `overlays/x/…`, `clusters/x/…`, or a folder that is called after an environment.
fn layer_of_folders(path: &str) -> Option<&str> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    layers(folders).next().map(|(_, folder)| folder)
}

/// The folders on a path that belong to one environment or cluster, the outermost first, each with the one around it.
pub(super) fn layers(folders: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parent = "";
    folders.split('/').filter_map(move |folder| {
        let around = std::mem::replace(&mut parent, folder);
        let is_child = is_parent_of_environments(around) && !SHARED.contains(&folder);
        (is_child || is_stage(folder)).then_some((around, folder))
    })
}

/// Folders beside those of environments that all of them share.
const SHARED: [&str; 10] =
    ["base", "bases", "common", "shared", "all", "template", "templates", "components", "default", "modules"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_tell_whose_a_file_is() {
        let cases = [
            ("apps/overlays/blue/a.yaml", Some("blue")),
            ("k8s/production/patches/a.yaml", Some("production")),
            ("clusters/base/a.yaml", None),
            ("overlays/a.yaml", None),
            ("base/prod.yaml", None),
        ];
        for (path, expected) in cases {
            assert_eq!(layer_of_folders(path), expected, "{path}");
        }
    }
}
