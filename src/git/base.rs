//! The commit to compare with: where the history at hand has one, the last that the revision and HEAD have in common.

use crate::error::Error;
use gix::{ObjectId, Repository};

/// The commit to compare with, seen from a revision as it was typed.
pub(super) fn commit(
    repository: &Repository,
    revision: &str,
    notes: &mut Vec<String>,
) -> Result<ObjectId, Error> {
    let wrong = |message: String| Error::usage(format!("--diff-base {revision}"), message);
    let found = find(repository, revision).ok_or_else(|| wrong(unknown(repository, revision)))?;
    let commit = found.object().ok().and_then(|object| object.peel_to_commit().ok());
    let commit =
        commit.ok_or_else(|| wrong("this is no commit, or its history is not in this clone".into()))?.id;
    // Before the first commit everything is new, whatever was named.
    let Ok(head) = repository.head_id() else { return Ok(commit) };
    if let Ok(Some(common)) = repository.merge_base(commit, head.detach()) {
        return Ok(common.detach());
    }
    let why = if is_shallow(repository) { "this clone is shallow" } else { "their histories are unrelated" };
    notes.push(format!(
        "`{revision}` and HEAD have no commit in common here ({why}): compared with `{revision}` itself, and what \
         changed only there counts as changed"
    ));
    Ok(commit)
}

fn find<'r>(repository: &'r Repository, revision: &str) -> Option<gix::Id<'r>> {
    // git keeps more than a name in this file.
    if revision == "FETCH_HEAD" {
        return fetched(repository);
    }
    repository.rev_parse_single(revision).ok()
}

fn fetched(repository: &Repository) -> Option<gix::Id<'_>> {
    let text = std::fs::read_to_string(repository.git_dir().join("FETCH_HEAD")).ok()?;
    let id = text.split_whitespace().next()?;
    repository.rev_parse_single(id).ok()
}

fn is_shallow(repository: &Repository) -> bool {
    repository.is_shallow().unwrap_or_default()
}

fn unknown(repository: &Repository, revision: &str) -> String {
    if !is_shallow(repository) {
        return "git knows no such revision here. Check the spelling; a branch of the remote is `origin/<branch>`, and \
                `git fetch` brings it"
            .into();
    }
    if revision.contains(['~', '^', '@']) {
        return "this clone is shallow, and its history does not reach that far. Type `git fetch --deepen=50`".into();
    }
    let name = ["origin/", "refs/heads/", "refs/remotes/origin/"];
    let name = name.iter().find_map(|start| revision.strip_prefix(start)).unwrap_or(revision);
    format!(
        "this clone is shallow and does not have it. Type `git fetch --depth=1 origin {name}`, then `--diff-base \
         FETCH_HEAD`"
    )
}
