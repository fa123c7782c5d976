//! `k8factor rules`: what rules there are, what their pages say, and whether the pages keep their word.

use super::{Exit, current_folder, print, print_as_it_is, print_json, say};
use crate::config::{Choices, Config, Flags};
use crate::error::Error;
use crate::finding::Factor;
use crate::rule::{self, Origin, Rule, command};
use clap::Subcommand;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// List, show, write and test rules
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List all rules, your own included
    #[command(after_help = "Examples:\n  k8factor rules list\n  k8factor rules list --format json")]
    List(Listed),
    /// Print the page of a rule, ready to be copied and changed
    #[command(after_help = "Example:\n  k8factor rules show RULE")]
    Show(Named),
    /// Write a page for a rule of your own
    #[command(after_help = "Example:\n  k8factor rules new job-without-deadline --factor 8")]
    New(New),
    /// Run the examples on the pages of your own rules, or of the rules you name
    #[command(after_help = "Examples:\n  k8factor rules test\n  k8factor rules test job-without-deadline")]
    Test(Tested),
}

#[derive(clap::Args)]
struct Listed {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    #[command(flatten)]
    folder: Folder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs, with the page of each rule; see docs/rules.schema.json
    Json,
}

/// Where your own rules are.
#[derive(clap::Args)]
pub(super) struct Folder {
    /// The folder with your own rules [default: .k8factor/rules]
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
}

/// One rule.
#[derive(clap::Args)]
pub(super) struct Named {
    /// The name of the rule, as `k8factor rules list` shows it
    #[arg(value_name = "RULE")]
    pub(super) name: String,

    #[command(flatten)]
    pub(super) folder: Folder,
}

#[derive(clap::Args)]
struct New {
    /// What the rule objects to, in small letters, digits and hyphens
    #[arg(value_name = "NAME")]
    name: String,

    /// The number of the factor that is violated, 1 to 8
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=8))]
    factor: u8,

    #[command(flatten)]
    folder: Folder,
}

#[derive(clap::Args)]
struct Tested {
    /// The names of the rules [default: all of your own]
    #[arg(value_name = "RULE")]
    names: Vec<String>,

    #[command(flatten)]
    folder: Folder,
}

/// Does what was typed.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    match arguments.command {
        Command::List(Listed { format, folder }) => list(&folder.load()?, format),
        Command::Show(Named { name, folder }) => {
            print_as_it_is(command::find(&folder.load()?, &name)?.page().text())
        }
        Command::New(new) => write(new),
        Command::Test(Tested { names, folder }) => test(&folder.load()?, &names),
    }
}

impl Folder {
    /// All rules.
    pub(super) fn load(self) -> Result<Vec<Rule>, Error> {
        let flags = Flags { rules: self.rules, ..Flags::default() };
        let mut config = flags.resolve(&current_folder()?, None)?;
        // A page is shown and tested as it is written, whatever is set for the rule.
        config.choices = Choices::default();
        rule::load(&config)
    }

    /// The configuration for a folder that need not exist yet.
    fn resolve(self) -> Result<Config, Error> {
        let current = current_folder()?;
        let mut config = Flags::default().resolve(&current, None)?;
        if let Some(folder) = self.rules {
            config.rules_folder = current.join(folder);
        }
        Ok(config)
    }
}

fn list(rules: &[Rule], format: Format) -> Result<Exit, Error> {
    match format {
        Format::Human => print(&command::list(rules)),
        Format::Json => print_json(&command::catalogue(rules)),
    }
}

fn write(New { name, factor, folder }: New) -> Result<Exit, Error> {
    let factor = Factor::from_number(factor).expect("clap admits only 1 to 8");
    print(&command::new(&folder.resolve()?, &name, factor)?)
}

fn test(rules: &[Rule], names: &[String]) -> Result<Exit, Error> {
    let names: BTreeSet<_> = names.iter().collect();
    let mut tested =
        names.into_iter().map(|name| command::find(rules, name)).collect::<Result<Vec<_>, _>>()?;
    if tested.is_empty() {
        tested.extend(rules.iter().filter(|rule| rule.origin == Origin::Own));
    }
    if tested.is_empty() {
        say(NOTHING_TO_TEST);
        return Ok(Exit::NothingToCheck);
    }
    let (holds, said) = command::test(&tested)?;
    print(&said)?;
    Ok(if holds { Exit::Clean } else { Exit::Objects })
}

const NOTHING_TO_TEST: &str =
    "nothing to test: there are no rules of your own\nWrite one with `k8factor rules new`, or name a rule.";
