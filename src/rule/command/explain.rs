//! A rule page, readable in a terminal and without a network.

use crate::rule::{Origin, Rule};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

/// The page of a rule in words: what it is and what to do, then why, then the examples.
pub fn explain(rule: &Rule) -> String {
    header(rule) + &body(rule.page().body())
}

fn header(rule: &Rule) -> String {
    let Rule { id, factor, severity, confidence, summary, origin, .. } = rule;
    let (severity, confidence) = (severity.as_str(), confidence.as_str());
    let since = rule.since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
    let home = match origin {
        Origin::BuiltIn => String::new(),
        Origin::Own => format!(", in {}", rule.page().path()),
    };
    let (number, title, question) = (factor.number(), factor.title(), factor.question());
    format!("{id}: {summary}\n{severity}, confidence {confidence}{since}{home}\n\n")
        + &wrapped(&format!("Factor {number}, {title}: {question}"), "")
        + &wrapped(&format!("Help: {}", rule.help), "")
}

fn body(markdown: &str) -> String {
    let mut page = Page::default();
    Parser::new(markdown).for_each(|event| page.add(event));
    page.text
}

/// What was rendered so far, and the paragraph that is being read.
#[derive(Default)]
struct Page {
    text: String,
    paragraph: String,
    is_code: bool,
    /// Nested lists, each with the number of its next item if it is numbered.
    lists: Vec<Option<u64>>,
    links: Vec<String>,
}

impl Page {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => self.code(&text),
            Event::Text(text) => self.paragraph.push_str(&text),
            Event::Code(text) => self.paragraph.extend(["`", &text, "`"]),
            Event::SoftBreak | Event::HardBreak => self.paragraph.push(' '),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::CodeBlock(kind) => {
                self.is_code = true;
                self.text.push('\n');
                if let CodeBlockKind::Fenced(info) = kind
                    && let Some(path) = info.split_whitespace().find_map(|word| word.strip_prefix("path="))
                {
                    self.text.extend(["  ", path, ":\n"]);
                }
            }
            Tag::List(first) => {
                self.finish();
                if self.lists.is_empty() {
                    self.text.push('\n');
                }
                self.lists.push(first);
            }
            Tag::Item => self.finish(),
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::Heading(level) => self.heading(level),
            TagEnd::Paragraph | TagEnd::Item => self.finish(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::Link => {
                let url = self.links.pop().unwrap_or_default();
                if !self.paragraph.ends_with(&url) {
                    self.paragraph.extend([" (", &url, ")"]);
                }
            }
            _ => {}
        }
    }

    fn code(&mut self, text: &str) {
        for line in text.lines() {
            self.text.extend(["    ", line, "\n"]);
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let text = std::mem::take(&mut self.paragraph);
        // The title says what the header has said already.
        match level {
            HeadingLevel::H1 => {}
            HeadingLevel::H2 => self.text.extend(["\n", &text.to_uppercase(), "\n"]),
            _ => self.text.extend(["\n  ", &text, "\n"]),
        }
    }

    fn finish(&mut self) {
        if self.paragraph.is_empty() {
            return;
        }
        let paragraph = std::mem::take(&mut self.paragraph);
        let indent = "  ".repeat(self.lists.len());
        let text = match self.lists.last_mut() {
            None => "\n".to_owned() + &wrapped(&paragraph, ""),
            Some(None) => wrapped(&format!("- {paragraph}"), &indent),
            Some(Some(number)) => {
                *number += 1;
                wrapped(&format!("{}. {paragraph}", *number - 1), &indent)
            }
        };
        self.text.push_str(&text);
    }
}

const WIDTH: usize = 80;

/// Lines no wider than a terminal, each behind this indentation.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (String::new(), indent.to_owned());
    for word in text.split_whitespace() {
        if line.width() + 1 + word.width() > WIDTH && line.trim() != "" {
            lines.extend([line.as_str(), "\n"]);
            indent.clone_into(&mut line);
        }
        if line.trim() != "" {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines + &line + "\n"
}
