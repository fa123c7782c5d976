//! `k8factor rules new`: a page that already is a working rule, to be changed.

use crate::cli::{Exit, current_folder, print};
use crate::error::Error;
use crate::finding::Factor;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Which page to write.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the rule objects to, in small letters, digits and hyphens
    #[arg(value_name = "NAME")]
    name: String,

    /// The number of the factor that is violated, 1 to 8
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=8))]
    factor: u8,

    /// The folder with your own rules
    #[arg(long, value_name = "FOLDER", default_value = ".k8factor/rules")]
    rules: PathBuf,
}

/// The page, with `{title}` to be filled in.
const PAGE: &str = include_str!("new.md");

/// Writes the page and says what to do next. A page that is there already is left alone.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let name = &arguments.name;
    if !is_plain(name) {
        return Err(Error::usage(
            name,
            "use small letters, digits and hyphens, such as `job-without-deadline`",
        ));
    }
    let factor = Factor::from_number(arguments.factor).expect("clap admits only 1 to 8");
    let shown = arguments.rules.join(folder_name(factor)).join(format!("{name}.md"));
    write(&current_folder()?.join(&shown), &PAGE.replace("{title}", &title(name))).map_err(|error| {
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Error::usage(shown.display().to_string(), "this page is there already")
            }
            _ => Error::path(&shown, error),
        }
    })?;
    print(&format!("{}\nChange it, then run `k8factor rules test {name}`.\n", shown.display()))
}

fn is_plain(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_part)
}

/// `8-duplication-loss`.
fn folder_name(factor: Factor) -> String {
    let title = factor.title().to_lowercase();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.collect();
    format!("{}-{}", factor.number(), words.join("-"))
}

/// `Job without deadline`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    words[..1].to_uppercase() + &words[1..]
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    File::create_new(path)?.write_all(text.as_bytes())
}
