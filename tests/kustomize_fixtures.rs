//! Builds small kustomizations of our own, each with one trap, as the real kustomize built them once.
//!
//! A case is a folder of `fixtures/kustomize`: its files in `in`, the folder to build in `path`, and `expected.yaml`;
//! or `expected.err`, where kustomize refuses it: the line our gap points at and words of its message.

mod common;
#[path = "common/kustomize.rs"]
mod harness;

use common::fixtures;
use harness::{Files, cases, differences, folder_of, objects, read};
use std::fs;
use std::path::Path;

#[test]
fn builds_our_own_cases_as_kustomize_does() {
    let cases = cases(&fixtures("kustomize"));
    let wrong: Vec<_> = cases.iter().flat_map(|case| wrong(case)).collect();
    println!("{} cases, {} differences", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn wrong(case: &Path) -> Vec<String> {
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let files = Files::of_folder(&case.join("in"));
    let folder = folder_of(case);
    let Some(Some(build)) = files.build(&[&folder]).pop() else {
        return vec![format!("{name}: there is no kustomization in `{folder}`")];
    };
    let gaps: Vec<_> =
        build.gaps.iter().map(|gap| format!("{} {}", files.line(gap.span), gap.message)).collect();
    if let Ok(refusal) = fs::read_to_string(case.join("expected.err")) {
        let (place, words) = refusal.trim().split_once(' ').unwrap_or((refusal.trim(), ""));
        let is_said =
            gaps.iter().any(|gap| gap.starts_with(&format!("{place} ")) && gap.contains(words.trim()));
        return if is_said {
            vec![]
        } else {
            vec![format!("{name}: `{place} {words}` is not said: {gaps:?}")]
        };
    }
    let mut wrong = differences(&read(&case.join("expected.yaml")), &objects(&build));
    // What lies outside of the folder is built, and said.
    wrong.extend(gaps.into_iter().filter(|gap| !gap.contains("LoadRestrictionsNone")));
    wrong.into_iter().map(|wrong| format!("{name}: {wrong}")).collect()
}
