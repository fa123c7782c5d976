//! What a kustomization does, read once however many builds it is part of.
//!
//! The order of the steps is that of kustomize. It is the same however the file is written.

use super::configuration::Configuration;
use super::definition;
use super::file::File;
use super::gap::{Gap, GapKind};
use super::generator::{self, Generated};
use super::patch::{Folder, Patches};
use super::replacement;
use super::resource::Resource;
use super::step::Step;
use super::store::Store;
use super::transform::affix::{Affix, End};
use super::transform::annotations::Annotations;
use super::transform::images::Images;
use super::transform::labels::Labels;
use super::transform::namespace::Namespace;
use super::transform::replicas::Replicas;
use super::value::Value;
use crate::model::kustomization::Kustomization;
use crate::paths::resolve_path;
use crate::source::is_below;
use std::sync::Arc;

/// The steps of a kustomization.
#[derive(Debug)]
pub struct Recipe {
    /// Which fields the steps know.
    pub configuration: Arc<Configuration>,
    /// What `configMapGenerator` and `secretGenerator` make.
    pub generated: Vec<Resource>,
    /// What changes the objects, in order.
    pub steps: Vec<Step>,
    /// What cannot be done.
    pub gaps: Vec<Gap>,
}

impl Recipe {
    /// Reads what a kustomization does.
    pub fn new(file: &File, store: Store<'_>) -> Self {
        let mut gaps = Vec::new();
        let reading = Reading { file, store };
        let configuration = reading.configuration(&mut gaps);
        let generated = reading.generated(&mut gaps);
        let steps = reading.steps(&mut gaps);
        gaps.extend(reading.out_of_reach());
        gaps.extend(reading.outside());
        Self { configuration, generated, steps, gaps }
    }
}

struct Reading<'a> {
    file: &'a File,
    store: Store<'a>,
}

impl Reading<'_> {
    fn configuration(&self, gaps: &mut Vec<Gap>) -> Arc<Configuration> {
        let mut documents = self.files("configurations", gaps);
        documents.retain(Value::is_map);
        let definitions = self.files("crds", gaps);
        if documents.is_empty() && definitions.is_empty() {
            return Configuration::built_in();
        }
        let configuration = Configuration::built_in().merged(&documents, gaps);
        Arc::new(definition::configured(configuration, &definitions, gaps))
    }

    /// The documents of the files that a field lists.
    fn files(&self, field: &str, gaps: &mut Vec<Gap>) -> Vec<Value> {
        let mut documents = Vec::new();
        for item in self.file.items(field) {
            let source = self.store.named(&self.file.folder, &item, gaps);
            documents.extend(source.into_iter().flat_map(|source| self.store.documents(source.id())));
        }
        documents
    }

    fn generated(&self, gaps: &mut Vec<Gap>) -> Vec<Resource> {
        let options = self.file.get("generatorOptions");
        let fields = [("configMapGenerator", Generated::ConfigMap), ("secretGenerator", Generated::Secret)];
        let mut generated = Vec::new();
        for (field, what) in fields {
            for item in self.file.items(field) {
                generated.extend(generator::generate(
                    what,
                    &item,
                    options,
                    &self.file.folder,
                    &self.store,
                    gaps,
                ));
            }
        }
        generated
    }

    fn steps(&self, gaps: &mut Vec<Gap>) -> Vec<Step> {
        let file = self.file;
        let folder = Folder { store: self.store, path: &file.folder };
        let mut steps = Vec::new();
        let mut add = |step: Option<Step>| steps.extend(step);
        let patches = |field, read: fn(&Value, Folder<'_>, &mut Vec<Gap>) -> Patches, gaps: &mut Vec<Gap>| {
            file.get(field).map(|entries| Step::Patches(read(entries, folder, gaps)))
        };
        add(patches("patchesStrategicMerge", Patches::read_strategic_merges, gaps));
        add(patches("patches", Patches::read, gaps));
        add(file.get("namespace").and_then(|value| Namespace::of_field(value, gaps)).map(Step::Namespace));
        for (field, end) in [("namePrefix", End::Front), ("nameSuffix", End::Back)] {
            add(file.get(field).and_then(|value| Affix::of_field(value, end, gaps)).map(Step::Affix));
        }
        for item in file.items("labels") {
            add(Some(Step::Labels(Labels::of_item(&item, gaps))));
        }
        add(file.get("commonLabels").map(|value| Step::Labels(Labels::of_common(value, gaps))));
        let annotations = file.get("commonAnnotations");
        add(annotations.map(|value| Step::Annotations(Annotations::of_field(value, gaps))));
        add(patches("patchesJson6902", Patches::read_json_patches, gaps));
        for item in file.items("replicas") {
            add(Some(Step::Replicas(Replicas::of_item(&item, gaps))));
        }
        for field in ["images", "imageTags"] {
            add(file.get(field).map(|value| Step::Images(Images::of_field(value, gaps))));
        }
        let replacements = file.get("replacements");
        let read = |entries: &Value| replacement::read(entries, &file.folder, &self.store, gaps);
        add(replacements.map(read).map(Step::Replacements));
        steps
    }

    /// What needs more than the files.
    fn out_of_reach(&self) -> Vec<Gap> {
        let charts = ["helmCharts", "helmChartInflationGenerator"];
        let charts = charts.into_iter().flat_map(|field| self.file.items(field)).map(|item| {
            let name = item.text_of(&["name"]).or_else(|| item.text_of(&["chartName"])).unwrap_or_default();
            let message = format!("chart `{name}` would have to be rendered by Helm");
            Gap::new(GapKind::Chart, item.span(), message)
        });
        let validators = self
            .file
            .items("validators")
            .into_iter()
            .map(|item| Gap::new(GapKind::Plugin, item.span(), "a validator would have to be run"));
        charts.chain(validators).chain(self.schema()).collect()
    }

    /// Files that kustomize reads only with `--load-restrictor LoadRestrictionsNone`.
    fn outside(&self) -> Vec<Gap> {
        if self.file.is_generated {
            return Vec::new();
        }
        let source = self.store.sources().get(self.file.id);
        let root = self.store.tree(self.file.id).and_then(|tree| tree.roots().next());
        let Some(written) = root.map(|root| Kustomization::new(root, source)) else { return Vec::new() };
        let files = written.inputs().chain(written.patch_files()).chain(written.build_files());
        let outside = files.chain(written.generator_files()).filter(|reference| {
            let path = resolve_path(&self.file.folder, &reference.text);
            path.is_some_and(|path| !is_below(&path, &self.file.folder) && self.store.file(&path).is_some())
        });
        let message = "this file lies outside of the folder: kustomize reads it only with \
                       `--load-restrictor LoadRestrictionsNone`";
        outside.map(|reference| Gap::new(GapKind::Outside, reference.node.span(), message)).collect()
    }

    /// Kustomize knows one version of the schema; others come from files.
    fn schema(&self) -> Option<Gap> {
        let openapi = self.file.get("openapi")?;
        if let Some(path) = openapi.get("path") {
            let message = "the schema in this file is not used: lists it describes are replaced, not merged";
            return Some(Gap::new(GapKind::Unsupported, path.span(), message));
        }
        let version = openapi.get("version").filter(|version| version.text() != BUILT_IN_SCHEMA)?;
        let message = format!("kustomize has the schema `{BUILT_IN_SCHEMA}` and no `{}`", version.text());
        Some(Gap::new(GapKind::Field, version.span(), message))
    }
}

/// The schema of Kubernetes that kustomize 5 brings along.
const BUILT_IN_SCHEMA: &str = "v1.21.2";
