//! The clusters that a codebase knows by name, and where those names stand in texts.
//!
//! A name is believed if a spec declares it, or if two different sources agree. How freely it is searched for depends
//! on how common its words are.

use super::name::{is_all_common_words, is_environment};
use super::window;
use crate::source::Span;
use aho_corasick::{AhoCorasick, Input, MatchKind};
use std::collections::{BTreeMap, BTreeSet};

/// All believed names, sorted.
#[derive(Debug, Default)]
pub struct Identities {
    all: Vec<Identity>,
    /// Every spelling with the index of its identity.
    spellings: BTreeMap<String, Spelling>,
    /// For each folder that belongs to clusters alone, their indexes.
    folders: BTreeMap<String, Vec<usize>>,
    /// Finds spellings in texts, the longest first. None where there is nothing to find.
    finder: Option<AhoCorasick>,
}

/// What a spelling means.
#[derive(Debug)]
struct Spelling {
    strength: Strength,
    /// The indexes of the identities that are spelled so. In a text the first is meant, whose own name it may be.
    identities: Vec<usize>,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name as its strongest source has it.
    pub name: String,
    /// Where it was read as a name of a cluster, the strongest first.
    pub evidence: Vec<Evidence>,
    /// Other spellings: the first label of a domain name, the name without a cloud's prefix.
    pub aliases: Vec<String>,
    /// Folders that belong to this cluster alone, relative to the checked root.
    pub folders: Vec<String>,
}

/// A place where a text was read as the name of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// What the place is.
    pub origin: Origin,
    /// The name there; the start of a file for the name of a folder.
    pub span: Span,
}

/// What a place is that names a cluster. The strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The spec of the cluster: kops, eksctl, RKE, Cluster API …
    Spec,
    /// The user's word, in the configuration of k8factor.
    Declared,
    /// A hub's record of the cluster: the Secret of Argo CD, a `ManagedCluster`.
    Registration,
    /// A Terraform resource or module that builds the cluster.
    Terraform,
    /// A kubeconfig.
    Kubeconfig,
    /// The one place that tells a cluster its own name: Flux `postBuild.substitute`, a generated `ConfigMap`.
    Injection,
    /// Where a delivery tool is told to deploy: an Application's destination, an element of an `ApplicationSet`.
    Delivery,
    /// The operand of a command that connects to the cluster.
    Command,
    /// Asked for by name: a `data` block of Terraform.
    Lookup,
    /// The name of a host below which a cluster of `OpenShift` serves its routes.
    Route,
    /// An argument of a controller: `--cluster-name`.
    Argument,
    /// A list of clusters in a pipeline.
    Matrix,
    /// A child of `clusters/`.
    Folder,
    /// A child of `overlays/`: an environment as often as a cluster.
    Overlay,
}

impl Origin {
    /// How far the place alone is believed, in tenths.
    fn weight(self) -> u8 {
        match self {
            Self::Spec | Self::Declared | Self::Registration => 10,
            Self::Terraform | Self::Kubeconfig => 9,
            Self::Injection | Self::Delivery | Self::Command | Self::Lookup | Self::Route => 8,
            Self::Argument | Self::Matrix => 7,
            Self::Folder => 6,
            Self::Overlay => 5,
        }
    }

    fn is_folder(self) -> bool {
        matches!(self, Self::Folder | Self::Overlay)
    }
}

/// How freely a spelling may be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Long and odd enough: wherever it stands, it means the cluster.
    Strong,
    /// An ordinary word: it means the cluster only where a key or a command says so.
    Weak,
    /// The name of an environment: as for weak, and most places mean the environment.
    Environment,
}

/// A spelling of a cluster's name in a text.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'a> {
    /// The cluster.
    pub identity: &'a Identity,
    /// Its number, for [`Identities::get`].
    pub number: u32,
    /// The numbers of all clusters that are spelled so.
    pub numbers: &'a [usize],
    /// How freely this spelling may be searched for.
    pub strength: Strength,
    /// First byte in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

/// What speaks for a name before it is believed.
#[derive(Debug, Default)]
pub struct Candidate {
    /// Where it was read.
    pub evidence: Vec<Evidence>,
    /// Folders that belong to it alone.
    pub folders: BTreeSet<String>,
    /// Further names that the user gives it.
    pub aliases: Vec<String>,
    /// Whether the first part of its name alone does not mean it.
    pub is_never_short: bool,
}

impl Identities {
    /// Believes what deserves it among the candidates. `is_taken` says whether a word means something else as well:
    /// a namespace, an application.
    pub fn new(candidates: BTreeMap<String, Candidate>, is_taken: impl Fn(&str) -> bool) -> Self {
        let candidates = merge_short_names(candidates);
        let believed = candidates
            .into_iter()
            .filter(|(name, candidate)| candidate.is_named(name) && candidate.is_believed());
        let all: Vec<Identity> = believed.map(|(name, candidate)| candidate.into_identity(name)).collect();
        let mut spellings: BTreeMap<String, Spelling> = BTreeMap::new();
        let names = all.iter().enumerate().map(|(index, one)| (index, &one.name));
        let aliases =
            all.iter().enumerate().flat_map(|(index, one)| one.aliases.iter().map(move |a| (index, a)));
        for (index, text) in names.chain(aliases) {
            let new = || Spelling { strength: strength(text, &is_taken), identities: Vec::new() };
            spellings.entry(text.clone()).or_insert_with(new).identities.push(index);
        }
        let mut folders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, folder) in
            all.iter().enumerate().flat_map(|(i, one)| one.folders.iter().map(move |f| (i, f)))
        {
            folders.entry(folder.clone()).or_default().push(index);
        }
        let finder = finder(&spellings);
        Self { all, spellings, folders, finder }
    }

    /// All clusters, sorted by name.
    pub fn iter(&self) -> std::slice::Iter<'_, Identity> {
        self.all.iter()
    }

    /// How many clusters there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether no cluster is known by name.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The cluster with this number.
    pub fn get(&self, number: u32) -> &Identity {
        &self.all[number as usize]
    }

    /// The cluster that is spelled so.
    pub fn of_spelling(&self, text: &str) -> Option<&Identity> {
        self.spellings.get(text).map(|spelling| &self.all[spelling.identities[0]])
    }

    /// Every place in a text where a name stands as a word, longest names first where several fit.
    pub fn mentions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Mention<'a>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let found = self.finder.as_ref()?.find(Input::new(text).range(at..))?;
                if let Some(mention) = self.mention(text, found.start(), found.end()) {
                    at = mention.end;
                    return Some(mention);
                }
                at = found.start() + 1;
            }
        })
    }

    /// The longest name that begins at `start` and ends as a word, at `longest` or before.
    fn mention<'a>(&'a self, text: &'a str, start: usize, longest: usize) -> Option<Mention<'a>> {
        let ends = (start + 1..=longest).rev().filter(|end| is_word_edge(text, *end));
        let mut known = ends.filter_map(|end| Some((end, self.spellings.get(text.get(start..end)?)?)));
        let is_start = is_word_edge(text, start) || is_end_of_gke_context(text, start);
        let (end, spelling) = known.next().filter(|_| is_start)?;
        let number = spelling.identities[0];
        let identity = &self.all[number];
        Some(Mention {
            identity,
            number: number as u32,
            numbers: &spelling.identities,
            strength: spelling.strength,
            start,
            end,
        })
    }

    /// The clusters to which a file belongs, sorted by name.
    pub fn owners(&self, path: &str) -> Vec<&Identity> {
        self.owner_numbers(path).into_iter().map(|number| self.get(number)).collect()
    }

    /// The same by their numbers.
    pub fn owner_numbers(&self, path: &str) -> Vec<u32> {
        self.owners_spelled(path, |_| true)
    }

    /// The clusters to which a file surely belongs, by their numbers: `overlays/prod` is what any cluster of production
    /// takes in, whatever another one is called.
    pub fn sure_owner_numbers(&self, path: &str) -> Vec<u32> {
        self.owners_spelled(path, |spelling| {
            spelling.strength != Strength::Environment && spelling.identities.len() == 1
        })
    }

    fn owners_spelled(&self, path: &str, counts: impl Fn(&Spelling) -> bool) -> Vec<u32> {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        let by_folder = folders.filter_map(|folder| self.folders.get(folder));
        let by_name =
            path.split('/').flat_map(|part| self.called_after(part)).filter(|spelling| counts(spelling));
        let by_name = by_name.flat_map(|spelling| spelling.identities.iter().copied());
        let owners: BTreeSet<usize> = by_folder.flatten().copied().chain(by_name).collect();
        owners.into_iter().map(|index| index as u32).collect()
    }

    /// The clusters after which a part of a path is called. Between words anything may be the name of one.
    fn called_after(&self, part: &str) -> Vec<&Spelling> {
        let is_end = |c: char| matches!(c, '-' | '_' | '.');
        let starts = || std::iter::once(0).chain(part.match_indices(is_end).map(|(at, _)| at + 1));
        let ends = || part.match_indices(is_end).map(|(at, _)| at).chain([part.len()]).take(MOST_WORDS);
        let runs =
            starts().take(MOST_WORDS).flat_map(|start| ends().filter_map(move |end| part.get(start..end)));
        let names = runs.filter_map(|run| {
            let spelling = self.spellings.get(run)?;
            is_called_after(part, run, spelling.strength == Strength::Strong).then_some(spelling)
        });
        names.collect()
    }
}

impl<'a> IntoIterator for &'a Identities {
    type Item = &'a Identity;
    type IntoIter = std::slice::Iter<'a, Identity>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Identity {
    /// Every spelling, the name first.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// Whether a strong source or two different ones name the cluster, not only the address of a delivery.
    pub fn is_certain(&self) -> bool {
        let mut origins = self.evidence.iter().map(|evidence| evidence.origin);
        let Some(strongest) = origins.next() else { return false };
        strongest <= Origin::Injection
            || matches!(strongest, Origin::Command | Origin::Lookup)
            || origins.any(|origin| origin != strongest && !origin.is_folder())
    }

    /// Whether just this place names the cluster as such.
    pub fn is_named_by(&self, origin: Origin, span: Span) -> bool {
        self.evidence.binary_search(&Evidence { origin, span }).is_ok()
    }

    /// Where the cluster is declared: its spec or the Terraform that builds it.
    pub fn declaration(&self) -> Option<Evidence> {
        let declared = |evidence: &&Evidence| matches!(evidence.origin, Origin::Spec | Origin::Terraform);
        self.evidence.iter().find(declared).copied()
    }
}

impl Candidate {
    /// A strong source is enough; a weaker one needs a second of another kind.
    /// Whether the name can be one. Who declares a cluster `local` means it.
    fn is_named(&self, name: &str) -> bool {
        is_name(name) || self.evidence.iter().any(|evidence| evidence.origin == Origin::Declared)
    }

    fn is_believed(&self) -> bool {
        let strongest = self.evidence.iter().map(|evidence| evidence.origin.weight()).max().unwrap_or(0);
        let origins: BTreeSet<Origin> = self.evidence.iter().map(|evidence| evidence.origin).collect();
        let agree = origins.len() > 1 && origins.iter().any(|origin| !origin.is_folder());
        strongest >= 8 || strongest >= 6 && agree
    }

    fn into_identity(mut self, name: String) -> Identity {
        self.evidence.sort();
        self.evidence.dedup();
        let short = short_name(&name).filter(|_| !self.is_never_short).map(str::to_owned);
        let mut aliases: Vec<String> = short.into_iter().chain(self.aliases).collect();
        aliases.retain(|alias| *alias != name);
        aliases.sort();
        aliases.dedup();
        Identity { name, evidence: self.evidence, aliases, folders: self.folders.into_iter().collect() }
    }
}

/// `prod-20261120` beside `prod-20261120.cluster.example.com` is one cluster, not two.
fn merge_short_names(mut candidates: BTreeMap<String, Candidate>) -> BTreeMap<String, Candidate> {
    let mut long_names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in candidates.keys() {
        if let Some(short) = short_name(name).filter(|short| candidates.contains_key(*short)) {
            long_names.entry(short.to_owned()).or_default().push(name.clone());
        }
    }
    for (short, long) in long_names {
        if let [long] = &long[..]
            && let Some(merged) = candidates.remove(&short)
            && let Some(target) = candidates.get_mut(long)
        {
            target.evidence.extend(merged.evidence);
            target.folders.extend(merged.folders);
        }
    }
    candidates
}

/// The first label of a domain name.
fn short_name(name: &str) -> Option<&str> {
    let (first, rest) = name.split_once('.')?;
    (rest.contains('.') && is_name(first)).then_some(first)
}

/// Names that tools give to whatever cluster there is. Source: defaults of Argo CD, kind, minikube, k3d, Docker
/// Desktop, kubeadm and Rancher.
const NOBODY: &[&str] = &[
    "in-cluster",
    "local-cluster",
    "local",
    "kubernetes",
    "default",
    "kind",
    "kind-kind",
    "minikube",
    "docker-desktop",
    "docker-for-desktop",
    "rancher-desktop",
    "orbstack",
    "colima",
    "cluster.local",
    "my-cluster",
    "mycluster",
    "cluster",
    "clusters",
    "templates",
    "template",
    "base",
    "common",
    "all",
    "none",
    "true",
    "false",
    "null",
    "name",
    "example",
    "test-cluster",
    "cluster-name",
    "clustername",
    "flux-system",
    "management",
    "config",
];

/// No object has a longer name in Kubernetes.
const LONGEST: usize = 253;

fn is_name(text: &str) -> bool {
    let local =
        ["kind-", "k3d-", "k3s-default", "minikube-", "kwok-", "colima-", "lima-", "crc-", "microk8s"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    plain
        && (2..=LONGEST).contains(&text.len())
        && text.chars().any(|c| c.is_ascii_alphabetic())
        && !local
        && !NOBODY.contains(&text)
}

fn strength(spelling: &str, is_taken: &impl Fn(&str) -> bool) -> Strength {
    if is_environment(spelling) {
        return Strength::Environment;
    }
    let odd = spelling.chars().any(|c| c.is_ascii_digit() || c == '-' || c == '.');
    let strong = spelling.len() >= 6 && odd && !is_all_common_words(spelling) && !is_taken(spelling);
    if strong { Strength::Strong } else { Strength::Weak }
}

fn finder(spellings: &BTreeMap<String, Spelling>) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    let finder = builder.match_kind(MatchKind::LeftmostLongest).build(spellings.keys());
    (!spellings.is_empty())
        .then(|| finder.expect("an automaton has room for more names than there is memory"))
}

/// Whether a word begins or ends here.
fn is_word_edge(text: &str, at: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    is_word(before) != is_word(text.as_bytes().get(at))
}

/// `gke_<project>_<zone>_` is what `gcloud` puts before the name of a cluster.
fn is_end_of_gke_context(text: &str, at: usize) -> bool {
    let before = window::text_before(text, at);
    let Some(prefix) = before.strip_suffix('_') else { return false };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let from = prefix.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    let mut parts = prefix[from..].split('_');
    parts.next() == Some("gke") && parts.count() == 2
}

/// The name of a file with more words is a sentence.
const MOST_WORDS: usize = 64;

/// `prod-x`, `prod-x.yaml`, `prod-x-values.yaml`, `values.prod-x.yaml`, `rke-prod-x`: the name and what is usually
/// added to it, which may be an environment where the name is no ordinary word.
fn is_called_after(part: &str, name: &str, is_odd: bool) -> bool {
    let Some(at) = part.find(name) else { return false };
    let (before, after) = (&part[..at], &part[at + name.len()..]);
    let open = |text: &str| text.is_empty() || text.ends_with(['-', '_', '.']);
    let closed = |text: &str| text.is_empty() || text.starts_with(['-', '_', '.']);
    let is_known = |word: &str| word.is_empty() || AFFIXES.contains(&word) || is_odd && is_environment(word);
    let known = |text: &str| text.split(['-', '_', '.']).all(is_known);
    open(before) && closed(after) && known(before) && known(after)
}

/// Words that people put before or after the name of a cluster in the name of a file.
const AFFIXES: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "tf",
    "tfvars",
    "hcl",
    "sh",
    "values",
    "cluster",
    "clusters",
    "config",
    "kubeconfig",
    "env",
    "kops",
    "eksctl",
    "eks",
    "gke",
    "aks",
    "rke",
    "cke",
    "secrets",
    "overlay",
    "patch",
    "apps",
    "app",
    "vars",
    "k8s",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};

    fn identities(names: &[(&str, &[Origin])]) -> Identities {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".into(), FileKind::Yaml, "".into());
        let span = Span::file_start(file);
        let candidates = names.iter().map(|(name, origins)| {
            let evidence = origins.iter().map(|&origin| Evidence { origin, span }).collect();
            ((*name).to_owned(), Candidate { evidence, ..Candidate::default() })
        });
        Identities::new(candidates.collect(), |word| word == "web-shop")
    }

    #[test]
    fn a_name_needs_a_spec_or_two_witnesses() {
        let known = identities(&[
            ("spec", &[Origin::Spec]),
            ("folder-only", &[Origin::Folder]),
            ("two-folders", &[Origin::Folder, Origin::Overlay]),
            ("argued", &[Origin::Argument, Origin::Overlay]),
            ("minikube", &[Origin::Command]),
        ]);
        assert_eq!(known.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["argued", "spec"]);
    }

    #[test]
    fn short_names_are_spellings_of_the_long_one() {
        let known =
            identities(&[("prod-7.k8s.example.com", &[Origin::Spec]), ("prod-7", &[Origin::Injection])]);
        assert_eq!(known.len(), 1);
        let found: Vec<_> =
            known.mentions("a prod-7 prod-7.k8s.example.com prod-77").map(|m| m.start).collect();
        assert_eq!(found, [2, 9]);
    }

    #[test]
    fn clouds_put_words_before_a_name() {
        let known = identities(&[("tokyo-1", &[Origin::Spec])]);
        let texts = [
            "arn:aws:eks:ap-northeast-1:123456789012:cluster/tokyo-1",
            "gke_example_asia-northeast1-a_tokyo-1",
            "api.tokyo-1.example.com",
        ];
        for text in texts {
            assert_eq!(known.mentions(text).count(), 1, "{text}");
        }
        assert_eq!(known.mentions("a_b_tokyo-1 gke_tokyo-1 tokyo-1_b").count(), 0);
    }

    #[test]
    fn common_words_are_not_searched_for_freely() {
        let known = identities(&[
            ("prod", &[Origin::Spec]),
            ("prod-eks", &[Origin::Spec]),
            ("gandalf", &[Origin::Spec]),
            ("web-shop", &[Origin::Spec]),
            ("tokyo-7", &[Origin::Spec]),
        ]);
        let strengths: Vec<_> = known
            .mentions("gandalf prod prod-eks tokyo-7 web-shop")
            .map(|mention| format!("{:?}", mention.strength))
            .collect();
        assert_eq!(strengths, ["Weak", "Environment", "Weak", "Strong", "Weak"]);
    }

    #[test]
    fn files_called_after_a_cluster_belong_to_it() {
        let known = identities(&[("prod-7", &[Origin::Spec])]);
        for path in ["clusters/prod-7/a.yaml", "apps/values-prod-7.yaml", "rke-prod-7/cluster.yml"] {
            assert_eq!(known.owners(path).len(), 1, "{path}");
        }
        for path in ["clusters/prod-77/a.yaml", "apps/web.yaml", "base/not-prod-7/a.yaml"] {
            assert!(known.owners(path).is_empty(), "{path}");
        }
    }
}
