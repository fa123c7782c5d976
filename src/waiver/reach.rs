//! Where a waiver accepts findings.

use super::Waiver;
use crate::config::ListedWaiver;
use crate::finding::{RuleId, Site};
use crate::source::{FileId, Sources, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
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
    /// What is the same for waivers that reach the same.
    fn place(&self) -> Option<Span> {
        match self {
            Self::Place(part) => Some(*part),
            Self::Annotation { value, .. } => Some(*value),
            Self::Listed(_) => None,
        }
    }
}

fn begins_in(part: Span, span: Span) -> bool {
    part.file == span.file && part.start <= span.start && (span.start < part.end || span.start == part.start)
}

/// The part of a file that a waiver reaches.
struct Part {
    span: Span,
    /// How far the parts up to this one reach.
    furthest: u32,
    /// The number of the waiver.
    waiver: usize,
}

/// The waivers by what they reach.
pub(super) struct Reaches<'a> {
    sources: &'a Sources,
    /// The parts of a file that waivers of a rule reach, sorted, each with the furthest end up to there.
    parts: BTreeMap<(&'a RuleId, FileId), Vec<Part>>,
    annotations: HashMap<(&'a RuleId, Span), Vec<usize>>,
    /// The objects that have an annotation in some build, as they are written.
    carried: BTreeMap<(&'a RuleId, FileId), Vec<Part>>,
    listed: HashMap<&'a RuleId, Vec<(&'a ListedWaiver, usize)>>,
    /// For each waiver the first that reaches the same: it stands for all of them.
    first: Vec<usize>,
}

impl<'a> Reaches<'a> {
    /// An index of these waivers.
    pub(super) fn of(
        waivers: &'a [Waiver],
        carriers: &HashMap<Span, Vec<Span>>,
        sources: &'a Sources,
    ) -> Self {
        let mut reaches = Self {
            sources,
            parts: BTreeMap::new(),
            annotations: HashMap::new(),
            carried: BTreeMap::new(),
            listed: HashMap::new(),
            first: Vec::with_capacity(waivers.len()),
        };
        let mut known = HashMap::new();
        for (number, waiver) in waivers.iter().enumerate() {
            let first =
                waiver.reach.place().map(|place| *known.entry((&waiver.rule, place)).or_insert(number));
            reaches.first.push(first.unwrap_or(number));
            if reaches.first[number] == number {
                reaches.add(waiver, number, carriers);
            }
        }
        for parts in reaches.parts.values_mut().chain(reaches.carried.values_mut()) {
            parts.sort_by_key(|part| (part.span.start, Reverse(part.span.end), part.waiver));
            let mut furthest = 0;
            for part in parts {
                furthest = part.span.end.max(furthest);
                part.furthest = furthest;
            }
        }
        reaches
    }

    fn add(&mut self, waiver: &'a Waiver, number: usize, carriers: &HashMap<Span, Vec<Span>>) {
        let rule = &waiver.rule;
        match &waiver.reach {
            Reach::Place(part) => self.add_part(rule, *part, number),
            Reach::Annotation { value, object } => {
                self.annotations.entry((rule, *value)).or_default().push(number);
                for span in carriers.get(value).into_iter().flatten() {
                    let part = Part { span: *span, furthest: 0, waiver: number };
                    self.carried.entry((rule, span.file)).or_default().push(part);
                }
                if let Some(part) = object {
                    self.add_part(rule, *part, number);
                }
            }
            Reach::Listed(listed) => self.listed.entry(rule).or_default().push((listed, number)),
        }
    }

    fn add_part(&mut self, rule: &'a RuleId, span: Span, waiver: usize) {
        self.parts.entry((rule, span.file)).or_default().push(Part { span, furthest: 0, waiver });
    }

    /// The first waiver that reaches the same as this one.
    pub(super) fn first(&self, number: usize) -> usize {
        self.first[number]
    }

    /// The numbers of the waivers that accept a finding at one of its places, the innermost first. Of those that reach
    /// the same there is one.
    pub(super) fn covering(&self, rule: &RuleId, site: Site<'_>) -> Vec<usize> {
        let mut numbers = self.at(rule, site.span);
        if let Some(value) = site.allowed_by {
            numbers.extend(self.annotations.get(&(rule, value)).into_iter().flatten());
        }
        let path = self.sources.get(site.span.file).path();
        let listed = self.listed.get(rule).into_iter().flatten();
        numbers
            .extend(listed.filter(|(waiver, _)| waiver.covers(path, site.object)).map(|(_, number)| *number));
        numbers
    }

    /// The numbers of the waivers that would perhaps accept a finding of a rule at a place, if it was made.
    pub(super) fn perhaps_covering(&self, rule: &RuleId, place: Span) -> Vec<usize> {
        let listed = self.listed.get(rule).into_iter().flatten();
        self.at(rule, place).into_iter().chain(listed.map(|(_, number)| *number)).collect()
    }

    /// The numbers of the waivers in annotations that an object at this place has in some build.
    pub(super) fn carried(&self, rule: &RuleId, place: Span) -> Vec<usize> {
        around(self.carried.get(&(rule, place.file)), place)
    }

    fn at(&self, rule: &RuleId, place: Span) -> Vec<usize> {
        around(self.parts.get(&(rule, place.file)), place)
    }
}

/// The waivers of the parts that a place begins in, the innermost first.
fn around(parts: Option<&Vec<Part>>, place: Span) -> Vec<usize> {
    let parts = parts.map(Vec::as_slice).unwrap_or_default();
    let behind = parts.partition_point(|part| part.span.start <= place.start);
    let may_reach = parts[..behind].iter().rev().take_while(|part| part.furthest >= place.start);
    may_reach.filter(|part| begins_in(part.span, place)).map(|part| part.waiver).collect()
}
