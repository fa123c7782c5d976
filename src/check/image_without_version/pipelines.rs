//! Where pipelines name the images they run in.

use super::place::{Place, Where};
use crate::source::{CiSystem, Source};
use crate::yaml::Node;

/// The images of a pipeline.
pub(super) fn add<'a>(system: CiSystem, root: Node<'a>, places: &mut Vec<Place<'a>>) {
    let images = match system {
        CiSystem::CircleCi => circle_images(root),
        CiSystem::GitLab => gitlab_images(root),
        CiSystem::GitHubActions => github_images(root),
        CiSystem::Jenkins => Vec::new(),
    };
    add_images(images, places);
}

fn add_images<'a>(images: Vec<Node<'a>>, places: &mut Vec<Place<'a>>) {
    let scalars = images.into_iter().filter(|image| !image.is_mapping() && !image.is_sequence());
    places.extend(scalars.map(|image| Place { image, at: Where::Pipeline, object: None }));
}

/// Whether a file is a pipeline of a system that has no kind of its own.
pub(super) fn is_other(source: &Source) -> bool {
    let path = source.path();
    OTHERS.iter().any(|(name, ending)| path.contains(name) && path.ends_with(ending))
}

/// Part of the path and end of it: Drone, Woodpecker, Bitbucket, Azure, Cloud Build. Source: each one's documentation.
const OTHERS: [(&str, &str); 8] = [
    (".drone", ".yml"),
    (".drone", ".yaml"),
    (".woodpecker", ".yml"),
    (".woodpecker", ".yaml"),
    ("bitbucket-pipelines", ".yml"),
    ("azure-pipelines", ".yml"),
    ("azure-pipelines", ".yaml"),
    ("cloudbuild", ".yaml"),
];

/// Cloud Build calls the image of a step its name.
pub(super) fn add_other<'a>(root: Node<'a>, places: &mut Vec<Place<'a>>) {
    let maps = root.walk().filter(|node| node.is_mapping());
    let images = maps.filter_map(|map| map.get("image").filter(|_| map.get("vmImage").is_none()));
    let steps = root.get("steps").into_iter().flat_map(Node::items);
    let names = steps.filter(|step| step.get("image").is_none()).filter_map(|step| step.get("name"));
    let names = names.filter(|name| name.text().contains(['/', ':']));
    add_images(images.chain(names).collect(), places);
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
    let maps = root.walk().filter(|node| node.is_mapping());
    let used = maps.flat_map(|map| [map.get("uses"), map.get("image")]).flatten();
    images.extend(used.filter(|image| image.as_str().is_some_and(|text| text.starts_with("docker://"))));
    images
}
