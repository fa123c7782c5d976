//! Random changes to our own texts, the same on every machine.

use super::common::{file, fixtures};
use fastrand::Rng;
use k8factor::yaml;

/// An endless row of texts.
pub(crate) struct Mutants {
    seeds: Vec<String>,
    random: Rng,
}

impl Mutants {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seeds: seeds(),
            random: Rng::with_seed(seed),
        }
    }

    pub(crate) fn next_text(&mut self) -> String {
        let mut text = self
            .random
            .choice(&self.seeds)
            .unwrap()
            .clone()
            .into_bytes();
        for _ in 0..self.random.usize(1..6) {
            self.change(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn change(&mut self, text: &mut Vec<u8>) {
        let start = self.random.usize(0..=text.len());
        let end = (start + self.random.usize(0..12)).min(text.len());
        match self.random.u8(0..6) {
            0 => drop(text.drain(start..end)),
            1 => {
                let copy = text[start..end].to_vec();
                let at = self.random.usize(0..=text.len());
                text.splice(at..at, copy);
            }
            2 => text.truncate(start.max(1)),
            3 => {
                let other = self.random.choice(&self.seeds).unwrap().as_bytes();
                let from = self.random.usize(0..=other.len());
                let to = (from + self.random.usize(0..40)).min(other.len());
                text.splice(start..start, other[from..to].iter().copied());
            }
            _ => {
                let piece = self.random.choice(PIECES).unwrap();
                text.splice(start..end.min(start + 1), piece.bytes());
            }
        }
    }
}

/// What has a meaning in YAML, in a template or in Go.
const PIECES: &[&str] = &[
    "\n",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\r",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "#",
    " #",
    ",",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    "&a ",
    "*a",
    "*a : ",
    "!",
    "!!str ",
    "!a!b ",
    "!<",
    "|",
    ">",
    "|-\n",
    ">+2\n",
    "'",
    "\"",
    "\\",
    "\\x4",
    "\\ud83d",
    "\\ude00",
    "%",
    "%TAG ! x\n",
    "---\n",
    "\n---",
    "...\n",
    "<<: ",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "\u{7f}",
    "é",
    "日本",
    "😀",
    "~",
    "0x",
    "1_0",
    ".inf",
    "2001-01-01",
    "{{ if }}",
    "{{- end -}}",
    "a: ",
    "  a:\n",
    "@",
    "`",
];

/// The texts of our tables, and the whole files of our own.
pub(crate) fn seeds() -> Vec<String> {
    let table = std::fs::read_to_string(fixtures("yaml").join("kubernetes-reading.yaml")).unwrap();
    let tree = yaml::parse(file(), table.as_str().into());
    let cases = tree.roots().next().unwrap();
    let mut seeds: Vec<String> = cases
        .items()
        .map(|case| case.get("text").unwrap().text().into_owned())
        .collect();
    let mut files: Vec<_> = std::fs::read_dir(fixtures("yaml/seeds"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    seeds.extend(
        files
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap()),
    );
    seeds
}
