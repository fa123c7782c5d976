//! `k8factor baseline`: keeps what is found today, so that only what is new fails.

use super::{Exit, current_folder, print, today, whole};
use crate::baseline::{Baseline, Change, Kept, keep};
use crate::config::{BaselineFile, Config, Flags, Named};
use crate::error::Error;
use clap::Subcommand;
use std::path::PathBuf;

/// Keep what is found today, so that `check` fails only on what is new
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Keep all that is found today, whatever was kept before
    Write(What),
    /// Add what is new and drop what is gone
    Update(What),
    /// Drop what is gone, add nothing
    Prune(What),
}

#[derive(clap::Args)]
struct What {
    /// Files and folders whose entries may change [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The file to keep it in [default: .k8factor/baseline.json]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Look at files that `.gitignore` and `.k8factorignore` leave out, too
    #[arg(long)]
    no_ignore: bool,

    /// The day that is written behind what is new [default: today, in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<jiff::civil::Date>,

    /// The folder with your own rules [default: .k8factor/rules]
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  k8factor baseline write             keep all that is found today; then commit .k8factor/baseline.json
  k8factor baseline update base/      take over what changed below base/
  k8factor baseline prune             forget what has been mended";

/// Writes the file and says what changed.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let (change, what) = match arguments.command {
        Command::Write(what) => (Change::Write, what),
        Command::Update(what) => (Change::Update, what),
        Command::Prune(what) => (Change::Prune, what),
    };
    let mut config = configuration(what)?;
    let file = config.baseline.take().ok_or_else(no_place)?;
    let text = file.text_if_there()?;
    if change == Change::Prune && text.is_none() {
        return Err(Error::config(file.name, "there is nothing to prune: no baseline has been written"));
    }
    let named = Named::of(&config);
    // Whoever writes all of it anew does not need to understand the old one.
    let forgets_all = change == Change::Write && named.are_everything();
    let old = text.as_deref().map(|text| Baseline::parse(&file.name, text)).transpose();
    let was_one = text.as_deref().is_none_or(Baseline::was_meant);
    let old = if forgets_all && was_one { old.unwrap_or_default() } else { old? }.unwrap_or_default();
    let report = crate::check(&config)?;
    let today = config.today.map(|day| day.to_string());
    let kept = keep(&report, &old, &named, change, today.as_deref());
    let written = whole::write(&file.path, kept.baseline.text().as_bytes());
    written.map_err(|error| Error::path(&file.path, error))?;
    print(&said(change, &file, &old, &kept))
}

fn configuration(what: What) -> Result<Config, Error> {
    let What { paths, baseline, no_ignore, today: day, rules } = what;
    let flags = Flags {
        paths,
        baseline,
        no_ignore,
        rules,
        today: Some(day.unwrap_or_else(today)),
        ..Flags::default()
    };
    if flags.wants_stdin() {
        return Err(Error::usage("-", "a baseline is about files. Name the file or its folder"));
    }
    flags.resolve(&current_folder()?, None)
}

fn no_place() -> Error {
    Error::usage("baseline", "there is no place for it. Name one with --baseline")
}

fn said(change: Change, file: &BaselineFile, old: &Baseline, kept: &Kept) -> String {
    let Kept { baseline, kept, added, dropped } = kept;
    let name = &file.name;
    match change {
        Change::Write if old.is_empty() => format!("{name}: {} kept\n", places(*added)),
        Change::Write => {
            format!("{name}: {} kept, in place of {} before\n", places(baseline.len()), old.len())
        }
        Change::Update | Change::Prune => {
            format!("{name}: {} kept, {added} added, {dropped} dropped\n", places(*kept))
        }
    }
}

/// A finding may have several.
fn places(number: usize) -> String {
    if number == 1 { "1 place".into() } else { format!("{number} places") }
}
