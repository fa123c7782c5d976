//! Credentials on the command line: `docker login -p x`, `curl -u user:x`, `mysql -px`.

use super::Found;
use crate::check::credential::{Leak, in_secret, leak_under};
use crate::codebase::Codebase;
use crate::model::script::scripts;
use crate::model::secret::{KeyKind, is_mixed, key_kind};
use crate::model::shell::{Command, Word};
use crate::source::{Source, Span};
use regex::Regex;
use std::sync::LazyLock;

/// Looks at the commands in a file, whatever kind of file it is.
pub(super) fn look_at(codebase: &Codebase, source: &Source, found: &mut Found) {
    if !LOGINS.is_match(source.text()) {
        return;
    }
    for script in scripts(source, codebase.tree(source.id())) {
        for command in script.pipelines().iter().flat_map(|pipeline| &pipeline.commands) {
            for (leak, word) in leaks(command) {
                let span = narrowed(source, script.span(&word.range), &leak.credential);
                let is_known = |known: Span| known.start < span.end && span.start < known.end;
                if !found.places.iter().any(|place| is_known(place.span)) {
                    found.add(codebase, span, leak);
                }
            }
        }
    }
}

/// The credential alone, where the word is written as the shell reads it.
fn narrowed(source: &Source, word: Span, credential: &str) -> Span {
    source.slice(word).rfind(credential).map_or(word, |at| {
        let start = word.start + at as u32;
        Span::new(word.file, start, start + credential.len() as u32)
    })
}

/// A file without any of these has no credential on a command line.
static LOGINS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"curl[^\n]* (?:-u|--user)|sshpass|redis-cli|login[^\n]* -p|(?:mysql|maria)[^\n]* -p|--from-literal|--set|--[a-z-]*passw|PASSW";
    Regex::new(pattern).expect("the pattern is constant")
});

/// Flags whose value is a password by itself: programs, the first operand where it matters, the flag.
///
/// Source: the manuals of the programs, as of 2026-11.
const PASSWORD_FLAGS: &[(&[&str], &str, &str)] = &[
    (&["docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "crane", "az", "oc"], "login", "-p"),
    (&["helm"], "registry", "-p"),
    (&["sshpass"], "", "-p"),
    (&["redis-cli"], "", "-a"),
];

/// They take the password behind the flag without a space. Source: `MySQL` reference manual, "Connecting".
const ATTACHED: [&str; 6] = ["mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "mariadb-admin"];

fn leaks(command: &Command) -> Vec<(Leak, &Word)> {
    let program = command.program().unwrap_or_default();
    let arguments = command.arguments();
    let before = &command.words[..command.words.len() - arguments.len()];
    let settings = before.iter().chain(arguments.iter().filter(|_| program == "export"));
    let settings = settings.filter_map(|word| Some((assigned(&word.text)?, word)));
    let given = arguments.iter().enumerate().filter_map(|(index, word)| {
        let next = arguments.get(index + 1);
        given(command, &program, word, next)
    });
    // What a variable or another command fills in is no literal.
    settings.chain(given).filter(|(_, word)| !word.expands).collect()
}

/// `PGPASSWORD=x`. People set variables to words that are no credentials, so only what looks generated counts.
fn assigned(text: &str) -> Option<Leak> {
    let (key, value) = text.split_once('=')?;
    leak_under(key, value, 0..value.len()).filter(|leak| !leak.is_unsure || is_mixed(value))
}

fn given<'a>(
    command: &Command,
    program: &str,
    word: &'a Word,
    next: Option<&'a Word>,
) -> Option<(Leak, &'a Word)> {
    let text = word.text.as_str();
    let password = |value: &str, word| Some((leak_under("password", value, 0..value.len())?, word));
    if ATTACHED.contains(&program) {
        let attached = text.strip_prefix("-p").filter(|value| !value.is_empty());
        if let Some(found) = attached.and_then(|value| password(value, word)) {
            return Some(found);
        }
    }
    if program == "curl" && matches!(text, "-u" | "--user") {
        let (user, value) = next?.text.split_once(':')?;
        return password(value, next?).filter(|_| !is_documentation(user, value));
    }
    let is_password = |(programs, verb, flag): &(&[&str], &str, &str)| {
        let mut operands = command.operands(&["-u", "--username"]).map(|word| word.text.as_str());
        *flag == text
            && programs.contains(&program)
            && (verb.is_empty() || operands.any(|word| word == *verb))
    };
    if PASSWORD_FLAGS.iter().any(is_password) {
        return password(&next?.text, next?);
    }
    let (flag, value, word) = match text.split_once('=') {
        Some((flag, value)) => (flag, value, word),
        None => (text, next?.text.as_str(), next?),
    };
    Some((of_flag(flag.strip_prefix("--")?, value)?, word))
}

/// `--password x`, `--set auth.password=x`, `--from-literal=password=x`.
fn of_flag(flag: &str, value: &str) -> Option<Leak> {
    match flag {
        "from-literal" => {
            let (key, value) = value.split_once('=')?;
            in_secret(key, value).into_iter().find(|leak| key_kind(key, true).is_some() || !leak.is_unsure)
        }
        "set" | "set-string" | "set-literal" => {
            let mut pairs = value.split(',').filter_map(|pair| pair.split_once('='));
            pairs.find_map(|(key, value)| leak_under(key, value, 0..value.len()))
        }
        _ if value.starts_with('-') || key_kind(flag, false) != Some(KeyKind::Password) => None,
        _ => leak_under(flag, value, 0..value.len()),
    }
}

/// `curl -u user:password` is how manuals write it.
fn is_documentation(user: &str, value: &str) -> bool {
    user.starts_with("user") && ["pass", "password", "token"].contains(&value)
}
