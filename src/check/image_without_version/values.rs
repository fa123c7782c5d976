//! Images in the values of charts, wherever these stand: in files, in objects that deliver charts, in texts in them.

use super::place::{Place, Where};
use crate::model::delivery::is_application;
use crate::model::object::Object;
use crate::source::Span;
use crate::yaml::{Entry, Node};
use std::collections::HashSet;

/// Whether an object installs charts or other objects: its images are values.
pub(super) fn is_delivery(object: Object<'_>) -> bool {
    match object.kind() {
        "HelmRelease" | "HelmChart" | "HelmChartConfig" => true,
        _ => is_application(object) || object.group().ends_with("toolkit.fluxcd.io"),
    }
}

/// The values that an object writes as YAML.
pub(super) fn add_object<'a>(object: Object<'a>, places: &mut Vec<Place<'a>>) {
    if object.kind() == "HelmRelease" {
        object.at(&["spec", "values"]).into_iter().for_each(|values| add(values, Some(object), places));
    }
    for source in argo_sources(object) {
        if let Some(values) = source.at(&["helm", "valuesObject"]) {
            add(values, Some(object), places);
        }
        let parameters = source.at(&["helm", "parameters"]).into_iter().flat_map(Node::items);
        places.extend(parameters.filter_map(|parameter| add_parameter(parameter, object)));
        let images = source.at(&["kustomize", "images"]).into_iter().flat_map(Node::items);
        places.extend(images.map(|image| Place { image, at: Where::Values, object: Some(object) }));
    }
}

/// The values that an object has as a text: Argo CD's `values`, and what the controller of k3s takes.
pub(super) fn texts_of(object: Object<'_>) -> Vec<Node<'_>> {
    let argo = argo_sources(object).into_iter().filter_map(|source| source.at(&["helm", "values"]));
    let is_k3s = object.group() == "helm.cattle.io";
    let k3s = object.at(&["spec", "valuesContent"]).filter(|_| is_k3s);
    argo.chain(k3s).filter(|text| text.raw().contains("image")).collect()
}

fn argo_sources(object: Object<'_>) -> Vec<Node<'_>> {
    if !is_application(object) {
        return Vec::new();
    }
    let maps = object.root().walk().filter(|node| node.is_mapping());
    maps.filter(|map| map.get("helm").is_some() || map.get("kustomize").is_some()).collect()
}

/// `name: image.tag` beside `value: latest`.
fn add_parameter<'a>(parameter: Node<'a>, object: Object<'a>) -> Option<Place<'a>> {
    let key = parameter.get("name")?.text();
    let name = key.strip_suffix(".tag").filter(|name| name.to_ascii_lowercase().ends_with("image"))?;
    let image = parameter.get("value")?;
    let name = if name == "image" { object.name().unwrap_or_default().into_owned() } else { name.to_owned() };
    Some(Place { image, at: Where::Tag { name }, object: Some(object) })
}

/// `repository` beside `tag`, and `image: name:tag`, as charts have them.
pub(super) fn add<'a>(root: Node<'a>, object: Option<Object<'a>>, places: &mut Vec<Place<'a>>) {
    let before = places.len();
    add_maps(root, object, places);
    let known: HashSet<Span> = places[before..].iter().map(|place| place.image.span()).collect();
    for map in root.walk().filter(|node| node.is_mapping()) {
        let image = map.get("image").filter(|image| image.as_str().is_some_and(|text| text.contains(':')));
        places.extend(image.map(|image| Place { image, at: Where::Values, object }));
        let name = ["repository", "image"].iter().find_map(|key| map.get(key)).and_then(Node::as_str);
        let tag = ["tag", "imageTag"].iter().find_map(|key| map.get(key));
        if let (Some(name), Some(tag)) = (name, tag.filter(|tag| !known.contains(&tag.span()))) {
            add_tag(map, &name, tag, object, places);
        }
    }
}

/// What stands below `image:` and has a name and a tag is an image in any file.
pub(super) fn add_maps<'a>(root: Node<'a>, object: Option<Object<'a>>, places: &mut Vec<Place<'a>>) {
    let maps = root.walk().filter(|node| node.is_mapping());
    let is_image = |entry: &Entry<'_>| entry.key.raw().to_ascii_lowercase().contains("image");
    for map in maps.flat_map(Node::entries).filter(is_image).map(|entry| entry.value) {
        let name = ["repository", "name", "image"].iter().find_map(|key| map.get(key)).and_then(Node::as_str);
        if let (Some(name), Some(tag)) = (name, map.get("tag")) {
            add_tag(map, &name, tag, object, places);
        }
    }
}

fn add_tag<'a>(
    map: Node<'a>,
    name: &str,
    tag: Node<'a>,
    object: Option<Object<'a>>,
    places: &mut Vec<Place<'a>>,
) {
    let pinned = ["digest", "sha"].iter().any(|key| map.get(key).is_some_and(|node| !node.is_empty()));
    if !pinned && !tag.is_empty() {
        places.push(Place { image: tag, at: Where::Tag { name: name.to_owned() }, object });
    }
}
