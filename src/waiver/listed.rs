//! Waivers listed in `.k8factor.yaml`.

use super::reach::Reach;
use super::{Found, Written};
use crate::codebase::Codebase;
use crate::config::FILE_NAME;
use crate::source::Span;
use std::ops::Range;
use std::sync::Arc;

/// The entries of the list.
pub(super) fn found(codebase: &Codebase) -> Found {
    let Some(source) = codebase.sources().by_path(FILE_NAME) else { return Found::default() };
    let written = codebase.config().waivers.iter().map(|waiver| {
        let place = |range: &Range<u32>| Span::new(source.id(), range.start, range.end);
        let rules = waiver.rules.iter().map(|rule| rule.as_str().to_owned());
        Written {
            span: place(&waiver.place),
            rules: rules.zip(waiver.rule_places.iter().map(place)).collect(),
            reason: waiver.reason.clone(),
            until: waiver.until,
            reach: Reach::Listed(Arc::new(waiver.clone())),
        }
    });
    Found { written: written.collect(), mistakes: Vec::new() }
}
