//! What a run says: findings, problems and what was read.
//!
//! A format is one module with one function, `write`, from `&Report` to a writer. It has types of its own, so
//! that the report can change without breaking a program that reads the format. What several formats need
//! stands beside them: places, fingerprints, harmless text and the choice of colour. `format` is the table of them.

pub mod color;
pub mod concise;
pub mod fingerprint;
pub mod format;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
mod json_text;
pub mod junit;
pub mod location;
pub mod markdown;
pub mod repository;
pub mod rule_info;
pub mod sarif;
pub mod secrets;
mod selection;
mod totals;
pub mod visible;

use crate::codebase::Codebase;
use crate::codebase::part::Part;
use crate::finding::{Factor, Finding, HeldBack, Severity, Waived};
use crate::problem::{Problem, Skipped};
use crate::rule::{Rule, Verdict};
use crate::source::Sources;
use rayon::prelude::*;
use rule_info::RuleInfo;
use secrets::Secrets;

/// The result of one run, about the paths the user asked about. Everything is sorted; the same input gives the same
/// report.
#[derive(Debug)]
pub struct Report {
    /// What was read, in all of the codebase.
    pub sources: Sources,
    /// What no format may show of it.
    pub secrets: Secrets,
    /// Sorted by factor, severity (worst first), place and rule.
    pub findings: Vec<Finding>,
    /// Findings that somebody accepts; in the same order. They are not among `findings`.
    pub waived: Vec<Waived>,
    /// Findings that the baseline knows; in the same order. They are not among `findings`.
    pub baselined: Vec<Finding>,
    /// Problems that the baseline knows. They are not among `problems`, and nothing fails because of them.
    pub baselined_problems: Vec<Problem>,
    /// How many entries of the baseline stand for what is no more. Zero where not everything was checked.
    pub gone_from_baseline: usize,
    /// Findings that were left out because nothing at their places has changed since `--diff-base`.
    pub unchanged: usize,
    /// What whoever relies on this report has to know about how it was made.
    pub notes: Vec<String>,
    /// Findings that were not made, because something unread may hold what is missing. Sorted by rule.
    pub held_back: Vec<HeldBack>,
    /// Sorted by place.
    pub problems: Vec<Problem>,
    /// Sorted by path.
    pub skipped: Vec<Skipped>,
    /// How much was looked at.
    pub counts: Counts,
    /// The factors for which a rule had something to look at, in order.
    pub assessed: Vec<Factor>,
    /// The rules that ran.
    pub rules: Vec<RuleInfo>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Files that were read and that the report is about.
    pub files: usize,
    /// Files of no kind that k8factor reads.
    pub other_files: usize,
    /// Named paths that the configuration's `exclude` or a `.k8factorignore` leaves out.
    pub left_out: usize,
    /// YAML and JSON documents.
    pub documents: usize,
    /// Kubernetes objects and cluster specs.
    pub objects: usize,
    /// Kustomize builds.
    pub builds: usize,
}

/// What the run says about one factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorSummary {
    /// The factor.
    pub factor: Factor,
    /// Whether any of its rules had something to look at.
    pub assessed: bool,
    /// Findings of each severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
    /// Findings that a waiver accepts.
    pub waived: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Whether one of those is an error or a warning.
    was_violated: bool,
}

impl FactorSummary {
    fn of(factor: Factor, report: &Report) -> Self {
        let is_mine = |finding: &&Finding| finding.factor == factor;
        let count = |severity| {
            report.findings.iter().filter(is_mine).filter(|finding| finding.severity == severity).count()
        };
        let baselined = || report.baselined.iter().filter(is_mine);
        Self {
            factor,
            assessed: report.assessed.contains(&factor),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            waived: report.waived.iter().filter(|waived| waived.finding.factor == factor).count(),
            baselined: baselined().count(),
            was_violated: baselined().any(|finding| finding.severity > Severity::Info),
        }
    }

    /// A factor that nothing was looked at for is never said to conform, and what a baseline knows is still wrong.
    pub fn status(&self) -> Status {
        match (self.errors + self.warnings > 0 || self.was_violated, self.assessed) {
            (true, _) => Status::Violated,
            (false, true) => Status::Conforms,
            (false, false) => Status::NotAssessed,
        }
    }
}

/// The verdict on a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its rules looked and object to nothing but details.
    Conforms,
    /// There is at least one warning or error.
    Violated,
    /// No rule had anything to look at.
    NotAssessed,
}

impl Status {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Violated => "violated",
            Self::NotAssessed => "not-assessed",
        }
    }
}

impl Report {
    /// What the rules say about a codebase, with what was read. Rules know all of it; the verdict
    /// and all else that is said is about the paths the user asked about.
    pub fn new(rules: &[Rule], codebase: Codebase, verdict: Verdict) -> Self {
        let part = Part::of(&codebase);
        let counts = Counts {
            files: part.file_count(),
            other_files: codebase.other_files(),
            left_out: codebase.left_out().iter().filter(|path| part.names(path)).count(),
            documents: codebase.documents().filter(|document| part.has(document.source.id())).count(),
            objects: codebase.all_objects().filter(|object| part.has(object.file())).count(),
            builds: codebase.builds().list().iter().filter(|build| part.has(build.kustomization)).count(),
        };
        let Verdict { mut findings, mut waived, assessed, held_back, problems: troubles, credentials } =
            verdict;
        let (sources, mut problems, mut skipped) = codebase.into_parts();
        problems.retain(|problem| part.has_problem(problem));
        // Those of rules are narrowed already.
        problems.extend(troubles);
        problems.sort();
        skipped.retain(|skipped| part.has_path(&skipped.path));
        skipped.sort();
        let secrets = Secrets::new(&sources, credentials);
        let accepted = waived.iter_mut().map(|waived| &mut waived.finding);
        let mut all: Vec<&mut Finding> = findings.iter_mut().chain(accepted).collect();
        all.par_iter_mut().for_each(|finding| secrets.conceal_in_finding(finding));
        fingerprint::stamp(&sources, &secrets, all);
        for problem in &mut problems {
            secrets.conceal_in(&mut problem.message);
        }
        for waived in &mut waived {
            secrets.conceal_in(&mut waived.reason);
        }
        Self {
            sources,
            secrets,
            findings,
            waived,
            baselined: Vec::new(),
            baselined_problems: Vec::new(),
            gone_from_baseline: 0,
            unchanged: 0,
            notes: Vec::new(),
            held_back,
            problems,
            skipped,
            counts,
            assessed,
            rules: rules.iter().map(RuleInfo::of).collect(),
        }
    }

    /// One entry for each factor, in order.
    pub fn factors(&self) -> [FactorSummary; 8] {
        Factor::ALL.map(|factor| FactorSummary::of(factor, self))
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether something was there to check.
    pub fn is_empty(&self) -> bool {
        self.counts.files == 0 && self.problems.is_empty() && self.skipped.is_empty()
    }

    /// Whether a gate lets this pass: nothing at or above `fail_on`, and nothing unread.
    pub fn passes(&self, fail_on: Severity) -> bool {
        self.problems.is_empty() && self.findings.iter().all(|finding| finding.severity < fail_on)
    }
}
