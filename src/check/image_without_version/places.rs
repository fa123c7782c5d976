//! Where the images of a codebase are written.

use crate::check::Violation;
use crate::codebase::{Codebase, Document};
use crate::model::image::ImageName;
use crate::model::kustomization::Kustomization;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::source::{CiSystem, FileId, FileKind};
use crate::yaml::{Node, Shape, Tree};

/// An image and the place where it is written.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The scalar.
    pub(super) image: Node<'a>,
    /// In what it stands.
    pub(super) at: Where<'a>,
    /// The object it belongs to, if it belongs to one.
    pub(super) object: Option<Object<'a>>,
}

/// In what an image stands.
#[derive(Debug, Clone)]
pub(super) enum Where<'a> {
    /// In this container of an object.
    Container(Node<'a>),
    /// In a patch, which changes what is written elsewhere.
    Patch(Node<'a>),
    /// In a pipeline: nothing of the cluster depends on it directly.
    Pipeline,
    /// In values of a Helm chart.
    Values,
    /// A tag that stands alone, beside the name of the image.
    Tag {
        /// The name of the image.
        name: String,
    },
}

/// Whose image stream (`OpenShift`) decides what runs.
enum ImageStream {
    /// That of the platform, which moves with the version of the cluster.
    Platform,
    /// That of the team.
    Own,
    /// No image stream.
    None,
}

impl Where<'_> {
    /// Whether the tag may be written elsewhere: in the patched object, or in the chart.
    pub(super) fn may_leave_the_tag_out(&self) -> bool {
        matches!(self, Self::Patch(_) | Self::Values)
    }

    /// Who pulls the image on the day of the move.
    pub(super) fn who(&self) -> &'static str {
        if matches!(self, Self::Pipeline) { "the next run" } else { "the new cluster" }
    }

    /// Whether a tag nobody knows is worth a word. In values it may be a variant or a name.
    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Self::Container(_))
    }
}

impl Place<'_> {
    /// The file it is written in.
    pub(super) fn file(&self) -> FileId {
        self.image.span().file
    }

    /// An objection to this image.
    pub(super) fn violation(&self, message: String) -> Violation {
        let mut violation = Violation::at(self.image, message);
        if let Some(object) = self.object {
            violation = violation.in_object(object, self.image);
        }
        match self.image_stream() {
            ImageStream::Platform => return violation.weaker().less_sure(),
            ImageStream::Own => return violation.weaker(),
            ImageStream::None => {}
        }
        if matches!(self.at, Where::Pipeline) { violation.weaker() } else { violation }
    }

    fn image_stream(&self) -> ImageStream {
        let text = match &self.at {
            Where::Tag { name } => name.into(),
            _ => self.image.text(),
        };
        let image = ImageName::parse(&text);
        match image.is_in_cluster() {
            true if image.name.contains("/openshift/") => ImageStream::Platform,
            true => ImageStream::Own,
            false if self.follows_an_image_stream() => ImageStream::Platform,
            false => ImageStream::None,
        }
    }

    /// `OpenShift` replaces the image when the stream changes, so what is written is only where it begins.
    fn follows_an_image_stream(&self) -> bool {
        let Some(object) = self.object else { return false };
        let triggers = object.at(&["spec", "triggers"]).into_iter().flat_map(Node::items);
        let mut types = triggers.filter_map(|trigger| trigger.get("type"));
        types.any(|kind| kind.is_text("ImageChange"))
            || object.annotation("image.openshift.io/triggers").is_some()
    }
}

/// The patches that kustomizations hold as texts and that speak of images.
pub(super) fn inline_patches(codebase: &Codebase) -> Vec<Tree> {
    let kustomizations = codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged());
    let texts =
        kustomizations.flat_map(Kustomization::inline_patches).filter(|text| text.raw().contains("image"));
    texts.filter_map(Node::embedded).collect()
}

/// Every image of the codebase that is judged, and of these patches.
pub(super) fn all<'a>(codebase: &'a Codebase, inline: &'a [Tree]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    inline.iter().flat_map(Tree::roots).for_each(|root| add_patch(root, &mut places));
    codebase.objects().for_each(|object| add_object(object, &mut places));
    for document in codebase.documents().filter(|document| document.zone.is_judged()) {
        match (document.role, document.source.kind()) {
            (Role::Patch, _) => add_patch(document.root, &mut places),
            (Role::Kustomization, _) => {}
            (_, FileKind::Ci(system)) => add_pipeline(system, document.root, &mut places),
            (Role::Data, kind) if kind == FileKind::HelmValues || is_values_file(document) => {
                add_values(document.root, None, &mut places);
            }
            _ => {}
        }
    }
    codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged()).for_each(|kustomization| {
        let images = kustomization.images().filter(|image| image.digest().is_none());
        places.extend(images.filter_map(|image| {
            let name = image.node.get("newName").and_then(Node::as_str).or_else(|| image.name())?;
            Some(Place { image: image.new_tag()?, at: Where::Tag { name: name.into_owned() }, object: None })
        }));
    });
    places
}

fn add_object<'a>(object: Object<'a>, places: &mut Vec<Place<'a>>) {
    if is_about_images(object) || !object.root().raw().contains("image") {
        return;
    }
    for container in containers(object.root()) {
        let Some(image) = container.get("image") else { continue };
        places.push(Place { image, at: Where::Container(container), object: Some(object) });
    }
    for path in values_of(object) {
        object.at(path).into_iter().for_each(|values| add_values(values, Some(object), places));
    }
}

/// Schemas and policies speak of images and run none.
fn is_about_images(object: Object<'_>) -> bool {
    object.is("apiextensions.k8s.io", "CustomResourceDefinition")
        || ["kyverno.io", "templates.gatekeeper.sh", "constraints.gatekeeper.sh", "policies.kyverno.io"]
            .contains(&object.group())
}

/// Where `GitOps` objects keep the values of a chart.
fn values_of(object: Object<'_>) -> &'static [&'static [&'static str]] {
    match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io" | "helm.fluxcd.io", "HelmRelease") => &[&["spec", "values"]],
        ("argoproj.io", "Application") => &[&["spec", "source", "helm", "valuesObject"]],
        _ => &[],
    }
}

/// What holds containers: the lists of pods, of Tekton's Tasks, and what Argo Workflows and kops have one by one.
const LISTS: [&str; 5] = ["containers", "initContainers", "ephemeralContainers", "steps", "sidecars"];
const SINGLE: [&str; 4] = ["container", "script", "stepTemplate", "execContainer"];

/// Every container below a node that has an image.
pub(super) fn containers(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries).flat_map(containers_of).filter(
        |container| container.get("image").is_some_and(|image| !image.is_mapping() && !image.is_sequence()),
    )
}

fn containers_of(entry: crate::yaml::Entry<'_>) -> Vec<Node<'_>> {
    let raw = entry.key.raw();
    if LISTS.contains(&raw) {
        return entry.value.items().filter(|item| item.is_mapping()).collect();
    }
    if SINGLE.contains(&raw) && entry.value.is_mapping() { vec![entry.value] } else { Vec::new() }
}

fn add_patch<'a>(root: Node<'a>, places: &mut Vec<Place<'a>>) {
    for container in containers(root) {
        let Some(image) = container.get("image") else { continue };
        places.push(Place { image, at: Where::Patch(container), object: None });
    }
    let operations =
        root.items().filter(|item| item.get("path").is_some_and(|path| path.text().ends_with("/image")));
    let images = operations.filter_map(|item| Some((item, item.get("value")?)));
    let images = images.filter(|(_, image)| image.shape() == Shape::Scalar);
    places.extend(images.map(|(item, image)| Place { image, at: Where::Patch(item), object: None }));
}

fn is_values_file(document: Document<'_>) -> bool {
    document.source.kind() == FileKind::Yaml && document.source.file_name().contains("values")
}

/// `repository` beside `tag`, and `image: name:tag`, as charts have them.
fn add_values<'a>(root: Node<'a>, object: Option<Object<'a>>, places: &mut Vec<Place<'a>>) {
    for map in root.walk().filter(|node| node.is_mapping()) {
        let image = map.get("image").filter(|image| image.as_str().is_some_and(|text| text.contains(':')));
        places.extend(image.map(|image| Place { image, at: Where::Values, object }));
        let (Some(name), Some(tag)) = (map.get("repository"), map.get("tag")) else { continue };
        let pinned = ["digest", "sha"].iter().any(|key| map.get(key).is_some_and(|node| !node.is_empty()));
        if !pinned && !tag.is_empty() {
            places.push(Place { image: tag, at: Where::Tag { name: name.text().into_owned() }, object });
        }
    }
}

fn add_pipeline<'a>(system: CiSystem, root: Node<'a>, places: &mut Vec<Place<'a>>) {
    let images = match system {
        CiSystem::CircleCi => circle_images(root),
        CiSystem::GitLab => gitlab_images(root),
        CiSystem::GitHubActions => github_images(root),
        CiSystem::Jenkins => Vec::new(),
    };
    let scalars = images.into_iter().filter(|image| !image.is_mapping() && !image.is_sequence());
    places.extend(scalars.map(|image| Place { image, at: Where::Pipeline, object: None }));
}

/// Only `docker:` runs containers; `machine:` names an image of a virtual machine.
fn circle_images(root: Node<'_>) -> Vec<Node<'_>> {
    let maps = root.walk().filter(|node| node.is_mapping());
    let lists = maps.flat_map(Node::entries).filter(|entry| entry.key.is_text("docker"));
    lists.flat_map(|entry| entry.value.items()).filter_map(|item| item.get("image")).collect()
}

fn gitlab_images(root: Node<'_>) -> Vec<Node<'_>> {
    let jobs = root.entries().map(|entry| entry.value).filter(|job| job.is_mapping());
    let mut images = Vec::new();
    for job in std::iter::once(root).chain(jobs) {
        let services = job.get("services").into_iter().flat_map(Node::items);
        let named = job.get("image").into_iter().chain(services);
        images.extend(named.map(|image| image.get("name").unwrap_or(image)));
    }
    images
}

fn github_images(root: Node<'_>) -> Vec<Node<'_>> {
    let mut images = Vec::new();
    for job in root.get("jobs").into_iter().flat_map(Node::entries).map(|entry| entry.value) {
        images.extend(job.get("container").map(|container| container.get("image").unwrap_or(container)));
        let services = job.get("services").into_iter().flat_map(Node::entries);
        images.extend(services.filter_map(|service| service.value.get("image")));
    }
    images
}
