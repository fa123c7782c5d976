//! Names of clusters in commands, wherever they stand.

use super::{Candidates, bare};
use crate::codebase::Codebase;
use crate::model::identity::Origin;
use crate::source::{FileKind, Source, Span};
use rayon::prelude::*;
use regex::{Captures, Regex};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Operands of commands that connect to a cluster.
pub(super) fn commands(codebase: &Codebase, candidates: &mut Candidates) {
    let sources = codebase.sources().as_slice();
    let found: Vec<_> = sources
        .par_iter()
        .filter(|source| codebase.zone(source.id()).is_meant())
        .flat_map_iter(names)
        .collect();
    for (name, span) in found {
        candidates.add(Origin::Command, name, span);
    }
}

fn names(source: &Source) -> impl Iterator<Item = (&str, Span)> {
    let commands = source.kind() != FileKind::Json;
    let commands = commands.then(|| COMMAND.captures_iter(source.text())).into_iter().flatten();
    let mut named = commands.filter_map(|captures| operand(source, &captures)).peekable();
    let is_any = named.peek().is_some();
    let created = is_any.then(|| CREATED.captures_iter(source.text())).into_iter().flatten();
    let created: HashSet<&str> =
        created.filter_map(|captures| Some(captures.iter().skip(1).flatten().next()?.as_str())).collect();
    named.filter(move |(name, _)| !created.contains(name))
}

/// What makes a cluster for a test: whoever runs it has made its name up. Each alternative captures the name.
static CREATED: LazyLock<Regex> = LazyLock::new(|| {
    let more = r"(?:[^\n\\;|&]|\\\n)*?";
    let name = r#"["']?([A-Za-z0-9][A-Za-z0-9_.-]*)"#;
    let patterns = [
        format!(r"(?-u:\b)minikube[ \t]+start(?-u:\b){more}[ \t](?:-p|--profile)[= ]+{name}"),
        format!(r"(?-u:\b)eksctl[ \t]+create[ \t]+cluster(?-u:\b){more}--name[= ]+{name}"),
        format!(r"(?-u:\b)clusters create[ \t]+(?:--[a-z-]+[= ][^ \t\n]+[ \t]+)*{name}"),
        format!(r"(?-u:\b)aks[ \t]+create(?-u:\b){more}[ \t](?:-n|--name)[= ]+{name}"),
        format!(r"(?-u:\b)talosctl[ \t]+cluster[ \t]+create(?-u:\b){more}--name[= ]+{name}"),
        format!(r"(?-u:\b)(?:vcluster|k3d[ \t]+cluster)[ \t]+create[ \t]+{name}"),
    ];
    Regex::new(&patterns.join("|")).expect("constant patterns")
});

fn operand<'a>(source: &'a Source, captures: &Captures<'a>) -> Option<(&'a str, Span)> {
    let whole = captures.get(0)?;
    let injected = source.text()[whole.end()..].starts_with(['$', '{', '/', '=']);
    let line = source.text()[..whole.start()].rfind('\n').map_or(0, |at| at + 1);
    let comment = source.text()[line..whole.start()].trim_start().starts_with(['#', '/']);
    if injected || comment { None } else { named(source, captures) }
}

fn named<'a>(source: &'a Source, captures: &Captures<'a>) -> Option<(&'a str, Span)> {
    let name = captures.iter().skip(1).flatten().next()?;
    let text = bare(name.as_str());
    let start = name.end() - text.len();
    Some((text, Span::new(source.id(), start as u32, name.end() as u32)))
}

/// ASCII classes throughout: those of Unicode make the pattern ten times as slow to build.
/// Each alternative captures the operand, which begins with a letter or a digit: a variable does not.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let more = r"(?:[^\n\\;|&]|\\\n)*?";
    let name = r#"["']?([A-Za-z0-9][A-Za-z0-9_.:/@-]*)"#;
    let patterns = [
        format!(r"(?-u:\b)eks[ \t]{more}update-kubeconfig(?-u:\b){more}--name[= ]+{name}"),
        format!(r"clusters get-credentials[ \t]+(?:--[a-z-]+[= ][^ \t\n]+[ \t]+)*{name}"),
        format!(r"aks get-credentials(?-u:\b){more}[ \t](?:-n|--name)[= ]+{name}"),
        format!(
            r"(?-u:\b)kops[ \t]+(?:get|update|edit|validate|delete|rolling-update|upgrade|replace)[ \t]+cluster[ \t]+{name}"
        ),
        format!(r"(?-u:\b)kops[ \t]{more}--name[= ]+{name}"),
        format!(r"(?-u:\b)eksctl[ \t]{more}--cluster[= ]+{name}"),
        format!(r"(?-u:\b)eksctl[ \t]+(?:delete|upgrade)[ \t]+cluster(?-u:\b){more}--name[= ]+{name}"),
        format!(r"(?-u:\b)config use-context[ \t]+{name}"),
        format!(
            r"(?-u:\b)(?:kubectl|helm|helmfile|flux|velero|oc|stern|cilium|istioctl|k9s|talosctl|skaffold|argocd)[ \t]{more}--kube-?context[= ]+{name}"
        ),
        format!(
            r"(?-u:\b)(?:kubectl|helm|helmfile|flux|velero|oc|stern|cilium|istioctl|k9s|talosctl|skaffold)[ \t]{more}--context[= ]+{name}"
        ),
        format!(r"(?-u:\b)talosctl[ \t]+config[ \t]+context[ \t]+{name}"),
        format!(r"(?-u:\b)kubectx[ \t]+{name}"),
        format!(r"(?-u:\b)config (?:rename-context[ \t]+\S+|delete-context|set-context)[ \t]+{name}"),
        format!(r"(?-u:\b)argocd[ \t]+cluster[ \t]+(?:add|get|rm|set)[ \t]+{name}"),
        format!(r"(?-u:\b)clusterctl[ \t]+(?:get[ \t]+kubeconfig|describe[ \t]+cluster)[ \t]+{name}"),
        format!(r"(?-u:\b)doctl[ \t]+k(?:ubernete)?s[ \t]+cluster[ \t]+kubeconfig[ \t]+save[ \t]+{name}"),
        format!(r"(?-u:\b)KOPS_CLUSTER_NAME[ \t]*[:?+]?[=:][ \t]*{name}"),
        format!(r"(?-u:\b)KUBE_?CONTEXT[ \t]*[:?+]?[=:][ \t]*{name}"),
    ];
    Regex::new(&patterns.join("|")).expect("constant patterns")
});
