//! Where reports go: one to standard output, any number to files.

use super::whole;
use crate::config::Config;
use crate::error::Error;
use crate::report::format::{FORMATS, Format, Options, find};
use crate::report::repository::Repository;
use crate::report::{Report, color, human};
use crate::suggest::did_you_mean;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::env;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// How reports are written.
#[derive(clap::Args)]
pub(super) struct Outputs {
    /// How to write the report to standard output
    #[arg(long, default_value = "human", value_parser = formats())]
    format: &'static Format,

    /// Write a report to a file as well, such as `sarif=k8factor.sarif`; can be given several times
    #[arg(long, value_name = "FORMAT=PATH", value_parser = target)]
    output: Vec<Target>,

    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,

    /// Show every finding, not only the first ones of each rule
    #[arg(long)]
    all: bool,
}

/// A file that gets a report.
#[derive(Debug, Clone)]
struct Target {
    format: &'static Format,
    path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names).map(|name| find(&name).expect("clap admits only these names"))
}

fn target(typed: &str) -> Result<Target, String> {
    let known = FORMATS.iter().map(|format| format.name);
    let names = known.clone().collect::<Vec<_>>().join(", ");
    let (name, path) = typed.split_once('=').ok_or("this must be a format, `=` and the path of a file")?;
    let guess = || did_you_mean(name, known.clone());
    let format =
        find(name).ok_or_else(|| format!("there is no format `{name}`.{} They are: {names}", guess()))?;
    match path {
        "" => Err("the path of the file is missing".into()),
        "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => {
            Err(format!("this would be standard output; `--format {name}` writes there"))
        }
        path => Ok(Target { format, path: path.into() }),
    }
}

impl Outputs {
    /// Says what cannot work, before anything is checked.
    pub(super) fn refuse_mistakes(&self) -> Result<(), Error> {
        let mut taken: Vec<PathBuf> = Vec::new();
        for target in &self.output {
            let place = whole::place(&target.path);
            if target.path.is_dir() {
                return Err(target.error("this is a folder. Name a file in it"));
            }
            if taken.contains(&place) {
                return Err(target.error("two reports go to this file. Give each its own"));
            }
            taken.push(place);
        }
        Ok(())
    }

    /// Writes the files, then standard output, so that a reader who goes away early loses no file.
    pub(super) fn write(&self, report: &Report, config: &Config) -> Result<(), Error> {
        let options = Options {
            human: human::Options { color: self.color == Color::Always, all: self.all, ..Default::default() },
            fail_on: config.fail_on,
            repository: repository(&config.root),
        };
        for target in &self.output {
            let mut text = Vec::new();
            let written = (target.format.write)(report, &options, &mut text);
            let written = written.and_then(|()| whole::write(&target.path, &text));
            written.map_err(|error| target.error(format!("this file cannot be written: {error}")))?;
        }
        super::forgive_closed_pipe(self.print(report, options))
    }

    fn print(&self, report: &Report, mut options: Options) -> io::Result<()> {
        options.human.color = has_color(self.color);
        options.human.width = width();
        // What is said about an empty codebase says more than a page of zeros.
        if report.is_empty() && self.format.name == FORMATS[0].name {
            return Ok(());
        }
        let mut out = BufWriter::new(io::stdout().lock());
        (self.format.write)(report, &options, &mut out)?;
        out.flush()
    }
}

impl Target {
    fn error(&self, message: impl Into<String>) -> Error {
        let typed = format!("--output {}={}", self.format.name, self.path.display());
        Error::usage(typed, message)
    }
}

/// Where the root lies in its repository: services show paths from there. Without `.git`, as in an archive, the
/// environment of GitHub and GitLab tells.
fn repository(root: &Path) -> Repository {
    let workspace = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].iter().find_map(|name| {
        fs::canonicalize(env::var_os(name)?).ok().filter(|workspace| root.starts_with(workspace))
    });
    let clone = root.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
    let below = clone.or(workspace).and_then(|top| root.strip_prefix(top).ok().map(Path::to_path_buf));
    let folders = below.iter().flat_map(|path| path.iter());
    let prefix = folders.flat_map(|folder| [folder.to_string_lossy(), "/".into()]).collect();
    Repository { prefix, files: files() }
}

/// The address under which a service shows the files of this commit.
fn files() -> Option<String> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        let (server, name) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{name}/blob/{}/", variable("GITHUB_SHA")?))
    };
    let gitlab = || Some(format!("{}/-/blob/{}/", variable("CI_PROJECT_URL")?, variable("CI_COMMIT_SHA")?));
    // In the Markdown of a link these would end it.
    let is_address =
        |text: &String| !text.contains(|c: char| c.is_whitespace() || c.is_control() || "()<>[]".contains(c));
    github().or_else(gitlab).filter(is_address)
}

fn has_color(color: Color) -> bool {
    let variable = |name| env::var(name).ok();
    let (no_color, force_color, term) = (variable("NO_COLOR"), variable("FORCE_COLOR"), variable("TERM"));
    let environment = color::Environment {
        no_color: no_color.as_deref(),
        force_color: force_color.as_deref(),
        term: term.as_deref(),
        is_terminal: io::stdout().is_terminal(),
    };
    let choice = match color {
        Color::Auto => color::Choice::Auto,
        Color::Always => color::Choice::Always,
        Color::Never => color::Choice::Never,
    };
    color::enabled(choice, environment)
}

/// Only a terminal has a width: a report in a file must not depend on the window it was made in.
fn width() -> Option<usize> {
    let size = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten()?;
    Some(usize::from(size.0.0))
}
