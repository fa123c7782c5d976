//! Builds kustomizations on disk or in memory, and compares objects with those of another program.
#![allow(dead_code, reason = "every harness uses its own part")]

use k8factor::config::Config;
use k8factor::discover::{self, Discovery};
use k8factor::documents;
use k8factor::kustomize::store::Store;
use k8factor::kustomize::{self, Build};
use k8factor::model::object::pointer;
use k8factor::source::{FileKind, Sources, Span};
use k8factor::yaml::{self, Node, Schema, Style, Tree};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Objects by apiVersion, kind, namespace and name; kustomize's own tests hold some twice on purpose.
pub(crate) type Objects = BTreeMap<String, Vec<Json>>;

/// Files that were read.
pub(crate) struct Files {
    pub(crate) sources: Sources,
    trees: Vec<Option<Arc<Tree>>>,
}

impl Files {
    /// All that lie below a folder.
    pub(crate) fn of_folder(root: &Path) -> Self {
        Self::of(discover::walk(&Config::for_folder(root)).expect("the folder is there"))
    }

    /// Files in memory: paths and texts.
    pub(crate) fn of_texts(texts: &[(String, String)]) -> Self {
        let texts: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        Self::of(Discovery::of_texts(&texts))
    }

    fn of(discovery: Discovery) -> Self {
        let documents = documents::parse_all(&discovery.sources);
        Self { sources: discovery.sources, trees: documents.trees }
    }

    /// The files as the build sees them.
    pub(crate) fn store(&self) -> Store<'_> {
        Store::new(&self.sources, &self.trees)
    }

    /// What becomes of the kustomizations in these folders.
    pub(crate) fn build(&self, folders: &[&str]) -> Vec<Option<Build>> {
        let folders: Vec<_> = folders.iter().map(|path| path.trim_matches('.').trim_matches('/')).collect();
        kustomize::build(self.store(), &folders)
    }

    /// `path:line` of a place.
    pub(crate) fn line(&self, span: Span) -> String {
        let source = self.sources.get(span.file);
        format!("{}:{}", source.path(), source.line(span.start))
    }
}

/// The folders of cases below a folder, sorted by name.
pub(crate) fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

/// The folder that a case builds, relative to its files.
pub(crate) fn folder_of(case: &Path) -> String {
    fs::read_to_string(case.join("path")).expect("each case has a path").trim().to_owned()
}

/// The objects of a build.
pub(crate) fn objects(build: &Build) -> Objects {
    by_identity(build.objects.iter().map(|object| as_go_yaml_writes(object.root())))
}

/// Go's YAML writer adds an empty line where, in a folded scalar, lines that are indented more follow others. We keep
/// what is written.
fn as_go_yaml_writes(root: Node<'_>) -> Json {
    let mut json = root.to_json(Schema::Kustomize).expect("JSON");
    // It falls back to quotes where a blank stands before a line break.
    let is_changed = |text: &str| text.contains("\n ") && !text.contains(" \n");
    let folded = root.walk().filter(|node| node.style() == Style::Folded && is_changed(&node.text()));
    for node in folded {
        if let Some(text) = json.pointer_mut(&pointer(root, node)).filter(|text| text.is_string()) {
            *text = Json::String(with_empty_lines(&node.text()));
        }
    }
    json
}

fn with_empty_lines(text: &str) -> String {
    let mut written = String::new();
    let mut before = "";
    for line in text.split_inclusive('\n') {
        if line.starts_with(' ') && before != " " && !before.is_empty() {
            written.push('\n');
        }
        if line != "\n" {
            before = if line.starts_with(' ') { " " } else { line };
        }
        written.push_str(line);
    }
    written
}

/// The objects in a file.
pub(crate) fn read(path: &Path) -> Objects {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = Sources::default().add("expected".into(), FileKind::Yaml, text.as_str().into());
    let tree = yaml::parse(file, text.into());
    by_identity(tree.roots().map(|root| root.to_json(Schema::Kustomize).expect("JSON")))
}

fn by_identity(objects: impl Iterator<Item = Json>) -> Objects {
    let mut by_identity = Objects::new();
    for object in objects {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let parts = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text);
        by_identity.entry(parts.join(" ")).or_default().push(object);
    }
    by_identity
}

/// Where two sets of objects differ, one line for each object.
pub(crate) fn differences(expected: &Objects, built: &Objects) -> Vec<String> {
    let mut all: Vec<_> = expected.keys().chain(built.keys()).collect();
    all.sort();
    all.dedup();
    let different = all.into_iter().filter(|key| expected.get(*key) != built.get(*key));
    let words = |key: &String| match (expected.get(key), built.get(key)) {
        (Some(_), None) => format!("missing: {key}"),
        (None, Some(_)) => format!("too much: {key}"),
        (Some(expected), Some(built)) => {
            let place = first_difference(&expected[0], &built[0], "");
            format!("{key} differs at {place}")
        }
        (None, None) => String::new(),
    };
    different.map(words).collect()
}

fn first_difference(expected: &Json, built: &Json, at: &str) -> String {
    match (expected, built) {
        (Json::Object(a), Json::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            let different = keys.into_iter().find(|key| a.get(*key) != b.get(*key));
            different.map_or(at.to_owned(), |key| {
                let (a, b) = (a.get(key), b.get(key));
                first_difference(a.unwrap_or(&Json::Null), b.unwrap_or(&Json::Null), &format!("{at}/{key}"))
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let different = a.iter().zip(b).position(|(a, b)| a != b);
            different.map_or(at.to_owned(), |i| first_difference(&a[i], &b[i], &format!("{at}/{i}")))
        }
        _ => format!("{at}: expected {expected}, built {built}"),
    }
}
