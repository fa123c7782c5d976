//! With `--diff-base` a report is about what changed, and knows all the rest.
//!
//! Repositories are made here, object by object, so that no test needs git.

use gix::ObjectId;
use gix::objs::Write as _;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Kind, Tree, WriteTo as _};
use k8factor::config::{Config, Flags};
use k8factor::finding::Finding;
use k8factor::report::{Report, Status};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A repository with a worktree.
struct Repository {
    folder: TempDir,
    git: gix::Repository,
}

type Files<'a> = [(&'a str, &'a str)];

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let git = at(&folder.path().join(".git"), "ref: refs/heads/main\n");
        Self { folder, git }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a commit with exactly these files and moves the branch to it. ` -> ` before a text makes a link.
    fn commit(&self, files: &Files<'_>, parents: &[ObjectId]) -> ObjectId {
        let id = commit(&self.git, files, parents);
        self.refer("refs/heads/main", id);
        id
    }

    fn refer(&self, name: &str, id: ObjectId) {
        write(&self.git.git_dir().join(name), &format!("{id}\n"));
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.path().join(path), text);
    }

    fn check_out(&self, files: &Files<'_>) {
        for (path, text) in files {
            self.write(path, text);
        }
    }

    fn check(&self, revision: &str) -> Report {
        self.try_check(revision).unwrap_or_else(|error| panic!("{revision}: {error}"))
    }

    fn try_check(&self, revision: &str) -> Result<Report, String> {
        check(self.path(), revision)
    }
}

fn at(folder: &Path, head: &str) -> gix::Repository {
    write(&folder.join("HEAD"), head);
    write(&folder.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
    fs::create_dir_all(folder.join("objects")).expect("a new folder");
    fs::create_dir_all(folder.join("refs")).expect("a new folder");
    gix::open_opts(folder, gix::open::Options::isolated()).expect("it was made a moment ago")
}

fn commit(git: &gix::Repository, files: &Files<'_>, parents: &[ObjectId]) -> ObjectId {
    let tree = tree(git, files);
    let parents: Vec<String> = parents.iter().map(|id| format!("parent {id}\n")).collect();
    let parents = parents.concat();
    let who = "A <a@example.com> 0 +0000";
    let text = format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\nA change\n");
    git.objects.write_buf(Kind::Commit, text.as_bytes()).expect("it can be written")
}

fn tree(git: &gix::Repository, files: &Files<'_>) -> ObjectId {
    let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let mut entries = Vec::new();
    for (path, text) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            folders.entry(folder).or_default().push((rest, text));
            continue;
        }
        let (kind, bytes) = match (text.strip_prefix(" -> "), text.strip_prefix("commit ")) {
            (Some(target), _) => (EntryKind::Link, target),
            (_, Some(id)) => {
                let oid = ObjectId::from_hex(id.as_bytes()).expect("the name of a commit");
                entries.push(Entry { mode: EntryKind::Commit.into(), filename: (*path).into(), oid });
                continue;
            }
            _ => (EntryKind::Blob, *text),
        };
        let oid = git.objects.write_buf(Kind::Blob, bytes.as_bytes()).expect("it can be written");
        entries.push(Entry { mode: kind.into(), filename: (*path).into(), oid });
    }
    for (folder, files) in folders {
        let oid = tree(git, &files);
        entries.push(Entry { mode: EntryKind::Tree.into(), filename: folder.into(), oid });
    }
    entries.sort();
    let mut bytes = Vec::new();
    Tree { entries }.write_to(&mut bytes).expect("a Vec takes everything");
    git.objects.write_buf(Kind::Tree, &bytes).expect("it can be written")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("a new folder");
    fs::write(path, text).expect("a new file");
}

fn check(root: &Path, revision: &str) -> Result<Report, String> {
    let flags = Flags { diff_base: Some(revision.into()), ..Flags::default() };
    let config = flags.resolve(root, None).map_err(|error| error.to_string())?;
    k8factor::check(&config).map_err(|error| error.to_string())
}

/// `path:line` of what a rule says.
fn places(report: &Report, rule: &str) -> Vec<String> {
    let mine = report.findings.iter().filter(|finding| finding.rule.as_str() == rule);
    let place = |finding: &Finding| {
        let source = report.sources.get(finding.span.file);
        format!("{}:{}", source.path(), source.line(finding.span.start))
    };
    mine.map(place).collect()
}

/// A Pod with images, the first of them on line 8.
fn pod(name: &str, images: &[&str]) -> String {
    let head = format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n  containers:\n");
    let containers = images.iter().enumerate();
    let containers = containers.map(|(number, image)| format!("  - name: c{number}\n    image: {image}\n"));
    head + &containers.collect::<String>()
}

const RULE: &str = "image-without-version";

#[test]
fn lines_and_files_that_changed_are_told_and_nothing_else() {
    let (a, b, c) = (pod("a", &["redis", "nginx"]), pod("b", &["redis"]), pod("c", &["redis"]));
    let repository = Repository::new();
    let files = [("a.yaml", a.as_str()), ("k/b.yaml", &b), ("k/c.yaml", &c), ("k/d.yaml", &c)];
    let base = repository.commit(&files, &[]);
    repository.check_out(&files);
    let report = repository.check("HEAD");
    assert_eq!(places(&report, RULE), [""; 0]);
    assert!(report.unchanged >= 4 && report.notes.is_empty(), "{} {:?}", report.unchanged, report.notes);
    assert!(report.factors().iter().all(|factor| factor.status() == Status::NotAssessed));

    // One line of a committed file, a new file, a file that is gone, one under another name.
    repository.write("a.yaml", &pod("a", &["redis", "caddy"]));
    repository.write("new.yaml", &pod("new", &["redis"]));
    fs::remove_file(repository.path().join("k/b.yaml")).expect("it is there");
    fs::rename(repository.path().join("k/c.yaml"), repository.path().join("k/e.yaml")).expect("it is there");
    let report = repository.check("HEAD");
    assert_eq!(places(&report, RULE), ["a.yaml:10", "new.yaml:8"]);
    let dependencies = &report.factors()[1];
    assert_eq!((dependencies.status(), dependencies.errors), (Status::Violated, 2));

    // Committing changes nothing, and every name of the base is understood.
    let now = repository.commit(&[("a.yaml", &a), ("later.yaml", &c)], &[base]);
    repository.refer("refs/heads/release", base);
    repository.refer("refs/tags/v1", base);
    repository.refer("refs/remotes/origin/main", base);
    let sha = base.to_string();
    for revision in ["HEAD~1", "release", "v1", "origin/main", &sha, &sha[..10], "main^"] {
        assert_eq!(places(&repository.check(revision), RULE), ["a.yaml:10", "new.yaml:8"], "{revision}");
    }

    // What changed in the other branch only is not ours.
    let other = commit(&repository.git, &[("a.yaml", &b), ("k/b.yaml", &a)], &[base]);
    repository.refer("refs/heads/other", other);
    assert_eq!(places(&repository.check("other"), RULE), ["a.yaml:10", "new.yaml:8"]);
    assert_ne!(now, other);
}

#[test]
fn a_second_file_with_a_known_text_is_new_and_one_that_moved_is_not() {
    let text = pod("a", &["redis"]);
    let repository = Repository::new();
    repository.commit(&[("a.yaml", &text)], &[]);
    repository.check_out(&[("a.yaml", &text), ("copy/a.yaml", &text)]);
    assert_eq!(places(&repository.check("HEAD"), RULE), ["copy/a.yaml:8"]);
    fs::remove_file(repository.path().join("a.yaml")).expect("it is there");
    assert_eq!(places(&repository.check("HEAD"), RULE), [""; 0]);
    // Of two new names one was the old one.
    repository.write("again/a.yaml", &text);
    assert_eq!(places(&repository.check("HEAD"), RULE).len(), 1);
    repository.write("copy/a.yaml", &text.replace('\n', "\r\n"));
    assert_eq!(places(&repository.check("HEAD"), RULE).len(), 1, "its lines end as a checkout ends them");
}

#[test]
fn how_lines_end_is_no_change() {
    let text = pod("a", &["redis", "nginx"]);
    let repository = Repository::new();
    repository.commit(&[("a.yaml", &text)], &[]);
    repository.write("a.yaml", &text.replace('\n', "\r\n"));
    assert_eq!(places(&repository.check("HEAD"), RULE), [""; 0]);
    repository.write("a.yaml", &text.replace("nginx", "caddy").replace('\n', "\r\n"));
    assert_eq!(places(&repository.check("HEAD"), RULE), ["a.yaml:10"]);
    repository.write("a.yaml", &format!("\u{feff}{text}"));
    assert_eq!(places(&repository.check("HEAD"), RULE), [""; 0]);
}

#[test]
fn the_root_may_lie_below_the_repository() {
    let text = pod("a", &["redis"]);
    let repository = Repository::new();
    let files = [("team/.k8factor.yaml", ""), ("team/x/a.yaml", text.as_str()), ("a.yaml", &text)];
    repository.commit(&files, &[]);
    repository.check_out(&files);
    repository.write("team/x/b.yaml", &pod("b", &["redis"]));
    repository.write("c.yaml", &pod("c", &["redis"]));
    for folder in ["team", "team/x"] {
        let report = check(&repository.path().join(folder), "HEAD").expect("it is in a repository");
        assert_eq!(places(&report, RULE), ["x/b.yaml:8"], "{folder}");
    }
}

#[test]
fn what_is_unchanged_is_known_all_the_same() {
    let spec = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata:\n  name: prod.cluster.example.com\nspec:\n  \
                kubernetesVersion: 1.33.2\n";
    let old = "#!/bin/sh\nkubectl --context prod.cluster.example.com get pods\n";
    let repository = Repository::new();
    let files = [("clusters/prod.yaml", spec), ("old.sh", old), ("new.sh", "#!/bin/sh\n")];
    repository.commit(&files, &[]);
    repository.check_out(&files);
    repository.write("new.sh", "#!/bin/sh\ntrue\nkubectl --context prod.cluster.example.com get nodes\n");
    let report = repository.check("HEAD");
    assert_eq!(places(&report, "command-bound-to-cluster"), ["new.sh:3"]);
    // A finding with several places is told at the one that changed.
    repository.write("old.sh", &format!("{old}kops get cluster prod.cluster.example.com\n"));
    let report = repository.check("HEAD");
    assert_eq!(places(&report, "command-bound-to-cluster"), ["new.sh:3"]);
    let about = report.findings.iter().filter(|finding| finding.rule.as_str() == "command-bound-to-cluster");
    // The line of `old.sh` that was there before is not among them.
    let all: Vec<u32> =
        about.flat_map(Finding::places).map(|span| report.sources.get(span.file).line(span.start)).collect();
    assert_eq!(all, [3, 3]);
}

/// A service knows a finding by its fingerprint, whichever run it comes from.
#[test]
fn fingerprints_are_those_of_a_run_over_everything() {
    let spec = "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata:\n  name: prod.cluster.example.com\nspec:\n  \
                kubernetesVersion: 1.33.2\n";
    let (old, twice) = ("kubectl --context prod.cluster.example.com get pods\n", pod("a", &["redis"]));
    let repository = Repository::new();
    let files = [("clusters/prod.yaml", spec), ("old.sh", old), ("a.yaml", twice.as_str())];
    repository.commit(&files, &[]);
    repository.check_out(&files);
    repository.write("old.sh", &format!("{old}kops get cluster prod.cluster.example.com\n"));
    repository.write("a.yaml", &format!("{twice}---\n{twice}"));
    let everything = k8factor::check(&Flags::default().resolve(repository.path(), None).expect("a folder"));
    let everything = everything.expect("it can be checked");
    let report = repository.check("HEAD");
    let of = |report: &Report, rule: &str| {
        let mine = report.findings.iter().filter(|finding| finding.rule.as_str() == rule);
        mine.map(|finding| (finding.span, finding.fingerprint.clone())).collect::<Vec<_>>()
    };
    assert_eq!(of(&report, RULE), of(&everything, RULE)[1..]);
    let names = [of(&report, "command-bound-to-cluster"), of(&everything, "command-bound-to-cluster")];
    assert!(names.iter().all(|names| names.len() == 1) && names[0][0].1 != names[1][0].1, "{names:?}");
}

#[test]
fn what_a_waiver_no_longer_accepts_is_told() {
    let (waived, open) = (pod("a", &["redis", "nginx"]), pod("a", &["redis", "nginx"]));
    let waived = waived.replacen(
        "    image",
        "    # k8factor: allow(image-without-version) any will do\n    image",
        2,
    );
    let repository = Repository::new();
    repository.commit(&[("a.yaml", &waived)], &[]);
    repository.write("a.yaml", &waived);
    assert_eq!(places(&repository.check("HEAD"), RULE), [""; 0]);
    repository.write("a.yaml", &open);
    assert_eq!(places(&repository.check("HEAD"), RULE), ["a.yaml:8", "a.yaml:10"]);
    repository.write("a.yaml", &waived.replacen("any will do", "", 1));
    assert_eq!(places(&repository.check("HEAD"), RULE), ["a.yaml:9"]);
}

#[test]
fn problems_are_those_of_files_that_changed() {
    let repository = Repository::new();
    let files = [("a.yaml", "a: [\n"), ("b.yaml", "a: b\n")];
    repository.commit(&files, &[]);
    repository.check_out(&files);
    fs::write(repository.path().join("latin.yaml"), b"a: \xe9\n").expect("a new file");
    let report = repository.check("HEAD");
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    repository.write("b.yaml", "a: ]\n");
    assert_eq!(repository.check("HEAD").problems.len(), 2);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_do() {
    let text = pod("a", &["redis"]);
    let repository = Repository::new();
    let missing = ObjectId::from_hex(&[b'1'; 40]).expect("it has forty digits");
    let base = commit(&repository.git, &[("a.yaml", &text)], &[missing]);
    let head = repository.commit(&[("a.yaml", &text), ("b.yaml", &text)], &[missing]);
    write(&repository.git.git_dir().join("shallow"), &format!("{base}\n{head}\n"));
    write(&repository.git.git_dir().join("FETCH_HEAD"), &format!("{base}\t\tbranch 'main' of example.com\n"));
    repository.refer("refs/remotes/origin/main", base);
    repository.check_out(&[("a.yaml", &text), ("b.yaml", &pod("b", &["redis"]))]);
    for revision in ["origin/main", "FETCH_HEAD"] {
        let report = repository.check(revision);
        assert_eq!(places(&report, RULE), ["b.yaml:8"], "{revision}");
        assert!(report.notes.iter().any(|note| note.contains("this clone is shallow")), "{:?}", report.notes);
    }
    let said = |revision: &str| repository.try_check(revision).expect_err("the clone does not have it");
    let absent = said("origin/release");
    assert!(absent.contains("`git fetch --depth=1 origin release`"), "{absent}");
    assert!(said("HEAD~1").contains("`git fetch --deepen=50`"), "{}", said("HEAD~1"));
}

#[test]
fn without_a_revision_or_a_repository_nothing_is_said() {
    let repository = Repository::new();
    repository.commit(&[], &[]);
    let error = repository.try_check("nowhere").expect_err("there is no such branch");
    assert!(error.starts_with("--diff-base nowhere: git knows no such revision here."), "{error}");
    for revision in ["", "a..b", ":/x", "HEAD:a.yaml", "--help"] {
        assert!(repository.try_check(revision).is_err(), "{revision:?}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = check(folder.path(), "HEAD").expect_err("there is no repository");
    assert!(error.contains("is in no repository of git"), "{error}");
    let bare = folder.path().join("bare");
    at(&bare, "ref: refs/heads/main\n");
    write(&bare.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    let error = check(&bare, "HEAD").expect_err("there is no worktree");
    assert!(error.contains("has no worktree to compare"), "{error}");
}

/// A worktree has a file instead of a folder, and a submodule is a repository in another.
#[test]
fn worktrees_and_submodules_are_followed() {
    let text = pod("a", &["redis"]);
    let inner = Repository::new();
    let commit = inner.commit(&[("a.yaml", &text)], &[]);
    let outer = Repository::new();
    outer.commit(&[("sub", &format!("commit {commit}"))], &[]);
    outer.write("sub/a.yaml", &text);
    outer.write("sub/b.yaml", &pod("b", &["redis"]));
    outer.write("sub/.git", &format!("gitdir: {}\n", inner.git.git_dir().display()));
    let report = outer.check("HEAD");
    assert_eq!((places(&report, RULE), report.notes), (vec!["sub/b.yaml:8".into()], Vec::new()));

    let gone = ObjectId::from_hex(&[b'1'; 40]).expect("it has forty digits");
    outer.commit(&[("sub", &format!("commit {gone}"))], &[]);
    let report = outer.check("HEAD");
    assert_eq!(places(&report, RULE).len(), 2);
    assert!(report.notes[0].starts_with("the submodule sub/ does not have the commit"), "{:?}", report.notes);
    // Seen from inside, it is a repository as any other.
    assert_eq!(places(&check(&outer.path().join("sub"), "HEAD").expect("a repository"), RULE), ["b.yaml:8"]);
}

#[cfg(unix)]
#[test]
fn a_file_behind_a_link_is_the_file() {
    let text = pod("a", &["redis"]);
    let repository = Repository::new();
    repository.commit(&[("real/a.yaml", &text), ("linked", " -> real")], &[]);
    repository.write("real/a.yaml", &text);
    std::os::unix::fs::symlink("real", repository.path().join("linked")).expect("a new link");
    assert_eq!(places(&repository.check("HEAD"), RULE), [""; 0]);
}

/// What git-lfs and git-crypt keep is not what lies in the worktree.
#[test]
fn a_text_that_git_does_not_keep_is_known_by_the_index_only() {
    let repository = Repository::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 0\n";
    repository.commit(&[("a.yaml", pointer)], &[]);
    repository.write("a.yaml", &pod("a", &["redis"]));
    assert_eq!(places(&repository.check("HEAD"), RULE), ["a.yaml:8"]);
}

/// The name of a folder is no part of what is compared.
#[test]
fn a_configuration_without_a_base_reads_no_git() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root: PathBuf = folder.path().into();
    write(&root.join(".git/HEAD"), "no repository at all");
    write(&root.join("a.yaml"), &pod("a", &["redis"]));
    let report = k8factor::check(&Config::for_folder(&root)).expect("nothing asks for git");
    assert_eq!(places(&report, RULE), ["a.yaml:8"]);
    assert_eq!(report.unchanged, 0);
}
