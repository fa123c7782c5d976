//! Reads every source as YAML, JSON or Terraform, in parallel, and says what could not be read.

use crate::hcl::{self, Unread};
use crate::problem::{Problem, SkipReason, Skipped};
use crate::source::{FileKind, Source, Sources};
use crate::yaml::{self, Grade, Tree};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// The trees of a codebase, with what was wrong.
#[derive(Debug, Default)]
pub struct Documents {
    /// One entry for each source; none where the file is not YAML.
    pub trees: Vec<Option<Arc<Tree>>>,
    /// One entry for each source; none where the file is not Terraform. They are kept apart, because a block is no
    /// document.
    pub terraform: Vec<Option<Arc<Tree>>>,
    /// Documents that could not be read.
    pub problems: Vec<Problem>,
    /// Templates that are not YAML even when masked.
    pub skipped: Vec<Skipped>,
}

/// Reads all sources. Bad documents become problems; templates that resist are skipped.
pub fn parse_all(sources: &Sources) -> Documents {
    let mut documents = Documents::default();
    let trees: Vec<_> =
        sources.as_slice().par_iter().map(|source| (parse(source), terraform(source))).collect();
    for (source, (tree, terraform)) in sources.iter().zip(trees) {
        documents.add(source, tree);
        documents.add_terraform(source, terraform);
    }
    documents
}

impl Documents {
    fn add(&mut self, source: &Source, tree: Option<Tree>) {
        let fatal = tree.iter().flat_map(Tree::troubles).filter(|trouble| trouble.grade == Grade::Fatal);
        let problems: Vec<_> = fatal.map(|trouble| Problem::at(trouble.span, trouble.message())).collect();
        // What Jinja decides by stands between `{%` and `%}`, which is no YAML anywhere.
        let is_template = source.kind() == FileKind::HelmTemplate
            || tree.as_ref().is_some_and(Tree::is_template)
            || source.text().contains("{%");
        if is_template && !problems.is_empty() {
            let path = source.path().to_owned();
            self.skipped.push(Skipped { path, reason: SkipReason::Template });
        } else {
            self.problems.extend(problems);
        }
        self.trees.push(tree.map(Arc::new));
    }

    fn add_terraform(&mut self, source: &Source, tree: Option<Result<Tree, Unread>>) {
        let skipped = |reason| Skipped { path: source.path().to_owned(), reason };
        let tree = tree.and_then(|tree| match tree {
            Ok(tree) => Some(Arc::new(tree)),
            Err(Unread::TooLarge) => {
                self.skipped.push(skipped(SkipReason::TooLarge));
                None
            }
            Err(Unread::Broken { span, .. }) if is_template(line_at(source.text(), span.start as usize)) => {
                self.skipped.push(skipped(SkipReason::Template));
                None
            }
            Err(Unread::Broken { span, message }) => {
                self.problems.push(Problem::at(span, format!("this is no Terraform: {message}")));
                None
            }
        });
        self.terraform.push(tree);
    }
}

/// Files that end in `.hcl` are those of many tools. Of these, only what is Terragrunt's is read; whatever else they hold
/// is a text.
fn terraform(source: &Source) -> Option<Result<Tree, Unread>> {
    if source.kind() != FileKind::Terraform {
        return None;
    }
    let name = source.file_name();
    let is_sure = Path::new(name).extension().is_none_or(|end| !end.eq_ignore_ascii_case("hcl"))
        || name == "terragrunt.hcl";
    let tree = hcl::parse(source.id(), source.shared_text());
    let is_terragrunt =
        |tree: &Tree| tree.roots().any(|root| TERRAGRUNT.iter().any(|name| root.get(name).is_some()));
    let is_read = is_sure || tree.as_ref().is_ok_and(is_terragrunt);
    is_read.then_some(tree)
}

/// What stands on top of a file of Terragrunt. Source: the reference of its configuration.
const TERRAGRUNT: [&str; 6] = ["terraform", "include", "inputs", "remote_state", "dependency", "unit"];

/// Whether another tool fills this line in: Go and Jinja, Ruby and Python have such brackets. In a text that Terraform can
/// read they may stand as well, so that only the line counts where it makes no sense any more.
fn is_template(line: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|bracket| line.contains(bracket))
}

fn line_at(text: &str, offset: usize) -> &str {
    let (before, after) = text.split_at(offset.min(text.len()));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| offset + at);
    &text[start..end]
}

fn parse(source: &Source) -> Option<Tree> {
    let (file, text) = (source.id(), source.shared_text());
    match source.kind() {
        kind if !kind.is_yaml() => None,
        FileKind::Json => Some(yaml::parse_json(file, text)),
        FileKind::HelmTemplate => Some(yaml::parse_template(file, text)),
        // Cluster specs and manifests are often templates of other tools, with the same brackets as Helm's.
        _ if yaml::looks_like_template(&text) => Some(yaml::parse_template(file, text)),
        _ => Some(yaml::parse(file, text)),
    }
}
