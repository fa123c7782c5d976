//! What the configuration sets for a rule: its severity and its parameters, everywhere and at some paths.
//!
//! A rule with other parameters at some paths has several checks. All of them look at the whole codebase, and what
//! one of them objects to counts at the paths it governs.

use super::Rule;
use crate::check::{Check, Violation};
use crate::codebase::Codebase;
use crate::config::{Choices, Config, Level, Patterns, RuleChoice, Written};
use crate::error::Error;
use crate::finding::{RuleId, Severity};
use crate::problem::{Place, Problem};
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::yaml::{Node, NodeId};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// What is set for one rule.
#[derive(Default)]
pub(super) struct Settings {
    scopes: Arc<Scopes>,
    /// The checks of overrides with parameters of their own. They are numbered from 1; 0 is the check of the rule.
    checks: Vec<Box<dyn Check>>,
}

/// Where which severity and which check count.
#[derive(Debug, Default)]
pub struct Scopes {
    /// Everywhere.
    level: Option<Level>,
    /// At some paths; the last one that fits a path wins.
    overrides: Vec<Scoped>,
}

#[derive(Debug)]
struct Scoped {
    paths: Arc<Patterns>,
    level: Option<Level>,
    check: Option<usize>,
}

/// Sets rules as the configuration says. An unknown rule and wrong parameters are errors with their place in it.
pub(super) fn apply(rules: &mut [Rule], config: &Config) -> Result<(), Error> {
    let Some(written) = &config.choices.written else { return Ok(()) };
    let names: Vec<&RuleId> = rules.iter().map(|rule| &rule.id).collect();
    for (name, place) in named(config) {
        if !names.contains(&name) {
            let guess = did_you_mean(name.as_str(), names.iter().map(|name| name.as_str()));
            let message =
                format!("there is no rule `{name}`.{guess} `k8factor rules list` names all of them");
            return Err(written.error_at(place.start, message));
        }
    }
    for rule in rules {
        Settings::set(rule, &config.choices, written)?;
    }
    Ok(())
}

/// Every rule that the configuration names, and where.
fn named(config: &Config) -> impl Iterator<Item = (&RuleId, &Range<u32>)> {
    let overrides = config.choices.overrides.iter().flat_map(|one| &one.rules);
    let choices = config.choices.rules.iter().chain(overrides).map(|choice| (&choice.rule, &choice.place));
    let waivers = config.waivers.iter().flat_map(|waiver| waiver.rules.iter().zip(&waiver.rule_places));
    choices.chain(waivers)
}

impl Settings {
    fn set(rule: &mut Rule, choices: &Choices, written: &Written) -> Result<(), Error> {
        let of_rule = |choices: &[RuleChoice]| choices.iter().rfind(|choice| choice.rule == rule.id).cloned();
        let everywhere = of_rule(&choices.rules);
        let with = everywhere.as_ref().and_then(|choice| choice.with);
        let mut scopes = Scopes { level: everywhere.and_then(|choice| choice.level), overrides: Vec::new() };
        let mut checks = Vec::new();
        for scope in &choices.overrides {
            let Some(choice) = of_rule(&scope.rules) else { continue };
            let layers: Vec<NodeId> = choice.with.into_iter().chain(with).collect();
            let check = choice.with.map(|_| check(rule, &layers, written)).transpose()?;
            let number = check.map(|check| {
                checks.push(check);
                checks.len()
            });
            let paths = Arc::clone(&scope.paths);
            scopes.overrides.push(Scoped { paths, level: choice.level, check: number });
        }
        if let Some(with) = with {
            rule.check = check(rule, &[with], written)?;
        }
        rule.settings = Self { scopes: Arc::new(scopes), checks };
        Ok(())
    }

    /// Whether a check of this number counts at a path.
    fn counts(&self, number: usize, path: &str) -> bool {
        let (check, level) = self.scopes.governing(path);
        check == number && level != Some(Level::Off)
    }
}

impl Scopes {
    /// The number of the check that governs a path, and its severity or that the rule is off there.
    fn governing(&self, path: &str) -> (usize, Option<Level>) {
        let fits = |scope: &&Scoped| scope.paths.match_file(path);
        let last = |says: fn(&Scoped) -> bool| self.overrides.iter().rev().filter(|one| says(one)).find(fits);
        let check = last(|scope| scope.check.is_some()).and_then(|scope| scope.check);
        let level = last(|scope| scope.level.is_some()).and_then(|scope| scope.level);
        (check.unwrap_or(0), level.or(self.level))
    }

    fn says_nothing(&self) -> bool {
        self.level.is_none() && self.overrides.is_empty()
    }

    /// Whether the rule is switched off at a path.
    pub(crate) fn are_off_at(&self, path: &str) -> bool {
        self.governing(path).1 == Some(Level::Off)
    }
}

impl Rule {
    /// The checks of the rule with their numbers and whether they count anywhere; those are left out that need not run.
    pub(super) fn checks<'a>(
        &'a self,
        codebase: &'a Codebase,
    ) -> impl Iterator<Item = (usize, &'a dyn Check, bool)> {
        let further = self.settings.checks.iter().map(AsRef::as_ref);
        let all = std::iter::once(self.check.as_ref()).chain(further).enumerate();
        let counting = self.counting_anywhere(codebase);
        all.map(move |(number, check)| (number, check, counting.contains(&number)))
            .filter(|(_, check, counts)| *counts || check.conceals())
    }

    /// The numbers of the checks that count at some file of the codebase.
    fn counting_anywhere(&self, codebase: &Codebase) -> HashSet<usize> {
        let scopes = &self.settings.scopes;
        let is_on = |level| level != Some(Level::Off);
        if scopes.overrides.is_empty() {
            return is_on(scopes.level).then_some(0).into_iter().collect();
        }
        let governing = codebase.sources().iter().map(|source| scopes.governing(source.path()));
        governing.filter(|(_, level)| is_on(*level)).map(|(number, _)| number).collect()
    }

    /// Whether the configuration has switched the rule off at a path.
    pub(super) fn is_off_at(&self, path: &str) -> bool {
        self.settings.scopes.are_off_at(path)
    }

    /// Where which severity counts, for whoever asks after the run.
    pub(crate) fn scopes(&self) -> Arc<Scopes> {
        Arc::clone(&self.settings.scopes)
    }

    /// Whether a check counts where there was trouble.
    pub(super) fn counts_at(&self, number: usize, problem: &Problem, codebase: &Codebase) -> bool {
        self.settings.scopes.says_nothing()
            || match &problem.place {
                Place::Span(span) => self.settings.counts(number, codebase.source(span.file).path()),
                Place::Path(path) => self.settings.counts(number, path),
            }
    }

    /// The violation at the places where the check that made it counts, if there is one.
    pub(super) fn counting(
        &self,
        number: usize,
        mut violation: Violation,
        codebase: &Codebase,
    ) -> Option<Violation> {
        if self.settings.scopes.says_nothing() {
            return Some(violation);
        }
        let counts = |span: Span| self.settings.counts(number, codebase.source(span.file).path());
        violation.parts().keep(counts).then_some(violation)
    }

    /// How much a finding at this place matters, before the case and its zone take something away.
    pub(super) fn severity_at(&self, span: Span, codebase: &Codebase) -> Severity {
        if self.settings.scopes.says_nothing() {
            return self.severity;
        }
        match self.settings.scopes.governing(codebase.source(span.file).path()).1 {
            Some(Level::On(severity)) => severity,
            Some(Level::Off) | None => self.severity,
        }
    }
}

/// The check of a rule with parameters of the configuration, the strongest first, over those of its page.
fn check(rule: &Rule, layers: &[NodeId], written: &Written) -> Result<Box<dyn Check>, Error> {
    let nodes: Vec<Node<'_>> = layers.iter().map(|number| written.node(*number)).collect();
    rule.page.check_with(&nodes).map_err(|problem| {
        // The page itself was read before, so that nothing can be wrong with it.
        let at = match problem.place {
            Place::Span(span) => span.start,
            Place::Path(_) => nodes.first().map_or(0, |node| node.span().start),
        };
        written.error_at(at, problem.message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scoped(pattern: &str, level: Option<Level>, check: Option<usize>) -> Scoped {
        Scoped { paths: Arc::new(Patterns::new(&[pattern.to_owned()])), level, check }
    }

    #[test]
    fn the_last_override_that_says_something_of_a_path_wins() {
        let on = |severity| Some(Level::On(severity));
        let overrides = vec![
            scoped("legacy/", Some(Level::Off), Some(1)),
            scoped("legacy/web/", on(Severity::Error), None),
            scoped("*.bak.yaml", None, Some(2)),
        ];
        let scopes = Arc::new(Scopes { level: on(Severity::Info), overrides });
        let settings = Settings { scopes, checks: Vec::new() };
        let cases = [
            ("a.yaml", 0, on(Severity::Info)),
            ("legacy/a.yaml", 1, Some(Level::Off)),
            ("legacy/web/a.yaml", 1, on(Severity::Error)),
            ("legacy/web/a.bak.yaml", 2, on(Severity::Error)),
            ("a.bak.yaml", 2, on(Severity::Info)),
        ];
        for (path, check, level) in cases {
            assert_eq!(settings.scopes.governing(path), (check, level), "{path}");
        }
        assert!(!settings.counts(1, "legacy/a.yaml") && settings.counts(1, "legacy/web/a.yaml"));
    }
}
