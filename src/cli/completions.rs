//! `k8factor completions`: what a shell needs to complete commands and flags.

use super::{Exit, command, print_as_it_is};
use crate::error::Error;
use clap_complete::Shell;

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The shell they are for
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  k8factor completions bash > ~/.local/share/bash-completion/completions/k8factor
  k8factor completions zsh > ~/.zfunc/_k8factor
  k8factor completions fish > ~/.config/fish/completions/k8factor.fish
  k8factor completions powershell >> $PROFILE";

/// Prints them. They are a script, so nothing in them is replaced.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), env!("CARGO_PKG_NAME"), &mut script);
    print_as_it_is(&String::from_utf8_lossy(&script))
}
