//! Which folder the paths of a report are relative to.
//!
//! It is the nearest folder around everything given that holds `.k8factor.yaml` or `.git`, so that a file is judged by
//! the same configuration and with the same knowledge whether it is given alone or with its neighbours. Where there is
//! no such folder nobody knows how far the codebase reaches, and only what was given is read.

use super::file::FILE_NAME;
use crate::error::Error;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What to check, in absolute paths.
pub(super) struct Located {
    pub(super) root: PathBuf,
    /// Whether the root holds the whole codebase.
    pub(super) reads_root: bool,
    /// Inside the root.
    pub(super) paths: Vec<PathBuf>,
    /// What standard input stands for, relative to the root and `/`-separated.
    pub(super) stdin_path: Option<String>,
}

/// Finds the root of what was typed in the folder `current`. Standard input `stands_for` a file that need not exist.
pub(super) fn locate(
    current: &Path,
    typed: &[PathBuf],
    reads_stdin: bool,
    stands_for: Option<&Path>,
) -> Result<Located, Error> {
    let mut paths = typed.iter().map(|path| absolute(current, path)).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    paths.dedup();
    if paths.is_empty() && !reads_stdin {
        paths.push(absolute(current, Path::new("."))?);
    }
    let stands_for = stands_for.map(|path| real_place(&current.join(path)));
    // A text that stands for no file belongs to the folder where it was piped in.
    let beside = reads_stdin.then(|| stands_for.as_deref().map_or(current, folder_of));
    let around = match &paths[..] {
        [folder] if folder.is_dir() => folder.clone(),
        _ => common_folder(&paths, beside).unwrap_or_else(|| current.to_path_buf()),
    };
    let project = project(&around);
    let reads_root = project.is_some() || paths.contains(&around);
    let root = project.unwrap_or(around);
    if stands_for.as_ref().is_some_and(|path| path.is_dir()) {
        return Err(Error::usage("--stdin-path", "this is a folder. Name the file that the text stands for"));
    }
    let name = || stands_for.as_ref().map_or(Ok(UNNAMED.into()), |path| inside(&root, path));
    let stdin_path = reads_stdin.then(name).transpose()?;
    Ok(Located { root, reads_root, paths, stdin_path })
}

/// What reports call a text on standard input that stands for no file.
const UNNAMED: &str = "<stdin>";

/// The real path of a folder; of a file the real path of its folder, because a link is read under its own name.
fn absolute(current: &Path, typed: &Path) -> Result<PathBuf, Error> {
    let path = current.join(typed);
    let open = |error| Error::path(typed, error);
    if fs::metadata(&path).map_err(open)?.is_dir() {
        return fs::canonicalize(&path).map_err(open);
    }
    Ok(real_place(&path))
}

/// The same path with the links in its folders followed, as far as they exist, and without `.` and `..`.
pub(super) fn real_place(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return lexical(path) };
    match fs::canonicalize(folder) {
        Ok(folder) => folder.join(name),
        Err(_) => lexical(&real_place(folder).join(name)),
    }
}

fn lexical(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(result.pop()),
            other => result.push(other),
        }
    }
    result
}

/// The deepest folder that holds everything given.
fn common_folder(paths: &[PathBuf], beside: Option<&Path>) -> Option<PathBuf> {
    let folders = paths.iter().map(|path| if path.is_dir() { path } else { folder_of(path) });
    folders.chain(beside).map(Path::to_path_buf).reduce(|a, b| shared(&a, &b))
}

fn shared(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
}

/// The nearest folder at or above this one that holds a configuration or a repository.
fn project(folder: &Path) -> Option<PathBuf> {
    let is_marked = |folder: &&Path| [FILE_NAME, ".git"].iter().any(|name| folder.join(name).exists());
    folder.ancestors().find(is_marked).map(Path::to_path_buf)
}

fn inside(root: &Path, path: &Path) -> Result<String, Error> {
    let relative = path.strip_prefix(root).ok().and_then(Path::to_str);
    let relative =
        relative.filter(|path| !path.is_empty()).map(|path| path.replace(std::path::MAIN_SEPARATOR, "/"));
    relative.ok_or_else(|| Error::usage("--stdin-path", format!("{OUTSIDE} ({})", root.display())))
}

const OUTSIDE: &str = "the path must be a file inside the checked root";

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with `repository/.git`, `repository/team/.k8factor.yaml` and some manifests.
    fn codebase() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let root = fs::canonicalize(folder.path()).expect("it was created above");
        for file in ["repository/.git/HEAD", "repository/a/x.yaml", "repository/a/b/y.yaml", "free/p/z.yaml"]
            .into_iter()
            .chain(["repository/team/.k8factor.yaml", "repository/team/sub/t.yaml", "free/q/w.yaml"])
        {
            let path = root.join(file);
            fs::create_dir_all(folder_of(&path)).expect("a new folder");
            fs::write(path, "").expect("a new file");
        }
        (folder, root)
    }

    #[test]
    fn the_root_follows_from_what_is_given() {
        let (_keep, top) = codebase();
        let cases: [(&[&str], &str, bool); 12] = [
            (&["repository"], "repository", true),
            (&["repository/a"], "repository", true),
            (&["repository/a/b/y.yaml"], "repository", true),
            (&["repository/a/x.yaml", "repository/a/b"], "repository", true),
            (&["repository/team"], "repository/team", true),
            (&["repository/team/sub/t.yaml"], "repository/team", true),
            (&["repository/team/sub", "repository/a"], "repository", true),
            (&["repository/a", "free/q"], "", false),
            (&["free/p/", "free/p/."], "free/p", true),
            (&["free/p/z.yaml"], "free/p", false),
            (&["free/p/z.yaml", "free/q"], "free", false),
            (&[], "", true),
        ];
        for (typed, expected, reads_root) in cases {
            let typed: Vec<_> = typed.iter().map(PathBuf::from).collect();
            let located = locate(&top, &typed, false, None).expect("all paths exist");
            assert_eq!(located.root, top.join(expected).components().collect::<PathBuf>(), "{typed:?}");
            assert_eq!(located.reads_root, reads_root, "{typed:?}");
        }
    }

    #[test]
    fn standard_input_stands_for_a_path_inside_the_root() {
        let (_keep, top) = codebase();
        let named = |current: &str, path: &'static str| {
            let located = locate(&top.join(current), &[], true, Some(Path::new(path)))?;
            Ok::<_, Error>((located.root, located.stdin_path))
        };
        let expected = |root: &str, path: &str| (top.join(root), Some(path.to_owned()));
        assert_eq!(named("repository/a", "x.yaml").expect("inside"), expected("repository", "a/x.yaml"));
        assert_eq!(named("free", "new/../p/n.yaml").expect("inside"), expected("free/p", "n.yaml"));
        let unnamed = locate(&top.join("free"), &[], true, None).expect("no path can be wrong");
        assert_eq!((unnamed.root, unnamed.stdin_path), expected("free", UNNAMED));
        let outside = locate(&top, &["free".into()], true, Some(Path::new("repository/x.yaml")));
        assert!(outside.is_err_and(|error| error.to_string().contains("inside the checked root")));
    }
}
