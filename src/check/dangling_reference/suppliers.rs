//! What could make an object that is nowhere written down: charts, remote bases, operators, scripts.

use super::names::Names;
use crate::codebase::Codebase;
use crate::model::delivery::is_flux_kustomization;
use crate::model::injected::is_injected;
use crate::model::kustomization::Reference as Remote;
use crate::model::object::Object;
use crate::model::reference::Reference;
use crate::model::role::Role;
use crate::problem::{Place, SkipReason};
use crate::source::FileKind;
use crate::yaml::{Node, Shape};
use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

/// Everything that makes objects without writing them down.
#[derive(Default)]
pub(super) struct Suppliers {
    /// Charts and delivered repositories: they may install anything into their namespace.
    charts: Group,
    /// Remote bases of kustomizations.
    remotes: Group,
    /// Names of custom resources: operators name what they make after them.
    custom: HashSet<String>,
    /// The names in question that stand in a custom resource, an annotation, a script.
    mentioned: HashSet<String>,
}

/// Suppliers of one kind. There may be thousands, and thousands of references to ask about.
#[derive(Default)]
struct Group {
    namespaces: HashSet<String>,
    /// Whether the namespace of one is unknown.
    is_anywhere: bool,
    words: BTreeSet<String>,
}

impl Suppliers {
    /// Looks through the codebase for whatever could make objects of these names.
    pub(super) fn of(codebase: &Codebase, names: &HashSet<String>) -> Self {
        let mut suppliers = Self::default();
        let names = Names::of(names.iter());
        for object in codebase.all_objects() {
            suppliers.object(object, &names);
        }
        suppliers.kustomizations(codebase, &names);
        suppliers.files(codebase, &names);
        for skipped in codebase.skipped().iter().filter(|skipped| skipped.reason == SkipReason::Template) {
            suppliers.charts.add(None, words(&skipped.path));
        }
        suppliers
    }

    /// Whether one of them could make what is referred to.
    pub(super) fn could_supply(&self, reference: &Reference<'_>) -> bool {
        let name = &*reference.name;
        let name_words = words(name);
        let of_flux = reference.from.group().ends_with("toolkit.fluxcd.io");
        if of_flux && reference.from.kind() == "HelmRelease" || reference.target.group.contains("fluxcd.io") {
            // A chart brings neither its own values nor its source.
            return self.mentioned.contains(name) || self.remotes.is_near(reference, &name_words);
        }
        self.mentioned.contains(name)
            || is_named_after(name, &self.custom)
            || self.charts.may_fill(reference, &name_words)
            || self.remotes.is_near(reference, &name_words)
            || is_certificate(reference)
    }

    fn object(&mut self, object: Object<'_>, names: &Names) {
        let annotations = object.metadata().and_then(|metadata| metadata.get("annotations"));
        if let Some(annotations) = annotations {
            self.mentions(annotations.raw(), names);
        }
        if !is_custom(object) {
            if object.is("", "ConfigMap") && object.root().raw().contains("kind:") {
                self.mentions(object.root().raw(), names);
            }
            return;
        }
        if is_inert(object) {
            return;
        }
        if let Some((namespace, words)) = delivery(object) {
            self.charts.add(namespace, words);
        }
        if is_flux_kustomization(object) {
            return;
        }
        self.custom.extend(object.name().filter(|name| name.len() > 2).map(String::from));
        match object.at(&["spec", "values"]).filter(|_| object.is("helm.toolkit.fluxcd.io", "HelmRelease")) {
            Some(values) => self.mentions(values.raw(), names),
            None if object.is("helm.toolkit.fluxcd.io", "HelmRelease") => {}
            None => self.mentions(object.root().raw(), names),
        }
    }

    fn mentions(&mut self, text: &str, names: &Names) {
        self.mentioned.extend(names.found_in(text).map(str::to_owned));
    }

    fn kustomizations(&mut self, codebase: &Codebase, names: &Names) {
        for kustomization in codebase.kustomizations() {
            let namespace = kustomization.namespace().map(|node| node.text().into_owned());
            for input in kustomization.inputs().filter(Remote::is_remote) {
                self.remotes.add(namespace.clone(), words(&input.text));
            }
            for generator in ["helmCharts", "helmChartInflationGenerator", "generators"] {
                for item in kustomization.field(generator).into_iter().flat_map(|entry| entry.value.items()) {
                    let own = item.get("namespace").map(|node| node.text().into_owned());
                    let namespace = own.or_else(|| namespace.clone());
                    self.charts.add(namespace, words(item.raw()));
                }
            }
            // Patches written inside may rename objects.
            let texts = kustomization
                .root()
                .walk()
                .filter(|node| node.shape() == Shape::Scalar && node.raw().contains('\n'));
            texts.for_each(|node| self.mentions(node.raw(), names));
        }
        let patches = codebase.documents().filter(|document| document.role == Role::Patch);
        let operations = patches.filter(|patch| patch.root.is_sequence());
        operations.for_each(|patch| self.mentions(patch.root.raw(), names));
    }

    fn files(&mut self, codebase: &Codebase, names: &Names) {
        for source in codebase.sources() {
            match source.kind() {
                FileKind::HelmChart => {
                    self.charts.add(None, words(source.path()));
                }
                FileKind::Yaml | FileKind::Json | FileKind::Kustomization | FileKind::HelmTemplate => {}
                _ => self.mentions(source.text(), names),
            }
        }
        // A file is searched once, however much is wrong with it.
        let places = codebase.problems().iter().filter_map(|problem| match problem.place {
            Place::Span(span) => Some(span.file),
            Place::Path(_) => None,
        });
        for file in places.collect::<BTreeSet<_>>() {
            self.mentions(codebase.source(file).text(), names);
        }
        let data = || codebase.documents().filter(|document| document.role == Role::Data);
        data().for_each(|document| self.mentions(document.root.raw(), names));
        for release in data().filter_map(|document| document.root.get("releases")).flat_map(Node::items) {
            let namespace = release.get("namespace").map(|node| node.text().into_owned());
            self.charts.add(namespace, words(release.raw()));
        }
    }
}

/// The namespace and the words of an object that has something installed: releases of charts, Applications,
/// subscriptions to operators.
fn delivery(object: Object<'_>) -> Option<(Option<String>, Vec<String>)> {
    let text = |path: &[&str]| object.at(path).map(|node| node.text().into_owned());
    let namespace = match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io" | "helm.fluxcd.io", "HelmRelease") | ("helm.cattle.io", "HelmChart") => {
            text(&["spec", "targetNamespace"])
        }
        ("argoproj.io", "Application" | "ApplicationSet") => {
            if object.at(&["spec", "source", "path"]).is_some() {
                return None;
            }
            text(&["spec", "destination", "namespace"])
        }
        ("operators.coreos.com", "Subscription") => None,
        _ => return None,
    };
    let namespace = namespace.or_else(|| object.namespace().map(String::from));
    let words = words(&object.name().unwrap_or_default());
    Some((namespace.filter(|text| !is_injected(text)), words))
}

impl Group {
    fn add(&mut self, namespace: Option<String>, words: Vec<String>) {
        self.is_anywhere |= namespace.is_none();
        self.namespaces.extend(namespace);
        self.words.extend(words);
    }

    /// A chart may install anything into its namespace, and elsewhere what is named after it.
    fn may_fill(&self, reference: &Reference<'_>, name_words: &[String]) -> bool {
        let unknown = self.is_anywhere && reference.namespace.is_none();
        unknown || self.is_near(reference, name_words)
    }

    /// A remote base has objects of its own namespace, and such as are named after it.
    fn is_near(&self, reference: &Reference<'_>, name_words: &[String]) -> bool {
        let same =
            reference.namespace.as_deref().is_some_and(|namespace| self.namespaces.contains(namespace));
        same || name_words.iter().any(|word| self.has_like(word))
    }

    /// Whether there is this word, a longer one that begins with it, or a shorter one that it begins with.
    fn has_like(&self, word: &str) -> bool {
        let longer = || {
            self.words
                .range::<str, _>((Bound::Included(word), Bound::Unbounded))
                .next()
                .is_some_and(|next| next.starts_with(word))
        };
        self.words.contains(word)
            || word.len() > 3 && longer()
            || (4..word.len()).any(|end| self.words.contains(&word[..end]))
    }
}

/// `database-app` is made for the custom resource `database`.
fn is_named_after(name: &str, custom: &HashSet<String>) -> bool {
    let mut ends = name.match_indices(['-', '.']).map(|(at, _)| at);
    ends.any(|at| custom.contains(&name[..at]) || custom.contains(&name[at + 1..]))
}

/// cert-manager makes the Secret of an Ingress that asks for it.
fn is_certificate(reference: &Reference<'_>) -> bool {
    let annotations = reference.from.metadata().and_then(|metadata| metadata.get("annotations"));
    let mut keys = annotations.into_iter().flat_map(Node::entries).map(|entry| entry.key.text().into_owned());
    reference.from.kind() == "Ingress"
        && reference.target.is_core("Secret")
        && keys.any(|key| key.contains("cert") || key.contains("acme"))
}

/// Whether a controller outside of Kubernetes acts on the object.
fn is_custom(object: Object<'_>) -> bool {
    let group = object.group();
    group.contains('.') && !group.ends_with(".k8s.io") || object.is("apiregistration.k8s.io", "APIService")
}

/// Whether nothing is made for the object: it watches, routes, or scales what is there.
fn is_inert(object: Object<'_>) -> bool {
    INERT.iter().any(|(group, kind)| object.is(group, kind))
        || ["networking.istio.io", "security.istio.io"].contains(&object.group())
}

/// Source: the documentation of each operator.
const INERT: [(&str, &str); 12] = [
    ("addons.cluster.x-k8s.io", "ClusterResourceSet"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("keda.sh", "ScaledObject"),
    ("route.openshift.io", "Route"),
    ("apps.openshift.io", "DeploymentConfig"),
    ("image.openshift.io", "ImageStream"),
    ("build.openshift.io", "BuildConfig"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("argoproj.io", "Rollout"),
];

/// The words of a name or an address that say what it is about.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
    words.filter(|word| word.len() > 2 && !COMMON.contains(&word.as_str())).collect()
}

/// Words that many names share.
const COMMON: [&str; 30] = [
    "https",
    "http",
    "github",
    "com",
    "raw",
    "githubusercontent",
    "main",
    "master",
    "yaml",
    "yml",
    "charts",
    "chart",
    "templates",
    "service",
    "services",
    "account",
    "config",
    "secret",
    "secrets",
    "server",
    "controller",
    "manager",
    "webhook",
    "role",
    "cluster",
    "kubernetes",
    "default",
    "system",
    "deploy",
    "examples",
];
