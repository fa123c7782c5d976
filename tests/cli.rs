//! The program as a user meets it: what it reads, what it refuses, how it ends.
//!
//! Codebases are built here, because most of them cannot be kept in a repository: pipes, circles of links, bytes that
//! are no text.

mod common;

use assert_cmd::Command;
use common::shared::left_out;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A codebase, and what `check --format json` says about it.
struct Case {
    name: &'static str,
    /// Paths and their bytes. A path that ends in `/` is a folder, one that holds ` -> ` a symbolic link.
    files: &'static [(&'static str, &'static [u8])],
    arguments: &'static [&'static str],
    exit: i32,
    /// How many files were read. Files of unknown kind are in `others`.
    read: u64,
    others: u64,
    /// `path`, `path:line` or `path:line:column`, and a part of the message.
    problems: &'static [(&'static str, &'static str)],
    skipped: &'static [(&'static str, &'static str)],
}

/// A clean run over one file, to be changed by each case.
const CLEAN: Case = Case {
    name: "one manifest",
    files: &[("a.yaml", b"a: b\n")],
    arguments: &[],
    exit: 0,
    read: 1,
    others: 0,
    problems: &[],
    skipped: &[],
};

const CASES: &[Case] = &[
    CLEAN,
    Case {
        name: "malformed YAML does not hide its neighbours",
        files: &[("bad.yaml", b"a: [\nb: }\n"), ("good.yaml", b"a: b\n")],
        exit: 1,
        read: 2,
        problems: &[("bad.yaml:", "")],
        ..CLEAN
    },
    Case {
        name: "a tab where spaces belong",
        files: &[("tab.yaml", b"a:\n\tb: c\n")],
        exit: 1,
        problems: &[("tab.yaml:2", "tab")],
        ..CLEAN
    },
    Case {
        name: "bytes that are no text, each with its reason",
        files: &[
            ("binary.yaml", b"a: \0\n"),
            ("crypt.yaml", b"\0GITCRYPT\0\x8f\x11"),
            ("latin1.yaml", b"ok: \xc3\xa9\nname: caf\xe9\n"),
            ("terraform.tfstate", b"{}\n"),
            ("utf16.yaml", b"\xff\xfea\0:\0"),
            ("vault.yml", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        ],
        exit: 1,
        read: 0,
        problems: &[
            ("latin1.yaml", "Line 2, column 10: the byte 0xE9"),
            ("utf16.yaml", "UTF-16. Save it as UTF-8"),
        ],
        skipped: &[
            ("binary.yaml", "binary"),
            ("crypt.yaml", "encrypted"),
            ("terraform.tfstate", "generated"),
            ("vault.yml", "encrypted"),
        ],
        ..CLEAN
    },
    Case {
        name: "empty files, comments and blank documents are fine",
        files: &[("blank.yaml", b"\n\n---\n---\n"), ("comment.yaml", b"# nothing\n"), ("empty.yaml", b"")],
        read: 3,
        ..CLEAN
    },
    Case {
        name: "every kind of file is seen, the rest is counted",
        files: &[
            (".github/workflows/ci.yaml", b"on: push\n"),
            (".git/config.yaml", b"never: [\n"),
            ("Jenkinsfile", b"pipeline {}\n"),
            ("LICENSE", b"text\n"),
            ("Makefile", b"all:\n"),
            ("bin/deploy", b"#!/usr/bin/env bash\n"),
            ("bin/serve", b"#!/usr/bin/env python3\n"),
            ("main.go", b"package main\n"),
            ("main.tf", b"terraform {}\n"),
        ],
        read: 5,
        others: 3,
        ..CLEAN
    },
    Case {
        name: "ignore files are honoured, the own one has the last word",
        files: &[
            (".gitignore", b"generated/\n*.bak.yaml\n"),
            (".k8factorignore", b"!kept.bak.yaml\nvendor\n"),
            ("a.bak.yaml", b"a: [\n"),
            ("generated/a.yaml", b"a: [\n"),
            ("kept.bak.yaml", b"a: b\n"),
            ("sub/.gitignore", b"/only-here.yaml\n"),
            ("sub/deeper/only-here.yaml", b"a: b\n"),
            ("sub/only-here.yaml", b"a: [\n"),
            ("vendor/a.yaml", b"a: [\n"),
        ],
        read: 2,
        others: 3,
        ..CLEAN
    },
    Case {
        name: "--no-ignore looks at everything but what the configuration leaves out",
        files: &[
            (".gitignore", b"*\n"),
            (".k8factor.yaml", b"exclude: [vendor/]\n"),
            ("a.yaml", b"a: b\n"),
            ("vendor/a.yaml", b"a: [\n"),
        ],
        arguments: &["--no-ignore"],
        read: 2,
        others: 1,
        ..CLEAN
    },
    Case {
        name: "a bad line in an ignore file is said, the others count",
        files: &[
            (".gitignore", b"a{b\nleft-out.yaml\n"),
            ("left-out.yaml", b"a: [\n"),
            ("a.yaml", b"a: b\n"),
        ],
        exit: 1,
        others: 1,
        problems: &[(".gitignore", "Line 1 is no pattern")],
        ..CLEAN
    },
    Case {
        name: "a file given by name is read even if ignored and of unknown kind",
        files: &[
            (".git/", b""),
            ("sub/", b""),
            (".gitignore", b"*\n"),
            ("a.yaml", b"a: b\n"),
            ("notes.txt", b"a: [\n"),
        ],
        arguments: &["a.yaml", "notes.txt", "./a.yaml", "sub/../a.yaml"],
        exit: 1,
        read: 2,
        problems: &[("notes.txt:", "")],
        ..CLEAN
    },
    Case {
        name: "paths that overlap are read once",
        files: &[(".gitignore", b"sub\n"), ("a.yaml", b"a: b\n"), ("sub/b.yaml", b""), ("sub/c.md", b"")],
        arguments: &[".", "sub", "a.yaml", "sub/b.yaml"],
        read: 2,
        others: 2,
        ..CLEAN
    },
    Case {
        name: "charts",
        files: &[
            ("c/Chart.yaml", b"name: c\n"),
            ("c/templates/a.yaml", b"{{ if .Values.a }}\na: [\n{{ end }}\n"),
            ("c/templates/NOTES.txt", b"hello\n"),
            ("c/values.yaml", b"a: b\n"),
        ],
        read: 3,
        others: 1,
        skipped: &[("c/templates/a.yaml", "template")],
        ..CLEAN
    },
];

/// Where links, pipes and names of any bytes exist.
#[cfg(unix)]
const UNIX_CASES: &[Case] = &[
    Case {
        name: "links are followed inside the root",
        files: &[
            ("base/a.yaml", b"a: b\n"),
            ("file.yaml -> base/a.yaml", b""),
            ("folder -> base", b""),
            ("note.txt -> base/a.yaml", b""),
        ],
        read: 3,
        others: 1,
        ..CLEAN
    },
    Case {
        name: "links do not lead out of the root, into .git, or in a circle",
        files: &[
            (".git/c.yaml", b"a: [\n"),
            ("a.yaml", b"a: b\n"),
            ("git.yaml -> .git/c.yaml", b""),
            ("out -> /", b""),
            ("out.yaml -> /etc/passwd", b""),
            ("self -> .", b""),
            ("x/to-y -> ../y", b""),
            ("y/to-x -> ../x", b""),
        ],
        skipped: &[
            ("git.yaml", "link"),
            ("out", "link"),
            ("out.yaml", "link"),
            ("self", "link"),
            ("x/to-y/to-x", "link"),
            ("y/to-x/to-y", "link"),
        ],
        ..CLEAN
    },
    Case {
        name: "links to nothing and to themselves are problems",
        files: &[("a.yaml", b"a: b\n"), ("gone.yaml -> nowhere/x.yaml", b""), ("me.yaml -> me.yaml", b"")],
        exit: 1,
        problems: &[
            ("gone.yaml", "leads to `nowhere/x.yaml`, which does not exist"),
            ("me.yaml", "cannot be read"),
        ],
        ..CLEAN
    },
    Case {
        name: "an ignore file that is a link has no rules, as in git",
        files: &[("a.yaml", b"a: b\n"), (".gitignore -> /dev/zero", b"")],
        skipped: &[(".gitignore", "link")],
        ..CLEAN
    },
];

#[test]
fn codebases_give_the_reports_they_deserve() {
    CASES.iter().for_each(Case::check);
}

#[cfg(unix)]
#[test]
fn links_give_the_reports_they_deserve() {
    UNIX_CASES.iter().for_each(Case::check);
}

#[test]
fn mistakes_in_usage_say_what_and_what_to_do() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["check", "--fromat", "json"], &["--fromat", "--format", "--help"]),
        (&["chek"], &["chek", "check"]),
        (&["check", "--format", "xml"], &["xml", "human, concise, json"]),
        (&["check", "--fail-on", "never"], &["never", "error, warning, info"]),
        (
            &["check", "missing/folder"],
            &["missing/folder: there is no such file or folder", "Check the spelling"],
        ),
        (&["check", "a.yaml/below"], &["a.yaml/below: a part of this path is a file", "Check the spelling"]),
        (&["check", " "], &["` `: there is no such file or folder"]),
        (&["check", "a\u{1b}[31m\n\u{202e}b"], &["a␛[31m␊\u{fffd}b: there is no such file or folder"]),
        (&["explain", "a\u{9b}b"], &["a\u{fffd}b: there is no such rule"]),
        (&["check", "-", "--stdin-path", "."], &["--stdin-path: this is a folder", "Name the file"]),
        (&["check", "--stdin-path", "b.yaml"], &["--stdin-path", "Add `-`"]),
        (&["check", ".", "-", "--stdin-path", "../b.yaml"], &["--stdin-path", "inside the checked root"]),
        (&["check", "-"], &["-: standard input is empty", "the command that should have written"]),
        (&["check", "--rules", "nowhere"], &["nowhere: there is no such file or folder"]),
        (&["check", "--rules", "a.yaml"], &["--rules a.yaml: this is no folder"]),
    ];
    let codebase = codebase(CLEAN.files);
    for (arguments, expected) in cases {
        let run = Run::new(codebase.path(), arguments);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
        for part in *expected {
            assert!(run.stderr.contains(part), "{arguments:?}: no {part:?} in {}", run.stderr);
        }
        assert!(!run.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn mistakes_in_the_configuration_have_a_place() {
    let cases = [
        ("fail-on: bad\n", "error: .k8factor.yaml:1:10: `bad` is no severity"),
        ("exlude: []\n", "error: .k8factor.yaml:1:1: `exlude` is unknown (known: baseline, exclude, "),
        ("exclude: [\n", "error: .k8factor.yaml:"),
    ];
    for (text, expected) in cases {
        let codebase = codebase(&[]);
        fs::write(codebase.path().join(".k8factor.yaml"), text).expect("a new file");
        let run = Run::new(codebase.path(), &["check"]);
        assert_eq!(run.exit, 2, "{text:?}");
        assert!(run.stderr.starts_with(expected), "{text:?}: {}", run.stderr);
    }
    let too_large = vec![b'#'; (1 << 20) + 1];
    let cases: [(&[u8], &str); 3] = [
        (b"a: 1\nb: caf\xe9\n", "error: .k8factor.yaml:2:7: the byte 0xE9 is not UTF-8. Save"),
        (b"\xff\xfea\0", "error: .k8factor.yaml: it is UTF-16. Save it as UTF-8"),
        (&too_large, "error: .k8factor.yaml: it is larger than 1 MiB"),
    ];
    for (bytes, expected) in cases {
        let run = Run::new(codebase(&[(".k8factor.yaml", bytes)]).path(), &["check"]);
        assert!(run.exit == 2 && run.stderr.starts_with(expected), "{expected}: {}", run.stderr);
    }
    let misnamed = codebase(&[(".k8factor.yml", b"exclude: []\n")]);
    let run = Run::new(misnamed.path(), &["check"]);
    assert!(run.exit == 2 && run.stderr.contains("Rename it"), "{}", run.stderr);
}

#[test]
fn nothing_to_check_says_what_was_looked_for() {
    let cases: [&[(&str, &[u8])]; 2] = [&[], &[("main.go", b"package main\n"), ("LICENSE", b"")]];
    for files in cases {
        let codebase = codebase(files);
        let run = Run::new(codebase.path(), &["check"]);
        assert_eq!(run.exit, 3, "{}", run.stderr);
        for part in ["nothing to check", "Helm charts", "--no-ignore"] {
            assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
        }
    }
}

#[test]
fn standard_input_stands_for_a_file() {
    let codebase = codebase(&[("sub/a.yaml", b"a: b\n"), ("sub/b.yaml", b"a: b\n")]);
    let cases: [(&[&str], u64, &str); 4] = [
        (&["-"], 1, "<stdin>"),
        (&[".", "-", "--stdin-path", "sub/a.yaml"], 2, "sub/a.yaml"),
        (&["-", "--stdin-path", "sub/new.yaml"], 1, "new.yaml"),
        (&["-", "sub", "-", "sub/b.yaml", "-"], 3, "<stdin>"),
    ];
    for (arguments, read, path) in cases {
        let arguments = [&["check", "--format", "json"], arguments].concat();
        let run = Run::with_input(codebase.path(), &arguments, b"a: [\nb: }\n");
        assert_eq!((run.exit, run.json()["summary"]["files"].as_u64()), (1, Some(read)), "{arguments:?}");
        assert_eq!(run.json()["problems"][0]["location"]["path"], path, "{arguments:?}");
    }
}

#[test]
fn the_same_codebase_gives_the_same_bytes() {
    let files =
        [("a/x.yaml", &b"a: [\nb: }\n"[..]), ("b/y.yaml", b"\xff"), ("c/z.yaml", b"a: \0"), ("m.go", b"")];
    let codebase = codebase(&files);
    let root = fs::canonicalize(codebase.path()).expect("it was created above");
    let parent = root.parent().expect("not the root of the disk").to_path_buf();
    let name = root.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    for format in ["json", "human"] {
        let run = |folder: &Path, path: &str, threads: &str| {
            let mut command = program(folder, &["check", "--format", format, path]);
            Run::of(command.env("RAYON_NUM_THREADS", threads)).stdout
        };
        let expected = run(&root, ".", "1");
        assert!(expected.contains("a/x.yaml"), "{expected}");
        assert_eq!(run(&root, ".", "8"), expected);
        assert_eq!(run(&parent, &name, "2"), expected);
        assert_eq!(run(&root.join("a"), "..", "2"), expected);
        assert_eq!(run(Path::new("/"), &root.display().to_string(), "3"), expected);
    }
}

#[test]
fn a_huge_file_is_listed_and_not_read() {
    let codebase = codebase(CLEAN.files);
    let huge = fs::File::create(codebase.path().join("huge.yaml")).expect("a new file");
    huge.set_len((64 << 20) + 1).expect("a file with a hole takes no space");
    let run = Run::new(codebase.path(), &["check", "--format", "json"]);
    assert_eq!(
        (run.exit, places(&run.json()["skipped"], "reason")),
        (0, vec![("huge.yaml".into(), "too-large".into())])
    );
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let codebase = codebase(CLEAN.files);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_k8factor"));
    command.args(["check", "--format", "json"]).current_dir(codebase.path());
    let piped = std::process::Stdio::piped;
    let mut child = command.stdout(piped()).stderr(piped()).spawn().expect("the program was built");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it was started above");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr)), (Some(0), "".into()));
}

/// Root may read everything, so there the refusal cannot be seen.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_a_problem() {
    use std::os::unix::fs::PermissionsExt;
    let codebase = codebase(&[("a.yaml", b"a: b\n"), ("closed/b.yaml", b""), ("secret.yaml", b"")]);
    let mode = |path: &str, mode| {
        let path = codebase.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
    };
    mode("closed", 0o000);
    mode("secret.yaml", 0o000);
    if fs::read(codebase.path().join("secret.yaml")).is_ok() {
        left_out("files that may not be read", "permissions do not bind this user (root?)");
        return;
    }
    let run = Run::new(codebase.path(), &["check", "--format", "json"]);
    mode("closed", 0o700);
    let problems = places(&run.json()["problems"], "message");
    assert_eq!(run.exit, 1);
    assert_eq!(problems.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["closed", "secret.yaml"]);
    assert!(problems.iter().all(|(_, message)| message.starts_with("Permission denied.")), "{problems:?}");
}

/// A pipe called `.gitignore` would hang whoever opens it.
#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_never_opened() {
    let codebase = codebase(&[("a.yaml", b"a: b\n")]);
    let _socket =
        std::os::unix::net::UnixListener::bind(codebase.path().join("socket.yaml")).expect("a new socket");
    let pipes = ["pipe", "pipe.yaml", ".gitignore", "pipe.txt"];
    for name in pipes {
        let status = std::process::Command::new("mkfifo").arg(codebase.path().join(name)).status();
        if !status.is_ok_and(|status| status.success()) {
            left_out("pipes", "there is no mkfifo here to make them");
            return;
        }
    }
    let run = Run::new(codebase.path(), &["check", "--format", "json"]);
    let problems: Vec<_> =
        places(&run.json()["problems"], "message").into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        (run.exit, problems),
        (1, [".gitignore", "pipe", "pipe.yaml", "socket.yaml"].map(String::from).to_vec())
    );
    let named = Run::new(codebase.path(), &["check", "pipe.txt", "--format", "json"]);
    assert_eq!((named.exit, places(&named.json()["problems"], "message").len()), (1, 1));
    for name in pipes {
        fs::remove_file(codebase.path().join(name)).expect("the pipe was made above");
    }
}

/// Whoever reads a pipe, or a device that never ends, hangs.
#[cfg(unix)]
#[test]
fn a_configuration_or_a_rule_page_that_is_no_file_is_an_error() {
    let not_regular = "this is not a regular file";
    let cases = [
        (".k8factor.yaml -> /dev/zero", ".k8factor.yaml: this is not a regular file"),
        (".k8factor.yaml/", ".k8factor.yaml: this is not a regular file"),
        (".k8factor/rules/1-x/a.md -> /dev/zero", not_regular),
        (".k8factor/rules/1-x/a.md/", not_regular),
        (".k8factor/rules/1-x/a.md -> a.md", "1-x/a.md: it cannot be read: "),
        (".k8factor/rules/1-x/a.md -> b.md", "1-x/a.md: the link leads to nothing"),
        (".k8factor/rules/1-x/up -> ..", "1-x/up: links to folders are not followed here"),
        (".k8factor/rules -> rules", ".k8factor/rules: the folder of rules cannot be read"),
        (".k8factor/rules -> nowhere", ".k8factor/rules: the folder of rules cannot be read"),
        (".k8factor/rules", ".k8factor/rules: the folder of rules cannot be read"),
    ];
    for (file, expected) in cases {
        let run = Run::new(codebase(&[("a.yaml", b"a: b\n"), (file, b"")]).path(), &["check"]);
        assert!(run.exit == 2 && run.stderr.contains(expected), "{file}: {}: {}", run.exit, run.stderr);
    }
    for pipe in [".k8factor.yaml", ".k8factor/rules/1-x/a.md", ".k8factor/rules"] {
        let codebase = codebase(&[("a.yaml", b"a: b\n"), (".k8factor/", b"")]);
        let pipe = codebase.path().join(pipe);
        fs::create_dir_all(pipe.parent().expect("it lies in the root")).expect("a new folder");
        let status = std::process::Command::new("mkfifo").arg(&pipe).status();
        if !status.is_ok_and(|status| status.success()) {
            left_out("pipes", "there is no mkfifo here to make them");
            return;
        }
        let run = Run::new(codebase.path(), &["check"]);
        assert_eq!(run.exit, 2, "{}: {}", pipe.display(), run.stderr);
    }
}

/// A link is a page of its own name, in its own folder.
#[cfg(unix)]
#[test]
fn a_rule_page_may_be_a_link() {
    let page = include_bytes!("../rules/4-one-way-build/live-status.md");
    let files = [("shared.md", &page[..]), (".k8factor/rules/7-x/own.md -> ../../../shared.md", b"")];
    let run = Run::new(codebase(&files).path(), &["rules", "list"]);
    assert!(run.exit == 0 && run.stdout.contains("7 * own "), "{}{}", run.stdout, run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_problems() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let codebase = codebase(&[("a.yaml", b"a: b\n")]);
    let bad = |name: &[u8]| codebase.path().join(OsStr::from_bytes(name));
    fs::write(bad(b"caf\xe9.yaml"), "a: b\n").expect("Linux takes any name");
    fs::write(bad(b"caf\xe9.jpg"), "").expect("Linux takes any name");
    fs::create_dir(bad(b"dir\xe9")).expect("Linux takes any name");
    let run = Run::new(codebase.path(), &["check", "--format", "json"]);
    let problems = places(&run.json()["problems"], "message");
    assert_eq!(run.exit, 1);
    assert_eq!(
        problems.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
        ["caf\u{fffd}.yaml", "dir\u{fffd}"]
    );
    assert!(problems.iter().all(|(_, message)| message.contains("Rename it")), "{problems:?}");
}

/// Folders that link to each other have as many paths as there are orders of them.
#[cfg(unix)]
#[test]
fn folders_that_link_to_each_other_end() {
    let codebase = codebase(&[("a.yaml", b"a: b\n")]);
    let folders: Vec<_> = (0..12).map(|number| codebase.path().join(format!("d{number}"))).collect();
    for folder in &folders {
        fs::create_dir(folder).expect("a new folder");
        for other in &folders {
            let name = other.file_name().expect("it has a name");
            std::os::unix::fs::symlink(Path::new("..").join(name), folder.join(name)).expect("a new link");
        }
    }
    let run = Run::new(codebase.path(), &["check", "--format", "json"]);
    assert_eq!((run.exit, run.json()["summary"]["files"].as_u64()), (0, Some(1)));
}

impl Case {
    fn check(&self) {
        let codebase = codebase(self.files);
        let name = self.name;
        let arguments = [&["check", "--format", "json"], self.arguments].concat();
        let run = Run::new(codebase.path(), &arguments);
        assert_eq!(run.exit, self.exit, "{name}: {}{}", run.stdout, run.stderr);
        let report = run.json();
        let summary = &report["summary"];
        assert_eq!(summary["files"].as_u64(), Some(self.read), "{name}: {}", run.stdout);
        assert_eq!(summary["other_files"].as_u64(), Some(self.others), "{name}: {}", run.stdout);
        let skipped: Vec<_> =
            self.skipped.iter().map(|(path, why)| ((*path).into(), (*why).into())).collect();
        assert_eq!(places(&report["skipped"], "reason"), skipped, "{name}");
        let problems = places(&report["problems"], "message");
        assert_eq!(problems.len(), self.problems.len(), "{name}: {problems:?}");
        for ((place, message), (expected, part)) in problems.iter().zip(self.problems) {
            let fits = place.starts_with(expected) && message.to_lowercase().contains(&part.to_lowercase());
            assert!(fits, "{name}: {place}: {message} is not {expected}: {part}");
        }
    }
}

/// What a run said and how it ended.
struct Run {
    exit: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    fn new(folder: &Path, arguments: &[&str]) -> Self {
        Self::of(&mut program(folder, arguments))
    }

    fn with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Self {
        Self::of(program(folder, arguments).write_stdin(input))
    }

    fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program was built and ends in time");
        let text = |bytes| String::from_utf8(bytes).expect("reports are UTF-8");
        Self {
            exit: output.status.code().expect("no signal ended it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}{}", self.stdout, self.stderr))
    }
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8factor"));
    command.args(arguments).current_dir(folder).timeout(Duration::from_secs(60));
    for name in ["NO_COLOR", "FORCE_COLOR", "RAYON_NUM_THREADS"] {
        command.env_remove(name);
    }
    command
}

/// `path:line:column` (or the path alone) of each entry, with one of its fields.
fn places(entries: &Value, field: &str) -> Vec<(String, String)> {
    let place = |entry: &Value| {
        let location = entry.get("location").unwrap_or(entry);
        let parts = ["path", "line", "column"].iter().filter_map(|key| location.get(key));
        parts.map(|part| part.as_str().map_or(part.to_string(), Into::into)).collect::<Vec<_>>().join(":")
    };
    let text = |entry: &Value| entry[field].as_str().unwrap_or_default().to_owned();
    let entries = entries.as_array().expect("a list");
    entries.iter().map(|entry| (place(entry), text(entry))).collect()
}

fn codebase(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    // Links last: some systems want to know what they lead to.
    let by_kind: BTreeMap<_, _> =
        files.iter().map(|file| ((file.0.contains(" -> "), file.0), file.1)).collect();
    for ((_, path), bytes) in by_kind {
        create(folder.path(), path, bytes);
    }
    folder
}

fn create(root: &Path, path: &str, bytes: &[u8]) {
    let (name, target) = path.split_once(" -> ").map_or((path, None), |(name, target)| (name, Some(target)));
    let at: PathBuf = root.join(name);
    let folder = if name.ends_with('/') { &at } else { at.parent().expect("it lies in the root") };
    fs::create_dir_all(folder).expect("a new folder");
    match target {
        #[cfg(unix)]
        Some(target) => std::os::unix::fs::symlink(target, &at).expect("a new link"),
        _ if name.ends_with('/') => {}
        _ => fs::write(&at, bytes).expect("a new file"),
    }
}
