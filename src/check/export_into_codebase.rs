//! Commands that write what runs in a cluster into files of the codebase.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::glob;
use crate::model::injected::is_injected;
use crate::model::script::{Runner, Script, scripts};
use crate::model::shell::{Command, LineBreaks, Pipeline, Word, read, variable_name};
use crate::paths::resolve_path;
use crate::source::Source;
use regex::Regex;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Objects to `kubectl get … -o yaml > file` and its like.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExportIntoCodebase {
    /// Patterns of files that no cluster is built from, as the commands write them.
    except: Vec<String>,
}

impl Check for ExportIntoCodebase {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let judged = |source: &&Source| codebase.zone(source.id()).has_judged_texts();
        for source in codebase.sources().iter().filter(judged) {
            if !TOOLS.is_match(source.text()) {
                continue;
            }
            let commits = COMMITS.is_match(source.text());
            for script in scripts(source, codebase.tree(source.id())) {
                look_at(&script, source, commits, codebase, &self.except, outcome);
            }
        }
    }
}

/// A file without any of these words exports nothing.
static TOOLS: LazyLock<Regex> = LazyLock::new(|| {
    let tools = r"kubectl|KUBECTL|talosctl|kops|KOPS|eksctl|EKSCTL|terraform|TERRAFORM|tofu|terragrunt|helm|HELM|velero|argocd|flux|oc get|oc export|oc -";
    Regex::new(tools).expect("the pattern is constant")
});

/// A command that prints live state.
struct Export {
    programs: &'static [&'static str],
    /// The first operands; where several are given, any of them.
    verbs: &'static [&'static [&'static str]],
    /// Whether only structured output (`-o yaml`) can become a file of the codebase.
    needs_format: bool,
}

/// Source: the manuals of the tools, as of 2026-11.
const EXPORTS: &[Export] = &[
    Export { programs: &["kubectl", "oc", "kops", "eksctl"], verbs: &[&["get"]], needs_format: true },
    Export { programs: &["kops"], verbs: &[&["toolbox", "dump"]], needs_format: false },
    Export {
        programs: &["terraform", "tofu", "terragrunt"],
        verbs: &[&["state", "pull"]],
        needs_format: false,
    },
    Export {
        programs: &["helm"],
        verbs: &[&["get", "values"], &["get", "manifest"], &["get", "all"]],
        needs_format: false,
    },
    Export { programs: &["velero"], verbs: &[&["backup", "download"]], needs_format: false },
    Export { programs: &["argocd"], verbs: &[&["app", "manifests"]], needs_format: false },
    Export { programs: &["argocd"], verbs: &[&["app", "get"], &["appset", "get"]], needs_format: true },
    Export { programs: &["oc"], verbs: &[&["export"]], needs_format: false },
    Export { programs: &["velero"], verbs: &[&["schedule", "get"]], needs_format: true },
    Export { programs: &["talosctl"], verbs: &[&["get"]], needs_format: true },
    Export { programs: &["flux"], verbs: &[&["export"]], needs_format: false },
];

/// Flags that take a value in the next word and may stand before the verb.
const VALUE_FLAGS: &[&str] = &[
    "-n",
    "--namespace",
    "--context",
    "--kube-context",
    "--kubeconfig",
    "--cluster",
    "--user",
    "-s",
    "--server",
    "--as",
    "-o",
    "--output",
    "-l",
    "--selector",
    "--name",
    "--state",
    "-f",
    "--region",
    "--profile",
];

fn look_at(
    script: &Script<'_>,
    source: &Source,
    commits: bool,
    codebase: &Codebase,
    except: &[String],
    outcome: &mut Outcome,
) {
    let pipelines = script.pipelines();
    outcome.looked_at(pipelines.len());
    if script.runner == Runner::Container && !COMMITS.is_match(&script.text) {
        return;
    }
    let variables = variables(&pipelines);
    if works_in_temporary_folder(&pipelines, &variables) {
        return;
    }
    for pipeline in &pipelines {
        let Some((export, target)) = export(pipeline) else { continue };
        let Some(target) = Target::of(target, &variables, source, codebase) else { continue };
        if !glob::matches_any(except, &target.path) {
            outcome.report(violation(script, pipeline, export, &target, commits));
        }
    }
}

/// What a pipeline commits ends up in the codebase; what it only writes is gone with the checkout.
static COMMITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"git (-[^ \n]+ [^ \n]+ )?(commit|push)|create-pull-request|git-auto-commit|add-and-commit")
        .expect("the pattern is constant")
});

fn violation(
    script: &Script<'_>,
    pipeline: &Pipeline,
    export: &Command,
    target: &Target<'_>,
    commits: bool,
) -> Violation {
    let span = script.span(&pipeline.range());
    let verb = export.operands(VALUE_FLAGS).next().map_or("", |word| &word.text);
    let program = export.program().unwrap_or_default();
    let message = format!(
        "`{program} {verb}` writes what runs in the cluster into `{}`: the next cluster is built from the state of this one instead of from reviewed code",
        target.path
    );
    let mut violation = Violation::at_span(span, message);
    if let Some(file) = target.file {
        let start = file.line_span(1).unwrap_or_else(|| crate::source::Span::file_start(file.id()));
        violation = violation.with_related(start, "this file is overwritten");
    } else if script.runner == Runner::Ci && !commits || !target.is_sure {
        violation = violation.weaker().less_sure();
    }
    violation
}

/// The command that prints live state, and the file that gets it. None where something else happens on the way.
fn export(pipeline: &Pipeline) -> Option<(&Command, Option<&Word>)> {
    let position = pipeline.commands.iter().position(is_export)?;
    let export = &pipeline.commands[position];
    if pipeline.commands.iter().any(is_no_export) || pipeline.commands[position + 1..].iter().any(extracts) {
        return None;
    }
    let mut files = pipeline.commands[position..].iter().filter_map(written_file);
    match files.next_back() {
        Some(file) => Some((export, Some(file))),
        None if export.program().as_deref() == Some("velero") => Some((export, output_argument(export))),
        None => None,
    }
}

/// Velero writes its file itself: the one behind `--output`, or one in the working folder.
fn output_argument(command: &Command) -> Option<&Word> {
    let mut words = command.arguments().iter();
    words.by_ref().find(|word| matches!(word.text.as_str(), "-o" | "--output"))?;
    words.next()
}

fn is_export(command: &Command) -> bool {
    let Some(program) = command.program() else { return false };
    if program == "ssh" {
        return on_another_host(command);
    }
    let operands: Vec<&str> = command.operands(VALUE_FLAGS).map(|word| word.text.as_str()).collect();
    EXPORTS.iter().filter(|export| export.programs.contains(&program.as_str())).any(|export| {
        export.verbs.iter().any(|verb| operands.starts_with(verb))
            && (!export.needs_format || has_format(command))
    })
}

/// `ssh host kubectl get …`: the other host prints, this one writes. The command may be one word in quotes.
fn on_another_host(command: &Command) -> bool {
    let words = command.arguments();
    let is_tool = |word: &Word| EXPORTS.iter().any(|export| export.programs.contains(&&*word.text));
    let Some(start) = words.iter().position(|word| word.text.contains(' ') || is_tool(word)) else {
        return false;
    };
    if is_tool(&words[start]) {
        return is_export(&Command { words: words[start..].to_vec(), outputs: Vec::new() });
    }
    let pipelines = read(&words[start].text, LineBreaks::End);
    let mut commands = pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    // What is redirected there stays there.
    commands.any(|command| {
        command.outputs.is_empty()
            && command.program().is_some_and(|program| program != "ssh")
            && is_export(command)
    })
}

fn has_format(command: &Command) -> bool {
    matches!(command.flag(&["--output", "-o"]), Some("yaml" | "json" | "yml"))
}

/// What only generates, encrypts or applies brings nothing back.
fn is_no_export(command: &Command) -> bool {
    let program = command.program().unwrap_or_default();
    let operand = command.operands(VALUE_FLAGS).next().map_or("", |word| word.text.as_str());
    let applies =
        matches!(operand, "apply" | "create" | "replace" | "diff" | "delete" | "config" | "kustomize");
    command.has_flag("--dry-run")
        || matches!(
            program.as_str(),
            "kubeseal" | "sops" | "git" | "diff" | "aws" | "gsutil" | "gcloud" | "curl"
        )
        || matches!(program.as_str(), "kubectl" | "oc") && applies
        || (program.as_str(), operand) == ("kustomize", "build")
        || (program.as_str(), operand) == ("helm", "template")
}

/// Commands that pick single values: what they write is no manifest.
fn extracts(command: &Command) -> bool {
    let program = command.program().unwrap_or_default();
    // `grep -v` leaves lines out of a manifest, and the rest is one still.
    let inverts = || command.has_flag("-v") || command.has_flag("--invert-match");
    let raw = || command.arguments().iter().any(|word| is_raw_flag(&word.text));
    matches!(program.as_str(), "awk" | "cut" | "wc" | "base64" | "head" | "tail" | "sort" | "uniq" | "tr")
        || program == "grep" && !inverts()
        || matches!(program.as_str(), "jq" | "yq") && raw()
}

fn is_raw_flag(text: &str) -> bool {
    text == "--raw-output" || text.starts_with('-') && !text.starts_with("--") && text.contains('r')
}

fn written_file(command: &Command) -> Option<&Word> {
    let output = command.outputs.iter().rfind(|output| output.descriptor == 1).map(|output| &output.target);
    match command.program().as_deref() {
        Some("tee" | "sponge") => command.operands(&[]).next().or(output),
        _ => output,
    }
}

/// Variables that are set in the script, with their values.
fn variables(pipelines: &[Pipeline]) -> HashMap<&str, &str> {
    let words = pipelines.iter().flat_map(|pipeline| &pipeline.commands).flat_map(|command| &command.words);
    words.filter_map(|word| word.text.split_once('=')).filter(|(name, _)| !name.starts_with('-')).collect()
}

fn works_in_temporary_folder(pipelines: &[Pipeline], variables: &HashMap<&str, &str>) -> bool {
    let commands = pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    let mut changes = commands.filter(|command| matches!(command.program().as_deref(), Some("cd" | "pushd")));
    changes.any(|command| {
        let folder = command.operands(&[]).next().map(|word| resolved(&word.text, variables));
        folder.is_some_and(|folder| is_temporary(&folder))
    })
}

/// A file that a command writes.
struct Target<'a> {
    path: String,
    /// The file of the codebase that it is.
    file: Option<&'a Source>,
    /// Whether it surely lies in the codebase.
    is_sure: bool,
}

impl<'a> Target<'a> {
    /// None where it lies outside the codebase or is no manifest.
    fn of(
        word: Option<&Word>,
        variables: &HashMap<&str, &str>,
        source: &Source,
        codebase: &'a Codebase,
    ) -> Option<Self> {
        let Some(word) = word else {
            return Some(Self { path: "the working folder".into(), file: None, is_sure: false });
        };
        let path = resolved(&word.text, variables);
        if is_temporary(&path) || is_outside(&path) || is_product(&path) || !may_be_manifest(&path) {
            return None;
        }
        let file = [source.folder(), ""].iter().find_map(|folder| {
            let path = resolve_path(folder, &path)?;
            codebase.sources().by_path(&path)
        });
        let is_sure = !is_injected(&path);
        Some(Self { path, file, is_sure })
    }
}

/// The text with the variables that the script sets put in, as far as they are known.
fn resolved(text: &str, variables: &HashMap<&str, &str>) -> String {
    static VARIABLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?-u)\$(?:\w+|\{\w+\}|\(\w+\))").expect("the pattern is constant"));
    let mut text = text.to_owned();
    // Variables are set from variables; a circle ends.
    for _ in 0..3 {
        let replaced = VARIABLE.replace_all(&text, |captures: &regex::Captures<'_>| {
            let name = variable_name(&captures[0]).unwrap_or_default();
            variables.get(name).map_or_else(|| captures[0].to_owned(), |value| (*value).to_owned())
        });
        if replaced == text {
            break;
        }
        text = replaced.into_owned();
    }
    text
}

fn is_temporary(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let first = lower.split('/').next().unwrap_or_default();
    ["/tmp", "/dev/", "/var/tmp", "/proc"].iter().any(|folder| lower.starts_with(folder))
        || lower.contains("mktemp")
        || first.starts_with('$') && (first.contains("tmp") || first.contains("temp"))
}

/// A path from the root of the file system or of the user leads out of the codebase.
fn is_outside(path: &str) -> bool {
    ["/", "~", "$HOME", "${HOME}", "$(HOME)", "&"].iter().any(|prefix| path.starts_with(prefix))
}

/// Folders that hold what a run leaves behind; they are not tracked.
fn is_product(path: &str) -> bool {
    const FOLDERS: [&str; 20] = [
        "artifacts",
        "artifact",
        "logs",
        "log",
        "tmp",
        "temp",
        ".tmp",
        "dump",
        "dumps",
        "debug",
        "out",
        "output",
        "_output",
        "build",
        "dist",
        "target",
        "results",
        "reports",
        ".cache",
        "must-gather",
    ];
    let lower = path.to_ascii_lowercase();
    let words = lower.split(['/', '_', '$', '{', '}', '.']);
    let folders = lower.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || words.filter(|word| lower.starts_with('$') && !word.is_empty()).any(|word| FOLDERS.contains(&word))
}

/// Logs, lists and certificates are not what a cluster is built from.
fn may_be_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, extension)) if !extension.contains(['}', ')', '$']) => {
            matches!(extension, "yaml" | "yml" | "json" | "tfstate" | "tf" | "hcl")
        }
        _ => is_injected(path),
    }
}
