//! Random changes to whole codebases, the same on every machine.
#![allow(dead_code, reason = "each harness has its own seeds")]

use super::common::fixtures;
use super::common::rules::files_below;
use fastrand::Rng;
use k8factor::rule;
use k8factor::source::floor_char;
use std::collections::BTreeMap;
use std::path::Path;

/// Paths with their texts.
pub(crate) type Files = BTreeMap<String, String>;

/// What mutants are made of.
pub(crate) struct Seeds {
    codebases: Vec<Files>,
}

impl Seeds {
    /// The examples of all rule pages, and what lies in `fixtures/`.
    pub(crate) fn ours() -> Self {
        let rules = rule::built_in().expect("every built-in page loads");
        let examples = rules.iter().flat_map(|rule| rule.page().examples().expect("a test has read them"));
        let mut codebases: Vec<Files> = examples
            .map(|example| example.files.into_iter().map(|file| (file.path, file.text)).collect())
            .collect();
        let folders =
            ["clusters/before-migration", "clusters/after-migration", "live-status/exported", "yaml"];
        codebases.extend(folders.iter().map(|folder| {
            let folder = fixtures(folder);
            let inside = |path: &str| path[folder.display().to_string().len() + 1..].to_owned();
            let files = files_below(&folder.display().to_string());
            files.into_iter().map(|(path, text)| (inside(&path), text)).collect()
        }));
        Self { codebases }
    }

    /// The pages of all rules, each alone.
    pub(crate) fn pages() -> Self {
        let rules = rule::built_in().expect("every built-in page loads");
        let page = |rule: &rule::Rule| (rule.page().path().to_owned(), rule.page().text().to_owned());
        Self { codebases: rules.iter().map(|rule| Files::from([page(rule)])).collect() }
    }

    /// Texts of one kind, each alone.
    pub(crate) fn of_texts(texts: &[&str]) -> Self {
        Self { codebases: texts.iter().map(|text| Files::from([("text".into(), (*text).into())])).collect() }
    }

    /// The texts below a folder, as many small codebases of neighbours.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).expect("the folder can be read").flatten() {
                let path = entry.path();
                let kind = entry.file_type().expect("the folder can be read");
                let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
                if kind.is_dir() && entry.file_name() != ".git" {
                    folders.push(path);
                } else if kind.is_file()
                    && entry.metadata().is_ok_and(|data| data.len() < 60_000)
                    && let Ok(text) = std::fs::read_to_string(&path)
                {
                    files.push((name, text));
                }
            }
        }
        files.sort();
        Self { codebases: files.chunks(12).map(|files| files.iter().cloned().collect()).collect() }
    }

    /// The mutant with this number.
    pub(crate) fn mutant(&self, number: u64) -> Files {
        let mut change = Change { random: Rng::with_seed(number), seeds: self };
        let mut files = change.codebase().clone();
        for _ in 0..change.random.usize(1..4) {
            change.files(&mut files);
        }
        for _ in 0..change.random.usize(1..8) {
            if let Some(path) = change.path(&files) {
                let text = files.remove(&path).expect("chosen among them");
                files.insert(path, change.text(text));
            }
        }
        files
    }
}

struct Change<'a> {
    random: Rng,
    seeds: &'a Seeds,
}

impl<'a> Change<'a> {
    fn codebase(&mut self) -> &'a Files {
        self.random.choice(&self.seeds.codebases).expect("there are seeds")
    }

    fn path(&mut self, files: &Files) -> Option<String> {
        self.random.choice(files.keys()).cloned()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *self.random.choice(from).expect("no table is empty")
    }

    /// Files come, go and are called otherwise.
    fn files(&mut self, files: &mut Files) {
        match self.random.u8(0..10) {
            0 | 1 => files.extend(self.codebase().clone()),
            2 => {
                let (path, name) = (self.path(files), self.pick(PATHS));
                if let Some(text) = path.and_then(|path| files.remove(&path)) {
                    files.insert(name.to_owned(), text);
                }
            }
            3 => {
                let (path, folder) = (self.path(files), self.pick(FOLDERS));
                if let Some(path) = path {
                    files.insert(format!("{folder}{path}"), files[&path].clone());
                }
            }
            4 if files.len() > 1 => {
                let path = self.path(files).expect("there are two");
                files.remove(&path);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: String) -> String {
        match self.random.u8(0..16) {
            0..6 => self.lines(&text),
            6 | 7 => self.piece(text),
            8 => self.byte(text),
            9 => self.truncated(text),
            10 => text.replace('\n', self.pick(&["\r\n", "\r", "\n\n", " ", "\u{85}", "\n\t"])),
            11 => self.nested(text),
            12 => self.bomb(text),
            13 => format!("\u{feff}{text}"),
            14 => text.replace(self.pick(&[" ", ": ", "/", "\"", "=", "-"]), self.pick(PIECES)),
            _ => self.value(&text),
        }
    }

    /// Lines go, come twice, change places, come from elsewhere or are indented.
    fn lines(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let (at, other) = (self.random.usize(0..lines.len()), self.random.usize(0..lines.len()));
        match self.random.u8(0..6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines[at] = format!("{}{}", self.pick(&[" ", "  ", "    ", "\t", "- "]), lines[at]),
            4 => lines[at] = lines[at].trim_start().into(),
            _ => {
                let donor = self.codebase().values().next().map_or("", String::as_str);
                let line = self.random.choice(donor.split('\n').collect::<Vec<_>>()).unwrap_or_default();
                lines.insert(at, line.to_owned());
            }
        }
        lines.join("\n")
    }

    /// What stands behind a colon becomes something else, the key may become another.
    fn value(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let at = self.random.usize(0..lines.len());
        if let Some((key, value)) = lines[at].split_once(": ") {
            let odd = self.pick(VALUES);
            lines[at] = match self.random.u8(0..4) {
                0 => format!("{value}: {key}"),
                1 => format!("{key}: {value}{odd}"),
                2 => format!("{key}: {odd}{value}"),
                _ => format!("{key}: {odd}"),
            };
        }
        lines.join("\n")
    }

    fn place(&mut self, text: &str) -> usize {
        floor_char(text, self.random.usize(0..=text.len()))
    }

    fn piece(&mut self, mut text: String) -> String {
        let at = self.place(&text);
        text.insert_str(at, self.pick(PIECES));
        text
    }

    fn byte(&mut self, text: String) -> String {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = self.random.usize(0..bytes.len());
            bytes[at] ^= 1 << self.random.u8(0..8);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn truncated(&mut self, mut text: String) -> String {
        let at = self.place(&text);
        if self.random.bool() {
            return text.split_off(at);
        }
        text.truncate(at);
        text
    }

    fn nested(&mut self, mut text: String) -> String {
        let (at, depth) = (self.place(&text), self.random.usize(1..3000));
        let (open, close) =
            self.pick(&[("[", "]"), ("{a: ", "}"), ("- ", ""), ("$(", ")"), ("{{", "}}"), ("(", ")")]);
        text.insert_str(at, &(open.repeat(depth) + &close.repeat(depth)));
        text
    }

    /// Aliases of aliases: small to write, large to read.
    fn bomb(&mut self, text: String) -> String {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for level in 1..self.random.usize(2..12) {
            let alias = format!("*a{}", level - 1);
            let aliases = [alias.as_str(); 8].join(", ");
            bomb.extend([&format!("a{level}: &a{level} "), "[", &aliases, "]\n"]);
        }
        if self.random.bool() { text + "\n" + &bomb } else { bomb + &text }
    }
}

/// Each makes a file something else.
const PATHS: &[&str] = &[
    "kustomization.yaml",
    "base/kustomization.yaml",
    "Chart.yaml",
    "templates/a.yaml",
    "values.yaml",
    "Makefile",
    "Jenkinsfile",
    "Taskfile.yml",
    ".github/workflows/ci.yaml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "main.tf",
    "run.sh",
    "a.json",
    "prod.env",
    "key.pem",
    "docs/a.yaml",
    "clusters/prod/\u{1b}[31m\u{202e}.yaml",
    "日本/クラスター.yaml",
    "a b/\n.yaml",
    "alertmanager.yaml",
];

const FOLDERS: &[&str] =
    &["overlays/prod/", "overlays/stage/", "examples/", "base/", "c/templates/", "x/../"];

/// What has a meaning in some language that k8factor reads, and what has none anywhere.
const PIECES: &[&str] = &[
    "\n",
    "\t",
    "\r",
    "\0",
    "\u{7f}",
    "\u{1b}[2J",
    "\u{9b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "日本",
    "😀",
    "e\u{301}",
    ":",
    ": ",
    "- ",
    "---\n",
    "\n---\n",
    "\n...\n",
    "#",
    "'",
    "\"",
    "`",
    "\\",
    "\\\n",
    "|",
    "|-\n",
    ">\n",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    "{{ .Values.a }}",
    "{{- if x }}",
    "{{ end }}",
    "${A}",
    "${",
    "$(",
    "$((",
    "<<EOF\n",
    "\nEOF\n",
    "<<-'E O F'\n",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!binary ",
    "!!str ",
    "%",
    "=",
    "==",
    "=~",
    "!=",
    ">",
    ">>",
    "&&",
    "||",
    ";",
    "@",
    "?ref=",
    "://",
    "//",
    "git::",
    "oci://",
    "../",
    "/",
    "\u{0}\u{1}",
    "cluster",
    "kind: List\nitems:\n- ",
    "$patch: delete\n",
    "enc: ENC[AES256_GCM,data:x]\n",
    "sops:\n  mac: x\n",
];

const VALUES: &[&str] = &[
    "",
    "~",
    "null",
    "99999999999999999999999",
    "-0",
    "1e999",
    "0x7fffffffffffffff",
    ".nan",
    "-.inf",
    "2001-01-01",
    "0o17",
    "1:30",
    "yes",
    "[]",
    "{}",
    "[[]]",
    "{a: {}}",
    "''",
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "'\u{1b}[31m'",
    "|\n",
    "ｐｒｏｄ",
    "İ",
    "ß",
    "ﬁ",
    "\u{1f1ef}\u{1f1f5}",
    "=",
    "YQ==",
    "====",
    "!!binary x",
    "*a",
    "&a",
    "a: b: c",
    "@sha256:",
    ":latest",
    "nginx@",
    "nginx:@sha256:é",
    "https://",
    "git@github.com:",
    "github.com//?ref",
    "file://",
    "v1.",
    "1.",
    "prod-20261301",
    "20260230",
    "99999999",
    "job/a",
    "/",
    "//",
    ".",
    "..",
    "../../../../..",
    "{{ }}",
    "$(A)",
    "é/é:é",
];
