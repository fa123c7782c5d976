//! The repository around the checked root.

use crate::error::Error;
use gix::Repository;
use gix::open::Options;
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// A repository, and where in it the root is.
pub(super) struct Located {
    pub(super) repository: Repository,
    /// The folder of its worktree.
    pub(super) folder: PathBuf,
    /// From there to the checked root; empty or with a `/` at its end.
    pub(super) prefix: String,
}

/// The nearest repository at or above a root.
pub(super) fn around(root: &Path, revision: &str) -> Result<Located, Error> {
    let wrong = |message: String| Error::usage(format!("--diff-base {revision}"), message);
    // Whose files they are does not matter to one who only reads them, and runs nothing they name.
    let repository = gix::discover_opts(root, gix::discover::upwards::Options::default(), options());
    let repository = repository.map_err(|error| wrong(reason(root, &error)))?;
    let bare = || wrong(format!("the repository in {} has no worktree to compare", root.display()));
    let folder = repository.workdir().ok_or_else(bare)?;
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| Error::path(path, error));
    let (folder, root) = (real(folder)?, real(root)?);
    let outside = |_| wrong(format!("{} is not in the worktree of its repository", root.display()));
    let prefix = root.strip_prefix(&folder).map_err(outside)?;
    let mut prefix = prefix.to_string_lossy().replace(MAIN_SEPARATOR, "/");
    if !prefix.is_empty() {
        prefix.push('/');
    }
    Ok(Located { repository, folder, prefix })
}

/// The repository in a folder, if there is one: a submodule.
pub(super) fn inside(folder: &Path) -> Option<Repository> {
    gix::open_opts(folder, options()).ok()
}

/// What this user and this machine have configured does not count, as in the rest of k8factor.
fn options() -> Options {
    Options::isolated()
}

fn reason(root: &Path, error: &gix::Error) -> String {
    use gix::discover::upwards::Error as Upwards;
    let root = root.display();
    match error.downcast_any_ref::<Upwards>() {
        Some(Upwards::NoTrustedGitRepository { candidate, .. }) => {
            format!("the repository {} belongs to somebody else", candidate.display())
        }
        Some(_) => {
            format!(
                "{root} is in no repository of git. Leave the flag away, or check a clone with its `.git`"
            )
        }
        None => format!("the repository around {root} cannot be opened: {error}"),
    }
}
