//! The colours of the human report, or none. Only the sixteen colours of the terminal's own theme.

use crate::finding::Severity;
use miette::{GraphicalTheme, ThemeCharacters, ThemeStyles};
use owo_colors::{OwoColorize as _, Style};

/// What is painted how. Without colours every style is empty and prints nothing.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    colored: bool,
}

impl Palette {
    pub(super) fn new(colored: bool) -> Self {
        Self { colored }
    }

    /// Headings and messages.
    pub(super) fn strong(self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    /// What is there to be looked up, not to be read.
    pub(super) fn faint(self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }

    /// `help`, and other words that open a line.
    pub(super) fn key(self, text: &str) -> String {
        self.paint(text, Style::new().cyan().bold())
    }

    /// Good news.
    pub(super) fn good(self, text: &str) -> String {
        self.paint(text, Style::new().green())
    }

    /// Bad news.
    pub(super) fn bad(self, text: &str) -> String {
        self.paint(text, Style::new().red().bold())
    }

    /// A word in the colour of a severity.
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        self.paint(text, severity_style(severity))
    }

    /// How miette draws: one style for each label, in the order of their places.
    pub(super) fn theme(self, severity: Severity, primary: &[bool]) -> GraphicalTheme {
        let characters = ThemeCharacters::unicode();
        if !self.colored {
            return GraphicalTheme { characters, styles: ThemeStyles::none() };
        }
        let style =
            |&primary: &bool| if primary { severity_style(severity) } else { Style::new().bright_blue() };
        let highlights = primary.iter().map(style).collect();
        let styles = ThemeStyles { link: Style::new().cyan(), highlights, ..ThemeStyles::ansi() };
        GraphicalTheme { characters, styles }
    }

    fn paint(self, text: &str, style: Style) -> String {
        if self.colored { text.style(style).to_string() } else { text.to_owned() }
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Info => Style::new().green().bold(),
    }
}
