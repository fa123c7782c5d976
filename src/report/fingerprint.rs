//! Names for findings that stay the same while the code around them moves.
//!
//! Baselines and code-scanning services recognise a finding by its fingerprint. No line number, message or
//! severity is part of it: lines shift, and wording improves from release to release.

use crate::finding::Finding;
use crate::report::Report;
use crate::report::secrets::Secrets;
use crate::source::{Source, Sources, Span};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

/// Gives every finding its fingerprint: 16 hexadecimal digits.
///
/// It is the beginning of the SHA-256 of
/// * the rule and the path of the file,
/// * then, where the finding belongs to an object, its kind, namespace and name and the pointer into it,
///   else the offending line without the blanks around it,
/// * then how many findings with all this in common stand before it in the file.
pub fn stamp(sources: &Sources, secrets: &Secrets, mut findings: Vec<&mut Finding>) {
    // The counter follows the places, not the severities, which may change without the code.
    findings.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    let identities: Vec<String> =
        findings.par_iter().map(|finding| identity(sources, secrets, finding)).collect();
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for (finding, identity) in findings.into_iter().zip(&identities) {
        let before = seen.entry(identity).or_default();
        finding.fingerprint = digest(identity, *before);
        *before += 1;
    }
}

/// All fingerprints of a report.
pub fn all(report: &Report) -> BTreeSet<String> {
    let waived = report.waived.iter().map(|waived| &waived.finding);
    let findings = report.findings.iter().chain(waived).chain(&report.baselined);
    findings.map(|finding| finding.fingerprint.clone()).collect()
}

/// Gives a fingerprint to the findings that lost theirs with their first place. Those of others stay theirs: `taken`
/// are all that there were.
pub fn stamp_moved(report: &mut Report, mut taken: BTreeSet<String>) {
    let Report { sources, secrets, findings, baselined, .. } = report;
    let moved = findings.iter_mut().chain(baselined).filter(|finding| finding.fingerprint.is_empty());
    for finding in moved {
        let identity = identity(sources, secrets, finding);
        let mut free = (0..).map(|before| digest(&identity, before)).filter(|name| !taken.contains(name));
        finding.fingerprint = free.next().unwrap_or_default();
        taken.insert(finding.fingerprint.clone());
    }
}

/// The API version is left out: it changes in an upgrade, and the finding is still the same.
fn identity(sources: &Sources, secrets: &Secrets, finding: &Finding) -> String {
    let source = sources.get(finding.span.file);
    let (rule, path) = (finding.rule.as_str(), source.path());
    let Some(object) = &finding.object else {
        return [rule, path, "line", &offending_line(secrets, source, finding.span)].join("\0");
    };
    let namespace = object.namespace.as_deref().unwrap_or_default();
    [rule, path, "object", &object.kind, namespace, &object.name, &object.pointer].join("\0")
}

/// Of a very long line, such as a dashboard written in one, only what is near: the rest is another matter.
/// Without its secrets: who knows all the rest could find out a short one by trying.
pub(crate) fn offending_line(secrets: &Secrets, source: &Source, span: Span) -> String {
    const NEAR: u32 = 200;
    let at = source.clamp(span.start);
    let Some(line) = source.line_span(source.line(at)) else { return String::new() };
    let start = source.clamp(line.start.max(at.saturating_sub(NEAR)));
    let end = source.clamp(line.end.min(at.saturating_add(NEAR)));
    secrets.shown(source, Span::new(span.file, start, end)).text.trim().to_owned()
}

/// 16 hexadecimal digits for what is alike in nothing but how many of it stand before.
pub(super) fn digest(identity: &str, before: u32) -> String {
    let hash =
        Sha256::new().chain_update(identity).chain_update("\0").chain_update(before.to_string()).finalize();
    hash.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
