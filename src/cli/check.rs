//! `k8factor check`: the codebase to a report, the report to a verdict.

use super::{Exit, current_folder, forgive_closed_pipe, say};
use crate::config::{Config, Flags};
use crate::discover::LOOKED_FOR;
use crate::error::Error;
use crate::report::visible::visible;
use crate::report::{Report, color, human, json};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::env;
use std::io::{self, BufWriter, IsTerminal, Read, Write};

/// Check a cluster codebase
#[derive(clap::Args)]
#[command(long_about = long_about(), after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    flags: Flags,

    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,

    /// Show every finding, not only the first ones of each rule
    #[arg(long)]
    all: bool,
}

fn long_about() -> String {
    format!(
        "Check a cluster codebase\n\nReads the codebase around the given paths, and says what at these paths would stand in \
         the way of building a second cluster. Looks for {LOOKED_FOR}. `.gitignore` and `.k8factorignore` are honoured; \
         naming a path overrides `.gitignore` alone."
    )
}

const EXAMPLES: &str = "\
Examples:
  k8factor check clusters/ manifests/
  k8factor check --format json > report.json
  k8factor check --fail-on warning
  kustomize build overlays/prod | k8factor check - --stdin-path overlays/prod/built.yaml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; see docs/report.schema.json
    Json,
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

/// Checks, writes the report to standard output and gives the verdict.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let Arguments { flags, format, color, all } = arguments;
    let config = configuration(flags)?;
    let report = crate::check(&config)?;
    if report.is_empty() {
        say(&nothing_to_check(&config, &report));
    }
    forgive_closed_pipe(write(&report, format, color, all))?;
    Ok(verdict(&report, &config))
}

fn configuration(mut flags: Flags) -> Result<Config, Error> {
    // One day for all machines of a pipeline, wherever they stand.
    flags.today = flags.today.or_else(|| Some(Timestamp::now().to_zoned(TimeZone::UTC).date()));
    let current = current_folder()?;
    let stdin = flags.wants_stdin().then(read_stdin).transpose()?;
    // With a path it is the buffer of an editor, which may well be empty.
    if flags.stdin_path.is_none() && stdin.as_ref().is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
        return Err(Error::usage(
            "-",
            "standard input is empty: look at the command that should have written to it",
        ));
    }
    flags.resolve(&current, stdin)
}

fn read_stdin() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    // One byte more than is read of a file, so that a text that is too long is seen to be.
    let read = io::stdin().lock().take(Config::MAX_FILE_SIZE + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::path("standard input", error))?;
    Ok(bytes)
}

fn write(report: &Report, format: Format, color: Color, all: bool) -> io::Result<()> {
    let stdout = io::stdout().lock();
    let options =
        human::Options { color: has_color(color), all, width: width(), ..human::Options::default() };
    let mut out = BufWriter::new(stdout);
    match format {
        Format::Json => json::write(report, &mut out)?,
        // What is said about it says more than a page of zeros.
        Format::Human if report.is_empty() => {}
        Format::Human => human::write(report, &options, &mut out)?,
    }
    out.flush()
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

fn verdict(report: &Report, config: &Config) -> Exit {
    if report.is_empty() {
        Exit::NothingToCheck
    } else if report.passes(config.fail_on) {
        Exit::Clean
    } else {
        Exit::Objects
    }
}

fn nothing_to_check(config: &Config, report: &Report) -> String {
    let places: Vec<_> =
        config.paths.iter().take(MOST_NAMED).map(|path| path.display().to_string()).collect();
    let places = places.join(", ");
    let places = visible(&places);
    if report.counts.left_out > 0 {
        return format!("nothing to check in {places}\n{LEFT_OUT}");
    }
    let others = match report.counts.other_files {
        0 => "There are no files at all".to_owned(),
        1 => "There is 1 other file".to_owned(),
        many => format!("There are {many} other files"),
    };
    let ignored = if config.respect_ignore_files {
        "; files that `.gitignore` or `.k8factorignore` leave out need `--no-ignore`"
    } else {
        ""
    };
    format!("nothing to check in {places}\nLooked for {LOOKED_FOR}.\n{others}{ignored}.")
}

/// More paths than this help nobody.
const MOST_NAMED: usize = 3;

const LEFT_OUT: &str = "`exclude` in `.k8factor.yaml` or a `.k8factorignore` leaves out what you named.\nNaming a path \
                        overrides `.gitignore` alone.";
