//! `k8factor rules`: what rules there are, what their pages say, and whether the pages keep their word.

mod new;

use super::{Exit, current_folder, print, print_as_it_is, say};
use crate::config::Flags;
use crate::error::Error;
use crate::rule::{self, Origin, Rule};
use crate::suggest::did_you_mean;
use clap::Subcommand;
use std::collections::BTreeSet;
use std::fmt::Write as _;
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
    List(Folder),
    /// Print the page of a rule, ready to be copied and changed
    #[command(after_help = "Example:\n  k8factor rules show RULE")]
    Show(Named),
    /// Write a page for a rule of your own
    #[command(after_help = "Example:\n  k8factor rules new job-without-deadline --factor 8")]
    New(new::Arguments),
    /// Run the examples on the pages of your own rules, or of the rules you name
    #[command(after_help = "Examples:\n  k8factor rules test\n  k8factor rules test job-without-deadline")]
    Test(Tested),
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
    name: String,

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
        Command::List(folder) => list(&folder.load()?),
        Command::Show(named) => print_as_it_is(named.load()?.page().text()),
        Command::New(arguments) => new::run(&arguments),
        Command::Test(tested) => test(&tested.load()?),
    }
}

impl Folder {
    fn load(self) -> Result<Vec<Rule>, Error> {
        let flags = Flags { rules: self.rules, ..Flags::default() };
        rule::load(&flags.resolve(&current_folder()?, None)?)
    }
}

impl Named {
    /// The rule with this name.
    pub(super) fn load(self) -> Result<Rule, Error> {
        take(&mut self.folder.load()?, &self.name)
    }
}

impl Tested {
    fn load(self) -> Result<Vec<Rule>, Error> {
        let mut rules = self.folder.load()?;
        if self.names.is_empty() {
            rules.retain(|rule| rule.origin == Origin::Own);
            return Ok(rules);
        }
        let names: BTreeSet<_> = self.names.iter().collect();
        names.into_iter().map(|name| take(&mut rules, name)).collect()
    }
}

fn take(rules: &mut Vec<Rule>, name: &str) -> Result<Rule, Error> {
    if let Some(at) = rules.iter().position(|rule| rule.id.as_str() == name) {
        return Ok(rules.swap_remove(at));
    }
    let guess = did_you_mean(name, rules.iter().map(|rule| rule.id.as_str()));
    Err(Error::usage(name, format!("there is no such rule.{guess} `k8factor rules list` shows all")))
}

fn list(rules: &[Rule]) -> Result<Exit, Error> {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let (factor, id, severity) = (rule.factor.number(), rule.id.as_str(), rule.severity.as_str());
        let own = if rule.origin == Origin::Own { " (yours)" } else { "" };
        format!("{factor}  {id:width$}  {severity:7}  {}{own}\n", rule.summary)
    };
    print(&rules.iter().map(line).collect::<String>())
}

fn test(rules: &[Rule]) -> Result<Exit, Error> {
    if rules.is_empty() {
        say(
            "nothing to test: there are no rules of your own\nWrite one with `k8factor rules new`, or name a rule.",
        );
        return Ok(Exit::NothingToCheck);
    }
    let mut answer = String::new();
    for rule in rules {
        for mismatch in rule::test(rule)? {
            let (path, line, message) = (rule.page().path(), mismatch.line, mismatch.message);
            writeln!(answer, "{path}:{line}: {message}").expect("a String takes everything");
        }
    }
    if answer.is_empty() {
        return print(&format!("{} tested, all examples hold\n", counted(rules.len())));
    }
    print(&answer)?;
    Ok(Exit::Objects)
}

fn counted(rules: usize) -> String {
    if rules == 1 { "1 rule".into() } else { format!("{rules} rules") }
}
