//! What the charts of the codebase depend on.

use super::Fetched;
use crate::codebase::Codebase;
use crate::model::remote::{Pinned, chart_version};
use crate::paths::resolve_path;
use crate::source::FileKind;
use crate::yaml::Node;

const HELP: &str = "Run `helm dependency update` and commit `Chart.lock`, or write the whole version.";

/// The dependencies of every `Chart.yaml` without a `Chart.lock` beside it.
pub(super) fn sources(codebase: &Codebase) -> Vec<Fetched<'_>> {
    let files = codebase.sources().iter().filter(|source| {
        source.kind() == FileKind::HelmChart
            && source.file_name() == "Chart.yaml"
            && codebase.zone(source.id()).is_judged()
    });
    let unlocked = files.filter(|source| {
        let lock = resolve_path(source.folder(), "Chart.lock");
        lock.is_none_or(|lock| codebase.sources().by_path(&lock).is_none())
    });
    let roots = unlocked.filter_map(|source| codebase.tree(source.id())?.roots().next());
    roots.filter_map(|root| root.get("dependencies")).flat_map(Node::items).filter_map(dependency).collect()
}

/// A dependency without a repository, or with one on the disk, lies in the codebase.
fn dependency(dependency: Node<'_>) -> Option<Fetched<'_>> {
    let repository = dependency.get("repository")?.as_str()?;
    if repository.is_empty() || repository.starts_with("file://") {
        return None;
    }
    let name = dependency.get("name")?;
    let version = dependency.get("version").filter(|version| !version.is_null());
    let pinned = version.map_or(Pinned::Missing, |version| chart_version(&version.text()));
    let what = format!("Chart `{}`", name.text());
    Some(Fetched { what, at: version.unwrap_or(name).into(), pinned, object: None, help: HELP, weaker: 0 })
}
