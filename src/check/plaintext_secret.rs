//! Secrets whose values stand in the code as plain text.

mod inline;

use super::credential::{self, Leak, by_shape, decoded, in_secret, is_allowed, is_rehearsal, one_finding};
use super::{Check, Outcome};
use crate::codebase::Codebase;
use crate::finding::ObjectId;
use crate::model::kustomization::Kustomization;
use crate::model::object::{Object, TypeMeta};
use crate::model::role::Role;
use crate::model::secret::{is_kept_elsewhere, is_sops, is_sops_text, key_kind};
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Node};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Objects to credentials in Secrets and in what kustomize makes Secrets of.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PlaintextSecret {}

impl Check for PlaintextSecret {
    fn conceals(&self) -> bool {
        true
    }

    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let elsewhere = codebase.objects().filter(|object| is_kept_elsewhere(*object)).count();
        outcome.looked_at(elsewhere);
        let mut found = Found { codebase, by_credential: BTreeMap::new() };
        for object in codebase.written_objects_of("", "Secret") {
            outcome.looked_at(1);
            found.secret(object);
        }
        for document in codebase.documents().filter(|document| document.role == Role::Patch) {
            let Some(meta) = TypeMeta::of(document.root).filter(|meta| meta.is("", "Secret")) else {
                continue;
            };
            if document.zone.is_judged() && document.root.get("$patch").is_none() {
                found.secret(Object::new(document.root, &meta, document.zone));
            }
        }
        for kustomization in codebase.kustomizations() {
            outcome.looked_at(found.generators(kustomization));
            outcome.looked_at(found.inline_patches(kustomization));
        }
        conceal_unjudged(codebase, outcome);
        for (credential, places) in found.by_credential {
            for place in &places {
                outcome.conceal(place.span, &credential);
            }
            let places = places.into_iter().map(|one| place(codebase, one));
            outcome.report_all(one_finding(places.collect()));
        }
    }
}

/// Nobody objects to the Secrets of tests and documentation, and no report shows their values all the same.
fn conceal_unjudged(codebase: &Codebase, outcome: &mut Outcome) {
    let unjudged = codebase.documents().filter(|document| !document.zone.is_judged());
    for root in unjudged.map(|document| document.root) {
        if !root.get("kind").is_some_and(|kind| kind.is_text("Secret")) {
            continue;
        }
        for field in ["data", "stringData"] {
            for entry in root.get(field).into_iter().flat_map(Node::entries) {
                for leak in leaks(field, entry) {
                    outcome.conceal(written(field, entry.value, &leak), &leak.credential);
                }
            }
        }
    }
}

/// The places of `data` and `stringData` of Secrets, of generators and of the files that those read: what stands there
/// is this check's business.
pub(super) fn places(codebase: &Codebase) -> Vec<Span> {
    let secrets = codebase.documents().filter(|document| document.zone.is_judged());
    let secrets =
        secrets.filter(|document| document.root.get("kind").is_some_and(|kind| kind.is_text("Secret")));
    let lists = codebase.written_objects_of("", "Secret").map(Object::root);
    let values = secrets.map(|document| document.root).chain(lists).flat_map(|root| {
        ["data", "stringData"].into_iter().filter_map(move |field| root.get(field)).map(Node::span)
    });
    let generators = codebase.kustomizations().flat_map(|kustomization| {
        let generators = kustomization.field("secretGenerator").map(|entry| entry.value.span());
        let files = inputs(codebase, kustomization).into_iter().map(|input| whole_file(codebase, input.file));
        generators.into_iter().chain(files).chain(inline::texts(kustomization))
    });
    values.chain(generators).collect()
}

fn whole_file(codebase: &Codebase, file: FileId) -> Span {
    Span::new(file, 0, codebase.source(file).text().len() as u32)
}

/// A place where a credential stands.
struct Place {
    span: Span,
    /// ``Secret `database` ``
    owner: String,
    key: String,
    what: String,
    object: Option<ObjectId>,
    /// Steps weaker than a credential of production.
    weaker: u8,
    is_unsure: bool,
    is_allowed: bool,
    is_deleted: bool,
}

struct Found<'a> {
    codebase: &'a Codebase,
    by_credential: BTreeMap<String, Vec<Place>>,
}

impl Found<'_> {
    /// SOPS leaves nothing readable unless it was told to, or somebody added a value afterwards; what it encrypted is
    /// taken for a reference.
    fn secret(&mut self, object: Object<'_>) {
        let is_deleted = self.codebase.builds().take_away(object.root().span());
        for field in ["data", "stringData"] {
            for entry in object.root().get(field).into_iter().flat_map(Node::entries) {
                for leak in leaks(field, entry) {
                    let id = Some(object.id(entry.value));
                    let key = entry.key.text().into_owned();
                    let span = written(field, entry.value, &leak);
                    let mut place = self.place(span, object.title(), key, &leak, id);
                    place.is_deleted = is_deleted;
                    place.weaker += 2 * u8::from(is_deleted);
                    self.by_credential.entry(leak.credential).or_default().push(place);
                }
            }
        }
    }

    /// The `secretGenerator` of a kustomization; says how many there are.
    fn generators(&mut self, kustomization: Kustomization<'_>) -> usize {
        let list = kustomization.field("secretGenerator").map(|entry| entry.value);
        let generators: Vec<Node<'_>> = list.into_iter().flat_map(Node::items).collect();
        for generator in &generators {
            let owner = owner(*generator);
            for literal in generator.get("literals").into_iter().flat_map(Node::items) {
                self.literal(&owner, literal);
            }
        }
        for input in inputs(self.codebase, kustomization) {
            self.file(&owner(input.generator), &input);
        }
        generators.len()
    }

    fn literal(&mut self, owner: &str, literal: Node<'_>) {
        let Some(text) = literal.as_str() else { return };
        // Without a key kustomize refuses it, and the credential stands there all the same.
        let (key, value) = text.split_once('=').unwrap_or(("", &text));
        let value = value.trim_matches(['"', '\'']);
        for leak in in_secret(key, value) {
            let place =
                self.place(within(literal, &text, value, &leak), owner.into(), key.into(), &leak, None);
            self.by_credential.entry(leak.credential).or_default().push(place);
        }
    }

    /// A file that a generator puts into a Secret: lines of `KEY=value`, or one value.
    fn file(&mut self, owner: &str, input: &Input<'_>) {
        let file = input.file;
        let source = self.codebase.source(file);
        let encrypted = self.codebase.tree(file).is_some_and(|tree| tree.roots().any(is_sops));
        if encrypted || is_sops_text(source.text()) {
            return;
        }
        for line in source.text().lines().filter(|_| input.is_env) {
            let Some((key, value)) = line.trim().split_once('=').filter(|(key, _)| !key.starts_with('#'))
            else {
                continue;
            };
            let value = value.trim_matches(['"', '\'']);
            let start = offset_in(source.text(), value);
            for leak in in_secret(key, value) {
                let at = |offset: usize| (start + offset) as u32;
                let span = Span::new(file, at(leak.range.start), at(leak.range.end));
                let place = self.place(span, owner.into(), key.into(), &leak, None);
                self.by_credential.entry(leak.credential).or_default().push(place);
            }
        }
        if !input.is_env {
            self.file_as_value(owner, file);
        }
    }

    fn file_as_value(&mut self, owner: &str, file: FileId) {
        let source = self.codebase.source(file);
        let key = source.file_name();
        for leak in in_secret(key, source.text()) {
            let (start, end) = (leak.range.start as u32, leak.range.end as u32);
            let span = Span::new(file, start, end);
            let place = self.place(span, owner.into(), key.into(), &leak, None);
            self.by_credential.entry(leak.credential).or_default().push(place);
        }
    }

    fn place(&self, span: Span, owner: String, key: String, leak: &Leak, object: Option<ObjectId>) -> Place {
        let source = self.codebase.source(span.file);
        let is_allowed = is_allowed(source, span);
        let rehearsal = is_rehearsal(self.codebase, source);
        let weaker = u8::from(leak.is_weak) + u8::from(rehearsal) + 2 * u8::from(is_allowed);
        let what = leak.what.clone();
        Place {
            span,
            owner,
            key,
            what,
            object,
            weaker,
            is_unsure: leak.is_unsure,
            is_allowed,
            is_deleted: false,
        }
    }
}

/// Where a credential of an entry of a Secret is written: the credential alone, unless it is encoded.
fn written(field: &str, value: Node<'_>, leak: &Leak) -> Span {
    // A text that was taken as it is, because it is no base64, holds its credential at this place, too.
    let is_verbatim =
        field == "stringData" || value.text().get(leak.range.clone()) == Some(&*leak.credential);
    if is_verbatim { value.span_within(leak.range.clone()) } else { value.span() }
}

/// Where a credential stands in a scalar that holds `KEY=value`.
fn within(scalar: Node<'_>, text: &str, value: &str, leak: &Leak) -> Span {
    let start = offset_in(text, value);
    scalar.span_within(start + leak.range.start..start + leak.range.end)
}

/// How many bytes of a text stand before a part of it.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The credentials in one entry of a Secret.
fn leaks(field: &str, entry: Entry<'_>) -> Vec<Leak> {
    let Some(value) = entry.value.as_str() else { return Vec::new() };
    let key = entry.key.text();
    if field == "stringData" {
        return in_secret(&key, &value);
    }
    match decoded(&value) {
        Ok(text) => in_secret(&key, &text),
        Err(bytes) => key_store(&key, &value, &bytes).into_iter().collect(),
    }
}

/// Bytes that are no text count only where the key says that they are a key.
fn key_store(key: &str, value: &str, bytes: &[u8]) -> Option<Leak> {
    const ENDINGS: [&str; 6] = [".p12", ".pfx", ".jks", ".keystore", ".keytab", ".key"];
    let lower = key.to_ascii_lowercase();
    let tells = ENDINGS.iter().any(|ending| lower.ends_with(ending)) || key_kind(key, true).is_some();
    let what = "a key".to_owned();
    let leak = Leak {
        credential: value.to_owned(),
        what,
        range: 0..value.len(),
        is_weak: false,
        is_unsure: false,
        is_key: true,
    };
    // A text that happens to be valid base64 decodes to a few bytes of nonsense.
    (tells && (bytes.len() >= 16 || !by_shape(value).is_empty())).then_some(leak)
}

fn owner(generator: Node<'_>) -> String {
    let name = generator.get("name").map(Node::text).unwrap_or_default();
    format!("the generated Secret `{name}`")
}

/// A file that a generator of Secrets reads.
struct Input<'a> {
    generator: Node<'a>,
    file: FileId,
    /// Whether each line is a value of its own.
    is_env: bool,
}

/// The files that generators of Secrets read, as far as they are in the codebase.
fn inputs<'a>(codebase: &Codebase, kustomization: Kustomization<'a>) -> Vec<Input<'a>> {
    let list = kustomization.field("secretGenerator").map(|entry| entry.value);
    let generators = list.into_iter().flat_map(Node::items);
    let inputs = generators.flat_map(|generator| {
        let envs = generator.get("envs").into_iter().flat_map(Node::items).chain(generator.get("env"));
        let files = generator.get("files").into_iter().flat_map(Node::items);
        let paths = envs.map(|path| (path, true)).chain(files.map(|path| (path, false)));
        paths.filter_map(move |(path, is_env)| {
            let text = path.as_str()?;
            let path = text.split_once('=').map_or(&*text, |(_, path)| path);
            let path = crate::paths::resolve_path(kustomization.folder(), path)?;
            Some(Input { generator, file: codebase.sources().by_path(&path)?.id(), is_env })
        })
    });
    inputs.collect()
}

fn place(codebase: &Codebase, place: Place) -> credential::Place {
    let folder = codebase.source(place.span.file).folder();
    let inside = if folder.is_empty() { String::new() } else { format!(" of `{folder}`") };
    let (message, again) = (message(&place), format!("{}{inside} holds the same one", place.owner));
    let (less_sure, Place { span, object, weaker, is_allowed, .. }) = (u8::from(place.is_unsure), place);
    credential::Place { span, object, message, again, weaker, less_sure, is_allowed }
}

fn message(place: &Place) -> String {
    let Place { owner, key, what, .. } = place;
    if place.is_deleted {
        return format!(
            "{owner} holds {what} in plain text under `{key}`; every build deletes the Secret, but the value stays readable in the code"
        );
    }
    format!(
        "{owner} holds {what} in plain text under `{key}`: whoever reads the code has it, and every cluster built from it shares it"
    )
}
