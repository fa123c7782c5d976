//! The known word that a mistyped one is closest to.

/// The word of `known` that `typed` was probably meant to be. Two letters in the wrong order are one mistake.
pub fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a word into a page, and comparing takes its time.
    if typed.len() > LONGEST {
        return None;
    }
    let typed = typed.to_lowercase();
    let distances = known.into_iter().map(|word| (strsim::osa_distance(&typed, word), word));
    let (edits, word) = distances.min()?;
    // A third of the letters may be wrong. With more, the guess is more often wrong than right.
    (edits <= word.chars().count().div_ceil(3)).then_some(word)
}

/// Bytes.
const LONGEST: usize = 100;

/// ` Did you mean …?` to put behind a message, or nothing.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    closest(typed, known).map_or(String::new(), |word| format!(" Did you mean `{word}`?"))
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
            ("exculde", Some("exclude")),
            ("protect_from_label", Some("protect-from-label")),
            ("rules", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(closest(typed, KEYS), expected, "{typed}");
        }
    }
}
