//! Addresses of what is fetched from elsewhere, and what their revisions pin.

use super::image::Pin;
use super::injected::is_injected;
use regex::Regex;
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

/// What an address, a revision or a version of a chart pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinned {
    /// A commit, a tag that looks like one, a digest, or something injected.
    Yes,
    /// No revision is written.
    Missing,
    /// A branch, or a word that moves.
    Moving,
    /// A range of versions.
    Range,
    /// An address in which nothing looks like a version.
    Unversioned,
}

/// What `ref`, `targetRevision`, `branch` and the like pin.
pub fn revision(text: &str) -> Pinned {
    let text = text.trim();
    let text = text.strip_prefix("refs/tags/").unwrap_or(text);
    if text.is_empty() {
        return Pinned::Missing;
    }
    if is_injected(text) {
        return Pinned::Yes;
    }
    if text.contains(['*', '^', '~', '>', '<']) {
        return Pinned::Range;
    }
    if is_release_branch(text) {
        return Pinned::Range;
    }
    match Pin::of(text) {
        Pin::Pinned if !text.starts_with("refs/heads/") => Pinned::Yes,
        _ => Pinned::Moving,
    }
}

/// `release-1.3` and `1.3.x` are branches on which the releases of one version are made.
fn is_release_branch(text: &str) -> bool {
    let name = text.strip_prefix("refs/heads/").unwrap_or(text);
    let rest = ["release-", "release/", "releases/"].iter().find_map(|prefix| name.strip_prefix(prefix));
    let number = rest.map(|rest| rest.strip_prefix('v').unwrap_or(rest));
    let is_short = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_version =
        number.is_some_and(|number| number.split('.').count() < 3 && number.split('.').all(is_short));
    is_version
        || name.rsplit_once('.').is_some_and(|(_, last)| last == "x")
            && name.starts_with(|c: char| c == 'v' || c.is_ascii_digit())
}

/// What the version of a Helm chart pins. To Helm a part of a version is a range: `1.2` takes every `1.2.x`.
pub fn chart_version(text: &str) -> Pinned {
    let text = text.trim().trim_start_matches('=').trim_start();
    if text.is_empty() || text == "*" {
        return Pinned::Missing;
    }
    if is_injected(text) || text.contains('@') {
        return Pinned::Yes;
    }
    if text == "latest" {
        return Pinned::Moving;
    }
    let ranges = text.contains(['*', '^', '~', '>', '<', '|', ',', ' ']);
    let number = text.strip_prefix('v').unwrap_or(text);
    let number = number.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = number.split('.').collect();
    let partial = parts.len() < 3 && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let wild = parts.iter().any(|part| matches!(*part, "x" | "X"));
    if ranges || partial || wild { Pinned::Range } else { Pinned::Yes }
}

/// Whether the name of a chart is the address of its archive, which is one version.
pub fn is_archive(chart: &str) -> bool {
    std::path::Path::new(chart).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz"))
}

/// What an address of kustomize pins: a file on a web server, or a folder of a git repository.
pub fn address(text: &str) -> Pinned {
    if is_injected(text) {
        return Pinned::Yes;
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let mut parameters = query.split('&').filter_map(|parameter| parameter.split_once('='));
    if let Some((_, reference)) = parameters.find(|(key, _)| matches!(*key, "ref" | "version")) {
        return revision(reference);
    }
    let web = path.strip_prefix("https://").or_else(|| path.strip_prefix("http://"));
    match web {
        Some(path) if is_file(path) => file(path),
        _ => Pinned::Missing,
    }
}

/// A repository by host and path, however its address is written: `github.com/example/cluster`.
pub fn repository(url: &str) -> String {
    let url = url.trim().strip_prefix("git::").unwrap_or(url.trim());
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host_and_user = rest.split('/').next().unwrap_or_default();
    let rest = host_and_user.rfind('@').map_or(rest, |at| &rest[at + 1..]);
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    let mut key = String::with_capacity(rest.len());
    // `git@host:path` and `ssh://git@host:22/path` mean `host/path`.
    for (index, part) in rest.split([':', '/']).enumerate() {
        let is_port = index == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
        if part.is_empty() || is_port {
            continue;
        }
        let separator = if key.is_empty() { "" } else { "/" };
        let _ = write!(key, "{separator}{}", part.to_ascii_lowercase());
    }
    key
}

/// A text with the addresses in it, without what logs in there: `https://user:password@host` becomes `https://host`.
/// A user alone is part of the address of a repository, `ssh://git@host`, but over HTTP it is a token.
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?x)
            \b ((?i:https?)://) [^\s/?\#"'`<>]* @
          | \b ([A-Za-z][A-Za-z0-9+.-]*://) [^\s/?\#"'`<>:]* : [^\s/?\#"'`<>]* @
        "#;
        Regex::new(pattern).expect("the pattern is constant")
    });
    LOGIN.replace_all(text, "$1$2")
}

/// Where web addresses in a text hold a user without a password, which is a token, unless it is filled in.
pub fn users_alone(text: &str) -> impl Iterator<Item = Range<usize>> {
    static USER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"\b(?i:https?)://([^\s/?#"'`<>:@${}%]+)@"#;
        Regex::new(pattern).expect("the pattern is constant")
    });
    USER.captures_iter(text).filter_map(|captures| Some(captures.get(1)?.range()))
}

/// Whether a web address without scheme is one file and no repository.
fn is_file(path: &str) -> bool {
    let ending = [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
    ending || path.starts_with("raw.githubusercontent.com/") || path.contains("/releases/")
}

fn file(path: &str) -> Pinned {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    if let Some(reference) = git_reference(path, &segments) {
        return revision(reference);
    }
    if segments.iter().any(|segment| Pin::of(segment) == Pin::Pinned && has_digit_and_mark(segment)) {
        return Pinned::Yes;
    }
    // Only words that git hosts and release pages use: a folder called `next` or `prod` says nothing.
    let moving = ["master", "main", "HEAD", "latest", "trunk", "nightly", "stable", "edge"];
    if segments.iter().any(|segment| moving.contains(segment)) { Pinned::Moving } else { Pinned::Unversioned }
}

/// The revision in an address of a git host that serves files.
fn git_reference<'a>(path: &str, segments: &[&'a str]) -> Option<&'a str> {
    if path.starts_with("raw.githubusercontent.com/") {
        return after_refs(&segments[2.min(segments.len())..]);
    }
    let marker = segments.iter().position(|segment| matches!(*segment, "raw" | "blob"))?;
    after_refs(&segments[marker + 1..])
}

/// `refs/heads/main` and `refs/tags/v1` say which is meant.
fn after_refs<'a>(segments: &[&'a str]) -> Option<&'a str> {
    match segments {
        ["refs", "heads", ..] => Some("HEAD"),
        ["refs", "tags", tag, ..] | ["tag" | "commit" | "branch", tag, ..] => Some(tag),
        [first, ..] => Some(first),
        [] => None,
    }
}

/// A version, a date or a commit, and not a name that happens to have a digit, such as `k8s` or `gp3`.
fn has_digit_and_mark(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 && (segment.contains(['.', '-', '_']) || digits >= 6) || segment.len() == 40
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let cases = [
            ("https://github.com/example/app//deploy?ref=v1.2.0", Pinned::Yes),
            ("github.com/example/app/deploy?ref=8f2c1d04a1b2c3d4e5f60718293a4b5c6d7e8f90", Pinned::Yes),
            ("github.com/example/app/deploy/?ref=main", Pinned::Moving),
            ("git@github.com:example/app.git//deploy", Pinned::Missing),
            ("https://github.com/example/app", Pinned::Missing),
            ("https://raw.githubusercontent.com/example/app/master/a.yaml", Pinned::Moving),
            ("https://raw.githubusercontent.com/example/app/refs/heads/release-1.2/a.yaml", Pinned::Moving),
            ("https://raw.githubusercontent.com/example/app/refs/tags/v1.2.0/a.yaml", Pinned::Yes),
            ("https://raw.githubusercontent.com/example/app/v1.2.0/master/a.yaml", Pinned::Yes),
            ("https://github.com/example/app/releases/download/v1.2.0/install.yaml", Pinned::Yes),
            ("https://github.com/example/app/releases/latest/download/install.yaml", Pinned::Moving),
            ("https://get.example.com/previous/v20251006-15a86e52ee/release.yaml", Pinned::Yes),
            ("https://git.example.com/example/app/raw/tag/v1.2.0/a.yaml", Pinned::Yes),
            ("https://git.example.com/example/app/-/raw/main/a.yaml", Pinned::Moving),
            ("https://github.com/example/app//deploy?ref=release-1.2", Pinned::Range),
            ("https://github.com/example/app//deploy?ref=release-2026.11", Pinned::Yes),
            ("https://github.com/example/app//deploy?ref=1.2.x", Pinned::Range),
            ("https://get.example.com/k8s/install.yaml", Pinned::Unversioned),
            ("https://get.example.com/${VERSION}/install.yaml", Pinned::Yes),
        ];
        for (text, pinned) in cases {
            assert_eq!(address(text), pinned, "{text}");
        }
    }

    #[test]
    fn logins_are_left_out() {
        let cases = [
            ("`https://ci:zR4-wmdTq8@git.internal/a@v1`", "`https://git.internal/a@v1`"),
            ("git::https://x-access-token@github.com/a", "git::https://github.com/a"),
            ("HTTPS://ci:p@ss@git.internal:8443/a", "HTTPS://git.internal:8443/a"),
            ("oci://ci:zR4@a.internal/x ssh://ci:zR4@b.internal/y", "oci://a.internal/x ssh://b.internal/y"),
            ("ssh://git@git.internal/a, git@git.internal:a", "ssh://git@git.internal/a, git@git.internal:a"),
            ("https://git.internal/a?mail=x@y.internal", "https://git.internal/a?mail=x@y.internal"),
            ("https://git.internal:8443#a@b", "https://git.internal:8443#a@b"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_userinfo(text), expected);
        }
    }

    #[test]
    fn versions_of_charts() {
        for text in
            ["1.2.3", "v1.2.3", "1.2.3-rc.1", "25.10.0+build.4", "0.1.0-beta1", "= 1.2.3", "{{ version }}"]
        {
            assert_eq!(chart_version(text), Pinned::Yes, "{text}");
        }
        for text in ["1.x", "^1.2.3", "~1.2", ">=1.0.0", "1.2", "1", "1.2.*", "1.0.0 - 2.0.0"] {
            assert_eq!(chart_version(text), Pinned::Range, "{text}");
        }
        assert_eq!(chart_version("*"), Pinned::Missing);
    }

    #[test]
    fn one_repository_has_many_addresses() {
        for url in [
            "https://github.com/Example/cluster.git",
            "git@github.com:example/cluster.git",
            "ssh://git@github.com:22/example/cluster",
            "https://token@github.com/example/cluster/",
        ] {
            assert_eq!(repository(url), "github.com/example/cluster", "{url}");
        }
    }
}
