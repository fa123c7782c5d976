//! Files and trees become a codebase: roles, zones, objects and their types.

use super::reach::Reach;
use super::{Codebase, DocumentEntry, ObjectEntry};
use crate::config::Config;
use crate::discover::Discovery;
use crate::documents::Documents;
use crate::model::kustomization::Kustomization;
use crate::model::object::TypeMeta;
use crate::model::role::{Role, Zone, is_test_document};
use crate::source::{FileKind, Source, Sources};
use crate::yaml::{Node, Tree};
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

pub(super) fn codebase(config: &Config, discovery: Discovery, documents: Documents) -> Codebase {
    let Discovery { sources, mut problems, mut skipped, left_out, other_files } = discovery;
    problems.extend(documents.problems);
    skipped.extend(documents.skipped);
    let reach = Reach::of(&sources, &documents.trees);
    let zones = zones(&sources, &documents.trees, &reach);
    let mut index = Index::default();
    for source in &sources {
        let Some(tree) = &documents.trees[source.id().index()] else { continue };
        index.add_file(source, tree, reach.is_patch(source.id()));
    }
    Codebase {
        config: config.clone(),
        sources,
        trees: documents.trees,
        zones,
        documents: index.documents,
        objects: index.objects,
        types: index.types,
        by_type: index.by_type,
        reach,
        problems,
        skipped,
        left_out,
        other_files,
        identities: OnceLock::new(),
        monitors: OnceLock::new(),
    }
}

fn zones(sources: &Sources, trees: &[Option<Tree>], reach: &Reach) -> Vec<Zone> {
    let folders: BTreeSet<&str> = reach.kustomizations().map(|file| sources.get(file).folder()).collect();
    let zone = |(source, tree): (&Source, &Option<Tree>)| match tree {
        Some(tree) if tree.is_template() => Zone::of_path(source.path()).max(Zone::Template),
        _ => zone(source, reach, &folders),
    };
    sources.iter().zip(trees).map(zone).collect()
}

fn zone(source: &Source, reach: &Reach, folders: &BTreeSet<&str>) -> Zone {
    let of_path = Zone::of_path(source.path());
    match source.kind() {
        FileKind::HelmTemplate => of_path.max(Zone::Template),
        FileKind::Yaml if reach.is_unlisted(source, folders) => of_path.max(Zone::Unlisted),
        _ => of_path,
    }
}

/// Grows while files are added in the order of their paths.
#[derive(Default)]
struct Index {
    documents: Vec<DocumentEntry>,
    objects: Vec<ObjectEntry>,
    types: Vec<TypeMeta>,
    by_type: Vec<Vec<u32>>,
    type_numbers: HashMap<TypeMeta, u32>,
}

impl Index {
    fn add_file(&mut self, source: &Source, tree: &Tree, is_patch: bool) {
        for root in tree.roots() {
            let meta = TypeMeta::of(root);
            let role = role(source, root, meta.as_ref(), is_patch);
            self.documents.push(DocumentEntry { file: source.id(), root: root.id(), role });
            if let (Role::Object, Some(meta)) = (role, meta) {
                self.add_object(source, root, meta);
            }
        }
    }

    /// A list is its items: `kubectl` applies them one by one.
    fn add_object(&mut self, source: &Source, root: Node<'_>, meta: TypeMeta) {
        if meta.kind().ends_with("List") && root.get("items").is_some_and(Node::is_sequence) {
            let items = root.get("items").into_iter().flat_map(Node::items);
            for (item, meta) in items.filter_map(|item| Some((item, TypeMeta::of(item)?))) {
                self.push(source, item, meta);
            }
        } else {
            self.push(source, root, meta);
        }
    }

    fn push(&mut self, source: &Source, root: Node<'_>, meta: TypeMeta) {
        let next = self.types.len() as u32;
        let type_index = *self.type_numbers.entry(meta).or_insert_with_key(|meta| {
            self.types.push(meta.clone());
            self.by_type.push(Vec::new());
            next
        });
        self.by_type[type_index as usize].push(self.objects.len() as u32);
        self.objects.push(ObjectEntry { file: source.id(), root: root.id(), type_index });
    }
}

fn role(source: &Source, root: Node<'_>, meta: Option<&TypeMeta>, is_patch: bool) -> Role {
    match source.kind() {
        FileKind::Kustomization if Kustomization::is_one(root) => return Role::Kustomization,
        FileKind::HelmChart | FileKind::HelmValues | FileKind::Ci(_) => return Role::Data,
        _ => {}
    }
    if is_patch || root.get("$patch").is_some() {
        return Role::Patch;
    }
    match meta {
        Some(_) if !is_test_document(root) => Role::Object,
        _ => Role::Data,
    }
}
