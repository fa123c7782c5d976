//! Whether a report has colours. A pure function: the caller asks the terminal and the environment.

/// What the user asked for with `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// Colours on a terminal, none in a file or a pipe.
    #[default]
    Auto,
    /// Colours everywhere.
    Always,
    /// No colours.
    Never,
}

/// What surrounds the run. Variables are given as they are set, `None` where they are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Environment<'a> {
    /// `NO_COLOR` (<https://no-color.org>).
    pub no_color: Option<&'a str>,
    /// `FORCE_COLOR` (<https://force-color.org>).
    pub force_color: Option<&'a str>,
    /// `TERM`.
    pub term: Option<&'a str>,
    /// Whether the report goes to a terminal.
    pub is_terminal: bool,
}

/// Whether to use colours. The first of these that says something decides:
///
/// 1. `--color always` or `--color never`: what was typed for this run wins over what is set for all runs.
/// 2. `NO_COLOR`, if it is not empty: no colours.
/// 3. `FORCE_COLOR`, if it is not empty: colours, or none where it is `0` or `false`. CI systems set it.
/// 4. `TERM=dumb`: no colours.
/// 5. Colours on a terminal only.
pub fn enabled(choice: Choice, environment: Environment) -> bool {
    match choice {
        Choice::Always => true,
        Choice::Never => false,
        Choice::Auto => automatic(environment),
    }
}

fn automatic(environment: Environment) -> bool {
    if is_set(environment.no_color) {
        return false;
    }
    if is_set(environment.force_color) {
        return !matches!(environment.force_color, Some("0" | "false"));
    }
    environment.is_terminal && environment.term != Some("dumb")
}

fn is_set(variable: Option<&str>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns: `--color`, `NO_COLOR`, `FORCE_COLOR`, `TERM`, terminal, colours.
    type Row = (Choice, Option<&'static str>, Option<&'static str>, Option<&'static str>, bool, bool);

    #[test]
    fn precedence() {
        use Choice::{Always, Auto, Never};
        let table: &[Row] = &[
            (Auto, None, None, None, true, true),
            (Auto, None, None, None, false, false),
            (Auto, None, None, Some("xterm-256color"), true, true),
            (Auto, None, None, Some("dumb"), true, false),
            (Auto, Some("1"), None, None, true, false),
            (Auto, Some(""), None, None, true, true),
            (Auto, Some("1"), Some("1"), None, true, false),
            (Auto, None, Some("1"), None, false, true),
            (Auto, None, Some("0"), None, true, false),
            (Auto, None, Some("false"), None, true, false),
            (Auto, None, Some(""), None, false, false),
            (Auto, None, Some("3"), Some("dumb"), false, true),
            (Always, Some("1"), None, Some("dumb"), false, true),
            (Never, None, Some("1"), None, true, false),
        ];
        for &(choice, no_color, force_color, term, is_terminal, expected) in table {
            let environment = Environment { no_color, force_color, term, is_terminal };
            assert_eq!(enabled(choice, environment), expected, "{choice:?} {environment:?}");
        }
    }
}
