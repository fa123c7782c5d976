//! Where the images of a codebase are written.

use super::{pipelines, values};
use crate::check::Violation;
use crate::codebase::{Codebase, Document};
use crate::model::delivery::is_flux_kustomization;
use crate::model::image::ImageName;
use crate::model::kustomization::{ImageOverride, Kustomization};
use crate::model::object::Object;
use crate::model::role::{Role, Zone};
use crate::source::{FileId, FileKind, Span};
use crate::yaml::{Node, Shape, Tree};
use std::collections::HashSet;

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
    /// In values of a Helm chart, or in a field of a custom resource that is no container.
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

/// What runs in a pipeline runs in no cluster that could be asked.
const IN_PIPELINE: &str =
    "Write the version that the last good run pulled, which its log names, or better the digest.";

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
        if matches!(self.at, Where::Pipeline) { violation.weaker().with_help(IN_PIPELINE) } else { violation }
    }

    fn image_stream(&self) -> ImageStream {
        let text = match &self.at {
            Where::Tag { name } => name.into(),
            _ => self.image.text(),
        };
        if self.object.is_some_and(|object| object.is("image.openshift.io", "ImageStream")) {
            return ImageStream::Own;
        }
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

/// YAML that stands as a text in other YAML and speaks of images.
pub(super) struct Texts<'a> {
    patches: Vec<Tree>,
    values: Vec<(Object<'a>, Tree)>,
}

impl<'a> Texts<'a> {
    /// The patches of kustomizations, and the values that objects have for charts.
    pub(super) fn of(codebase: &'a Codebase) -> Self {
        let kustomizations = codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged());
        let patches = kustomizations.flat_map(Kustomization::inline_patches);
        let patches = patches.filter(|text| text.raw().contains("image")).filter_map(Node::embedded);
        let values = codebase.objects().flat_map(|object| {
            values::texts_of(object).into_iter().filter_map(move |text| Some((object, text.embedded()?)))
        });
        Self { patches: patches.collect(), values: values.collect() }
    }
}

/// Every image of the codebase that is judged, and of these texts.
pub(super) fn all<'a>(codebase: &'a Codebase, texts: &'a Texts<'a>) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    texts.patches.iter().flat_map(Tree::roots).for_each(|root| add_patch(root, &mut places));
    for (object, tree) in &texts.values {
        tree.roots().for_each(|root| values::add(root, Some(*object), &mut places));
    }
    codebase.objects().for_each(|object| add_object(object, &mut places));
    add_documents(codebase, &mut places);
    add_kustomizations(codebase, &mut places);
    places
}

fn add_documents<'a>(codebase: &'a Codebase, places: &mut Vec<Place<'a>>) {
    for document in codebase.documents() {
        match (document.role, document.source.kind()) {
            (Role::Object, FileKind::HelmTemplate) if document.zone == Zone::Template => {
                add_template(document.root, places);
            }
            _ if !document.zone.is_judged() => {}
            (Role::Patch, _) => add_patch(document.root, places),
            (Role::Kustomization | Role::Object, _) => {}
            (_, FileKind::Ci(system)) => pipelines::add(system, document.root, places),
            (_, FileKind::Yaml) if pipelines::is_other(document.source) => {
                pipelines::add_other(document.root, places);
            }
            (_, kind)
                if kind == FileKind::HelmValues || is_values_file(document) || is_talos(document.root) =>
            {
                values::add(document.root, None, places);
            }
            (_, FileKind::Yaml) => values::add_maps(document.root, None, places),
            _ => {}
        }
    }
}

fn is_values_file(document: Document<'_>) -> bool {
    document.source.kind() == FileKind::Yaml && document.source.file_name().contains("values")
}

/// The configuration of a node of Talos, which names the images of the control plane.
fn is_talos(root: Node<'_>) -> bool {
    root.get("machine").is_some() && root.get("version").is_some_and(|version| version.is_text("v1alpha1"))
}

fn add_kustomizations<'a>(codebase: &'a Codebase, places: &mut Vec<Place<'a>>) {
    for kustomization in codebase.kustomizations().filter(|k| codebase.zone(k.file()).is_judged()) {
        let charts = kustomization.field("helmCharts").into_iter().flat_map(|entry| entry.value.items());
        let inline = charts.filter_map(|chart| chart.get("valuesInline"));
        inline.for_each(|node| values::add(node, None, places));
        let images = kustomization.images().filter(|image| image.digest().is_none());
        places.extend(images.filter_map(|image| tag_of(image, None)));
    }
}

fn tag_of<'a>(image: ImageOverride<'a>, object: Option<Object<'a>>) -> Option<Place<'a>> {
    let name = image.node.get("newName").and_then(Node::as_str).or_else(|| image.name())?;
    Some(Place { image: image.new_tag()?, at: Where::Tag { name: name.into_owned() }, object })
}

/// What a template of a chart writes out and leaves to no value.
fn add_template<'a>(root: Node<'a>, places: &mut Vec<Place<'a>>) {
    for container in containers(root) {
        let image = container.get("image").filter(|image| !image.is_templated());
        places.extend(image.map(|image| Place { image, at: Where::Values, object: None }));
    }
}

/// `image` and `DockerImage` have the same end.
fn add_object<'a>(object: Object<'a>, places: &mut Vec<Place<'a>>) {
    if is_about_images(object) || !object.root().raw().contains("mage") {
        return;
    }
    for container in containers(object.root()) {
        let Some(image) = container.get("image") else { continue };
        places.push(Place { image, at: Where::Container(container), object: Some(object) });
    }
    values::add_object(object, places);
    if is_flux_kustomization(object) {
        let images = object.at(&["spec", "images"]).into_iter().flat_map(Node::items);
        let images = images.map(|node| ImageOverride { node }).filter(|image| image.digest().is_none());
        places.extend(images.filter_map(|image| tag_of(image, Some(object))));
    }
    add_fields(object, places);
}

/// Images that operators and `OpenShift` take from other places than containers.
fn add_fields<'a>(object: Object<'a>, places: &mut Vec<Place<'a>>) {
    if !object.group().contains('.') || object.group().ends_with(".k8s.io") || values::is_delivery(object) {
        return;
    }
    let is_build = object.group() == "build.openshift.io";
    let containers: HashSet<Span> = containers(object.root()).map(Node::span).collect();
    for map in object.root().walk().filter(|node| node.is_mapping() && !containers.contains(&node.span())) {
        let docker = map.get("kind").is_some_and(|kind| kind.is_text("DockerImage"));
        let fields = if docker { ["name", "name"] } else { ["image", "imageName"] };
        let Some(image) = fields.iter().find_map(|field| map.get(field)) else { continue };
        let has_tag = image.as_str().is_some_and(|text| ImageName::parse(&text).tag.is_some());
        if has_tag && map.get("tag").is_none() {
            let at = if is_build { Where::Pipeline } else { Where::Values };
            places.push(Place { image, at, object: Some(object) });
        }
    }
}

/// Schemas and policies speak of images and run none.
fn is_about_images(object: Object<'_>) -> bool {
    object.is("apiextensions.k8s.io", "CustomResourceDefinition")
        || ["kyverno.io", "templates.gatekeeper.sh", "constraints.gatekeeper.sh", "policies.kyverno.io"]
            .contains(&object.group())
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
    // JSON quotes its keys.
    let key = entry.key.raw().trim_matches(['"', '\'']);
    if LISTS.contains(&key) {
        return entry.value.items().filter(|item| item.is_mapping()).collect();
    }
    if SINGLE.contains(&key) && entry.value.is_mapping() { vec![entry.value] } else { Vec::new() }
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
