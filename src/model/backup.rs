//! Backups: who saves what, as far as the code says it.

use super::field::Field;
use super::glob;
use super::injected::is_injected;
use super::object::Object;
use super::shell::{self, Command, LineBreaks, Pipeline, Word};
use crate::facts;
use crate::yaml::{Entry, Node, Shape, Value};
use regex::Regex;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A Velero schedule: an object of its own, or an entry of `schedules:` in the values of Velero's chart.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// Its name.
    pub name: Node<'a>,
    /// The mapping that holds `schedule` and `template`.
    pub spec: Node<'a>,
}

/// Whether a schedule saves a namespace.
#[derive(Debug, Clone, Copy)]
pub enum Coverage<'a> {
    /// All of it, or as much as the code tells.
    Saved,
    /// The list of namespaces under this key does not name it.
    NotIncluded(Node<'a>),
    /// It is left out by this entry.
    Excluded(Node<'a>),
    /// The schedule is paused.
    Paused,
}

impl<'a> Schedule<'a> {
    /// The schedule that this object is.
    pub fn of_object(object: Object<'a>) -> Option<Self> {
        let spec = object.is("velero.io", "Schedule").then(|| object.spec())??;
        Some(Self { name: object.head(), spec })
    }

    /// The schedules in the values of Velero's Helm chart.
    pub fn of_values(values: Node<'a>) -> impl Iterator<Item = Self> {
        let entries = values.get("schedules").into_iter().flat_map(Node::entries);
        let schedules = entries.filter(|entry| entry.value.get("schedule").is_some());
        schedules.map(|entry| Self { name: entry.key, spec: entry.value })
    }

    /// Whether it saves this namespace. What the code does not tell counts as saved.
    pub fn coverage(self, namespace: &str) -> Coverage<'a> {
        if self.is_paused() {
            return Coverage::Paused;
        }
        let Some(template) = self.template() else { return Coverage::Saved };
        let excluded = template.get("excludedNamespaces").into_iter().flat_map(Node::items);
        let missing = self.included().filter(|list| !list.value.items().any(|item| fits(item, namespace)));
        match (missing, excluded.filter(|item| surely_fits(*item, namespace)).last()) {
            (Some(list), _) => Coverage::NotIncluded(list.key),
            (_, Some(entry)) => Coverage::Excluded(entry),
            _ => Coverage::Saved,
        }
    }

    /// The namespaces that it names one by one, where it saves no other.
    pub fn plainly_included(self) -> Option<Vec<String>> {
        let list = self.included()?;
        let is_plain = |item: Node<'_>| {
            let text = item.text();
            !item.is_templated() && !is_injected(&text) && !text.contains(['*', '?', '['])
        };
        let names = list.value.items().map(|item| is_plain(item).then(|| item.text().into_owned()));
        names.collect()
    }

    /// `includedNamespaces`, where it limits the schedule.
    pub fn included(self) -> Option<Entry<'a>> {
        let list = self.template()?.entry("includedNamespaces");
        list.filter(|list| list.value.items().next().is_some())
    }

    /// Whether it never runs. Velero's chart has `disabled` for the same thing.
    pub fn is_paused(self) -> bool {
        let switches = ["paused", "disabled"].into_iter().filter_map(|key| self.spec.get(key));
        switches.into_iter().any(|node| matches!(node.value(), Value::Bool(true)))
    }

    fn template(self) -> Option<Node<'a>> {
        self.spec.get("template")
    }
}

fn fits(pattern: Node<'_>, namespace: &str) -> bool {
    pattern.is_templated() || is_injected(&pattern.text()) || glob::matches(&pattern.text(), namespace)
}

fn surely_fits(pattern: Node<'_>, namespace: &str) -> bool {
    !pattern.is_templated() && !is_injected(&pattern.text()) && glob::matches(&pattern.text(), namespace)
}

/// What an object saves, if it is a declaration of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Saves {
    /// Namespaces that it chooses itself, or all.
    Cluster,
    /// Data of its own namespace.
    Namespace,
}

/// A row of `data/backup-tools.yaml`, where each column is explained.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    /// For whoever reads the table.
    #[serde(rename = "tool")]
    _name: String,
    #[serde(default)]
    objects: Vec<Declaration>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    texts: Vec<String>,
}

/// A kind of object that declares a backup.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    group: String,
    kind: String,
    field: Option<Field>,
    value: Option<String>,
    saves: Saves,
}

static TOOLS: LazyLock<Vec<Tool>> =
    LazyLock::new(|| facts::rows(include_str!("../../data/backup-tools.yaml")));

/// By kind, because every object there is is looked up.
static DECLARATIONS: LazyLock<HashMap<&str, Vec<&Declaration>>> = LazyLock::new(|| {
    let mut by_kind: HashMap<&str, Vec<&Declaration>> = HashMap::new();
    for declaration in TOOLS.iter().flat_map(|tool| &tool.objects) {
        by_kind.entry(&declaration.kind).or_default().push(declaration);
    }
    by_kind
});

/// What an object saves. A `CronJob` that is called a backup, or runs a program that saves, counts for its namespace.
pub fn saved_by(object: Object<'_>) -> Option<Saves> {
    let mut declarations = DECLARATIONS.get(object.kind()).into_iter().flatten();
    let known = declarations.find(|known| known.is(object)).map(|known| known.saves);
    known.or_else(|| (object.is("batch", "CronJob") && is_backup_job(object)).then_some(Saves::Namespace))
}

/// Whether a path tells that somebody thought of backups.
pub fn is_named_in_path(path: &str) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        let words = TOOLS.iter().flat_map(|tool| &tool.paths).map(|word| regex::escape(word));
        let words = words.collect::<Vec<_>>().join("|");
        Regex::new(&format!("(?i)(?:^|[^a-z])(?:{words})")).expect("escaped words")
    });
    WORDS.is_match(path)
}

/// Whether a text tells that somebody thought of backups. The word alone may be the name of any field.
pub fn is_named_in_text(text: &str) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        let words = TOOLS.iter().flat_map(|tool| &tool.texts).map(|word| regex::escape(word));
        Regex::new(&words.collect::<Vec<_>>().join("|")).expect("escaped words")
    });
    WORDS.is_match(text)
}

impl Declaration {
    fn is(&self, object: Object<'_>) -> bool {
        let has = |field: &Field| {
            let node = field.node(object.root());
            node.is_some_and(|node| self.value.as_ref().is_none_or(|value| node.is_text(value)))
        };
        object.is(&self.group, &self.kind) && self.field.as_ref().is_none_or(has)
    }
}

fn is_backup_job(object: Object<'_>) -> bool {
    let name = object.name().unwrap_or_default().to_ascii_lowercase();
    name.contains("backup") || name.contains("dump") || holds_command(object.root())
}

fn holds_command(node: Node<'_>) -> bool {
    node.walk().any(|node| match node.shape() {
        Shape::Scalar => is_backup_script(&node.text(), MAX_QUOTED),
        Shape::Mapping => is_backup_container(node),
        Shape::Sequence => false,
    })
}

/// `command: [restic]` with `args: [backup, /data]` is one command.
fn is_backup_container(node: Node<'_>) -> bool {
    let lists = ["command", "args"].into_iter().filter_map(|key| node.get(key));
    let words: Vec<_> = lists.flat_map(Node::items).map(Node::text).collect();
    words.len() > 1 && may_save(&words[0]) && is_backup_script(&words.join(" "), MAX_QUOTED)
}

/// A script in quotes in a script in quotes is the deepest that is read.
const MAX_QUOTED: usize = 2;

fn is_backup_script(text: &str, quoted: usize) -> bool {
    may_save(text)
        && shell::read(text, LineBreaks::End)
            .iter()
            .flat_map(|pipeline| &pipeline.commands)
            .any(|command| is_backup_command(command, quoted))
}

/// Whether one of these commands saves data out of a cluster.
pub fn saves(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().any(|command| is_backup_command(command, MAX_QUOTED))
}

/// One command decides: what the next line does is done by another.
fn is_backup_command(command: &Command, quoted: usize) -> bool {
    if command.program().is_some_and(|program| INSTALLERS.contains(&&*program)) {
        return false;
    }
    let has_space = |word: &&Word| word.text.contains(char::is_whitespace);
    let texts = command.words.iter().filter(|word| !has_space(word)).map(|word| word.text.as_str());
    COMMAND.is_match(&texts.collect::<Vec<_>>().join(" "))
        || quoted > 0
            && command.words.iter().filter(has_space).any(|word| is_backup_script(&word.text, quoted - 1))
}

/// They name programs without running them.
const INSTALLERS: [&str; 17] = [
    "echo", "printf", "which", "type", "hash", "man", "test", "[", "apt", "apt-get", "apk", "yum", "dnf",
    "brew", "pip", "pip3", "choco",
];

/// Whether a text names a program that saves; most name none and need not be read.
pub fn may_save(text: &str) -> bool {
    static PROGRAM: LazyLock<Regex> = LazyLock::new(|| {
        let programs = "velero|etcd|talosctl|pg_|mysqldump|mongodump|xtrabackup|wal-|restic|kopia|borg";
        Regex::new(programs).expect("the programs above are a valid pattern")
    });
    PROGRAM.is_match(text)
}

/// Source: the command-line references of the programs.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let commands = [
        r"velero\s+(?:\S+\s+)*?(?:backup|schedule)\s+create",
        r"velero\s+create\s+(?:backup|schedule)",
        r"etcdctl\s+(?:\S+\s+)*?snapshot\s+save",
        r"etcdctl\s+(?:\S+\s+)*?backup(?:\s|$)",
        r"(?:rke|k3s|rke2)\s+etcd[- ]snapshot(?:-save|\s+save)?",
        r"talosctl\s+(?:\S+\s+)*?etcd\s+snapshot",
        r"\b(?:pg_dump|pg_dumpall|pg_basebackup|mysqldump|mongodump|xtrabackup)\b",
        r"\b(?:wal-g|wal-e)\s+\S*backup",
        r"\b(?:restic|kopia|borg|autorestic)\s+(?:\S+\s+)*?(?:backup|snapshot|create)\b",
    ];
    Regex::new(&commands.join("|")).expect("the commands above are valid patterns")
});

/// Whether Terraform declares a backup. Source: the Terraform registry.
pub fn declares_backup(text: &str) -> bool {
    static RESOURCE: LazyLock<Regex> = LazyLock::new(|| {
        let resources =
            "aws_backup_plan|google_gke_backup_backup_plan|azurerm_data_protection_backup_instance_\\w+";
        Regex::new(&format!(r#"resource\s+"(?:{resources})""#)).expect("a constant pattern")
    });
    RESOURCE.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_save_are_known() {
        let saves = |text: &str| is_backup_script(text, MAX_QUOTED);
        let yes = [
            "velero backup create nightly",
            "velero --kubecontext a backup create x",
            "velero \\\n  backup create x",
            "ETCDCTL_API=3 etcdctl --endpoints=$E snapshot save /a.db",
            "pg_dumpall | gzip > a.gz",
            "kubectl exec db-0 -- bash -c \"cd /tmp\npg_dump x | restic backup --stdin\"",
            "if x; then restic -r \"a b\" backup /data; fi",
            "x=$(etcdctl snapshot save a)",
        ];
        for text in yes {
            assert!(saves(text), "{text}");
        }
        let no = [
            "velero backup get",
            "etcdctl snapshot restore a.db",
            "echo restic",
            "kubectl get backup",
            "apt-get install -y restic\nkubectl create namespace x",
            "restic version; kubectl create -f a",
            "# pg_dump x",
            "echo 'pg_dump x'",
        ];
        for text in no {
            assert!(!saves(text), "{text}");
        }
    }

    #[test]
    fn tools_are_known_by_their_names() {
        assert!(is_named_in_path("addons/Velero/values.yaml") && is_named_in_path("scripts/backup.sh"));
        assert!(is_named_in_text("url: https://charts.kasten.io") && is_named_in_text("aws_backup_plan"));
        assert!(!is_named_in_path("apps/web.yaml") && !is_named_in_text("backup: a field of anything"));
    }
}
