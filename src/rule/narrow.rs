//! Narrows what rules say to the paths the user asked about.
//!
//! One finding may stand for many places that are equally wrong. It is told to whoever asks about one of them, at the
//! first place that was asked about.

use crate::check::Violation;
use crate::codebase::Codebase;
use crate::codebase::part::Part;

/// The violation at a place that was asked about, if it has one.
pub(super) fn narrowed(mut violation: Violation, part: &Part, codebase: &Codebase) -> Option<Violation> {
    // Who asks about the folder of an overlay asks about what is built there.
    let builds = codebase.builds().list();
    let is_built_here = |number: &u32| part.has_path(&builds[*number as usize].folder);
    if part.has(violation.span.file) || violation.builds.iter().any(is_built_here) {
        return Some(violation);
    }
    let here = violation.also.iter().position(|another| part.has(another.span.file))?;
    violation.parts().move_to(here);
    Some(violation)
}
