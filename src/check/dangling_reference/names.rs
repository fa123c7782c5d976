//! Finds many names in many texts, each text in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

/// The names in question, found in a text in one pass.
pub(super) struct Names(Option<AhoCorasick>);

impl Names {
    /// Prepares the search.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        // Of names that begin alike the longest is meant.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&names);
        let finder = finder.expect("an automaton has room for more names than there is memory");
        Self((!names.is_empty()).then_some(finder))
    }

    /// The names that stand in a text as whole words.
    pub(super) fn found_in<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let found = self.0.iter().flat_map(move |finder| finder.find_iter(text));
        let bytes = text.as_bytes();
        let whole = found.filter(move |found| {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            !is_part(before) && !is_part(bytes.get(found.end()))
        });
        whole.map(move |found| &text[found.range()])
    }
}
