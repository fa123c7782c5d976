//! Which object refers to which other object by name, and where.
//!
//! Only references of Kubernetes' own kinds are known, and what Flux and `OpenShift` add to them. What a reference
//! points to is never looked up here.

use super::delivery::{FLUX_KUSTOMIZATION, FLUX_SOURCES};
use super::injected::is_injected;
use super::object::Object;
use super::workload::Workload;
use crate::yaml::Node;
use std::borrow::Cow;

/// A name in one object that means another.
#[derive(Debug, Clone)]
pub struct Reference<'a> {
    /// The object that refers.
    pub from: Object<'a>,
    /// The name as written.
    pub node: Node<'a>,
    /// Group and kind of what is meant.
    pub target: Target<'a>,
    /// The name of what is meant.
    pub name: Cow<'a, str>,
    /// The namespace of what is meant, where it is known: written beside the name, else that of the referring object.
    pub namespace: Option<Cow<'a, str>>,
    /// Whether the object does its work without it.
    pub optional: bool,
}

/// Group and kind of an object that is referred to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target<'a> {
    /// `apps`; empty for the core group.
    pub group: Cow<'a, str>,
    /// `Deployment`.
    pub kind: Cow<'a, str>,
}

impl Target<'_> {
    /// A kind of the core group.
    pub const fn core(kind: &'static str) -> Self {
        Self { group: Cow::Borrowed(""), kind: Cow::Borrowed(kind) }
    }

    const fn role(kind: &'static str) -> Self {
        Self { group: Cow::Borrowed("rbac.authorization.k8s.io"), kind: Cow::Borrowed(kind) }
    }

    /// Whether this is a kind of the core group.
    pub fn is_core(&self, kind: &str) -> bool {
        self.group.is_empty() && self.kind == kind
    }
}

/// Every reference that an object makes.
pub fn references(object: Object<'_>) -> Vec<Reference<'_>> {
    let mut finder = Finder { from: object, found: Vec::new() };
    if let Some(workload) = Workload::of(object) {
        finder.pods(workload);
    }
    match (object.group(), object.kind()) {
        ("networking.k8s.io" | "extensions", "Ingress") => finder.ingress(),
        ("autoscaling", "HorizontalPodAutoscaler") => finder.autoscaler(),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => finder.binding(),
        ("admissionregistration.k8s.io", _) => finder.webhooks(),
        ("apiregistration.k8s.io", "APIService") => finder.service(object.at(&["spec", "service"])),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            finder.service(object.at(&["spec", "conversion", "webhook", "clientConfig", "service"]));
        }
        ("route.openshift.io", "Route") => finder.route(),
        ("", "ServiceAccount") => finder.pull_secrets(object.root()),
        ("apps", "StatefulSet") => finder.governing_service(),
        ("gateway.networking.k8s.io", _) => finder.backends(),
        ("keda.sh", "ScaledObject") => finder.scaled_object(),
        ("addons.cluster.x-k8s.io", "ClusterResourceSet") => finder.resource_set(),
        FLUX_KUSTOMIZATION => {
            finder.substitutions();
            finder.flux(&["spec"]);
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            finder.values();
            finder.flux(&["spec", "chart", "spec"]);
        }
        _ => {}
    }
    finder.found
}

struct Finder<'a> {
    from: Object<'a>,
    found: Vec<Reference<'a>>,
}

impl<'a> Finder<'a> {
    /// Names that a template fills in mean something nobody knows here.
    fn add(
        &mut self,
        target: Target<'a>,
        name: Option<Node<'a>>,
        namespace: Option<Node<'a>>,
        optional: bool,
    ) {
        let Some((node, name)) = name.and_then(|node| Some((node, node.as_str()?))) else { return };
        if name.is_empty() || name.contains(' ') || is_injected(&name) {
            return;
        }
        let namespace = namespace.and_then(Node::as_str).or_else(|| self.from.namespace());
        self.found.push(Reference { from: self.from, node, target, name, namespace, optional });
    }

    fn pods(&mut self, workload: Workload<'a>) {
        let Some(spec) = workload.pod_spec() else { return };
        let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
        self.add(Target::core("ServiceAccount"), account, None, false);
        self.pull_secrets(spec);
        for volume in items(spec, &["volumes"]) {
            self.volume(volume);
        }
        for container in workload.containers() {
            for source in items(container.node, &["envFrom"]) {
                self.configuration(source, "configMapRef", "secretRef", "name");
            }
            for source in container.env().filter_map(|variable| variable.get("valueFrom")) {
                self.configuration(source, "configMapKeyRef", "secretKeyRef", "name");
            }
        }
    }

    fn volume(&mut self, volume: Node<'a>) {
        self.configuration(volume, "configMap", "secret", "secretName");
        let claim = volume.at(&["persistentVolumeClaim", "claimName"]);
        self.add(Target::core("PersistentVolumeClaim"), claim, None, false);
        for source in items(volume, &["projected", "sources"]) {
            self.configuration(source, "configMap", "secret", "name");
        }
    }

    /// A source that is a `ConfigMap` or a Secret. Only in volumes the name of a Secret has another key.
    fn configuration(&mut self, source: Node<'a>, config_map: &str, secret: &str, secret_name: &str) {
        let kinds = [("ConfigMap", config_map, "name"), ("Secret", secret, secret_name)];
        for (kind, key, name) in kinds {
            let Some(node) = source.get(key) else { continue };
            let optional = node.get("optional").is_some_and(|optional| optional.is_text("true"));
            self.add(Target::core(kind), node.get(name), None, optional);
        }
    }

    fn pull_secrets(&mut self, holder: Node<'a>) {
        for secret in items(holder, &["imagePullSecrets"]) {
            self.add(Target::core("Secret"), secret.get("name"), None, false);
        }
    }

    fn ingress(&mut self) {
        let Some(spec) = self.from.spec() else { return };
        let defaults = ["defaultBackend", "backend"].into_iter().filter_map(|key| spec.get(key));
        let paths = items(spec, &["rules"]).flat_map(|rule| items(rule, &["http", "paths"]));
        for backend in defaults.chain(paths.filter_map(|path| path.get("backend"))) {
            // The load balancer of AWS takes what an annotation says instead of a Service.
            if backend.mentions("use-annotation") {
                continue;
            }
            let name = backend.at(&["service", "name"]).or_else(|| backend.get("serviceName"));
            self.add(Target::core("Service"), name, None, false);
        }
        for tls in items(spec, &["tls"]) {
            self.add(Target::core("Secret"), tls.get("secretName"), None, false);
        }
    }

    fn autoscaler(&mut self) {
        let Some(target) = self.from.at(&["spec", "scaleTargetRef"]) else { return };
        let version = target.get("apiVersion").map(Node::text).unwrap_or_default();
        let group = version.rsplit_once('/').map_or(String::new(), |(group, _)| group.to_owned());
        let Some(kind) = target.get("kind").and_then(Node::as_str) else { return };
        self.add(Target { group: group.into(), kind }, target.get("name"), None, false);
    }

    fn binding(&mut self) {
        let root = self.from.root();
        if let Some(role) = root.get("roleRef") {
            let cluster = role.get("kind").is_some_and(|kind| kind.is_text("ClusterRole"));
            let target = Target::role(if cluster { "ClusterRole" } else { "Role" });
            self.add(target, role.get("name"), None, false);
        }
        // Generated bindings list accounts of parts that are not installed, which harms nobody.
        let several = items(root, &["subjects"]).count() > 1;
        for subject in items(root, &["subjects"])
            .filter(|s| s.get("kind").is_some_and(|kind| kind.is_text("ServiceAccount")))
        {
            self.add(Target::core("ServiceAccount"), subject.get("name"), subject.get("namespace"), several);
        }
    }

    fn webhooks(&mut self) {
        for webhook in items(self.from.root(), &["webhooks"]) {
            self.service(webhook.at(&["clientConfig", "service"]));
        }
    }

    fn service(&mut self, service: Option<Node<'a>>) {
        let Some(service) = service else { return };
        self.add(Target::core("Service"), service.get("name"), service.get("namespace"), false);
    }

    fn route(&mut self) {
        let Some(to) = self.from.at(&["spec", "to"]) else { return };
        if to.get("kind").is_none_or(|kind| kind.is_text("Service")) {
            self.add(Target::core("Service"), to.get("name"), None, false);
        }
    }

    /// The pods are found by names that this Service gives them.
    fn governing_service(&mut self) {
        self.add(Target::core("Service"), self.from.at(&["spec", "serviceName"]), None, false);
    }

    /// Where routes of the Gateway API lead to.
    fn backends(&mut self) {
        for backend in
            items(self.from.root(), &["spec", "rules"]).flat_map(|rule| items(rule, &["backendRefs"]))
        {
            if backend.get("kind").is_none_or(|kind| kind.is_text("Service")) {
                self.add(Target::core("Service"), backend.get("name"), backend.get("namespace"), false);
            }
        }
    }

    /// KEDA scales a Deployment where nothing else is said.
    fn scaled_object(&mut self) {
        let Some(target) = self.from.at(&["spec", "scaleTargetRef"]) else { return };
        let kind = target.get("kind").and_then(Node::as_str).unwrap_or(Cow::Borrowed("Deployment"));
        self.add(Target { group: "apps".into(), kind }, target.get("name"), None, false);
    }

    fn resource_set(&mut self) {
        for resource in items(self.from.root(), &["spec", "resources"]) {
            let secret = resource.get("kind").is_some_and(|kind| kind.is_text("Secret"));
            let kind = if secret { "Secret" } else { "ConfigMap" };
            self.add(Target::core(kind), resource.get("name"), None, false);
        }
    }

    /// What an object of Flux waits for, and where it takes its content from.
    fn flux(&mut self, holder: &[&str]) {
        for dependency in items(self.from.root(), &["spec", "dependsOn"]) {
            let target = Target { group: self.from.group().into(), kind: self.from.kind().into() };
            self.add(target, dependency.get("name"), dependency.get("namespace"), false);
        }
        let Some(source) = self.from.at(holder).and_then(|holder| holder.get("sourceRef")) else { return };
        let Some(kind) = source.get("kind").and_then(Node::as_str) else { return };
        let target = Target { group: FLUX_SOURCES.into(), kind };
        self.add(target, source.get("name"), source.get("namespace"), false);
    }

    /// Values of a chart that stand in another object.
    fn values(&mut self) {
        self.sources(&["spec", "valuesFrom"]);
    }

    /// Values that Flux writes into manifests.
    fn substitutions(&mut self) {
        self.sources(&["spec", "postBuild", "substituteFrom"]);
    }

    fn sources(&mut self, path: &[&str]) {
        for source in items(self.from.root(), path) {
            let optional = source.get("optional").is_some_and(|optional| optional.is_text("true"));
            let secret = source.get("kind").is_some_and(|kind| kind.is_text("Secret"));
            let kind = if secret { "Secret" } else { "ConfigMap" };
            self.add(Target::core(kind), source.get("name"), None, optional);
        }
    }
}

fn items<'a>(node: Node<'a>, path: &[&str]) -> impl Iterator<Item = Node<'a>> + use<'a> {
    node.at(path).into_iter().flat_map(Node::items)
}
