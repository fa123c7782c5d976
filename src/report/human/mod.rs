//! The report for people: findings under their factors, then what could not be read, then a table.

mod excerpt;
mod finding;
mod palette;
mod snippet;
mod summary;
mod wrap;

use crate::finding::{Factor, Finding};
use crate::problem::Problem;
use crate::report::Report;
use crate::report::selection::fair;
use palette::Palette;
use rayon::prelude::*;
use std::io;

/// How the report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether to use colours; see [`crate::report::color`].
    pub color: bool,
    /// Whether to show every finding and every place. Otherwise `max_snippets` is the limit.
    pub all: bool,
    /// Columns of the terminal. `None` or 0 where there is none: then 100.
    pub width: Option<usize>,
    /// How many findings, and how many problems, are shown with their source.
    pub max_snippets: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, all: false, width: None, max_snippets: 200 }
    }
}

/// Writes the report for people.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let page = Page::new(report, options);
    let shown = fair(report.findings.iter(), page.limit);
    for factor in Factor::ALL {
        out.write_all(page.factor_section(factor, &shown).as_bytes())?;
    }
    out.write_all(page.problem_section().as_bytes())?;
    out.write_all(summary::render(&page, &shown).as_bytes())
}

/// What every part of the report needs to know.
struct Page<'a> {
    report: &'a Report,
    palette: Palette,
    /// Columns to write in.
    width: usize,
    /// How many findings are shown.
    limit: usize,
    /// How many places of one finding are shown.
    places: usize,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &Options) -> Self {
        let width = options.width.filter(|&width| width > 0).unwrap_or(100).clamp(40, 160);
        let limit = if options.all { usize::MAX } else { options.max_snippets };
        // Six places tell the story; the next fourteen repeat it.
        let places = if options.all { usize::MAX } else { 6 };
        Self { report, palette: Palette::new(options.color), width, limit, places }
    }

    /// The findings that violate a factor; nothing for a factor without any.
    fn factor_section(&self, factor: Factor, shown: &[&Finding]) -> String {
        let total = self.report.findings.iter().filter(|finding| finding.factor == factor).count();
        if total == 0 {
            return String::new();
        }
        let mine: Vec<_> = shown.iter().filter(|finding| finding.factor == factor).collect();
        let parts: Vec<String> = mine.par_iter().map(|finding| finding::render(self, finding)).collect();
        let title = format!("{} {}", factor.number(), factor.title());
        self.section(&title, factor.question(), &parts, total)
    }

    fn problem_section(&self) -> String {
        let problems = &self.report.problems;
        if problems.is_empty() {
            return String::new();
        }
        let shown: Vec<&Problem> = problems.iter().take(self.limit).collect();
        let parts: Vec<String> =
            shown.par_iter().map(|problem| finding::render_problem(self, problem)).collect();
        let about = "Nothing is known about these places: there may be more findings in them.";
        self.section("Could not be read", about, &parts, problems.len())
    }

    /// A heading, its parts, and how many parts there would be more.
    fn section(&self, title: &str, about: &str, parts: &[String], total: usize) -> String {
        let more = match total - parts.len() {
            0 => String::new(),
            hidden => {
                format!("   {}\n\n", self.palette.faint(&format!("… and {hidden} more (--all shows them)")))
            }
        };
        let parts = parts.iter().flat_map(|part| [part.as_str(), "\n"]).collect();
        [self.heading(title, about), parts, more].concat()
    }

    /// A title in a line over the whole width, and what it is about.
    fn heading(&self, title: &str, about: &str) -> String {
        let bar = "─".repeat(self.width.saturating_sub(title.chars().count() + 4));
        let (left, title, right) =
            (self.palette.faint("──"), self.palette.strong(title), self.palette.faint(&bar));
        let about = wrap::wrap(about, self.width - 3, self.width - 3);
        let about: Vec<String> = about.iter().map(|line| self.palette.faint(line)).collect();
        format!("{left} {title} {right}\n   {}\n\n", about.join("\n   "))
    }
}
