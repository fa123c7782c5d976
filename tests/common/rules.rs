//! What harnesses of rules need: repositories on disk and in memory.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::error::Error;
use k8factor::finding::{Factor, Finding};
use k8factor::problem::{Place, Problem};
use k8factor::rule::{self, Origin, Rule, Verdict};
use k8factor::source::Span;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// `(path, text)` of every file below a folder that is text, sorted by path.
pub(crate) fn files_below(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}")) {
        let path = format!("{folder}/{}", entry.expect("an entry").file_name().to_string_lossy());
        if Path::new(&path).is_dir() {
            files.extend(files_below(&path));
        } else {
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            // A picture that a kustomization takes in is none.
            files.extend(String::from_utf8(bytes).ok().map(|text| (path, text)));
        }
    }
    files.sort();
    files
}

/// A repository with these pages below `.k8factor/rules/`.
pub(crate) fn repository(pages: &[(&str, &str)]) -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config::for_folder(folder.path());
    for (path, text) in pages {
        let path = config.rules_folder.join(path);
        fs::create_dir_all(path.parent().expect("below the folder of rules")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    (folder, config)
}

/// The rules that a repository with these pages has of its own.
pub(crate) fn load_own(pages: &[(&str, &str)]) -> Result<Vec<Rule>, Error> {
    let (_folder, config) = repository(pages);
    let rules = rule::load(&config)?;
    Ok(rules.into_iter().filter(|rule| rule.origin == Origin::Own).collect())
}

/// Everything a verdict says, one line for each thing.
pub(crate) fn render(verdict: &Verdict, codebase: &Codebase) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        let Finding { severity, confidence, rule, message, related, object, .. } = finding;
        let (place, severity, confidence) =
            (place(codebase, finding.span), severity.as_str(), confidence.as_str());
        writeln!(text, "{place}: {severity} ({confidence}) {rule}: {message}").expect("text");
        if let Some(object) = object {
            let (kind, name, pointer) = (&object.kind, &object.name, &object.pointer);
            writeln!(text, "    object: {} {kind} {name} {pointer}", object.api_version).expect("text");
        }
        for label in related {
            writeln!(text, "    {}: {}", self::place(codebase, label.span), label.message).expect("text");
        }
    }
    for Problem { place, message } in codebase.problems().iter().chain(&verdict.problems) {
        let place = match place {
            Place::Path(path) => path.clone(),
            Place::Span(span) => self::place(codebase, *span),
        };
        writeln!(text, "{place}: problem: {message}").expect("text");
    }
    let assessed: Vec<_> =
        verdict.assessed.iter().map(|factor: &Factor| factor.number().to_string()).collect();
    writeln!(text, "assessed: {}", assessed.join(", ")).expect("text");
    text
}

fn place(codebase: &Codebase, span: Span) -> String {
    let source = codebase.source(span.file);
    let position = source.position(span.start);
    format!("{}:{}:{}", source.path(), position.line, position.column)
}

/// Compares with `snapshots/<name>.snap`.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), text));
}
