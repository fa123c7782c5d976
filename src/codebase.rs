//! Everything that was read, immutable, with its indexes. Checks ask it; nobody changes it.

pub mod backups;
mod build;
pub mod builds;
pub mod cloud_hosts;
pub mod clusters_of;
mod deliveries;
mod deployments;
pub mod environments;
mod identities;
mod layer;
mod monitors;
pub mod namespaces;
pub mod namings;
pub mod part;
mod reach;
pub mod settings;
pub mod unread;

use crate::config::Config;
use crate::discover::{self, Discovery};
use crate::documents::Documents;
use crate::kustomize::store::Store;
use crate::model::cluster::{Format, Spec};
use crate::model::identity::Identities;
use crate::model::kustomization::Kustomization;
use crate::model::object::{Object, TypeMeta};
use crate::model::role::{Role, Zone};
use crate::model::workload::Workload;
use crate::paths::resolve_path;
use crate::problem::{Problem, Skipped};
use crate::source::{FileId, Source, Sources};
use crate::yaml::{Node, NodeId, Tree};
use builds::{Builds, BuiltObject};
use cloud_hosts::HostPlace;
pub use monitors::Monitors;
use namings::Naming;
use reach::Reach;
use std::sync::{Arc, OnceLock};

/// How the names of files end that hold Terraform in its JSON syntax.
const TERRAFORM_JSON: [&str; 2] = [".tf.json", ".tfvars.json"];

/// A cluster codebase.
#[derive(Debug)]
pub struct Codebase {
    config: Config,
    sources: Sources,
    trees: Vec<Option<Arc<Tree>>>,
    terraform: Vec<Option<Arc<Tree>>>,
    zones: Vec<Zone>,
    documents: Vec<DocumentEntry>,
    /// Sorted by file and place.
    objects: Vec<ObjectEntry>,
    types: Vec<TypeMeta>,
    /// For each type the objects of it, as indexes into `objects` and, behind them, into the built ones.
    by_type: Vec<Vec<u32>>,
    builds: Builds,
    reach: Reach,
    problems: Vec<Problem>,
    skipped: Vec<Skipped>,
    left_out: Vec<String>,
    other_files: usize,
    identities: Identities,
    monitors: Monitors,
    namings: Vec<Naming>,
    cloud_hosts: OnceLock<Vec<HostPlace>>,
}

/// One document and what it is.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its root node.
    pub root: Node<'a>,
    /// What it is.
    pub role: Role,
    /// What part of the codebase it stands in.
    pub zone: Zone,
    /// The file.
    pub source: &'a Source,
    format: Option<&'static Format>,
}

impl<'a> Document<'a> {
    /// The cluster spec that it is, if it is one without `apiVersion` and `kind`.
    pub fn spec(self) -> Option<Spec<'a>> {
        self.format.map(|format| Spec::of_document(format, self.root))
    }
}

#[derive(Debug, Clone, Copy)]
struct DocumentEntry {
    file: FileId,
    root: NodeId,
    role: Role,
    format: Option<&'static Format>,
}

#[derive(Debug, Clone, Copy)]
struct ObjectEntry {
    file: FileId,
    root: NodeId,
    type_index: u32,
    /// Whether it is seen as what is built of it.
    is_covered: bool,
}

impl Codebase {
    /// Builds the model of what was found and read.
    pub fn new(config: &Config, discovery: Discovery, documents: Documents) -> Self {
        build::codebase(config, discovery, documents)
    }

    /// What the user decided.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every file that was read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The file with this number.
    pub fn source(&self, file: FileId) -> &Source {
        self.sources.get(file)
    }

    /// The tree of a file; none where the file is not YAML.
    pub fn tree(&self, file: FileId) -> Option<&Tree> {
        self.trees[file.index()].as_deref()
    }

    /// Whether this path, which is relative to the checked root, is a file or a folder with files that were read.
    pub fn has_path(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.sources.by_path(path).is_some() || self.sources.has_folder(path)
    }

    /// What part of the codebase a file stands in.
    pub fn zone(&self, file: FileId) -> Zone {
        self.zones[file.index()]
    }

    /// How many files have texts in which names are judged, whatever their kind.
    pub fn judged_texts(&self) -> usize {
        self.zones.iter().filter(|zone| zone.has_judged_texts()).count()
    }

    /// Every readable document.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        self.documents.iter().filter_map(|entry| self.document(entry))
    }

    /// The readable documents of one file.
    pub fn documents_of(&self, file: FileId) -> impl Iterator<Item = Document<'_>> {
        let start = self.documents.partition_point(|entry| entry.file < file);
        let entries = self.documents[start..].iter().take_while(move |entry| entry.file == file);
        entries.filter_map(|entry| self.document(entry))
    }

    fn document(&self, entry: &DocumentEntry) -> Option<Document<'_>> {
        let DocumentEntry { file, root, role, format } = *entry;
        let root = Node::from_id(self.tree(file)?, root);
        Some(Document { root, role, zone: self.zone(file), source: self.source(file), format })
    }

    /// Every object as it is written, in every zone, items of lists included, patches left out.
    pub fn all_objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.objects.iter().filter_map(|entry| self.object(*entry))
    }

    /// The objects that are judged: what is built, and what is written where no build takes it in. No templates, tests
    /// or documentation.
    pub fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        (0..self.objects.len() + self.builds.objects().len()).filter_map(|index| self.judged(index))
    }

    /// The files that builds are made of.
    pub fn store(&self) -> Store<'_> {
        Store::new(&self.sources, &self.trees)
    }

    /// The judged objects of one group and kind as they are written, whatever is built of them.
    pub fn written_objects_of(&self, group: &str, kind: &str) -> impl Iterator<Item = Object<'_>> {
        let meant: Vec<bool> = self.types.iter().map(|meta| meta.is(group, kind)).collect();
        let entries = self.objects.iter().filter(move |entry| meant[entry.type_index as usize]);
        entries.filter_map(|entry| self.object(*entry)).filter(|object| object.zone().is_judged())
    }

    /// What is built of a kustomization, if it is an entry or an environment.
    pub fn objects_built_by(&self, kustomization: FileId) -> impl Iterator<Item = Object<'_>> {
        self.builds.objects_of(kustomization).map(BuiltObject::view)
    }

    /// What kustomize makes of the codebase.
    pub fn builds(&self) -> &Builds {
        &self.builds
    }

    /// The judged object with this number, if it is judged.
    fn judged(&self, index: usize) -> Option<Object<'_>> {
        let Some(entry) = self.objects.get(index) else {
            let built = &self.builds.objects()[index - self.objects.len()];
            return Some(built.view()).filter(|object| object.zone().is_judged());
        };
        let is_judged = !entry.is_covered && self.zone(entry.file).is_judged();
        if is_judged { self.object(*entry) } else { None }
    }

    /// The objects written in one file, whatever its zone.
    pub fn objects_in(&self, file: FileId) -> impl Iterator<Item = Object<'_>> {
        let start = self.objects.partition_point(|entry| entry.file < file);
        let entries = self.objects[start..].iter().take_while(move |entry| entry.file == file);
        entries.filter_map(|entry| self.object(*entry))
    }

    /// The types of all objects. An index into it is good for [`Codebase::objects_of_type`].
    pub fn types(&self) -> &[TypeMeta] {
        &self.types
    }

    /// The judged objects of one type.
    pub fn objects_of_type(&self, type_index: usize) -> impl Iterator<Item = Object<'_>> {
        self.by_type[type_index].iter().filter_map(|&index| self.judged(index as usize))
    }

    /// The judged objects of one group and kind, in any version.
    pub fn objects_of(&self, group: &str, kind: &str) -> impl Iterator<Item = Object<'_>> {
        let types = self.types.iter().enumerate().filter(|(_, meta)| meta.is(group, kind));
        let types: Vec<usize> = types.map(|(index, _)| index).collect();
        types.into_iter().flat_map(|index| self.objects_of_type(index))
    }

    /// The judged workloads.
    pub fn workloads(&self) -> impl Iterator<Item = Workload<'_>> {
        self.objects().filter_map(Workload::of)
    }

    /// The cluster specs, whatever the tool, outside of tests and documentation.
    pub fn specs(&self) -> impl Iterator<Item = Spec<'_>> {
        let formats = self.types.iter().enumerate();
        let formats = formats.filter_map(|(index, meta)| Some((index, Format::of_type(meta)?)));
        let objects = formats.flat_map(|(index, format)| {
            let objects = self.objects_of_type(index);
            objects.map(move |object| Spec::of_object(format, object))
        });
        let data = self.documents().filter(|document| document.role == Role::Data);
        let data = data.filter(|document| document.zone.is_judged()).filter_map(Document::spec);
        let terraform = self.terraform().filter(|(source, _)| self.zone(source.id()).is_judged());
        objects.chain(data).chain(terraform.flat_map(|(_, root)| Spec::of_terraform(root)))
    }

    /// The files of Terraform and Terragrunt, whether in HCL or in JSON, whatever their zone. They are no documents.
    pub fn terraform(&self) -> impl Iterator<Item = (&Source, Node<'_>)> {
        self.sources.iter().filter_map(|source| Some((source, self.terraform_in(source)?)))
    }

    /// What a file holds if it is one of Terraform or Terragrunt.
    pub fn terraform_in(&self, source: &Source) -> Option<Node<'_>> {
        let tree = self.terraform[source.id().index()].as_deref();
        let is_json = || TERRAFORM_JSON.iter().any(|end| source.path().ends_with(end));
        tree.or_else(|| self.tree(source.id()).filter(|_| is_json()))?.roots().next()
    }

    /// The clusters that are declared by name.
    pub fn clusters(&self) -> impl Iterator<Item = Spec<'_>> {
        self.specs().filter(|spec| spec.format.names_cluster())
    }

    /// The clusters that are known by name, wherever those names come from.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// What monitors, dashboards and alert routing compare the cluster with.
    pub fn monitors(&self) -> &Monitors {
        &self.monitors
    }

    /// Every place where a text names a cluster, sorted by place.
    pub fn namings(&self) -> &[Naming] {
        &self.namings
    }

    /// Every kustomization and component.
    pub fn kustomizations(&self) -> impl Iterator<Item = Kustomization<'_>> {
        self.reach.kustomizations().filter_map(|file| self.kustomization(file))
    }

    /// The kustomization in this file.
    pub fn kustomization(&self, file: FileId) -> Option<Kustomization<'_>> {
        let root = self.tree(file)?.roots().next()?;
        Some(Kustomization::new(root, self.source(file)))
    }

    /// The kustomizations whose builds take this file in, directly or through others.
    pub fn kustomizations_reaching(&self, file: FileId) -> impl Iterator<Item = Kustomization<'_>> {
        self.reach.reaching(file).filter_map(|file| self.kustomization(file))
    }

    /// The kustomizations above this file: those whose builds take it in or patch with it, and those above them.
    pub fn kustomizations_above(&self, file: FileId) -> impl Iterator<Item = FileId> + use<> {
        self.reach.above(file).into_iter()
    }

    /// The files that the build of a kustomization takes in, directly or through others.
    pub fn files_reached_by(&self, kustomization: FileId) -> impl Iterator<Item = FileId> + '_ {
        self.reach.reached_by(kustomization)
    }

    /// The kustomization itself and all that its build takes in.
    pub fn kustomizations_reached_by(&self, file: FileId) -> impl Iterator<Item = Kustomization<'_>> {
        let files = self.reach.kustomizations_reached_by(file).iter().copied();
        files.filter_map(|file| self.kustomization(file))
    }

    /// The kustomization of a folder.
    pub fn kustomization_in(&self, folder: &str) -> Option<Kustomization<'_>> {
        let paths = discover::KUSTOMIZATIONS.into_iter().filter_map(|name| resolve_path(folder, name));
        let mut files = paths.filter_map(|path| self.sources.by_path(&path));
        let file = files.find(|file| self.reach.is_kustomization(file.id()))?;
        self.kustomization(file.id())
    }

    /// Whether another kustomization builds this one in.
    pub fn is_built_into_another(&self, kustomization: FileId) -> bool {
        self.reach.is_input(kustomization)
    }

    /// Whether the build of one kustomization takes in another, or is that other itself.
    pub fn builds_in(&self, outer: FileId, inner: FileId) -> bool {
        self.reach.takes_in(outer, inner)
    }

    /// What could not be read.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What was left out on purpose.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Paths that are there, and that `.k8factorignore` or `exclude` leave out. Sorted.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// How many files are of no kind that k8factor reads.
    pub fn other_files(&self) -> usize {
        self.other_files
    }

    /// The sources, for a report that outlives the model.
    pub fn into_parts(self) -> (Sources, Vec<Problem>, Vec<Skipped>) {
        (self.sources, self.problems, self.skipped)
    }

    fn object(&self, entry: ObjectEntry) -> Option<Object<'_>> {
        let root = Node::from_id(self.tree(entry.file)?, entry.root);
        Some(Object::new(root, &self.types[entry.type_index as usize], self.zone(entry.file)))
    }
}
