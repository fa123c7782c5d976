//! Who sets the version of an image that is written elsewhere: kustomize, Flux, Argo CD, Skaffold, a patch.

use super::place::{Place, Where};
use super::places::containers;
use crate::codebase::Codebase;
use crate::model::image::{ImageName, Pin};
use crate::model::kustomization::Kustomization;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::paths::resolve_path;
use crate::source::FileId;
use crate::yaml::{Node, Tree};
use regex::Regex;
use std::collections::{HashMap, HashSet};

/// Everything that sets versions from outside.
pub(super) struct Decided<'a> {
    codebase: &'a Codebase,
    /// What each kustomization sets, its components included.
    by_kustomization: HashMap<FileId, Layer<'a>>,
    /// What holds for the whole codebase: Argo CD and Skaffold do not say to which files it goes.
    everywhere: Vec<Name>,
    /// What Flux sets, which is part of what is built as Flux deploys it.
    by_flux: Vec<Name>,
}

/// What one kustomization sets.
#[derive(Default)]
struct Layer<'a> {
    images: Vec<Name>,
    /// Names of containers whose image a patch sets with a version.
    patched: HashSet<String>,
    /// Patches written inside the kustomization that mention images.
    inline: Vec<InlinePatch<'a>>,
}

/// The image an override applies to.
enum Name {
    Text(String),
    Pattern(Regex),
}

impl<'a> Decided<'a> {
    /// Reads every override of the codebase.
    pub(super) fn of(codebase: &'a Codebase) -> Self {
        let mut decided = Self {
            codebase,
            by_kustomization: HashMap::new(),
            everywhere: from_gitops(codebase),
            by_flux: from_flux(codebase),
        };
        for kustomization in codebase.kustomizations() {
            decided.add(kustomization);
        }
        decided
    }

    /// Whether the version of this image is set somewhere else.
    pub(super) fn elsewhere(&self, place: &Place<'_>) -> bool {
        let above = || self.codebase.kustomizations_above(place.file());
        let container = match &place.at {
            Where::Container(container) | Where::Patch(container) => *container,
            Where::Tag { name } => return above().any(|user| self.sets(user, name)),
            _ => return false,
        };
        let image = place.image.text();
        let image = ImageName::parse(image.trim()).name;
        let is_set = |names: &[Name]| names.iter().any(|name| name.matches(image));
        if is_set(&self.everywhere) || !self.is_deployed(place) && is_set(&self.by_flux) {
            return true;
        }
        // What kustomize decides stands in what it built.
        if place.is_built() {
            return false;
        }
        let container = container.get("name").map(Node::text).unwrap_or_default();
        let direct = self.codebase.kustomizations_reaching(place.file()).map(Kustomization::file);
        // A patch may stand in the very kustomization that sets the image.
        let files = direct.chain(above()).chain([place.file()]);
        let mut layers = files.filter_map(|file| self.by_kustomization.get(&file));
        layers.any(|layer| layer.decides(image, &container, place))
    }

    /// Whether the image is part of what is built as somebody deploys it.
    fn is_deployed(&self, place: &Place<'_>) -> bool {
        let builds = place.object.map(Object::builds).unwrap_or_default();
        let list = self.codebase.builds().list();
        place.is_built() && builds.iter().all(|number| !list[*number as usize].deployment.by.is_empty())
    }

    fn sets(&self, kustomization: FileId, image: &str) -> bool {
        let layer = self.by_kustomization.get(&kustomization);
        layer.is_some_and(|layer| layer.images.iter().any(|name| name.matches(image)))
    }

    fn add(&mut self, kustomization: Kustomization<'a>) {
        let mut layer = Layer::of(self.codebase, kustomization);
        let components = kustomization.field("components").into_iter().flat_map(|entry| entry.value.items());
        let folders = components.filter_map(|path| resolve_path(kustomization.folder(), &path.text()));
        for component in folders.filter_map(|folder| self.codebase.kustomization_in(&folder)) {
            layer.join(Layer::of(self.codebase, component));
        }
        self.by_kustomization.insert(kustomization.file(), layer);
    }
}

impl<'a> Layer<'a> {
    fn of(codebase: &'a Codebase, kustomization: Kustomization<'a>) -> Self {
        let images = kustomization.images().filter(|image| image.sets_version());
        let images = images.filter_map(|image| Some(Name::new(&image.name()?))).collect();
        let mut patched = HashSet::new();
        for patch in kustomization.patch_files() {
            let Some(path) = resolve_path(kustomization.folder(), &patch.text) else { continue };
            let Some(source) = codebase.sources().by_path(&path) else { continue };
            let roots = codebase.tree(source.id()).into_iter().flat_map(Tree::roots);
            patched.extend(
                roots
                    .flat_map(containers)
                    .filter(is_pinned)
                    .filter_map(|c| Some(c.get("name")?.text().into_owned())),
            );
        }
        Self { images, patched, inline: inline_patches(kustomization) }
    }

    fn join(&mut self, other: Self) {
        self.images.extend(other.images);
        self.patched.extend(other.patched);
        self.inline.extend(other.inline);
    }

    fn decides(&self, image: &str, container: &str, place: &Place<'_>) -> bool {
        if self.images.iter().any(|name| name.matches(image)) {
            return true;
        }
        // A patch may not excuse itself.
        !matches!(place.at, Where::Patch(_))
            && (self.patched.contains(container)
                || self.inline.iter().any(|patch| patch.may_set(place.object, container)))
    }
}

fn is_pinned(container: &Node<'_>) -> bool {
    let Some(image) = container.get("image").and_then(Node::as_str) else { return false };
    let image = ImageName::parse(&image);
    image.digest.is_some() || image.tag.is_some_and(|tag| Pin::of(tag) == Pin::Pinned)
}

/// Patches written inside the kustomization that mention images.
fn inline_patches(kustomization: Kustomization<'_>) -> Vec<InlinePatch<'_>> {
    let lists = ["patches", "patchesJson6902"].into_iter().filter_map(|name| kustomization.field(name));
    let targeted = lists.flat_map(|entry| entry.value.items()).filter_map(|patch| {
        let target = |key| patch.at(&["target", key]).map(|node| node.text().into_owned());
        Some(InlinePatch { text: patch.get("patch")?, kind: target("kind"), name: target("name") })
    });
    let merges =
        kustomization.field("patchesStrategicMerge").into_iter().flat_map(|entry| entry.value.items());
    let merges = merges.map(|text| InlinePatch { text, kind: None, name: None });
    targeted.chain(merges).filter(|patch| patch.text.raw().contains("image")).collect()
}

/// A patch as a text, and what it is for.
struct InlinePatch<'a> {
    text: Node<'a>,
    kind: Option<String>,
    name: Option<String>,
}

impl InlinePatch<'_> {
    /// Whether it may set the image of this container. Names are patterns to kustomize; a plain one is compared.
    fn may_set(&self, object: Option<Object<'_>>, container: &str) -> bool {
        let is_plain = |name: &&String| !name.contains(['*', '.', '|', '[', '(', '^']);
        let wrong = object.is_some_and(|object| {
            let name = object.name().unwrap_or_default();
            self.kind.as_ref().is_some_and(|kind| kind != object.kind())
                || self.name.as_ref().filter(is_plain).is_some_and(|wanted| *wanted != name)
        });
        let text = self.text.text();
        !wrong && (text.contains("/image") || !container.is_empty() && text.contains(container))
    }
}

impl Name {
    /// Kustomize takes the name for a regular expression. Most names are none, and need no compiling.
    fn new(name: &str) -> Self {
        let text = || Self::Text(name.to_owned());
        if !name.contains(|c: char| "*+?[](){}|^$\\".contains(c)) {
            return text();
        }
        // What is no pattern, or an enormous one, is at least itself.
        Regex::new(&format!("^(?:{name})$")).map_or_else(|_| text(), Self::Pattern)
    }

    fn matches(&self, image: &str) -> bool {
        match self {
            Self::Text(name) => name == image,
            Self::Pattern(pattern) => pattern.is_match(image),
        }
    }
}

fn from_flux(codebase: &Codebase) -> Vec<Name> {
    let lists = codebase.flux_kustomizations().filter_map(|object| object.at(&["spec", "images"]));
    let images = lists.flat_map(Node::items);
    let images = images.filter(|image| image.get("newTag").is_some() || image.get("digest").is_some());
    images.filter_map(|image| Some(Name::new(&image.get("name")?.text()))).collect()
}

fn from_gitops(codebase: &Codebase) -> Vec<Name> {
    let mut names = Vec::new();
    names.extend(codebase.applications().flat_map(|object| argo_images(object.root())));
    let documents = codebase.documents().filter(|document| document.role != Role::Kustomization);
    for root in documents.map(|document| document.root).filter(|root| is_skaffold(*root)) {
        let artifacts = root.at(&["build", "artifacts"]).into_iter().flat_map(Node::items);
        names.extend(artifacts.filter_map(|artifact| Some(Name::new(&artifact.get("image")?.text()))));
    }
    names
}

/// `kustomize: {images: ["web=registry.example.com/web:1.2"]}`, in which the first name is optional.
fn argo_images(root: Node<'_>) -> impl Iterator<Item = Name> {
    let options = root.walk().filter_map(|node| node.get("kustomize")?.get("images"));
    options.flat_map(Node::items).filter_map(|image| {
        let text = image.text();
        let (name, image) = text.split_once('=').unwrap_or((&text, &text));
        let image = ImageName::parse(image);
        let name = if name.len() == text.len() { image.name } else { name };
        (image.tag.is_some() || image.digest.is_some()).then(|| Name::Text(name.to_owned()))
    })
}

fn is_skaffold(root: Node<'_>) -> bool {
    root.get("apiVersion").is_some_and(|version| version.text().starts_with("skaffold/"))
}
