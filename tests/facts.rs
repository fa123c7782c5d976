//! Facts that age say where and when they were read, so that anybody can bring them up to date.

use k8factor::facts::Table;
use k8factor::source::{FileKind, Sources};
use k8factor::yaml;
use std::fs;
use std::path::{Path, PathBuf};

/// A row of any table: here only its file is looked at.
type Row = serde::de::IgnoredAny;

#[test]
fn every_table_says_where_and_when_it_was_read() {
    let files = tables();
    assert!(!files.is_empty());
    for file in files {
        let name = file.display();
        let text = fs::read_to_string(&file).expect("it was listed a moment ago");
        let id = Sources::default().add(name.to_string(), FileKind::Yaml, text.as_str().into());
        let tree = yaml::parse(id, text.into());
        assert_eq!((tree.troubles().len(), tree.duplicates().count()), (0, 0), "{name}");
        let root = tree.roots().next().expect("a table has a document");
        let table: Table<Row> = yaml::from_node(root).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(table.source.len() > 10, "{name}: `source` says where the facts were read");
        assert!(is_day(&table.date), "{name}: `date` is a day such as 2026-11-20");
        assert!(!table.rows.is_empty(), "{name}");
    }
}

/// A table that nobody asks for is not a fact of the program.
#[test]
fn every_table_is_read_by_one_module() {
    let code = files_below(&root().join("src"));
    let code: String = code.iter().map(|file| fs::read_to_string(file).expect("listed")).collect();
    for file in tables() {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        assert_eq!(code.matches(&format!("data/{name}\"))")).count(), 1, "{name}");
    }
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    digits && parts.iter().map(|part| part.len()).eq([4, 2, 2])
}

fn tables() -> Vec<PathBuf> {
    files_below(&root().join("data"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the repository is readable");
    let paths = entries.map(|entry| entry.expect("the repository is readable").path());
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    let mut files: Vec<_> = paths.flat_map(below).collect();
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
