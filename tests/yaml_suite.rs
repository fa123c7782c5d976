//! The YAML test suite: what it accepts and rejects, and the events of what it accepts.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "common/events.rs"]
mod events;

use common::shared;
use k8factor::yaml::{self, Readers, Tree};
use std::path::{Path, PathBuf};

/// Cases that we accept or reject unlike the suite, each with its reason.
const OTHER_VERDICTS: &[(&str, &str)] = &[];

/// Cases that we read as other events, each with its reason.
const OTHER_EVENTS: &[(&str, &str)] = &[
    ("JEF9/02", "Go gives the last line of a block scalar no line break if the file has none"),
    ("L24T/01", "Go gives the last line of a block scalar no line break if the file has none"),
];

#[test]
fn verdicts_and_events_are_those_of_the_suite() {
    let Some(folder) = shared::folder("oracles/yaml/test-suite", "the YAML test suite") else { return };
    let cases = cases(&folder);
    let verdicts: Vec<_> = cases.iter().filter(|case| case.is_rejected() != case.must_fail).collect();
    let valid: Vec<_> = cases.iter().filter(|case| !case.must_fail).collect();
    let differing: Vec<_> = valid.iter().filter(|case| case.read_events() != case.events).collect();
    println!("verdicts: {} of {}", cases.len() - verdicts.len(), cases.len());
    println!("events:   {} of {}", valid.len() - differing.len(), valid.len());
    for case in &verdicts {
        println!("verdict differs: {} {:?}", case.name, case.tree().troubles());
    }
    for case in &differing {
        println!("events differ: {}\n{}{:?}", case.name, case.read_events(), case.tree().troubles());
    }
    let names = |cases: &[&Case]| cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&verdicts), listed(OTHER_VERDICTS));
    assert_eq!(differing.iter().map(|case| case.name.clone()).collect::<Vec<_>>(), listed(OTHER_EVENTS));
}

fn listed(list: &[(&str, &str)]) -> Vec<String> {
    list.iter().map(|(name, _)| (*name).to_owned()).collect()
}

struct Case {
    name: String,
    text: String,
    must_fail: bool,
    events: String,
}

impl Case {
    fn tree(&self) -> Tree {
        yaml::parse(common::file(), self.text.as_str().into())
    }

    fn is_rejected(&self) -> bool {
        self.tree().troubles().iter().any(|trouble| trouble.refused_by().includes(Readers::STANDARD))
    }

    fn read_events(&self) -> String {
        events::events(&self.tree(), &self.text)
    }
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut folders = vec![folder.to_path_buf()];
    let mut cases = Vec::new();
    while let Some(path) = folders.pop() {
        if let Ok(text) = std::fs::read_to_string(path.join("in.yaml")) {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            let events = std::fs::read_to_string(path.join("test.event")).unwrap_or_default();
            cases.push(Case { name, text, must_fail: path.join("error").exists(), events });
        }
        folders.extend(subfolders(&path));
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn subfolders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}
