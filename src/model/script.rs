//! Where shell stands in a codebase: scripts, recipes of make, pipelines, containers that run a shell.

use super::shell::{self, LineBreaks, Pipeline};
use crate::source::{CiSystem, FileKind, Source, Span};
use crate::yaml::{Entry, Node, Shape, Style, Tree};
use std::borrow::Cow;
use std::ops::Range;

/// A piece of shell with its place.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    /// Who runs it.
    pub runner: Runner,
    /// The shell as written, or as the scalar gives it where that has escapes.
    pub text: Cow<'a, str>,
    line_breaks: LineBreaks,
    origin: Origin,
}

/// Who runs a script, which says where the files it writes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    /// Somebody at a terminal, or another script.
    File,
    /// `make`.
    Make,
    /// A task runner: `Taskfile.yml`.
    Task,
    /// A CI system: it works on a checkout of the codebase.
    Ci,
    /// A container in the cluster: its files are not those of the codebase.
    Container,
}

#[derive(Debug, Clone, Copy)]
enum Origin {
    /// The text stands in the file from this offset, byte for byte.
    Verbatim(Span),
    /// The text was unescaped; its parts have no place of their own.
    Whole(Span),
}

impl Script<'_> {
    /// What it runs.
    pub fn pipelines(&self) -> Vec<Pipeline> {
        shell::read(&self.text, self.line_breaks)
    }

    /// The place of a range of the text.
    pub fn span(&self, range: &Range<usize>) -> Span {
        match self.origin {
            Origin::Whole(span) => span,
            Origin::Verbatim(span) => {
                let at = |offset: usize| span.start + offset as u32;
                Span::new(span.file, at(range.start), at(range.end))
            }
        }
    }
}

/// The scripts of a file, in the order of its text. The tree is that of the file, where it is YAML.
pub fn scripts<'a>(source: &'a Source, tree: Option<&'a Tree>) -> Vec<Script<'a>> {
    match source.kind() {
        FileKind::Shell => vec![verbatim(source, 0..source.text().len(), Runner::File, LineBreaks::End)],
        FileKind::Makefile => recipes(source),
        FileKind::Ci(CiSystem::Jenkins) => jenkins_steps(source),
        _ => tree.into_iter().flat_map(Tree::roots).flat_map(|root| in_document(source, root)).collect(),
    }
}

fn verbatim(source: &Source, range: Range<usize>, runner: Runner, line_breaks: LineBreaks) -> Script<'_> {
    let span = Span::new(source.id(), range.start as u32, range.end as u32);
    let text = Cow::Borrowed(source.slice(span));
    Script { runner, text, line_breaks, origin: Origin::Verbatim(span) }
}

/// The lines below a target that begin with a tab. Each runs in a shell of its own.
fn recipes(source: &Source) -> Vec<Script<'_>> {
    let mut recipes = Vec::new();
    let mut end = 0;
    let mut recipe: Option<usize> = None;
    for line in source.text().split_inclusive('\n') {
        let start = end;
        end += line.len();
        let prefix = line.len() - line.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
        let begin = recipe.take().or_else(|| line.starts_with('\t').then_some(start + prefix));
        let Some(begin) = begin else { continue };
        if line.trim_end().ends_with('\\') {
            recipe = Some(begin);
        } else {
            recipes.push(verbatim(source, begin..end, Runner::Make, LineBreaks::End));
        }
    }
    recipes
}

/// `sh '…'` of a Jenkinsfile, in any of Groovy's quotes.
fn jenkins_steps(source: &Source) -> Vec<Script<'_>> {
    let text = source.text();
    let quotes = ["'''", "\"\"\"", "'", "\""];
    let last = quotes.map(|quote| text.rfind(quote).unwrap_or(0));
    let steps = text.match_indices("sh").filter_map(|(at, word)| {
        let starts_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        let rest = text[at + word.len()..].trim_start_matches([' ', '(']);
        let rest = rest.strip_prefix("script:").unwrap_or(rest).trim_start();
        let (quote, last) = quotes.into_iter().zip(last).find(|(quote, _)| rest.starts_with(quote))?;
        let begin = text.len() - rest.len() + quote.len();
        // Whoever looked for a quote that never comes would read the rest of the file each time.
        let length = text[begin..].find(quote).filter(|_| begin <= last)?;
        starts_word.then(|| verbatim(source, begin..begin + length, Runner::Ci, LineBreaks::End))
    });
    steps.collect()
}

fn in_document<'a>(source: &'a Source, root: Node<'a>) -> Vec<Script<'a>> {
    let runner = runner(source, root);
    let mut scripts = Vec::new();
    for mapping in root.walk().filter(|node| node.is_mapping()) {
        for entry in mapping.entries() {
            in_entry(source, runner, entry, &mut scripts);
        }
    }
    scripts
}

fn runner(source: &Source, root: Node<'_>) -> Runner {
    let name = source.file_name().to_ascii_lowercase();
    match source.kind() {
        FileKind::Ci(_) => Runner::Ci,
        _ if name.contains("taskfile") => Runner::Task,
        _ if root.get("apiVersion").is_some() || source.kind() == FileKind::HelmValues => Runner::Container,
        _ => Runner::Ci,
    }
}

fn in_entry<'a>(source: &'a Source, runner: Runner, entry: Entry<'a>, scripts: &mut Vec<Script<'a>>) {
    let key = entry.key.text();
    let is_file = key.ends_with(".sh") && runner == Runner::Container;
    if !is_file && !SCRIPT_KEYS.contains(&&*key) {
        return;
    }
    match entry.value.shape() {
        Shape::Scalar if key != "args" => scripts.extend(in_scalar(source, runner, entry.value)),
        Shape::Sequence if matches!(&*key, "command" | "args") => {
            scripts.extend(shell_argument(entry.value).and_then(|node| in_scalar(source, runner, node)));
        }
        Shape::Sequence => {
            let scalars = entry.value.items().filter(|item| item.shape() == Shape::Scalar);
            scripts.extend(scalars.filter_map(|item| in_scalar(source, runner, item)));
        }
        _ => {}
    }
}

/// GitHub: `run`. GitLab: `script` and its neighbours. Circle: `run`, `command`. Azure: `script`, `bash`.
/// Tekton: `script`. Argo Workflows: `source`. Task: `cmds`, `cmd`, `sh`. Containers: `command`, `args`.
const SCRIPT_KEYS: [&str; 12] = [
    "run",
    "script",
    "before_script",
    "after_script",
    "command",
    "commands",
    "args",
    "bash",
    "source",
    "cmds",
    "cmd",
    "sh",
];

/// What stands behind `-c` in `[sh, -c, …]`, or alone in `args` that a shell reads.
fn shell_argument(list: Node<'_>) -> Option<Node<'_>> {
    let mut items = list.items();
    let is_flag = |text: &str| text.starts_with('-') && text.ends_with('c') && !text.starts_with("--");
    if items.by_ref().any(|item| is_flag(&item.text())) {
        return items.next();
    }
    // `command: [sh, -c]` with the script in `args`.
    list.items().find(|item| item.style() == Style::Literal)
}

fn in_scalar<'a>(source: &'a Source, runner: Runner, node: Node<'a>) -> Option<Script<'a>> {
    let node = node.target();
    let span = node.span();
    let raw = source.slice(span);
    let (start, end, line_breaks) = match node.style() {
        Style::Literal => (raw.find('\n')? + 1, raw.len(), LineBreaks::End),
        Style::Folded => (raw.find('\n')? + 1, raw.len(), LineBreaks::Fold),
        Style::Plain => (0, raw.len(), LineBreaks::Fold),
        Style::DoubleQuoted if !raw.contains('\\') => (1, raw.len() - 1, LineBreaks::Fold),
        Style::SingleQuoted if !raw.get(1..raw.len() - 1)?.contains("''") => {
            (1, raw.len() - 1, LineBreaks::Fold)
        }
        _ => {
            let (text, origin) = (node.text(), Origin::Whole(span));
            return Some(Script { runner, text, line_breaks: LineBreaks::End, origin });
        }
    };
    let at = span.start as usize;
    Some(verbatim(source, at + start..at + end, runner, line_breaks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::yaml;

    /// Every command's words, each as its span gives it.
    fn shown(path: &str, kind: FileKind, text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add(path.into(), kind, text.into());
        let tree = kind.is_yaml().then(|| yaml::parse(file, text.into()));
        let source = sources.get(file);
        let mut commands = Vec::new();
        for script in scripts(source, tree.as_ref()) {
            for pipeline in script.pipelines() {
                commands.push(source.slice(script.span(&pipeline.range())).to_owned());
            }
        }
        commands
    }

    #[test]
    fn pipelines_of_ci_systems_hold_scripts() {
        let cases: &[(&str, &[&str])] = &[
            ("a:\n  - run: kubectl get x # no\n", &["kubectl get x"]),
            ("a:\n  - run: |\n      a\n      b > c\n", &["a", "b > c"]),
            ("a:\n  - run: >-\n      a\n      b\n\n      c\n", &["a\n      b", "c"]),
            ("a:\n  script:\n    - a b\n    - \"c 'd'\"\n    - 'e'\n", &["a b", "c 'd'", "e"]),
            ("a: {run: \"a \\\"b\\\"\"}\n", &["\"a \\\"b\\\"\""]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown("ci.yaml", FileKind::Ci(CiSystem::GitHubActions), text), *expected, "{text}");
        }
    }

    #[test]
    fn recipes_are_joined_and_their_prefixes_dropped() {
        let text = "A = b\nx: y\n\t@a b; c\n\t-d \\\n\t  e\n\n# f\n";
        assert_eq!(shown("Makefile", FileKind::Makefile, text), ["a b", "c", "d \\\n\t  e"]);
    }

    #[test]
    fn steps_of_jenkins_hold_scripts() {
        let text = "steps {\n  sh 'a b'\n  sh(script: \"\"\"\nc\nd\"\"\")\n  push 'x'\n}\n";
        assert_eq!(shown("Jenkinsfile", FileKind::Ci(CiSystem::Jenkins), text), ["a b", "c", "d"]);
    }

    #[test]
    fn containers_run_shells() {
        let text = "apiVersion: v1\nspec:\n  command: [sh, -c, a b]\n  args:\n    - |\n      c\n  image: x\n";
        assert_eq!(shown("pod.yaml", FileKind::Yaml, text), ["a b", "c"]);
    }
}
