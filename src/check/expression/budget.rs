//! A bound on what the expressions of a rule cost. CEL has none: three lists in each other are a program that never ends.
//!
//! Only what can grow or repeat is metered. Outside of comprehensions every part runs once, and an expression is short.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::common::types::{CelList, CelMap, CelString, DYN_TYPE, LIST_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one rule may still spend in one run. The sum is the same in whatever order objects are judged, so that any
/// number of threads comes to the same end.
pub(super) struct Budget {
    left: AtomicU64,
}

/// What a problem says of a rule that spent too much.
pub(super) const OVERSPENT: &str = "the expressions take too long; let them walk over fewer or smaller lists";

/// Values that one evaluation may visit or make. A second of work, more or less.
const MOST_AT_ONCE: u64 = 200_000;
/// The same for each object on average.
const EACH: u64 = 1_000;

thread_local!(static LEFT: Cell<u64> = const { Cell::new(0) });

impl Budget {
    /// Enough for this number of objects.
    pub(super) fn for_objects(count: usize) -> Self {
        Self { left: AtomicU64::new(MOST_AT_ONCE + EACH * count as u64) }
    }

    pub(super) fn is_overspent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Evaluates something, unless the budget is spent or does not suffice.
    pub(super) fn spend<T>(&self, evaluate: impl FnOnce() -> T) -> Result<T, String> {
        if self.is_overspent() {
            return Err(OVERSPENT.to_owned());
        }
        LEFT.set(MOST_AT_ONCE);
        let answer = evaluate();
        let left = LEFT.get();
        let spent = if left == 0 { u64::MAX } else { MOST_AT_ONCE - left };
        if spent > 0 {
            let less = |all: u64| Some(all.saturating_sub(spent));
            let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
        // CEL forgives errors beside `||` and `&&`, so that the answer itself does not tell.
        if left == 0 { Err(OVERSPENT.to_owned()) } else { Ok(answer) }
    }
}

/// Functions around parts of an expression, under names that no expression can write.
pub(super) fn meters(environment: &mut Env) -> Result<(), cel::DeclarationError> {
    environment.add_overload(VISITED, VISITED, vec![DYN_TYPE], visited)?;
    environment.add_overload(MADE, MADE, vec![DYN_TYPE], made)?;
    environment.add_overload(COMPARED, COMPARED, vec![LIST_TYPE], compared)?;
    environment.add_overload(REPEATED, REPEATED, vec![STRING_TYPE], repeated)
}

/// Pays for walking over a value.
const VISITED: &str = "@visited";
/// Pays for a value with all that is inside.
const MADE: &str = "@made";
/// Pays for comparing every item of a list with every other.
const COMPARED: &str = "@compared";
/// Refuses a text that is too long to be repeated.
const REPEATED: &str = "@repeated";

/// Puts meters around whatever can grow or repeat.
pub(super) fn meter(part: &mut IdedExpr, in_loop: bool) {
    let around = match &mut part.expr {
        Expr::Select(select) => {
            meter(&mut select.operand, in_loop);
            None
        }
        Expr::List(list) => {
            list.elements.iter_mut().for_each(|element| meter(element, in_loop));
            in_loop.then_some(MADE)
        }
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    meter(&mut entry.key, in_loop);
                    meter(&mut entry.value, in_loop);
                }
            }
            in_loop.then_some(MADE)
        }
        Expr::Comprehension(comprehension) => {
            meter(&mut comprehension.iter_range, in_loop);
            wrap(&mut comprehension.iter_range, VISITED);
            meter(&mut comprehension.accu_init, in_loop);
            meter(&mut comprehension.loop_step, true);
            meter(&mut comprehension.result, true);
            None
        }
        Expr::Call(call) => meter_call(call, in_loop),
        Expr::Ident(_) | Expr::Struct(_) | Expr::Literal(_) | Expr::Unspecified => None,
    };
    if let Some(function) = around {
        wrap(part, function);
    }
}

/// Meters the parts of a call, and says which meter belongs around it.
fn meter_call(call: &mut CallExpr, in_loop: bool) -> Option<&'static str> {
    if is_append(call) {
        // CEL knows this form, and would copy the list at each step if there were another.
        if let Expr::List(list) = &mut call.args[1].expr {
            for element in &mut list.elements {
                meter(element, true);
                wrap(element, MADE);
            }
        }
        return None;
    }
    let name = call.func_name.as_str();
    let is_reader = matches!(name, operators::IN | operators::EQUALS | operators::NOT_EQUALS)
        || name.starts_with(char::is_alphabetic);
    for part in call.target.as_deref_mut().into_iter().chain(&mut call.args) {
        meter(part, in_loop);
        if is_reader && in_loop && !is_namespace(part) {
            wrap(part, VISITED);
        }
    }
    match name {
        "distinct" => call.target.as_deref_mut().into_iter().for_each(|list| wrap(list, COMPARED)),
        "replace" => call.args.iter_mut().skip(1).take(1).for_each(|text| wrap(text, REPEATED)),
        // Where nothing is left, not even the first list is made.
        "range" => call.args.iter_mut().for_each(|length| wrap_all(length, VISITED)),
        "join" => call.args.iter_mut().for_each(|text| wrap(text, REPEATED)),
        _ => {}
    }
    match name {
        "range" | "replace" | "join" | "format" | "split" => Some(MADE),
        operators::ADD | "flatten" => in_loop.then_some(MADE),
        _ => None,
    }
}

/// `@result + [item]`, as `map` and `filter` have it.
fn is_append(call: &CallExpr) -> bool {
    let [Expr::Ident(accumulator), Expr::List(_)] = [0, 1].map(|index| match call.args.get(index) {
        Some(argument) => &argument.expr,
        None => &Expr::Unspecified,
    }) else {
        return false;
    };
    call.func_name == operators::ADD && accumulator.starts_with('@')
}

/// `lists` in `lists.range`.
fn is_namespace(part: &IdedExpr) -> bool {
    matches!(&part.expr, Expr::Ident(name) if matches!(name.as_str(), "lists" | "optional" | "strings"))
}

/// What is written out is short.
fn wrap(part: &mut IdedExpr, function: &str) {
    if !matches!(part.expr, Expr::Literal(_)) {
        wrap_all(part, function);
    }
}

fn wrap_all(part: &mut IdedExpr, function: &str) {
    let inner = std::mem::take(part);
    let id = inner.id;
    let call = CallExpr { func_name: function.to_owned(), target: None, args: vec![inner] };
    *part = IdedExpr { id, expr: Expr::Call(call) };
}

fn visited<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    pay(arguments, |value| match value.downcast_ref::<CelString>() {
        Some(text) => 1 + text.inner().len() as u64 / 1024,
        None => 1 + size(value),
    })
}

fn made<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    pay(arguments, |value| weight(value, LEFT.get()))
}

fn compared<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    pay(arguments, |value| size(value).saturating_mul(size(value)) / 64)
}

fn repeated<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let is_long = |text: &CelString<'_>| text.inner().len() > LONGEST_REPEATED;
    pay(arguments, |value| if value.downcast_ref().is_some_and(is_long) { u64::MAX } else { 1 })
}

/// Longer than any name in Kubernetes.
const LONGEST_REPEATED: usize = 300;

fn pay<'b, 'v>(
    mut arguments: Vec<CowVal<'b, 'v>>,
    price: impl Fn(&dyn Val) -> u64,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    let left = LEFT.get().saturating_sub(price(value.as_ref()));
    LEFT.set(left);
    if left == 0 { Err(ExecutionError::function_error(VISITED, OVERSPENT)) } else { Ok(value) }
}

fn size(value: &dyn Val) -> u64 {
    value.as_sizer().map_or(0, |sizer| u64::try_from(*sizer.size().inner()).unwrap_or(0))
}

/// How much there is in a value, as far as `most`. What was written in the codebase is there already and weighs one.
fn weight(value: &dyn Val, most: u64) -> u64 {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return 1 + text.inner().len() as u64 / 16;
    }
    let list = value.downcast_ref::<CelList>().into_iter().flat_map(|list| list.inner().iter());
    let map = value.downcast_ref::<CelMap>().into_iter().flat_map(|map| map.inner().values());
    let mut total = 1;
    for inside in list.chain(map) {
        if total >= most {
            break;
        }
        total += weight(inside.as_ref(), most - total);
    }
    total
}
