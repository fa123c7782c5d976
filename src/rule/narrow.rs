//! Narrows what rules say to the paths the user asked about.
//!
//! One finding may stand for many places that are equally wrong. It is told to whoever asks about one of them, at the
//! first place that was asked about.

use crate::check::Violation;
use crate::codebase::Codebase;
use crate::codebase::part::Part;
use crate::finding::Label;

/// The violation at a place that was asked about, if it has one.
pub(super) fn narrowed(violation: Violation, part: &Part, codebase: &Codebase) -> Option<Violation> {
    // Who asks about the folder of an overlay asks about what is built there.
    let builds = codebase.builds().list();
    let is_built_here = |number: &u32| part.has_path(&builds[*number as usize].folder);
    if part.has(violation.span.file) || violation.builds.iter().any(is_built_here) {
        return Some(violation);
    }
    let here = violation.also.iter().find(|label| part.has(label.span.file)).cloned()?;
    Some(moved(violation, &here))
}

/// The same violation, at another of its places. The words about that place go into the message.
fn moved(mut violation: Violation, here: &Label) -> Violation {
    violation.related.retain(|label| label != here);
    violation.related.insert(0, Label { span: violation.span, message: FIRST.into() });
    violation.message = format!("{} ({})", violation.message, here.message);
    violation.span = here.span;
    // Which object this one belongs to, nobody has said.
    violation.object = None;
    violation
}

/// What is said of the place where a run over the whole codebase reports it.
const FIRST: &str = "the first of these places";
