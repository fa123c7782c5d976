//! Applications of Argo CD.

use super::images::image;
use super::{Content, Deployment, World, deployer, text};
use crate::kustomize::overlay::{Deployer, Finishing, Overlay, map};
use crate::kustomize::resource::key;
use crate::kustomize::value::Value;
use crate::model::glob;
use crate::model::injected::is_injected;
use crate::source::{FileId, Source};

/// An Application, be it written or made by an `ApplicationSet`.
pub(super) struct Application {
    deployer: Deployer,
    spec: Value,
}

impl Application {
    /// An Application as it stands there.
    pub(super) fn of(object: &Value) -> Self {
        let spec = object.get("spec").unwrap_or_else(|| object.clone());
        Self::made(deployer(object), spec)
    }

    /// One that a set makes.
    pub(super) fn made(mut deployer: Deployer, spec: Value) -> Self {
        let destination = spec.text_of(&["destination", "name"]);
        deployer.destination = destination.filter(|name| !is_injected(name) && name != "in-cluster");
        Self { deployer, spec }
    }

    /// What its sources bring to a cluster. Charts are rendered by Helm and are no builds.
    pub(super) fn deployments(&self, world: &World<'_>) -> Vec<Deployment> {
        sources(&self.spec).iter().flat_map(|source| self.of_source(source, world)).collect()
    }

    fn of_source(&self, source: &Value, world: &World<'_>) -> Vec<Deployment> {
        let is_own = source.text_of(&["repoURL"]).is_some_and(|url| world.is_own(&url));
        let Some(path) = text(source, &["path"]).filter(|_| is_own) else { return Vec::new() };
        if ["chart", "plugin"].iter().any(|field| source.get(field).is_some_and(|value| !value.is_null())) {
            return Vec::new();
        }
        let targets = world.targets(&path.text()).into_iter();
        let targets =
            targets.filter(|(folder, _)| world.folders.has(folder) && !world.folders.is_chart(folder));
        let deployment = |(folder, is_certain): (String, bool)| {
            let mut deployer = self.deployer.clone();
            deployer.is_certain &= is_certain;
            let is_kustomized = world.folders.has_kustomization(&folder) && source.get("directory").is_none();
            let (content, overlay) = if is_kustomized {
                (Content::Kustomization, overlay(source))
            } else {
                (Content::Files(files(source, &folder, world)), Overlay::default())
            };
            let finishing = Finishing::default();
            Deployment { deployer, folder, path: path.clone(), content, overlay, finishing }
        };
        targets.map(deployment).collect()
    }
}

/// `source` and `sources`.
fn sources(spec: &Value) -> Vec<Value> {
    let several = spec.get("sources").map(|sources| sources.items()).unwrap_or_default();
    spec.get("source").into_iter().chain(several).collect()
}

/// The repositories that an Application or a set names, each with a path in it.
pub(super) fn addresses(object: &Value) -> Vec<(String, String)> {
    let spec = object.at(&["spec", "template", "spec"]).or_else(|| object.get("spec"));
    let sources = spec.map(|spec| sources(&spec)).unwrap_or_default().into_iter();
    let addresses =
        sources.filter_map(|source| Some((source.text_of(&["repoURL"])?, source.text_of(&["path"])?)));
    let generators = object.at(&["spec", "generators"]).map(|list| list.items()).unwrap_or_default();
    let mut addresses: Vec<_> = addresses.collect();
    addresses.extend(generators.iter().flat_map(|generator| generated(generator, 0)));
    addresses
}

/// The paths of git generators. A pattern stands for the folder in which it begins.
fn generated(generator: &Value, depth: usize) -> Vec<(String, String)> {
    let mut addresses = Vec::new();
    if let (Some(git), Some(url)) = (generator.get("git"), generator.text_of(&["git", "repoURL"])) {
        for item in
            ["directories", "files"].iter().filter_map(|field| git.get(field)).flat_map(|list| list.items())
        {
            let path = item.text_of(&["path"]).unwrap_or_default();
            let known = path.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
            addresses.push((url.clone(), known.collect::<Vec<_>>().join("/")));
        }
    }
    if depth < 2 {
        let lists = [["matrix", "generators"], ["merge", "generators"]];
        let inner = lists.iter().filter_map(|path| generator.at(path)).flat_map(|list| list.items());
        addresses.extend(inner.flat_map(|generator| generated(&generator, depth + 1)));
    }
    addresses
}

/// What `kustomize edit set` does to the kustomization.
fn overlay(source: &Value) -> Overlay {
    let mut overlay = Overlay::default();
    for field in ["namePrefix", "nameSuffix", "namespace"] {
        overlay.texts.extend(text(source, &["kustomize", field]).map(|value| (field, value)));
    }
    let items = |field: &str| source.at(&["kustomize", field]).map(|list| list.items()).unwrap_or_default();
    overlay.named.extend(items("images").iter().filter_map(image).map(|image| ("images", image)));
    overlay.named.extend(items("replicas").into_iter().map(|replicas| ("replicas", replicas)));
    overlay.items.extend(items("patches").into_iter().map(|patch| ("patches", patch)));
    overlay.items.extend(items("components").into_iter().map(|component| ("components", component)));
    let pairs = |field: &str| source.at(&["kustomize", field]).filter(|pairs| !pairs.entries().is_empty());
    if let Some(labels) = pairs("commonLabels") {
        if is_set(source, "labelWithoutSelector") {
            let mut item = map([("pairs", labels.clone())], labels.span());
            let templates = source.at(&["kustomize", "labelIncludeTemplates"]);
            if let (Some(templates), Some(item)) = (templates, item.map_mut()) {
                item.insert(key("includeTemplates", templates.span()), templates);
            }
            overlay.items.push(("labels", item));
        } else {
            overlay.pairs.push(("commonLabels", labels));
        }
    }
    overlay.pairs.extend(pairs("commonAnnotations").map(|pairs| ("commonAnnotations", pairs)));
    overlay
}

fn is_set(source: &Value, field: &str) -> bool {
    source.text_of(&["kustomize", field]).as_deref() == Some("true")
}

/// The files of a plain folder.
fn files(source: &Value, folder: &str, world: &World<'_>) -> Vec<FileId> {
    let option = |field: &str| source.text_of(&["directory", field]).filter(|text| !text.is_empty());
    let patterns = |field: &str| option(field).map(|text| alternatives(&text));
    let (include, exclude) = (patterns("include"), patterns("exclude"));
    let recurse = option("recurse").as_deref() == Some("true");
    let is_meant = |file: &&&Source| {
        let path = file.path().get(folder.len()..).unwrap_or_default().trim_start_matches('/');
        include.as_ref().is_none_or(|patterns| glob::matches_any(patterns, path))
            && !exclude.as_ref().is_some_and(|patterns| glob::matches_any(patterns, path))
    };
    let files = world.folders.files(folder, recurse);
    files.iter().filter(is_meant).map(|file| file.id()).collect()
}

/// `{a,b}.yaml` is `a.yaml` and `b.yaml`.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        let parts = pattern.find('{').and_then(|start| Some((start, start + pattern[start..].find('}')?)));
        match parts.filter(|_| open.len() + done.len() < MOST_ALTERNATIVES) {
            None => done.push(pattern),
            Some((start, end)) => {
                let words = pattern[start + 1..end].split(',').take(MOST_ALTERNATIVES);
                open.extend(
                    words.map(|word| format!("{}{}{}", &pattern[..start], word.trim(), &pattern[end + 1..])),
                );
            }
        }
    }
    done
}

const MOST_ALTERNATIVES: usize = 64;
