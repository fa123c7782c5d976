//! Files and trees become a codebase: roles, zones, objects and their types.

use super::builds::Builds;
use super::reach::Reach;
use super::{Codebase, DocumentEntry, Monitors, ObjectEntry, identities, monitors, namings};
use crate::config::Config;
use crate::discover::Discovery;
use crate::documents::Documents;
use crate::kustomize::store::Store;
use crate::model::cluster::Format;
use crate::model::identity::Identities;
use crate::model::kustomization::Kustomization;
use crate::model::object::TypeMeta;
use crate::model::role::{Role, Zone, is_own_json, is_test_document};
use crate::source::{FileId, FileKind, Source, Sources};
use crate::yaml::{Node, NodeId, Tree};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::OnceLock;

pub(super) fn codebase(config: &Config, discovery: Discovery, documents: Documents) -> Codebase {
    let Discovery { sources, mut problems, mut skipped, left_out, other_files, unwritten } = discovery;
    problems.extend(documents.problems);
    skipped.extend(documents.skipped);
    let reach = Reach::of(&sources, &documents.trees);
    let zones = zones(&sources, &documents.trees, &reach, unwritten.as_deref());
    let mut index = Index::default();
    let contents = sources.as_slice().par_iter().zip(&documents.trees);
    let contents: Vec<_> =
        contents.map(|(source, tree)| contents_of(source, tree.as_deref(), &reach)).collect();
    contents.into_iter().flatten().for_each(|document| index.add(document));
    let builds = Builds::of(Store::new(&sources, &documents.trees), &zones, &config.environments);
    builds.objects().iter().for_each(|built| index.push_built(&built.meta));
    for entry in &mut index.objects {
        let root = documents.trees[entry.file.index()].as_deref().map(|tree| Node::from_id(tree, entry.root));
        entry.is_covered = root.is_some_and(|root| builds.cover(root.span()));
    }
    let mut codebase = Codebase {
        config: config.clone(),
        sources,
        trees: documents.trees,
        terraform: documents.terraform,
        zones,
        documents: index.documents,
        objects: index.objects,
        types: index.types,
        by_type: index.by_type,
        builds,
        reach,
        problems,
        skipped,
        left_out,
        other_files,
        identities: Identities::default(),
        monitors: Monitors::default(),
        namings: Vec::new(),
        cloud_hosts: OnceLock::new(),
    };
    // Several checks ask for these. Computed when the first asks, in parallel, they could wait for each other: a thread
    // that waits for a part is handed another check meanwhile, which asks for the very same thing.
    let read = &codebase;
    let (identities, monitors) = rayon::join(|| identities::identities(read), || monitors::monitors(read));
    codebase.identities = identities;
    codebase.monitors = monitors;
    codebase.namings = namings::namings(&codebase);
    codebase.builds.name_environments(&codebase.sources, &config.environments);
    codebase.builds.name_clusters(&codebase.sources, &codebase.identities);
    codebase
}

fn zones(
    sources: &Sources,
    trees: &[Option<Arc<Tree>>],
    reach: &Reach,
    unwritten: Option<&str>,
) -> Vec<Zone> {
    let folders: BTreeSet<&str> = reach.kustomizations().map(|file| sources.get(file).folder()).collect();
    let zone = |(source, tree): (&Source, &Option<Arc<Tree>>)| match tree {
        Some(tree) if tree.is_template() => Zone::of_path(source.path()).max(Zone::Template),
        _ if unwritten == Some(source.path()) => zone_of_kind(source),
        _ => zone(source, reach, &folders),
    };
    sources.as_slice().par_iter().zip(trees).map(zone).collect()
}

fn zone(source: &Source, reach: &Reach, folders: &BTreeSet<&str>) -> Zone {
    match source.kind() {
        FileKind::Yaml if reach.is_unlisted(source, folders) => zone_of_kind(source).max(Zone::Unlisted),
        _ => zone_of_kind(source),
    }
}

fn zone_of_kind(source: &Source) -> Zone {
    let of_path = Zone::of_path(source.path());
    match source.kind() {
        FileKind::HelmTemplate => of_path.max(Zone::Template),
        // Wherever it lies: it quotes what is wrong elsewhere.
        FileKind::Json if is_own_json(source.text()) => Zone::Own,
        _ => of_path,
    }
}

/// A document, what it is, and the objects in it.
struct Content {
    document: DocumentEntry,
    objects: Vec<(NodeId, TypeMeta)>,
}

fn contents_of(source: &Source, tree: Option<&Tree>, reach: &Reach) -> Vec<Content> {
    let content = |root: Node<'_>| {
        let meta = TypeMeta::of(root);
        let role = role(source, root, meta.as_ref(), reach.is_patch(source.id()));
        let format = Format::of_data(root, source.path());
        let document = DocumentEntry { file: source.id(), root: root.id(), role, format };
        let objects = meta.filter(|_| role == Role::Object).map(|meta| objects(root, meta));
        Content { document, objects: objects.unwrap_or_default() }
    };
    tree.into_iter().flat_map(Tree::roots).map(content).collect()
}

/// A list is its items: `kubectl` applies them one by one.
fn objects(root: Node<'_>, meta: TypeMeta) -> Vec<(NodeId, TypeMeta)> {
    match root.get("items").filter(|items| items.is_sequence()) {
        Some(items) if meta.kind().ends_with("List") => {
            items.items().filter_map(|item| Some((item.id(), TypeMeta::of(item)?))).collect()
        }
        _ => vec![(root.id(), meta)],
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
    /// How many built objects there are.
    built: u32,
}

impl Index {
    fn add(&mut self, content: Content) {
        self.documents.push(content.document);
        for (root, meta) in content.objects {
            self.push(content.document.file, root, meta);
        }
    }

    fn push(&mut self, file: FileId, root: NodeId, meta: TypeMeta) {
        let type_index = self.type_of(meta);
        self.by_type[type_index as usize].push(self.objects.len() as u32);
        self.objects.push(ObjectEntry { file, root, type_index, is_covered: false });
    }

    /// Built objects are numbered behind all written ones.
    fn push_built(&mut self, meta: &TypeMeta) {
        let type_index = self.type_of(meta.clone());
        self.by_type[type_index as usize].push(self.objects.len() as u32 + self.built);
        self.built += 1;
    }

    fn type_of(&mut self, meta: TypeMeta) -> u32 {
        let next = self.types.len() as u32;
        *self.type_numbers.entry(meta).or_insert_with_key(|meta| {
            self.types.push(meta.clone());
            self.by_type.push(Vec::new());
            next
        })
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
