//! Credentials in plain text anywhere but in Secrets: by their shape in every file, by their key in settings.

mod commands;
mod settings;

use super::credential::{self, Leak, by_shape, is_allowed, is_rehearsal, one_finding};
use super::plaintext_secret;
use super::{Check, Outcome};
use crate::codebase::Codebase;
use crate::finding::ObjectId;
use crate::model::role::Zone;
use crate::source::{Source, Span};
use rayon::prelude::*;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Objects to credentials in environment variables, arguments, `ConfigMap`s, values, scripts and everything else.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CredentialLiteral {}

impl Check for CredentialLiteral {
    fn conceals(&self) -> bool {
        true
    }

    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let sources = codebase.sources().as_slice();
        let found: Vec<_> = sources.par_iter().map(|source| in_file(codebase, source)).collect();
        for place in found.iter().flat_map(|found| found.places.iter().chain(&found.unsaid)) {
            outcome.conceal(place.span, &place.credential);
        }
        outcome.looked_at(found.iter().map(|found| found.looked_at).sum());
        let places: Vec<Place> = found.into_iter().flat_map(|found| found.places).collect();
        if places.is_empty() {
            return;
        }
        let secrets = outermost(plaintext_secret::places(codebase));
        let is_in_secret = |place: &Place| {
            let next = secrets
                .partition_point(|secret| (secret.file, secret.start) <= (place.span.file, place.span.start));
            next > 0 && secrets[next - 1].contains(place.span)
        };
        let mut by_credential: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for place in places {
            if !is_in_secret(&place) {
                by_credential.entry(place.credential.clone()).or_default().push(place);
            }
        }
        for places in by_credential.into_values() {
            outcome.report_all(one_finding(places.into_iter().map(place).collect()));
        }
    }
}

/// Without those that lie in others, sorted: what lies in any of them lies in the last that begins before it.
fn outermost(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.file, span.start, Reverse(span.end)));
    let mut outermost: Vec<Span> = Vec::new();
    for span in spans {
        if !outermost.last().is_some_and(|last| last.contains(span)) {
            outermost.push(span);
        }
    }
    outermost
}

/// What one file holds.
#[derive(Default)]
struct Found {
    looked_at: usize,
    places: Vec<Place>,
    /// What nobody objects to, and no report shows all the same.
    unsaid: Vec<Place>,
}

/// A place where a credential stands.
struct Place {
    credential: String,
    what: String,
    /// The key it stands under, where there is one.
    key: Option<String>,
    object: Option<ObjectId>,
    span: Span,
    /// Steps weaker than a credential that runs in production.
    weaker: u8,
    less_sure: u8,
    is_allowed: bool,
}

impl Found {
    fn add(&mut self, codebase: &Codebase, span: Span, leak: Leak) -> &mut Place {
        let source = codebase.source(span.file);
        let is_test = codebase.zone(span.file) == Zone::Test;
        let is_allowed = is_allowed(source, span);
        let is_weak = leak.is_weak || is_test || is_rehearsal(codebase, source);
        self.places.push(Place {
            credential: leak.credential,
            what: leak.what,
            key: None,
            object: None,
            span,
            weaker: u8::from(is_weak) + 2 * u8::from(is_allowed),
            less_sure: u8::from(leak.is_unsure) + u8::from(is_test),
            is_allowed,
        });
        self.places.last_mut().expect("just pushed")
    }
}

fn in_file(codebase: &Codebase, source: &Source) -> Found {
    let mut found = Found::default();
    let zone = codebase.zone(source.id());
    let is_test = zone == Zone::Test;
    for leak in by_shape(source.text()).into_iter().filter(|leak| !(is_test && leak.is_key)) {
        let span = Span::new(source.id(), leak.range.start as u32, leak.range.end as u32);
        found.add(codebase, span, leak);
    }
    if zone == Zone::Documentation {
        found.unsaid = std::mem::take(&mut found.places);
    }
    if matches!(zone, Zone::Test | Zone::Documentation) {
        let mut unsaid = Found::default();
        commands::look_at(codebase, source, &mut unsaid);
        found.unsaid.extend(unsaid.places);
    } else {
        let by_shape: Vec<Span> = found.places.iter().map(|place| place.span).collect();
        settings::look_at(codebase, source, &by_shape, &mut found);
        commands::look_at(codebase, source, &mut found);
    }
    found
}

fn place(place: Place) -> credential::Place {
    let (message, again) = (message(&place), "the same one stands here".to_owned());
    let Place { span, object, weaker, less_sure, is_allowed, .. } = place;
    credential::Place { span, object, message, again, weaker, less_sure, is_allowed }
}

fn message(place: &Place) -> String {
    let subject = match &place.key {
        Some(key) => format!("`{key}` holds {} in plain text", place.what),
        None => format!("this is {} in plain text", place.what),
    };
    format!("{subject}: whoever reads the code has it, and every cluster built from it shares it")
}
