//! Compiles and evaluates one expression, and says in plain words what went wrong.

use super::budget::{self, Budget};
use super::names;
use super::value;
use crate::model::path::Selected;
use crate::yaml::Node;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use cel::common::types::{CelBool, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::parser::Macro;
use cel::{Context, Env, ExecutionError, Value, extensions};
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

/// A byte of the source and what is wrong there.
pub(super) type Fault = (usize, String);

/// An expression that is compiled when it is first needed.
pub(super) struct Lazy {
    source: Box<str>,
    program: OnceLock<Result<IdedExpr, Fault>>,
}

impl Lazy {
    pub(super) fn new(source: &str) -> Self {
        Self { source: source.into(), program: OnceLock::new() }
    }

    #[cfg(test)]
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn compile(&self) -> Result<(), Fault> {
        self.program().map(drop).map_err(Clone::clone)
    }

    pub(super) fn is_true(&self, scope: &Scope<'_>) -> Result<bool, String> {
        self.evaluate(scope, |value| {
            let answer = value.downcast_ref::<CelBool>().map(|answer| *answer.inner());
            answer.ok_or_else(|| format!("`fails` is true or false, not a {}", value.get_type().name()))
        })
    }

    pub(super) fn text(&self, scope: &Scope<'_>) -> Result<String, String> {
        self.evaluate(scope, |value| Ok(value::shown(value.as_ref())))
    }

    fn evaluate<T>(
        &self,
        scope: &Scope<'_>,
        then: impl FnOnce(CowVal<'_, '_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let program = self.program().map_err(|(_, message)| message.clone())?;
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.set_variable_resolver(scope);
        scope.budget.spend(|| match Value::resolve_val(program, &context) {
            Ok(value) => then(value),
            Err(error) => Err(explain(&error)),
        })?
    }

    fn program(&self) -> Result<&IdedExpr, &Fault> {
        self.program.get_or_init(|| compile(&self.source)).as_ref()
    }
}

/// What `self`, `key` and `object` stand for. A value is made when an expression first mentions it.
pub(super) struct Scope<'a> {
    budget: &'a Budget,
    object: Variable<'a>,
    value: Variable<'a>,
    key: CelString<'a>,
}

struct Variable<'a> {
    node: Node<'a>,
    value: OnceLock<Box<dyn Val + 'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(object: Node<'a>, selected: Selected<'a>, budget: &'a Budget) -> Self {
        let variable = |node| Variable { node, value: OnceLock::new() };
        let key = selected.key.map(Node::text).unwrap_or_default();
        Self { budget, object: variable(object), value: variable(selected.value), key: CelString::from(key) }
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        match variable {
            "self" => Some(self.value.get()),
            "object" => Some(self.object.get()),
            "key" => Some(CowVal::Borrowed(&self.key)),
            _ => None,
        }
    }
}

impl Variable<'_> {
    fn get(&self) -> CowVal<'_, '_> {
        CowVal::Borrowed(self.value.get_or_init(|| value::of(self.node)).as_ref())
    }
}

/// The standard functions and those for text and lists.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    for extension in [extensions::strings, extensions::lists, remembered_patterns, budget::meters] {
        environment.add_extension(extension).expect("each extension declares functions of its own");
    }
    Arc::new(environment)
});

/// The parser of CEL goes one level deeper at every operator: a longer expression could exhaust the stack.
const MAX_LENGTH: usize = 2000;

fn compile(source: &str) -> Result<IdedExpr, Fault> {
    if source.len() > MAX_LENGTH {
        let message = format!("the expression is longer than {MAX_LENGTH} bytes; make it several rules");
        return Err((0, message));
    }
    let program = ENVIRONMENT.compile(source).map_err(|errors| {
        let Some(error) = errors.errors.first() else { return (0, "this is no expression".to_owned()) };
        if error.msg.contains("Recursion limit") {
            return (0, "the expression is nested too deeply; make it several rules".to_owned());
        }
        let at = offset(source, error.pos);
        (at, in_words(&error.msg, source, at))
    })?;
    names::check(&program)?;
    let mut expression = program.expression().clone();
    budget::meter(&mut expression, false);
    Ok(expression)
}

/// The parser of CEL names the rules of its grammar; a user wants to know which part it stumbles over.
fn in_words(message: &str, source: &str, at: usize) -> String {
    if !message.starts_with("Syntax error: ") {
        return message.to_owned();
    }
    let rest = &source[at..];
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    match rest.chars().next() {
        None => "the expression ends too early".to_owned(),
        Some(first) => format!("`{}` is not expected here", &rest[..word.max(first.len_utf8())]),
    }
}

/// Byte of a line and a column, both counted from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> usize {
    let before = source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0));
    let start: usize = before.map(str::len).sum();
    let column = usize::try_from(column - 1).unwrap_or(0);
    source[start..].char_indices().nth(column).map_or(source.len(), |(at, _)| start + at)
}

/// What an evaluation error means for the author of a rule. Values are left out, so that a thousand objects with the
/// same trouble have the same words.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("`{key}` is absent; ask `has(….{key})` first or write `.?{key}.orValue(…)`")
        }
        ExecutionError::UndeclaredReference(name) => names::unknown(name),
        ExecutionError::NoSuchOverload(error) => {
            let function = error.function().trim_matches(['_', '@']);
            format!("`{function}` does not apply to {}", error.argument_types().join(" and "))
        }
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
            format!("`{}` does not apply to {} and {}", symbol(operator), left.type_of(), right.type_of())
        }
        ExecutionError::UnexpectedType { got, want } => format!("this is a {got}, not a {want}"),
        ExecutionError::ValuesNotComparable(..) => "values of different types are compared".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the list has no such item; ask its `size()` first".to_owned(),
        ExecutionError::FunctionError { function, .. } => {
            format!("`{}` does not understand its arguments", function.trim_matches('@'))
        }
        _ => "the expression has no value".to_owned(),
    }
}

/// CEL calls some operators by name.
fn symbol(operator: &str) -> &str {
    match operator {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        operator => operator.trim_matches('_'),
    }
}

/// CEL compiles the pattern of `text.matches(pattern)` at every call, which takes a hundred times as long as matching.
/// Here the call becomes one of a function that remembers patterns, and a wrong pattern is a fault of the page.
fn remembered_patterns(environment: &mut Env) -> Result<(), cel::DeclarationError> {
    environment.add_macro(Macro::receiver("matches", 1, |helper, target, arguments| {
        if let Some(Expr::Literal(LiteralValue::String(pattern))) = arguments.first().map(|a| &a.expr)
            && let Err(error) = Regex::new(pattern.inner())
        {
            let message = error.to_string();
            let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            return Err(helper.new_error(arguments[0].id, format!("this is no pattern: {reason}")));
        }
        let (target, args) = (target.take().map(Box::new), std::mem::take(arguments));
        let call = CallExpr { func_name: MATCHES.to_owned(), target, args };
        Ok(Some(helper.next_expr(Expr::Call(call))))
    }))?;
    environment.add_member_overload(MATCHES, MATCHES, STRING_TYPE, vec![STRING_TYPE], matches)
}

/// No expression can call a function of this name itself.
const MATCHES: &str = "@matches";

/// More patterns than this are made by expressions, not written in them.
const REMEMBERED: usize = 1000;

// CEL hands the arguments over by value.
#[allow(clippy::needless_pass_by_value)]
fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    thread_local!(static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default());
    let texts: Vec<&str> =
        arguments.iter().filter_map(|a| a.downcast_ref::<CelString>()).map(CelString::inner).collect();
    let [text, pattern] = texts[..] else { return Err(ExecutionError::missing_argument_or_target()) };
    let answer = PATTERNS.with_borrow_mut(|patterns| {
        if patterns.len() > REMEMBERED {
            patterns.clear();
        }
        if !patterns.contains_key(pattern) {
            let regex =
                Regex::new(pattern).map_err(|error| ExecutionError::function_error(MATCHES, error))?;
            patterns.insert(pattern.to_owned(), regex);
        }
        Ok::<_, ExecutionError>(patterns[pattern].is_match(text))
    })?;
    Ok(CowVal::owned(CelBool::from(answer)))
}
