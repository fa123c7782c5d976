//! A finding with several places: what it says of those that are left when some are set aside.
//!
//! No message counts places by itself. It is put together of what stands at the places, each time some of them go.

use super::{Label, ObjectId};
use crate::source::Span;
use std::collections::HashSet;
use std::mem;

/// A place that is as wrong as the one at which its finding is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Another {
    /// The place.
    pub span: Span,
    /// What is said of it beside the first place.
    pub message: String,
    /// What the message of the finding says of it, if it names or counts its places.
    pub subject: Option<Subject>,
    /// The object it belongs to, if it belongs to one.
    pub object: Option<ObjectId>,
    /// The annotation `k8factor/allow` of the object, if it has one.
    pub allowed_by: Option<Span>,
}

impl Another {
    /// A place of which the message of the finding says nothing.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), subject: None, object: None, allowed_by: None }
    }

    /// Says what stands there.
    #[must_use]
    pub fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

impl Another {
    pub(super) fn words(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.message).chain(self.subject.iter_mut().flat_map(Subject::words))
    }
}

/// What stands at a place, in the words of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name, or the whole message where each place has one of its own.
    pub title: String,
    /// What a message says that is about nothing else; the title if there is nothing more to say.
    pub alone: Option<String>,
}

impl Subject {
    /// What has a name.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), alone: None }
    }

    /// Says more of it in a message that is about nothing else.
    #[must_use]
    pub fn or_alone(self, alone: String) -> Self {
        Self { alone: Some(alone), ..self }
    }
}

impl Subject {
    fn words(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.title).chain(&mut self.alone)
    }
}

/// What a message is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// What stands at the first place.
    pub subject: Option<Subject>,
    /// How the message speaks of it and of the others.
    pub sentence: Sentence,
}

impl Wording {
    pub(super) fn words(&mut self) -> impl Iterator<Item = &mut String> {
        let sentence = match &mut self.sentence {
            Sentence::Own => [None, None],
            Sentence::Counted { start, end, .. } | Sentence::Listed { start, end, .. } => {
                [Some(start), Some(end)]
            }
        };
        self.subject.iter_mut().flat_map(Subject::words).chain(sentence.into_iter().flatten())
    }
}

/// How a message speaks of what stands at several places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sentence {
    /// Of the first place alone, or of all in the same words.
    #[default]
    Own,
    /// It names the first and counts the others.
    Counted {
        /// Stands before the first.
        start: String,
        /// Stands behind the first if there is one more; `{}` is its name.
        one_more: &'static str,
        /// Stands behind the first if there are more; `{}` is how many.
        more: &'static str,
        /// Ends the sentence.
        end: String,
    },
    /// It names each once, but not too many of them.
    Listed {
        /// Stands before the names.
        start: String,
        /// How many are named before the rest is counted.
        most: usize,
        /// Ends the sentence.
        end: String,
    },
}

impl Sentence {
    /// The message; none where nothing stands at any place that could be named, so that it stays as it is.
    fn message(&self, first: Option<&Subject>, also: &[Another]) -> Option<String> {
        let others = also.iter().filter_map(|another| another.subject.as_ref());
        match self {
            Self::Own => first.map(|subject| subject.title.clone()),
            Self::Counted { start, one_more, more, end } => {
                let subjects: Vec<&Subject> = first.into_iter().chain(others).collect();
                Some(format!("{start}{}{end}", counted(&subjects, one_more, more)?))
            }
            Self::Listed { start, most, end } => {
                let titles: Vec<&str> =
                    first.into_iter().chain(others).map(|one| one.title.as_str()).collect();
                Some(format!("{start}{}{end}", listed(titles, *most)?))
            }
        }
    }
}

fn counted(subjects: &[&Subject], one_more: &str, more: &str) -> Option<String> {
    let (first, others) = subjects.split_first()?;
    Some(match others {
        [] => first.alone.as_ref().unwrap_or(&first.title).clone(),
        [other] => first.title.clone() + &one_more.replace("{}", &other.title),
        _ => first.title.clone() + &more.replace("{}", &others.len().to_string()),
    })
}

/// `a`, `b` and 3 more.
fn listed(mut titles: Vec<&str>, most: usize) -> Option<String> {
    let mut seen = HashSet::new();
    titles.retain(|title| seen.insert(*title));
    let hidden = titles.len().saturating_sub(most);
    titles.truncate(most);
    let last = if hidden > 0 { format!("{hidden} more") } else { titles.pop()?.to_owned() };
    Some(if titles.is_empty() { last } else { format!("{} and {last}", titles.join(", ")) })
}

/// What findings, and violations that become findings, have in common: places, and words for them.
pub struct Parts<'a> {
    /// The place at which it is told.
    pub span: &'a mut Span,
    /// What is said there.
    pub message: &'a mut String,
    /// Whose place that is.
    pub object: &'a mut Option<ObjectId>,
    /// Who accepts what is wrong there.
    pub allowed_by: &'a mut Option<Span>,
    /// What the message is made of.
    pub wording: &'a mut Wording,
    /// The places that are shown.
    pub related: &'a mut Vec<Label>,
    /// The places that are as wrong.
    pub also: &'a mut Vec<Another>,
}

impl Parts<'_> {
    /// Puts the message together.
    pub fn reword(&mut self) {
        if let Some(message) = self.wording.sentence.message(self.wording.subject.as_ref(), self.also) {
            *self.message = message;
        }
    }

    /// Leaves out the other places. If it loses the one at which it is told, it is told at the next. Whether there is
    /// any place left.
    pub fn keep(&mut self, is_kept: impl Fn(Span) -> bool) -> bool {
        let places = std::iter::once(*self.span).chain(self.also.iter().map(|another| another.span));
        let gone: HashSet<Span> = places.filter(|span| !is_kept(*span)).collect();
        self.related.retain(|label| !gone.contains(&label.span));
        self.also.retain(|another| !gone.contains(&another.span));
        if gone.contains(self.span) {
            if self.also.is_empty() {
                return false;
            }
            let next = self.also.remove(0);
            self.tell_at(next);
        }
        self.reword();
        true
    }

    /// Tells it at another of its places, all of which stay as wrong as they are.
    pub fn move_to(&mut self, number: usize) {
        let there = self.also.remove(number);
        let before = self.tell_at(there);
        self.related.insert(0, Label { span: before.span, message: before.message.clone() });
        self.also.push(before);
        self.reword();
    }

    /// What was the first place is returned.
    fn tell_at(&mut self, there: Another) -> Another {
        self.related.retain(|label| label.span != there.span);
        Another {
            span: mem::replace(self.span, there.span),
            message: FIRST.into(),
            subject: mem::replace(&mut self.wording.subject, there.subject),
            object: mem::replace(self.object, there.object),
            allowed_by: mem::replace(self.allowed_by, there.allowed_by),
        }
    }
}

/// What is said of the place where a run over the whole codebase reports it.
const FIRST: &str = "the first of these places";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_named_once_and_no_more_than_needed() {
        let cases: [(&[&str], Option<&str>); 5] = [
            (&[], None),
            (&["a", "a"], Some("a")),
            (&["a", "b"], Some("a and b")),
            (&["a", "b", "a", "c"], Some("a, b and c")),
            (&["a", "b", "c", "d", "e"], Some("a, b, c and 2 more")),
        ];
        for (titles, expected) in cases {
            assert_eq!(listed(titles.to_vec(), 3).as_deref(), expected);
        }
    }
}
