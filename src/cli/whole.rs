//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside its place and moves it there: nobody ever reads half of it. Its folders are made. A link stays a
/// link.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let path = place(path);
    // What is there and no file, such as a pipe, cannot be replaced.
    if fs::metadata(&path).is_ok_and(|data| !data.is_file()) {
        return fs::write(&path, text);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_file_name(format!(".k8factor-{}.part", std::process::id()));
    let written = File::create(&part)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        // It may not be there, and what went wrong before says more.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The same for all ways to write a path, as far as its folders exist.
pub(super) fn place(path: &Path) -> PathBuf {
    let (folder, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(path)
        .or_else(|_| fs::canonicalize(folder).map(|folder| folder.join(name)))
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_path_buf())
}
