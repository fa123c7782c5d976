//! Before a cluster is taken down, the findings name every line that has to change, and no other.
//!
//! Each codebase in `fixtures/` has several clusters. `after` holds the files that a person edited who took one of them
//! down; files and folders that are called after that cluster are gone, and all others stay as they are in `before`.

use k8factor::config::Config;
use k8factor::finding::Finding;
use k8factor::report::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A codebase, and the cluster that is taken down.
struct Case {
    folder: &'static str,
    gone: &'static str,
    /// Lines that name it and that the person had to change, and that no finding shows: the file, the line, and why.
    unseen: &'static [(&'static str, usize, &'static str)],
}

const CASES: [Case; 2] = [
    Case { folder: "fixtures/decommission", gone: "prod-20260801", unseen: &[] },
    Case {
        folder: "fixtures/decommission-eks",
        gone: "retail-p-2604",
        unseen: &[
            (".github/CODEOWNERS", 3, "no file of a kind that is read"),
            ("README.md", 5, "documentation"),
            ("README.md", 11, "documentation"),
            ("README.md", 12, "documentation"),
            ("apps/stock-import/networkpolicy.yaml", 13, "the name stands in a comment"),
            ("argocd/appsets/karpenter.yaml", 1, "the name stands in a comment"),
            ("monitoring/hub/grafana-datasources.yaml", 11, "a title of two words"),
            ("scripts/capacity.py", 12, "Python is not read"),
            ("scripts/capacity.py", 25, "Python is not read"),
            ("scripts/capacity.py", 28, "Python is not read"),
            ("terraform/live/retail-p-2610/main.tf", 15, "the name stands in a comment"),
            ("terraform/live/retail-p-2610/main.tf", 27, "a description"),
            ("terraform/shared/network/allowlist.tf", 43, "the name stands in a comment"),
            ("terraform/shared/observability/pagerduty.tf", 7, "a title of two words"),
        ],
    },
];

/// A file and a line of it, from 1.
type Line = (String, usize);

#[test]
fn every_line_that_had_to_change_was_found_before() {
    for case in &CASES {
        let (changed, found) = (case.changed_lines(), case.found_lines(|_| true));
        let missed: BTreeSet<Line> = changed.difference(&found).cloned().collect();
        let unseen = case.unseen.iter().map(|(path, line, _)| ((*path).to_owned(), *line));
        assert!(changed.len() > 3 * missed.len(), "{}", case.folder);
        assert_eq!(missed, unseen.collect(), "{}", case.folder);
        println!("{}: {} lines, {} not seen", case.folder, changed.len(), missed.len());
    }
}

#[test]
fn every_line_that_was_found_had_to_change() {
    for case in &CASES {
        let (changed, found) = (case.changed_lines(), case.found_lines(|finding| case.is_about(finding)));
        let untrue: Vec<&Line> = found.difference(&changed).collect();
        assert!(untrue.is_empty(), "nobody had to change: {untrue:?}");
    }
}

#[test]
fn nothing_is_left_to_say_of_a_cluster_that_is_gone() {
    for case in &CASES {
        let folder = tempfile::tempdir().expect("a folder for the codebase as it is afterwards");
        for (path, text) in case.after() {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let report = check(folder.path());
        let about = report.findings.iter().filter(|finding| case.is_about(finding));
        let about: Vec<&Finding> = about.collect();
        assert!(!report.findings.is_empty() && about.is_empty(), "{about:?}");
    }
}

impl Case {
    fn before(&self) -> BTreeMap<String, String> {
        texts(&Path::new(self.folder).join("before"))
    }

    fn after(&self) -> BTreeMap<String, String> {
        let mut after = self.before();
        after.retain(|path, _| !path.contains(self.gone));
        after.extend(texts(&Path::new(self.folder).join("after")));
        after
    }

    /// The lines of `before` that name the cluster and are no longer there, outside of the cluster's own files.
    fn changed_lines(&self) -> BTreeSet<Line> {
        let after = self.after();
        let shared = self.before().into_iter().filter_map(|(path, old)| Some((after.get(&path)?, path, old)));
        let changed = shared.flat_map(|(new, path, old)| {
            let kept: BTreeSet<&str> = new.lines().collect();
            let is_gone = |line: &str| line.contains(self.gone) && !kept.contains(line);
            let lines = old.lines().enumerate().filter(|(_, line)| is_gone(line));
            lines.map(|(number, _)| (path.clone(), number + 1)).collect::<Vec<_>>()
        });
        changed.collect()
    }

    /// The places of findings that count, related ones left out.
    fn found_lines(&self, counts: impl Fn(&Finding) -> bool) -> BTreeSet<Line> {
        let report = check(&Path::new(self.folder).join("before"));
        let counted = report.findings.iter().filter(|finding| counts(finding));
        let lines = counted.flat_map(Finding::places).map(|span| {
            let source = report.sources.get(span.file);
            (source.path().to_owned(), source.line(span.start) as usize)
        });
        lines.filter(|(path, _)| !path.contains(self.gone)).collect()
    }

    fn is_about(&self, finding: &Finding) -> bool {
        let is_named = |name: &String| name.contains(self.gone);
        finding.cluster.as_ref().is_some_and(is_named) || finding.message.contains(self.gone)
    }
}

fn check(folder: &Path) -> Report {
    k8factor::check(&Config::for_folder(folder)).expect("the fixture can be checked")
}

fn texts(root: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    read(root, root, &mut texts);
    texts
}

fn read(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            read(root, &path, texts);
            continue;
        }
        let name =
            path.strip_prefix(root).expect("it lies below the root").to_string_lossy().replace('\\', "/");
        texts.insert(name, fs::read_to_string(&path).expect("the file can be read"));
    }
}
