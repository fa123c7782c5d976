//! What whoever deploys a kustomization does to it: Flux and Argo CD edit the file before they build it, and Flux
//! changes the objects once more afterwards.

use super::configuration::Configuration;
use super::file::File;
use super::gap::Gap;
use super::resource::{Resources, key};
use super::substitution::Substitution;
use super::transform::annotations::Annotations;
use super::transform::labels::Labels;
use super::value::Value;
use crate::provenance::Place;
use crate::source::Span;
use std::sync::Arc;

/// Edits of a kustomization file. They take part in the build like what the file itself says.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// `namespace`, `namePrefix` and `nameSuffix`, which take the place of what the file says.
    pub texts: Vec<(&'static str, Value)>,
    /// Items that go behind those of the file.
    pub items: Vec<(&'static str, Value)>,
    /// Items of `images` and `replicas`, which take the place of those of the same name.
    pub named: Vec<(&'static str, Value)>,
    /// Keys and values for `commonLabels` and `commonAnnotations`.
    pub pairs: Vec<(&'static str, Value)>,
}

/// What is done to the objects when kustomize is done with them.
#[derive(Debug, Default)]
pub struct Finishing {
    /// `postBuild` of Flux.
    pub substitution: Option<Substitution>,
    /// Labels for the objects themselves.
    pub labels: Option<Value>,
    /// Annotations for the objects themselves.
    pub annotations: Option<Value>,
    /// Whether files outside of the folder may be read.
    pub reads_outside: bool,
    /// What tells it apart from others.
    pub fingerprint: Arc<str>,
}

/// Who brings a build to a cluster.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Who deploys it. Nobody, as far as the codebase tells, if there is none.
    pub by: Vec<Deployer>,
    /// The word that names its environment.
    pub environment: Option<String>,
    /// The cluster it comes to.
    pub cluster: Option<String>,
    /// What a reader calls the build, where its folder is not enough.
    pub title: Option<String>,
}

/// An object of Flux or Argo CD that deploys a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deployer {
    /// `Kustomization flux-system/web`.
    pub title: String,
    /// Where it is named.
    pub span: Span,
    /// Whether it certainly deploys it. If not, what decides stands outside of the codebase.
    pub is_certain: bool,
    /// The cluster it deploys to, if it says so.
    pub destination: Option<String>,
}

impl Overlay {
    /// Whether the kustomization stays as it is.
    pub fn has_no_edits(&self) -> bool {
        [&self.texts, &self.items, &self.named, &self.pairs].iter().all(|edits| edits.is_empty())
    }

    /// A text that two overlays have in common only if they do the same.
    pub fn fingerprint(&self) -> String {
        let edits = [&self.texts, &self.items, &self.named, &self.pairs].into_iter();
        let edits = edits.map(|edits| edits.iter().map(|(field, value)| (*field, value.to_json())));
        format!("{:?}", edits.map(Iterator::collect::<Vec<_>>).collect::<Vec<_>>())
    }

    /// Edits a kustomization file.
    pub fn edit(&self, file: &mut File) {
        for (field, value) in &self.texts {
            file.set(field, value.clone());
        }
        for (field, item) in &self.items {
            let items = file.items(field).into_iter().chain([item.clone()]);
            file.set(field, list(items.collect(), item.span()));
        }
        for (field, item) in &self.named {
            let name = item.text_of(&["name"]);
            let mut items = file.items(field);
            items.retain(|known| known.text_of(&["name"]) != name);
            items.push(item.clone());
            file.set(field, list(items, item.span()));
        }
        for (field, pairs) in &self.pairs {
            let mut all = file.get(field).cloned().unwrap_or_else(|| Value::empty_map(pairs.span()));
            for entry in pairs.entries() {
                if let Some(map) = all.map_mut() {
                    map.insert(entry.key, entry.value);
                }
            }
            file.set(field, all);
        }
    }
}

impl Finishing {
    /// The same with its fingerprint, which is what it does in words.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        let json = |value: &Option<Value>| value.as_ref().map(Value::to_json);
        let substitution = self.substitution.as_ref().map(Substitution::fingerprint);
        let parts = (substitution, json(&self.labels), json(&self.annotations), self.reads_outside);
        self.fingerprint =
            if parts == (None, None, None, false) { "".into() } else { format!("{parts:?}").into() };
        self
    }

    /// Changes the objects of a finished build.
    pub fn apply(&self, resources: &mut Resources, gaps: &mut Vec<Gap>) {
        if let Some(substitution) = &self.substitution {
            substitution.apply(resources, gaps);
        }
        let configuration = Configuration::built_in();
        if let Some(labels) = &self.labels {
            let item = map([("pairs", labels.clone())], labels.span());
            Labels::of_item(&item, gaps).apply(resources, &configuration, gaps);
        }
        if let Some(annotations) = &self.annotations {
            let span = annotations.span();
            let [path, create] =
                ["metadata/annotations", "true"].map(|text| Value::plain_at(text, Place::at(span)));
            let fields = list(vec![map([("path", path), ("create", create)], span)], span);
            let object = map([("annotations", annotations.clone()), ("fieldSpecs", fields)], span);
            Annotations::of_object(&object, gaps).apply(resources, &configuration, gaps);
        }
    }
}

/// A sequence that stands where its last item does.
fn list(items: Vec<Value>, span: Span) -> Value {
    let mut list = Value::empty_list(span);
    if let Some(list) = list.list_mut() {
        list.items = items;
    }
    list
}

/// A mapping that is made of values written elsewhere.
pub fn map<const N: usize>(entries: [(&str, Value); N], span: Span) -> Value {
    let mut map = Value::empty_map(span);
    for (name, value) in entries {
        if let Some(map) = map.map_mut() {
            map.insert(key(name, value.span()), value);
        }
    }
    map
}
