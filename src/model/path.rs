//! Paths into a document: `spec.template.spec.containers[*].image`, `metadata.annotations["a.b/c"]`, `**.image`.
//!
//! Each step is taken once for the whole set of nodes found so far, and no collection stands in that set twice.
//! So a selection costs at most the size of the document for each step, `**.**` and nested aliases included.

use crate::yaml::{Entry, Identity, Node, Shape};
use std::collections::HashSet;

/// A parsed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// A value that a path leads to.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    /// The last key on the way; absent where nothing but list items lies on it.
    pub key: Option<Node<'a>>,
    /// The value.
    pub value: Node<'a>,
    is_item: bool,
}

/// What is wrong with a path, and at which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The byte.
    pub at: usize,
    /// One sentence without a stop.
    pub message: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `image`, `["a.b/c"]`
    Key(Box<str>),
    /// `*`
    AnyKey,
    /// `[0]`
    Item(usize),
    /// `[*]`
    AnyItem,
    /// `**`: the node itself and everything below it.
    AnyDepth,
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader { text, at: 0 };
        let mut steps = vec![reader.first()?];
        while !reader.rest().is_empty() {
            steps.push(reader.next()?);
        }
        Ok(Self(steps))
    }

    /// Everything below `root` that the path leads to, in the order of the text. A key whose value is null is absent,
    /// as it is for the API server. `**` does not enter aliases: what they stand for is written elsewhere.
    pub fn select<'a>(&self, root: Node<'a>) -> Vec<Selected<'a>> {
        // Most paths are keys alone, and this runs for every object there is.
        let keys = self.0.iter().take_while(|step| matches!(step, Step::Key(_))).count();
        let Some(start) = below(root, &self.0[..keys]) else { return Vec::new() };
        let mut selected = vec![start];
        for step in &self.0[keys..] {
            let mut found = Found::default();
            for from in selected {
                step.take(from, &mut found);
            }
            selected = found.list;
        }
        selected.sort_by_key(|selected| selected.value.id());
        selected
    }
}

impl<'a> Selected<'a> {
    /// The document itself.
    pub fn whole(root: Node<'a>) -> Self {
        Self { key: None, value: root, is_item: false }
    }

    /// The best place for a finding about the value: a scalar itself, for a collection the key it stands under, for a
    /// collection in a list its name or its first key. The collection as a whole would be many lines.
    pub fn place(self) -> Node<'a> {
        let Self { key, value, is_item } = self;
        match (value.shape(), key) {
            (Shape::Scalar, _) => value,
            (_, Some(key)) if !is_item => key,
            _ => {
                let name = value.get("name").filter(|name| name.shape() == Shape::Scalar);
                name.or(value.entries().next().map(|entry| entry.key)).unwrap_or(value)
            }
        }
    }
}

impl Step {
    fn take<'a>(&self, from: Selected<'a>, found: &mut Found<'a>) {
        match self {
            Self::Key(key) => found.add_all(from.value.entry(key).map(of_entry)),
            Self::AnyKey => found.add_all(from.value.entries().map(of_entry)),
            Self::Item(index) => found.add_all(items(from).nth(*index)),
            Self::AnyItem => found.add_all(items(from)),
            Self::AnyDepth => found.add_all_below(from),
        }
    }
}

/// What is left at the end of a path of keys.
fn below<'a>(root: Node<'a>, keys: &[Step]) -> Option<Selected<'a>> {
    keys.iter().try_fold(Selected::whole(root), |from, step| match step {
        Step::Key(key) => from.value.entry(key).filter(|entry| !entry.value.is_null()).map(of_entry),
        _ => None,
    })
}

fn of_entry(entry: Entry<'_>) -> Selected<'_> {
    Selected { key: Some(entry.key), value: entry.value, is_item: false }
}

fn items(from: Selected<'_>) -> impl Iterator<Item = Selected<'_>> {
    from.value.items().map(move |value| Selected { key: from.key, value, is_item: true })
}

/// What one step leads to.
#[derive(Default)]
struct Found<'a> {
    list: Vec<Selected<'a>>,
    /// Collections by what they stand for, scalars by where they stand: two aliases of one text are two places, but
    /// two aliases of one list would double the work with every step.
    seen: HashSet<Identity>,
}

impl<'a> Found<'a> {
    fn add_all(&mut self, all: impl IntoIterator<Item = Selected<'a>>) {
        for selected in all {
            self.add(selected);
        }
    }

    /// Whether the value is new.
    fn add(&mut self, selected: Selected<'a>) -> bool {
        let value = selected.value;
        let place = if value.shape() == Shape::Scalar { value } else { value.target() };
        let is_new = !value.is_null() && self.seen.insert(place.identity());
        if is_new {
            self.list.push(selected);
        }
        is_new
    }

    /// What was seen before has been entered before.
    fn add_all_below(&mut self, from: Selected<'a>) {
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            let is_alias = !at.value.target().is(at.value);
            if self.add(at) && !is_alias {
                stack.extend(at.value.entries().map(of_entry));
                stack.extend(items(at));
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn first(&mut self) -> Result<Step, PathError> {
        if self.rest().starts_with('[') { self.bracket() } else { self.name() }
    }

    fn next(&mut self) -> Result<Step, PathError> {
        if self.rest().starts_with('[') {
            return self.bracket();
        }
        if !self.rest().starts_with('.') {
            return Err(self.error("a `.` or a `[` follows here"));
        }
        self.at += 1;
        self.name()
    }

    fn name(&mut self) -> Result<Step, PathError> {
        let rest = self.rest();
        let name = rest.split(['.', '[']).next().unwrap_or_default();
        let step = match name {
            "" => return Err(self.error("a key is missing here; a key with a dot is written `[\"a.b/c\"]`")),
            "*" => Step::AnyKey,
            "**" => Step::AnyDepth,
            _ if name.contains(['*', ']', '"', '\'', ' ']) => {
                return Err(self.error("a key with such a character is written in brackets and quotes"));
            }
            name => Step::Key(name.into()),
        };
        self.at += name.len();
        Ok(step)
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        let inner = &self.rest()[1..];
        if let Some(quote) = inner.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (key, _) =
                inner[1..].split_once(quote).ok_or_else(|| self.error("the quote is not closed"))?;
            return self.close(1 + key.len() + 1, Step::Key(key.into()));
        }
        let index = inner.split(']').next().unwrap_or_default();
        match (index, index.parse()) {
            ("*", _) => self.close(1, Step::AnyItem),
            (_, Ok(number)) => self.close(index.len(), Step::Item(number)),
            _ => Err(self.error("brackets hold `*`, a number or a key in quotes")),
        }
    }

    /// Ends a bracket that holds this many bytes.
    fn close(&mut self, inner: usize, step: Step) -> Result<Step, PathError> {
        let end = self.at + 1 + inner;
        if !self.text[end..].starts_with(']') {
            return Err(self.error("the bracket is not closed"));
        }
        self.at = end + 1;
        Ok(step)
    }

    fn error(&self, message: &'static str) -> PathError {
        PathError { at: self.at, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml;
    use std::fmt::Write as _;

    /// The texts of the places that a path leads to.
    fn places(path: &str, text: &str) -> Vec<String> {
        let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
        let tree = yaml::parse(file, text.into());
        let root = tree.roots().next().expect("one document");
        let selected = Path::parse(path).expect("a path").select(root);
        selected.into_iter().map(|s| s.place().raw().to_owned()).collect()
    }

    const POD: &str = "metadata: {annotations: {a.b/c: x, d: y}}
spec:
  containers:
  - {name: web, image: a}
  - name: log
    image: b
    sub: [{image: c}]
  initContainers: ~
";

    #[test]
    fn keys_items_and_wildcards() {
        assert_eq!(places("spec.containers[*].image", POD), ["a", "b"]);
        assert_eq!(places("spec.containers[1].image", POD), ["b"]);
        assert_eq!(places("metadata.annotations[\"a.b/c\"]", POD), ["x"]);
        assert_eq!(places("metadata.annotations['a.b/c']", POD), ["x"]);
        assert_eq!(places("metadata.annotations.*", POD), ["x", "y"]);
        assert_eq!(places("spec.containers.image", POD), [""; 0]);
    }

    #[test]
    fn any_depth_includes_the_start() {
        assert_eq!(places("**.image", POD), ["a", "b", "c"]);
        assert_eq!(places("spec.containers.**.image", POD), ["a", "b", "c"]);
        assert_eq!(places("spec.**.**.sub[*].**.image", POD), ["c"]);
        assert_eq!(places("**.containers[*].image", POD), ["a", "b"]);
    }

    #[test]
    fn the_place_of_a_collection_is_one_line() {
        assert_eq!(places("spec", POD), ["spec"]);
        assert_eq!(places("spec.containers[*]", POD), ["web", "log"]);
        assert_eq!(places("spec.containers[*].sub[*]", POD), ["image"]);
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(places("spec.initContainers", POD), [""; 0]);
    }

    #[test]
    fn aliases_are_followed_by_name_and_not_by_depth() {
        let text = "a: &a {image: x}\nb: *a\nc: &i y\nd: {image: *i}\n";
        assert_eq!(places("b.image", text), ["x"]);
        assert_eq!(places("**.image", text), ["x", "*i"]);
        assert_eq!(places("*", "a: &x 1\nb: *x\n"), ["1", "*x"]);
    }

    #[test]
    fn a_selection_is_linear_whatever_the_text() {
        let mut text = String::from("l0: &l0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..30 {
            let below = format!("*l{}, ", level - 1).repeat(9);
            writeln!(text, "l{level}: &l{level} [{}]", below.trim_end_matches(", ")).expect("to a string");
        }
        let path = format!("l29{}", "[*]".repeat(30));
        assert_eq!(places(&path, &text).len(), 9);
        let deep = "{a: ".repeat(400) + "1" + &"}".repeat(400);
        assert_eq!(places(&vec!["**"; 20].join("."), &deep).len(), 401);
    }

    #[test]
    fn errors_say_where() {
        let at = |path| Path::parse(path).expect_err("no path").at;
        assert_eq!(
            ["", "a..b", "a[", "a[x]", "a[\"b]", "a[*", "a[*]b", "a.b c", "a*"].map(at),
            [0, 2, 1, 1, 1, 1, 4, 2, 0]
        );
    }
}
