//! `k8factor init`: a configuration to begin with, with what was found in the repository.

use super::{Exit, say};
use crate::codebase::Codebase;
use crate::config::{FILE_NAME, Flags};
use crate::error::Error;
use crate::finding::Severity;
use crate::model::environment::Stage;
use crate::report::visible::{is_active, visible};
use crate::rule::{self, Rule};
use crate::source::Source;
use crate::{discover, documents};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Write a commented `.k8factor.yaml` for a repository
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  k8factor init\n  k8factor init ../other-repository")]
pub(super) struct Arguments {
    /// A folder of the repository [default: the current folder]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Writes the file into the root of the repository; never over one that is there.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let folder = arguments.folder.unwrap_or_else(|| ".".into());
    if folder.is_file() {
        return Err(Error::usage(folder.display().to_string(), "this is a file. Name a folder"));
    }
    let flags = Flags { paths: vec![folder], ..Flags::default() };
    let config = flags.resolve(&super::current_folder()?, None)?;
    let path = config.root.join(FILE_NAME);
    if path.symlink_metadata().is_ok() {
        return Err(is_there(&path));
    }
    let rules = rule::load(&config)?;
    let discovery = discover::walk(&config)?;
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    create(&path, &text(&Found::of(&codebase, &rules)))?;
    say(&format!("wrote {}\n{NEXT}", visible(&path.display().to_string())));
    Ok(Exit::Clean)
}

const NEXT: &str = concat!(
    "Nothing is judged otherwise than before. What to do next:
  k8factor check            see what there is
  k8factor baseline write   keep what there is today, and fail on what is new
Then run it in pre-commit and in pipelines: ",
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/main/docs/ci.md"
);

fn create(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => is_there(path),
        _ => Error::path(path, error),
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

fn is_there(path: &Path) -> Error {
    let message = "it is there already and stays as it is. Edit it, or move it away first";
    Error::usage(path.display().to_string(), message)
}

/// What the file can speak of.
#[derive(Debug, Default)]
struct Found {
    /// How many files are read.
    files: usize,
    /// Each environment with patterns of its folders and files.
    environments: Vec<(String, Vec<String>)>,
    /// Names of clusters.
    clusters: Vec<String>,
    /// Patterns of folders whose content nobody seems to write by hand.
    generated: Vec<String>,
    /// A rule that the examples speak of.
    rule: String,
}

impl Found {
    fn of(codebase: &Codebase, rules: &[Rule]) -> Self {
        let error = rules.iter().find(|rule| rule.severity == Severity::Error);
        let names = codebase.identities().iter().map(|identity| identity.name.clone());
        Self {
            files: codebase.sources().as_slice().len(),
            environments: environments(codebase),
            clusters: names.filter(|name| is_plain(name)).collect(),
            generated: generated(codebase),
            rule: error.map(|rule| rule.id.to_string()).unwrap_or_default(),
        }
    }
}

/// The environments of all groups by their stage: what is called `prod` here and `production` there is one.
fn environments(codebase: &Codebase) -> Vec<(String, Vec<String>)> {
    let mut members: BTreeMap<Stage, BTreeSet<String>> = BTreeMap::new();
    for environment in codebase.environments().iter().flat_map(|group| &group.environments) {
        let paths = environment.members.iter().filter(|path| is_plain(path));
        let paths = paths.map(|path| pattern(path, codebase.sources().by_path(path).is_none()));
        members.entry(environment.stage).or_default().extend(paths);
    }
    let named = members.into_iter().rev().filter(|(_, paths)| !paths.is_empty());
    named.map(|(stage, paths)| (word(stage).to_owned(), paths.into_iter().collect())).collect()
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Production => "production",
        Stage::Staging => "staging",
        Stage::Test => "test",
        Stage::Development => "development",
        Stage::Trial => "sandbox",
    }
}

/// The outermost folders that are called as people call what a program writes or what comes from somebody else.
fn generated(codebase: &Codebase) -> Vec<String> {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for folder in codebase.sources().iter().map(Source::folder).filter(|folder| is_plain(folder)) {
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        let mut above = ends.map(|end| &folder[..end]);
        folders.extend(above.find(|path| GENERATED.contains(&path.rsplit('/').next().unwrap_or_default())));
    }
    folders.into_iter().map(|folder| pattern(folder, true)).collect()
}

/// Names of folders. Source: what public repositories keep in such folders.
const GENERATED: [&str; 9] = [
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "node_modules",
    "generated",
    "rendered",
    "_rendered",
    ".terraform",
];

/// A line as in `.gitignore` for one path.
fn pattern(path: &str, is_folder: bool) -> String {
    let mut line = String::from("/");
    for character in path.chars() {
        if "\\*?[]{}!#".contains(character) {
            line.push('\\');
        }
        line.push(character);
    }
    if is_folder {
        line.push('/');
    }
    line
}

/// A name that acts on a terminal, or ends a line, stays out of the file.
fn is_plain(name: &str) -> bool {
    !name.chars().any(|character| character.is_control() || is_active(character))
}

/// The file. What is commented out begins with `#` and no space, or with `#` and two; words begin with one.
fn text(found: &Found) -> String {
    let Found { files, environments, clusters, generated, rule } = found;
    let mut text = format!(
        "# yaml-language-server: $schema={SCHEMA}\n#\n# How k8factor checks this repository: {files} {} when this was \
         written.\n# Every key may be left out. What is switched off begins with `#` and no word behind a single space.\n# \
         docs/configuration.md of k8factor explains each key.\n",
        if *files == 1 { "file" } else { "files" }
    );
    let examples = generated.is_empty().then(|| vec!["/vendor/".to_owned()]);
    section(&mut text, EXCLUDE, "exclude", |text| list(text, examples.as_ref().unwrap_or(generated)));
    text.push_str(&FIXED.replace("RULE", rule));
    let examples = environments.is_empty().then(|| {
        [("production", "/clusters/main/"), ("staging", "/clusters/next/")]
            .map(|(name, path)| (name.to_owned(), vec![path.to_owned()]))
            .to_vec()
    });
    let heading = if examples.is_some() { ENVIRONMENTS } else { FOUND_ENVIRONMENTS };
    section(&mut text, heading, "environments", |text| {
        for (name, paths) in examples.as_ref().unwrap_or(environments) {
            let _ = writeln!(text, "#  {name}:");
            for path in paths {
                item(text, 4, path);
            }
        }
    });
    let known = if clusters.is_empty() { String::new() } else { names(clusters) };
    section(&mut text, &format!("{CLUSTERS}{known}"), "clusters", |text| {
        item(text, 2, "prod-7.k8s.example.com");
    });
    section(&mut text, NOT_CLUSTERS, "not-clusters", |text| {
        item(text, 2, clusters.first().map_or("web", String::as_str));
    });
    text.push_str(&WAIVERS.replace("RULE", rule));
    text
}

/// A key that is switched off, with words above it.
fn section(text: &mut String, words: &str, key: &str, write: impl Fn(&mut String)) {
    text.push('\n');
    for line in words.lines() {
        let _ = writeln!(text, "# {line}");
    }
    let _ = writeln!(text, "#{key}:");
    write(text);
}

fn list(text: &mut String, items: &[String]) {
    for line in items {
        item(text, 2, line);
    }
}

/// JSON is YAML, whatever stands in a path.
fn item(text: &mut String, indent: usize, word: &str) {
    let _ = writeln!(text, "#{:indent$}- {}", "", serde_json::Value::from(word));
}

/// The names that are known already; more than a few help nobody.
fn names(clusters: &[String]) -> String {
    const MOST: usize = 10;
    let shown = clusters.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = clusters.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("\nKnown already: {shown}{more}.")
}

const SCHEMA: &str = concat!(
    "https://raw.githubusercontent.com/k8factor/k8factor/v",
    env!("CARGO_PKG_VERSION"),
    "/docs/config.schema.json"
);

const EXCLUDE: &str = "Lines as in `.gitignore`: what they leave out is no part of the codebase, such as what a program \
                       writes or\nwhat comes from somebody else.";

const FIXED: &str = "
# The weakest severity that makes the exit status 1: `error`, `warning` or `info`.
fail-on: error

# The file that `k8factor baseline write` keeps today's findings in, so that only new ones fail.
#baseline: .k8factor/baseline.json

# The label that says what a workload is protected from.
#protect-from-label: example.com/protect-from

# What is set for a rule: `off`, a severity, or both in `severity` and parameters in `with`. `k8factor rules list`
# names all rules, and `k8factor explain <rule>` says what one of them objects to and which parameters it has.
#rules:
#  RULE: info

# The same at some paths, which are lines as in `.gitignore`. The last one that fits wins.
#overrides:
#  - paths: [\"/legacy/\"]
#    rules:
#      RULE: off
";

const ENVIRONMENTS: &str = "Which folders are environments. Without this they are known by their names.";
const FOUND_ENVIRONMENTS: &str =
    "Which folders are environments. These were found; correct them where that is wrong.";

const CLUSTERS: &str =
    "Clusters that nothing in this repository declares. Their names count as names of clusters.";

const NOT_CLUSTERS: &str = "Words that are taken for names of clusters and are none.";

const WAIVERS: &str = "
# Findings that are accepted, each with a reason. A comment beside a line can do the same.
#waivers:
#  - rule: RULE
#    path: \"/legacy/\"
#    object: Deployment/shop/*
#    reason: it is switched off before the move
#    until: 2099-12-31
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_shape_stay_in_their_line() {
        let found = Found {
            files: 1,
            environments: vec![("production".into(), vec![pattern("a\": [*]", true)])],
            clusters: vec!["x: y".into()],
            generated: vec![pattern("vendor #1", true)],
            rule: "a-rule".into(),
        };
        let text = text(&found);
        assert!(text.contains("#    - \"/a\\\": \\\\[\\\\*\\\\]/\"\n"), "{text}");
        assert!(text.contains("#  - \"/vendor \\\\#1/\"\n"), "{text}");
        assert!(text.contains("#  - \"x: y\"\n"), "{text}");
        assert!(
            text.lines().all(|line| line.is_empty() || line.starts_with('#') || line == "fail-on: error")
        );
    }
}
