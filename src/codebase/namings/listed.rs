//! Lists of clusters: where other clusters are named beside, in the same way.
//!
//! It is the shape of the text that counts, so YAML, JSON, HCL, Makefiles and scripts are read alike.

use crate::model::identity::{Mention, Strength};
use crate::model::mention::Surroundings;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Where the names begin that stand in a list of several clusters, or are keys of a mapping of them.
pub(super) fn listed(text: &str, mentions: &[Mention<'_>]) -> HashSet<usize> {
    let names = || mentions.iter().filter(|mention| mention.strength == Strength::Strong);
    let clusters: BTreeSet<u32> = names().map(|name| name.number).collect();
    if clusters.len() < 2 {
        return HashSet::new();
    }
    let names: Vec<&Mention<'_>> = names().collect();
    let mut listed = in_rows(text, &names);
    listed.extend(in_lines(text, &names));
    listed
}

/// Names on lines of one block that begin alike: items, keys, and fields of items.
fn in_rows(text: &str, names: &[&Mention<'_>]) -> HashSet<usize> {
    let mut rows: HashMap<(Option<usize>, String), Vec<&Mention<'_>>> = HashMap::new();
    let (mut blocks, mut start, mut names) = (Blocks::default(), 0, names.iter().peekable());
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let (parent, item) = blocks.enter(line, start);
        while let Some(name) = names.next_if(|name| name.start < end) {
            let before = text.get(start..name.start).filter(|before| before.len() <= LONGEST_START);
            let Some(before) = before else { continue };
            let list = match item {
                _ if begins_item(before) => parent.map(|block| block.start),
                Some(item) => item.parent,
                None => continue,
            };
            rows.entry((list, likeness(before))).or_default().push(name);
        }
        start = end;
    }
    rows.into_values().filter(|row| are_several(row)).flatten().map(|name| name.start).collect()
}

/// A line of a list begins with less than this, and one of a minified file with more.
const LONGEST_START: usize = 200;

/// What stands before a name, without what may differ from cluster to cluster: regions, accounts and other numbers.
fn likeness(before: &str) -> String {
    let part = |part: &str| {
        if part.contains(|c: char| c.is_ascii_digit()) { "#".to_owned() } else { part.to_owned() }
    };
    before.split(':').map(part).collect::<Vec<_>>().join(":")
}

fn are_several(row: &[&Mention<'_>]) -> bool {
    row.iter().any(|name| name.number != row[0].number)
}

/// `- NAME`, `- name: NAME`, `{ name = "NAME"`, `"arn:…/NAME"`; `"NAME"` and `[NAME]`, which may be keys as well.
fn begins_item(before: &str) -> bool {
    let before = before.trim_start();
    let is_quoted = || before.strip_prefix('"').is_some_and(|rest| !rest.contains(['"', ' ', '\t']));
    before.starts_with(['-', '{']) || is_quoted() || before.trim_matches(['\'', '[']).is_empty()
}

/// Names on one line with nothing between them but what separates items: `[a, b]`, `for x in a b`, `CLUSTERS = a b`.
fn in_lines(text: &str, names: &[&Mention<'_>]) -> HashSet<usize> {
    let mut listed = HashSet::new();
    let mut is_list = false;
    for pair in names.windows(2) {
        let (one, next) = (pair[0], pair[1]);
        let between = text.get(one.end..next.start).unwrap_or("\n");
        let is_separated =
            between.chars().all(|c| " ,\"'\t".contains(c)) && between.contains([' ', ',', '\t']);
        is_list = is_separated
            && (is_list || between.contains(',') || is_in_list(Surroundings::new(text, one.start, one.end)));
        if is_list && one.number != next.number {
            listed.extend([one.start, next.start]);
        }
    }
    listed
}

/// Whether what stands before on the line says that several follow: `for x in`, `CLUSTERS :=`, `clusters=(`.
fn is_in_list(name: Surroundings<'_>) -> bool {
    let before = name.before();
    let assigned = before.split_once('=').map(|(key, _)| key.trim_end_matches([':', '?', '+', ' ']));
    let is_variable = |key: &str| {
        let word = key.rsplit(' ').next().unwrap_or_default();
        !word.starts_with('-') && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    before.contains(" in ") || assigned.is_some_and(is_variable)
}

/// The lines that enclose a line, as their indentation tells.
#[derive(Default)]
struct Blocks(Vec<Block>);

#[derive(Clone, Copy)]
struct Block {
    indentation: usize,
    start: usize,
    /// Whether the line begins an item of a list.
    is_item: bool,
    /// The start of the line that encloses this one.
    parent: Option<usize>,
}

impl Blocks {
    /// Goes on to the line that starts there, and tells the one that encloses it, and the nearest item around that.
    fn enter(&mut self, line: &str, start: usize) -> (Option<Block>, Option<Block>) {
        let content = line.trim_start();
        if content.is_empty() {
            return (None, None);
        }
        let is_item = content.starts_with(['-', '{']);
        // YAML does not indent the items below their key.
        let indentation = 2 * (line.len() - content.len()) + usize::from(content.starts_with('-'));
        self.0.truncate(self.0.partition_point(|block| block.indentation < indentation));
        let parent = self.0.last().copied();
        let item = self.0.iter().rev().find(|block| block.is_item).copied();
        self.0.push(Block { indentation, start, is_item, parent: parent.map(|block| block.start) });
        (parent, item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::identity::{Candidate, Evidence, Identities, Origin};
    use crate::source::{FileKind, Sources, Span};

    /// The names that are listed.
    fn found(text: &str) -> Vec<&str> {
        let file = Sources::default().add("a".into(), FileKind::Shell, text.into());
        let evidence = Evidence { origin: Origin::Spec, span: Span::file_start(file) };
        let candidate = || Candidate { evidence: vec![evidence], ..Candidate::default() };
        let names = ["tokyo-1", "osaka-7"].map(|name| (name.to_owned(), candidate()));
        let identities = Identities::new(names.into(), |_| false);
        let mentions: Vec<Mention<'_>> = identities.mentions(text).collect();
        let mut listed: Vec<usize> = listed(text, &mentions).into_iter().collect();
        listed.sort_unstable();
        listed.into_iter().map(|start| &text[start..start + 7]).collect()
    }

    #[test]
    fn lists_and_mappings_of_clusters_are_seen() {
        let both = [
            "options:\n- tokyo-1\n- osaka-7\n",
            "projects:\n- name: tokyo-1\n  dir: a\n- name: osaka-7\n  dir: b\n",
            "clusters:\n- env: a\n  name: tokyo-1\n- env: b\n  name: osaka-7\n",
            "targets: [tokyo-1, osaka-7]\n",
            "jobs:\n- targets: [a]\n  labels:\n    cluster: tokyo-1\n- targets: [b]\n  labels:\n    cluster: osaka-7\n",
            "- arn:aws:eks:eu-west-1:1:cluster/tokyo-1\n- arn:aws:eks:ap-northeast-3:2:cluster/osaka-7\n",
            "locals {\n  accounts = {\n    \"tokyo-1\" = 1\n    \"osaka-7\" = 2\n  }\n}\n",
            "x = [\n  {\n    name = \"tokyo-1\"\n  },\n  {\n    name = \"osaka-7\"\n  },\n]\n",
            "for cluster in tokyo-1 osaka-7; do\n",
            "CLUSTERS := staging tokyo-1 osaka-7\n",
            "declare -A AGE=(\n  [tokyo-1]=36\n  [osaka-7]=26\n)\n",
            "roles = [\n  \"arn:aws:iam::1:role/argocd-tokyo-1\",\n  \"arn:aws:iam::1:role/argocd-osaka-7\",\n]\n",
            "choice(choices: ['tokyo-1', 'osaka-7'])\n",
        ];
        for text in both {
            assert_eq!(found(text), ["tokyo-1", "osaka-7"], "{text}");
        }
    }

    #[test]
    fn names_that_only_stand_near_each_other_are_no_list() {
        let none = [
            "a: tokyo-1\nb: osaka-7\n",
            "scripts/copy.sh tokyo-1 osaka-7\n",
            "copy --mode=full tokyo-1 osaka-7\n",
            "blue:\n- tokyo-1\ngreen:\n- osaka-7\n",
            "old: tokyo-1 # osaka-7\n",
            "- tokyo-1\n- tokyo-1\n",
            "module \"a\" {\n  name = \"tokyo-1\"\n}\nmodule \"b\" {\n  name = \"osaka-7\"\n}\n",
        ];
        for text in none {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
