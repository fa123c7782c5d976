//! `images`.
//!
//! Kustomize looks for images twice: in all `containers` and `initContainers` at any depth, and in the configured
//! fields. So a `tagSuffix` is put to the tags of most images twice, here too.

use super::image_name::{Pattern, split};
use super::setting::text;
use crate::kustomize::compose::Composed;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::{
    Edit, FieldSpec, FieldSpecs, Missing, Unfit, edited_by, edited_items, with_entry,
};
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::value::Value;
use crate::provenance::{Change, Operation};
use crate::source::Span;
use crate::yaml::{Node, Shape};
use std::sync::Arc;

/// Other names, tags and digests for images. Each is for the images of one name.
#[derive(Debug, Clone)]
pub struct Images {
    items: Vec<Image>,
    /// The fields of a transformer file, which take the place of those of the configuration.
    own: Option<FieldSpecs>,
}

/// What becomes of the images of a name.
#[derive(Debug, Clone)]
struct Image {
    pattern: Pattern,
    name: Option<Value>,
    tag: Option<Value>,
    digest: Option<Value>,
    tag_suffix: Option<Value>,
    by: Span,
}

impl Images {
    /// The value of `images`.
    pub fn of_field(written: &Value, gaps: &mut Vec<Gap>) -> Self {
        let items = written.items();
        let items = items.iter().filter_map(|item| Image::of(item, gaps)).collect();
        Self { items, own: None }
    }

    /// An `ImageTagTransformer`.
    pub fn of_object(object: &Value, gaps: &mut Vec<Gap>) -> Self {
        let own = object.get("fieldSpecs").map(|fields| FieldSpecs::of(&fields, gaps));
        let item = object.get("imageTag").and_then(|item| Image::of(&item, gaps));
        Self { items: item.into_iter().collect(), own: Some(own.unwrap_or_default()) }
    }

    /// Changes the images of every object.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let table = self.own.as_ref().unwrap_or(&configuration.images);
        let mut idle = vec![true; self.items.len()];
        for index in 0..resources.len() {
            let resource = resources.get(index);
            if let Some(root) = self.edited(resource, table, &mut idle, gaps) {
                resources.get_mut(index).root = root;
            }
        }
        let idle = self.items.iter().zip(idle).filter_map(|(image, is_idle)| is_idle.then_some(image));
        gaps.extend(idle.map(|image| Gap::new(GapKind::Idle, image.by, "no image has this name")));
    }

    fn edited(
        &self,
        resource: &Resource,
        table: &FieldSpecs,
        idle: &mut [bool],
        gaps: &mut Vec<Gap>,
    ) -> Option<Value> {
        let gvk = &resource.id().gvk;
        if &*gvk.kind == "CustomResourceDefinition" {
            return None;
        }
        let mut edited: Option<Value> = None;
        let mut search = Search::of(&resource.root, table.of_kind(gvk));
        for (image, is_idle) in self.items.iter().zip(idle) {
            if search.steps >= MAX_STEPS {
                let message = "this object is too large for its images to be searched";
                gaps.push(Gap::new(GapKind::Limit, resource.head().span, message));
                return edited;
            }
            if !search.images.iter().any(|text| image.pattern.is_match(text)) {
                continue;
            }
            *is_idle = false;
            let root = edited.as_ref().unwrap_or(&resource.root);
            if let Some(new) = image.edited(root, table.of_kind(gvk), gaps) {
                search = Search::of(&new, table.of_kind(gvk));
                edited = Some(new);
            }
        }
        edited
    }
}

impl Image {
    fn of(item: &Value, gaps: &mut Vec<Gap>) -> Option<Self> {
        let mut field = |key: &str| {
            let value = item.get(key).and_then(|value| text(value, gaps));
            value.filter(|value| !value.text().is_empty())
        };
        let (name, tag) = (field("newName"), field("newTag"));
        let (digest, tag_suffix) = (field("digest"), field("tagSuffix"));
        let named = field("name");
        let wanted = named.as_ref().map(Value::text).unwrap_or_default();
        let Some(pattern) = Pattern::new(&wanted) else {
            let span = named.as_ref().unwrap_or(item).span();
            let message = format!("kustomize reads `{wanted}` as a regular expression, and it is none");
            gaps.push(Gap::new(GapKind::Field, span, message));
            return None;
        };
        Some(Self { pattern, name, tag, digest, tag_suffix, by: item.span() })
    }

    /// The object with the images of this name changed.
    fn edited<'a>(
        &self,
        root: &Value,
        specs: impl Iterator<Item = &'a FieldSpec>,
        gaps: &mut Vec<Gap>,
    ) -> Option<Value> {
        let mut containers = Containers { image: self, gaps };
        let edited = containers.edited_below(root);
        let mut change = |old: &Value| self.over(old);
        let mut edit = Edit { missing: Missing::Left, made_at: self.by, change: &mut change, gaps };
        edited_by(specs, edited.as_ref().unwrap_or(root), &mut edit).or(edited)
    }

    fn over(&self, old: &Value) -> Result<Option<Value>, Unfit> {
        if old.shape() != Shape::Scalar {
            return Err(Unfit);
        }
        let text = old.text();
        if !self.pattern.is_match(&text) {
            return Ok(None);
        }
        let new = self.composed(old, &text);
        if new.text() == text {
            return Ok(None);
        }
        let place = old.place();
        let by = Change { operation: Operation::Image, by: self.by, before: Some(place.span) };
        let changes = place.changes().iter().copied().chain([by]).collect();
        let newest = [&self.tag, &self.digest, &self.tag_suffix, &self.name].into_iter().flatten().next();
        Ok(Some(new.into_value(newest.map_or(place.span, Value::span), changes)))
    }

    fn composed(&self, old: &Value, text: &str) -> Composed {
        let (name, tag, digest) = split(text);
        let mut new = Composed::default();
        match &self.name {
            Some(other) => new.push(other),
            None => new.push_part(old, name),
        }
        let replaced = self.tag.is_some() || self.digest.is_some();
        if let Some(other) = &self.tag {
            self.push_behind(&mut new, ":", (old, tag.start), other);
        } else if !replaced && (!tag.is_empty() || self.tag_suffix.is_some()) {
            self.push_old_tag(&mut new, old, tag);
        }
        if let Some(other) = &self.digest {
            self.push_behind(&mut new, "@", (old, digest.start), other);
        } else if !replaced && self.tag_suffix.is_none() && !digest.is_empty() {
            new.push_part(old, digest.start - 1..digest.end);
        }
        new
    }

    fn push_old_tag(&self, new: &mut Composed, old: &Value, tag: std::ops::Range<usize>) {
        if tag.is_empty() {
            new.push_computed(":", self.by);
        } else {
            new.push_part(old, tag.start - 1..tag.end);
        }
        if let Some(suffix) = &self.tag_suffix {
            new.push(suffix);
        }
    }

    /// The separator stands in the old text if that had such a part; else it is written nowhere.
    fn push_behind(&self, new: &mut Composed, separator: &str, old: (&Value, usize), part: &Value) {
        let (old, start) = old;
        let is_written = start > 0 && old.text().get(start - 1..start) == Some(separator);
        if is_written && self.name.is_none() {
            new.push_part(old, start - 1..start);
        } else {
            new.push_computed(separator, part.span());
        }
        new.push(part);
    }
}

/// The walk that changes images in all containers.
struct Containers<'a> {
    image: &'a Image,
    gaps: &'a mut Vec<Gap>,
}

impl Containers<'_> {
    fn edited_below(&mut self, value: &Value) -> Option<Value> {
        match value.shape() {
            Shape::Scalar => None,
            Shape::Sequence => edited_items(value, |item| self.edited_below(item)),
            Shape::Mapping => {
                let mut changed: Option<Value> = None;
                for entry in value.entries() {
                    let Some(new) = self.edited_entry(&entry.key.text, &entry.value) else { continue };
                    let before = changed.as_ref().unwrap_or(value);
                    changed = Some(with_entry(before, &entry.key.text, entry.key.span, new));
                }
                changed
            }
        }
    }

    fn edited_entry(&mut self, key: &str, value: &Value) -> Option<Value> {
        let edited = self.edited_below(value);
        if !holds_containers(key) {
            return edited;
        }
        let before = edited.as_ref().unwrap_or(value);
        edited_items(before, |container| self.edited_container(container)).or(edited)
    }

    fn edited_container(&mut self, container: &Value) -> Option<Value> {
        let Some(old) = container.get("image") else {
            if container.shape() != Shape::Mapping && !container.is_null() {
                self.report(container);
            }
            return None;
        };
        let Ok(new) = self.image.over(&old) else {
            self.report(&old);
            return None;
        };
        Some(with_entry(container, &Arc::from("image"), self.image.by, new?))
    }

    fn report(&mut self, value: &Value) {
        let message = "this is no container with an image, which kustomize expects here";
        let gap = Gap::new(GapKind::Change, value.span(), message);
        if self.gaps.last() != Some(&gap) {
            self.gaps.push(gap);
        }
    }
}

fn holds_containers(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// Looks for images of the name, before anything is copied.
#[derive(Default)]
struct Search {
    images: Vec<String>,
    steps: usize,
}

/// Aliases of aliases must not explode.
const MAX_STEPS: usize = 4_000_000;

impl Search {
    /// The images of an object, searched once for all entries.
    fn of<'a>(root: &Value, specs: impl Iterator<Item = &'a FieldSpec>) -> Self {
        let mut search = Self::default();
        search.search(root);
        specs.for_each(|spec| spec.visit(root, &mut |value| search.see(&value.text())));
        search
    }

    fn see(&mut self, image: &str) {
        self.images.push(image.to_owned());
    }

    fn search(&mut self, value: &Value) {
        match value {
            Value::Written(written) => self.search_node(written.node()),
            Value::Map(map) => {
                for entry in &map.entries {
                    self.search_entry(&entry.key.text, &entry.value);
                }
            }
            Value::List(list) => list.items.iter().for_each(|item| self.search(item)),
            Value::Scalar(_) => {}
        }
    }

    fn search_entry(&mut self, key: &str, value: &Value) {
        self.search(value);
        if holds_containers(key) {
            let images = value.items().into_iter().filter_map(|container| container.get("image"));
            images.for_each(|image| self.see(&image.text()));
        }
    }

    fn search_node(&mut self, node: Node<'_>) {
        self.steps += 1;
        if self.steps >= MAX_STEPS {
            return;
        }
        match node.shape() {
            Shape::Scalar => {}
            Shape::Sequence => node.items().for_each(|item| self.search_node(item)),
            Shape::Mapping => {
                for entry in node.entries() {
                    self.search_node(entry.value);
                    if entry.key.is_text("containers") || entry.key.is_text("initContainers") {
                        let images = entry.value.items().filter_map(|container| container.get("image"));
                        images.for_each(|image| self.see(&image.text()));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transform::testing::Case;
    use serde_json::json;

    const POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - image: 'foo:1'\n";

    fn built(images: &str, objects: &str) -> (Case, Vec<Gap>) {
        let mut case = Case::new(images, objects);
        let mut gaps = Vec::new();
        let images = Images::of_field(&case.field("images"), &mut gaps);
        images.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        (case, gaps)
    }

    fn image(case: &Case) -> Value {
        let containers = case.resources.get(0).root.at(&["spec", "containers"]).expect("a pod");
        containers.items()[0].get("image").expect("a container")
    }

    fn with(images: &str, image: &str) -> String {
        let (case, _) = built(&format!("images: [{images}]"), &POD.replace("foo:1", image));
        self::image(&case).text().into_owned()
    }

    #[test]
    fn names_tags_and_digests_are_set_as_kustomize_does() {
        assert_eq!(with("{name: foo, newTag: '2'}", "foo:1"), "foo:2");
        assert_eq!(with("{name: foo, newTag: '2'}", "foo"), "foo:2");
        assert_eq!(with("{name: foo, newTag: '2', newName: x:5/bar}", "foo:1@sha256:12ab"), "x:5/bar:2");
        assert_eq!(with("{name: foo, newTag: '2'}", "foo@sha512:12ab"), "foo@sha512:12ab");
        assert_eq!(with("{name: foo, digest: 'sha256:ab'}", "foo:1"), "foo@sha256:ab");
        assert_eq!(with("{name: foo, digest: 'sha256:ab', newTag: '2'}", "foo:1"), "foo:2@sha256:ab");
        assert_eq!(with("{name: foo, newName: bar}", "foo:1@sha256:12ab"), "bar:1@sha256:12ab");
        assert_eq!(with("{name: foo, newTag: ''}", "foo"), "foo");
        assert_eq!(with("{newTag: c}", ""), ":c");
        assert_eq!(with("{name: 'x:5/foo', newTag: '2'}", "x:5/foo"), "x:5/foo:2");
        assert_eq!(with("{name: foo, newName: bar}, {name: bar, newTag: '3'}", "foo:1"), "bar:3");
    }

    #[test]
    fn suffixes_are_put_to_tags_twice() {
        assert_eq!(with("{name: foo, tagSuffix: -x}", "foo:1"), "foo:1-x-x");
        assert_eq!(with("{name: foo, tagSuffix: -x}", "foo"), "foo:-x-x");
        assert_eq!(with("{name: foo, tagSuffix: -x}", "foo:1@sha256:12ab"), "foo:1-x-x");
    }

    #[test]
    fn names_are_regular_expressions() {
        assert_eq!(
            with("{name: 'registry.io/.*/f[o]+', newTag: '2'}", "registry.io/a/b/foo:1"),
            "registry.io/a/b/foo:2"
        );
        assert_eq!(with("{name: a.b, newTag: '2'}", "a-b:1"), "a-b:2");
        assert_eq!(with("{name: fo, newTag: '2'}", "foo:1"), "foo:1");
        let (_, gaps) = built("images: [{name: '(', newTag: '2'}]", POD);
        assert_eq!(gaps[0].kind, GapKind::Field);
    }

    #[test]
    fn each_part_of_an_image_is_where_it_is_written() {
        let (case, gaps) = built("images: [{name: foo, newTag: \"2\"}]", POD);
        let image = image(&case);
        assert_eq!(case.pieces(&image), ["foo:", "2"]);
        assert_eq!(case.written(image.span()), "\"2\"");
        assert_eq!(case.before(&image.place()), ["'foo:1'"]);
        assert!(gaps.is_empty());
        let (case, _) = built("images: [{name: foo, newName: bar}, {name: bar, digest: sha256:ab}]", POD);
        assert_eq!(case.pieces(&self::image(&case)), ["bar", "<@>", "sha256:ab"]);
        assert_eq!(case.before(&self::image(&case).place()), ["'foo:1'", "bar"]);
    }

    #[test]
    fn containers_of_any_kind_at_any_depth_are_meant() {
        let objects = "kind: X\nx: {containers: [{image: foo}, {containers: [{image: foo}]}], initContainers: {image: foo}}\n---\nkind: CustomResourceDefinition\nx: {containers: [{image: foo}]}\n---\nkind: Y\nspec: {containers: {image: foo}}\n";
        let (case, _) = built("images: [{name: foo, newTag: a}]", objects);
        let expected = [
            json!({"kind": "X", "x": {"containers": [{"image": "foo:a"}, {"containers": [{"image": "foo:a"}]}], "initContainers": {"image": "foo"}}}),
            json!({"kind": "CustomResourceDefinition", "x": {"containers": [{"image": "foo"}]}}),
            json!({"kind": "Y", "spec": {"containers": {"image": "foo:a"}}}),
        ];
        assert_eq!(case.json(), expected);
    }

    #[test]
    fn objects_with_other_images_stay_shared() {
        let case = Case::new("images: [{name: bar, newTag: '2'}]", POD);
        let mut resources = case.resources.clone();
        let images = Images::of_field(&case.field("images"), &mut Vec::new());
        images.apply(&mut resources, &Configuration::built_in(), &mut Vec::new());
        assert!(std::ptr::eq(resources.get(0), case.resources.get(0)));
    }

    #[test]
    fn what_is_no_container_is_a_gap() {
        let (case, gaps) = built(
            "images: [{name: foo, newTag: a}]",
            "kind: X\nspec: {containers: [text, {image: {}}, {image: foo}]}",
        );
        assert_eq!(
            case.json(),
            [json!({"kind": "X", "spec": {"containers": ["text", {"image": {}}, {"image": "foo:a"}]}})]
        );
        assert!(gaps.iter().all(|gap| gap.kind == GapKind::Change) && !gaps.is_empty());
    }
}
