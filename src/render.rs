//! What `k8factor render` says: a build as YAML, what it lacks, and which builds there are.

use crate::codebase::Codebase;
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::overlay::Deployer;
use crate::kustomize::print::Printer;
use crate::kustomize::{self, Build, Object};
use std::collections::BTreeSet;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// A build in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendering {
    /// YAML documents.
    pub documents: String,
    /// What could not be built, with its place, one line each.
    pub missing: Vec<String>,
}

/// The kustomization in a folder, relative to the root of the codebase, as YAML; nothing if there is none. With
/// `origins`, each scalar says where it is written.
pub fn render(codebase: &Codebase, folder: &str, origins: bool) -> Option<Rendering> {
    let build = kustomize::build(codebase.store(), &[folder]).pop().flatten()?;
    Some(rendering(codebase, &build, origins))
}

/// The same as whoever deploys the folder makes it, once for each way in which it is deployed.
pub fn deployed(codebase: &Codebase, folder: &str, origins: bool) -> Option<Rendering> {
    let builds = codebase.builds().list().iter().filter(|build| build.folder == folder);
    let renderings = builds.map(|build| (build, rendering(codebase, build, origins)));
    renderings.fold(None, |all: Option<Rendering>, (build, one)| {
        let mut all = all.unwrap_or(Rendering { documents: String::new(), missing: Vec::new() });
        let separator = if all.documents.is_empty() { "" } else { "---\n" };
        let _ = write!(all.documents, "{separator}# {}\n{}", build.title(), one.documents);
        all.missing.extend(one.missing);
        Some(all)
    })
}

fn rendering(codebase: &Codebase, build: &Build, origins: bool) -> Rendering {
    let printer = Printer { origins: origins.then(|| codebase.sources()) };
    let documents = printer.documents(build.objects.iter().map(|object| Object::root(object)));
    Rendering { documents, missing: lacks(build).map(|gap| line(codebase, gap)).collect() }
}

/// What a build lacks. What it has and another setting of kustomize would refuse is no lack.
fn lacks(build: &Build) -> impl Iterator<Item = &Gap> {
    build.gaps.iter().filter(|gap| gap.kind != GapKind::Outside)
}

/// Every build: its folder, its environment, how many objects it has, what it lacks, and who deploys it.
pub fn list(codebase: &Codebase) -> String {
    let builds = codebase.builds().list();
    let rows: Vec<_> = builds.iter().map(row).collect();
    let header = ["BUILD", "ENVIRONMENT", "OBJECTS", "GAPS", "DEPLOYED BY"].map(str::to_owned);
    let mut text = table(std::iter::once(header).chain(rows));
    let lines: BTreeSet<String> = builds.iter().flat_map(lacks).map(|gap| line(codebase, gap)).collect();
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn row(build: &Build) -> [String; 5] {
    let (folder, deployment) = (&build.folder, &build.deployment);
    let environment = deployment.environment.clone().unwrap_or_else(|| "-".to_owned());
    [
        if folder.is_empty() { ".".to_owned() } else { folder.clone() },
        match &deployment.cluster {
            Some(cluster) if *cluster != environment => format!("{environment} ({cluster})"),
            _ => environment,
        },
        build.objects.len().to_string(),
        lacks(build).count().to_string(),
        deployers(build),
    ]
}

/// Who deploys a build, in words.
fn deployers(build: &Build) -> String {
    let words = |deployer: &Deployer| {
        let maybe = if deployer.is_certain { "" } else { "maybe " };
        format!("{maybe}{}", deployer.title)
    };
    let mut words: Vec<_> = build.deployment.by.iter().map(words).collect();
    words.dedup();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn line(codebase: &Codebase, gap: &Gap) -> String {
    let source = codebase.source(gap.span.file);
    let position = source.position(gap.span.start);
    format!("{}:{}:{}: not built: {}", source.path(), position.line, position.column, gap.message)
}

/// Columns that are as wide as they must be, two blanks between them.
fn table(rows: impl Iterator<Item = [String; 5]>) -> String {
    let rows: Vec<_> = rows.collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or_default();
    let widths: Vec<_> = (0..5).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}
