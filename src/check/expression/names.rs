//! The names an expression may use. CEL itself would notice an unknown one only when it gets there.

use super::program::Fault;
use crate::suggest::closest;
use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr};

/// The functions of expressions, as `docs/writing-rules.md` describes them.
#[rustfmt::skip]
pub const FUNCTIONS: [&str; 47] = [
    // Of every type.
    "bool", "bytes", "double", "dyn", "int", "size", "string", "type", "uint",
    // Of text.
    "charAt", "contains", "endsWith", "format", "indexOf", "join", "lastIndexOf", "lowerAscii", "matches", "quote",
    "replace", "reverse", "split", "startsWith", "substring", "trim", "upperAscii",
    // Of lists.
    "distinct", "flatten", "range", "slice", "sort",
    // Of optional values.
    "hasValue", "none", "of", "ofNonZeroValue", "or", "orValue", "value",
    // Rewritten while compiling, so that a program never calls them.
    "all", "exists", "exists_one", "filter", "has", "map", "optFlatMap", "optMap", "sortBy",
];

const VARIABLES: [&str; 3] = ["self", "key", "object"];

/// Names that are no variables: types, and the first half of `optional.of`, `lists.range`, `strings.quote`.
const WORDS: [&str; 14] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "lists",
    "map",
    "null_type",
    "optional",
    "optional_type",
    "string",
    "strings",
    "type",
    "uint",
];

/// Whether every name is known; the fault is the first that is not.
pub(super) fn check(program: &Program) -> Result<(), Fault> {
    let mut names = Names::default();
    names.read(program.expression(), &mut Vec::new());
    let Some((id, name)) = names.unknown.first() else { return Ok(()) };
    let place = program.source_info().offset_for(*id).map_or(0, |(start, _)| start as usize);
    Err((place, unknown(name)))
}

/// What to say of an unknown name.
pub(super) fn unknown(name: &str) -> String {
    let known = VARIABLES.into_iter().chain(FUNCTIONS);
    let near = closest(name, known).map(|near| format!("; did you mean `{near}`?"));
    let known = || "; an expression knows `self`, `key`, `object` and the functions of CEL".to_owned();
    format!("`{name}` is unknown{}", near.unwrap_or_else(known))
}

#[derive(Default)]
struct Names<'e> {
    /// In the order of the expression.
    unknown: Vec<(u64, &'e str)>,
}

impl<'e> Names<'e> {
    /// `bound` holds the variables that a comprehension has declared around this part.
    fn read(&mut self, part: &'e IdedExpr, bound: &mut Vec<&'e str>) {
        match &part.expr {
            Expr::Ident(name) => self.variable(part.id, name, bound),
            Expr::Select(select) => self.read(&select.operand, bound),
            Expr::Call(call) => {
                self.function(part.id, &call.func_name);
                call.target.iter().for_each(|target| self.read(target, bound));
                call.args.iter().for_each(|argument| self.read(argument, bound));
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.read(element, bound)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.read(&entry.key, bound);
                        self.read(&entry.value, bound);
                    }
                }
            }
            Expr::Comprehension(comprehension) => {
                self.read(&comprehension.iter_range, bound);
                self.read(&comprehension.accu_init, bound);
                let outside = bound.len();
                bound.extend([comprehension.iter_var.as_str(), &comprehension.accu_var]);
                bound.extend(comprehension.iter_var2.as_deref());
                self.read(&comprehension.loop_step, bound);
                self.read(&comprehension.result, bound);
                bound.truncate(outside);
            }
            Expr::Struct(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn variable(&mut self, id: u64, name: &'e str, bound: &[&str]) {
        let is_known = VARIABLES.contains(&name) || WORDS.contains(&name) || bound.contains(&name);
        // The rewriting of macros leaves names that nobody can write.
        if !is_known && !name.starts_with('@') {
            self.unknown.push((id, name));
        }
    }

    /// Operators are functions whose names nobody can write.
    fn function(&mut self, id: u64, name: &'e str) {
        if name.starts_with(char::is_alphabetic) && !FUNCTIONS.contains(&name) {
            self.unknown.push((id, name));
        }
    }
}
