//! `JUnit`: findings as failed tests, for the test reports of Jenkins, GitLab and others.
//!
//! One suite for each factor. A failure is what fails the run, so that a green pipeline has a green test report; what is
//! below `--fail-on` passes and is told as its output. A rule that found nothing is a test that passes.

use crate::finding::{Factor, Finding, Severity};
use crate::problem::Problem;
use crate::report::Report;
use crate::report::location::Location;
use crate::report::repository::Repository;
use crate::report::visible::{stand_in, visible};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::{HashMap, HashSet};
use std::io;

type Xml<'a> = Writer<&'a mut dyn io::Write>;

/// Writes all suites.
pub fn write(
    report: &Report,
    fail_on: Severity,
    repository: &Repository,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let context = Context { report, fail_on, repository };
    let suites: Vec<Suite> =
        context.suites().into_iter().filter(|suite: &Suite| !suite.cases.is_empty()).collect();
    let mut xml: Xml<'_> = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = Counts::of(suites.iter().flat_map(|suite| &suite.cases));
    let root = counts.attributes(xml.create_element("testsuites").with_attribute(("name", "k8factor")));
    root.write_inner_content(|xml| suites.iter().try_for_each(|suite| suite.write(xml)))?;
    out.write_all(b"\n")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    /// A path from the root of the repository, and a line where one is known.
    place: Option<(String, Option<u32>)>,
    outcome: Outcome,
}

/// How a test ended. The first text is one line, the second may be many.
enum Outcome {
    Passed,
    Told(String),
    Skipped(String),
    Failed(&'static str, String, String),
    Unread(String, String),
}

struct Context<'a> {
    report: &'a Report,
    fail_on: Severity,
    repository: &'a Repository,
}

impl Context<'_> {
    fn suites(&self) -> Vec<Suite> {
        let mut suites: Vec<Suite> = Factor::ALL.iter().map(|factor| self.factor(*factor)).collect();
        suites.push(self.unread());
        suites.iter_mut().for_each(Suite::tell_apart);
        suites
    }

    fn factor(&self, factor: Factor) -> Suite {
        let Report { findings, waived, baselined, .. } = self.report;
        let is_mine = |finding: &&Finding| finding.factor == factor;
        let found = findings.iter().filter(is_mine).map(|finding| self.case(finding, self.outcome(finding)));
        let waived = waived.iter().filter(|waived| waived.finding.factor == factor);
        let waived = waived
            .map(|waived| self.case(&waived.finding, Outcome::Skipped(format!("waived: {}", waived.reason))));
        let known = baselined.iter().filter(is_mine);
        let known = known.map(|finding| self.case(finding, Outcome::Skipped("the baseline knows it".into())));
        let cases = found.chain(waived).chain(known).chain(self.quiet_rules(factor)).collect();
        Suite { name: format!("{} {}", factor.number(), factor.title()), cases }
    }

    /// A test for each rule that found nothing; one that had nothing to look at did not run.
    fn quiet_rules(&self, factor: Factor) -> impl Iterator<Item = Case> {
        let report = self.report;
        let accepted = report.waived.iter().map(|waived| &waived.finding).chain(&report.baselined);
        let spoke: HashSet<_> = report.findings.iter().chain(accepted).map(|finding| &finding.rule).collect();
        let is_assessed = report.assessed.contains(&factor);
        let quiet =
            report.rules.iter().filter(move |rule| rule.factor == factor && !spoke.contains(&rule.id));
        quiet.map(move |rule| Case {
            class: rule.id.to_string(),
            name: format!("nothing found: {}", rule.summary),
            place: None,
            outcome: if is_assessed {
                Outcome::Passed
            } else {
                Outcome::Skipped("not assessed: there was nothing to look at".into())
            },
        })
    }

    /// Without the line in its name a test is known again when the code around it moves.
    fn case(&self, finding: &Finding, outcome: Outcome) -> Case {
        let location = Location::of_span(&self.report.sources, finding.span);
        Case {
            class: finding.rule.to_string(),
            name: format!("{}: {}", location.path, finding.message),
            place: Some(self.place(location)),
            outcome,
        }
    }

    fn place(&self, location: Location<'_>) -> (String, Option<u32>) {
        (self.repository.path(location.path), location.range.map(|(start, _)| start.line))
    }

    fn outcome(&self, finding: &Finding) -> Outcome {
        let text = self.told(finding);
        if finding.severity >= self.fail_on {
            Outcome::Failed(finding.severity.as_str(), finding.message.clone(), text)
        } else {
            Outcome::Told(format!("{}: {text}", finding.severity.as_str()))
        }
    }

    /// The message, its place, what to do, and the places that explain it.
    fn told(&self, finding: &Finding) -> String {
        let place = |span| {
            let location = Location::of_span(&self.report.sources, span);
            let line = location.range.map(|(start, _)| format!(":{}:{}", start.line, start.column));
            visible(&self.repository.path(location.path)).into_owned() + &line.unwrap_or_default()
        };
        let mut lines = vec![visible(&finding.message).into_owned(), format!("at {}", place(finding.span))];
        lines.extend(finding.help.lines().map(|line| visible(line).into_owned()));
        let related = finding.related.iter().take(MOST_RELATED);
        lines.extend(related.map(|label| format!("{}: {}", place(label.span), visible(&label.message))));
        if finding.related.len() > MOST_RELATED {
            lines.push(format!("and {} more places", finding.related.len() - MOST_RELATED));
        }
        lines.join("\n")
    }

    fn unread(&self) -> Suite {
        let cases = self.report.problems.iter().map(|problem: &Problem| {
            let location = Location::of_place(&self.report.sources, &problem.place);
            let message = problem.message.clone();
            Case {
                class: "could-not-be-read".into(),
                name: location.path.to_owned(),
                place: Some(self.place(location)),
                outcome: Outcome::Unread(
                    message,
                    "Nothing is known about this place: there may be more findings.".into(),
                ),
            }
        });
        Suite { name: "Could not be read".into(), cases: cases.collect() }
    }
}

/// Places of one finding that are told.
const MOST_RELATED: usize = 20;

impl Suite {
    /// Services tell tests apart by their names, so no two have the same.
    fn tell_apart(&mut self) {
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        for case in &mut self.cases {
            let number = seen.entry((case.class.clone(), case.name.clone())).or_default();
            *number += 1;
            if *number > 1 {
                case.name = format!("{} ({number})", case.name);
            }
        }
    }

    fn write(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        let name = one_line(&self.name);
        let suite = xml.create_element("testsuite").with_attribute(("name", name.as_str()));
        Counts::of(&self.cases)
            .attributes(suite)
            .write_inner_content(|xml| self.cases.iter().try_for_each(|case| case.write(xml)))?;
        Ok(())
    }
}

impl Case {
    fn write(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        let mut case = xml
            .create_element("testcase")
            .with_attribute(("name", one_line(&self.name).as_str()))
            .with_attribute(("classname", one_line(&self.class).as_str()));
        if let Some((path, line)) = &self.place {
            case = case.with_attribute(("file", one_line(path).as_str()));
            if let Some(line) = line {
                case = case.with_attribute(("line", line.to_string().as_str()));
            }
        }
        match &self.outcome {
            Outcome::Passed => case.write_empty()?,
            outcome => case.write_inner_content(|xml| outcome.write(xml))?,
        };
        Ok(())
    }
}

impl Outcome {
    fn write(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        match self {
            Self::Passed => {}
            Self::Told(text) => {
                xml.create_element("system-out").write_text_content(BytesText::new(&lines(text)))?;
            }
            Self::Skipped(reason) => {
                xml.create_element("skipped")
                    .with_attribute(("message", one_line(reason).as_str()))
                    .write_empty()?;
            }
            Self::Failed(kind, message, text) => ended(xml, "failure", kind, message, text)?,
            Self::Unread(message, text) => ended(xml, "error", "could-not-be-read", message, text)?,
        }
        Ok(())
    }
}

fn ended(xml: &mut Xml<'_>, element: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
    xml.create_element(element)
        .with_attribute(("type", kind))
        .with_attribute(("message", one_line(message).as_str()))
        .write_text_content(BytesText::new(&lines(text)))?;
    Ok(())
}

/// How many tests ended how.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Self {
        cases.into_iter().fold(Self::default(), |mut counts, case| {
            counts.tests += 1;
            match case.outcome {
                Outcome::Passed | Outcome::Told(_) => {}
                Outcome::Skipped(_) => counts.skipped += 1,
                Outcome::Failed(..) => counts.failures += 1,
                Outcome::Unread(..) => counts.errors += 1,
            }
            counts
        })
    }

    fn attributes<'x, 'w>(
        &self,
        element: quick_xml::writer::ElementWriter<'x, &'w mut dyn io::Write>,
    ) -> quick_xml::writer::ElementWriter<'x, &'w mut dyn io::Write> {
        let numbers = [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", self.errors),
            ("skipped", self.skipped),
        ];
        numbers.into_iter().fold(element, |element, (name, number)| {
            element.with_attribute((name, number.to_string().as_str()))
        })
    }
}

/// A text for an attribute.
fn one_line(text: &str) -> String {
    text.chars().map(stand_in).map(in_xml).collect()
}

/// A text of several lines, which are visible already or are made so.
fn lines(text: &str) -> String {
    let stand_in = |character| if character == '\n' { character } else { stand_in(character) };
    text.chars().map(stand_in).map(in_xml).collect()
}

/// The control characters are gone; of all others these two are no characters of XML.
fn in_xml(character: char) -> char {
    if matches!(character, '\u{fffe}' | '\u{ffff}') { char::REPLACEMENT_CHARACTER } else { character }
}
