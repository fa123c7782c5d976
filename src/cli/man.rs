//! `k8factor man`: manual pages, made from what `--help` says.

use super::{Exit, command, print, print_as_it_is};
use crate::error::Error;
use clap_mangen::Man;
use std::fs;
use std::path::{Path, PathBuf};

/// Print the manual page
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Write a page for k8factor and one for each command into this folder instead
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  k8factor man | man -l -
  k8factor man --folder ~/.local/share/man/man1";

/// Prints one page, or writes all of them and says where.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    match &arguments.folder {
        None => print_as_it_is(&String::from_utf8_lossy(&page(described())?)),
        Some(folder) => print(&write(folder)?),
    }
}

fn write(folder: &Path) -> Result<String, Error> {
    fs::create_dir_all(folder).map_err(|error| Error::path(folder, error))?;
    let mut command = described();
    // Every command learns its whole name, `k8factor rules list`.
    command.build();
    let commands = with_subcommands(command);
    let written = commands.into_iter().map(|command| write_page(command, folder));
    Ok(written.collect::<Result<Vec<_>, _>>()?.concat())
}

fn write_page(command: clap::Command, folder: &Path) -> Result<String, Error> {
    let path = folder.join(format!("{}.1", name(&command)));
    fs::write(&path, page(command)?).map_err(|error| Error::path(&path, error))?;
    Ok(format!("{}\n", path.display()))
}

/// All commands but `help`, which tells what these pages tell.
fn described() -> clap::Command {
    let without_help = |command: clap::Command| command.disable_help_subcommand(true);
    without_help(command()).mut_subcommands(without_help)
}

/// The command and all below it.
fn with_subcommands(command: clap::Command) -> Vec<clap::Command> {
    let below: Vec<_> = command.get_subcommands().cloned().flat_map(with_subcommands).collect();
    std::iter::once(command).chain(below).collect()
}

fn name(command: &clap::Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).replace(' ', "-")
}

fn page(command: clap::Command) -> Result<Vec<u8>, Error> {
    let name = name(&command);
    let mut page = Vec::new();
    let source = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    Man::new(command).title(name).source(source).render(&mut page).map_err(Error::output)?;
    Ok(page)
}
