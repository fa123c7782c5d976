//! Patterns of paths as in an ignore file.

use ignore::Error;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Some patterns and what they match: paths relative to the root.
#[derive(Debug, Clone)]
pub struct Patterns {
    matcher: Gitignore,
}

impl Patterns {
    /// The patterns of some lines. Those that are no pattern match nothing; see [`mistake`].
    pub fn new(lines: &[String]) -> Self {
        let mut builder = GitignoreBuilder::new("");
        for line in lines {
            let _ = add(&mut builder, line);
        }
        let matcher = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self { matcher }
    }

    /// Whether a file matches, or a folder around it does. The last pattern that says something decides.
    pub fn match_file(&self, path: &str) -> bool {
        self.matches(path, false)
    }

    /// Whether a folder matches, or a folder around it does.
    pub fn match_folder(&self, path: &str) -> bool {
        self.matches(path, true)
    }

    fn matches(&self, path: &str, is_folder: bool) -> bool {
        let path = path.trim_start_matches('/');
        !path.is_empty() && self.matcher.matched_path_or_any_parents(path, is_folder).is_ignore()
    }
}

/// Why a line is no pattern, if it is none.
pub(crate) fn mistake(line: &str) -> Option<String> {
    if line.trim_end() == "!" {
        return Some("nothing stands behind `!`".into());
    }
    if has_open_class(line) {
        return Some("a `[` is never closed".into());
    }
    let mut builder = GitignoreBuilder::new("");
    let mistake = add(&mut builder, line).err();
    // Each may be fine, and the automaton of it too large.
    mistake.or_else(|| builder.build().err().map(|error| reason(&error)))
}

/// git reads a `[` without a `]` as a pattern that matches nothing.
fn has_open_class(line: &str) -> bool {
    let mut rest = line.trim_end();
    while let Some(at) = rest.find(['[', '\\']) {
        let behind = &rest[at + 1..];
        let Some(next) = behind.chars().next() else { return rest[at..].starts_with('[') };
        // The first letter of a class may be `]` itself, or a mark that turns it around.
        let first = if "!^".contains(next) { 2 } else { 1 };
        let end = behind.char_indices().skip(first).find(|(_, letter)| *letter == ']');
        rest = match (rest[at..].starts_with('['), end) {
            (true, None) => return true,
            (true, Some((end, _))) => &behind[end + 1..],
            (false, _) => &behind[next.len_utf8()..],
        };
    }
    false
}

/// Adds a line to the rules, or says why it is no pattern.
pub(crate) fn add(rules: &mut GitignoreBuilder, line: &str) -> Result<(), String> {
    rules.add_line(None, line).map(drop).map_err(|error| reason(&error))
}

/// Only the innermost error says something; the layers around it repeat the place.
fn reason(error: &Error) -> String {
    match error {
        Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_an_ignore_file() {
        let patterns =
            |lines: &[&str]| Patterns::new(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        let cases: [(&[&str], &[&str], &[&str]); 6] = [
            (&["legacy/"], &["legacy/a.yaml", "apps/legacy/b/c.yaml"], &["legacy", "legacy.yaml"]),
            (&["/legacy/"], &["legacy/a.yaml"], &["apps/legacy/a.yaml"]),
            (&["*.bak.yaml"], &["a.bak.yaml", "b/c.bak.yaml"], &["a.yaml"]),
            (&["apps/**/dev"], &["apps/dev", "apps/a/b/dev/c.yaml"], &["dev/a.yaml"]),
            (&["apps/", "!apps/web/"], &["apps/db/a.yaml"], &["apps/web/a.yaml"]),
            (&["# apps/", ""], &[], &["apps/a.yaml", ""]),
        ];
        for (lines, inside, outside) in cases {
            let patterns = patterns(lines);
            assert!(inside.iter().all(|path| patterns.match_file(path)), "{lines:?} and {inside:?}");
            assert!(!outside.iter().any(|path| patterns.match_file(path)), "{lines:?} and {outside:?}");
        }
        assert!(patterns(&["legacy/"]).match_folder("legacy"));
        for wrong in ["a{b", "[a-", "!", "a[", "[]", "[!]"] {
            assert!(mistake(wrong).is_some(), "{wrong}");
        }
        for right in ["a{b,c}", "[a-c]", "[]a]", "[!]a]", "\\[a", "a\\", "!a"] {
            assert!(mistake(right).is_none() || right == "a\\", "{right}: {:?}", mistake(right));
        }
    }
}
