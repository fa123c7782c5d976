//! Builds what the real kustomize built, and compares: its own tests, and overlays of public codebases.
//!
//! The answers lie in ../shared, which is not part of this repository; without it the tests say so.

mod common;

use common::shared;
use k8factor::config::Config;
use k8factor::discover;
use k8factor::documents;
use k8factor::kustomize::gap::Gap;
use k8factor::kustomize::gap::GapKind::{self, Empty, Encrypted, Missing, Plugin, Remote, Unreadable};
use k8factor::kustomize::store::Store;
use k8factor::kustomize::{self, Build};
use k8factor::model::object::pointer;
use k8factor::paths::resolve_path;
use k8factor::source::{FileKind, Sources, is_below};
use k8factor::yaml::{self, Node, Schema, Style};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a build lacks.
#[derive(Debug)]
struct Lack {
    kind: GapKind,
    path: String,
    /// What is written there.
    text: String,
}

/// Words of kustomize's errors, and the gaps that say the same. The first that fits counts.
const CAUSES: [(&str, &[GapKind]); 6] = [
    ("kustomization.yaml is empty", &[Empty]),
    ("external plugins disabled", &[Plugin, Encrypted]),
    ("loading KV pairs", &[Missing, Unreadable]),
    ("from 'http", &[Remote]),
    (": open ", &[Missing]),
    // A folder, and the reason inside of it was cut off.
    ("accumulating resources", &[Missing, Remote, Plugin, Encrypted, Empty, Unreadable]),
];

/// Objects by apiVersion, kind, namespace and name; kustomize's own tests hold some twice on purpose.
type Objects = BTreeMap<String, Vec<Json>>;

#[test]
fn builds_what_kustomizes_own_tests_expect() {
    let Some(folder) = shared::folder("oracles/krusty", "kustomize's own tests") else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases(&folder) {
        count += 1;
        let path = fs::read_to_string(case.join("path")).expect("each case has a path");
        let built = build(&case.join("in"), &[path.trim()]);
        let (objects, gaps) = &built[0];
        let name = case.strip_prefix(&folder).expect("below").display().to_string();
        let is_error = case.join("expected.err").is_file();
        if is_error {
            if gaps.is_empty() {
                wrong.push(format!("{name}: kustomize refuses it, we do not"));
            }
            continue;
        }
        let expected = read(&case.join("expected.yaml"));
        wrong.extend(differences(&expected, objects).into_iter().map(|d| format!("{name}: {d} {gaps:?}")));
    }
    println!("kustomize's own tests: {count} cases, {} differences", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn builds_overlays_of_public_codebases_as_kustomize_does() {
    let what = "overlays of public codebases as kustomize builds them";
    let Some(folder) = shared::folder("oracles/overlays", what) else { return };
    let Some(corpora) = shared::folder("corpora", what) else { return };
    let index = fs::read_to_string(folder.join("index.tsv")).expect("the index of the oracles");
    let mut by_codebase: BTreeMap<&str, Vec<(&str, &str, String)>> = BTreeMap::new();
    for line in index.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let (codebase, path) = columns[0].split_once('/').unwrap_or((columns[0], ""));
        by_codebase.entry(codebase).or_default().push((path, columns[1], columns[3..].join(" ")));
    }
    let (mut wrong, mut same, mut refused) = (Vec::new(), 0, 0);
    for (codebase, overlays) in by_codebase {
        let paths: Vec<_> = overlays.iter().map(|(path, ..)| *path).collect();
        let built = build(&corpora.join(codebase), &paths);
        for ((path, status, error), (objects, gaps)) in overlays.iter().zip(&built) {
            let name = format!("{codebase}/{path}");
            match *status {
                "ok" => {
                    let expected = read(&folder.join(format!("{name}.yaml")));
                    let differences = differences(&expected, objects);
                    let mistake = gaps.iter().find(|gap| gap.kind.is_mistake());
                    wrong.extend(
                        mistake.map(|gap| format!("{name}: kustomize builds it in spite of {gap:?}")),
                    );
                    same += usize::from(differences.is_empty());
                    wrong.extend(differences.into_iter().take(3).map(|d| format!("{name}: {d} {gaps:?}")));
                }
                "error" if !gaps.iter().any(|gap| gap.is_cause(path, error)) => {
                    wrong.push(format!("{name}: kustomize says {error}, we say {gaps:?}"));
                }
                "error" => refused += 1,
                _ => {}
            }
        }
    }
    println!("overlays: {same} the same, {refused} refused, {} differences", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let below = |path: &Path| {
        let entries = fs::read_dir(path).expect("readable");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
        paths.sort();
        paths
    };
    below(folder).iter().flat_map(|path| below(path)).collect()
}

/// What becomes of the kustomizations in these folders.
fn build(root: &Path, paths: &[&str]) -> Vec<(Objects, Vec<Lack>)> {
    let discovery = discover::walk(&Config::for_folder(root)).expect("the folder is there");
    let documents = documents::parse_all(&discovery.sources);
    let store = Store::new(&discovery.sources, &documents.trees);
    let paths: Vec<_> = paths.iter().map(|path| path.trim_matches('.').trim_matches('/')).collect();
    let builds = kustomize::build(store, &paths);
    let lack = |gap: &Gap| {
        let source = discovery.sources.get(gap.span.file);
        Lack { kind: gap.kind, path: source.path().to_owned(), text: source.slice(gap.span).to_owned() }
    };
    let lacks = |build: &Build| build.gaps.iter().map(lack).collect();
    let built = |build: &Build| (objects(build), lacks(build));
    builds.iter().map(|build| build.as_ref().map(built).unwrap_or_default()).collect()
}

impl Lack {
    /// Whether this is why kustomize refuses the overlay in a folder.
    fn is_cause(&self, folder: &str, error: &str) -> bool {
        let kinds = CAUSES.iter().find(|(words, _)| error.contains(words)).map(|(_, kinds)| *kinds);
        kinds.is_some_and(|kinds| kinds.contains(&self.kind)) && self.is_at(folder, error)
    }

    /// Kustomize names the first entry that it cannot take in. The gap is there, or in what the entry leads to.
    fn is_at(&self, folder: &str, error: &str) -> bool {
        let named =
            error.split("accumulating resources from '").nth(1).and_then(|rest| rest.split('\'').next());
        let Some(entry) = named else { return is_below(&self.path, folder) || error.contains("plugins") };
        let is_here = self.path.rsplit_once('/').map_or("", |(parent, _)| parent) == folder;
        let led_to = resolve_path(folder, entry);
        is_here && self.text.contains(entry) || led_to.is_some_and(|path| is_below(&self.path, &path))
    }
}

fn objects(build: &Build) -> Objects {
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

fn read(path: &Path) -> Objects {
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

fn differences(expected: &Objects, built: &Objects) -> Vec<String> {
    let mut all: Vec<_> = expected.keys().chain(built.keys()).collect();
    all.sort();
    all.dedup();
    let different = all.into_iter().filter(|key| expected.get(*key) != built.get(*key));
    let words = |key: &String| match (expected.get(key), built.get(key)) {
        (Some(_), None) => format!("missing: {key}"),
        (None, Some(_)) => format!("too much: {key}"),
        (Some(expected), Some(built)) => {
            let place = first_difference(&expected[0], &built[0], String::new());
            format!("{key} differs at {place}")
        }
        (None, None) => String::new(),
    };
    different.map(words).collect()
}

fn first_difference(expected: &Json, built: &Json, at: String) -> String {
    match (expected, built) {
        (Json::Object(a), Json::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            let different = keys.into_iter().find(|key| a.get(*key) != b.get(*key));
            different.map_or(at.clone(), |key| {
                let (a, b) = (a.get(key), b.get(key));
                first_difference(a.unwrap_or(&Json::Null), b.unwrap_or(&Json::Null), format!("{at}/{key}"))
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let different = a.iter().zip(b).position(|(a, b)| a != b);
            different.map_or(at.clone(), |i| first_difference(&a[i], &b[i], format!("{at}/{i}")))
        }
        _ => format!("{at}: expected {expected}, built {built}"),
    }
}
