//! The command line: what can be typed, and how a run ends.
//!
//! Each command is one file with its arguments and its `run`. Words go to standard error, reports to standard output.

mod baseline;
mod check;
mod clusters;
mod completions;
mod explain;
mod init;
mod output;
mod man;
mod progress;
mod render;
mod rules;
mod whole;

use crate::error::Error;
use crate::report::visible::{is_active, stand_in, visible};
use clap::{CommandFactory, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Does what was typed.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command,
        Err(answer) => return answer_at_once(&answer),
    };
    let exit = match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Clusters(arguments) => clusters::run(arguments),
        Command::Baseline(arguments) => baseline::run(arguments),
        Command::Render(arguments) => render::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    exit.unwrap_or_else(|error| {
        say(&visible(&format!("error: {error}")));
        Exit::CouldNotRun
    })
    .into()
}

/// All that can be typed, for programs that describe it or check what somebody typed.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Says how portable a cluster codebase is against the Kubernetes 8 Factors.
///
/// It reads files only: no cluster, no network, no other program.
#[derive(Parser)]
#[command(name = "k8factor", version, max_term_width = 100, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  k8factor check                   check the codebase in the current folder
  k8factor render overlays/prod    print what an overlay builds
  k8factor clusters                which clusters there are, and whether two can exist at once
  k8factor explain RULE            say what a rule objects to, and why

Exit status:
  0  nothing at or above --fail-on
  1  findings or problems
  2  could not run
  3  nothing to check";

/// A command is a row here, and a line in [`run`].
#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Clusters(clusters::Arguments),
    Baseline(baseline::Arguments),
    Render(render::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Rules(rules::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// How a run ends. Pipelines test for these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings or problems.
    Objects = 1,
    /// Usage, configuration or a rule page is wrong.
    CouldNotRun = 2,
    /// No file of a known kind.
    NothingToCheck = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// `--help` and `--version` are answers, everything else clap says is a mistake: it knows the status of each.
fn answer_at_once(answer: &clap::Error) -> ExitCode {
    // Nobody is left to tell if this cannot be printed.
    let _ = answer.print();
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(Exit::CouldNotRun as u8))
}

/// One line for the person at the terminal.
fn say(text: &str) {
    // As above: if standard error is closed, nobody listens.
    let _ = writeln!(io::stderr(), "{text}");
}

/// One day for all machines of a pipeline, wherever they stand.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Prints an answer that is no report. Names of files and pages of rules may hold what acts on a terminal.
fn print(text: &str) -> Result<Exit, Error> {
    let harmless = |character| match character {
        '\n' | '\t' => character,
        _ if is_active(character) => stand_in(character),
        _ => character,
    };
    print_as_it_is(&text.chars().map(harmless).collect::<String>())
}

/// Prints JSON: what acts on a terminal stands in strings only, where an escape means the same.
fn print_json(value: &impl Serialize) -> Result<Exit, Error> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::output(error.into()))?;
    let escaped = |character: char| match character {
        '\n' => "\n".to_owned(),
        _ if is_active(character) => format!("\\u{:04x}", character as u32),
        _ => character.to_string(),
    };
    let is_harmless = |character: char| !is_active(character) || character == '\n';
    // Nearly every page is harmless as it is.
    let harmless = if text.chars().all(is_harmless) { text } else { text.chars().map(escaped).collect() };
    print_as_it_is(&(harmless + "\n"))
}

/// Prints what is meant to be copied.
fn print_as_it_is(text: &str) -> Result<Exit, Error> {
    let mut out = io::stdout().lock();
    forgive_closed_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(Exit::Clean)
}

fn current_folder() -> Result<PathBuf, Error> {
    env::current_dir().map_err(|error| Error::path("the current folder", error))
}

/// A reader who has seen enough (`| head`) is no error: the verdict is the same.
fn forgive_closed_pipe(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::output(error)),
        _ => Ok(()),
    }
}
