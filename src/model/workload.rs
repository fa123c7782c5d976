//! Workloads: objects with a pod template, whatever their kind.

use super::object::Object;
use crate::yaml::Node;

/// An object that runs pods.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    /// The object.
    pub object: Object<'a>,
    /// The pod template, or the Pod itself: it has `spec` and `metadata`.
    pub template: Node<'a>,
}

/// One container of a pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a> {
    /// The entry of `containers`, `initContainers` or `ephemeralContainers`.
    pub node: Node<'a>,
}

/// Where kinds of Kubernetes keep their pod template.
const TEMPLATES: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("extensions", "Deployment", &["spec", "template"]),
    ("extensions", "DaemonSet", &["spec", "template"]),
    ("extensions", "ReplicaSet", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("apps.openshift.io", "DeploymentConfig", &["spec", "template"]),
    ("serving.knative.dev", "Service", &["spec", "template"]),
    ("argoproj.io", "Rollout", &["spec", "template"]),
];

impl<'a> Workload<'a> {
    /// The workload that this object is; nothing if it runs no pods that can be seen.
    pub fn of(object: Object<'a>) -> Option<Self> {
        let known = TEMPLATES.iter().find(|(group, kind, _)| object.is(group, kind));
        let template = match known {
            Some((_, _, path)) => object.at(path)?,
            None => custom_template(object)?,
        };
        template.get("spec").map(|_| Self { object, template })
    }

    /// The pod's spec.
    pub fn pod_spec(self) -> Option<Node<'a>> {
        self.template.get("spec")
    }

    /// All containers: init, ordinary and ephemeral.
    pub fn containers(self) -> impl Iterator<Item = Container<'a>> {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        let spec = self.pod_spec();
        let lists = lists.into_iter().filter_map(move |list| spec?.get(list));
        lists.flat_map(Node::items).map(|node| Container { node })
    }
}

/// Whether an object runs to completion: a `Job` or a `CronJob`.
pub fn is_job(object: Object<'_>) -> bool {
    object.is("batch", "Job") || object.is("batch", "CronJob")
}

impl<'a> Container<'a> {
    /// The entries of `env`.
    pub fn env(self) -> impl Iterator<Item = Node<'a>> {
        self.node.get("env").into_iter().flat_map(Node::items)
    }

    /// `command` and `args`, item by item.
    pub fn arguments(self) -> impl Iterator<Item = Node<'a>> {
        let lists = ["command", "args"].into_iter().filter_map(move |list| self.node.get(list));
        lists.flat_map(Node::items)
    }
}

/// Operators often take a pod template under the usual names; it counts only if it holds containers.
fn custom_template(object: Object<'_>) -> Option<Node<'_>> {
    let paths: [&[&str]; 2] = [&["spec", "template"], &["spec", "podTemplate"]];
    let mut templates = paths.iter().filter_map(|path| object.at(path));
    templates.find(|template| template.at(&["spec", "containers"]).is_some_and(Node::is_sequence))
}
