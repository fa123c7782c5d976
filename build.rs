//! Lists the pages of `rules/` for `src/rule/load.rs`, so that no list of rules stands in the repository.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut pages = Vec::new();
    collect(&root.join("rules"), &mut pages)?;
    pages.sort();
    let mut list = String::from("&[\n");
    for page in pages {
        let name = page.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
        writeln!(list, "    ({name:?}, include_str!({:?})),", page.display().to_string())
            .expect("to a string");
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("rules.rs"), list)
}

/// Cargo looks at a folder's own time only, so every folder is named.
fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}
