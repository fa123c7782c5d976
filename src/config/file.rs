//! `.k8factor.yaml` as it is typed: one field for each key, every mistake an error with its place.

mod declared;
mod rule;
#[cfg(test)]
#[path = "file/tests/schema.rs"]
mod schema;
mod waiver;
mod word;

pub use word::Level;

use super::baseline::Key;
use super::choice::{Choices, Override};
use super::declared::{DeclaredCluster, DeclaredEnvironment};
use super::pattern::Patterns;
use super::text;
use super::waiver::ListedWaiver;
use super::written::Written;
use crate::error::Error;
use crate::finding::Severity;
use crate::yaml::{self, Grade, List, Node, Placed};
use declared::{Cluster, Environments};
use rule::Rules;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use waiver::WaiverEntry;
use word::{ClusterName, FilePath, LabelKey, Pattern, SeverityWord};

/// The name of the configuration file.
pub const FILE_NAME: &str = ".k8factor.yaml";

/// What a team decided about k8factor for its repository. Every key may be left out.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ConfigFile {
    /// The file of what is known already. Default: `.k8factor/baseline.json`, if it is there.
    baseline: Option<Placed<FilePath>>,
    /// Lines as in `.gitignore`: what they leave out is no part of the codebase.
    exclude: Option<Vec<Pattern>>,
    /// The weakest severity that makes the exit status 1. Default: `error`.
    fail_on: Option<SeverityWord>,
    /// The label that says what a workload is protected from. Default: `k8factor/protect-from`.
    protect_from_label: Option<LabelKey>,
    /// What is set for rules everywhere: `off`, a severity, or `severity` and parameters in `with`.
    rules: Option<Rules>,
    /// What is set for rules at some paths. The last override that fits a path and names the rule wins.
    overrides: Option<Vec<OverrideEntry>>,
    /// Names of environments, each with the folders and files that make it up.
    environments: Option<Environments>,
    /// Clusters that no spec in the repository declares.
    clusters: Option<Vec<Placed<Cluster>>>,
    /// Words that look like names of clusters and are none.
    not_clusters: Option<Vec<ClusterName>>,
    /// Findings that are accepted, each with a reason.
    waivers: Option<Vec<Placed<WaiverEntry>>>,
}

/// What is set for rules at some paths.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct OverrideEntry {
    /// Patterns as in `.gitignore`, relative to the folder of the configuration.
    paths: List<Pattern>,
    /// Names of rules, each with what it is set to there.
    rules: Rules,
}

/// What the file means. What it does not say is left to flags and defaults.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) baseline: Option<Key>,
    pub(super) exclude: Vec<String>,
    pub(super) fail_on: Option<Severity>,
    pub(super) protect_from_label: Option<String>,
    pub(super) choices: Choices,
    pub(super) environments: Vec<DeclaredEnvironment>,
    pub(super) clusters: Vec<DeclaredCluster>,
    pub(super) not_clusters: Vec<String>,
    pub(super) waivers: Vec<ListedWaiver>,
}

impl ConfigFile {
    fn into_settings(self, written: Written) -> Settings {
        let clusters = self.clusters.unwrap_or_default().into_iter();
        let overrides = self
            .overrides
            .unwrap_or_default()
            .into_iter()
            .map(|entry| Override { paths: Arc::new(patterns(entry.paths)), rules: entry.rules.0 });
        let rules = self.rules.unwrap_or_default().0;
        Settings {
            baseline: self
                .baseline
                .map(|path| Key { path: path.value.0, place: written.place(path.place.start) }),
            exclude: self.exclude.unwrap_or_default().into_iter().map(|pattern| pattern.0).collect(),
            fail_on: self.fail_on.map(|word| word.0),
            protect_from_label: self.protect_from_label.map(|key| key.0),
            choices: Choices { rules, overrides: overrides.collect(), written: Some(written) },
            environments: self.environments.unwrap_or_default().0,
            clusters: clusters.map(|cluster| cluster.value.declared(cluster.place)).collect(),
            not_clusters: self.not_clusters.unwrap_or_default().into_iter().map(|name| name.0).collect(),
            waivers: self.waivers.unwrap_or_default().into_iter().map(waiver::listed).collect(),
        }
    }
}

fn patterns(lines: List<Pattern>) -> Patterns {
    Patterns::new(&lines.0.into_iter().map(|line| line.0).collect::<Vec<_>>())
}

/// Reads the configuration of a root. No file is no error: every key has a default.
pub(super) fn load(root: &Path) -> Result<Settings, Error> {
    refuse_misnamed(root)?;
    let path = root.join(FILE_NAME);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        // A pipe would wait for a writer, and a link could lead anywhere.
        Ok(data) if !data.is_file() => {
            return Err(Error::config(
                FILE_NAME,
                "this is not a regular file. Put the configuration itself here",
            ));
        }
        _ => {}
    }
    let text = text::read(&path);
    parse(&text.map_err(|fault| Error::config(format!("{FILE_NAME}{}", fault.place), fault.message))?)
}

/// A configuration that is never read is worse than none.
fn refuse_misnamed(root: &Path) -> Result<(), Error> {
    const WRONG: &str = ".k8factor.yml";
    if root.join(WRONG).exists() {
        return Err(Error::config(WRONG, format!("the configuration is called `{FILE_NAME}`. Rename it")));
    }
    Ok(())
}

/// What a text means.
pub(super) fn parse(text: &str) -> Result<Settings, Error> {
    let written = Written::new(text);
    refuse_too_many(&written)?;
    let file = match well_formed(&written)? {
        Some(root) => yaml::from_node_up_to(root, MOST_VALUES).map_err(|error| {
            let start = error.span().unwrap_or_else(|| root.span()).start;
            written.error_at(start, error.message())
        })?,
        None => ConfigFile::default(),
    };
    Ok(file.into_settings(written))
}

/// Every pattern is a small program, and whoever proposes a change to a repository can write as many as they like.
const MOST_VALUES: u32 = 50_000;

/// What every finding or every file is compared with, and how many of it there may be.
const MOST_ENTRIES: [(&str, usize); 2] = [("overrides", 500), ("waivers", 2_000)];

fn refuse_too_many(written: &Written) -> Result<(), Error> {
    let Some(root) = written.tree().roots().next() else { return Ok(()) };
    for (key, most) in MOST_ENTRIES {
        if let Some(entry) = root.get(key).and_then(|list| list.items().nth(most)) {
            let message = format!("more than {most} entries in `{key}`. Patterns can take several together");
            return Err(written.error_at(entry.span().start, message));
        }
    }
    Ok(())
}

/// One document, a mapping, no key twice. Nothing if nothing is written.
fn well_formed(written: &Written) -> Result<Option<Node<'_>>, Error> {
    let tree = written.tree();
    if let Some(trouble) = tree.troubles().iter().find(|trouble| trouble.grade == Grade::Fatal) {
        return Err(written.error_at(trouble.span.start, trouble.message()));
    }
    if let Some((first, again)) = tree.duplicates().next() {
        let line = written.line(first.span().start);
        let message = format!("`{}` is already on line {line}. Remove one of them", again.text());
        return Err(written.error_at(again.span().start, message));
    }
    if let Some(second) = tree.roots().nth(1) {
        let message = "a second document is never read. Join it with the first";
        return Err(written.error_at(second.span().start, message));
    }
    let Some(root) = tree.roots().next().filter(|root| !root.is_null()) else { return Ok(None) };
    if !root.is_mapping() {
        let message = "keys and values belong here, such as `fail-on: warning`";
        return Err(written.error_at(root.span().start, message));
    }
    Ok(Some(root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Level;
    use crate::finding::RuleId;

    #[test]
    fn what_the_file_says_is_read() {
        let text = "# ours\nbaseline: ci/known.json\nexclude: [generated/, '*.bak.yaml']\nfail-on: warning\n\
                    protect-from-label: example.com/protect-from\n";
        let settings = parse(text).expect("nothing is wrong");
        assert_eq!(settings.protect_from_label.as_deref(), Some("example.com/protect-from"));
        assert_eq!(settings.exclude, ["generated/", "*.bak.yaml"]);
        assert_eq!(settings.baseline.map(|key| key.path).as_deref(), Some("ci/known.json"));
        assert_eq!(settings.fail_on, Some(Severity::Warning));
        for empty in ["", "# nothing\n", "---\n", "exclude:\n", "exclude: []\n", "{}\n", "waivers:\n"] {
            let settings = parse(empty).expect("nothing is wrong");
            assert!(settings.exclude.is_empty() && settings.fail_on.is_none(), "{empty:?}");
        }
    }

    #[test]
    fn rules_are_set_by_a_word_or_by_a_mapping() {
        let text = "rules:\n  a: off\n  b: false\n  c: info\n  d: {severity: error, with: {x: [1]}}\n\
                    \x20 'e': {with: {}}\noverrides:\n- paths: legacy/\n  rules: {a: warning}\n";
        let choices = parse(text).expect("nothing is wrong").choices;
        let levels: Vec<_> = choices.rules.iter().map(|choice| choice.level).collect();
        let (off, on) = (Some(Level::Off), |severity| Some(Level::On(severity)));
        assert_eq!(levels, [off, off, on(Severity::Info), on(Severity::Error), None]);
        let written = choices.written.expect("it was read");
        let with = choices.rules[3].with.expect("it has parameters");
        assert_eq!(written.node(with).raw(), "{x: [1]}");
        assert!(choices.overrides[0].paths.match_file("legacy/a.yaml"));
        assert_eq!(choices.overrides[0].rules[0].rule, RuleId::new("a"));
        assert_eq!(&text[choices.rules[4].place.start as usize..choices.rules[4].place.end as usize], "'e'");
    }

    #[test]
    fn waivers_environments_and_clusters_are_read() {
        let text = "waivers:\n- rule: [a, b]\n  path: legacy/\n  object: Deployment/web\n  reason: ' old '\n\
                    \x20 until: 2027-03-31\n- {rule: c}\nenvironments: {prod: [p/], dev: d/}\n\
                    clusters: [one, {name: two.example.com, aliases: [two]}]\nnot-clusters: [web]\n";
        let settings = parse(text).expect("nothing is wrong");
        let [first, second] = &settings.waivers[..] else { panic!("two waivers") };
        assert_eq!(first.rules, [RuleId::new("a"), RuleId::new("b")]);
        assert_eq!(first.reason.as_deref(), Some("old"));
        assert_eq!(first.until, Some(jiff::civil::date(2027, 3, 31)));
        assert!(first.path.is_some() && first.object.is_some() && !first.covers("legacy/a.yaml", None));
        assert!(second.reason.is_none() && second.covers("any.yaml", None));
        assert_eq!(&text[second.place.start as usize..second.place.end as usize], "{rule: c}");
        let names: Vec<_> = settings.environments.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["prod", "dev"]);
        let names: Vec<_> = settings.clusters.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["one", "two.example.com"]);
        let place = settings.clusters[1].place.clone();
        assert_eq!(&text[place.start as usize..place.end as usize], "two.example.com");
        assert_eq!(settings.not_clusters, ["web"]);
    }

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let text = "rules:\n  a: &strict {severity: error, with: {x: 1}}\n  b: {<<: *strict, severity: info}\n  c: *strict\n";
        let choices = parse(text).expect("nothing is wrong").choices;
        let levels: Vec<_> = choices.rules.iter().map(|choice| choice.level).collect();
        let on = |severity| Some(Level::On(severity));
        assert_eq!(levels, [on(Severity::Error), on(Severity::Info), on(Severity::Error)]);
        assert!(choices.rules.iter().all(|choice| choice.with.is_some()));
    }

    #[test]
    fn more_than_anybody_writes_is_refused() {
        let many = format!("waivers:\n{}", "- {rule: a, reason: b}\n".repeat(2_001));
        let repeated = format!("environments:\n  a: &a\n{}", "  - b\n".repeat(300))
            + &(0..300).map(|number| format!("  c{number}: *a\n")).collect::<Vec<_>>().concat();
        for (text, expected) in [
            (many, ":2002:3: more than 2000 entries in `waivers`"),
            (repeated, ": here are more than 50000 values"),
        ] {
            let said = parse(&text).expect_err(expected).to_string();
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn every_mistake_has_a_place_and_a_cure() {
        let cases = [
            ("exclud: []\n", "1:1: `exclud` is unknown (known: baseline, exclude, fail-on, "),
            (
                "fail-on: warnin\n",
                "1:10: `warnin` is no severity; it must be `error`, `warning` or `info`. Did you mean `warning`?",
            ),
            ("fail-on: 1\n", "1:10: `1` is no severity"),
            ("fail-on: [a]\n", "1:10: `error`, `warning` or `info` is needed here, and this is a list"),
            ("fail-on: info\nfail-on: error\n", "2:1: `fail-on` is already on line 1"),
            (
                "fail-on: {{ x }}\n",
                "1:10: `error`, `warning` or `info` is needed here, and this is a mapping",
            ),
            ("exclude: generated\n", "1:10: a list is needed here, and this is the text `generated`"),
            (
                "exclude:\n- a\n- {b: 1}\n",
                "3:3: a pattern as in `.gitignore` is needed here, and this is a mapping",
            ),
            ("exclude:\n- 'a{b'\n", "2:3: `a{b` is no pattern: "),
            ("protect-from-label: -x\n", "1:21: `-x` is no label key: `-x` is not a name"),
            (
                "protect-from-label: Exa_mple/x\n",
                "1:21: `Exa_mple/x` is no label key: `Exa_mple` is no domain",
            ),
            ("protect-from-label: {a: b}\n", "1:21: a label key"),
            ("baseline: [a]\n", "1:11: the path of a file"),
            ("- a\n", "1:1: keys and values belong here"),
            ("just words\n", "1:1: keys and values belong here"),
            ("exclude: []\n---\nfail-on: info\n", "3:1: a second document"),
            (
                "rules: [a]\n",
                "1:8: a mapping from names of rules to severities is needed here, and this is a list",
            ),
            (
                "rules: {a: warn}\n",
                "1:12: `warn` is no severity; it must be `off`, `error`, `warning` or `info`",
            ),
            ("rules: {a: }\n", "1:11: `off`, `error`, `warning` or `info`, or a mapping"),
            ("rules: {a: true}\n", "1:12: `true` says no severity"),
            (
                "rules: {a: {serverity: info}}\n",
                "1:13: `serverity` is unknown (known: severity, with). Did you mean `severity`?",
            ),
            ("rules: {a: {with: [x]}}\n", "1:19: a mapping is needed here"),
            ("rules: {a: info, a: error}\n", "1:18: `a` is already on line 1"),
            ("overrides: {a: b}\n", "1:12: a list is needed here"),
            (
                "overrides:\n- path: [a]\n",
                "2:3: `path` is unknown (known: paths, rules). Did you mean `paths`?",
            ),
            ("overrides:\n- paths: ['a{']\n  rules: {}\n", "2:11: `a{` is no pattern"),
            ("overrides:\n- rules: {}\n", "2:3: missing field `paths`"),
            ("environments: [prod]\n", "1:15: a mapping from names of environments"),
            ("environments: {prod: 'a{'}\n", "1:22: `a{` is no pattern"),
            ("clusters: [a b]\n", "1:12: `a b` is no name of a cluster"),
            (
                "clusters: [{names: a}]\n",
                "1:13: `names` is unknown (known: name, aliases). Did you mean `name`?",
            ),
            (
                "waivers:\n- rule: a\n  util: 2027-01-01\n",
                "3:3: `util` is unknown (known: rule, path, object, reason, until). Did you mean `until`?",
            ),
            (
                "waivers:\n- rule: a\n  until: 2027-02-30\n",
                "3:10: `2027-02-30` is no day of the calendar. Write it as YYYY-MM-DD",
            ),
            ("waivers:\n- rule: a\n  object: web\n", "3:11: `web` is no object. Write `Kind/name`"),
            ("waivers:\n- path: a\n", "2:3: missing field `rule`"),
            ("waivers:\n- rule: []\n", "2:9: at least one rule"),
            ("waivers:\n- word\n", "2:3: "),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.starts_with(&format!("{FILE_NAME}:{expected}")), "{text:?} gives {error}");
        }
        assert!(parse("exclude: [\n").is_err());
    }
}
