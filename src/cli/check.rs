//! `k8factor check`: the codebase to a report, the report to a verdict.

use super::progress::watched;
use super::{Exit, current_folder, output, say, today};
use crate::config::{Config, Flags};
use crate::discover::LOOKED_FOR;
use crate::error::Error;
use crate::report::Report;
use crate::report::visible::visible;
use std::io::{self, Read};

/// Check a cluster codebase
#[derive(clap::Args)]
#[command(long_about = long_about(), after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    flags: Flags,

    #[command(flatten)]
    output: output::Outputs,

    /// End with 0, not 3, where there is nothing to check, as in a commit that changes excluded files only
    #[arg(long)]
    allow_empty: bool,
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
  k8factor check --output sarif=k8factor.sarif --output markdown=summary.md
  k8factor check --fail-on warning
  kustomize build overlays/prod | k8factor check - --stdin-path overlays/prod/built.yaml";

/// Checks, writes the reports and gives the verdict.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let Arguments { flags, output, allow_empty } = arguments;
    output.refuse_mistakes()?;
    let config = configuration(flags)?;
    let report = watched(|watch| crate::check_watched(&config, watch))?;
    report.notes.iter().for_each(|note| say(&visible(&format!("note: {note}"))));
    if report.is_empty() {
        say(&nothing_to_check(&config, &report));
    }
    output.write(&report, &config)?;
    Ok(match verdict(&report, &config) {
        Exit::NothingToCheck if allow_empty => Exit::Clean,
        exit => exit,
    })
}

fn configuration(mut flags: Flags) -> Result<Config, Error> {
    flags.today = flags.today.or_else(|| Some(today()));
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
