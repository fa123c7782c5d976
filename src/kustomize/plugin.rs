//! Generators and transformers that stand in files of their own. Those that kustomize brings along are built; those
//! that would have to be run are not.

use super::gap::{Gap, GapKind};
use super::generator::{self, Generated};
use super::id::Gvk;
use super::objects;
use super::patch::{Folder, Patches};
use super::replacement;
use super::resource::{Resource, key};
use super::step::Step;
use super::store::Store;
use super::transform::affix::{Affix, End};
use super::transform::annotations::Annotations;
use super::transform::images::Images;
use super::transform::labels::Labels;
use super::transform::namespace::Namespace;
use super::transform::replicas::Replicas;
use super::value::Value;
use crate::provenance::{Change, Operation, Place};

/// What plugins of one kustomization work with.
#[derive(Debug, Clone, Copy)]
pub struct Plugins<'a> {
    /// The files there are.
    pub store: Store<'a>,
    /// The folder that their paths begin at.
    pub folder: &'a str,
}

impl Plugins<'_> {
    /// What a generator makes.
    pub fn generate(self, object: &Value, gaps: &mut Vec<Gap>) -> Vec<Resource> {
        let gvk = gvk(object);
        let made = |what, gaps: &mut Vec<Gap>| {
            generator::generate(what, object, None, self.folder, &self.store, gaps).into_iter().collect()
        };
        match (&*gvk.version, &*gvk.group, &*gvk.kind) {
            ("builtin", "", "ConfigMapGenerator") => made(Generated::ConfigMap, gaps),
            ("builtin", "", "SecretGenerator") => made(Generated::Secret, gaps),
            ("builtin", "", "IAMPolicyGenerator") => service_account(object).into_iter().collect(),
            ("builtin", "", "HelmChartInflationGenerator") => {
                let message = "this chart would have to be rendered by Helm";
                gaps.push(Gap::new(GapKind::Chart, object.span(), message));
                Vec::new()
            }
            (_, "viaduct.ai", "ksops") => self.encrypted(object, gaps),
            _ => {
                gaps.push(to_be_run(object, &gvk));
                Vec::new()
            }
        }
    }

    /// The steps that transformers are.
    pub fn steps(self, object: &Value, gaps: &mut Vec<Gap>) -> Vec<Step> {
        let gvk = gvk(object);
        if (&*gvk.group, &*gvk.version) != ("", "builtin") {
            gaps.push(to_be_run(object, &gvk));
            return Vec::new();
        }
        let folder = Folder { store: self.store, path: self.folder };
        let affix = |end, gaps: &mut Vec<Gap>| Affix::of_object(object, end, gaps).map(Step::Affix);
        match &*gvk.kind {
            "PatchTransformer" => vec![Step::Patches(Patches::read(&list_of(object.clone()), folder, gaps))],
            "PatchStrategicMergeTransformer" => {
                let entries = object.get("paths").or_else(|| object.get("patches").map(list_of));
                steps(
                    entries
                        .map(|entries| Step::Patches(Patches::read_strategic_merges(&entries, folder, gaps))),
                )
            }
            "PatchJson6902Transformer" => {
                vec![Step::Patches(Patches::read_json_patches(&list_of(object.clone()), folder, gaps))]
            }
            "NamespaceTransformer" => steps(Namespace::of_object(object, gaps).map(Step::Namespace)),
            "PrefixTransformer" => steps(affix(End::Front, gaps)),
            "SuffixTransformer" => steps(affix(End::Back, gaps)),
            "PrefixSuffixTransformer" => {
                let both = [affix(End::Front, gaps), affix(End::Back, gaps)];
                both.into_iter().flatten().collect()
            }
            "LabelTransformer" => vec![Step::Labels(Labels::of_object(object, gaps))],
            "AnnotationsTransformer" => vec![Step::Annotations(Annotations::of_object(object, gaps))],
            "ReplicaCountTransformer" => steps(Replicas::of_object(object, gaps).map(Step::Replicas)),
            "ImageTagTransformer" => vec![Step::Images(Images::of_object(object, gaps))],
            "ReplacementTransformer" => {
                let entries = object.get("replacements");
                let read = |entries: Value| replacement::read(&entries, self.folder, &self.store, gaps);
                steps(entries.map(read).map(Step::Replacements))
            }
            "HashTransformer" | "LegacyOrderTransformer" => Vec::new(),
            other => {
                let message = format!("kustomize knows no transformer `{other}`");
                gaps.push(Gap::new(GapKind::Field, object.span(), message));
                Vec::new()
            }
        }
    }

    /// The files of `ksops` are read as they are: what is encrypted stays so, what they declare is known.
    fn encrypted(self, object: &Value, gaps: &mut Vec<Gap>) -> Vec<Resource> {
        let message = "`ksops` would have to be run: its Secrets are read as they are, encrypted";
        gaps.push(Gap::new(GapKind::Encrypted, object.span(), message));
        let files = object.get("files").map(|files| files.items()).unwrap_or_default();
        let mut read = Vec::new();
        for item in files {
            if let Some(source) = self.store.named(self.folder, &item, gaps) {
                read.extend(objects::in_file(self.store, source.id(), gaps));
            }
        }
        read
    }
}

/// A list with one item.
fn list_of(item: Value) -> Value {
    let mut list = Value::empty_list(item.span());
    if let Some(list) = list.list_mut() {
        list.items.push(item);
    }
    list
}

fn steps(step: Option<Step>) -> Vec<Step> {
    step.into_iter().collect()
}

fn gvk(object: &Value) -> Gvk {
    let text = |key: &str| object.text_of(&[key]).unwrap_or_default();
    Gvk::new(&text("apiVersion"), &text("kind"))
}

fn to_be_run(object: &Value, gvk: &Gvk) -> Gap {
    let message = format!("the plugin `{}` ({}) would have to be run", gvk.kind, gvk.api_version());
    Gap::new(GapKind::Plugin, object.span(), message)
}

/// The service account of `IAMPolicyGenerator`, tied to one of Google Cloud.
fn service_account(object: &Value) -> Option<Resource> {
    let text = |path: &[&str]| object.text_of(path);
    let account = text(&["serviceAccount", "name"])?;
    let email = format!("{account}@{}.iam.gserviceaccount.com", text(&["serviceAccount", "projectId"])?);
    let span = object.span();
    let made = |text: &str| Value::text_at(text, Place::computed(span, text.len()));
    let mut root = Value::empty_map(span);
    let map = root.map_mut()?;
    map.insert(key("apiVersion", span), made("v1"));
    map.insert(key("kind", span), made("ServiceAccount"));
    let mut resource = Resource::new(root);
    resource.set(&["metadata", "name"], object.at(&["kubernetesService", "name"])?);
    if let Some(namespace) = object.at(&["kubernetesService", "namespace"]) {
        resource.set(&["metadata", "namespace"], namespace);
    }
    resource.set(&["metadata", "annotations", "iam.gke.io/gcp-service-account"], made(&email));
    resource.changes.push(Change { operation: Operation::Generator, by: span, before: None });
    resource.refresh();
    Some(resource)
}
