//! Where a waiver accepts findings.

use super::Waiver;
use crate::config::ListedWaiver;
use crate::finding::{Finding, RuleId};
use crate::source::{FileId, Sources, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a waiver accepts findings.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// In a part of a file.
    Place(Span),
    /// About the objects that have this annotation, and what is written in the object that it stands in.
    Annotation {
        /// The value of the annotation.
        value: Span,
        /// The object as written.
        object: Option<Span>,
    },
    /// Wherever an entry of `.k8factor.yaml` says.
    Listed(Arc<ListedWaiver>),
}

fn begins_in(part: Span, span: Span) -> bool {
    part.file == span.file && part.start <= span.start && (span.start < part.end || span.start == part.start)
}

/// The waivers by what they reach.
pub(super) struct Reaches<'a> {
    sources: &'a Sources,
    /// The parts of a file that waivers of a rule reach, sorted, each with the furthest end up to there.
    parts: HashMap<(&'a RuleId, FileId), Vec<(Span, u32, usize)>>,
    annotations: HashMap<(&'a RuleId, Span), Vec<usize>>,
    listed: HashMap<&'a RuleId, Vec<(&'a ListedWaiver, usize)>>,
}

impl<'a> Reaches<'a> {
    /// An index of these waivers.
    pub(super) fn of(waivers: &'a [Waiver], sources: &'a Sources) -> Self {
        let mut reaches =
            Self { sources, parts: HashMap::new(), annotations: HashMap::new(), listed: HashMap::new() };
        for (number, waiver) in waivers.iter().enumerate() {
            reaches.add(waiver, number);
        }
        for parts in reaches.parts.values_mut() {
            parts.sort_by_key(|(part, _, number)| (part.start, *number));
            let mut furthest = 0;
            for (part, end, _) in parts {
                furthest = part.end.max(furthest);
                *end = furthest;
            }
        }
        reaches
    }

    fn add(&mut self, waiver: &'a Waiver, number: usize) {
        let rule = &waiver.rule;
        match &waiver.reach {
            Reach::Place(part) => self.parts.entry((rule, part.file)).or_default().push((*part, 0, number)),
            Reach::Annotation { value, object } => {
                self.annotations.entry((rule, *value)).or_default().push(number);
                if let Some(part) = object {
                    self.parts.entry((rule, part.file)).or_default().push((*part, 0, number));
                }
            }
            Reach::Listed(listed) => self.listed.entry(rule).or_default().push((listed, number)),
        }
    }

    /// The numbers of the waivers that accept a finding at one of its places.
    pub(super) fn covering(&self, finding: &Finding, place: Span) -> Vec<usize> {
        let rule = &finding.rule;
        let mut numbers = self.at(rule, place);
        let is_first = place == finding.span;
        // The annotation is that of the object at the first place.
        if let Some(value) = finding.allowed_by.filter(|_| is_first) {
            numbers.extend(self.annotations.get(&(rule, value)).into_iter().flatten());
        }
        let (path, object) =
            (self.sources.get(place.file).path(), finding.object.as_ref().filter(|_| is_first));
        let listed = self.listed.get(rule).into_iter().flatten();
        numbers.extend(listed.filter(|(waiver, _)| waiver.covers(path, object)).map(|(_, number)| *number));
        numbers
    }

    /// The numbers of the waivers that would perhaps accept a finding of a rule at a place, if it was made.
    pub(super) fn perhaps_covering(&self, rule: &RuleId, place: Span) -> Vec<usize> {
        let listed = self.listed.get(rule).into_iter().flatten();
        self.at(rule, place).into_iter().chain(listed.map(|(_, number)| *number)).collect()
    }

    fn at(&self, rule: &RuleId, place: Span) -> Vec<usize> {
        let parts = self.parts.get(&(rule, place.file)).map(Vec::as_slice).unwrap_or_default();
        let behind = parts.partition_point(|(part, ..)| part.start <= place.start);
        let may_reach =
            parts[..behind].iter().rev().take_while(move |(_, furthest, _)| *furthest >= place.start);
        may_reach.filter(move |(part, ..)| begins_in(*part, place)).map(|(.., number)| *number).collect()
    }
}
