//! Where the images of a codebase are written.

use super::place::{Place, Where};
use super::{pipelines, values};
use crate::codebase::{Codebase, Document};
use crate::model::delivery::is_flux_kustomization;
use crate::model::image::ImageName;
use crate::model::kustomization::{ImageOverride, Kustomization};
use crate::model::object::Object;
use crate::model::role::{Role, Zone};
use crate::provenance;
use crate::source::{FileId, FileKind, Span};
use crate::yaml::{Node, Shape, Tree};
use std::collections::{BTreeSet, HashMap, HashSet};

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
    let built = Built::of(&places);
    places.retain(|place| !built.shows(place));
    places
}

/// Where the images of built objects are written, by file.
struct Built(HashMap<FileId, BTreeSet<Span>>);

impl Built {
    fn of(places: &[Place<'_>]) -> Self {
        let mut spans: HashMap<FileId, BTreeSet<Span>> = HashMap::new();
        for place in places.iter().filter(|place| place.is_built()) {
            let written = place.image.place();
            let sources = written.into_iter().flat_map(provenance::Place::sources);
            for span in sources.chain([place.image.span()]) {
                spans.entry(span.file).or_default().insert(span);
            }
        }
        Self(spans)
    }

    /// Whether an image that is written in a patch or under `images` is judged as a part of what is built of it.
    fn shows(&self, place: &Place<'_>) -> bool {
        let span = place.image.span();
        let is_part = matches!(place.at, Where::Patch(_) | Where::Tag { .. }) && !place.is_built();
        let mut spans = self.0.get(&span.file).into_iter().flatten();
        is_part && spans.any(|built| span.contains(*built) || built.contains(span))
    }
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
    if is_about_images(object) || !object.root().mentions("mage") {
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
