//! Finds many names in many texts, each text in one pass.

use regex::Regex;

/// The names in question, found in a text in one pass.
pub(super) struct Names(Option<Regex>);

impl Names {
    /// Prepares the search.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let mut names: Vec<String> = names.map(|name| regex::escape(name)).collect();
        if names.is_empty() {
            return Self(None);
        }
        // Of names that begin alike the longest is meant.
        names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self(Regex::new(&names.join("|")).ok())
    }

    /// The names that stand in a text as whole words.
    pub(super) fn found_in<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let found = self.0.iter().flat_map(move |pattern| pattern.find_iter(text));
        let bytes = text.as_bytes();
        let whole = found.filter(move |found| {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            !is_part(before) && !is_part(bytes.get(found.end()))
        });
        whole.map(|found| found.as_str())
    }
}
