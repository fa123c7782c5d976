//! Names of clusters in texts that are not YAML, or that stand inside it: commands and Terraform.

use super::{Candidates, bare, is_trusted};
use crate::codebase::Codebase;
use crate::model::identity::Origin;
use crate::source::{FileKind, Source, Span};
use rayon::prelude::*;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Operands of commands that connect to a cluster, and the names of clusters that Terraform builds.
pub(super) fn commands(codebase: &Codebase, candidates: &mut Candidates) {
    let sources = codebase.sources().as_slice();
    let found: Vec<_> = sources
        .par_iter()
        .filter(|source| is_trusted(codebase.zone(source.id())))
        .flat_map_iter(names)
        .collect();
    for (origin, name, span) in found {
        candidates.add(origin, name, span);
    }
}

fn names(source: &Source) -> impl Iterator<Item = (Origin, &str, Span)> {
    let commands = source.kind() != FileKind::Json && source.text().contains('-');
    let commands = commands.then(|| COMMAND.captures_iter(source.text())).into_iter().flatten();
    let commands = commands.filter_map(|captures| operand(source, &captures));
    let terraform = source.kind() == FileKind::Terraform;
    let terraform = terraform.then(|| RESOURCE.captures_iter(source.text())).into_iter().flatten();
    let terraform = terraform.filter_map(|captures| named(source, &captures, Origin::Terraform));
    commands.chain(terraform)
}

fn operand<'a>(source: &'a Source, captures: &Captures<'a>) -> Option<(Origin, &'a str, Span)> {
    let whole = captures.get(0)?;
    let injected = source.text()[whole.end()..].starts_with(['$', '{', '/', '=']);
    let line = source.text()[..whole.start()].rfind('\n').map_or(0, |at| at + 1);
    let comment = source.text()[line..whole.start()].trim_start().starts_with(['#', '/']);
    if injected || comment { None } else { named(source, captures, Origin::Command) }
}

fn named<'a>(source: &'a Source, captures: &Captures<'a>, origin: Origin) -> Option<(Origin, &'a str, Span)> {
    let name = captures.iter().skip(1).flatten().next()?;
    let text = bare(name.as_str());
    let start = name.end() - text.len();
    Some((origin, text, Span::new(source.id(), start as u32, name.end() as u32)))
}

/// Each alternative captures the operand, which begins with a letter or a digit: a variable does not.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let more = r"(?:[^\n\\;|&]|\\\n)*?";
    let name = r#"["']?([A-Za-z0-9][\w.:/@-]*)"#;
    let patterns = [
        format!(r"eks update-kubeconfig\b{more}--name[= ]+{name}"),
        format!(r"clusters get-credentials\s+{name}"),
        format!(r"aks get-credentials\b{more}\s(?:-n|--name)[= ]+{name}"),
        format!(
            r"\bkops\s+(?:get|update|edit|validate|delete|rolling-update|upgrade|replace)\s+cluster\s+{name}"
        ),
        format!(r"\bkops\s{more}--name[= ]+{name}"),
        format!(r"\beksctl\s{more}--cluster[= ]+{name}"),
        format!(r"\beksctl\s+(?:create|delete|upgrade)\s+cluster\b{more}--name[= ]+{name}"),
        format!(r"\bconfig use-context\s+{name}"),
        format!(
            r"\b(?:kubectl|helm|helmfile|flux|velero|oc|stern|cilium|istioctl)\s{more}--(?:kube-)?context[= ]+{name}"
        ),
        format!(r"\bKOPS_CLUSTER_NAME[=:]\s*{name}"),
        format!(r"\bKUBE_?CONTEXT[=:]\s*{name}"),
    ];
    Regex::new(&patterns.join("|")).expect("constant patterns")
});

/// The first `name` of a resource is that of the cluster: providers' examples and formatters put it there.
static RESOURCE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x)
        resource \s+ "(?:aws_eks_cluster|google_container_cluster|azurerm_kubernetes_cluster)" \s+ "[^"]+" \s* \{
            [^}]*? \n \s* name \s* = \s* "([^"$\n]+)"
      | source \s* = \s* "terraform-aws-modules/eks/aws" [^{}]*? \n \s* (?:cluster_)?name \s* = \s* "([^"$\n]+)"
    "#;
    Regex::new(pattern).expect("a constant pattern")
});
