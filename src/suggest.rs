//! The known word that a mistyped one is closest to.

/// The word of `known` that `typed` was probably meant to be.
pub fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let distances = known.into_iter().map(|word| (distance(&typed, word), word));
    let (edits, word) = distances.min()?;
    // A third of the letters may be wrong. With more, the guess is more often wrong than right.
    (edits <= word.chars().count().div_ceil(3)).then_some(word)
}

/// ` Did you mean …?` to put behind a message, or nothing.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    closest(typed, known).map_or(String::new(), |word| format!(" Did you mean `{word}`?"))
}

/// Levenshtein distance, a row at a time.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 3] = ["exclude", "fail-on", "protect-from-label"];

    #[test]
    fn near_words_are_suggested_and_far_words_are_not() {
        let cases = [
            ("exclud", Some("exclude")),
            ("failon", Some("fail-on")),
            ("fail_on", Some("fail-on")),
            ("Exclude", Some("exclude")),
            ("protect_from_label", Some("protect-from-label")),
            ("rules", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(closest(typed, KEYS), expected, "{typed}");
        }
    }
}
