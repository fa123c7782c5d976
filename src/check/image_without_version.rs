//! Finds images whose version nobody wrote down: no tag, a tag that moves, a major version alone.
//!
//! The place that decides is the place that is reported: a base is silent when kustomize sets the tag above it.

mod decided;
mod pipelines;
mod place;
mod places;
mod values;

use super::{Check, Missing, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::glob::matches_any;
use crate::model::image::{ImageName, Pin};
use crate::source::FileKind;
use decided::Decided;
use place::{Place, Where};
use places::Texts;
use serde::Deserialize;

/// Container images without a version.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ImageWithoutVersion {
    /// Patterns of tags that move beside those that everybody moves.
    floating_tags: Vec<String>,
    /// Patterns of images, without their tags, whose version is kept somewhere else.
    except: Vec<String>,
}

impl Check for ImageWithoutVersion {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let decided = Decided::of(codebase);
        let texts = Texts::of(codebase);
        let places = places::all(codebase, &texts);
        outcome.looked_at(places.len());
        for place in places {
            let Some(violation) = self.judge(&place) else { continue };
            if decided.elsewhere(&place) {
                continue;
            }
            let violation = match set_elsewhere(&place) {
                Some(missing) => violation.for_want_of(missing),
                None => violation,
            };
            // What a chart has by default, its users override.
            let kind = codebase.source(place.file()).kind();
            let is_default = matches!(kind, FileKind::HelmValues | FileKind::HelmTemplate);
            outcome.report(if is_default { violation.weaker() } else { violation });
        }
    }
}

/// What a kustomization would say that sets the version.
fn set_elsewhere(place: &Place<'_>) -> Option<Missing> {
    let text = place.image.text();
    let name = match &place.at {
        Where::Tag { name } => name,
        Where::Container(_) | Where::Patch(_) => ImageName::parse(text.trim()).name,
        Where::Pipeline | Where::Values => return None,
    };
    Some(Missing::in_kustomizations().that_belongs_here().with_one_of([name]))
}

impl ImageWithoutVersion {
    fn judge(&self, place: &Place<'_>) -> Option<Violation> {
        let text = place.image.as_str()?;
        match &place.at {
            Where::Tag { name } => {
                let tag = text.trim();
                let known = ImageName { name: "named", tag: Some(tag), digest: None };
                let judged =
                    !known.is_placeholder() && !tag.contains('@') && !matches_any(&self.except, name);
                judged.then(|| self.object_to_tag(place, &format!("{name}:{tag}"), tag))?
            }
            _ => self.judge_name(place, text.trim()),
        }
    }

    fn judge_name(&self, place: &Place<'_>, text: &str) -> Option<Violation> {
        // GitHub Actions have an address, Argo CD's overrides the old name before the new one.
        let text = text.strip_prefix("docker://").unwrap_or(text);
        let text = text.split_once('=').map_or(text, |(_, image)| image);
        let image = ImageName::parse(text);
        if image.digest.is_some() || image.is_placeholder() || matches_any(&self.except, image.name) {
            return None;
        }
        match image.tag {
            Some(tag) => self.object_to_tag(place, text, tag),
            None if place.at.may_leave_the_tag_out() => None,
            None => Some(place.violation(format!(
                "image `{text}` has no tag: {} gets whatever was pushed last",
                place.at.who()
            ))),
        }
    }

    fn object_to_tag(&self, place: &Place<'_>, image: &str, tag: &str) -> Option<Violation> {
        let who = place.at.who();
        let pin = if matches_any(&self.floating_tags, tag) { Pin::Floating } else { Pin::of(tag) };
        match pin {
        Pin::Floating => Some(place.violation(format!(
            "tag `{tag}` of image `{image}` moves: {who} gets whatever it means on that day"
        ))),
        Pin::Major => Some(place.violation(format!(
            "tag `{tag}` of image `{image}` names a major version alone: {who} gets a later release than the old one runs"
        )).weaker()),
        Pin::Word if place.at.is_strict() => Some(place.violation(format!(
            "tag `{tag}` of image `{image}` names no version: {who} gets whatever it means on that day"
        )).weaker().less_sure()),
        Pin::Word | Pin::Pinned => None,
    }
    }
}
