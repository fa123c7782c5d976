//! The examples of a rule page: fenced code under `## Bad` and `## Good`.
//!
//! A fence is an example of its own. Fences with `path=` that follow each other are the files of one example, until a
//! `###` heading begins the next. Lines that must be reported end in `# finding` or `// finding`, or their numbers
//! stand after the language: `finding=3,5`.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::iter::Peekable;
use std::ops::Range;

/// A small codebase that a rule page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether it stands under `## Bad`.
    pub is_bad: bool,
    /// Its `###` heading.
    pub title: Option<String>,
    /// Its files in the order of the page.
    pub files: Vec<ExampleFile>,
}

/// A file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFile {
    /// Where it lies in the codebase.
    pub path: String,
    /// Its text, without the marks.
    pub text: String,
    /// The lines that must be reported, from 1.
    pub marked: BTreeSet<u32>,
    /// Byte of the page at which the text begins.
    pub start: usize,
}

/// A place in the page and what is wrong there.
type Fault = (usize, String);

/// Reads the examples of a page whose Markdown begins at byte `body`.
pub(super) fn read(page: &str, body: usize) -> Result<Vec<Example>, Fault> {
    let events = Parser::new(&page[body..]).into_offset_iter();
    let mut events = events.map(|(event, range)| (event, range.start + body..range.end + body)).peekable();
    let mut reader = Reader::default();
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => reader.heading(level, &text(&mut events)),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let start = events.peek().map_or(range.end, |(_, range)| range.start);
                reader.fence(&info, range.start, start, &text(&mut events))?;
            }
            _ => {}
        }
    }
    Ok(reader.examples)
}

/// The headings of a page with their levels.
pub(super) fn headings(body: &str) -> Vec<(u8, String)> {
    let mut events = Parser::new(body).into_offset_iter().peekable();
    let mut headings = Vec::new();
    while let Some((event, _)) = events.next() {
        if let Event::Start(Tag::Heading { level, .. }) = event {
            headings.push((level as u8, text(&mut events)));
        }
    }
    headings
}

/// The text up to the end of a heading or a fence.
fn text<'a>(events: &mut Peekable<impl Iterator<Item = (Event<'a>, Range<usize>)>>) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock) => break,
            _ => {}
        }
    }
    text
}

#[derive(Default)]
struct Reader {
    /// Whether the section is `## Bad` or `## Good`; neither elsewhere.
    is_bad: Option<bool>,
    title: Option<String>,
    /// Whether the next file belongs to the last example.
    is_open: bool,
    examples: Vec<Example>,
}

impl Reader {
    fn heading(&mut self, level: HeadingLevel, text: &str) {
        self.is_open = false;
        self.title = (level > HeadingLevel::H2).then(|| text.to_owned());
        if level <= HeadingLevel::H2 {
            self.is_bad = match text {
                "Bad" => Some(true),
                "Good" => Some(false),
                _ => None,
            };
        }
    }

    /// A fence without a language, or of `text`, illustrates and is no example.
    fn fence(&mut self, info: &str, at: usize, start: usize, text: &str) -> Result<(), Fault> {
        let language = info.split_whitespace().next().unwrap_or("text");
        let Some(is_bad) = self.is_bad.filter(|_| language != "text") else { return Ok(()) };
        let info = Info::read(info).map_err(|message| (at, message))?;
        let path = info.path.or_else(|| default_path(language)).ok_or_else(|| {
            (at, format!("nobody knows what kind of file `{language}` is; write ```{language} path=…"))
        })?;
        let mut file = ExampleFile { path: path.to_owned(), text: String::new(), marked: info.marked, start };
        file.read(text);
        let joins = self.is_open && info.path.is_some();
        match self.examples.last_mut().filter(|_| joins) {
            Some(example) => example.add(file).map_err(|message| (at, message))?,
            None => self.examples.push(Example { is_bad, title: self.title.clone(), files: vec![file] }),
        }
        self.is_open = info.path.is_some();
        Ok(())
    }
}

impl Example {
    fn add(&mut self, file: ExampleFile) -> Result<(), String> {
        if self.files.iter().any(|other| other.path == file.path) {
            return Err(format!(
                "this example already has {}; a `###` heading begins another one",
                file.path
            ));
        }
        self.files.push(file);
        Ok(())
    }
}

impl ExampleFile {
    /// Marks are taken out before the text is read: they may stand where the language has no comments.
    fn read(&mut self, text: &str) {
        for (line, number) in text.lines().zip(1..) {
            let unmarked = MARKS.iter().find_map(|mark| line.trim_end().strip_suffix(mark));
            if unmarked.is_some() {
                self.marked.insert(number);
            }
            self.text.push_str(unmarked.map_or(line, str::trim_end));
            self.text.push('\n');
        }
    }
}

const MARKS: [&str; 2] = ["# finding", "// finding"];

/// What stands after the three backticks.
struct Info<'a> {
    path: Option<&'a str>,
    marked: BTreeSet<u32>,
}

impl<'a> Info<'a> {
    fn read(info: &'a str) -> Result<Self, String> {
        let mut read = Self { path: None, marked: BTreeSet::new() };
        for word in info.split_whitespace().skip(1) {
            match word.split_once('=') {
                Some(("path", path)) => read.path = Some(path),
                Some(("finding", lines)) => read.marked = numbers(lines)?,
                _ => return Err(format!("`{word}` means nothing here; write `path=…` or `finding=3,5`")),
            }
        }
        Ok(read)
    }
}

fn numbers(lines: &str) -> Result<BTreeSet<u32>, String> {
    let numbers = lines.split(',').map(|line| line.parse().ok());
    numbers
        .collect::<Option<_>>()
        .ok_or_else(|| format!("`{lines}` are no line numbers; write `finding=3,5`"))
}

/// The path of a fence that has none.
fn default_path(language: &str) -> Option<&'static str> {
    Some(match language {
        "yaml" | "yml" => "example.yaml",
        "json" => "example.json",
        "hcl" | "terraform" | "tf" => "example.tf",
        "sh" | "bash" | "shell" => "example.sh",
        "make" | "makefile" => "Makefile",
        "groovy" | "jenkinsfile" => "Jenkinsfile",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(page: &str) -> Vec<Example> {
        read(page, 0).expect("a page")
    }

    fn shape(page: &str) -> Vec<(bool, Option<String>, Vec<String>)> {
        let shape = |e: Example| (e.is_bad, e.title, e.files.into_iter().map(|file| file.path).collect());
        examples(page).into_iter().map(shape).collect()
    }

    #[test]
    fn fences_with_paths_are_one_example_until_a_heading() {
        let page = "# T\n```yaml\nno: example\n```\n## Bad\n```yaml\na: 1\n```\n```yaml path=a.yaml\n```\nand\n\
                    ```sh path=b.sh\n```\n### Two\n```tf path=c.tf\n```\n## Good\n```\nx\n```\n```json\n{}\n```\n";
        let two = Some("Two".to_owned());
        assert_eq!(
            shape(page),
            [
                (true, None, vec!["example.yaml".to_owned()]),
                (true, None, vec!["a.yaml".to_owned(), "b.sh".to_owned()]),
                (true, two, vec!["c.tf".to_owned()]),
                (false, None, vec!["example.json".to_owned()]),
            ]
        );
    }

    #[test]
    fn marks_are_taken_out_and_counted() {
        let page =
            "## Bad\n```yaml finding=4\na: # finding\n  b: 1\nc: 2   # finding\n{} // finding: no\n```\n";
        let file = &examples(page)[0].files[0];
        assert_eq!(file.text, "a:\n  b: 1\nc: 2\n{} // finding: no\n");
        assert_eq!(file.marked, BTreeSet::from([1, 3, 4]));
        assert_eq!(&page[file.start..file.start + 2], "a:");
    }

    #[test]
    fn faults_have_a_place() {
        for (page, at, hint) in [
            ("## Bad\n```yaml x=1\n```\n", 7, "`x=1`"),
            ("## Bad\n```yaml finding=a\n```\n", 7, "line numbers"),
            ("## Bad\n```cobol\n```\n", 7, "```cobol path="),
            ("## Bad\n```yaml path=a\n```\n```yaml path=a\n```\n", 26, "already has a"),
        ] {
            let (place, message) = read(page, 0).expect_err(page);
            assert!(place == at && message.contains(hint), "{place} {message}");
        }
    }
}
