//! A kustomization file as kustomize reads it: keys without regard to case, of equal keys the last, older names of
//! fields accepted, unknown fields refused.

use super::gap::{Gap, GapKind};
use super::value::Value;
use crate::source::{FileId, Source, Span};
use crate::suggest;
use std::collections::BTreeMap;

/// One kustomization or component.
#[derive(Debug, Clone)]
pub struct File {
    /// The file.
    pub id: FileId,
    /// Its folder, relative to the checked root.
    pub folder: String,
    /// Whether it is a component: it changes what its user has, instead of being built on its own.
    pub is_component: bool,
    /// Whether no such file is written: whoever deploys a folder of plain files makes it.
    pub is_generated: bool,
    /// Whether its files are applied one by one, without kustomize: what kustomize refuses or drops is there then.
    pub is_plain: bool,
    fields: BTreeMap<&'static str, Field>,
}

/// A field and where it is written.
#[derive(Debug, Clone)]
struct Field {
    key: Span,
    value: Value,
}

/// Every field of a kustomization, in the current spelling.
const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

impl File {
    /// Reads a kustomization. What kustomize would refuse becomes a gap; everything else counts all the same.
    pub fn read(root: &Value, source: &Source, gaps: &mut Vec<Gap>) -> Self {
        let mut fields = BTreeMap::new();
        for entry in root.entries() {
            match known(&entry.key.text) {
                Some(name) => drop(fields.insert(name, Field { key: entry.key.span, value: entry.value })),
                None => gaps.push(Gap::new(GapKind::Field, entry.key.span, unknown(&entry.key.text))),
            }
        }
        let kind = fields.get("kind").map(|field: &Field| field.value.text().into_owned());
        let file = Self {
            id: source.id(),
            folder: source.folder().to_owned(),
            is_component: kind.as_deref() == Some("Component"),
            is_generated: false,
            is_plain: false,
            fields,
        };
        gaps.extend(file.wrong_type());
        if file.fields.keys().all(|name| matches!(*name, "apiVersion" | "kind" | "metadata")) {
            gaps.push(Gap::new(GapKind::Empty, root.span(), "this kustomization asks for nothing"));
        }
        file
    }

    /// A kustomization that asks for nothing yet. `id` is the file that stands for it.
    pub fn generated(id: FileId, folder: &str) -> Self {
        let folder = folder.to_owned();
        Self { id, folder, is_component: false, is_generated: true, is_plain: false, fields: BTreeMap::new() }
    }

    /// Gives a field another value, as who deploys the kustomization edits it.
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.fields.insert(name, Field { key: value.span(), value });
    }

    /// The value of a field that is there and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).map(|field| &field.value).filter(|value| !value.is_null())
    }

    /// The items of a field that is a list.
    pub fn items(&self, name: &str) -> Vec<Value> {
        self.get(name).map(Value::items).unwrap_or_default()
    }

    /// Where a field is written; the beginning of the file if it is not.
    pub fn key_span(&self, name: &str) -> Span {
        self.fields.get(name).map_or(Span::file_start(self.id), |field| field.key)
    }

    /// `resources`, and behind them the older `bases`.
    pub fn resources(&self) -> Vec<Value> {
        let mut resources = self.items("resources");
        resources.extend(self.items("bases"));
        resources
    }

    /// `images`, and behind them the older `imageTags`.
    pub fn images(&self) -> Vec<Value> {
        let mut images = self.items("images");
        images.extend(self.items("imageTags"));
        images
    }

    fn wrong_type(&self) -> Option<Gap> {
        let (kind, version) = (self.fields.get("kind"), self.fields.get("apiVersion"));
        let text =
            |field: Option<&Field>| field.map(|field| field.value.text().into_owned()).unwrap_or_default();
        let wanted = match &*text(kind) {
            "" | "Kustomization" => "kustomize.config.k8s.io/v1beta1",
            "Component" => "kustomize.config.k8s.io/v1alpha1",
            other => {
                let span = kind.map_or(Span::file_start(self.id), |field| field.value.span());
                let message = format!("`kind` is Kustomization or Component, not `{other}`");
                return Some(Gap::new(GapKind::Field, span, message));
            }
        };
        let version =
            version.filter(|field| !field.value.text().is_empty() && field.value.text() != wanted)?;
        let message = format!("`apiVersion` of a {} is `{wanted}`", self.title());
        Some(Gap::new(GapKind::Field, version.value.span(), message))
    }

    /// What a reader calls it.
    pub fn title(&self) -> &'static str {
        if self.is_component { "component" } else { "kustomization" }
    }
}

fn known(key: &str) -> Option<&'static str> {
    FIELDS.into_iter().find(|name| name.eq_ignore_ascii_case(key))
}

fn unknown(key: &str) -> String {
    let meant = suggest::closest(key, FIELDS).map(|name| format!("; is `{name}` meant?")).unwrap_or_default();
    format!("kustomize knows no field `{key}`{meant}")
}
