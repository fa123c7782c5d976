//! `object-in-one-environment-only`: what runs in one environment alone was never tried, or is never used.

use super::{Check, Missing, Outcome, Violation, another};
use crate::codebase::Codebase;
use crate::codebase::environments::{Content, Item};
use crate::finding::{Another, Sentence, Subject};
use crate::model::cluster::is_cluster_group;
use crate::model::environment::{Group, Stage, skeleton, without_environment};
use crate::model::kinds::KindPattern;
use crate::source::Span;
use crate::yaml::Node;
use rayon::prelude::*;
use serde::Deserialize;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Compares the objects of environments that stand side by side.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ObjectInOneEnvironmentOnly {
    /// Further kinds that belong to one environment by their nature.
    expected: Vec<KindPattern>,
}

impl Check for ObjectInOneEnvironmentOnly {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let groups = codebase.environments();
        let compared: Vec<_> = groups.par_iter().filter_map(|group| Compared::of(codebase, group)).collect();
        for side in compared.iter().flat_map(|group| &group.sides) {
            outcome.looked_at(side.content.items.len());
        }
        let mut lonely: Vec<_> = compared.iter().flat_map(Compared::lonely).collect();
        lonely.retain(|one| !self.expected.iter().any(|kind| kind.matches(one.item.group, one.item.kind)));
        for bundle in bundles(codebase, lonely) {
            outcome.report(bundle.violation(codebase));
        }
    }
}

/// Groups whose objects belong to one environment by their nature, as cluster specs do. Group or the end of one, reason.
const EXPECTED: &[(&str, &str)] = &[
    ("karpenter.sh", "capacity"),
    ("karpenter.k8s.aws", "capacity"),
    ("machine.openshift.io", "capacity"),
    ("velero.io", "staging is restored from the backups of production"),
    ("image.toolkit.fluxcd.io", "a new version is tried in one environment first"),
];

/// The environments of a group that hold anything in common, the one closest to the users first.
struct Compared<'a> {
    sides: Vec<Side<'a>>,
    /// Folders beside them that may be environments too: what they have is not in one environment only.
    others: Side<'a>,
}

/// One environment.
struct Side<'a> {
    stage: Stage,
    members: &'a [&'a str],
    content: Content<'a>,
    /// What comes from a shared base is the same written object, which needs no comparison of names.
    heads: HashSet<Span>,
    by_name: OnceCell<HashMap<Key<'a>, Vec<usize>>>,
    by_skeleton: OnceCell<HashSet<Key<'a>>>,
    by_file: OnceCell<HashMap<Key<'a>, Vec<usize>>>,
}

/// Group, kind, and a name or a path without its environment.
type Key<'a> = (&'a str, &'a str, String);

/// An object that its environment alone has.
struct Lonely<'a> {
    item: &'a Item<'a>,
    side: &'a Side<'a>,
    lacking: Vec<&'a Side<'a>>,
}

/// Lonely objects that one line of a kustomization, or one folder, brings in together.
struct Bundle<'a> {
    first: Lonely<'a>,
    further: Vec<Lonely<'a>>,
}

impl<'a> Compared<'a> {
    /// Environments that share nothing with the others are not the same thing twice.
    fn of(codebase: &'a Codebase, group: &'a Group<'a>) -> Option<Self> {
        let sides: Vec<_> =
            group.environments.iter().map(|e| Side::new(codebase, e.stage, &e.members)).collect();
        let shares: Vec<_> = sides.iter().map(|side| side.shares_with_any(&sides)).collect();
        let sides = sides.into_iter().zip(shares).filter(|(_, shares)| *shares).map(|(side, _)| side);
        let sides: Vec<_> = sides.collect();
        let others = Side::new(codebase, Stage::Trial, &group.others);
        (sides.len() > 1).then_some(Self { sides, others })
    }

    /// What the environment closest to the users has and no other, and what it lacks although another has it.
    fn lonely(&'a self) -> Vec<Lonely<'a>> {
        let Some((reference, others)) = self.sides.split_first() else { return Vec::new() };
        let mut lonely = reference.alone(&others.iter().collect::<Vec<_>>());
        let mut seen = HashSet::new();
        for other in others {
            let alone = other.alone(&[reference]).into_iter();
            lonely.extend(alone.filter(|lonely| seen.insert(other.name_key(lonely.item))));
        }
        lonely.retain(|lonely| !self.others.has(lonely.side, lonely.item));
        lonely
    }
}

impl<'a> Side<'a> {
    fn new(codebase: &'a Codebase, stage: Stage, members: &'a [&'a str]) -> Self {
        let content = codebase.content(members);
        let heads = content.items.iter().map(|item| item.head.span()).collect();
        let (by_name, by_skeleton, by_file) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { stage, members, content, heads, by_name, by_skeleton, by_file }
    }

    fn has_skeleton(&self, item: &Item<'a>) -> bool {
        let skeletons = || self.content.items.iter().map(skeleton_key).collect();
        self.by_skeleton.get_or_init(skeletons).contains(&skeleton_key(item))
    }

    fn shares_with_any(&self, sides: &[Self]) -> bool {
        let others = || sides.iter().filter(|other| other.stage != self.stage);
        self.content.items.iter().any(|item| others().any(|other| other.has_named(self, item)))
    }

    /// Objects that none of the others has, or may have in what nobody read.
    fn alone(&'a self, lacking: &[&'a Self]) -> Vec<Lonely<'a>> {
        if lacking.iter().any(|other| !other.content.unread.is_subset(&self.content.unread)) {
            return Vec::new();
        }
        // Nearly all objects have a counterpart, so that is asked first.
        let items = self.content.items.iter();
        let alone = items.filter(|item| !lacking.iter().any(|other| other.has(self, item)));
        let alone = alone.filter(|item| !is_expected(item));
        alone.map(|item| Lonely { item, side: self, lacking: lacking.to_vec() }).collect()
    }

    /// Whether an object of `from` is here, maybe under another name.
    fn has(&self, from: &Self, item: &Item<'a>) -> bool {
        self.has_named(from, item) || self.has_skeleton(item) || item.own && self.has_in_place(from, item)
    }

    /// Whether an object of `from` is here under a name that differs by the environment only.
    fn has_named(&self, from: &Self, item: &Item<'a>) -> bool {
        if self.heads.contains(&item.head.span()) {
            return true;
        }
        let by_name = self.by_name.get_or_init(|| by_key(&self.content.items, |item| self.name_key(item)));
        let Some(here) = by_name.get(&from.name_key(item)) else { return false };
        let namespace = from.namespace(item);
        let mut ours = here.iter().map(|&index| self.namespace(&self.content.items[index]));
        ours.any(|ours| ours.is_none() || namespace.is_none() || ours == namespace)
    }

    /// Whether a file of the same name holds the same kind under a name that `from` lacks in turn: one thing with two
    /// names. Where the file lies elsewhere the names must resemble each other too.
    fn has_in_place(&self, from: &Self, item: &Item<'a>) -> bool {
        let by_file = self.by_file.get_or_init(|| by_key(&self.content.items, |item| self.file_key(item)));
        let here = by_file.get(&from.file_key(item)).into_iter().flatten();
        let path = from.normalised(item.path);
        here.map(|&index| &self.content.items[index])
            .filter(|ours| self.normalised(ours.path) == path || resemble(&ours.name, &item.name))
            .any(|ours| !from.has_named(self, ours))
    }

    fn name_key(&self, item: &Item<'a>) -> Key<'a> {
        (item.group, item.kind, self.normalised(&item.name))
    }

    fn file_key(&self, item: &Item<'a>) -> Key<'a> {
        let name = item.path.rsplit('/').next().unwrap_or_default();
        (item.group, item.kind, self.normalised(name))
    }

    fn namespace(&self, item: &Item<'a>) -> Option<String> {
        item.namespace.as_ref().map(|namespace| self.normalised(namespace))
    }

    fn normalised(&self, name: &str) -> String {
        let own: Vec<_> = self.members.iter().filter_map(|member| member.rsplit('/').next()).collect();
        without_environment(name, &own)
    }

    /// Words for a message: `` `overlays/prod` ``.
    fn title(&self) -> String {
        match self.members {
            [] => String::new(),
            [only] => format!("`{only}`"),
            [one, other] => format!("`{one}` and `{other}`"),
            [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
        }
    }
}

impl Lonely<'_> {
    fn title(&self) -> String {
        format!("{} `{}`", self.item.kind, self.item.name)
    }

    fn subject(&self) -> Subject {
        let title = self.title();
        Subject::new(title.clone()).or_alone(format!("{title} exists"))
    }

    fn place(&self, message: String) -> Another {
        another(self.item.object, self.item.head, message).about(self.subject())
    }
}

/// One object may be lonely in several groups, as when a cluster takes in an overlay: it counts where it is written.
fn bundles<'a>(codebase: &Codebase, mut lonely: Vec<Lonely<'a>>) -> Vec<Bundle<'a>> {
    lonely.sort_by_key(|lonely| !lonely.item.own);
    let mut seen = HashSet::new();
    lonely.retain(|lonely| seen.insert(lonely.item.head.span()));
    let mut bundles: BTreeMap<_, Bundle<'_>> = BTreeMap::new();
    for one in lonely {
        let line = one.item.listed.map(Node::span);
        let place = if line.is_some() { "" } else { folder_or_file(codebase, one.item) };
        let key = (line, place, one.lacking.len());
        if let Some(bundle) = bundles.get_mut(&key) {
            bundle.further.push(one);
        } else {
            bundles.insert(key, Bundle { first: one, further: Vec::new() });
        }
    }
    bundles.into_values().collect()
}

/// A folder inside of an environment is one application; what lies in the environment itself is not.
fn folder_or_file<'a>(codebase: &'a Codebase, item: &Item<'_>) -> &'a str {
    let source = codebase.source(item.head.span().file);
    if item.own && item.path.contains('/') { source.folder() } else { source.path() }
}

impl Bundle<'_> {
    fn violation(&self, codebase: &Codebase) -> Violation {
        let Lonely { item, side, lacking } = &self.first;
        let place = item.listed.filter(|_| !self.further.is_empty()).unwrap_or(item.head);
        let mut violation = Violation::at(place, "");
        let is_declared_here = place.span() == item.head.span();
        let subject = is_declared_here.then(|| self.first.subject());
        violation = violation.telling(subject, self.sentence());
        violation = if is_declared_here {
            violation.in_object(item.object, item.head)
        } else {
            violation.also_at(self.first.place("it is declared here".into()))
        };
        let further = self.further.iter();
        let further = further.map(|one| one.place(format!("{} as well", one.title())));
        violation = violation.with_others(further, MOST_SHOWN);
        for other in lacking {
            violation = other.show(codebase, violation);
        }
        let violation = violation.for_want_of(Missing::below(side.hidden_in(lacking)));
        let trial = side.stage == Stage::Trial || lacking.iter().all(|other| other.stage == Stage::Trial);
        let production = side.stage.max(lacking[0].stage) == Stage::Production;
        let violation = if trial || !production { violation.weaker() } else { violation };
        // A tool for developers alone is usual, an application that only they have is not.
        if side.stage == Stage::Development { violation.less_sure() } else { violation }
    }

    fn sentence(&self) -> Sentence {
        let Lonely { side, lacking, .. } = &self.first;
        let others: Vec<_> = lacking.iter().map(|other| other.title()).collect();
        let why = if side.stage.max(lacking[0].stage) < Stage::Production {
            "the two are not built alike"
        } else if side.stage > lacking[0].stage {
            "nobody has tried it before it comes to the users"
        } else {
            "what is tried there is not what the users get"
        };
        Sentence::Counted {
            start: String::new(),
            one_more: " and {} exist",
            more: " and {} more objects exist",
            end: format!(" in {} and not in {}: {why}", side.title(), others.join(" or ")),
        }
    }
}

impl Side<'_> {
    /// What may hold more than is known of other environments: their folders, and files from elsewhere that are broken
    /// for them alone.
    fn hidden_in(&self, others: &[&Self]) -> Vec<String> {
        let folders = others.iter().flat_map(|other| other.members);
        let broken = others.iter().flat_map(|other| other.content.broken.difference(&self.content.broken));
        folders.chain(broken).map(|path| (*path).to_owned()).collect()
    }

    /// Shows where this environment does not take the object in.
    fn show(&self, codebase: &Codebase, violation: Violation) -> Violation {
        let [entry] = self.content.entries[..] else { return violation };
        let Some(kustomization) = codebase.kustomization(entry) else { return violation };
        let key = ["resources", "bases"].into_iter().find_map(|name| kustomization.field(name));
        let span = key.map_or(Span::file_start(kustomization.file()), |entry| entry.key.span());
        violation.with_related(span, "not taken in here")
    }
}

/// Further places shown for one finding.
const MOST_SHOWN: usize = 5;

/// Whether at least half of the words in two names are in both.
fn resemble(left: &str, right: &str) -> bool {
    let words = |name: &str| name.split(['-', '_', '.']).map(str::to_owned).collect::<BTreeSet<_>>();
    let (left, right) = (words(left), words(right));
    2 * left.intersection(&right).count() >= left.union(&right).count()
}

fn by_key<'a>(items: &[Item<'a>], key: impl Fn(&Item<'a>) -> Key<'a>) -> HashMap<Key<'a>, Vec<usize>> {
    let mut by_key: HashMap<Key<'a>, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        by_key.entry(key(item)).or_default().push(index);
    }
    by_key
}

fn skeleton_key<'a>(item: &Item<'a>) -> Key<'a> {
    (item.group, item.kind, skeleton(&item.name))
}

fn is_expected(item: &Item<'_>) -> bool {
    is_cluster_group(item.group)
        || EXPECTED.iter().any(|(group, _)| {
            item.group.strip_suffix(group).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
}
