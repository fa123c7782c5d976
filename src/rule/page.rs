//! A rule page: front matter between two lines `---`, then Markdown.
//!
//! Only the front matter is read when rules are loaded; everything below it waits until somebody asks.

use super::example::{self, Example};
use super::front_matter;
use super::{Origin, Rule};
use crate::check::Check;
use crate::error::Error;
use crate::finding::Factor;
use crate::problem::{Place, Problem};
use crate::source::{FileKind, Source, Sources};
use crate::yaml::{self, Node};
use std::borrow::Cow;

/// The text of a page and where it lies.
#[derive(Debug, Clone)]
pub struct Page {
    path: String,
    text: Cow<'static, str>,
}

impl Page {
    /// A page. Its path is `…/<factor>-<anything>/<id>.md`, parts separated by `/`.
    pub fn new(path: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Where it lies, as shown to the user.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stem of the file.
    pub fn id(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".md").unwrap_or(name)
    }

    /// Reads the front matter. The rule's expressions are compiled at once only if the page is not built in:
    /// a test has compiled those.
    pub(super) fn into_rule(self, origin: Origin) -> Result<Rule, Error> {
        let factor = self.factor()?;
        check_id(self.id()).map_err(|message| self.error_at(0, message))?;
        let head = self.head()?;
        let mut sources = Sources::default();
        let file = sources.add(self.path.clone(), FileKind::Yaml, head.into());
        let source = sources.get(file);
        let tree = yaml::parse(file, source.shared_text());
        let fields = front_matter::read(&tree, origin).map_err(|problem| at_problem(source, &problem))?;
        Ok(fields.into_rule(factor, origin, self))
    }

    /// The check that the page names, with further parameters that are laid over those of the page, the strongest
    /// first. Problems have their place in these.
    pub(super) fn check_with(&self, layers: &[Node<'_>]) -> Result<Box<dyn Check>, Problem> {
        let head = self.split().map_or("", |(head, _)| &self.text[..head]);
        let file = Sources::default().add(self.path.clone(), FileKind::Yaml, head.into());
        front_matter::check_with(&yaml::parse(file, head.into()), layers)
    }

    /// Line of a byte of the text, from 1.
    pub fn line(&self, offset: usize) -> usize {
        memchr::memchr_iter(b'\n', &self.text.as_bytes()[..offset.min(self.text.len())]).count() + 1
    }

    /// What stands below the front matter.
    pub fn body(&self) -> &str {
        &self.text[self.split().map_or(0, |(_, body)| body)..]
    }

    /// The examples under `## Bad` and `## Good`.
    pub fn examples(&self) -> Result<Vec<Example>, Error> {
        let body = self.text.len() - self.body().len();
        example::read(&self.text, body).map_err(|(at, message)| self.error_at(at, message))
    }

    /// Its headings with their levels, 1 to 6.
    pub fn headings(&self) -> Vec<(u8, String)> {
        example::headings(self.body())
    }

    /// An error at a byte of the page.
    pub(super) fn error_at(&self, offset: usize, message: impl Into<String>) -> Error {
        let mut sources = Sources::default();
        let file = sources.add(self.path.clone(), FileKind::Yaml, self.text.as_ref().into());
        at(sources.get(file), offset as u32, message)
    }

    fn factor(&self) -> Result<Factor, Error> {
        let folder = self.path.rsplit('/').nth(1).unwrap_or_default();
        let number = folder.split('-').next().and_then(|number| number.parse().ok());
        number.and_then(Factor::from_number).ok_or_else(|| {
            let shape = "a rule lies in a folder that begins with the number of its factor, such as `6-non-name-management`";
            self.error_at(0, shape)
        })
    }

    /// The front matter with the line `---` above it; places in it are places in the page.
    fn head(&self) -> Result<&str, Error> {
        let message = "a rule page begins with front matter between two lines `---`";
        let (head, _) = self.split().ok_or_else(|| self.error_at(0, message))?;
        Ok(&self.text[..head])
    }

    /// Where the front matter ends and where the Markdown begins.
    fn split(&self) -> Option<(usize, usize)> {
        let mut lines = self.text.split_inclusive('\n');
        let mut at =
            lines.next().filter(|line| line.trim_start_matches('\u{feff}').trim_end() == "---")?.len();
        for line in lines {
            if line.trim_end() == "---" {
                return Some((at, at + line.len()));
            }
            at += line.len();
        }
        None
    }
}

fn at_problem(source: &Source, problem: &Problem) -> Error {
    match &problem.place {
        Place::Span(span) => at(source, span.start, problem.message.clone()),
        Place::Path(path) => Error::rule(path.clone(), problem.message.clone()),
    }
}

fn at(source: &Source, offset: u32, message: impl Into<String>) -> Error {
    let position = source.position(offset);
    Error::rule(format!("{}:{}:{}", source.path(), position.line, position.column), message)
}

/// Whether this can be the name of a rule: it becomes the stem of a file.
pub(super) fn check_id(id: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(is_plain) {
        return Ok(());
    }
    Err(format!("`{id}` is no name for a rule: use small letters, digits and hyphens"))
}
