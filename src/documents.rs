//! Reads every source as YAML or JSON, in parallel, and says what could not be read.

use crate::problem::{Problem, SkipReason, Skipped};
use crate::source::{FileKind, Source, Sources};
use crate::yaml::{self, Grade, Tree};
use rayon::prelude::*;
use std::sync::Arc;

/// The trees of a codebase, with what was wrong.
#[derive(Debug, Default)]
pub struct Documents {
    /// One entry for each source; none where the file is not YAML.
    pub trees: Vec<Option<Arc<Tree>>>,
    /// Documents that could not be read.
    pub problems: Vec<Problem>,
    /// Templates that are not YAML even when masked.
    pub skipped: Vec<Skipped>,
}

/// Reads all sources. Bad documents become problems; templates that resist are skipped.
pub fn parse_all(sources: &Sources) -> Documents {
    let mut documents = Documents::default();
    let trees: Vec<_> = sources.as_slice().par_iter().map(parse).collect();
    for (source, tree) in sources.iter().zip(trees) {
        documents.add(source, tree);
    }
    documents
}

impl Documents {
    fn add(&mut self, source: &Source, tree: Option<Tree>) {
        let fatal = tree.iter().flat_map(Tree::troubles).filter(|trouble| trouble.grade == Grade::Fatal);
        let problems: Vec<_> = fatal.map(|trouble| Problem::at(trouble.span, trouble.message())).collect();
        let is_template =
            source.kind() == FileKind::HelmTemplate || tree.as_ref().is_some_and(Tree::is_template);
        if is_template && !problems.is_empty() {
            let path = source.path().to_owned();
            self.skipped.push(Skipped { path, reason: SkipReason::Template });
        } else {
            self.problems.extend(problems);
        }
        self.trees.push(tree.map(Arc::new));
    }
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
