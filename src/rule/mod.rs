//! Rules: one Markdown page each, which is the documentation, the metadata, the check and the test.
//!
//! The pages of `rules/` are built in; a repository's own lie in `.k8factor/rules/` and are the same thing.

pub mod command;
mod example;
mod front_matter;
mod load;
mod narrow;
mod page;
mod run;
mod setting;
mod test;

use crate::check::Check;
use crate::finding::{Confidence, Factor, RuleId, Severity};

pub use example::{Example, ExampleFile};
pub use load::{built_in, load};
pub use page::Page;
pub(crate) use run::sort;
pub use run::{Verdict, run};
pub use setting::Scopes;
pub use test::{Mismatch, test};

/// A rule, ready to run.
pub struct Rule {
    /// The stem of its page.
    pub id: RuleId,
    /// The number of its folder.
    pub factor: Factor,
    /// How much its findings matter.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// What it objects to, in one line.
    pub summary: String,
    /// What to do about a finding.
    pub help: String,
    /// The release that brought it; a repository's own rules need not say.
    pub since: Option<String>,
    /// Whether two clusters of one environment cannot exist side by side where it objects.
    pub prevents_twin: bool,
    /// Where it comes from.
    pub origin: Origin,
    page: Page,
    check: Box<dyn Check>,
    settings: setting::Settings,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is built into k8factor.
    BuiltIn,
    /// It lies in the checked repository.
    Own,
}

impl Rule {
    /// The page it was read from.
    pub fn page(&self) -> &Page {
        &self.page
    }
}
