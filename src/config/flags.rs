//! What was typed on the command line, and what it means together with `.k8factor.yaml`.

use super::root::{self, Located};
use super::{BaselineFile, Config, Stdin, file};
use crate::error::Error;
use crate::finding::Severity;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// What was typed about what to check. How to show the result is the command line's own business.
#[derive(Debug, Clone, Default, clap::Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each flag is typed on its own and means nothing to the others"
)]
pub struct Flags {
    /// Files and folders to report on, or `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Fail if there is a finding of this severity or a worse one [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub fail_on: Option<Severity>,

    /// Check files that `.gitignore` and `.k8factorignore` leave out, too
    #[arg(long)]
    pub no_ignore: bool,

    /// Show every finding, those too that a waiver accepts
    #[arg(long)]
    pub no_waivers: bool,

    /// The day on which waivers may have expired [default: today, in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,

    /// The file with what is known already [default: .k8factor/baseline.json, if it is there]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,

    /// Show every finding, those too that the baseline knows
    #[arg(long)]
    pub no_baseline: bool,

    /// Report only what has a place in lines that changed since this revision of git
    #[arg(long, value_name = "REV")]
    pub diff_base: Option<String>,

    /// The path that the text on standard input stands for
    #[arg(long, value_name = "PATH")]
    pub stdin_path: Option<PathBuf>,

    /// The folder with your own rules [default: .k8factor/rules]
    #[arg(long, value_name = "FOLDER")]
    pub rules: Option<PathBuf>,
}

impl Flags {
    /// Whether one of the paths is `-`.
    pub fn wants_stdin(&self) -> bool {
        self.paths.iter().any(|path| is_stdin(path))
    }

    /// What all this means when typed in the folder `current`. `stdin` is what came on standard input.
    pub fn resolve(self, current: &Path, stdin: Option<Vec<u8>>) -> Result<Config, Error> {
        if self.stdin_path.is_some() && stdin.is_none() {
            return Err(Error::usage("--stdin-path", NEEDS_DASH));
        }
        let typed: Vec<PathBuf> = self.paths.iter().filter(|path| !is_stdin(path)).cloned().collect();

        let Located { root, reads_root, paths, stdin_path } =
            root::locate(current, &typed, stdin.is_some(), self.stdin_path.as_deref())?;
        let mut file = file::load(&root)?;
        let baseline = BaselineFile::locate(&root, current, self.baseline.as_deref(), file.baseline.take());
        file.exclude.extend(baseline.pattern(&root));
        let baseline = (!self.no_baseline).then_some(baseline);
        let own_rules = self.rules.map(|folder| own_rules(current, &folder)).transpose()?;
        let defaults = Config::for_folder(root);
        Ok(Config {
            paths,
            reads_root,
            stdin: stdin.zip(stdin_path).map(|(bytes, path)| Stdin { path, bytes }),
            respect_ignore_files: !self.no_ignore,
            exclude: file.exclude,
            rules_folder: own_rules.unwrap_or(defaults.rules_folder),
            protect_from_label: file.protect_from_label.unwrap_or(defaults.protect_from_label),
            fail_on: self.fail_on.or(file.fail_on).unwrap_or(defaults.fail_on),
            choices: file.choices,
            environments: file.environments,
            clusters: file.clusters,
            not_clusters: file.not_clusters,
            waivers: file.waivers,
            baseline,
            diff_base: self.diff_base,
            honours_waivers: !self.no_waivers,
            today: self.today,
            root: defaults.root,
            max_file_size: defaults.max_file_size,
        })
    }
}

/// The default folder may be missing; one that was typed may not.
fn own_rules(current: &Path, typed: &Path) -> Result<PathBuf, Error> {
    let folder = current.join(typed);
    match std::fs::metadata(&folder) {
        Ok(data) if data.is_dir() => Ok(folder),
        Ok(_) => Err(Error::usage(format!("--rules {}", typed.display()), "this is no folder")),
        Err(error) => Err(Error::path(typed, error)),
    }
}

const NEEDS_DASH: &str = "it names the text on standard input, but no path is `-`. Add `-` to the paths";

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The words are those of rule pages and reports.
impl clap::ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Error, Self::Warning, Self::Info]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.as_str()))
    }
}
