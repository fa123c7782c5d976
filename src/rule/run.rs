//! Runs rules over a codebase. A check reports places; here they get their rule, factor, severity and confidence.

use super::Rule;
use crate::check::{Outcome, Violation};
use crate::codebase::Codebase;
use crate::finding::{Factor, Finding};
use crate::model::role::Zone;
use crate::problem::Problem;
use rayon::prelude::*;
use std::cmp::Reverse;

/// What the rules say about a codebase.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Sorted by factor, severity (worst first), place and rule; none stands twice.
    pub findings: Vec<Finding>,
    /// The factors for which a rule had something to look at, in order.
    pub assessed: Vec<Factor>,
    /// Rules that failed at a place, which they never do silently.
    pub problems: Vec<Problem>,
}

/// Runs all rules in parallel. The answer does not depend on the number of threads.
pub fn run(rules: &[Rule], codebase: &Codebase) -> Verdict {
    let outcomes: Vec<_> = rules.par_iter().map(|rule| (rule, outcome(rule, codebase))).collect();
    let mut verdict = Verdict::default();
    for (rule, outcome) in outcomes {
        verdict.add(rule, outcome, codebase);
    }
    verdict.assessed.sort();
    verdict.assessed.dedup();
    verdict.problems.sort();
    sort(&mut verdict.findings);
    verdict
}

fn outcome(rule: &Rule, codebase: &Codebase) -> Outcome {
    let mut outcome = Outcome::default();
    rule.check.run(codebase, &mut outcome);
    outcome
}

impl Verdict {
    fn add(&mut self, rule: &Rule, outcome: Outcome, codebase: &Codebase) {
        if outcome.places() > 0 {
            self.assessed.push(rule.factor);
        }
        let (violations, troubles) = outcome.into_parts();
        self.findings.extend(violations.into_iter().map(|violation| finding(rule, violation, codebase)));
        self.problems.extend(first_of_each(troubles).into_iter().map(|trouble| {
            let message = format!("rule `{}` cannot be evaluated here: {}", rule.id, trouble.message);
            Problem { message, ..trouble }
        }));
    }
}

/// One broken expression fails at a thousand objects: the first place of each message is enough.
fn first_of_each(mut troubles: Vec<Problem>) -> Vec<Problem> {
    troubles.sort_by(|a, b| (&a.message, &a.place).cmp(&(&b.message, &b.place)));
    troubles.dedup_by(|a, b| a.message == b.message);
    troubles
}

fn finding(rule: &Rule, violation: Violation, codebase: &Codebase) -> Finding {
    let zone = codebase.zone(violation.span.file);
    let weaker = violation.weaker
        + match zone {
            Zone::Example => 1,
            Zone::Unlisted => 2,
            _ => 0,
        };
    Finding {
        rule: rule.id.clone(),
        factor: rule.factor,
        severity: (0..weaker).fold(rule.severity, |severity, _| severity.lowered()),
        confidence: (0..violation.less_sure).fold(rule.confidence, |confidence, _| confidence.lowered()),
        message: violation.message,
        help: violation.help.unwrap_or_else(|| rule.help.clone()),
        span: violation.span,
        object: violation.object,
        related: violation.related,
        builds: Vec::new(),
    }
}

/// The order of reports. What the same rule says twice of one place in the same words is one finding.
fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        order(a).cmp(&order(b)).then_with(|| (&a.object, &a.related).cmp(&(&b.object, &b.related)))
    });
    findings.dedup_by(|a, b| order(a) == order(b));
}

fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { factor, severity, span, rule, message, .. } = finding;
    (*factor, Reverse(*severity), *span, rule, message)
}
