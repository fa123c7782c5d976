//! Runs rules over a codebase. A check reports places; here they get their rule, factor, severity and confidence.

use super::Rule;
use super::narrow::narrowed;
use crate::check::{Check, Fault, Missing, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::part::Part;
use crate::codebase::unread::Unread;
use crate::finding::{Credential, Factor, Finding, HeldBack, RuleId, Severity, Waived};
use crate::model::role::Zone;
use crate::problem::Problem;
use crate::source::Span;
use crate::waiver::{Accepted, Names, Waivers};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What the rules say about a codebase.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Sorted by factor, severity (worst first), place and rule; none stands twice.
    pub findings: Vec<Finding>,
    /// What somebody accepts; in the order of `findings`.
    pub waived: Vec<Waived>,
    /// The factors for which a rule had something to look at, in order.
    pub assessed: Vec<Factor>,
    /// What would be missing if something unread did not hold it; sorted.
    pub held_back: Vec<HeldBack>,
    /// Rules that failed at a place, which they never do silently.
    pub problems: Vec<Problem>,
    /// What no report may show, in no order.
    pub credentials: Vec<Credential>,
}

/// Runs all rules in parallel. They know all of the codebase; the verdict is about the paths the user asked about.
/// The answer does not depend on the number of threads.
pub fn run(rules: &[Rule], codebase: &Codebase) -> Verdict {
    run_these(&rules.iter().collect::<Vec<_>>(), codebase)
}

/// The same, for rules that stand in different lists.
pub(super) fn run_these(rules: &[&Rule], codebase: &Codebase) -> Verdict {
    let checks: Vec<Ran<'_>> = rules.iter().flat_map(|rule| Ran::of(rule, codebase)).collect();
    let outcomes: Vec<_> = checks.par_iter().map(|ran| (*ran, outcome(ran.check, codebase))).collect();
    let (mut verdict, unread, part) = (Verdict::default(), codebase.unread(), Part::of(codebase));
    for (ran, outcome) in outcomes {
        verdict.add(ran, outcome, codebase, &unread, &part);
    }
    let faults = verdict.waive(rules, codebase, &part);
    for ran in checks.into_iter().filter(|ran| ran.check.judges_waivers()) {
        let mut outcome = Outcome::default();
        ran.check.judge_waivers(&faults, &mut outcome);
        verdict.add(ran, outcome, codebase, &unread, &part);
    }
    // A rule looked at the whole codebase. That it has nothing to say of these paths assesses no factor.
    if !part.is_everything() {
        verdict.assessed = verdict.findings.iter().map(|finding| finding.factor).collect();
    }
    verdict.assessed.sort();
    verdict.assessed.dedup();
    verdict.held_back.sort();
    verdict.problems.sort();
    sort(&mut verdict.findings);
    verdict
}

/// A check of a rule, and its number there.
#[derive(Clone, Copy)]
struct Ran<'a> {
    rule: &'a Rule,
    number: usize,
    check: &'a dyn Check,
    /// Whether what it says counts at some file. If not, it only looks for what no report may show.
    counts: bool,
}

impl<'a> Ran<'a> {
    /// The checks of a rule, unless the configuration has switched them off.
    fn of(rule: &'a Rule, codebase: &'a Codebase) -> impl Iterator<Item = Self> {
        rule.checks(codebase).map(move |(number, check, counts)| Self { rule, number, check, counts })
    }
}

fn outcome(check: &dyn Check, codebase: &Codebase) -> Outcome {
    let mut outcome = Outcome::default();
    check.run(codebase, &mut outcome);
    outcome
}

impl Verdict {
    /// Sets aside what somebody accepts, and says what is wrong with waivers.
    fn waive(&mut self, rules: &[&Rule], codebase: &Codebase, part: &Part) -> Vec<Fault> {
        let names = Names::of(rules.iter().map(|rule| (&rule.id, !rule.check.judges_waivers())));
        let mut waivers = Waivers::of(codebase, &names);
        sort(&mut self.findings);
        let Accepted { findings, waived } =
            waivers.accept(std::mem::take(&mut self.findings), &self.held_back, codebase.sources());
        (self.findings, self.waived) = (findings, waived);
        // The annotation of an overlay kept them apart, and it is about another rule.
        merge_builds(&mut self.findings, |_| None);
        let mut faults = waivers.faults();
        faults.retain(|fault| {
            let Some((id, span)) = fault.idle_rule() else { return true };
            // A rule that is off violates nothing, and what a waiver accepts may be at a path that nobody asked about.
            let path = codebase.source(span.file).path();
            part.is_everything() && !rules.iter().any(|rule| rule.id == *id && rule.is_off_at(path))
        });
        faults
    }

    fn add(
        &mut self,
        Ran { rule, number, counts, .. }: Ran<'_>,
        outcome: Outcome,
        codebase: &Codebase,
        unread: &[Unread<'_>],
        part: &Part,
    ) {
        let places = outcome.places();
        let (violations, mut troubles, credentials) = outcome.into_parts();
        self.credentials.extend(credentials);
        if !counts {
            return;
        }
        let counting =
            violations.into_iter().filter_map(|violation| rule.counting(number, violation, codebase));
        let (violations, held_back) = hold_back(counting.collect(), unread);
        // A rule that would object, and may not, has assessed nothing.
        if places > 0 && (held_back.is_empty() || !violations.is_empty()) {
            self.assessed.push(rule.factor);
        }
        let held_back = held_back.into_iter().filter_map(|(violation, unread)| {
            let Violation { span, .. } = narrowed(violation, part, codebase)?;
            Some(HeldBack {
                rule: rule.id.clone(),
                factor: rule.factor,
                span,
                unread: unread.path.to_owned(),
            })
        });
        self.held_back.extend(held_back);
        // The first place decides how much it matters, wherever it is told.
        self.findings.extend(violations.into_iter().filter_map(|violation| {
            let severity = rule.severity_at(violation.span, codebase);
            let violation = narrowed(weighed(violation, codebase), part, codebase)?;
            Some(finding(rule, severity, violation, codebase))
        }));
        troubles.retain(|trouble| part.has_problem(trouble) && rule.counts_at(number, trouble, codebase));
        self.problems.extend(first_of_each(troubles).into_iter().map(|trouble| {
            let message = format!("rule `{}` cannot be evaluated here: {}", rule.id, trouble.message);
            Problem { message, ..trouble }
        }));
    }
}

/// Takes away the violations that miss what something unread could hold. Many miss the same, which is sought once.
fn hold_back<'u>(
    violations: Vec<Violation>,
    unread: &'u [Unread<'u>],
) -> (Vec<Violation>, Vec<(Violation, &'u Unread<'u>)>) {
    let (mut kept, mut held_back) = (Vec::with_capacity(violations.len()), Vec::new());
    let mut known: HashMap<Missing, Option<&'u Unread<'u>>> = HashMap::new();
    for mut violation in violations {
        let may_be_in = violation.missing.take().and_then(|missing| {
            let seek = |missing: &Missing| unread.iter().find(|unread| missing.could_be_in(unread));
            *known.entry(missing).or_insert_with_key(seek)
        });
        match may_be_in {
            None => kept.push(violation),
            Some(unread) => held_back.push((violation, unread)),
        }
    }
    (kept, held_back)
}

/// One broken expression fails at a thousand objects: the first place of each message is enough.
fn first_of_each(mut troubles: Vec<Problem>) -> Vec<Problem> {
    troubles.sort_by(|a, b| (&a.message, &a.place).cmp(&(&b.message, &b.place)));
    troubles.dedup_by(|a, b| a.message == b.message);
    troubles
}

fn weighed(mut violation: Violation, codebase: &Codebase) -> Violation {
    violation.weaker += match codebase.zone(violation.span.file) {
        Zone::Example => 1,
        Zone::Unlisted => 2,
        _ => 0,
    };
    violation
}

fn finding(rule: &Rule, severity: Severity, violation: Violation, codebase: &Codebase) -> Finding {
    let build = |number: &u32| codebase.builds().list()[*number as usize].title().to_owned();
    Finding {
        rule: rule.id.clone(),
        factor: rule.factor,
        severity: (0..violation.weaker).fold(severity, |severity, _| severity.lowered()),
        confidence: (0..violation.less_sure).fold(rule.confidence, |confidence, _| confidence.lowered()),
        message: violation.message,
        help: violation.help.unwrap_or_else(|| rule.help.clone()),
        span: violation.span,
        object: violation.object,
        related: violation.related,
        also: violation.also,
        wording: violation.wording,
        allowed_by: violation.allowed_by,
        cluster: violation.cluster,
        fingerprint: String::new(),
        builds: violation.builds.iter().map(build).collect(),
    }
}

/// The order of reports. What the same rule says twice of one place in the same words is one finding.
pub(crate) fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        order(a).cmp(&order(b)).then_with(|| (&a.object, &a.related).cmp(&(&b.object, &b.related)))
    });
    findings.dedup_by(|again, first| {
        let is_same = order(again) == order(first) || is_built_again(again, first);
        if is_same {
            first.builds.append(&mut again.builds);
        }
        is_same
    });
    merge_builds(findings, |finding| finding.allowed_by);
    for finding in findings {
        finding.builds.sort();
        finding.builds.dedup();
    }
}

/// A place that is worse in some builds than in others is told once, at its worst, which comes first.
fn merge_builds(findings: &mut Vec<Finding>, allowed_by: impl Fn(&Finding) -> Option<Span>) {
    let mut worst: HashMap<(Span, RuleId, Option<Span>), usize> = HashMap::new();
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    for mut finding in findings.drain(..) {
        let cause = (finding.span, finding.rule.clone(), allowed_by(&finding));
        let first = worst.get(&cause).and_then(|number| merged.get_mut(*number));
        // In one and the same build a rule may well say two things of a place.
        let elsewhere = |first: &&mut Finding| {
            !finding.builds.is_empty() && !finding.builds.iter().any(|build| first.builds.contains(build))
        };
        if let Some(first) = first.filter(elsewhere) {
            first.builds.append(&mut finding.builds);
            continue;
        }
        if !finding.builds.is_empty() {
            worst.entry(cause).or_insert(merged.len());
        }
        merged.push(finding);
    }
    *findings = merged;
}

/// One cause is one finding, whatever builds it comes to under whatever names and namespaces.
fn is_built_again(again: &Finding, first: &Finding) -> bool {
    let cause =
        |finding: &Finding| (finding.span, finding.rule.clone(), finding.severity, finding.allowed_by);
    !again.builds.is_empty() && !first.builds.is_empty() && cause(again) == cause(first)
}

fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { factor, severity, span, rule, allowed_by, message, builds, .. } = finding;
    (*factor, Reverse(*severity), *span, rule, builds.is_empty(), allowed_by, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::discover::Discovery;
    use crate::documents;
    use crate::finding::Confidence;
    use crate::rule::setting::Settings;
    use crate::rule::{Origin, Page};

    /// Objects to the name of every object, in whatever way it is told to.
    struct Fake(fn(Violation) -> Violation);

    impl Check for Fake {
        fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
            for object in codebase.objects() {
                outcome.looked_at(1);
                outcome.report((self.0)(
                    Violation::at(object.head(), "a name").in_object(object, object.head()),
                ));
                outcome.trouble(Problem::at(object.head().span(), "no answer"));
            }
        }
    }

    fn rule(id: &str, factor: Factor, change: fn(Violation) -> Violation) -> Rule {
        Rule {
            id: RuleId::new(id),
            factor,
            severity: Severity::Error,
            confidence: Confidence::High,
            summary: String::new(),
            help: "help".into(),
            since: None,
            prevents_twin: false,
            origin: Origin::BuiltIn,
            page: Page::new("", ""),
            check: Box::new(Fake(change)),
            settings: Settings::default(),
        }
    }

    fn codebase(texts: &[(&str, &str)]) -> Codebase {
        let discovery = Discovery::of_texts(texts);
        let documents = documents::parse_all(&discovery.sources);
        Codebase::new(&Config::for_folder("."), discovery, documents)
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";

    #[test]
    fn a_finding_is_the_rules_severity_less_what_the_case_and_its_zone_take() {
        let kustomization = "resources: [pod.yaml]\n";
        let codebase = codebase(&[
            ("pod.yaml", POD),
            ("examples/pod.yaml", POD),
            ("k/kustomization.yaml", kustomization),
            ("k/forgotten.yaml", POD),
            ("tests/pod.yaml", POD),
        ]);
        let severities = |change| {
            let verdict = run(&[rule("r", Factor::Config, change)], &codebase);
            let of = |finding: &Finding| {
                let path = codebase.source(finding.span.file).path().to_owned();
                (path, finding.severity, finding.confidence)
            };
            verdict.findings.iter().map(of).collect::<Vec<_>>()
        };
        let (forgotten, example, pod) =
            ("k/forgotten.yaml".into(), "examples/pod.yaml".into(), "pod.yaml".into());
        assert_eq!(
            severities(|violation| violation),
            [
                (String::clone(&pod), Severity::Error, Confidence::High),
                (String::clone(&example), Severity::Warning, Confidence::High),
                (String::clone(&forgotten), Severity::Info, Confidence::High),
            ]
        );
        assert_eq!(
            severities(|violation| violation.weaker().less_sure().less_sure().less_sure()),
            [
                (pod, Severity::Warning, Confidence::Low),
                (example, Severity::Info, Confidence::Low),
                (forgotten, Severity::Info, Confidence::Low),
            ]
        );
    }

    #[test]
    fn findings_are_sorted_and_stand_once() {
        let codebase = codebase(&[("b.yaml", POD), ("a.yaml", POD)]);
        let twice = [
            rule("b", Factor::Backup, |violation| violation),
            rule("b", Factor::Backup, |violation| violation.with_help("own help")),
            rule("c", Factor::Codebase, Violation::weaker),
            rule("a", Factor::Codebase, |violation| violation),
        ];
        let verdict = run(&twice, &codebase);
        let order: Vec<_> = verdict.findings.iter().map(|f| (f.rule.as_str(), f.span.file.index())).collect();
        assert_eq!(order, [("a", 0), ("a", 1), ("c", 0), ("c", 1), ("b", 0), ("b", 1)]);
        assert_eq!(verdict.assessed, [Factor::Codebase, Factor::Backup]);
    }

    #[test]
    fn trouble_is_told_once_with_the_name_of_the_rule() {
        let verdict =
            run(&[rule("r", Factor::Backup, |v| v)], &codebase(&[("a.yaml", POD), ("b.yaml", POD)]));
        let messages: Vec<_> = verdict.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["rule `r` cannot be evaluated here: no answer"]);
    }

    #[test]
    fn nothing_looked_at_is_nothing_assessed() {
        let verdict = run(&[rule("r", Factor::Backup, |v| v)], &codebase(&[("a.yaml", "a: b\n")]));
        assert_eq!(verdict.assessed, []);
    }

    #[test]
    fn one_thread_says_the_same_as_many() {
        let texts: Vec<_> = (0..300).map(|number| format!("{number}.yaml")).collect();
        let texts: Vec<_> = texts.iter().map(|path| (path.as_str(), POD)).collect();
        let codebase = codebase(&texts);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let rules = [rule("a", Factor::Backup, |v| v), rule("b", Factor::Backup, |v| v)];
            pool.install(|| format!("{:?}", run(&rules, &codebase)))
        };
        assert_eq!(with(1), with(8));
    }
}
