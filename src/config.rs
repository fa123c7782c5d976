//! What the user decided: flags and `.k8factor.yaml`, validated.
//!
//! What was typed comes first ([`Flags`] and `file.rs`); only what it means, [`Config`], travels on.

mod baseline;
mod choice;
mod declared;
mod file;
mod flags;
pub(crate) mod pattern;
mod root;
mod named;
pub(crate) mod text;
mod waiver;
mod written;

pub use baseline::BaselineFile;
pub use choice::{Choices, Level, Override, RuleChoice};
pub use declared::{DeclaredCluster, DeclaredEnvironment};
pub use file::FILE_NAME;
pub use flags::Flags;
pub use named::Named;
pub use pattern::Patterns;
pub use waiver::{ListedWaiver, ObjectPattern};
pub use written::Written;

use crate::finding::Severity;
use jiff::civil::Date;
use std::path::PathBuf;

/// Everything a run depends on beside the files themselves.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that paths in the report are relative to.
    pub root: PathBuf,
    /// Files and folders to report on, all inside `root`. They are read whatever `.gitignore` says.
    pub paths: Vec<PathBuf>,
    /// Whether all of `root` is read. Otherwise nothing is known of what lies beside `paths`.
    pub reads_root: bool,
    /// A text from standard input that stands for a file.
    pub stdin: Option<Stdin>,
    /// Whether `.gitignore` and `.k8factorignore` are honoured.
    pub respect_ignore_files: bool,
    /// More lines for the root's `.k8factorignore`; they count even if `respect_ignore_files` is off.
    pub exclude: Vec<String>,
    /// Files larger than this are skipped and listed. Bytes.
    pub max_file_size: u64,
    /// Where the user's own rules are.
    pub rules_folder: PathBuf,
    /// The label that says what a workload is protected from.
    pub protect_from_label: String,
    /// The weakest severity that fails a run.
    pub fail_on: Severity,
    /// What is set for rules.
    pub choices: Choices,
    /// The environments, where the user says which there are.
    pub environments: Vec<DeclaredEnvironment>,
    /// Clusters that no spec in the codebase declares.
    pub clusters: Vec<DeclaredCluster>,
    /// Words that are no names of clusters.
    pub not_clusters: Vec<String>,
    /// The waivers of the configuration.
    pub waivers: Vec<ListedWaiver>,
    /// What is known already. None if it does not count.
    pub baseline: Option<BaselineFile>,
    /// The revision of git since which something must have changed to be reported.
    pub diff_base: Option<String>,
    /// Whether waivers are honoured.
    pub honours_waivers: bool,
    /// The day of the run. Without one no waiver has expired.
    pub today: Option<Date>,
}

/// A file given on standard input.
#[derive(Debug, Clone)]
pub struct Stdin {
    /// The path it stands for, relative to the root.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Config {
    /// The default label key; the reasons are in `docs/configuration.md`.
    pub const PROTECT_FROM_LABEL: &'static str = "k8factor/protect-from";
    /// 64 MiB: twenty times the largest manifest seen in public codebases.
    pub const MAX_FILE_SIZE: u64 = 64 << 20;

    /// The defaults for one folder.
    pub fn for_folder(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            paths: vec![root.clone()],
            reads_root: true,
            stdin: None,
            respect_ignore_files: true,
            exclude: Vec::new(),
            max_file_size: Self::MAX_FILE_SIZE,
            rules_folder: root.join(".k8factor/rules"),
            protect_from_label: Self::PROTECT_FROM_LABEL.into(),
            fail_on: Severity::Error,
            choices: Choices::default(),
            environments: Vec::new(),
            clusters: Vec::new(),
            not_clusters: Vec::new(),
            waivers: Vec::new(),
            baseline: None,
            diff_base: None,
            honours_waivers: true,
            today: None,
            root,
        }
    }
}
