//! Runs a rule over the examples of its own page.

use super::example::{Example, ExampleFile};
use super::run::run_these;
use super::{Rule, Verdict, built_in, run};
use crate::codebase::Codebase;
use crate::config::Config;
use crate::discover::Discovery;
use crate::documents;
use crate::error::Error;
use crate::problem::{Place, Problem};
use crate::source::Span;
use jiff::civil::{Date, date};

/// Something an example says that the rule does not do, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    /// Line of the page, from 1.
    pub line: usize,
    /// What was expected and what happened.
    pub message: String,
}

/// Runs the examples: every marked line must be reported and no other. An example that cannot be read, and a page that
/// has no bad or no good example, does not pass either.
pub fn test(rule: &Rule) -> Result<Vec<Mismatch>, Error> {
    let examples = rule.page().examples()?;
    let mut mismatches: Vec<_> = examples.iter().flat_map(|example| mismatches(rule, example)).collect();
    for (is_bad, title) in [(true, "Bad"), (false, "Good")] {
        if !examples.iter().any(|example| example.is_bad == is_bad) {
            mismatches.push(Mismatch { line: 1, message: format!("there is no example under `## {title}`") });
        }
    }
    mismatches.sort();
    Ok(mismatches)
}

/// What the rule says, alone or, if it speaks of waivers, beside all the others.
fn verdict(rule: &Rule, codebase: &Codebase) -> Verdict {
    if !rule.check.judges_waivers() {
        return run(std::slice::from_ref(rule), codebase);
    }
    let others = built_in().unwrap_or_default();
    let others = others.iter().filter(|other| other.id != rule.id);
    let mut verdict = run_these(&others.chain([rule]).collect::<Vec<_>>(), codebase);
    verdict.findings.retain(|finding| finding.rule == rule.id);
    verdict
}

fn mismatches(rule: &Rule, example: &Example) -> Vec<Mismatch> {
    let codebase = codebase(example);
    let verdict = verdict(rule, &codebase);
    let problems = codebase.problems().iter().chain(&verdict.problems);
    let mut mismatches: Vec<_> = problems.map(|problem| unread(rule, example, &codebase, problem)).collect();
    for file in &example.files {
        mismatches.extend(Reported::of(file, &codebase, &verdict).mismatches(rule, example.is_bad));
    }
    if example.is_bad && example.files.iter().all(|file| file.marked.is_empty()) {
        let message = "a bad example marks no line; end the lines to report in `# finding`".to_owned();
        mismatches.push(Mismatch { line: line_in_page(rule, &example.files[0], 1), message });
    }
    mismatches
}

/// The day on which examples are read, or some would change their meaning with the years.
const EXAMPLE_DAY: Date = date(2026, 1, 1);

/// The example as a codebase of its own.
fn codebase(example: &Example) -> Codebase {
    let texts: Vec<_> = example.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let discovery = Discovery::of_texts(&texts);
    let documents = documents::parse_all(&discovery.sources);
    let config = Config { today: Some(EXAMPLE_DAY), ..Config::for_folder(".") };
    Codebase::new(&config, discovery, documents)
}

fn unread(rule: &Rule, example: &Example, codebase: &Codebase, problem: &Problem) -> Mismatch {
    let Place::Span(span) = problem.place else {
        return Mismatch { line: 1, message: problem.message.clone() };
    };
    let source = codebase.source(span.file);
    let file = example.files.iter().find(|file| file.path == source.path()).unwrap_or(&example.files[0]);
    Mismatch { line: line_in_page(rule, file, source.line(span.start)), message: problem.message.clone() }
}

/// What was reported in one file of an example, line by line.
struct Reported<'a> {
    file: &'a ExampleFile,
    lines: Vec<(u32, &'a str)>,
}

impl<'a> Reported<'a> {
    fn of(file: &'a ExampleFile, codebase: &'a Codebase, verdict: &'a Verdict) -> Self {
        let source = codebase.sources().by_path(&file.path);
        let is_here = |span: Span| source.is_some_and(|source| source.id() == span.file);
        let line = |span: Span| source.map_or(0, |source| source.line(span.start));
        let places = verdict
            .findings
            .iter()
            .flat_map(|finding| finding.places().map(move |span| (span, finding.message.as_str())));
        let here = places.filter(|(span, _)| is_here(*span));
        Self { file, lines: here.map(|(span, message)| (line(span), message)).collect() }
    }

    fn mismatches(&self, rule: &Rule, is_bad: bool) -> Vec<Mismatch> {
        let here = |line| line_in_page(rule, self.file, line);
        let is_marked = |line: &u32| is_bad && self.file.marked.contains(line);
        let is_reported = |line: &u32| self.lines.iter().any(|(reported, _)| reported == line);
        let missing = self.file.marked.iter().filter(|line| is_bad && !is_reported(line));
        let missing = missing.map(|&line| (here(line), "this line is marked and not reported".to_owned()));
        let unexpected = self.lines.iter().filter(|(line, _)| !is_marked(line));
        let unexpected = unexpected
            .map(|(line, message)| (here(*line), format!("this line is reported and not marked: {message}")));
        let stray = self.file.marked.iter().filter(|_| !is_bad);
        let stray = stray.map(|&line| (here(line), "a good example marks no line".to_owned()));
        missing.chain(unexpected).chain(stray).map(|(line, message)| Mismatch { line, message }).collect()
    }
}

fn line_in_page(rule: &Rule, file: &ExampleFile, line: u32) -> usize {
    rule.page().line(file.start) + line as usize - 1
}
