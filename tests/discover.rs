//! Our walk against that of the `ignore` crate, on random trees with random rules.
//!
//! Ours differs on purpose only where theirs opens what it must not: pipes and links called `.gitignore`.

use fastrand::Rng;
use ignore::WalkBuilder;
use k8factor::config::Config;
use k8factor::discover;
use std::fs;
use std::path::Path;

#[test]
fn the_walk_agrees_with_the_ignore_crate() {
    for seed in 0..60 {
        let folder = tempfile::tempdir().expect("a folder for the test");
        grow(folder.path(), &mut Rng::with_seed(seed), 3);
        let config = Config::for_folder(folder.path());
        assert_eq!(ours(&config), theirs(folder.path(), true), "seed {seed}");
        let config = Config { respect_ignore_files: false, ..config };
        assert_eq!(ours(&config), theirs(folder.path(), false), "seed {seed} without ignore files");
    }
}

#[test]
fn a_folder_given_by_name_has_the_rules_of_the_folders_around_it() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (path, text) in [
        (".git/HEAD", ""),
        (".gitignore", "*.tmp.yaml\n"),
        ("top/.k8factorignore", "/in/left.yaml\n"),
        ("top/in/a.tmp.yaml", ""),
        ("top/in/left.yaml", ""),
        ("top/in/read.yaml", ""),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    let around = Config::for_folder(folder.path().join("top/in"));
    assert_eq!(ours(&around), ["read.yaml"], "the rules of the repository hold in a part of it");
    let below = Config {
        paths: vec![folder.path().join("top/in")],
        exclude: vec!["read.yaml".into()],
        ..Config::for_folder(folder.path())
    };
    assert_eq!(ours(&below), [""; 0], "`exclude` holds below the root");
}

/// Folders and files with names that the rules are about.
fn grow(folder: &Path, random: &mut Rng, depth: u32) {
    const NAMES: [&str; 6] = ["a", "b", "generated", ".hidden", "x.yaml", ".git"];
    for name in [".gitignore", ".k8factorignore"] {
        if random.u32(..3) == 0 {
            fs::write(folder.join(name), rules(random)).expect("a new file");
        }
    }
    for name in ["a.yaml", "b.json", ".c.yml", "d.bak.yaml"] {
        fs::write(folder.join(name), "").expect("a new file");
    }
    for name in NAMES.iter().filter(|_| depth > 0 && random.bool()).collect::<Vec<_>>() {
        fs::create_dir(folder.join(name)).expect("a new folder");
        grow(&folder.join(name), random, depth - 1);
    }
}

fn rules(random: &mut Rng) -> String {
    const LINES: [&str; 16] = [
        "a/",
        "/a",
        "b/a.yaml",
        "**/b/*.yaml",
        "!a.yaml",
        "!/b/",
        "*.json",
        "!*.json",
        "# comment",
        "",
        "generated",
        "*.bak.*",
        "/**/x.yaml/",
        ".*",
        "!.c.yml",
        "a.yaml ",
    ];
    let lines: Vec<_> = (0..random.u32(1..5)).map(|_| LINES[random.usize(..LINES.len())]).collect();
    lines.join("\n")
}

fn ours(config: &Config) -> Vec<String> {
    let found = discover::walk(config).expect("the folder exists");
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    found.sources.iter().map(|source| source.path().to_owned()).collect()
}

fn theirs(root: &Path, ignore: bool) -> Vec<String> {
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false)
        .git_ignore(ignore)
        .require_git(false)
        .filter_entry(|e| e.file_name() != ".git");
    if ignore {
        walk.add_custom_ignore_filename(".k8factorignore");
    }
    let files =
        walk.build().map(|entry| entry.expect("the tree is readable")).filter(|entry| entry.path().is_file());
    let relative =
        |path: &Path| path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
    let mut paths: Vec<_> = files.map(|entry| relative(entry.path())).collect();
    paths.retain(|path| [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending)));
    paths.sort();
    paths
}
