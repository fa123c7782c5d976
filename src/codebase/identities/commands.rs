//! Names of clusters in texts that are not YAML, or that stand inside it: commands and Terraform.

use super::{Candidates, bare};
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
        .filter(|source| codebase.zone(source.id()).is_meant())
        .flat_map_iter(names)
        .collect();
    // Variables tell a cluster its name, or build it.
    let builds =
        sources.iter().any(|source| source.kind() == FileKind::Terraform && BUILDS.is_match(source.text()));
    for (origin, name, span) in found {
        let origin = if origin == Origin::Injection && builds { Origin::Terraform } else { origin };
        candidates.add(origin, name, span);
    }
}

static BUILDS: LazyLock<Regex> = LazyLock::new(|| {
    let resources = r#""aws_eks_cluster"|"google_container_cluster"|"azurerm_kubernetes_cluster"|"terraform-aws-modules/eks/aws"|"terraform-google-modules/kubernetes-engine/google|"Azure/aks/azurerm""#;
    Regex::new(resources).expect("a constant pattern")
});

fn names(source: &Source) -> impl Iterator<Item = (Origin, &str, Span)> {
    let commands = source.kind() != FileKind::Json && source.text().contains('-');
    let commands = commands.then(|| COMMAND.captures_iter(source.text())).into_iter().flatten();
    let commands = commands.filter_map(|captures| operand(source, &captures));
    let terraform = source.kind() == FileKind::Terraform;
    let terraform = terraform.then(|| RESOURCE.captures_iter(source.text())).into_iter().flatten();
    let terraform = terraform.filter_map(|captures| named(source, &captures, Origin::Terraform));
    let variables = source.path().ends_with(".tfvars") || source.file_name() == "terragrunt.hcl";
    let variables = variables.then(|| VARIABLE.captures_iter(source.text())).into_iter().flatten();
    let variables = variables.filter_map(|captures| named(source, &captures, Origin::Injection));
    commands.chain(terraform).chain(variables)
}

/// The values of variables, which belong to one cluster as a rule.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?:^|\n)[ \t]*(?:eks_|gke_|aks_)?cluster_name[ \t]*=[ \t]*"([^"$\n]+)""#;
    Regex::new(pattern).expect("a constant pattern")
});

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

/// ASCII classes throughout: those of Unicode make the pattern ten times as slow to build.
/// Each alternative captures the operand, which begins with a letter or a digit: a variable does not.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let more = r"(?:[^\n\\;|&]|\\\n)*?";
    let name = r#"["']?([A-Za-z0-9][A-Za-z0-9_.:/@-]*)"#;
    let patterns = [
        format!(r"eks update-kubeconfig(?-u:\b){more}--name[= ]+{name}"),
        format!(r"clusters get-credentials[ \t]+{name}"),
        format!(r"aks get-credentials(?-u:\b){more}[ \t](?:-n|--name)[= ]+{name}"),
        format!(
            r"(?-u:\b)kops[ \t]+(?:get|update|edit|validate|delete|rolling-update|upgrade|replace)[ \t]+cluster[ \t]+{name}"
        ),
        format!(r"(?-u:\b)kops[ \t]{more}--name[= ]+{name}"),
        format!(r"(?-u:\b)eksctl[ \t]{more}--cluster[= ]+{name}"),
        format!(r"(?-u:\b)eksctl[ \t]+(?:delete|upgrade)[ \t]+cluster(?-u:\b){more}--name[= ]+{name}"),
        format!(r"(?-u:\b)config use-context[ \t]+{name}"),
        format!(
            r"(?-u:\b)(?:kubectl|helm|helmfile|flux|velero|oc|stern|cilium|istioctl)[ \t]{more}--(?:kube-)?context[= ]+{name}"
        ),
        format!(r"(?-u:\b)KOPS_CLUSTER_NAME[=:][ \t]*{name}"),
        format!(r"(?-u:\b)KUBE_?CONTEXT[=:][ \t]*{name}"),
    ];
    Regex::new(&patterns.join("|")).expect("constant patterns")
});

/// The first `name` of a resource is that of the cluster: providers' examples and formatters put it there.
static RESOURCE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x)
        resource \s+ "(?:aws_eks_cluster|google_container_cluster|azurerm_kubernetes_cluster)" \s+ "[^"]+" \s* \{
            [^}]*? \n \s* name \s* = \s* "([^"$\n]+)"
      | (?:^|\n) locals \s* \{ [^{}]*? \n \s* (?:eks_|gke_|aks_)?cluster_name \s* = \s* "([^"$\n]+)"
      | module \s+ "[^"\n]*(?:cluster|eks|gke|aks|k8s|kubernetes)[^"\n]*" \s* \{
            [^{}]*? \n \s* (?:eks_|gke_|aks_)?cluster_name \s* = \s* "([^"$\n]+)"
      | variable \s+ "(?:eks_|gke_|aks_)?cluster_name" \s* \{ [^{}]*? \n \s* default \s* = \s* "([^"$\n]+)"
      | source \s* = \s* "(?:terraform-aws-modules/eks/aws|terraform-google-modules/kubernetes-engine/google[^"]*)"
            [^{}]*? \n \s* (?:cluster_)?name \s* = \s* "([^"$\n]+)"
    "#;
    Regex::new(pattern).expect("a constant pattern")
});
