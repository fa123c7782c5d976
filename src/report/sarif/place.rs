//! Places and plain texts in the words of SARIF.

use crate::report::location::Location;
use crate::report::repository::Repository;
use serde_json::{Value, json};

/// What URIs are relative to. Where it is on some disk nobody needs to know.
pub(super) const ROOT: &str = "%SRCROOT%";

/// A file and, where its text is known, a part of it. Lines and columns from 1, the end exclusive.
pub(super) fn physical(repository: &Repository, location: Location<'_>) -> Value {
    let artifact = json!({"uri": repository.uri(location.path), "uriBaseId": ROOT});
    let Some((start, end)) = location.range else { return json!({"artifactLocation": artifact}) };
    json!({
        "artifactLocation": artifact,
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    })
}

/// A text in which nothing is a link: in SARIF `[text](1)` would be one.
pub(super) fn plain(text: &str) -> String {
    if text.contains("](") { link_text(text) } else { text.to_owned() }
}

/// A text between the brackets of a link.
pub(super) fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}
