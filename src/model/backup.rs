//! Backups: who saves what, as far as the code says it.

use super::glob;
use super::object::Object;
use super::shell::{self, Command, LineBreaks, Pipeline, Word};
use crate::yaml::{Entry, Node, Shape, Value};
use regex::Regex;
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
            !item.is_templated() && !is_variable(&text) && !text.contains(['*', '?', '['])
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
    pattern.is_templated() || is_variable(&pattern.text()) || glob::matches(&pattern.text(), namespace)
}

fn surely_fits(pattern: Node<'_>, namespace: &str) -> bool {
    !pattern.is_templated() && !is_variable(&pattern.text()) && glob::matches(&pattern.text(), namespace)
}

fn is_variable(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}

/// What an object saves, if it is a declaration of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saves {
    /// Namespaces that it chooses itself, or all.
    Cluster,
    /// Data of its own namespace.
    Namespace,
}

/// A kind of object that declares a backup.
#[derive(Debug)]
struct Tool {
    group: &'static str,
    kind: &'static str,
    /// A field that must be there, with this value unless it is empty.
    field: &'static [&'static str],
    value: &'static str,
    saves: Saves,
}

const fn tool(group: &'static str, kind: &'static str, saves: Saves) -> Tool {
    Tool { group, kind, field: &[], value: "", saves }
}

/// Source: the documentation of each tool. Snapshots that stay in the cluster are no backup and not listed.
const TOOLS: &[Tool] = &[
    tool("velero.io", "Schedule", Saves::Cluster),
    tool("velero.io", "Backup", Saves::Cluster),
    tool("oadp.openshift.io", "DataProtectionApplication", Saves::Cluster),
    tool("config.kio.kasten.io", "Policy", Saves::Cluster),
    tool("trilio.io", "ClusterBackupPlan", Saves::Cluster),
    tool("triliovault.trilio.io", "BackupPlan", Saves::Namespace),
    tool("resources.cattle.io", "Backup", Saves::Cluster),
    tool("k8up.io", "Schedule", Saves::Namespace),
    tool("k8up.io", "Backup", Saves::Namespace),
    tool("backup.appuio.ch", "Schedule", Saves::Namespace),
    tool("core.kubestash.com", "BackupConfiguration", Saves::Namespace),
    tool("core.kubestash.com", "BackupBlueprint", Saves::Cluster),
    tool("stash.appscode.com", "BackupConfiguration", Saves::Namespace),
    tool("stash.appscode.com", "BackupBlueprint", Saves::Cluster),
    tool("volsync.backube", "ReplicationSource", Saves::Namespace),
    tool("gemini.fairwinds.com", "SnapshotGroup", Saves::Namespace),
    tool("postgresql.cnpg.io", "ScheduledBackup", Saves::Namespace),
    tool("barmancloud.cnpg.io", "ObjectStore", Saves::Namespace),
    tool("moco.cybozu.com", "BackupPolicy", Saves::Namespace),
    tool("k8s.mariadb.com", "Backup", Saves::Namespace),
    tool("pingcap.com", "BackupSchedule", Saves::Namespace),
    tool("medusa.k8ssandra.io", "MedusaBackupSchedule", Saves::Namespace),
    tool("gkebackup.cnrm.cloud.google.com", "GKEBackupBackupPlan", Saves::Cluster),
    Tool {
        group: "longhorn.io",
        kind: "RecurringJob",
        field: &["spec", "task"],
        value: "backup",
        saves: Saves::Cluster,
    },
    Tool {
        group: "postgresql.cnpg.io",
        kind: "Cluster",
        field: &["spec", "backup"],
        value: "",
        saves: Saves::Namespace,
    },
    Tool {
        group: "postgres-operator.crunchydata.com",
        kind: "PostgresCluster",
        field: &["spec", "backups", "pgbackrest"],
        value: "",
        saves: Saves::Namespace,
    },
    Tool {
        group: "pxc.percona.com",
        kind: "PerconaXtraDBCluster",
        field: &["spec", "backup", "schedule"],
        value: "",
        saves: Saves::Namespace,
    },
    Tool {
        group: "psmdb.percona.com",
        kind: "PerconaServerMongoDB",
        field: &["spec", "backup", "tasks"],
        value: "",
        saves: Saves::Namespace,
    },
    Tool {
        group: "mysql.oracle.com",
        kind: "InnoDBCluster",
        field: &["spec", "backupSchedules"],
        value: "",
        saves: Saves::Namespace,
    },
];

/// What an object saves. A `CronJob` that is called a backup, or runs a program that saves, counts for its namespace.
pub fn saved_by(object: Object<'_>) -> Option<Saves> {
    let known = TOOLS.iter().find(|tool| tool.is(object)).map(|tool| tool.saves);
    known.or_else(|| (object.is("batch", "CronJob") && is_backup_job(object)).then_some(Saves::Namespace))
}

impl Tool {
    fn is(&self, object: Object<'_>) -> bool {
        let field = || object.at(self.field);
        object.is(self.group, self.kind)
            && field().is_some_and(|node| self.value.is_empty() || node.is_text(self.value))
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
}
