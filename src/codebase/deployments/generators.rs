//! The generators of an `ApplicationSet`, evaluated where everything they ask for is in the codebase.

use super::argo::Application;
use super::folders::matches_parts;
use super::template::{Parameters, has_slots, rendered};
use super::{World, deployer, is_finite};
use crate::kustomize::value::Value;
use crate::model::glob;
use crate::provenance::Place;
use crate::source::{Source, Span};
use crate::yaml::Shape;

/// The parameters of one Application.
#[derive(Debug, Clone, Default)]
struct Set {
    parameters: Parameters,
    /// Whether there certainly is such a one.
    is_certain: bool,
}

/// What the generators of a set make.
pub(super) fn applications(object: &Value, world: &World<'_>, applications: &mut Vec<Application>) {
    let Some(template) = object.at(&["spec", "template"]) else { return };
    let Some(spec) = template.get("spec") else { return };
    for generator in object.at(&["spec", "generators"]).map(|list| list.items()).unwrap_or_default() {
        if applications.len() > super::MOST {
            return;
        }
        for set in sets(&generator, world, 0) {
            let mut deployer = deployer(object);
            let name = template.at(&["metadata", "name"]).map(|name| rendered(&name, &set.parameters));
            if let Some(name) = name.filter(|name| !has_slots(&name.text()) && !name.text().is_empty()) {
                deployer.title = format!("{}: {}", deployer.title, name.text());
            }
            let is_fixed =
                |spec: &Value| spec.text_of(&["source", "path"]).is_some_and(|path| !has_slots(&path));
            deployer.is_certain = set.is_certain || is_fixed(&spec);
            applications.push(Application::made(deployer, rendered(&spec, &set.parameters)));
        }
    }
}

/// How deep generators may be nested; Argo CD allows two.
const MAX_DEPTH: usize = 3;
/// How many sets one generator may make.
const MOST: usize = 1000;

/// The parameter sets of a generator. One of which nothing is known makes a set without parameters.
fn sets(generator: &Value, world: &World<'_>, depth: usize) -> Vec<Set> {
    let Some(left) = world.generators.get().checked_sub(1) else { return Vec::new() };
    world.generators.set(left);
    let mut sets = if let Some(list) = generator.get("list") {
        elements(&list)
    } else if let Some(git) = generator.get("git") {
        in_git(&git, world)
    } else if let Some(matrix) = generator.get("matrix").filter(|_| depth < MAX_DEPTH) {
        matrix_sets(&matrix, world, depth)
    } else if let Some(merge) = generator.get("merge").filter(|_| depth < MAX_DEPTH) {
        merged(&merge, world, depth)
    } else {
        unknown(generator)
    };
    sets.truncate(MOST);
    sets
}

/// Clusters, pull requests and the like are known elsewhere only. Their own values are written here.
fn unknown(generator: &Value) -> Vec<Set> {
    let mut set = Set::default();
    let values = generator.entries().into_iter().find_map(|entry| entry.value.get("values"));
    if let Some(values) = values {
        flatten("values", &values, &mut set.parameters);
    }
    // What is still to be filled in is not known.
    set.parameters.retain(|_, value| !has_slots(&value.text()));
    vec![set]
}

fn elements(list: &Value) -> Vec<Set> {
    let Some(elements) = list.get("elements") else { return vec![Set::default()] };
    let set = |element: &Value| {
        let mut set = Set { is_certain: true, ..Set::default() };
        flatten("", element, &mut set.parameters);
        set
    };
    elements.items().iter().map(set).collect()
}

/// Keys with all keys above them, `a.b`, and items by their numbers, `a[0]`.
fn flatten(name: &str, value: &Value, parameters: &mut Parameters) {
    if parameters.len() >= MOST {
        return;
    }
    match value.shape() {
        Shape::Scalar => drop(parameters.insert(name.to_owned(), value.clone())),
        Shape::Mapping => {
            for entry in value.entries() {
                let key = &entry.key.text;
                let name = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
                flatten(&name, &entry.value, parameters);
            }
        }
        Shape::Sequence => {
            for (index, item) in value.items().iter().enumerate() {
                flatten(&format!("{name}[{index}]"), item, parameters);
            }
        }
    }
}

/// Folders or files of this repository; those of others are not known.
fn in_git(git: &Value, world: &World<'_>) -> Vec<Set> {
    if !git.text_of(&["repoURL"]).is_some_and(|url| world.is_own(&url)) {
        return vec![Set::default()];
    }
    let prefix = git.text_of(&["pathParamPrefix"]).map(|prefix| format!("{prefix}.")).unwrap_or_default();
    let patterns = |field: &str| git.get(field).map(|list| list.items()).unwrap_or_default();
    let mut sets = directories(&patterns("directories"), &prefix, world);
    sets.extend(files(&patterns("files"), &prefix, world));
    for set in &mut sets {
        if let Some(values) = git.get("values") {
            let values = rendered(&values, &set.parameters);
            flatten("values", &values, &mut set.parameters);
        }
    }
    sets
}

fn directories(items: &[Value], prefix: &str, world: &World<'_>) -> Vec<Set> {
    let is_excluded = |item: &&Value| item.text_of(&["exclude"]).as_deref() == Some("true");
    let path = |item: &Value| item.text_of(&["path"]).unwrap_or_default();
    let excluded: Vec<String> = items.iter().filter(is_excluded).map(path).collect();
    let mut sets = Vec::new();
    for item in items.iter().filter(|item| !is_excluded(item)) {
        let pattern = path(item);
        let folders = world.folders.matching(pattern.trim_matches('/'));
        let folders = folders.filter(|folder| !folder.split('/').any(|part| part.starts_with('.')));
        let folders = folders.filter(|folder| !excluded.iter().any(|pattern| matches_parts(pattern, folder)));
        for folder in folders.take(MOST) {
            let mut set = Set { is_certain: true, ..Set::default() };
            let span = item.get("path").map_or(item.span(), |path| path.span());
            add_path(&mut set.parameters, prefix, folder, span);
            sets.push(set);
        }
    }
    sets
}

fn files(items: &[Value], prefix: &str, world: &World<'_>) -> Vec<Set> {
    let store = world.folders.store();
    let mut sets = Vec::new();
    for item in items {
        let pattern = item.text_of(&["path"]).unwrap_or_default();
        let start = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
        let folder = start.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files = world.folders.files_below(folder).filter(|file| glob::matches(&pattern, file.path()));
        for file in files.take(MOST) {
            let roots = store.documents(file.id()).into_iter().filter(is_finite);
            let roots = roots.flat_map(|root| if root.is_list() { root.items() } else { vec![root] });
            sets.extend(roots.take(MOST).map(|root| of_file(&root, file, prefix)));
        }
    }
    sets
}

fn of_file(root: &Value, file: &Source, prefix: &str) -> Set {
    let mut set = Set { is_certain: true, ..Set::default() };
    let span = Span::file_start(file.id());
    flatten("", root, &mut set.parameters);
    add_path(&mut set.parameters, prefix, file.folder(), span);
    let name = Value::text_at(file.file_name(), Place::computed(span, file.file_name().len()));
    set.parameters.insert(format!("{prefix}path.filename"), name);
    set
}

/// A path under all the names that it has in templates, old and new.
fn add_path(parameters: &mut Parameters, prefix: &str, folder: &str, span: Span) {
    let mut add = |name: String, text: &str| {
        parameters.insert(format!("{prefix}{name}"), Value::text_at(text, Place::computed(span, text.len())));
    };
    let basename = folder.rsplit('/').next().unwrap_or_default();
    let normalized: String =
        basename.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    add("path".to_owned(), folder);
    add("path.path".to_owned(), folder);
    add("path.basename".to_owned(), basename);
    add("path.basenameNormalized".to_owned(), &normalized.to_lowercase());
    for (index, part) in folder.split('/').enumerate() {
        add(format!("path[{index}]"), part);
        add(format!("path.segments[{index}]"), part);
    }
}

/// Every set of the first with every set of the second, which may use the parameters of the first.
fn matrix_sets(matrix: &Value, world: &World<'_>, depth: usize) -> Vec<Set> {
    let generators = matrix.get("generators").map(|list| list.items()).unwrap_or_default();
    let mut all = vec![Set { is_certain: true, ..Set::default() }];
    for generator in generators.iter().take(2) {
        let mut next = Vec::new();
        for outer in &all {
            for inner in sets(&rendered(generator, &outer.parameters), world, depth + 1) {
                let mut set = outer.clone();
                set.parameters.extend(inner.parameters);
                set.is_certain &= inner.is_certain;
                next.push(set);
            }
            if next.len() >= MOST {
                break;
            }
        }
        all = next;
    }
    all
}

/// The sets of the first, over which those of the others go that agree in the keys. What is known about no cluster in
/// particular may be about any.
fn merged(merge: &Value, world: &World<'_>, depth: usize) -> Vec<Set> {
    let generators = merge.get("generators").map(|list| list.items()).unwrap_or_default();
    let Some((first, others)) = generators.split_first() else { return Vec::new() };
    let keys = merge.get("mergeKeys").map(|keys| keys.items()).unwrap_or_default();
    let keys: Vec<String> = keys.iter().map(|key| key.text().into_owned()).collect();
    let mut all = sets(first, world, depth + 1);
    for other in others {
        let mut maybe = Vec::new();
        for over in sets(other, world, depth + 1) {
            let text = |set: &Set, key: &str| set.parameters.get(key).map(|value| value.text().into_owned());
            for base in &mut all {
                let is_known = keys.iter().all(|key| base.parameters.contains_key(key));
                if !is_known && maybe.len() < MOST {
                    let mut set = Set { is_certain: false, ..base.clone() };
                    set.parameters.extend(over.parameters.clone());
                    maybe.push(set);
                } else if keys.iter().all(|key| text(base, key) == text(&over, key)) {
                    base.parameters.extend(over.parameters.clone());
                }
            }
        }
        all.append(&mut maybe);
    }
    all
}
