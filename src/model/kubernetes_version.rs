//! Where cluster specs say which Kubernetes they want, and what a text there pins.

use super::field::Field;
use super::image::{ImageName, Pin};
use super::injected::is_injected;
use crate::yaml::{Node, Style, Value};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The field of a format that holds the version of Kubernetes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionField {
    /// Where the version is written.
    pub path: Field,
    /// How much of a version the tool needs.
    #[serde(default)]
    pub precision: Precision,
    /// A field without which the document says nothing about the version, and what happens if it says nothing then.
    #[serde(default)]
    absent: BTreeMap<Field, String>,
    /// A field that decides the version instead.
    instead: Option<Field>,
}

/// How much of `1.36.4` pins the version of Kubernetes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// `1.36.4`: the tool installs what the spec says.
    #[default]
    Patch,
    /// `1.36`: the provider chooses the patch release, whatever the spec says.
    Minor,
    /// `1.36.4`, but taking the newest patch of `1.36` is a declared policy of the tool.
    MinorByPolicy,
    /// The version is the tag of a node image.
    Image,
}

/// What is written in a version field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A version as exact as the tool needs it, or something injected.
    Pinned,
    /// A minor version where a patch is needed.
    Minor,
    /// A channel, a range, an address, a word: whatever it means that day.
    Floating,
    /// A number whose last zero YAML drops: `1.30` is 1.3.
    LostZero,
}

impl VersionField {
    /// What happens without the version, where this document leaves it to somebody else.
    pub fn absent(&self, root: Node<'_>) -> Option<&str> {
        if self.instead.as_ref().is_some_and(|field| field.node(root).is_some()) {
            return None;
        }
        let due = self.absent.iter().find(|(with, _)| with.node(root).is_some());
        due.map(|(_, consequence)| consequence.as_str())
    }

    /// What a text at the path pins.
    pub fn judge(&self, node: Node<'_>) -> Written {
        let Some(text) = node.as_str() else { return Written::Pinned };
        if lost_zero(node) {
            return Written::LostZero;
        }
        if self.precision == Precision::Image {
            let image = ImageName::parse(&text);
            let floats = image.digest.is_none() && image.tag.is_none_or(|tag| Pin::of(tag) == Pin::Floating);
            return if floats && !image.is_placeholder() { Written::Floating } else { Written::Pinned };
        }
        match version(text.trim()) {
            Written::Minor if self.precision == Precision::Minor => Written::Pinned,
            written => written,
        }
    }
}

/// Whether YAML reads a number here and drops its last zero.
fn lost_zero(node: Node<'_>) -> bool {
    let raw = node.raw();
    node.style() == Style::Plain
        && matches!(node.value(), Value::Float(_))
        && raw.matches('.').count() == 1
        && raw.ends_with('0')
}

fn version(text: &str) -> Written {
    if is_injected(text) {
        return Written::Pinned;
    }
    let lower = text.to_ascii_lowercase();
    let words = ["stable", "latest", "recommended", "rapid", "regular", "://", "ci/", "release/"];
    if words.iter().any(|word| lower.contains(word)) || lower.starts_with(['>', '<', '~', '^', '*']) {
        return Written::Floating;
    }
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    let parts: Vec<&str> = number.split('.').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [_, _, patch, ..] if matches!(*patch, "x" | "*") => Written::Minor,
        [major, minor] if is_number(major) && is_number(minor) => Written::Minor,
        [major] if is_number(major) => Written::Floating,
        _ => Written::Pinned,
    }
}

/// Variables of Ansible that say which Kubernetes is installed. Sources: the README of `k3s-io/k3s-ansible`,
/// `lablabs/ansible-role-rke2` and `kubespray`.
pub const VARIABLES: [&str; 4] = ["k3s_version", "rke2_version", "k3s_release_version", "kube_version"];

/// Whether a text is a channel, a range, an address or a word instead of a version.
pub fn floats(text: &str) -> bool {
    version(text.trim()) == Written::Floating
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_versions_pin() {
        let cases = [
            ("1.36.4", Written::Pinned),
            ("v1.36.4+rke2r1", Written::Pinned),
            ("v1.30.4-rancher1-1", Written::Pinned),
            ("${VERSION}", Written::Pinned),
            ("<version>", Written::Pinned),
            ("<1.37", Written::Floating),
            ("1.36", Written::Minor),
            ("v1.36.x", Written::Minor),
            ("1", Written::Floating),
            ("stable-1", Written::Floating),
            ("https://dl.k8s.io/release/stable.txt", Written::Floating),
            (">=1.30", Written::Floating),
        ];
        for (text, written) in cases {
            assert_eq!(version(text), written, "{text}");
        }
    }
}
