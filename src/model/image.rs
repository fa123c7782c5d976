//! The name of a container image, and what its tag says about the version.

use super::environment::is_stage;

/// An image as written: `registry.example.com:5000/web:1.4.2@sha256:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageName<'a> {
    /// Everything before the tag.
    pub name: &'a str,
    /// The tag; absent where none is written.
    pub tag: Option<&'a str>,
    /// The digest; absent where none is written.
    pub digest: Option<&'a str>,
}

/// What a tag says about the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// A version, a date, a commit, a build number, or a word nobody can judge.
    Pinned,
    /// A word that is moved from build to build: `latest`, `stable`, `main`.
    Floating,
    /// A major version alone: `1`, `v2`, `16-alpine`.
    Major,
    /// A word without any digit that is not known to float: `bookworm`, `team-a`.
    Word,
}

impl<'a> ImageName<'a> {
    /// Splits an image as written. A colon before a slash belongs to the port of the registry.
    pub fn parse(text: &'a str) -> Self {
        let (text, digest) = match text.split_once('@') {
            Some((text, digest)) => (text, Some(digest)),
            None => (text, None),
        };
        let path_start = text.rfind('/').map_or(0, |slash| slash + 1);
        match text[path_start..].find(':') {
            Some(colon) => {
                let at = path_start + colon;
                Self { name: &text[..at], tag: Some(&text[at + 1..]), digest }
            }
            None => Self { name: text, tag: None, digest },
        }
    }

    /// Whether this is no image of a registry: it is injected, built on the spot, or filled in by somebody.
    ///
    /// A registry may be injected and the tag written: `${REGISTRY}/web:latest`.
    pub fn is_placeholder(&self) -> bool {
        let name = self.name.trim();
        // What a pipeline builds for itself in the cluster has a name of its own instead of a version.
        let is_judged_by_tag = self.tag.is_some() && name.contains(['$', '{']) && !self.is_in_cluster();
        let invented = name.is_empty() || PLACEHOLDERS.contains(&name.to_ascii_lowercase().as_str());
        invented
            || LOCAL.iter().any(|prefix| name.starts_with(prefix))
            || name.contains(|c: char| "<>%@*\\ ".contains(c))
            || name.contains(|c: char| c.is_ascii_uppercase() || "${}".contains(c)) && !is_judged_by_tag
            || self.tag.is_some_and(is_placeholder_tag)
    }

    /// Whether an image stream of the same cluster (`OpenShift`) is meant.
    pub fn is_in_cluster(&self) -> bool {
        self.name.starts_with("image-registry.openshift-image-registry.svc")
            || self.name.starts_with("docker-registry.default.svc")
    }
}

impl Pin {
    /// What a tag says.
    pub fn of(tag: &str) -> Self {
        if has_version(tag) {
            return Self::Pinned;
        }
        let lower = tag.to_ascii_lowercase();
        let words = || lower.split(['-', '_', '.']);
        if words().any(|word| FLOATING.contains(&word) || is_stage(word)) {
            return if is_build_of_a_branch(&lower) { Self::Pinned } else { Self::Floating };
        }
        let first = words().next().unwrap_or_default();
        let major = first.strip_prefix('v').unwrap_or(first);
        if !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Major;
        }
        if lower.bytes().any(|byte| byte.is_ascii_digit()) { Self::Pinned } else { Self::Word }
    }
}

/// Images that never come from a registry. `auto` is what Istio's injector replaces; a Go import path and `ko://`
/// are what `ko` builds.
const PLACEHOLDERS: [&str; 9] =
    ["auto", "placeholder", "replaceme", "replace-me", "changeme", "image", "unused", "dummy", "todo"];
const LOCAL: [&str; 8] =
    ["ko://", "./", "github.com/", "ko.local/", "kind.local/", "dev.local/", "localhost/", "localhost:"];

/// Words that registries move, as the documentation of common images uses them. So do the names of environments: such a
/// tag means what runs there.
const FLOATING: [&str; 24] = [
    "latest", "stable", "unstable", "main", "master", "trunk", "head", "edge", "nightly", "daily", "weekly",
    "canary", "rolling", "snapshot", "current", "mainline", "lts", "release", "released", "beta", "alpha",
    "rc", "next", "newest",
];

fn is_placeholder_tag(tag: &str) -> bool {
    let lower = tag.to_ascii_lowercase();
    let shouted = tag.len() > 1 && tag != lower && !tag.bytes().any(|byte| byte.is_ascii_lowercase());
    let word = !matches!(tag, "HEAD" | "LATEST") && shouted && !tag.bytes().any(|byte| byte.is_ascii_digit());
    tag.is_empty()
        || word
        || tag.contains(['$', '{', '}', '<', '>', '%', '*', ' '])
        || PLACEHOLDERS.contains(&lower.as_str())
        || ["tag", "version", "__tag__", "__version__"].contains(&lower.as_str())
}

/// `main-42`: the number of a build. `latest-16` names a major version of what moves.
fn is_build_of_a_branch(tag: &str) -> bool {
    let words: Vec<&str> = tag.split(['-', '_', '.']).collect();
    let is_number = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    ["main", "master", "trunk", "develop", "dev"].contains(&words[0]) && words.iter().skip(1).any(is_number)
}

/// `1.2`, a number of three digits or more (a date, a build), or a commit.
fn has_version(tag: &str) -> bool {
    let dotted = tag.as_bytes().windows(3).any(|w| {
        w[0].is_ascii_digit() && (w[1] == b'.' || w[1] == b'_' || w[1] == b'-') && w[2].is_ascii_digit()
    });
    dotted || tag.split(|c: char| !c.is_ascii_alphanumeric()).any(is_number_or_commit)
}

fn is_number_or_commit(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let commit = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits > 0;
    let longest = word.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    commit || longest >= Some(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag() {
        let cases = [
            ("registry:5000/app", "registry:5000/app", None, None),
            ("registry:5000/app:1.2", "registry:5000/app", Some("1.2"), None),
            ("app@sha256:00", "app", None, Some("sha256:00")),
            ("app:1.2@sha256:00", "app", Some("1.2"), Some("sha256:00")),
            ("app", "app", None, None),
        ];
        for (text, name, tag, digest) in cases {
            assert_eq!(ImageName::parse(text), ImageName { name, tag, digest }, "{text}");
        }
    }

    #[test]
    fn versions_dates_and_commits_pin() {
        let pinned = [
            "1.2.3",
            "v1.2",
            "20240101",
            "2024-01-01",
            "sha-8f2c1d0",
            "main-8f2c1d0",
            "8f2c1d04",
            "1.36.4-rc.1",
            "RELEASE.2024-01-01T00-00-00Z",
            "build123",
            "stable-20240101",
            "jdk17u3",
            "r42",
            "main-42",
            "main-build-7",
        ];
        for tag in pinned {
            assert_eq!(Pin::of(tag), Pin::Pinned, "{tag}");
        }
    }

    #[test]
    fn words_float_and_majors_move() {
        for tag in ["latest", "stable", "latest-16", "main", "HEAD", "LATEST", "mainline-alpine", "lts-slim"]
        {
            assert_eq!(Pin::of(tag), Pin::Floating, "{tag}");
        }
        for tag in ["1", "v1", "16-alpine"] {
            assert_eq!(Pin::of(tag), Pin::Major, "{tag}");
        }
        for tag in ["bookworm", "alpine"] {
            assert_eq!(Pin::of(tag), Pin::Word, "{tag}");
        }
    }

    #[test]
    fn what_is_built_or_filled_in_is_no_image_of_a_registry() {
        for text in
            ["ko://example.com/cmd", "./cmd/web", "auto", "", " ", "$(IMAGE)", "app:${TAG}", "app:TAG"]
        {
            assert!(ImageName::parse(text).is_placeholder(), "{text}");
        }
        for text in ["app", "registry:5000/app:latest", "app:HEAD", "${REGISTRY}/app:latest", "$(image):edge"]
        {
            assert!(!ImageName::parse(text).is_placeholder(), "{text}");
        }
    }
}
