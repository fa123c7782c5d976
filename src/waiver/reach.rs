//! Where a waiver accepts findings.

use super::Waiver;
use crate::codebase::Codebase;
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

impl Reach {
    /// Whether a place is in reach, as far as the place alone tells.
    pub(super) fn holds(&self, span: Span) -> bool {
        match self {
            Self::Place(part) => begins_in(*part, span),
            Self::Annotation { object, .. } => object.is_some_and(|object| begins_in(object, span)),
            Self::Listed(_) => true,
        }
    }
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
    pub(super) fn of(waivers: &'a [Waiver], codebase: &'a Codebase) -> Self {
        let mut reaches = Self {
            sources: codebase.sources(),
            parts: HashMap::new(),
            annotations: HashMap::new(),
            listed: HashMap::new(),
        };
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
        let mut numbers = Vec::new();
        if let Some(parts) = self.parts.get(&(&finding.rule, place.file)) {
            let behind = parts.partition_point(|(part, ..)| part.start <= place.start);
            let may_reach =
                parts[..behind].iter().rev().take_while(|(_, furthest, _)| *furthest >= place.start);
            let covering = may_reach.filter(|(part, ..)| begins_in(*part, place));
            numbers.extend(covering.map(|(.., number)| *number));
        }
        if let Some(value) = finding.allowed_by {
            numbers.extend(self.annotations.get(&(&finding.rule, value)).into_iter().flatten());
        }
        let path = self.sources.get(place.file).path();
        let listed = self.listed.get(&finding.rule).into_iter().flatten();
        let object = finding.object.as_ref().filter(|_| place == finding.span);
        numbers.extend(listed.filter(|(waiver, _)| waiver.covers(path, object)).map(|(_, number)| *number));
        numbers
    }
}
