//! What a waiver says: of which rules it accepts findings, why, and until when.
//!
//! `allow(<rule>[, <rule>]) <reason> [until YYYY-MM-DD]`, after `k8factor:` in a comment. In the annotation
//! `k8factor/allow` each line is one waiver, and `allow` and the parentheses may be left out.

use jiff::civil::Date;
use memchr::memmem;
use std::ops::Range;

/// The annotation that accepts findings about its object.
pub const ANNOTATION: &str = "k8factor/allow";

/// Whether a text may hold a waiver.
pub fn may_be_in(text: &str) -> bool {
    memmem::find(text.as_bytes(), NAME_BEHIND_K.as_bytes()).is_some()
}

/// What comments call us, with a small or a capital K before it.
const NAME_BEHIND_K: &str = "8factor";

/// One waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Where the waiver stands in the text.
    pub range: Range<usize>,
    /// Where the names of its rules stand in the text; at least one.
    pub rules: Vec<Range<usize>>,
    /// Why the findings are accepted. Without a reason nothing is.
    pub reason: Option<String>,
    /// The last day on which they are.
    pub until: Option<Date>,
}

/// Words that were meant to be a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where they stand in the text.
    pub range: Range<usize>,
    /// What is wrong and what to write.
    pub message: String,
}

/// The waiver in a comment, which is given with its marks. Nothing if the comment is about something else.
pub fn in_comment(comment: &str) -> Option<Result<Wording, Mistake>> {
    let (start, name_end) = address(comment)?;
    let end = comment.trim_end().trim_end_matches("*/").trim_end().len().max(name_end);
    let words = Part::of(comment, name_end..end);
    if !words.text().starts_with(':') {
        let message = || format!("a colon stands behind the name: write {FORM}");
        return looks_like_allow(words.text())
            .then(|| Err(Mistake { range: start..end, message: message() }));
    }
    let words = words.after(":");
    let verb = words.text().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let (range, rest) = (start..end, words.after(verb));
    if verb == "allow" {
        return Some(if rest.text().starts_with('(') {
            wording(&rest, range)
        } else {
            Err(Mistake { range, message: format!("the rules stand in parentheses: {FORM}") })
        });
    }
    // Other words in front of parentheses, or where `allow` is usual elsewhere, were meant to do something.
    let is_meant = rest.text().starts_with('(') || MEANT.contains(&verb.to_lowercase().as_str());
    is_meant.then(|| Err(Mistake { range, message: format!("`{verb}` is unknown here: write {FORM}") }))
}

/// The waivers in the annotation `k8factor/allow`, one on each line.
pub fn in_annotation(text: &str) -> Vec<Result<Wording, Mistake>> {
    let mut at = 0;
    let mut waivers = Vec::new();
    for line in text.split('\n') {
        let part = Part::of(text, at..at + line.len());
        at += line.len() + 1;
        let range = part.range.clone();
        // A rule may be called `allow-this`.
        let is_verb =
            part.text().strip_prefix("allow").is_some_and(|rest| rest.starts_with(['(', ' ', '\t']));
        let part = if is_verb { part.after("allow") } else { part };
        match part.text().chars().next() {
            None => {}
            Some('(') => waivers.push(wording(&part, range)),
            Some(_) => waivers.push(without_parentheses(&part, range)),
        }
    }
    waivers
}

const FORM: &str = "`k8factor: allow(<rule>) <reason>`";

/// What other linters say, and what a hurried hand makes of `allow`.
const MEANT: [&str; 9] =
    ["alow", "allows", "allowed", "ignore", "disable", "skip", "waive", "suppress", "accept"];

/// Where a comment names k8factor: at its beginning, or behind another mark. The bytes of the name.
fn address(comment: &str) -> Option<(usize, usize)> {
    let names = comment.match_indices(NAME_BEHIND_K).filter(|(at, _)| comment[..*at].ends_with(['k', 'K']));
    names.map(|(at, name)| (at - 1, at + name.len())).find(|(start, _)| {
        let before = comment[..*start].trim_end();
        before.is_empty() || ["#", "//", "/*", "*", "!", ";"].iter().any(|mark| before.ends_with(mark))
    })
}

/// Whether somebody left out the colon, or wrote something else in its place.
fn looks_like_allow(words: &str) -> bool {
    let verb = words.trim_start_matches([' ', '-', '_', '.', '/', '=']);
    verb.strip_prefix("allow").is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// A part of a text, without blanks around it.
#[derive(Clone)]
struct Part<'a> {
    whole: &'a str,
    range: Range<usize>,
}

impl<'a> Part<'a> {
    fn of(whole: &'a str, range: Range<usize>) -> Self {
        let text = &whole[range.clone()];
        let start = range.start + text.len() - text.trim_start().len();
        Self { whole, range: start..start + text.trim().len() }
    }

    fn text(&self) -> &'a str {
        &self.whole[self.range.clone()]
    }

    /// Without a word at its beginning.
    fn after(&self, word: &str) -> Self {
        let skipped = if self.text().starts_with(word) { word.len() } else { 0 };
        Self::of(self.whole, self.range.start + skipped..self.range.end)
    }

    /// The parts before and behind some bytes of it.
    fn around(&self, range: Range<usize>) -> (Self, Self) {
        let (start, end) = (self.range.start, self.range.end);
        (Self::of(self.whole, start..start + range.start), Self::of(self.whole, start + range.end..end))
    }
}

/// `(<rule>[, <rule>]) <reason> …`.
fn wording(part: &Part<'_>, range: Range<usize>) -> Result<Wording, Mistake> {
    let Some(close) = part.text().find(')') else {
        return Err(Mistake { range, message: "the parenthesis behind the rules is never closed".into() });
    };
    let (before, rest) = part.around(close..close + 1);
    finished(rules(&before.after("(")), &rest, range)
}

/// `<rule>[, <rule>] <reason> …`: a name goes on behind a comma.
fn without_parentheses(part: &Part<'_>, range: Range<usize>) -> Result<Wording, Mistake> {
    let mut end = 0;
    for word in part.text().split_inclusive(char::is_whitespace) {
        end += word.len();
        if !word.trim_end().ends_with(',') {
            break;
        }
    }
    let (names, rest) = part.around(end..end);
    let names = Part::of(
        names.whole,
        names.range.start..names.range.start + names.text().trim_end_matches(':').len(),
    );
    finished(rules(&names), &rest, range)
}

fn rules(names: &Part<'_>) -> Vec<Range<usize>> {
    let mut at = names.range.start;
    let mut rules = Vec::new();
    for name in names.text().split(',') {
        let rule = Part::of(names.whole, at..at + name.len());
        at += name.len() + 1;
        rules.extend((!rule.range.is_empty()).then_some(rule.range));
    }
    rules
}

fn finished(rules: Vec<Range<usize>>, rest: &Part<'_>, range: Range<usize>) -> Result<Wording, Mistake> {
    if rules.is_empty() {
        return Err(Mistake { range, message: format!("no rule is named: write {FORM}") });
    }
    let (reason, until) = deadline(rest)?;
    let reason = reason.text().trim_matches(|c: char| c.is_whitespace() || "-:;,.–—".contains(c));
    let reason = reason.chars().any(char::is_alphanumeric).then(|| reason.to_owned());
    Ok(Wording { range, rules, reason, until })
}

/// The reason without `until YYYY-MM-DD` at its end or in front of it.
fn deadline<'a>(part: &Part<'a>) -> Result<(Part<'a>, Option<Date>), Mistake> {
    let text = part.text();
    let is_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
    let starts: Vec<usize> =
        text.match_indices("until ").map(|(at, _)| at).filter(|&at| is_word(at)).collect();
    for &at in [starts.last(), starts.first()].into_iter().flatten() {
        let word = text[at + "until ".len()..].trim_start();
        let from = text.len() - word.len();
        let length = word.find(|c: char| c.is_whitespace() || ")],;:".contains(c)).unwrap_or(word.len());
        let day = Part::of(part.whole, part.range.start + from..part.range.start + from + length);
        let (before, behind) = part.around(at..from + length);
        let is_last = !behind.text().chars().any(char::is_alphanumeric);
        if !is_last && !before.range.is_empty() || !looks_like_a_day(day.text()) {
            continue;
        }
        let date = day.text().trim_end_matches('.').parse().map_err(|_| Mistake {
            range: day.range.clone(),
            message: format!("`{}` is no day: write it as `2027-03-31`", day.text()),
        })?;
        return Ok((if is_last { before.without_open_bracket() } else { behind }, Some(date)));
    }
    Ok((part.clone(), None))
}

impl Part<'_> {
    /// `(until …)` leaves the bracket behind.
    fn without_open_bracket(&self) -> Self {
        let text = self.text().trim_end_matches(['(', '[']);
        Self::of(self.whole, self.range.start..self.range.start + text.len())
    }
}

fn looks_like_a_day(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || "-/.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules, reason and day, or what is wrong.
    fn said(text: &str, waiver: &Result<Wording, Mistake>) -> String {
        match waiver {
            Ok(Wording { rules, reason, until, .. }) => {
                let rules: Vec<_> = rules.iter().map(|rule| &text[rule.clone()]).collect();
                let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
                format!("{}: {}{until}", rules.join("+"), reason.as_deref().unwrap_or("-"))
            }
            Err(Mistake { range, message }) => format!("`{}` {message}", &text[range.clone()]),
        }
    }

    #[test]
    fn comments_say_rules_reason_and_day() {
        let cases = [
            ("# k8factor: allow(a-b) the vendor ships no other", "a-b: the vendor ships no other"),
            ("#k8factor:allow( a , b )x", "a+b: x"),
            ("// k8factor: allow(a) moved by hand until 2027-03-31", "a: moved by hand until 2027-03-31"),
            ("/* k8factor: allow(a) moved, until 2027-03-31. */", "a: moved until 2027-03-31"),
            ("# k8factor: allow(a) moved (until 2027-03-31)", "a: moved until 2027-03-31"),
            ("# k8factor: allow(a) until 2027-03-31: moved", "a: moved until 2027-03-31"),
            ("# k8factor: allow(a) good until the vendor ships", "a: good until the vendor ships"),
            ("# k8factor: allow(a) good until 2027-03-31 at noon", "a: good until 2027-03-31 at noon"),
            ("# kept # k8factor: allow(a) good", "a: good"),
            (" * k8factor: allow(a) good", "a: good"),
            ("# K8factor: allow(a) good", "a: good"),
            ("# k8factor allow(a) good", "`k8factor allow(a) good` a colon stands behind the name"),
            ("# k8factor-allow (a) good", "`k8factor-allow (a) good` a colon stands behind the name"),
            ("# k8factor: allow(a)", "a: -"),
            ("# k8factor: allow(a) -- ", "a: -"),
            ("# k8factor: allow(a) until 2027-03-31", "a: - until 2027-03-31"),
            ("# k8factor: allow(a) x until 2027-02-30", "`2027-02-30` `2027-02-30` is no day"),
            ("# k8factor: allow(a) x until 31.12.2027", "`31.12.2027` `31.12.2027` is no day"),
            ("# k8factor: allow() x", "`k8factor: allow() x` no rule is named"),
            (
                "# k8factor: allow(a x",
                "`k8factor: allow(a x` the parenthesis behind the rules is never closed",
            ),
            ("# k8factor: allow a", "`k8factor: allow a` the rules stand in parentheses"),
            ("# k8factor: ignore(a) x", "`k8factor: ignore(a) x` `ignore` is unknown here: write"),
            ("# k8factor: alow(a) x", "`k8factor: alow(a) x` `alow` is unknown here: write"),
        ];
        for (comment, expected) in cases {
            let waiver = in_comment(comment).unwrap_or_else(|| panic!("{comment} is a waiver"));
            assert!(said(comment, &waiver).starts_with(expected), "{comment}: {}", said(comment, &waiver));
        }
        for other in [
            "# k8factor: see the manual",
            "# as k8factor: allow(a) says",
            "# allow(a)",
            "#",
            "# k8factor:",
            "# k8factor allows (a)",
        ] {
            assert_eq!(in_comment(other), None, "{other}");
        }
    }

    #[test]
    fn annotations_need_no_parentheses() {
        let text =
            "a-b: the vendor ships no other\nallow(a, b) moved until 2027-03-31\n\na, b moved\na\nallow-c: d";
        let waivers: Vec<_> = in_annotation(text).iter().map(|waiver| said(text, waiver)).collect();
        assert_eq!(
            waivers,
            [
                "a-b: the vendor ships no other",
                "a+b: moved until 2027-03-31",
                "a+b: moved",
                "a: -",
                "allow-c: d"
            ]
        );
    }
}
