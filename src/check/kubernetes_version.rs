//! Finds cluster specs that do not say which Kubernetes they want, and those that say it too loosely.

use super::{Check, Missing, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::cluster;
use crate::model::field::Field;
use crate::model::kubernetes_version::{Precision, VARIABLES, VersionField, Written, floats};
use crate::model::object::Object;
use crate::model::role::Role;
use crate::paths::resolve_path;
use crate::source::FileId;
use crate::yaml::Node;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Specs without a version of Kubernetes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KubernetesVersionMissing {}

/// Specs whose version of Kubernetes is not exact enough for their tool.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KubernetesVersionFloating {}

/// A document with a field for the version of Kubernetes.
#[derive(Clone, Copy)]
struct Spec<'a> {
    field: &'static VersionField,
    spec: cluster::Spec<'a>,
}

impl Check for KubernetesVersionMissing {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let specs = specs(codebase);
        let named: HashSet<String> =
            specs.iter().filter(|spec| spec.has_version()).filter_map(Spec::name).collect();
        let mut overlays = Overlays::default();
        for spec in &specs {
            let Some(absent) = spec.field.absent(spec.root()) else { continue };
            outcome.looked_at(1);
            let written = spec.has_version() || spec.name().is_some_and(|name| named.contains(&name));
            if !written && !overlays.bring(codebase, spec) {
                outcome.report(spec.without_version(absent));
            }
        }
    }
}

impl Check for KubernetesVersionFloating {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        for spec in specs(codebase) {
            for node in spec.field.path.nodes(spec.root()) {
                outcome.looked_at(1);
                spec.judge(node).into_iter().for_each(|violation| outcome.report(violation));
            }
        }
        release_channels(codebase, outcome);
        upgrade_plans(codebase, outcome);
        variables(codebase, outcome);
    }
}

fn specs(codebase: &Codebase) -> Vec<Spec<'_>> {
    let specs = codebase.specs();
    specs.filter_map(|spec| Some(Spec { field: spec.format.version.as_ref()?, spec })).collect()
}

impl<'a> Spec<'a> {
    fn root(&self) -> Node<'a> {
        self.spec.root
    }

    fn tool(&self) -> &'static str {
        &self.spec.format.tool
    }

    fn has_version(&self) -> bool {
        !self.field.path.nodes(self.root()).is_empty()
    }

    /// The tool and the name of the cluster: eksctl reads several files about one cluster.
    fn name(&self) -> Option<String> {
        Some(format!("{} {}", self.tool(), self.spec.object?.name()?))
    }

    fn key(&self) -> &'static str {
        self.field.path.key()
    }

    fn without_version(&self, absent: &str) -> Violation {
        let head = self.spec.head();
        let path = self.field.path.as_str();
        let violation = self.at(head, format!("this {} spec has no `{path}`: {absent}", self.tool()));
        let violation = violation.with_help(format!("Write `{path}` with the version that runs today."));
        let named = self.spec.object.and_then(Object::name);
        let elsewhere = named.map_or_else(|| self.key().to_owned(), Cow::into_owned);
        let violation =
            violation.for_want_of(Missing::anywhere().that_belongs_here().with_one_of([elsewhere]));
        if self.spec.format.local { violation.weaker().weaker() } else { violation }
    }

    fn judge(&self, node: Node<'a>) -> Option<Violation> {
        let (raw, tool) = (node.raw(), self.tool());
        let (is, language) = if self.spec.is_terraform() { (" =", "Terraform") } else { (":", "YAML") };
        let key = format!("{}{is}", self.key());
        let violation = match self.field.judge(node) {
            Written::Pinned => return None,
            Written::LostZero => {
                let number = raw.trim_end_matches('0');
                let message = format!("`{key} {raw}` is a number to {language}, which reads {number}: {tool} gets another version than the one written");
                self.at(node, message).with_help(format!("Quote it: `{key} \"{raw}\"`."))
            }
            Written::Minor => self.at(node, format!("`{key} {raw}` leaves the patch release open: {tool} chooses one on the day of the rebuild, or refuses the spec")),
            Written::Floating => self.at(node, format!("`{key} {raw}` names no version: the new cluster gets whatever it means on that day")),
        };
        let weaker = match self.field.precision {
            Precision::Patch | Precision::Minor => 0,
            Precision::MinorByPolicy => 1,
            Precision::Image => 2,
        };
        Some((0..weaker).fold(violation, |violation, _| violation.weaker()))
    }

    fn at(&self, node: Node<'a>, message: String) -> Violation {
        let violation = Violation::at(node, message);
        match self.spec.object {
            Some(object) => violation.in_object(object, node),
            None => violation,
        }
    }
}

/// What overlays add to specs. Every question is answered once, however many specs there are.
#[derive(Default)]
struct Overlays {
    /// For the path of a version, kind and name of what patches write it for.
    patched: HashMap<&'static str, HashSet<Identity>>,
    /// For a file and a key, whether a kustomization above names the key. What it writes is not taken apart.
    named: HashMap<(FileId, &'static str), bool>,
}

impl Overlays {
    /// Whether an overlay adds the version to this spec.
    fn bring(&mut self, codebase: &Codebase, spec: &Spec<'_>) -> bool {
        let (path, key, file) = (&spec.field.path, spec.key(), spec.root().span().file);
        let patched = self.patched.entry(path.as_str()).or_insert_with(|| patched(codebase, path));
        let Identity { kind, name } = identity(spec.root());
        patched.contains(&Identity { kind: kind.clone(), name })
            || patched.contains(&Identity { kind, name: None })
            || *self.named.entry((file, key)).or_insert_with(|| {
                let mut above = codebase.kustomizations_reaching(file);
                above.any(|kustomization| kustomization.root().raw().contains(key))
            })
    }
}

/// By what kustomize finds the object that a patch changes. A patch without a name may change every one of its kind.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    kind: Option<String>,
    name: Option<String>,
}

fn identity(root: Node<'_>) -> Identity {
    let text = |path: &[&str]| Some(root.at(path)?.text().into_owned());
    Identity { kind: text(&["kind"]), name: text(&["metadata", "name"]) }
}

/// What patches write a field for.
fn patched(codebase: &Codebase, path: &Field) -> HashSet<Identity> {
    let with_target: HashSet<FileId> = codebase
        .kustomizations()
        .flat_map(|kustomization| {
            let files = kustomization.patch_files_with_target();
            let paths = files.filter_map(move |file| resolve_path(kustomization.folder(), &file.text));
            paths.filter_map(|path| Some(codebase.sources().by_path(&path)?.id()))
        })
        .collect();
    let patches = codebase.documents().filter(|document| document.role == Role::Patch);
    let patches = patches.filter(|patch| patch.root.get("kind").is_some() && path.node(patch.root).is_some());
    let identities = patches.map(|patch| {
        let identity = identity(patch.root);
        let name = identity.name.filter(|_| !with_target.contains(&patch.source.id()));
        Identity { name, ..identity }
    });
    identities.collect()
}

/// GKE follows a channel on purpose, which is a policy and no fault.
fn release_channels(codebase: &Codebase, outcome: &mut Outcome) {
    for cluster in codebase.objects_of("container.cnrm.cloud.google.com", "ContainerCluster") {
        let Some(channel) = cluster.at(&["spec", "releaseChannel", "channel"]) else { continue };
        outcome.looked_at(1);
        if channel.as_str().is_some_and(|text| text != "UNSPECIFIED") {
            let message = format!(
                "Release channel `{}` moves the version: the new cluster begins with another one than the old",
                channel.text()
            );
            outcome.report(Violation::at(channel, message).in_object(cluster, channel).weaker().weaker());
        }
    }
}

/// Variables of Ansible.
fn variables(codebase: &Codebase, outcome: &mut Outcome) {
    let data =
        codebase.documents().filter(|document| document.role == Role::Data && document.zone.is_judged());
    for entry in data.flat_map(|document| document.root.entries()) {
        if !VARIABLES.contains(&&*entry.key.text()) {
            continue;
        }
        outcome.looked_at(1);
        if entry.value.as_str().is_some_and(|text| !text.is_empty() && floats(&text)) {
            let key = entry.key.text();
            let value = entry.value.text();
            let message = format!(
                "`{key}: {value}` names no version: the new cluster gets whatever it means on that day"
            );
            outcome.report(Violation::at(entry.value, message));
        }
    }
}

/// Rancher's upgrade controller takes a version or a channel.
fn upgrade_plans(codebase: &Codebase, outcome: &mut Outcome) {
    for plan in codebase.objects_of("upgrade.cattle.io", "Plan") {
        let Some(channel) = plan.at(&["spec", "channel"]) else { continue };
        outcome.looked_at(1);
        let releases = ["update.k3s.io", "update.rke2.io"].iter().any(|host| channel.text().contains(host));
        if releases && plan.at(&["spec", "version"]).is_none() {
            let message = format!(
                "Channel `{}` moves the version: the new cluster gets whatever it means on that day",
                channel.text()
            );
            outcome.report(Violation::at(channel, message).in_object(plan, channel));
        }
    }
}
