//! References by name: what was renamed is called by its new name wherever it is referred to.

use super::compose::Composed;
use super::configuration::BackReference;
use super::field_spec::{Edit, FieldSpec, Missing, edited_items};
use super::gap::{Gap, GapKind};
use super::id::{Gvk, Id};
use super::resource::{Resource, Resources, key};
use super::value::Value;
use crate::provenance::{Change, Operation};
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// Gives every reference the new name of what it refers to. Once, at the end of a build.
pub fn fix_names(resources: &mut Resources, back_references: &[BackReference], gaps: &mut Vec<Gap>) {
    let names = Names::of(resources);
    if names.by_previous_name.is_empty() {
        return;
    }
    let mut rows_of_kinds: HashMap<Gvk, Arc<[Row<'_>]>> = HashMap::new();
    for index in 0..resources.len() {
        let original = &resources.get(index).original_id().gvk;
        let rows =
            rows_of_kinds.entry(original.clone()).or_insert_with_key(|kind| rows(back_references, kind));
        fix(resources, index, &Arc::clone(rows), &names, gaps);
    }
}

/// A field that may refer to a kind of object.
struct Row<'a> {
    target: &'a Gvk,
    field: &'a FieldSpec,
    is_role: bool,
}

fn rows<'a>(back_references: &'a [BackReference], kind: &Gvk) -> Arc<[Row<'a>]> {
    let row = |target: &'a Gvk, field: &'a FieldSpec| {
        let is_role = field.written_path().ends_with("roleRef/name");
        Row { target, field, is_role }
    };
    let mut rows = Vec::new();
    for reference in back_references {
        let fields = reference.referrers.iter().filter(|field| kind.is_selected_by(&field.gvk));
        rows.extend(fields.map(|field| row(&reference.target, field)));
    }
    rows.into()
}

/// What was renamed, ready to be looked up.
struct Names {
    by_previous_name: HashMap<Arc<str>, Vec<usize>>,
    by_original_namespace: HashMap<String, Vec<usize>>,
}

impl Names {
    fn of(resources: &Resources) -> Self {
        let mut names = Self { by_previous_name: HashMap::new(), by_original_namespace: HashMap::new() };
        for (index, resource) in resources.iter().enumerate() {
            for id in &resource.previous {
                let with_name = names.by_previous_name.entry(Arc::clone(&id.name)).or_default();
                if with_name.last() != Some(&index) {
                    with_name.push(index);
                }
            }
            let original = resource.original_id();
            if !original.gvk.is_cluster_scoped() {
                let namespace = original.effective_namespace().to_string();
                names.by_original_namespace.entry(namespace).or_default().push(index);
            }
        }
        names
    }
}

/// An object that may refer to others.
struct Referrer<'a> {
    resources: &'a Resources,
    names: &'a Names,
    index: usize,
    /// The namespaces of the service accounts that a `RoleBinding` names.
    account_namespaces: HashSet<String>,
}

fn fix(resources: &mut Resources, index: usize, rows: &[Row<'_>], names: &Names, gaps: &mut Vec<Gap>) {
    // What references say before anything in the object is changed decides what it can reach.
    let account_namespaces = account_namespaces(resources.get(index));
    let referrer = Referrer { resources, names, index, account_namespaces };
    let mut changed: Option<Value> = None;
    for row in rows {
        let mut ambiguous = Vec::new();
        let mut edit = Edit {
            missing: Missing::Left,
            made_at: referrer.resource().root.span(),
            change: &mut |value| Ok(referrer.renamed(value, row, &mut ambiguous)),
            gaps,
        };
        let root = changed.as_ref().unwrap_or(&referrer.resource().root);
        let new = row.field.edited(root, &mut edit);
        changed = new.or(changed);
        gaps.append(&mut ambiguous);
    }
    if let Some(root) = changed {
        let resource = resources.get_mut(index);
        resource.root = root;
        resource.refresh();
    }
}

fn account_namespaces(resource: &Resource) -> HashSet<String> {
    if &*resource.id().gvk.kind != "RoleBinding" {
        return HashSet::new();
    }
    let subjects = resource.root.get("subjects").map(|subjects| subjects.items()).unwrap_or_default();
    let accounts =
        subjects.iter().filter(|subject| subject.text_of(&["kind"]).as_deref() == Some("ServiceAccount"));
    accounts.filter_map(|subject| subject.text_of(&["namespace"])).collect()
}

/// What a reference says.
struct Wanted<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
    /// Whether the namespace belongs to the reference, given or not.
    is_map: bool,
    at: Span,
}

impl Referrer<'_> {
    fn resource(&self) -> &Resource {
        self.resources.get(self.index)
    }

    /// What the field holds with new names; nothing if none of them is new.
    fn renamed(&self, value: &Value, row: &Row<'_>, gaps: &mut Vec<Gap>) -> Option<Value> {
        if value.is_list() {
            return edited_items(value, |item| self.renamed_one(item, row, gaps));
        }
        self.renamed_one(value, row, gaps)
    }

    fn renamed_one(&self, value: &Value, row: &Row<'_>, gaps: &mut Vec<Gap>) -> Option<Value> {
        if value.is_map() {
            return self.renamed_map(value, row, gaps);
        }
        let old = value.as_text()?;
        let wanted = Wanted { name: &old, namespace: None, is_map: false, at: value.span() };
        let target = self.choose(&wanted, row, gaps)?;
        let name = target.root.at(&["metadata", "name"])?;
        (name.text() != old).then(|| reference(value, &name))
    }

    /// A reference with a namespace beside the name. Both are set, also where none was given.
    fn renamed_map(&self, value: &Value, row: &Row<'_>, gaps: &mut Vec<Gap>) -> Option<Value> {
        let old = value.get("name")?;
        let namespace = value.text_of(&["namespace"]);
        let (name, namespace_text) = (old.as_text()?, namespace.as_deref());
        let wanted = Wanted { name: &name, namespace: namespace_text, is_map: true, at: value.span() };
        let target = self.choose(&wanted, row, gaps)?;
        let name = target.root.at(&["metadata", "name"])?;
        let new_namespace =
            target.root.at(&["metadata", "namespace"]).filter(|value| !value.text().is_empty());
        let is_renamed = name.text() != old.text();
        let new_namespace = new_namespace.filter(|new| Some(&*new.text()) != namespace.as_deref());
        if !is_renamed && new_namespace.is_none() {
            return None;
        }
        let mut changed = value.clone();
        let map = changed.map_mut()?;
        if is_renamed {
            map.insert(key("name", old.span()), reference(&old, &name));
        }
        if let Some(new) = new_namespace {
            let reference = value.get("namespace").map_or_else(|| new.clone(), |old| reference(&old, &new));
            map.insert(key("namespace", value.span()), reference);
        }
        Some(changed)
    }

    /// What a name means here, if that is one of the renamed objects.
    fn choose(&self, wanted: &Wanted<'_>, row: &Row<'_>, gaps: &mut Vec<Gap>) -> Option<&Resource> {
        let Wanted { name, namespace, is_map, at } = *wanted;
        let with_name = self.names.by_previous_name.get(name)?;
        let role = row.is_role.then(|| role_of(&self.resource().root)).flatten();
        let had =
            |resource: &Resource, gvk: &Gvk| resource.previous.iter().any(|id| id.gvk.is_selected_by(gvk));
        let mut candidates: Vec<&Resource> = with_name
            .iter()
            .map(|&index| self.resources.get(index))
            .filter(|candidate| had(candidate, row.target))
            .filter(|candidate| role.as_ref().is_none_or(|role| had(candidate, role)))
            .filter(|candidate| self.reaches(candidate))
            .collect();
        if let Some(namespace) = namespace.filter(|_| !candidates.is_empty()) {
            let original = self.is_original_namespace(namespace);
            candidates.retain(|candidate| {
                let id = if original { candidate.original_id() } else { candidate.id() };
                !id.gvk.is_cluster_scoped() && id.effective_namespace() == namespace
            });
        }
        for is_strict in [false, true] {
            if candidates.len() > 1 {
                candidates.retain(|candidate| has_affixes_of(candidate, self.resource(), is_strict));
            }
        }
        let first = *candidates.first()?;
        let same = |other: &&Resource| {
            let (a, b) = (first.id(), other.id());
            a.name == b.name && (!is_map || a.namespace == b.namespace)
        };
        if candidates.iter().all(same) {
            return Some(first);
        }
        gaps.push(ambiguous(name, at, &candidates));
        None
    }

    /// Whether the object can refer to the candidate: they are neighbours, one of them belongs to no namespace, or it
    /// is a service account that a `RoleBinding` names.
    fn reaches(&self, candidate: &Resource) -> bool {
        let (own, other): (&Id, &Id) = (self.resource().id(), candidate.id());
        own.gvk.is_cluster_scoped()
            || other.gvk.is_cluster_scoped()
            || own.is_beside(other)
            || (&*other.gvk.kind == "ServiceAccount" && self.account_namespaces.contains(&*other.namespace))
    }

    /// Whether something in reach was in this namespace at first. Kustomize then takes it for that one, and else for
    /// the one of today.
    fn is_original_namespace(&self, namespace: &str) -> bool {
        let there = self.names.by_original_namespace.get(namespace);
        there.is_some_and(|there| there.iter().any(|&index| self.can_see(self.resources.get(index))))
    }

    fn can_see(&self, candidate: &Resource) -> bool {
        self.reaches(candidate) || self.account_namespaces.contains(&*candidate.id().namespace)
    }
}

/// The kind of role that a binding says it refers to; nothing if it does not say it all.
fn role_of(root: &Value) -> Option<Gvk> {
    let group = root.text_of(&["roleRef", "apiGroup"])?;
    let kind = root.text_of(&["roleRef", "kind"])?;
    Some(Gvk { group: group.into(), version: "".into(), kind: kind.into() })
}

fn has_affixes_of(candidate: &Resource, referrer: &Resource, is_strict: bool) -> bool {
    let fit = |a: &[Arc<str>], b: &[Arc<str>]| {
        let any_is_empty = a.is_empty() || b.is_empty();
        if any_is_empty { !is_strict || a.len() == b.len() } else { a.ends_with(b) || b.ends_with(a) }
    };
    fit(&candidate.prefixes, &referrer.prefixes) && fit(&candidate.suffixes, &referrer.suffixes)
}

fn ambiguous(name: &str, at: Span, candidates: &[&Resource]) -> Gap {
    let candidates: Vec<_> = candidates.iter().map(|candidate| candidate.id().to_string()).collect();
    let message = format!("`{name}` may refer to {}", candidates.join(" or to "));
    Gap::new(GapKind::Ambiguous, at, message)
}

/// A reference with a new text. It stays where it is written, the new parts are where the new name got them from.
fn reference(old: &Value, new: &Value) -> Value {
    let (old_text, new_text) = (old.text(), new.text());
    let place = old.place();
    let change = Change { operation: Operation::Reference, by: new.span(), before: Some(place.span) };
    let changes = place.changes().iter().copied().chain([change]).collect();
    let mut composed = Composed::default();
    match part_that_is(&old_text, new, &new_text) {
        Some(part) => {
            composed.push_part(new, 0..part.start);
            composed.push(old);
            composed.push_part(new, part.end..new_text.len());
        }
        None => composed.push_computed(&new_text, place.span),
    }
    composed.into_value(place.span, changes)
}

/// Where in the new name the old one stands, as a piece of its own.
fn part_that_is(old: &str, new: &Value, text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut parts = new.place().pieces(text.len()).into_iter().map(|piece| {
        at += piece.length as usize;
        at - piece.length as usize..at
    });
    parts.find(|part| text.get(part.clone()) == Some(old))
}

#[cfg(test)]
mod tests;
