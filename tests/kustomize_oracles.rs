//! Builds what the real kustomize built, and compares: its own tests, and overlays of public codebases.
//!
//! The answers lie in ../shared, which is not part of this repository; without it the tests say so.

mod common;
#[path = "common/kustomize.rs"]
mod harness;

use common::shared;
use harness::{Files, Objects, cases, differences, folder_of, objects, read};
use k8factor::kustomize::gap::Gap;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
    let mut by_codebase: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in index.lines().skip(1) {
        let columns: Vec<_> = line.split('\t').collect();
        let (codebase, path) = columns[0].split_once('/').unwrap_or((columns[0], ""));
        by_codebase.entry(codebase).or_default().push((path, columns[1]));
    }
    let (mut wrong, mut same, mut refused) = (Vec::new(), 0, 0);
    for (codebase, overlays) in by_codebase {
        let paths: Vec<_> = overlays.iter().map(|(path, _)| *path).collect();
        let built = build(&corpora.join(codebase), &paths);
        for ((path, status), (objects, gaps)) in overlays.iter().zip(&built) {
            let name = format!("{codebase}/{path}");
            match *status {
                "ok" => {
                    let expected = read(&folder.join(format!("{name}.yaml")));
                    let differences = differences(&expected, objects);
                    same += usize::from(differences.is_empty());
                    wrong.extend(differences.into_iter().take(3).map(|d| format!("{name}: {d} {gaps:?}")));
                }
                "error" if gaps.is_empty() => wrong.push(format!("{name}: kustomize refuses it, we do not")),
                "error" => refused += 1,
                _ => {}
            }
        }
    }
    println!("overlays: {same} the same, {refused} refused, {} differences", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What becomes of the kustomizations in these folders.
fn build(root: &Path, paths: &[&str]) -> Vec<(Objects, Vec<Gap>)> {
    let builds = Files::of_folder(root).build(paths).into_iter();
    builds.map(|build| build.map_or((Objects::new(), vec![]), |b| (objects(&b), b.gaps))).collect()
}
