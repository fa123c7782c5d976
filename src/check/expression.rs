//! Declarative checks: a rule page says where (`kinds:`, `each:`), whether (`fails:`) and what to say (`message:`).
//!
//! CEL is known only here and below. Nothing is compiled before a value has to be judged, because most rules of a run
//! have nothing to judge.

mod budget;
mod message;
mod names;
mod program;
#[cfg(test)]
mod tests;
mod value;

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::kinds::KindPattern;
use crate::model::object::Object;
use crate::model::path::{Path, Selected};
use crate::problem::Problem;
use crate::yaml::Shape;
use budget::{Budget, OVERSPENT};
use message::Message;
use program::{Lazy, Scope};
use rayon::prelude::*;

pub use names::FUNCTIONS;

/// What a rule page declares.
pub struct Expression {
    kinds: Vec<KindPattern>,
    /// Where; the object itself if there is no path.
    each: Vec<Path>,
    fails: Lazy,
    message: Message,
}

/// The parts of an [`Expression`] that are written in CEL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `fails:`
    Fails,
    /// `message:`
    Message,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// The part it stands in.
    pub part: Part,
    /// Byte of that part.
    pub at: usize,
    /// One sentence without a stop.
    pub message: String,
}

impl Expression {
    /// A check over all objects of these kinds. CEL is compiled at its first use.
    pub fn new(
        kinds: Vec<KindPattern>,
        each: Vec<Path>,
        fails: &str,
        message: &str,
    ) -> Result<Self, ExpressionError> {
        let message = Message::parse(message).map_err(|fault| ExpressionError::of(Part::Message, fault))?;
        Ok(Self { kinds, each, fails: Lazy::new(fails), message })
    }

    /// Compiles everything now, so that what is wrong is known before anything runs.
    pub fn compile(&self) -> Result<(), ExpressionError> {
        self.fails.compile().map_err(|fault| ExpressionError::of(Part::Fails, fault))?;
        self.message.compile().map_err(|fault| ExpressionError::of(Part::Message, fault))
    }

    fn judge(&self, object: Object<'_>, budget: &Budget) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.looked_at(1);
        for selected in self.select(object) {
            self.judge_value(object, selected, budget, &mut outcome);
        }
        outcome
    }

    /// What a template action injects is unknown here, so nothing is said about it.
    fn select<'a>(&self, object: Object<'a>) -> Vec<Selected<'a>> {
        if self.each.is_empty() {
            return vec![Selected::whole(object.root())];
        }
        let mut all: Vec<_> = self.each.iter().flat_map(|path| path.select(object.root())).collect();
        all.retain(|selected| selected.value.shape() != Shape::Scalar || !selected.value.is_templated());
        all
    }

    fn judge_value<'a>(
        &self,
        object: Object<'a>,
        selected: Selected<'a>,
        budget: &'a Budget,
        outcome: &mut Outcome,
    ) {
        let place = if self.each.is_empty() { object.head() } else { selected.place() };
        let scope = Scope::new(object.root(), selected, budget);
        match self.fails.is_true(&scope) {
            Ok(false) => {}
            Ok(true) => {
                let said = self.message.with_values(&scope);
                outcome.report(Violation::at(place, said.text).in_object(object, selected.value));
                said.troubles.into_iter().for_each(|t| outcome.trouble(Problem::at(place.span(), t)));
            }
            Err(trouble) => outcome.trouble(Problem::at(place.span(), trouble)),
        }
    }
}

impl Check for Expression {
    /// Kinds are matched once for each type, objects are judged in parallel.
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let types = codebase.types().iter().enumerate();
        let types =
            types.filter(|(_, meta)| self.kinds.iter().any(|kind| kind.matches(meta.group(), meta.kind())));
        let objects: Vec<_> = types.flat_map(|(index, _)| codebase.objects_of_type(index)).collect();
        let budget = Budget::for_objects(objects.len());
        let judged = objects.par_iter().with_min_len(64).map(|object| self.judge(*object, &budget));
        let mut judged = judged.reduce(Outcome::default, Outcome::merged);
        if budget.is_overspent() {
            // How far it came depends on the machine, so nothing of it counts.
            judged = Outcome::default();
            judged.looked_at(objects.len());
            judged.trouble(Problem::at(objects[0].head().span(), OVERSPENT));
        }
        *outcome = std::mem::take(outcome).merged(judged);
    }
}

impl ExpressionError {
    fn of(part: Part, (at, message): program::Fault) -> Self {
        Self { part, at, message }
    }
}
