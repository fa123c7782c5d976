//! What the code relies on, held for every file: size, order of modules, who touches the world.
//!
//! The reasons are in docs/architecture.md. A failure names the file, the line and what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// More lines of code than this are more than one idea.
const MAX_FILE: usize = 500;
/// A function that does not fit on a screen is not read.
const MAX_FUNCTION: usize = 80;

/// Who may touch the file system. Everything else works on what they read.
const TOUCHES_FILES: [&str; 7] =
    ["main.rs", "cli", "discover", "config", "git", "rule/load.rs", "rule/load/"];

const TYPES: [&str; 2] = ["main.rs", "cli"];

const READ: &str = "read in `discover`, work on what was read";
const NO_NETWORK: &str = "k8factor never opens a connection";
const NO_PROGRAM: &str = "k8factor never starts a program";
const SAME: &str = "the same input gives the same report, whenever and wherever it is made";
const TO_THE_END: &str = "return a status to `main`, so that reports are written to the end";

/// What reaches out of the process, and who may use it.
const FORBIDDEN: [(&str, &[&str], &str); 27] = [
    ("std::fs", &TOUCHES_FILES, READ),
    ("fs::", &TOUCHES_FILES, READ),
    ("File::open", &TOUCHES_FILES, READ),
    ("File::create", &TOUCHES_FILES, READ),
    ("OpenOptions", &TOUCHES_FILES, READ),
    ("WalkBuilder", &TOUCHES_FILES, READ),
    (".exists()", &TOUCHES_FILES, READ),
    (".try_exists()", &TOUCHES_FILES, READ),
    (".is_dir()", &TOUCHES_FILES, READ),
    (".is_file()", &TOUCHES_FILES, READ),
    (".is_symlink()", &TOUCHES_FILES, READ),
    (".canonicalize()", &TOUCHES_FILES, READ),
    (".read_dir()", &TOUCHES_FILES, READ),
    (".read_link()", &TOUCHES_FILES, READ),
    (".symlink_metadata()", &TOUCHES_FILES, READ),
    ("std::net", &[], NO_NETWORK),
    ("net::", &[], NO_NETWORK),
    ("TcpStream", &[], NO_NETWORK),
    ("UdpSocket", &[], NO_NETWORK),
    ("ToSocketAddrs", &[], NO_NETWORK),
    ("process::Command", &[], NO_PROGRAM),
    ("process::exit", &[], TO_THE_END),
    ("process::abort", &[], TO_THE_END),
    ("env::", &TYPES, SAME),
    ("Instant::now", &[], SAME),
    ("SystemTime::now", &[], SAME),
    ("Timestamp::now", &TYPES, SAME),
];

#[test]
fn files_are_small_and_say_what_they_are() {
    let mut complaints = Vec::new();
    for file in sources() {
        if !file.text.starts_with("//!") {
            complaints.push(format!("{}:1: begin with `//!` and say what the file is", file.path));
        }
        let lines = code_lines(&file.text);
        if lines > MAX_FILE {
            complaints
                .push(format!("{}: {lines} lines of code, the limit is {MAX_FILE}: split it", file.path));
        }
    }
    nothing_in(&complaints);
}

#[test]
fn functions_are_small() {
    let mut complaints = Vec::new();
    for file in sources() {
        for (line, length) in functions(&file.text).into_iter().filter(|(_, length)| *length > MAX_FUNCTION) {
            let path = &file.path;
            complaints.push(format!(
                "{path}:{line}: {length} lines, the limit is {MAX_FUNCTION}: split the function"
            ));
        }
    }
    nothing_in(&complaints);
}

#[test]
fn modules_use_only_modules_above_them() {
    let order = modules();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut complaints = Vec::new();
    for file in sources() {
        let Some(own) = place(file.module()) else { continue };
        for (number, line) in file.statements() {
            let used = crate_modules(&line).into_iter().chain(modules_above(&line, file.depth()));
            for used in used.filter(|used| place(used).is_some_and(|place| place > own)) {
                let (path, module) = (&file.path, file.module());
                complaints.push(format!(
                    "{path}:{number}: `{module}` stands above `{used}` in src/lib.rs: {ORDER}"
                ));
            }
        }
    }
    nothing_in(&complaints);
}

const ORDER: &str = "move what both need into a module above both";

#[test]
fn every_module_has_its_place_in_the_order() {
    let order: BTreeSet<String> = modules().into_iter().collect();
    let files: BTreeSet<String> = sources().iter().map(|file| file.module().to_owned()).collect();
    let known: BTreeSet<String> = order.into_iter().chain(["lib".into(), "main".into()]).collect();
    assert_eq!(files, known, "every file of src/ belongs to a module that src/lib.rs names");
}

/// docs/architecture.md is where newcomers begin.
#[test]
fn the_architecture_is_described_as_it_is() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("the document exists");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('|').next());
    let described: Vec<_> =
        rows.flat_map(|names| names.split(['`', ',', ' ', '/'])).filter(|name| !name.is_empty()).collect();
    let modules = modules();
    let expected: Vec<_> = modules.iter().map(String::as_str).chain(["main"]).collect();
    assert_eq!(described, expected, "the table of modules and src/lib.rs");

    let library = fs::read_to_string(root().join("src/lib.rs")).expect("every library has one");
    let body = library
        .split("pub fn check_watched")
        .nth(1)
        .and_then(|rest| rest.split_once("{\n"))
        .expect("`check_watched`")
        .1;
    let sketch = page.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sketch");
    let code =
        |text: &str| text.lines().map(|line| without_comment(line).trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        code(sketch),
        code(body.trim_end().trim_end_matches('}').trim_end()),
        "the sketch and src/lib.rs"
    );
}

#[test]
fn only_a_few_modules_touch_the_world() {
    let mut complaints = Vec::new();
    for file in sources() {
        for (number, line) in file.code() {
            for (word, allowed, cure) in FORBIDDEN {
                let may = allowed.iter().any(|start| file.path["src/".len()..].starts_with(start));
                if !may && has_word(line, word) {
                    complaints.push(format!("{}:{number}: `{word}`: {cure}", file.path));
                }
            }
        }
    }
    nothing_in(&complaints);
}

#[test]
fn nothing_unwraps() {
    let mut complaints = Vec::new();
    for file in sources() {
        let unwraps =
            file.code().filter(|(_, line)| line.contains(".unwrap()") || line.contains(".unwrap_err()"));
        complaints.extend(unwraps.map(|(number, _)| format!("{}:{number}: {UNWRAP}", file.path)));
    }
    nothing_in(&complaints);
}

const UNWRAP: &str = "no `unwrap` outside tests: return an error, or `expect` with what makes it safe";

/// Somebody else has another home. What users write, in fixtures and on pages, may speak of one.
#[test]
fn nothing_knows_where_it_was_written() {
    // Put together here, so that this file does not object to itself.
    let homes = ["work", "home", "root", "Users"].map(|folder| format!("/{folder}/"));
    let marks = ["TO", "FIX"].map(|mark| mark.to_owned() + if mark == "TO" { "DO" } else { "ME" });
    let mut complaints = Vec::new();
    for (path, text) in texts() {
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let is_ours = !path.starts_with("fixtures/") && !path.starts_with("rules/");
            if let Some(home) = homes.iter().find(|home| is_ours && has_word(line, home)) {
                complaints.push(format!("{path}:{number}: `{home}` is a folder of one machine only"));
            }
            if marks.iter().any(|mark| has_word(line, mark)) {
                complaints.push(format!("{path}:{number}: do it, or open an issue"));
            }
        }
    }
    nothing_in(&complaints);
}

#[test]
fn every_dependency_has_its_reason() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("every package has one");
    let without = unexplained(&text);
    assert!(without.is_empty(), "say in a comment line above why it is needed: {without:?}");
    assert!(text.matches("dependencies]\n").count() >= 2, "the tables of dependencies were not found");
}

/// The dependencies without a comment right above them.
fn unexplained(manifest: &str) -> Vec<&str> {
    let (mut in_table, mut before, mut found) = (false, "", Vec::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_table = line.ends_with("dependencies]");
        } else if in_table && line.contains('=') && !line.starts_with('#') && !before.starts_with("# ") {
            found.push(line.split('=').next().unwrap_or(line).trim());
        }
        before = line;
    }
    found
}

/// Tests are harnesses: what they check lies in `fixtures/`, `rules/` and `snapshots/`, where everybody finds it.
#[test]
fn tests_hold_no_data() {
    let foreign = |path: &PathBuf| path.extension().is_none_or(|extension| extension != "rs");
    let data: Vec<_> = files_below("tests").into_iter().filter(foreign).collect();
    assert!(data.is_empty(), "move to fixtures/ or snapshots/: {data:?}");
}

/// A source file.
struct File {
    /// From the root of the repository, `/`-separated.
    path: String,
    text: String,
}

impl File {
    /// The module of `src/lib.rs` it belongs to.
    fn module(&self) -> &str {
        let path = self.path["src/".len()..].trim_end_matches(".rs");
        path.split('/').next().unwrap_or(path)
    }

    /// How many modules it is inside: 1 for `src/yaml.rs` and `src/yaml/mod.rs`.
    fn depth(&self) -> usize {
        let path = self.path["src/".len()..].trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').count()
    }

    /// Lines of code with their numbers; a list of names in braces is one line.
    fn statements(&self) -> Vec<(usize, String)> {
        let mut statements: Vec<(usize, String)> = Vec::new();
        for (number, line) in self.code() {
            match statements.last_mut() {
                Some((_, open)) if open.contains("::{") && !open.contains('}') => open.push_str(line),
                _ => statements.push((number, line.to_owned())),
            }
        }
        statements
    }

    /// Lines of code with their numbers: no comments, no tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        let until = if is_test { 0 } else { tests_begin(&self.text) };
        self.text.lines().enumerate().take(until).map(|(index, line)| (index + 1, without_comment(line)))
    }
}

/// `(path, text)` of everything that is ours: code, tests, pages, fixtures, documents.
fn texts() -> Vec<(String, String)> {
    let folders =
        ["src", "tests", "rules", "fixtures", "snapshots", "docs", "benches", "fuzz/fuzz_targets", ".ci"];
    let top =
        fs::read_dir(root()).expect("the repository is readable").map(|entry| entry.expect("it is readable"));
    let top = top.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    // In a worktree of git this is a file with a path.
    let top = top.map(|entry| PathBuf::from(entry.file_name())).filter(|path| path != Path::new(".git"));
    let paths = folders.into_iter().flat_map(files_below).chain(top).chain(["fuzz/Cargo.toml".into()]);
    let read = |path: PathBuf| {
        let text = fs::read(root().join(&path)).expect("it was listed a moment ago");
        (path.to_string_lossy().into_owned(), String::from_utf8_lossy(&text).into_owned())
    };
    paths.map(read).collect()
}

fn sources() -> Vec<File> {
    let read = |path: PathBuf| File {
        text: fs::read_to_string(root().join(&path)).expect("it was listed a moment ago"),
        path: path.to_string_lossy().replace('\\', "/"),
    };
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    files_below("src").into_iter().filter(is_rust).map(read).collect()
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the repository is readable") {
            let entry = entry.expect("the repository is readable");
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().expect("the repository is readable").is_dir();
            if is_folder { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The modules of `src/lib.rs` in their order.
fn modules() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("every library has one");
    let declared = text.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declared.map(str::to_owned).collect()
}

/// What follows `crate::` in a line, also in `use crate::{a::X, b}`.
fn crate_modules(line: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let name = |text: &str| text.chars().take_while(|&c| is_part(c)).collect::<String>();
    line.match_indices("crate::")
        .filter(|(at, _)| !line[..*at].ends_with(is_part))
        .flat_map(|(at, word)| {
            let rest = &line[at + word.len()..];
            match rest.strip_prefix('{') {
                Some(list) => list.split(',').map(|part| name(part.trim())).collect(),
                None => vec![name(rest)],
            }
        })
        .collect()
}

/// What follows `super::super::` in a line, where there are enough of them to leave the module.
fn modules_above(line: &str, depth: usize) -> Vec<String> {
    let way = "super::".repeat(depth);
    line.find(&way).map(|at| crate_modules(&line[at..].replacen(&way, "crate::", 1))).unwrap_or_default()
}

/// How many lines come before the tests of a file. Tests in a file of their own (`mod tests;`) end nothing here.
fn tests_begin(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let begin =
        |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].contains('{');
    lines.windows(2).position(begin).unwrap_or(usize::MAX)
}

/// Lines that are neither blank nor comment nor test.
fn code_lines(text: &str) -> usize {
    text.lines().take(tests_begin(text)).filter(|line| !without_comment(line).trim().is_empty()).count()
}

/// A line without its comment. `//` in a string ends it too early, which no rule here minds.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// First line and length of every function, told by indentation: rustfmt closes a function where it opened it.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
        let closes =
            |other: &&str| other.trim_start().starts_with('}') && indentation(other) == indentation(line);
        let one_line = line.ends_with(';') || line.ends_with("{}");
        let length = lines[index..].iter().position(closes).unwrap_or(0);
        if !one_line {
            found.push((index + 1, length + 1));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let mut words = line.trim_start();
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        words = words.strip_prefix(word).unwrap_or(words);
    }
    words.starts_with("fn ")
}

/// Whether a word stands in a line and is not the end of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back();
    let is_inside = |at| before(at).is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| word.starts_with('.') || !is_inside(at))
}

fn nothing_in(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The measures above are worth nothing if they measure nothing.
#[test]
fn the_measures_measure() {
    let text = "//! A.\n\n/// B.\npub fn a() {\n    b(); // c\n}\n\n#[cfg(test)]\nmod tests {}\n";
    assert_eq!(functions(text), [(4, 3)]);
    assert_eq!(code_lines(text), 3);
    assert_eq!(crate_modules("use crate::{yaml::Node, config};"), ["yaml", "config"]);
    assert_eq!(crate_modules("    crate::report::Report::new()"), ["report"]);
    assert!(has_word("use std::fs;", "std::fs") && !has_word("let x = diffs::y();", "fs::"));
    assert!(has_word("if path.exists() {", ".exists()") && !has_word("dyn_env::x()", "env::"));
    assert_eq!(modules_above("use super::super::report::Report;", 2), ["report"]);
    assert_eq!(modules_above("use super::node::Node;", 2), [""; 0]);
    assert_eq!(tests_begin("#[cfg(test)]\nuse a;\n\n#[cfg(test)]\nmod tests {\n"), 3);
    assert_eq!(code_lines("#[cfg(test)]\nmod tests;\n\nfn a() {}\n"), 3);
    assert_eq!(unexplained("[dev-dependencies]\n# Why.\na = \"1\"\nb = \"1\"\n[lints]\nc = 1\n"), ["b"]);
    assert!(texts().len() > 100, "the files of the repository were not found");
    assert!(sources().len() > 10 && modules().len() > 5);
}
