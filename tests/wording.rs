//! A finding teaches: its words keep one form whoever wrote the rule.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::finding::Finding;
use k8factor::rule::{self, Example, Rule};

#[test]
fn findings_speak_in_one_voice() {
    let mut faults = Vec::new();
    for rule in rule::built_in().expect("every built-in page loads") {
        for example in rule.page().examples().expect("a page that loads has examples") {
            for finding in findings(&rule, &example) {
                let fault =
                    |what: &str| format!("{}: {what}\n  {}\n  {}", rule.id, finding.message, finding.help);
                faults.extend(fault_of_message(&finding.message).map(fault));
                faults.extend(fault_of_help(&finding.help).map(fault));
                let stopped = finding.related.iter().filter(|label| label.message.ends_with('.'));
                faults.extend(
                    stopped.map(|label| fault(&format!("a label is no sentence: {}", label.message))),
                );
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn findings(rule: &Rule, example: &Example) -> Vec<Finding> {
    let texts: Vec<_> = example.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let discovery = Discovery::of_texts(&texts);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
    rule::run(std::slice::from_ref(rule), &codebase).findings
}

/// What is written and why it hurts, as one sentence without a stop: it stands behind `error[rule]:`.
fn fault_of_message(message: &str) -> Option<&'static str> {
    let blames = [" should ", " must not ", "forgot", "mistake", "wrong", "bad "];
    match message {
        _ if OPENINGS.iter().any(|word| message.starts_with(word)) => Some("a message begins small"),
        _ if message.ends_with('.') => Some("a message has no stop"),
        _ if message.contains('\n') => Some("a message is one line"),
        _ if message.len() > 400 => Some("a message is short"),
        _ if blames.iter().any(|word| message.contains(word)) => Some("a message tells and does not blame"),
        _ => None,
    }
}

/// Words that are no kinds, so nothing makes them capital after `error[rule]:`.
const OPENINGS: [&str; 10] =
    ["A ", "An ", "Each ", "Image ", "It ", "No ", "Nothing ", "Tag ", "The ", "This "];

/// What to do, in whole sentences.
fn fault_of_help(help: &str) -> Option<&'static str> {
    let begins = help.chars().next().is_some_and(|c| c.is_uppercase() || c == '`');
    match help {
        _ if !begins => Some("help begins like a sentence"),
        _ if !help.ends_with(['.', ')', ':', '`']) => Some("help ends like a sentence"),
        _ => None,
    }
}
