//! Environments: one thing deployed several times, told apart by the name of a folder or a file.
//!
//! Only names are read here. What an environment holds, the codebase knows.

use crate::config::DeclaredEnvironment;
use std::collections::{BTreeMap, BTreeSet};

/// How close an environment is to the users. Ordered: production is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// For somebody to play with: sandbox, demo, preview. Parts may be missing.
    Trial,
    /// Where developers work.
    Development,
    /// Where changes are tested.
    Test,
    /// The last one before production.
    Staging,
    /// The one that users see.
    Production,
}

impl Stage {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "sandbox",
            Self::Development => "development",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// Words that people give to environments; a longer word stands after the one it begins with.
/// Source: names of sibling folders and files in public cluster codebases.
const WORDS: &[(&str, Stage)] = &[
    ("prod", Stage::Production),
    ("production", Stage::Production),
    ("prd", Stage::Production),
    ("live", Stage::Production),
    ("stage", Stage::Staging),
    ("staging", Stage::Staging),
    ("stg", Stage::Staging),
    ("preprod", Stage::Staging),
    ("test", Stage::Test),
    ("testing", Stage::Test),
    ("tst", Stage::Test),
    ("qa", Stage::Test),
    ("uat", Stage::Test),
    ("ithc", Stage::Test),
    ("perftest", Stage::Test),
    ("dev", Stage::Development),
    ("devel", Stage::Development),
    ("develop", Stage::Development),
    ("development", Stage::Development),
    ("sandbox", Stage::Trial),
    ("sbox", Stage::Trial),
    ("sbx", Stage::Trial),
    ("demo", Stage::Trial),
    ("preview", Stage::Trial),
    ("playground", Stage::Trial),
];

/// Folders whose children are environments whatever else is in their names.
const PARENTS: &[&str] =
    &["overlays", "clusters", "cluster", "environments", "environment", "envs", "env", "stages"];

/// Environments that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// The folder in which all of them are.
    pub parent: &'a str,
    /// At least two, the one closest to the users first.
    pub environments: Vec<Environment<'a>>,
    /// Folders beside them whose names tell nothing: maybe further environments, maybe parts of these.
    pub others: Vec<&'a str>,
}

/// One environment of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment<'a> {
    /// How close it is to the users.
    pub stage: Stage,
    /// The folders or files that make it up: more than one where it runs in several regions or twice.
    pub members: Vec<&'a str>,
}

/// Finds the environments among folders. All paths are relative to the checked root.
pub fn groups_of_folders<'a>(folders: &BTreeSet<&'a str>) -> Vec<Group<'a>> {
    let any_form = |parent: &str, form| if is_parent_of_environments(parent) { String::new() } else { form };
    let mut groups = groups(folders.iter().copied(), any_form);
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for folder in folders {
        let (parent, name) = split(folder);
        if is_parent_of_environments(parent) && stage_of(name).is_none() {
            others.entry(parent).or_default().push(folder);
        }
    }
    for group in &mut groups {
        group.others = others.get(group.parent).cloned().unwrap_or_default();
    }
    groups
}

/// Finds the environments among files: `ingress-prod.yaml` beside `ingress-stage.yaml`.
pub fn groups_of_files<'a>(files: impl Iterator<Item = &'a str>) -> Vec<Group<'a>> {
    groups(files, |_, form| form)
}

/// What was guessed, and the environments of which the user says where they are. Nothing is guessed about those.
pub fn with_declared<'a>(
    guessed: Vec<Group<'a>>,
    declared: &[DeclaredEnvironment],
    folders: &BTreeSet<&'a str>,
    files: impl Iterator<Item = &'a str>,
) -> Vec<Group<'a>> {
    if declared.is_empty() {
        return guessed;
    }
    let is_declared =
        |path: &&str| declared.iter().any(|one| one.paths.match_folder(path) || one.paths.match_file(path));
    let undeclared = guessed.into_iter().filter_map(|mut group| {
        for environment in &mut group.environments {
            environment.members.retain(|member| !is_declared(member));
        }
        group.environments.retain(|environment| !environment.members.is_empty());
        group.others.retain(|folder| !is_declared(folder));
        (group.environments.len() > 1).then_some(group)
    });
    let undeclared: Vec<Group<'a>> = undeclared.collect();
    let mut groups = declared_groups(declared, folders, files);
    groups.extend(undeclared);
    groups
}

/// Environments that the user names: those of one folder are compared with each other, and what is left over with
/// what else is left over.
fn declared_groups<'a>(
    declared: &[DeclaredEnvironment],
    folders: &BTreeSet<&'a str>,
    files: impl Iterator<Item = &'a str>,
) -> Vec<Group<'a>> {
    let mut by_parent: BTreeMap<&str, BTreeMap<Stage, BTreeSet<&str>>> = BTreeMap::new();
    let files: Vec<&str> = files.collect();
    for (index, environment) in declared.iter().enumerate() {
        let stage = declared_stage(environment, index);
        let is_folder = |folder: &&str| environment.paths.match_folder(folder);
        let top = folders.iter().copied().filter(is_folder).filter(|folder| !is_folder(&split(folder).0));
        let single = files.iter().copied().filter(|file| environment.paths.match_file(file));
        for path in top.chain(single.filter(|file| !is_folder(&split(file).0))) {
            by_parent.entry(split(path).0).or_default().entry(stage).or_default().insert(path);
        }
    }
    let (mut groups, mut rest) = (Vec::new(), BTreeMap::<Stage, BTreeSet<&str>>::new());
    for (parent, stages) in by_parent {
        if stages.len() > 1 {
            groups.push(Group { parent, environments: environments(stages), others: Vec::new() });
            continue;
        }
        for (stage, members) in stages {
            rest.entry(stage).or_default().extend(members);
        }
    }
    if rest.len() > 1 {
        groups.push(Group { parent: "", environments: environments(rest), others: Vec::new() });
    }
    groups
}

/// What its name says. Of names that say nothing the first is closest to the users.
fn declared_stage(environment: &DeclaredEnvironment, index: usize) -> Stage {
    const ORDER: [Stage; 4] = [Stage::Production, Stage::Staging, Stage::Test, Stage::Development];
    stage_of(&environment.name).unwrap_or(ORDER[index.min(ORDER.len() - 1)])
}

/// Siblings whose names agree in all but the environment. `agree` may say that the rest of a name does not matter.
fn groups<'a>(
    paths: impl Iterator<Item = &'a str>,
    agree: impl Fn(&str, String) -> String,
) -> Vec<Group<'a>> {
    let mut found: BTreeMap<(&str, String), BTreeMap<Stage, BTreeSet<&str>>> = BTreeMap::new();
    for path in paths {
        let (parent, name) = split(path);
        let Some((stage, form)) = read_name(name) else { continue };
        let form = agree(parent, form);
        found.entry((parent, form)).or_default().entry(stage).or_default().insert(path);
    }
    let several = found.into_iter().filter(|(_, stages)| stages.len() > 1);
    let group =
        |((parent, _), stages)| Group { parent, environments: environments(stages), others: Vec::new() };
    several.map(group).collect()
}

/// The stage that a name tells of. `prod-to-stage` tells of two and is neither.
pub fn stage_of(name: &str) -> Option<Stage> {
    let mut turn = Turn::default();
    let mut stages = name.split(is_separator).filter_map(|word| turn.stage_of(word));
    let first = stages.next()?;
    stages.all(|stage| stage == first).then_some(first)
}

/// What the word before does to a stage: `pre-prod` is staging, `non-prod` is anything but production.
#[derive(Default)]
struct Turn<'a>(&'a str);

impl<'a> Turn<'a> {
    fn stage_of(&mut self, word: &'a str) -> Option<Stage> {
        let before = std::mem::replace(&mut self.0, word);
        let stage = stage_of_word(word)?;
        match before {
            "pre" if stage == Stage::Production => Some(Stage::Staging),
            "no" | "non" | "not" => None,
            _ => Some(stage),
        }
    }
}

/// A name with its environment, its dates and its numbers taken out: what is left is the same everywhere.
///
/// `own` are further words that mean the environment, such as the name of its cluster.
pub fn without_environment(name: &str, own: &[&str]) -> String {
    let mut name = name.to_ascii_lowercase();
    for word in own.iter().filter(|word| word.len() > 2) {
        if name.contains(&word.to_ascii_lowercase()) {
            name = name.replace(&word.to_ascii_lowercase(), ENVIRONMENT);
        }
    }
    let mut rest = String::with_capacity(name.len());
    for part in name.split_inclusive(is_separator) {
        let word = part.trim_end_matches(is_separator);
        rest.push_str(if is_environment(word) { ENVIRONMENT } else { word });
        rest.push_str(&part[word.len()..]);
    }
    rest
}

/// A name with everything taken out that could mean an environment, inside of words too. Two different things may
/// well become equal, so this serves to doubt a difference, never to find one.
pub fn skeleton(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    // From the end of the table, so that longer words go first.
    for (word, _) in WORDS.iter().rev().filter(|(word, _)| word.len() > 2) {
        if name.contains(word) {
            name = name.replace(word, "");
        }
    }
    name.retain(|c| c.is_ascii_alphabetic());
    name
}

const ENVIRONMENT: &str = "<env>";

/// The folder a path lies in, and its last part.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn environments(stages: BTreeMap<Stage, BTreeSet<&str>>) -> Vec<Environment<'_>> {
    let stages = stages.into_iter().rev();
    stages.map(|(stage, members)| Environment { stage, members: members.into_iter().collect() }).collect()
}

/// Whether the children of a folder are environments, whatever they are called.
pub fn is_parent_of_environments(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or_default();
    PARENTS.contains(&name)
}

/// The stage in a name, and the name with the stage and all numbers taken out.
fn read_name(name: &str) -> Option<(Stage, String)> {
    let stage = stage_of(name)?;
    let mut form = String::new();
    for part in name.split_inclusive(is_separator) {
        let word = part.trim_end_matches(is_separator);
        match stage_of_word(word) {
            Some(_) => form.push_str(ENVIRONMENT),
            None if word.bytes().all(|b| b.is_ascii_digit()) => form.push('0'),
            None => form.push_str(word),
        }
        form.push_str(&part[word.len()..]);
    }
    Some((stage, form))
}

fn is_environment(word: &str) -> bool {
    stage_of_word(word).is_some() || word == ENVIRONMENT
}

/// Whether people call an environment by just this word.
pub fn is_stage(word: &str) -> bool {
    WORDS.iter().any(|(known, _)| known.eq_ignore_ascii_case(word))
}

/// A number may follow: `stage0`.
pub fn stage_of_word(word: &str) -> Option<Stage> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, stage)| *stage)
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Patterns;

    fn members<'a>(paths: &[&'a str]) -> Vec<Vec<Vec<&'a str>>> {
        let groups = groups_of_folders(&paths.iter().copied().collect());
        groups.into_iter().map(|group| group.environments.into_iter().map(|e| e.members).collect()).collect()
    }

    #[test]
    fn siblings_with_words_are_environments() {
        let found = members(&["web/production", "web/staging", "web/base", "api/production"]);
        assert_eq!(found, [[["web/production"], ["web/staging"]]]);
    }

    #[test]
    fn what_is_left_of_the_names_must_agree_outside_of_overlays() {
        assert!(members(&["k8s/web-prod", "k8s/api-stage"]).is_empty());
        assert_eq!(members(&["overlays/moc-prod", "overlays/ocp4-stage"]).len(), 1);
        assert_eq!(members(&["k8s/prod-20261120", "k8s/stage-20261113"]).len(), 1);
        assert_eq!(members(&["c/prod.cluster.example.com", "c/stage.cluster.example.com"]).len(), 1);
    }

    #[test]
    fn what_the_user_declares_overrules_what_is_guessed() {
        let declared = [("prod", "live/"), ("dev", "/lab/*/")].map(|(name, path)| DeclaredEnvironment {
            name: name.into(),
            paths: Patterns::new(&[path.into()]),
        });
        let folders: BTreeSet<&str> =
            ["lab", "lab/a", "lab/a/prod", "lab/a/stage", "live", "o/prod", "o/stage"].into_iter().collect();
        let groups = with_declared(groups_of_folders(&folders), &declared, &folders, std::iter::empty());
        let members: Vec<_> = groups
            .into_iter()
            .map(|group| {
                group.environments.into_iter().map(|one| (one.stage, one.members)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(
            members,
            [
                [(Stage::Production, vec!["live"]), (Stage::Development, vec!["lab/a"])],
                [(Stage::Production, vec!["o/prod"]), (Stage::Staging, vec!["o/stage"])],
            ]
        );
    }

    #[test]
    fn regions_of_one_stage_are_members_of_one_environment() {
        let found = members(&["overlays/prod-eu", "overlays/prod-us", "overlays/stage"]);
        assert_eq!(found, [vec![vec!["overlays/prod-eu", "overlays/prod-us"], vec!["overlays/stage"]]]);
    }

    #[test]
    fn unknown_names_beside_environments_are_kept() {
        let folders = ["overlays/osaka", "overlays/prod", "overlays/prod/osaka", "overlays/stage"];
        let groups = groups_of_folders(&folders.into_iter().collect());
        assert_eq!(groups[0].others, ["overlays/osaka"]);
    }

    #[test]
    fn files_are_told_apart_by_name() {
        let files = ["overlays/ingress-prod.yaml", "overlays/ingress-stage.yaml", "overlays/web-stage.yaml"];
        let groups = groups_of_files(files.into_iter());
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].environments[1].members, ["overlays/ingress-stage.yaml"]);
    }

    #[test]
    fn a_name_with_two_stages_is_no_environment() {
        assert_eq!(stage_of("stage-to-prod"), None);
        assert_eq!(stage_of("neco-dev"), Some(Stage::Development));
        assert_eq!(stage_of("product"), None);
    }

    #[test]
    fn names_lose_their_environment() {
        assert_eq!(without_environment("letsencrypt-prod", &[]), "letsencrypt-<env>");
        assert_eq!(without_environment("web-tokyo0", &["tokyo0"]), "web-<env>");
        assert_eq!(skeleton("prodcluster01"), skeleton("stagecluster02"));
        assert_eq!(skeleton("web-development"), "web");
    }
}
