//! What stands around the name of a cluster in a text: the key, the line, the word it is part of.

use super::monitor::is_cluster_key;
use super::name::names_another_system;
use super::window;
use regex::Regex;
use std::sync::LazyLock;

/// A name in a text, with what stands around it.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    line: usize,
}

impl<'a> Surroundings<'a> {
    /// The surroundings of `text[start..end]`.
    pub fn new(text: &'a str, start: usize, end: usize) -> Self {
        let reach = window::start(text, start);
        let line = text[reach..start].rfind('\n').map_or(reach, |at| reach + at + 1);
        Self { text, start, end, line }
    }

    /// The line up to the name.
    pub fn before(self) -> &'a str {
        &self.text[self.line..self.start]
    }

    /// The name with everything up to the next space or quote on both sides.
    pub fn token(self) -> &'a str {
        &self.text[self.token_start()..self.token_end()]
    }

    /// The token from its start to the end of the name.
    pub fn token_to_name(self) -> &'a str {
        &self.text[self.token_start()..self.end]
    }

    /// Whether the line is a comment, or a comment began before the name.
    pub fn is_comment(self) -> bool {
        let before = self.before();
        let trimmed = before.trim_start();
        let begins = ["#", "//", "/*", "* ", "{{/*", "{{- /*", "<!--"];
        // A mark between quotes is a part of the text.
        let is_outside = |at: usize| before[..at].matches('"').count().is_multiple_of(2);
        let mut marks = before.match_indices(" #").map(|(at, _)| at);
        begins.iter().any(|mark| trimmed.starts_with(mark))
            || marks.any(|at| {
                is_outside(at) && before[at + 2..].starts_with([' ', '!']) || before.len() == at + 2
            })
    }

    /// Whether the name is said to people, not to a program.
    pub fn is_prose(self) -> bool {
        let first = self.before().trim_start().trim_start_matches(['@', '-']).trim_start();
        let said = SAYING.iter().any(|command| first.starts_with(command)) || self.before().contains(":?");
        let rest = window::text_after(self.text, self.end).lines().next().unwrap_or_default();
        let key = first.split([':', '=']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        // Names of steps and jobs are sentences; names of objects have no spaces.
        let value = first.split_once([':', '=']).filter(|_| key == "name");
        let value = value.map(|(_, value)| value.trim_start_matches([' ', '"', '\'']));
        let quote = self.before().chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let quoted =
            quote.and_then(|quote| rest.split_once(quote)).is_some_and(|(rest, _)| rest.contains(' '));
        let sentence = value.is_some_and(|value| quoted || value.contains(' '));
        sentence || PROSE.contains(&key) || said && !does_more(self.before()) && !does_more(rest)
    }

    /// The key whose value begins before the name on this line: `key: `, `key=`, `--key `, `"key": "`.
    pub fn key(self) -> Option<&'a str> {
        let before = &self.text[self.line..self.token_start()];
        let bare = before.trim_end_matches(['"', '\'', ' ', '\\', '[', '(']);
        let (bare, assigned) = match bare.strip_suffix([':', '=']) {
            Some(bare) => (bare, true),
            None => (bare, false),
        };
        let bare = bare.trim_end_matches(['"', '\'', ' ', ':', '?', '+']);
        let key =
            bare.rsplit(|c: char| !(c.is_alphanumeric() || "-_./".contains(c))).next().unwrap_or_default();
        let flag = key.starts_with("--");
        (assigned || flag).then(|| key.trim_start_matches('-')).filter(|key| !key.is_empty())
    }

    /// The key, flag or variable that is nearest to the name: in the token itself, as in `--flag=a/NAME`, or before it.
    pub fn nearest_key(self) -> Option<&'a str> {
        let inside = self.token_to_name().split_once('=').map(|(key, _)| key.trim_start_matches('-'));
        let above = || self.line_above().and_then(flag_item).filter(|_| self.is_item());
        match inside.filter(|key| !key.is_empty()).or_else(|| self.key()).or_else(above) {
            Some("value") => self.line_above().and_then(|line| value_of(line, "name:")),
            key => key,
        }
    }

    /// Whether the name is one label, or several, of the name of a host outside of the cluster.
    pub fn is_label_of_host(self) -> bool {
        let token = self.token();
        let from = token.find("://").map_or(0, |at| at + 3);
        let host = token[from..].split([':', '/', '?']).next().unwrap_or_default();
        let start = (self.start - self.token_start()).checked_sub(from);
        let Some((before, rest)) = start.and_then(|start| host.split_at_checked(start)) else { return false };
        let after = rest.get(self.end - self.start..);
        let is_end = |text: &str| text.is_empty() || text.starts_with('.');
        (before.is_empty() || before.ends_with('.'))
            && after.is_some_and(is_end)
            && host.matches('.').count() > 1
            && !host.contains(".svc")
    }

    /// Whether the name of a host begins with the name, or with `api.` before it: then it is that of the cluster itself.
    pub fn is_beginning_of_host(self) -> bool {
        let before = self.token_to_name();
        let before = &before[..before.len() - (self.end - self.start)];
        let host = before.rsplit("://").next().unwrap_or(before);
        matches!(host, "" | "api.")
    }

    /// Whether the name is a case of a shell's `case`: `NAME)` at the beginning of a line.
    pub fn is_case(self) -> bool {
        let after = window::text_after(self.text, self.end);
        self.before().trim().trim_start_matches('(').is_empty()
            && after.starts_with([')', '|'])
            && !after.starts_with("||")
    }

    /// Whether a variable has the name if nobody sets it: `${CLUSTER:-NAME}`.
    pub fn is_default(self) -> bool {
        let before = self.before();
        let variable = before.strip_suffix(":-").or_else(|| before.strip_suffix(":="));
        variable.and_then(|before| before.rsplit_once("${")).is_some_and(|(_, name)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    }

    /// Whether the name is given by a flag: `--cluster=NAME`, or `NAME` in the item below `--cluster`.
    pub fn is_argument(self) -> bool {
        self.token().starts_with("--") || self.line_above().and_then(flag_item).is_some() && self.is_item()
    }

    /// Whether the name is a whole item of a list, `- NAME`.
    fn is_item(self) -> bool {
        let before = &self.text[self.line..self.token_start()];
        before.trim().trim_matches(['"', '\'']) == "-"
    }

    /// Whether a key says that this is the name of a cluster.
    pub fn is_named_as_cluster(self) -> bool {
        match self.assignment() {
            Some("value") => {
                self.line_above().and_then(|line| value_of(line, "name:")).is_some_and(is_cluster_key)
            }
            Some(key) => is_cluster_key(key.rsplit('.').next().unwrap_or(key)),
            None => self.line_above().and_then(flag_item).is_some_and(is_cluster_key),
        }
    }

    /// Whether a key speaks of a cluster at all: `CLUSTER_RESOURCE`, `clusterEndpoint`.
    pub fn is_said_of_cluster(self) -> bool {
        let key = match self.key() {
            Some("value") => self.line_above().and_then(|line| value_of(line, "name:")),
            key => key,
        };
        let key = key.map(str::to_ascii_lowercase);
        key.is_some_and(|key| key.starts_with("cluster") && !names_another_system(&key))
    }

    /// Whether a key says that this is an environment, which is what a team with one cluster for each calls them.
    pub fn is_said_of_environment(self) -> bool {
        let key = match self.assignment() {
            Some("value" | "default") => {
                let mut above = window::text_before(self.text, self.line).lines().rev().take(3);
                above.find_map(|line| value_of(line, "name:"))
            }
            key => key,
        };
        let key = key.map(str::to_ascii_lowercase);
        key.is_some_and(|key| {
            key.rsplit(['_', '.', '-']).next().is_some_and(|word| matches!(word, "env" | "environment"))
        })
    }

    /// The key, or what stands before `=` in the token itself: `--cluster-name=x`, `CLUSTER_NAME=x`.
    fn assignment(self) -> Option<&'a str> {
        let inside = self.token_to_name().strip_suffix(&self.text[self.start..self.end])?;
        let inside = inside.strip_suffix('=').map(|key| key.trim_start_matches('-'));
        if inside.is_some() { inside } else { self.key().filter(|_| self.is_whole_token()) }
    }

    fn is_whole_token(self) -> bool {
        self.token_start() == self.start && self.token_end() == self.end
    }

    fn line_above(self) -> Option<&'a str> {
        window::text_before(self.text, self.line).strip_suffix('\n')?.rsplit('\n').next()
    }

    /// What stands before and after the name within its run of letters, digits, hyphens, underscores and dots.
    pub fn rest_of_run(self) -> (&'a str, &'a str) {
        let in_run = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let line = self.before();
        let after = window::text_after(self.text, self.end);
        let from = line.len() - line.chars().rev().take_while(|c| in_run(*c)).count();
        let length = after.chars().take_while(|c| in_run(*c)).count();
        let (before, after) =
            (line[from..].trim_start_matches(['-', '.']), after[..length].trim_end_matches(['-', '.']));
        // An escaped line break in a JSON string ends a word: its letter belongs to no name.
        (if line[..from].ends_with('\\') { &before[before.len().min(1)..] } else { before }, after)
    }

    fn token_start(self) -> usize {
        self.before().rfind(ends_token).map_or(self.line, |at| self.line + at + 1)
    }

    fn token_end(self) -> usize {
        let after = window::text_after(self.text, self.end);
        self.end + after.find(ends_token).unwrap_or(after.len())
    }
}

/// Commands that talk to people.
const SAYING: [&str; 12] = [
    "echo ",
    "printf ",
    "log ",
    "info ",
    "warn ",
    "die ",
    "fail ",
    "error ",
    "say ",
    "log_info ",
    "log_warn ",
    "log_error ",
];

/// Whether a line of a shell does more with its words than to show them.
fn does_more(text: &str) -> bool {
    let text = SHOWN.replace_all(text, "");
    text.contains(['|', '>', ';']) || text.contains("&&")
}

/// Where words go that people read.
static SHOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#">&[12]|\| tee |>> ?"?\$\{?GITHUB_STEP_SUMMARY"#).expect("a constant pattern")
});

/// Whether what stands under a key is said to people, not to a program.
pub fn is_prose_key(key: &str) -> bool {
    PROSE.contains(&key)
}

/// Keys whose values are read by people. Sources: annotations of Prometheus' rules, fields of CI systems and CRDs.
const PROSE: &[&str] = &[
    "description",
    "summary",
    "title",
    "message",
    "error_message",
    "comment",
    "runbook_url",
    "displayName",
    "help",
    "label",
];

fn ends_token(c: char) -> bool {
    c.is_ascii_whitespace() || "\"'`,;()[]{}<>|&\\".contains(c)
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let line = line.trim().trim_start_matches("- ").trim_start();
    Some(line.strip_prefix(key)?.trim().trim_matches(['"', '\'']))
}

/// `- --cluster-name` as an item of its own.
fn flag_item(line: &str) -> Option<&str> {
    let item = line.trim().strip_prefix('-')?.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    item.strip_prefix("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str) -> Surroundings<'_> {
        let start = text.rfind("NAME").expect("every case has a NAME");
        Surroundings::new(text, start, start + 4)
    }

    #[test]
    fn keys_say_what_a_name_is() {
        let named = [
            "cluster: NAME",
            "  clusterName: \"NAME\"",
            "{\"cluster_name\": \"NAME\"}",
            "args: [--cluster-name=NAME]",
            "- --cluster\n- NAME",
            "- name: CLUSTER_NAME\n  value: NAME",
            "export CLUSTER_NAME=NAME",
            "run --cluster NAME",
            "CLUSTER ?= NAME",
            "  installation = \"NAME\"",
            "\u{feff}cluster: NAME",
        ];
        for text in named {
            assert!(around(text).is_named_as_cluster(), "{text}");
        }
        let unnamed = [
            "env: NAME",
            "cluster: my-NAME",
            "- name: ENV\n  value: NAME",
            "kafka_cluster: NAME",
            "a cluster NAME",
        ];
        for text in unnamed {
            assert!(!around(text).is_named_as_cluster(), "{text}");
        }
    }

    #[test]
    fn environments_are_seen() {
        let said =
            ["env: NAME", "--deploy-env=NAME", "- name: environment\n  description: where\n  default: NAME"];
        assert!(said.iter().all(|text| around(text).is_said_of_environment()));
        assert!(!around("- name: project\n  default: NAME").is_said_of_environment());
    }

    #[test]
    fn a_run_is_told_from_its_rest() {
        assert_eq!(around("https://api.NAME:6443").rest_of_run(), ("api.", ""));
        assert_eq!(around("a NAME.").rest_of_run(), ("", ""));
        assert_eq!(around("NAME-loki-role").rest_of_run(), ("", "-loki-role"));
    }

    #[test]
    fn hosts_are_told_from_other_words_with_dots() {
        for text in ["a.NAME.example.com", "https://NAME.example.com:6443/x", "NAME.example.com"] {
            assert!(around(text).is_label_of_host(), "{text}");
        }
        for text in
            ["NAME", "a-NAME.example.com", "NAME.yaml", "web.NAME.svc.cluster.local", "https://a.b.c/NAME"]
        {
            assert!(!around(text).is_label_of_host(), "{text}");
        }
    }

    #[test]
    fn the_nearest_key_may_stand_in_the_token() {
        let cases = [("--tag=a/b/NAME", "tag"), ("key: x-NAME", "key"), ("- --cluster\n- NAME", "cluster")];
        for (text, key) in cases {
            assert_eq!(around(text).nearest_key(), Some(key), "{text}");
        }
        assert_eq!(around("- name: OWNER\n  value: NAME").nearest_key(), Some("OWNER"));
    }

    #[test]
    fn comments_and_prose_are_seen() {
        for text in ["# NAME", "a: b # NAME", "  // NAME"] {
            assert!(around(text).is_comment(), "{text}");
        }
        assert!(around("echo \"to NAME\"").is_prose());
        assert!(around("- name: Deploy to NAME").is_prose());
        assert!(around("  \"name\": \"Latency of NAME\",").is_prose());
        assert!(around("name = \"NAME (leaving)\"").is_prose());
        assert!(around("echo \"to NAME\" >&2").is_prose());
        assert!(around("echo \"to NAME\" >> \"$GITHUB_STEP_SUMMARY\"").is_prose());
        assert!(!around("echo NAME >> clusters.txt").is_prose());
        assert!(!around("namespace=web kubectl --context NAME get pods").is_prose());
        assert!(!around("namePrefix: NAME-").is_prose());
        assert!(!around("- name: NAME").is_prose());
        assert!(around("  description: runs in NAME").is_prose());
        assert!(!around("kubectl config use-context NAME").is_prose());
    }
}
