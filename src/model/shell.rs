//! Shell as far as a linter needs it: which commands run, with which words, and where their output goes.
//!
//! Nothing is expanded or run. Comments and the bodies of here-documents are no commands and never appear.

mod read;

pub use read::{LineBreaks, read};

use std::ops::Range;

/// Commands of which each reads what the one before wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// From left to right; never empty.
    pub commands: Vec<Command>,
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words after quotes were removed. Reserved words (`if`, `do`, `!`) are left out.
    pub words: Vec<Word>,
    /// Files its output is written to, those of the group around it included.
    pub outputs: Vec<Output>,
}

/// One word, quotes removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// The text. Expansions stand in it as they are written.
    pub text: String,
    /// Its bytes in the script, quotes included.
    pub range: Range<usize>,
    /// Whether a variable, a command or a template is expanded in it, so that the text is not what the command gets.
    pub expands: bool,
}

/// A redirection of output into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The file.
    pub target: Word,
    /// 1 for ordinary output, 2 for errors.
    pub descriptor: u8,
    /// Whether the file is appended to: `>>`.
    pub appends: bool,
}

impl Pipeline {
    /// The bytes from the first word to the last.
    pub fn range(&self) -> Range<usize> {
        let mut ranges = self.commands.iter().map(Command::range).filter(|range| !range.is_empty());
        let first = ranges.next().unwrap_or_default();
        ranges.fold(first, |all, range| all.start.min(range.start)..all.end.max(range.end))
    }
}

impl Command {
    /// The bytes from the first word to the last, redirections included.
    pub fn range(&self) -> Range<usize> {
        let outputs = self.outputs.iter().map(|output| &output.target.range);
        let start = self.words.first().map_or(0, |word| word.range.start);
        let ends = self.words.iter().map(|word| &word.range).chain(outputs).map(|range| range.end);
        start..ends.max().unwrap_or(start).max(start)
    }

    /// The program that runs, without its folder: `kubectl` for `sudo /usr/bin/kubectl`, and for `$(KUBECTL)`.
    pub fn program(&self) -> Option<String> {
        let word = self.words.get(self.program_index()?)?;
        let text = word.text.trim_start_matches('@');
        if let Some(variable) = variable_name(text) {
            return Some(variable.to_ascii_lowercase());
        }
        text.rsplit('/').next().map(str::to_owned)
    }

    /// The words after the program.
    pub fn arguments(&self) -> &[Word] {
        let start = self.program_index().map_or(self.words.len(), |index| index + 1);
        &self.words[start..]
    }

    /// The arguments that are neither flags nor values of these flags: verb first.
    pub fn operands<'a>(&'a self, value_flags: &'a [&'a str]) -> impl Iterator<Item = &'a Word> {
        let mut is_value = false;
        self.arguments().iter().filter(move |word| {
            let follows_flag = std::mem::replace(&mut is_value, value_flags.contains(&&*word.text));
            !follows_flag && !is_flag(&word.text)
        })
    }

    /// The value of a flag, in any way of writing it: `-o yaml`, `-oyaml`, `-o=yaml`, `--output=yaml`, `--output yaml`.
    pub fn flag(&self, names: &[&str]) -> Option<&str> {
        let words = self.arguments();
        words.iter().enumerate().find_map(|(index, word)| {
            let (name, rest) = names.iter().find_map(|name| Some((*name, word.text.strip_prefix(name)?)))?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => words.get(index + 1).map(|next| next.text.as_str()),
                None if !name.starts_with("--") => Some(rest),
                None => None,
            }
        })
    }

    /// Whether a flag is given, with a value or without.
    pub fn has_flag(&self, name: &str) -> bool {
        let mut rests = self.arguments().iter().filter_map(|word| word.text.strip_prefix(name));
        rests.any(|rest| rest.is_empty() || rest.starts_with('='))
    }

    /// Assignments and programs that run another program stand before it.
    fn program_index(&self) -> Option<usize> {
        let mut index = 0;
        loop {
            let text = self.words.get(index)?.text.as_str();
            if WRAPPERS.contains(&text) {
                index += 1;
                index +=
                    self.words[index..].iter().take_while(|word| is_wrapper_argument(&word.text)).count();
            } else if is_assignment(text) || matches!(text, "@" | "-" | "+") {
                index += 1;
            } else {
                return Some(index);
            }
        }
    }
}

/// Programs that run the program named in their arguments.
const WRAPPERS: [&str; 11] =
    ["sudo", "env", "exec", "command", "nohup", "time", "timeout", "xargs", "nice", "@sudo", "eval"];

fn is_wrapper_argument(text: &str) -> bool {
    is_flag(text) || is_assignment(text) || text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_flag(text: &str) -> bool {
    text.starts_with('-') && text != "-"
}

fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `KUBECTL` for `$KUBECTL`, `${KUBECTL}` and make's `$(KUBECTL)`.
pub fn variable_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('$')?;
    let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.or_else(|| rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')));
    let name = inner.unwrap_or(rest);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}
