//! JSON as text, for all formats that are JSON: pretty, and harmless for a terminal.

use crate::report::visible::is_active;
use serde::Serialize;
use std::io;

/// Writes one document and a line break.
pub(super) fn write(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    write_visible(&serde_json::to_string_pretty(document)?, out)?;
    out.write_all(b"\n")
}

/// JSON leaves DEL, C1 and direction marks as they are, and somebody will print the report on a terminal.
/// They occur only inside strings, where an escape means the same.
fn write_visible(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let mut written = 0;
    let mut at = 0;
    // Nearly all bytes are printable ASCII, and there are very many.
    while let Some(next) = text.as_bytes()[at..].iter().position(|byte| *byte >= 0x7f) {
        let Some(character) = text[at + next..].chars().next() else { break };
        let (start, end) = (at + next, at + next + character.len_utf8());
        if is_active(character) {
            out.write_all(&text.as_bytes()[written..start])?;
            write!(out, "\\u{:04x}", character as u32)?;
            written = end;
        }
        at = end;
    }
    out.write_all(&text.as_bytes()[written..])
}
