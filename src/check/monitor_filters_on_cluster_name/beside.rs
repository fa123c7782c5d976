//! A label that tells the environment, where a comparison of the cluster could use it instead.

use crate::check::Violation;
use crate::codebase::Codebase;
use crate::source::Span;
use regex::Regex;
use std::sync::LazyLock;

/// Shows the label of the environment that stands in the same braces.
pub(super) fn show(violation: Violation, codebase: &Codebase) -> Violation {
    match environment(codebase.source(violation.span.file).text(), violation.span) {
        Some(span) => violation.with_related(span, "this tells the environment already"),
        None => violation,
    }
}

fn environment(text: &str, span: Span) -> Option<Span> {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text.get(..start)?;
    let open = before.rfind(['{', '}', '\n']).map_or(0, |at| at + 1);
    let after = text.get(end..)?;
    let close = after.find(['{', '}', '\n']).map_or(text.len(), |at| end + at);
    let found = ENVIRONMENT.find_iter(text.get(open..close)?);
    let mut places =
        found.map(|found| Span::new(span.file, (open + found.start()) as u32, (open + found.end()) as u32));
    // What is compared may be an environment itself.
    places.find(|place| !place.contains(span))
}

/// `env="prod"`, `env:prod`
static ENVIRONMENT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        r#"(?-u:\b)(?:env|environment|stage|tier|pipeline)(?::|[ \t]*=~?[ \t]*\\*")[A-Za-z0-9_.|-]+"#;
    Regex::new(pattern).expect("a constant pattern")
});
