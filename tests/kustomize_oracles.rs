//! Builds what the real kustomize built, and compares: its own tests, and overlays of public codebases.
//!
//! The answers lie in ../shared, which is not part of this repository; without it the tests say so.

mod common;
#[path = "common/kustomize.rs"]
mod harness;

use common::shared;
use harness::{Files, Objects, cases, differences, folder_of, objects, read};
use k8factor::kustomize::Build;
use k8factor::kustomize::gap::Gap;
use k8factor::kustomize::gap::GapKind::{self, Empty, Encrypted, Missing, Plugin, Remote, Unreadable};
use k8factor::paths::resolve_path;
use k8factor::source::is_below;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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

#[test]
fn builds_what_kustomizes_own_tests_expect() {
    let Some(folder) = shared::folder("oracles/krusty", "kustomize's own tests") else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases(&folder).iter().flat_map(|folder| cases(folder)) {
        count += 1;
        let built = build(&case.join("in"), &[&folder_of(&case)]);
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

/// What becomes of the kustomizations in these folders.
fn build(root: &Path, paths: &[&str]) -> Vec<(Objects, Vec<Lack>)> {
    let files = Files::of_folder(root);
    let lack = |gap: &Gap| {
        let source = files.sources.get(gap.span.file);
        Lack { kind: gap.kind, path: source.path().to_owned(), text: source.slice(gap.span).to_owned() }
    };
    let built = |build: &Build| (objects(build), build.gaps.iter().map(lack).collect());
    files.build(paths).iter().map(|build| build.as_ref().map(built).unwrap_or_default()).collect()
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
