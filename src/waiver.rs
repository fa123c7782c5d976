//! Deviations with reasons: findings that somebody accepts, and waivers that accept nothing.
//!
//! A waiver is a comment, an annotation of an object or an entry of `.k8factor.yaml`. It stands where the value was
//! written: in the base, the patch or the kustomization.

mod annotations;
mod comments;
mod listed;
mod plain;
mod reach;

use crate::check::{Fault, FaultKind};
use crate::codebase::Codebase;
use crate::finding::{Finding, HeldBack, RuleId, Waived};
use crate::model::waiver::Mistake;
use crate::source::{FileId, Sources, Span};
use crate::suggest::closest;
use jiff::civil::Date;
use rayon::prelude::*;
use reach::{Reach, Reaches};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The waivers of a codebase.
#[derive(Debug)]
pub struct Waivers {
    /// Those that accept findings, sorted by place.
    accepting: Vec<Waiver>,
    /// What is wrong with the others.
    faults: Vec<Fault>,
    /// The objects that have an annotation in some build, as they are written, by its value.
    carriers: HashMap<Span, Vec<Span>>,
}

/// The rules that a waiver can name.
#[derive(Debug)]
pub struct Names<'a> {
    waivable: BTreeSet<&'a str>,
    /// They judge waivers. One that accepts what is wrong with another would be a circle.
    judges: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Of rules with whether a waiver may accept what they find.
    pub fn of(rules: impl IntoIterator<Item = (&'a RuleId, bool)>) -> Self {
        let mut names = Self { waivable: BTreeSet::new(), judges: BTreeSet::new() };
        for (rule, is_waivable) in rules {
            if is_waivable { &mut names.waivable } else { &mut names.judges }.insert(rule.as_str());
        }
        names
    }

    /// Why nothing is accepted for a name.
    fn refusal(&self, name: &str) -> String {
        if self.judges.contains(name) {
            return format!(
                "`{name}` is about waivers, and no waiver accepts it; `.k8factor.yaml` can switch it off"
            );
        }
        let near =
            closest(name, self.waivable.iter().copied()).map(|rule| format!(", but there is `{rule}`"));
        format!("there is no rule `{name}`{}: nothing is accepted for it", near.unwrap_or_default())
    }
}

/// One rule, and where its findings are accepted. Of a waiver with several rules there are several of these.
#[derive(Debug)]
struct Waiver {
    /// Where the waiver is written.
    span: Span,
    rule: RuleId,
    /// Where the rule is named.
    rule_span: Span,
    reach: Reach,
    reason: String,
    until: Option<Date>,
    /// Whether it accepts something.
    is_used: bool,
}

/// A waiver as it is written, good or not.
struct Written {
    span: Span,
    rules: Vec<(String, Span)>,
    reason: Option<String>,
    until: Option<Date>,
    reach: Reach,
}

/// What the files say: waivers, and what was meant to be one.
#[derive(Default)]
struct Found {
    written: Vec<Written>,
    mistakes: Vec<(Span, Mistake)>,
}

/// What is left, and what is accepted.
#[derive(Debug)]
pub struct Accepted {
    /// Findings that nobody accepts.
    pub findings: Vec<Finding>,
    /// Findings that somebody does.
    pub waived: Vec<Waived>,
}

/// Characters. Of what is longer the beginning says enough.
const LONGEST_NAME: usize = 60;
const LONGEST_REASON: usize = 500;

impl Waivers {
    /// All waivers of a codebase.
    pub fn of(codebase: &Codebase, rules: &Names<'_>) -> Self {
        let mut waivers = Self { accepting: Vec::new(), faults: Vec::new(), carriers: HashMap::new() };
        if !codebase.config().honours_waivers {
            return waivers;
        }
        let mut found = listed::found(codebase);
        let sources = codebase.sources().as_slice();
        let in_files: Vec<Found> = sources.par_iter().map(|source| in_file(codebase, source.id())).collect();
        for in_file in in_files {
            found.written.extend(in_file.written);
            found.mistakes.extend(in_file.mistakes);
        }
        for (span, Mistake { message, .. }) in found.mistakes {
            waivers.faults.push(Fault::new(FaultKind::NotUnderstood, span, message));
        }
        for written in found.written {
            waivers.add(written, rules, codebase.config().today);
        }
        waivers.accepting.sort_by_key(|waiver| (waiver.span, waiver.rule_span));
        if waivers.accepting.iter().any(|waiver| matches!(waiver.reach, Reach::Annotation { .. })) {
            waivers.carriers = annotations::carriers(codebase);
        }
        waivers
    }

    /// A waiver without a reason, or one that has expired, accepts nothing.
    fn add(&mut self, written: Written, rules: &Names<'_>, today: Option<Date>) {
        let Written { span, rules: named, reason, until, reach } = written;
        let (known, others): (Vec<_>, Vec<_>) =
            named.into_iter().partition(|(name, _)| rules.waivable.contains(name.as_str()));
        for (name, at) in others {
            let message = rules.refusal(&beginning(&name, LONGEST_NAME));
            self.faults.push(Fault::new(FaultKind::NotUnderstood, at, message));
        }
        let Some(reason) = reason.map(|reason| beginning(&reason, LONGEST_REASON)) else {
            let message = "this waiver says no reason, so it accepts nothing";
            return self.faults.push(Fault::new(FaultKind::NoReason, span, message));
        };
        if let Some(day) = until.filter(|day| today.is_some_and(|today| today > *day)) {
            let message = format!("this waiver expired on {day}: {reason}");
            return self.faults.push(Fault::new(FaultKind::Expired, span, message));
        }
        let mut seen = HashSet::new();
        let known = known.into_iter().filter(|(name, _)| seen.insert(name.clone()));
        self.accepting.extend(known.map(|(name, rule_span)| Waiver {
            span,
            rule: RuleId::new(&name),
            rule_span,
            reach: reach.clone(),
            reason: reason.clone(),
            until,
            is_used: false,
        }));
    }

    /// Sets aside what they accept. What would accept a finding that was held back counts as needed: nobody knows.
    pub fn accept(&mut self, findings: Vec<Finding>, held_back: &[HeldBack], sources: &Sources) -> Accepted {
        let mut accepted = Accepted { findings: Vec::with_capacity(findings.len()), waived: Vec::new() };
        if self.accepting.is_empty() {
            return Accepted { findings, ..accepted };
        }
        let reaches = Reaches::of(&self.accepting, &self.carriers, sources);
        let mut used = vec![false; self.accepting.len()];
        for held in held_back {
            for waiver in reaches.perhaps_covering(&held.rule, held.span) {
                used[waiver] = true;
            }
        }
        for finding in findings {
            let mut covered: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
            for site in finding.sites() {
                covered.entry(site.span).or_default().extend(reaches.covering(&finding.rule, site));
            }
            covered.values().flatten().for_each(|waiver| used[*waiver] = true);
            let (rest, aside) = finding.split(|span| covered.get(&span).is_some_and(|by| !by.is_empty()));
            // Accepted in one build, and told because of another.
            if let Some(finding) = &rest {
                for waiver in finding.sites().flat_map(|site| reaches.carried(&finding.rule, site.span)) {
                    used[waiver] = true;
                }
            }
            // Where everything that it names is accepted, a place that only brings it in is no finding.
            accepted.findings.extend(rest.filter(|rest| aside.is_none() || !rest.names_nothing()));
            accepted.waived.extend(aside.and_then(|finding| {
                // The innermost comes first: it says most exactly why.
                let first = covered.get(&finding.span)?.first()?;
                let Waiver { span, reason, until, .. } = &self.accepting[*first];
                Some(Waived { finding, span: *span, reason: reason.clone(), until: *until })
            }));
        }
        let used: Vec<bool> = (0..used.len()).map(|number| used[reaches.first(number)]).collect();
        self.accepting.iter_mut().zip(used).for_each(|(waiver, used)| waiver.is_used |= used);
        accepted
    }

    /// What is wrong with waivers, now that it is known which of them accept something.
    pub fn faults(self) -> Vec<Fault> {
        let Self { accepting, mut faults, .. } = self;
        let unused = accepting.iter().filter(|waiver| !waiver.is_used);
        faults.extend(unused.map(|waiver| Fault::unused(&waiver.rule, waiver.rule_span)));
        faults
    }
}

fn beginning(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// The waivers written in one file. Where nothing is judged there is nothing to waive.
fn in_file(codebase: &Codebase, file: FileId) -> Found {
    let mut found = Found::default();
    if codebase.zone(file).has_judged_texts() {
        comments::find(codebase, file, &mut found);
        annotations::find(codebase, file, &mut found);
    }
    found
}
