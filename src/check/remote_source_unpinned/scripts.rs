//! What scripts and pipelines fetch into the cluster: manifests by address, charts, Kubernetes itself.

use super::{Fetched, Written};
use crate::codebase::Codebase;
use crate::model::remote::{Pinned, address, chart_version, is_archive};
use crate::model::script::{Script, scripts};
use crate::model::shell::{Command, Word};
use crate::source::Source;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

const MANIFEST: &str = "Take the address of one release, or commit the file.";
const CHART: &str = "Add `--version` with the version that is installed today.";
const INSTALLER: &str = "Set the variable with the version that runs today before the script.";

/// What every command of a script fetches.
pub(super) fn sources(codebase: &Codebase) -> Vec<Fetched<'_>> {
    let judged = |source: &&Source| codebase.zone(source.id()).is_meant();
    let fetching = codebase.sources().iter().filter(judged).filter(|source| WORDS.is_match(source.text()));
    let mut sources = Vec::new();
    for source in fetching {
        let scripts = scripts(source, codebase.tree(source.id()));
        let versions = INSTALLERS.map(|(_, variable)| source.text().contains(variable));
        let repositories = scripts.iter().flat_map(repositories).collect();
        for script in &scripts {
            for pipeline in script.pipelines() {
                for command in &pipeline.commands {
                    fetched(versions, script, command, &repositories, &mut sources);
                }
            }
        }
    }
    sources
}

/// A file without any of these fetches nothing.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i:kubectl|(?-u:\b)oc)(?-u:\b).*(?:https?://|github\.com)|helm\s+repo\s+add|oci://|get\.k3s\.io|get\.rke2\.io";
    Regex::new(words).expect("the pattern is constant")
});

fn fetched(
    versions: [bool; 2],
    script: &Script<'_>,
    command: &Command,
    repositories: &HashSet<String>,
    sources: &mut Vec<Fetched<'_>>,
) {
    match command.program().as_deref() {
        Some("kubectl" | "oc") => sources.extend(manifests(script, command)),
        Some("helm") => sources.extend(chart(script, command, repositories)),
        Some("curl" | "wget") => sources.extend(installer(versions, script, command)),
        _ => {}
    }
}

/// `kubectl apply -f https://…`.
fn manifests<'a>(script: &Script<'_>, command: &Command) -> Vec<Fetched<'a>> {
    let applies = |word: &Word| matches!(&*word.text, "apply" | "create" | "replace");
    if !command.arguments().iter().any(applies) {
        return Vec::new();
    }
    let addresses = command.arguments().iter().filter_map(|word| {
        let at = ["https://", "http://", "github.com/"].iter().find_map(|start| word.text.find(start))?;
        let text = &word.text[at..];
        (at == 0 || word.text.starts_with('-')).then(|| {
            let what = format!("`{text}`");
            at_word(script, word, what, address(text), text, MANIFEST)
        })
    });
    addresses.collect()
}

/// `helm upgrade web example/web` without `--version`. A path looks alike, so the repository must be known.
fn chart<'a>(script: &Script<'_>, command: &Command, repositories: &HashSet<String>) -> Option<Fetched<'a>> {
    let operands: Vec<&Word> = command.operands(&VALUE_FLAGS).collect();
    let verb = operands.first()?;
    let chart = match &*verb.text {
        "install" | "upgrade" => operands.get(2).or_else(|| operands.get(1))?,
        _ => return None,
    };
    let repository = chart.text.split('/').next().unwrap_or_default();
    let is_remote = chart.text.starts_with("oci://")
        || chart.text.contains('/') && repositories.contains(repository)
        || command.flag(&["--repo"]).is_some();
    if !is_remote || chart.expands || is_archive(&chart.text) {
        return None;
    }
    let version = command.flag(&["--version"]);
    let pinned = version.map_or(Pinned::Missing, chart_version);
    let what = format!("Chart `{}`", chart.text);
    Some(at_word(script, chart, what, pinned, version.unwrap_or_default(), CHART))
}

/// Flags whose value is no operand. Source: `helm upgrade --help`.
const VALUE_FLAGS: [&str; 16] = [
    "-n",
    "--namespace",
    "-f",
    "--values",
    "--set",
    "--set-string",
    "--set-file",
    "--set-json",
    "--version",
    "--repo",
    "--timeout",
    "--kube-context",
    "--kubeconfig",
    "--username",
    "--password",
    "--history-max",
];

/// Names under which repositories of charts are added.
fn repositories(script: &Script<'_>) -> Vec<String> {
    let pipelines = script.pipelines();
    let commands = pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    let helm = commands.filter(|command| command.program().as_deref() == Some("helm"));
    let names = helm.filter_map(|command| {
        let words: Vec<&str> = command.operands(&VALUE_FLAGS).map(|word| &*word.text).collect();
        match words.as_slice() {
            ["repo", "add", name, ..] => Some((*name).to_owned()),
            _ => None,
        }
    });
    names.collect()
}

/// `curl https://get.k3s.io | sh -`, which installs what is stable that day. `versions` says which variables of
/// [`INSTALLERS`] stand in the file.
fn installer<'a>(versions: [bool; 2], script: &Script<'_>, command: &Command) -> Option<Fetched<'a>> {
    let (word, is_set) = command.arguments().iter().find_map(|word| {
        let index = INSTALLERS.iter().position(|(host, _)| word.text.contains(host))?;
        Some((word, versions[index]))
    })?;
    let pinned = if is_set { Pinned::Yes } else { Pinned::Missing };
    Some(at_word(script, word, format!("Kubernetes of `{}`", word.text), pinned, "", INSTALLER))
}

/// Where the scripts of Rancher's distributions lie, and the variable with the version. Source: their documentation.
const INSTALLERS: [(&str, &str); 2] =
    [("get.k3s.io", "INSTALL_K3S_VERSION"), ("get.rke2.io", "INSTALL_RKE2_VERSION")];

fn at_word<'a>(
    script: &Script<'_>,
    word: &Word,
    what: String,
    pinned: Pinned,
    written: &str,
    help: &'static str,
) -> Fetched<'a> {
    let at = Written::Text(script.span(&word.range), written.to_owned());
    Fetched { what, at, pinned, object: None, help, weaker: 1 }
}
