//! The front matter of a rule page: what a rule is, without its documentation.

use super::setting::Settings;
use super::{Origin, Page, Rule};
use crate::check::expression::{Expression, ExpressionError, Part};
use crate::check::{Check, registry};
use crate::finding::{Confidence, Factor, RuleId, Severity};
use crate::model::kinds::KindPattern;
use crate::model::path::Path;
use crate::problem::Problem;
use crate::source::Span;
use crate::suggest::closest;
use crate::yaml::{Grade, Node, Tree, Value};

const KEYS: [&str; 12] = [
    "summary",
    "severity",
    "confidence",
    "since",
    "prevents-twin",
    "help", // of every rule
    "kinds",
    "each",
    "fails",
    "message", // of a declarative one
    "check",
    "with", // of a native one
];

/// What the front matter says.
pub(super) struct FrontMatter {
    severity: Severity,
    confidence: Confidence,
    summary: String,
    help: String,
    since: Option<String>,
    prevents_twin: bool,
    check: Box<dyn Check>,
}

impl FrontMatter {
    pub(super) fn into_rule(self, factor: Factor, origin: Origin, page: Page) -> Rule {
        let Self { severity, confidence, summary, help, since, prevents_twin, check } = self;
        let id = RuleId::new(page.id());
        Rule {
            id,
            factor,
            severity,
            confidence,
            summary,
            help,
            since,
            prevents_twin,
            origin,
            page,
            check,
            settings: Settings::default(),
        }
    }
}

/// Reads the front matter; a problem has a place in the page and says what to do.
pub(super) fn read(tree: &Tree, origin: Origin) -> Result<FrontMatter, Problem> {
    let root = mapping(tree)?;
    check_keys(tree, root)?;
    let fields = Fields { root };
    Ok(FrontMatter {
        summary: fields.text("summary")?,
        severity: fields.word("severity", &Severity::ALL.map(|s| (s.as_str(), s)))?,
        confidence: fields.word("confidence", &Confidence::ALL.map(|c| (c.as_str(), c)))?,
        help: fields.text("help")?,
        since: root.get("since").map(|node| node.text().into_owned()),
        prevents_twin: fields.flag("prevents-twin")?,
        check: check(&fields, origin)?,
    })
}

fn mapping(tree: &Tree) -> Result<Node<'_>, Problem> {
    if let Some(trouble) = tree.troubles().iter().find(|trouble| trouble.grade == Grade::Fatal) {
        return Err(Problem::at(trouble.span, trouble.message()));
    }
    let root = tree.roots().next().filter(|root| root.is_mapping());
    root.ok_or_else(|| Problem::at(Span::file_start(tree.file()), "the front matter has no keys"))
}

fn check_keys(tree: &Tree, root: Node<'_>) -> Result<(), Problem> {
    if let Some((_, again)) = tree.duplicates().next() {
        return Err(Problem::at(again.span(), format!("`{}` is written twice", again.text())));
    }
    let unknown = root.entries().map(|entry| entry.key).find(|key| !KEYS.contains(&&*key.text()));
    match unknown {
        Some(key) => Err(Problem::at(key.span(), no_such("key of a rule page", &key.text(), &KEYS))),
        None => Ok(()),
    }
}

/// The native check of a page that was read before, with parameters that are laid over its own, the strongest first.
pub(super) fn check_with(tree: &Tree, layers: &[Node<'_>]) -> Result<Box<dyn Check>, Problem> {
    let root = mapping(tree)?;
    let place = layers.first().map_or_else(|| root.span(), |node| node.span());
    let Some(name) = root.get("check") else {
        let message = "this rule has no parameters: its page says all of its check. Remove `with`, or write a rule of \
                       your own";
        return Err(Problem::at(place, message));
    };
    let layers: Vec<Node<'_>> = layers.iter().copied().chain(root.get("with")).collect();
    registry::build(name, &layers)
}

/// A declarative check or a native one, never half of each.
fn check(fields: &Fields<'_>, origin: Origin) -> Result<Box<dyn Check>, Problem> {
    let Some(name) = fields.root.entry("check") else {
        if let Some(with) = fields.root.entry("with") {
            return Err(Problem::at(
                with.key.span(),
                "`with` gives parameters to a native `check`, which is missing",
            ));
        }
        return Ok(Box::new(expression(fields, origin)?));
    };
    let declarative =
        ["kinds", "each", "fails", "message"].into_iter().find_map(|key| fields.root.entry(key));
    match declarative {
        Some(entry) => {
            let message =
                format!("a rule has a native `check` or says `{}` itself, not both", entry.key.text());
            Err(Problem::at(entry.key.span(), message))
        }
        None => registry::build(name.value, fields.root.get("with").as_slice()),
    }
}

fn expression(fields: &Fields<'_>, origin: Origin) -> Result<Expression, Problem> {
    let kinds = fields
        .list("kinds")?
        .into_iter()
        .map(|node| KindPattern::parse(&node.text()).map_err(|message| Problem::at(node.span(), message)));
    let each = if fields.root.get("each").is_some() { fields.list("each")? } else { Vec::new() };
    let each = each.into_iter().map(|node| {
        Path::parse(&node.text()).map_err(|error| Problem::at(place_in(node, error.at), error.message))
    });
    let (kinds, each) = (kinds.collect::<Result<_, _>>()?, each.collect::<Result<_, _>>()?);
    let (fails, message) = (fields.text("fails")?, fields.text("message")?);
    let in_page = |error: ExpressionError| {
        let key = if error.part == Part::Fails { "fails" } else { "message" };
        let node = fields.root.get(key).unwrap_or(fields.root);
        Problem::at(place_in(node, error.at), error.message)
    };
    let expression = Expression::new(kinds, each, &fails, &message).map_err(in_page)?;
    if origin == Origin::Own {
        expression.compile().map_err(in_page)?;
    }
    Ok(expression)
}

/// The place of a scalar's text from a byte on; the whole scalar where text and source differ.
fn place_in(node: Node<'_>, at: usize) -> Span {
    node.span_within(at..node.text().len())
}

/// The keys of the front matter and what they hold.
struct Fields<'a> {
    root: Node<'a>,
}

impl<'a> Fields<'a> {
    fn required(&self, key: &str) -> Result<Node<'a>, Problem> {
        let missing =
            || Problem::at(self.root.span(), format!("the front matter has no `{key}`{}", purpose(key)));
        self.root.get(key).filter(|node| !node.is_empty()).ok_or_else(missing)
    }

    fn text(&self, key: &str) -> Result<String, Problem> {
        let node = self.required(key)?;
        let text = node.as_str().map(|text| text.trim_end().to_owned());
        text.ok_or_else(|| Problem::at(node.span(), format!("`{key}` is a text")))
    }

    fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<T, Problem> {
        let node = self.required(key)?;
        let text = node.text();
        let known = words.iter().find(|(word, _)| *word == text);
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        known.map(|(_, value)| *value).ok_or_else(|| Problem::at(node.span(), no_such(key, &text, &names)))
    }

    /// `true` or `false`; not, if it is not written.
    fn flag(&self, key: &str) -> Result<bool, Problem> {
        match self.root.get(key).map(|node| (node, node.value())) {
            None => Ok(false),
            Some((_, Value::Bool(is))) => Ok(is),
            Some((node, _)) => Err(Problem::at(node.span(), format!("`{key}` is `true` or `false`"))),
        }
    }

    /// One text or a list of texts.
    fn list(&self, key: &str) -> Result<Vec<Node<'a>>, Problem> {
        let node = self.required(key)?;
        let nodes: Vec<_> = if node.is_sequence() { node.items().collect() } else { vec![node] };
        match nodes.iter().find(|item| item.as_str().is_none()) {
            Some(item) => Err(Problem::at(item.span(), format!("`{key}` is a text or a list of texts"))),
            None => Ok(nodes),
        }
    }
}

fn purpose(key: &str) -> &'static str {
    match key {
        "summary" => ": what the rule objects to, in one line",
        "severity" => ": error, warning or info",
        "confidence" => ": high, medium or low",
        "help" => ": what to do about a finding",
        "kinds" => " and no `check`: the kinds of object it is about, such as `apps/Deployment`",
        "fails" => ": an expression over `self` that is true where the rule objects",
        "message" => ": what a finding says",
        _ => "",
    }
}

fn no_such(what: &str, word: &str, known: &[&str]) -> String {
    let near = closest(word, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{word}` is no {what}{near} (known: {})", known.join(", "))
}
