//! From what `hcl-edit` read to a tree. It recurses no deeper than that reader does.

use crate::source::FileId;
use crate::yaml::{Lowered, Shape, Tree};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::{Element, Template};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

pub(super) fn lower(file: FileId, text: Arc<str>, body: &Body) -> Tree {
    let mut lowering = Lowering { text: &text, tree: Lowered::default() };
    lowering.body(body, 0..text.len());
    let tree = lowering.tree;
    tree.finish(file, text)
}

struct Lowering<'a> {
    text: &'a str,
    tree: Lowered,
}

/// Everything that stands under one name in one body.
struct Group<'a> {
    key: Key<'a>,
    values: Vec<Value<'a>>,
}

#[derive(Clone, Copy)]
enum Key<'a> {
    Word(&'a hcl_edit::Decorated<hcl_edit::Ident>),
    Label(&'a BlockLabel),
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Expression(&'a Expression),
    /// A block, and how many of its labels are keys above it already.
    Block(&'a Block, usize),
}

/// Terraform's blocks have two at most. What has more is no Terraform.
const MOST_LABELS: usize = 4;

impl Lowering<'_> {
    fn body(&mut self, body: &Body, place: Range<usize>) {
        let mut groups = Groups::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    groups.add(
                        &attribute.key,
                        Key::Word(&attribute.key),
                        Value::Expression(&attribute.value),
                    );
                }
                Structure::Block(block) => {
                    groups.add(&block.ident, Key::Word(&block.ident), Value::Block(block, 0));
                }
            }
        }
        self.mapping(&groups.0, place);
    }

    fn mapping(&mut self, groups: &[Group<'_>], place: Range<usize>) {
        self.tree.open(Shape::Mapping, place);
        for group in groups {
            self.key(group.key);
            self.values(&group.values);
        }
        self.tree.close(groups.len());
    }

    fn key(&mut self, key: Key<'_>) {
        match key {
            Key::Word(word) | Key::Label(BlockLabel::Ident(word)) => self.tree.word(place(word)),
            Key::Label(BlockLabel::String(text)) => self.quoted(place(text)),
        }
    }

    /// One value is itself, labelled blocks are a mapping, and everything else is a list.
    fn values(&mut self, values: &[Value<'_>]) {
        if let [value] = values {
            return self.value(*value);
        }
        let mut groups = Groups::default();
        for value in values {
            let Some((label, block, depth)) = value.label() else { break };
            groups.add(label.as_str(), Key::Label(label), Value::Block(block, depth + 1));
        }
        let labelled: usize = groups.0.iter().map(|group| group.values.len()).sum();
        let start = values.first().map(|value| value.place()).unwrap_or_default();
        if labelled == values.len() {
            return self.mapping(&groups.0, start);
        }
        self.tree.open(Shape::Sequence, start);
        for value in values {
            self.value(*value);
        }
        self.tree.close(values.len());
    }

    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Expression(expression) => self.expression(expression),
            Value::Block(block, _) => match value.label() {
                Some((label, _, depth)) => {
                    let values = vec![Value::Block(block, depth + 1)];
                    self.mapping(&[Group { key: Key::Label(label), values }], place(block));
                }
                None => self.body(&block.body, place(block)),
            },
        }
    }

    fn expression(&mut self, expression: &Expression) {
        let whole = place(expression);
        match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) => self.tree.word(whole),
            Expression::String(_) => self.quoted(whole),
            Expression::StringTemplate(template) => {
                self.quoted(whole);
                self.filled_in(template);
            }
            Expression::HeredocTemplate(heredoc) => {
                self.tree.word(heredoc.template.span().unwrap_or(whole));
                self.filled_in(&heredoc.template);
            }
            Expression::Array(array) => {
                self.tree.open(Shape::Sequence, whole);
                array.iter().for_each(|item| self.expression(item));
                self.tree.close(array.len());
            }
            Expression::Object(object) => self.object(object, whole),
            Expression::Parenthesis(parenthesis) => self.expression(parenthesis.inner()),
            _ => {
                self.tree.word(whole.clone());
                self.tree.computed(whole);
            }
        }
    }

    fn object(&mut self, object: &Object, whole: Range<usize>) {
        self.tree.open(Shape::Mapping, whole);
        for (key, value) in object {
            match key {
                ObjectKey::Ident(word) => self.tree.word(place(word)),
                // A list or an object is no key.
                ObjectKey::Expression(Expression::Array(_) | Expression::Object(_)) => {
                    self.tree.word(place(key));
                }
                ObjectKey::Expression(key) => self.expression(key),
            }
            self.expression(value.expr());
        }
        self.tree.close(object.len());
    }

    fn quoted(&mut self, place: Range<usize>) {
        let has_escapes = self.text.get(place.clone()).is_some_and(|text| text.contains('\\'));
        self.tree.quoted(place, has_escapes);
    }

    fn filled_in(&mut self, template: &Template) {
        let computed = template.iter().filter(|element| !matches!(element, Element::Literal(_)));
        computed.map(place).for_each(|place| self.tree.computed(place));
    }
}

impl<'a> Value<'a> {
    fn label(self) -> Option<(&'a BlockLabel, &'a Block, usize)> {
        match self {
            Self::Block(block, depth) if depth < MOST_LABELS => {
                Some((block.labels.get(depth)?, block, depth))
            }
            _ => None,
        }
    }

    fn place(self) -> Range<usize> {
        match self {
            Self::Block(block, _) => place(block),
            Self::Expression(expression) => place(expression),
        }
    }
}

/// Groups in the order in which their first value is written.
#[derive(Default)]
struct Groups<'a>(Vec<Group<'a>>, HashMap<&'a str, usize>);

impl<'a> Groups<'a> {
    fn add(&mut self, name: &'a str, key: Key<'a>, value: Value<'a>) {
        let index = *self.1.entry(name).or_insert(self.0.len());
        match self.0.get_mut(index) {
            Some(group) => group.values.push(value),
            None => self.0.push(Group { key, values: vec![value] }),
        }
    }
}

/// The parser gives every part its place.
fn place(part: &impl Span) -> Range<usize> {
    part.span().unwrap_or_default()
}
