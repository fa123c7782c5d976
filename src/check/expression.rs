//! Declarative checks: a rule page says where (`kinds:`, `each:`), whether (`fails:`) and what to say (`message:`).
//!
//! The only file that knows CEL. Nothing is compiled before the first value is judged, because most rules of a run
//! have nothing to judge.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::kinds::KindPattern;
use crate::model::object::Object;
use crate::model::path::{Path, Selected};
use crate::problem::Problem;
use crate::yaml::{Node, Shape, Value as Scalar};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt,
};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Program, Value, extensions};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

/// What a rule page declares.
pub struct Expression {
    kinds: Vec<KindPattern>,
    /// Where; the object itself if there is no path.
    each: Vec<Path>,
    fails: Lazy,
    message: Vec<Piece>,
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
        Ok(Self { kinds, each, fails: Lazy::new(fails), message: pieces(message)? })
    }

    /// Compiles everything now, so that what is wrong is known before anything runs.
    pub fn compile(&self) -> Result<(), ExpressionError> {
        let error = |part, start, (at, message)| ExpressionError { part, at: start + at, message };
        self.fails.program().map_err(|fault| error(Part::Fails, 0, fault.clone()))?;
        for piece in &self.message {
            if let Piece::Value { start, expression } = piece {
                expression.program().map_err(|fault| error(Part::Message, *start, fault.clone()))?;
            }
        }
        Ok(())
    }

    fn judge(&self, object: Object<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.looked_at(1);
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val("object", value(object.root()));
        for selected in self.select(object) {
            self.judge_value(object, selected, &context, &mut outcome);
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
        context: &Context<'_, 'a>,
        outcome: &mut Outcome,
    ) {
        let place = selected.key.map_or(object.head(), |_| selected.place());
        let mut context = context.new_inner_scope();
        context.add_variable_as_val("self", value(selected.value));
        context.add_variable_as_val(
            "key",
            Box::new(CelString::from(selected.key.map(Node::text).unwrap_or_default())),
        );
        match self.fails.is_true(&context) {
            Ok(false) => {}
            Ok(true) => {
                let message = self.say(&context, place, outcome);
                outcome.report(Violation::at(place, message).in_object(object, selected.value));
            }
            Err(trouble) => outcome.trouble(Problem::at(place.span(), trouble)),
        }
    }

    /// The message with its values. A value that cannot be had is not a reason to lose the finding.
    fn say(&self, context: &Context<'_, '_>, place: Node<'_>, outcome: &mut Outcome) -> String {
        let mut message = String::new();
        for piece in &self.message {
            match piece {
                Piece::Text(text) => message.push_str(text),
                Piece::Value { expression, .. } => match expression.text(context) {
                    Ok(text) => message.push_str(&text),
                    Err(trouble) => {
                        message.push('…');
                        outcome.trouble(Problem::at(place.span(), trouble));
                    }
                },
            }
        }
        message
    }
}

impl Check for Expression {
    /// Kinds are matched once for each type, objects are judged in parallel.
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let types = codebase.types().iter().enumerate();
        let types = types.filter(|(_, meta)| self.kinds.iter().any(|kind| kind.matches(meta)));
        let objects: Vec<_> = types.flat_map(|(index, _)| codebase.objects_of_type(index)).collect();
        let judged = objects.par_iter().with_min_len(64).map(|object| self.judge(*object));
        let judged = judged.reduce(Outcome::default, Outcome::merged);
        *outcome = std::mem::take(outcome).merged(judged);
    }
}

/// A part of a message.
enum Piece {
    Text(String),
    /// An expression in braces and the byte at which it starts.
    Value {
        start: usize,
        expression: Lazy,
    },
}

/// Takes a message apart. `{{` and `}}` are literal braces.
fn pieces(message: &str) -> Result<Vec<Piece>, ExpressionError> {
    let error = |at, text: &str| ExpressionError { part: Part::Message, at, message: text.into() };
    let (mut pieces, mut text, mut at) = (Vec::new(), String::new(), 0);
    while let Some(c) = message[at..].chars().next() {
        let rest = &message[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            text.push(c);
            at += 2;
        } else if c == '{' {
            let length = expression_length(&rest[1..])
                .ok_or_else(|| error(at, "a brace is not closed; write `{{` for a brace"))?;
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Value { start: at + 1, expression: Lazy::new(&rest[1..=length]) });
            at += length + 2;
        } else {
            text.push(c);
            at += c.len_utf8();
        }
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

/// Bytes up to the brace that closes an expression; braces inside it may be nested or quoted.
fn expression_length(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('{', None) => depth += 1,
            ('}', None) if depth == 0 => return Some(at),
            ('}', None) => depth -= 1,
            _ => {}
        }
    }
    None
}

/// An expression that is compiled when it is first needed.
struct Lazy {
    source: Box<str>,
    program: OnceLock<Result<Program, (usize, String)>>,
}

impl Lazy {
    fn new(source: &str) -> Self {
        Self { source: source.into(), program: OnceLock::new() }
    }

    fn program(&self) -> Result<&Program, &(usize, String)> {
        self.program.get_or_init(|| compile(&self.source)).as_ref()
    }

    fn evaluate<'e, 'v>(&'e self, context: &'e Context<'_, 'v>) -> Result<CowVal<'e, 'v>, String> {
        let program = self.program().map_err(|(_, message)| message.clone())?;
        Value::resolve_val(program.expression(), context).map_err(|error| explain(&error))
    }

    fn is_true(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        let value = self.evaluate(context)?;
        let answer = value.downcast_ref::<CelBool>().map(|answer| *answer.inner());
        answer.ok_or_else(|| format!("`fails` is true or false, never a {}", value.get_type().name()))
    }

    fn text(&self, context: &Context<'_, '_>) -> Result<String, String> {
        let value = self.evaluate(context)?;
        let value = Value::try_from(value.as_ref()).map_err(|error| explain(&error))?;
        Ok(shortened(&shown(&value)))
    }
}

/// The names and functions of expressions: the standard ones and those for text and lists.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    for extension in [extensions::strings, extensions::lists] {
        environment.add_extension(extension).expect("extensions of one release declare different functions");
    }
    Arc::new(environment)
});

fn compile(source: &str) -> Result<Program, (usize, String)> {
    ENVIRONMENT.compile(source).map_err(|errors| {
        let Some(error) = errors.errors.first() else { return (0, "not an expression".to_owned()) };
        let message = error.msg.lines().next().unwrap_or_default();
        (offset(source, error.pos), message.trim_start_matches("Syntax error: ").to_owned())
    })
}

/// Byte of a line and a column, both counted from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> usize {
    let before = source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0));
    let start: usize = before.map(str::len).sum();
    (start + usize::try_from(column - 1).unwrap_or(0)).min(source.len())
}

/// What an evaluation error means for the author of a rule. Values are left out: one sentence for each kind of trouble.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("`{key}` is absent here; ask `has(….{key})` first or write `.?{key}.orValue(…)`")
        }
        ExecutionError::UndeclaredReference(name) => {
            format!("`{name}` is unknown; an expression knows `self`, `key` and `object`")
        }
        ExecutionError::NoSuchOverload(error) => {
            format!(
                "`{}` does not apply to {}",
                error.function().trim_matches('_'),
                error.argument_types().join(" and ")
            )
        }
        ExecutionError::UnexpectedType { got, want } => format!("this is a {got} here, not a {want}"),
        ExecutionError::ValuesNotComparable(..) => "values of different types are compared".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the list has no such item; ask its `size()` first".to_owned(),
        ExecutionError::FunctionError { function, .. } => {
            format!("`{function}` does not understand its arguments")
        }
        _ => "the expression has no value".to_owned(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(answer) => answer.to_string(),
        Value::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Map(map) => {
            let mut entries: Vec<_> =
                map.map.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
            entries.sort();
            entries.join(", ")
        }
        _ => "null".to_owned(),
    }
}

/// A message is one line, whatever the value.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A node as CEL sees it; text is borrowed.
fn value<'a>(node: Node<'a>) -> Box<dyn Val + 'a> {
    match node.shape() {
        Shape::Scalar => scalar(node),
        Shape::Sequence => {
            let items: Vec<Box<dyn Val + 'a>> = node.items().map(value).collect();
            Box::new(CelList::from(items))
        }
        Shape::Mapping => {
            let mut map: HashMap<CelMapKey<'a>, Box<dyn Val + 'a>> = HashMap::new();
            for entry in node.entries() {
                let key: Cow<'a, str> = entry.key.text();
                map.insert(CelMapKey::String(CelString::from(key)), value(entry.value));
            }
            Box::new(CelMap::from(map))
        }
    }
}

fn scalar<'a>(node: Node<'a>) -> Box<dyn Val + 'a> {
    if node.is_templated() {
        return Box::new(CelString::from(node.raw()));
    }
    match node.value() {
        Scalar::Null => Box::new(CelNull),
        Scalar::Bool(answer) => Box::new(CelBool::from(answer)),
        Scalar::Int(number) => Box::new(CelInt::from(number)),
        Scalar::Uint(number) => Box::new(CelUInt::from(number)),
        Scalar::Float(number) => Box::new(CelDouble::from(number)),
        Scalar::String(text) => Box::new(CelString::from(text)),
    }
}
