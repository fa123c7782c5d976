//! Characters that need care before a text is scanned: rare, so they are looked for in blocks.
//!
//! What the scanner must not meet is replaced by as many harmless bytes, so that offsets stay true.

use super::scan::{Dialect, Found};
use super::trouble::{Fault, Grade};
use memchr::memmem;

/// What was found.
#[derive(Default)]
pub(super) struct Unusual {
    /// The text for the scanner, where it differs.
    pub(super) harmless: Option<String>,
    pub(super) troubles: Vec<Found>,
}

/// Looks at a text before it is scanned.
pub(super) fn find(text: &str, dialect: Dialect) -> Unusual {
    let mut unusual = Unusual::default();
    for (index, block) in text.as_bytes().chunks(BLOCK).enumerate() {
        if block
            .iter()
            .fold(0, |any, &byte| any | u8::from(needs_care(byte)))
            != 0
        {
            examine(text, index * BLOCK, &mut unusual, dialect);
        }
    }
    if dialect == Dialect::Yaml {
        check_separators(text, &mut unusual);
    }
    unusual
}

const BLOCK: usize = 4096;

/// More than this of one file helps nobody.
const MAX_TROUBLES: usize = 100;

/// Bytes that are, or begin, an unusual character; `\r` is one only where no `\n` follows. Comparisons instead of a table,
/// so that the compiler looks at many bytes at a time.
fn needs_care(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n')
        || byte == 0x7F
        || byte == 0xC2
        || byte == 0xE2
        || byte == 0xEF
}

fn examine(text: &str, from: usize, unusual: &mut Unusual, dialect: Dialect) {
    let bytes = text.as_bytes();
    let to = (from + BLOCK).min(bytes.len());
    for at in from..to {
        if !needs_care(bytes[at]) {
            continue;
        }
        let rest = &bytes[at..];
        let length = match rest {
            [b'\r', b'\n', ..] => continue,
            [b'\r', ..] => {
                replace(unusual, text, at, "\n");
                continue;
            }
            [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..] if dialect == Dialect::Yaml => {
                line_break(unusual, text, at);
                continue;
            }
            [0x7F, ..] | [0xC2, 0x80..=0x9F, ..] if dialect == Dialect::Json => continue,
            [0xC2, 0x80..=0x9F, ..] => 2,
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => 3,
            [0xC2 | 0xE2 | 0xEF, ..] => continue,
            _ => 1,
        };
        if rest[0] == 0 {
            replace(unusual, text, at, "\u{1}");
        }
        report(unusual, Fault::ControlCharacter, at, length);
    }
}

/// Go's readers break lines at NEL, LS and PS. Blanks before the break keep the length.
fn line_break(unusual: &mut Unusual, text: &str, at: usize) {
    let (length, blanks) = if text.as_bytes()[at] == 0xC2 {
        (2, " \n")
    } else {
        (3, "  \n")
    };
    // In quotes, where the character stays what it is, only the line is another.
    replace(unusual, text, at, blanks);
    report(unusual, Fault::UnicodeLineBreak, at, length);
}

fn replace(unusual: &mut Unusual, text: &str, at: usize, by: &str) {
    let harmless = unusual.harmless.get_or_insert_with(|| text.to_owned());
    harmless.replace_range(at..at + by.len(), by);
}

fn report(unusual: &mut Unusual, fault: Fault, start: usize, length: usize) {
    if unusual.troubles.len() < MAX_TROUBLES {
        unusual.troubles.push(Found {
            grade: Grade::Compatibility,
            fault,
            start,
            end: start + length,
        });
    }
}

/// kubectl and kustomize split files at every line that begins with `---`, and refuse what stands beside it.
fn check_separators(text: &str, unusual: &mut Unusual) {
    let bytes = text.as_bytes();
    let lines = memmem::find_iter(bytes, b"\n---").map(|offset| offset + 1);
    for line in lines {
        let after = &bytes[line + 3..];
        let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
        let beside = after[..end].trim_ascii();
        if !beside.is_empty() && beside[0] != b'#' {
            report(unusual, Fault::SeparatorWithContent, line, 3 + end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str, dialect: Dialect) -> Vec<(Fault, usize)> {
        find(text, dialect)
            .troubles
            .iter()
            .map(|found| (found.fault, found.start))
            .collect()
    }

    #[test]
    fn replaced_characters_keep_every_offset() {
        let text = "a: x\u{2028}b: \u{85}c\rd\0";
        let unusual = find(text, Dialect::Yaml);
        let harmless = unusual.harmless.expect("something was replaced");
        assert_eq!(harmless, "a: x  \nb:  \nc\nd\u{1}");
        assert_eq!(harmless.len(), text.len());
    }

    #[test]
    fn characters_of_other_languages_are_not_unusual() {
        assert_eq!(faults("名前: “値” é ﷺ", Dialect::Yaml), []);
    }

    #[test]
    fn json_may_hold_what_yaml_may_not() {
        assert_eq!(faults("\"\u{7F}\u{85}\u{2028}\"", Dialect::Json), []);
        assert_eq!(
            faults("a\u{7F}", Dialect::Yaml),
            [(Fault::ControlCharacter, 1)]
        );
    }

    #[test]
    fn only_comments_may_stand_beside_a_separator() {
        assert_eq!(faults("a\n--- # b\n---\n", Dialect::Yaml), []);
        assert_eq!(
            faults("a\n---b\n", Dialect::Yaml),
            [(Fault::SeparatorWithContent, 2)]
        );
    }
}
