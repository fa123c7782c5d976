//! What no report shows: credentials, wherever a line or a message holds one.
//!
//! The checks say where credentials stand. That is not enough: a file that cannot be read is seen by no check, and a
//! comment may repeat what stands elsewhere. So a file of which a report shows a part is looked through once more.

use crate::check::{credentials_by_shape, credentials_in};
use crate::finding::{Credential, Finding};
use crate::model::remote::{users_alone, without_userinfo};
use crate::model::secret::{is_mixed, is_random};
use crate::source::{Source, Sources, Span};
use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// What stands where a secret was. It is always as long, so that nobody learns how long the secret is.
pub const MASK: &str = "••••••••";

/// The credentials of a codebase.
#[derive(Debug)]
pub struct Secrets {
    /// Sorted by place.
    credentials: Vec<Credential>,
    /// Those that are known again wherever they stand.
    texts: AhoCorasick,
    /// The secret parts of each file, found when the file is first shown.
    by_file: Vec<OnceLock<Vec<Range<usize>>>>,
}

impl Secrets {
    /// What the checks found in these sources.
    pub fn new(sources: &Sources, mut credentials: Vec<Credential>) -> Self {
        let texts = distinctive(&credentials);
        credentials.sort();
        Self { credentials, texts, by_file: sources.iter().map(|_| OnceLock::new()).collect() }
    }

    /// A stretch of a file as it may be shown.
    pub fn shown(&self, source: &Source, stretch: Span) -> Shown {
        let mut shown = Shown::default();
        let stretch = stretch.start as usize..stretch.end as usize;
        let text = source.text();
        let secrets = self.of_file(source);
        let first = secrets.partition_point(|secret| secret.end <= stretch.start);
        let mut done = stretch.start;
        for secret in secrets[first..].iter().take_while(|secret| secret.start < stretch.end) {
            let (start, end) = (secret.start.max(stretch.start), secret.end.min(stretch.end));
            // Of a key that takes many lines, the indentation is no part.
            let start = end - text[start..end].trim_start().len();
            if start < end {
                shown.text.push_str(&text[done..start]);
                shown.masks.push((start - stretch.start..end - stretch.start, shown.text.len()));
                shown.text.push_str(MASK);
                done = end;
            }
        }
        shown.text.push_str(&text[done..stretch.end]);
        shown
    }

    /// Takes the credentials out of everything that a finding says.
    pub fn conceal_in_finding(&self, finding: &mut Finding) {
        self.conceal_in(&mut finding.message);
        self.conceal_in(&mut finding.help);
        // A finding with many places says the same of nearly all of them.
        let mut clean = String::new();
        for words in finding.words() {
            if *words != clean {
                self.conceal_in(words);
                clean.clone_from(words);
            }
        }
    }

    /// Takes the credentials out of a message.
    pub fn conceal_in(&self, message: &mut String) {
        if let Cow::Owned(stripped) = without_userinfo(message) {
            *message = stripped;
        }
        let mut secrets = credentials_by_shape(message);
        secrets.extend(self.repeated_in(message));
        for secret in apart(secrets).into_iter().rev() {
            message.replace_range(secret, MASK);
        }
    }

    /// Sorted, without overlaps.
    fn of_file(&self, source: &Source) -> &[Range<usize>] {
        self.by_file[source.id().index()].get_or_init(|| {
            let text = source.text();
            let first = self.credentials.partition_point(|known| known.span.file < source.id());
            let here = self.credentials[first..].iter().take_while(|known| known.span.file == source.id());
            let inside = |offset| source.clamp(offset) as usize;
            let mut secrets = Vec::new();
            for Credential { span, text } in here {
                secrets.push(inside(span.start)..inside(span.end));
                secrets.extend(said_beside(source, *span, text));
            }
            secrets.extend(self.repeated_in(text));
            secrets.extend(credentials_in(text));
            secrets.extend(users_alone(text));
            apart(secrets)
        })
    }

    fn repeated_in(&self, text: &str) -> Vec<Range<usize>> {
        self.texts.find_iter(text).map(|found| found.range()).collect()
    }
}

/// A text without its secrets.
#[derive(Debug, Default)]
pub struct Shown {
    /// The text, with a mask for each secret.
    pub text: String,
    /// What each mask stands for, and where the mask begins.
    masks: Vec<(Range<usize>, usize)>,
}

impl Shown {
    /// Where a range of the original stands now. One that begins or ends in a secret takes all of the mask.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.offset(range.start, true)..self.offset(range.end, false)
    }

    fn offset(&self, offset: usize, is_start: bool) -> usize {
        let before = self.masks.partition_point(|(secret, _)| secret.start < offset);
        match self.masks[..before].last() {
            None => offset,
            Some((secret, mask)) if offset < secret.end => {
                if is_start {
                    *mask
                } else {
                    mask + MASK.len()
                }
            }
            Some((secret, mask)) => mask + MASK.len() + (offset - secret.end),
        }
    }
}

/// Where the lines around a credential say it once more: a comment beside an encoded one, for example.
fn said_beside(source: &Source, span: Span, credential: &str) -> Vec<Range<usize>> {
    /// Nobody comments in a file that a program wrote on one line.
    const LONGEST: u32 = 4096;
    let lines = source.line(span.start).saturating_sub(1).max(1)..=source.line(span.end) + 1;
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let mut found = Vec::new();
    if credential.len() < 3 {
        return found;
    }
    for line in
        lines.filter_map(|line| source.line_span(line)).filter(|line| line.end - line.start <= LONGEST)
    {
        let text = source.slice(line);
        let words = text.match_indices(credential).filter(|(at, _)| {
            let (before, after) = (&text[..*at], &text[at + credential.len()..]);
            !is_part(before.chars().next_back()) && !is_part(after.chars().next())
        });
        let start = line.start as usize;
        found.extend(words.map(|(at, _)| start + at..start + at + credential.len()));
    }
    found
}

/// Credentials that are no words. People choose `admin` and `web`, which stand everywhere and mean something else.
fn distinctive(credentials: &[Credential]) -> AhoCorasick {
    const LONGEST: usize = 512;
    let is_distinctive = |text: &&str| {
        text.len() <= LONGEST && !text.contains(char::is_whitespace) && (is_random(text) || is_mixed(text))
    };
    let texts = credentials.iter().map(|credential| credential.text.as_str()).filter(is_distinctive);
    let mut builder = AhoCorasick::builder();
    let finder = builder.match_kind(MatchKind::LeftmostLongest).build(texts);
    finder.expect("an automaton has room for more texts than there is memory")
}

/// Sorted, with those that overlap made one.
fn apart(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().filter(|range| range.start < range.end) {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileKind;

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add("a.yaml".into(), FileKind::Yaml, text.into());
        sources
    }

    /// The whole text, of which the bytes `secrets` are known to be secret.
    fn shown(text: &str, secrets: &[Range<u32>]) -> Shown {
        let sources = sources(text);
        let source = &sources.as_slice()[0];
        let credential = |range: &Range<u32>| Credential {
            span: Span::new(source.id(), range.start, range.end),
            text: String::new(),
        };
        let secrets = Secrets::new(&sources, secrets.iter().map(credential).collect());
        secrets.shown(source, Span::new(source.id(), 0, text.len() as u32))
    }

    #[test]
    fn every_mask_is_as_long_and_places_move_with_the_text() {
        let shown = shown("a x b yyyyyyyyyyyyyyyyy c", &[2..3, 4..5, 6..23]);
        assert_eq!(shown.text, "a •••••••• •••••••• •••••••• c");
        let slice = |range: Range<usize>| &shown.text[shown.place(&range)];
        assert_eq!((slice(0..1), slice(24..25)), ("a", "c"));
        assert_eq!((slice(2..3), slice(10..12), slice(12..12)), (MASK, MASK, MASK));
        assert_eq!(slice(10..25), "•••••••• c");
        assert_eq!(slice(0..25), shown.text);
    }

    #[test]
    fn of_many_lines_each_has_its_mask_and_keeps_its_indentation() {
        let text = "k: |\n  abc\n  def\nx: y";
        let sources = sources(text);
        let source = &sources.as_slice()[0];
        let secret = Credential { span: Span::new(source.id(), 7, 16), text: String::new() };
        let secrets = Secrets::new(&sources, vec![secret]);
        let lines = (1..=4).filter_map(|line| source.line_span(line));
        let lines: Vec<String> = lines.map(|line| secrets.shown(source, line).text).collect();
        assert_eq!(lines, ["k: |", "  ••••••••", "  ••••••••", "x: y"]);
    }

    #[test]
    fn what_nobody_reported_is_hidden_too() {
        let cases = [
            ("  password: kB7-qarNu2_vtLm9x # why", "  password: •••••••• # why"),
            ("- https://ci:kB7-qarNu2_vtLm9x@a.internal/b", "- https://ci:••••••••@a.internal/b"),
            ("- https://kB7qarNu2vtLm9x@a.internal/b", "- https://••••••••@a.internal/b"),
            ("- https://${TOKEN}@a.internal/b?c=d@e", "- https://${TOKEN}@a.internal/b?c=d@e"),
            ("  secretName: web-tls", "  secretName: web-tls"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, &[]).text, expected);
        }
    }

    #[test]
    fn a_comment_beside_a_credential_may_not_say_it() {
        let text = "# toor for now\npassword: dG9vcg== # toor, not toor2\n\n# toor";
        let sources = sources(text);
        let source = &sources.as_slice()[0];
        let known = Credential { span: Span::new(source.id(), 25, 33), text: "toor".into() };
        let secrets = Secrets::new(&sources, vec![known]);
        let shown = secrets.shown(source, Span::new(source.id(), 0, text.len() as u32)).text;
        assert_eq!(shown, "# •••••••• for now\npassword: •••••••• # ••••••••, not toor2\n\n# toor");
    }

    #[test]
    fn a_credential_is_known_again_but_not_a_word() {
        let sources = sources("\n\n# kB7-qarNu2_vtLm9x opens admin\n");
        let source = &sources.as_slice()[0];
        let credential =
            |text: &str| Credential { span: Span::file_start(source.id()), text: text.to_owned() };
        let secrets = Secrets::new(&sources, vec![credential("kB7-qarNu2_vtLm9x"), credential("admin")]);
        let line = source.line_span(3).expect("there is one");
        assert_eq!(secrets.shown(source, line).text, "# •••••••• opens admin");
        let mut message = "`kB7-qarNu2_vtLm9x` from https://ci:pw@a.internal, admin".to_owned();
        secrets.conceal_in(&mut message);
        assert_eq!(message, "`••••••••` from https://a.internal, admin");
    }
}
