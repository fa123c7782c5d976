//! The table of formats. A new one is a file beside this one and a row here.

use crate::finding::Severity;
use crate::report::repository::Repository;
use crate::report::{Report, concise, github, gitlab, human, json, junit, markdown, sarif};
use std::io;

/// A way to write a report.
#[derive(Debug)]
pub struct Format {
    /// What is typed on the command line.
    pub name: &'static str,
    /// Who reads it.
    pub about: &'static str,
    /// Writes a report.
    pub write: WriteReport,
}

/// Writes a report in one format.
pub type WriteReport = fn(&Report, &Options, &mut dyn io::Write) -> io::Result<()>;

/// What a format may ask beside the report. Each takes what it needs.
#[derive(Debug, Clone)]
pub struct Options {
    /// How the report for people looks.
    pub human: human::Options,
    /// The weakest severity that fails a run.
    pub fail_on: Severity,
    /// Where the checked root lies.
    pub repository: Repository,
}

impl Default for Options {
    fn default() -> Self {
        Self { human: human::Options::default(), fail_on: Severity::Error, repository: Repository::default() }
    }
}

/// All formats, in the order of the documentation.
pub static FORMATS: [Format; 8] = [
    Format {
        name: "human",
        about: "For people",
        write: |report, options, out| human::write(report, &options.human, out),
    },
    Format {
        name: "concise",
        about: "One line for each finding",
        write: |report, _, out| concise::write(report, out),
    },
    Format {
        name: "json",
        about: "For programs; see docs/report.schema.json",
        write: |report, _, out| json::write(report, out),
    },
    Format {
        name: "sarif",
        about: "SARIF 2.1.0, for GitHub code scanning and editors",
        write: |report, options, out| sarif::write(report, &options.repository, out),
    },
    Format {
        name: "github",
        about: "Annotations in a GitHub workflow",
        write: |report, options, out| github::write(report, &options.repository, out),
    },
    Format {
        name: "gitlab",
        about: "GitLab code quality",
        write: |report, options, out| gitlab::write(report, &options.repository, out),
    },
    Format {
        name: "junit",
        about: "JUnit, for the test reports of CI systems",
        write: |report, options, out| junit::write(report, options.fail_on, &options.repository, out),
    },
    Format {
        name: "markdown",
        about: "A summary for a pull request",
        write: |report, options, out| markdown::write(report, options.fail_on, &options.repository, out),
    },
];

/// The format of this name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
