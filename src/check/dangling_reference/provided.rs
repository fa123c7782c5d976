//! What the codebase says that there is: objects, what kustomize generates, what every cluster has.

use crate::codebase::Codebase;
use crate::model::kustomization::Kustomization;
use crate::model::object::Object;
use crate::model::reference::Reference;
use crate::model::role::Role;
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Names by kind. Namespaces are left out of it: too much sets them from outside.
#[derive(Default)]
pub(super) struct Provided<'a> {
    names: HashMap<Cow<'a, str>, HashSet<Cow<'a, str>>>,
    /// Names of which a template fills in a part: what stands before it and after it.
    patterns: HashMap<Cow<'a, str>, Vec<(String, String)>>,
    /// What kustomizations put before and after names.
    prefixes: Vec<Cow<'a, str>>,
    suffixes: Vec<Cow<'a, str>>,
}

impl<'a> Provided<'a> {
    /// Reads every object, in tests and templates too: there the name may be meant.
    pub(super) fn of(codebase: &'a Codebase) -> Self {
        let mut provided = Self::default();
        codebase.all_objects().chain(codebase.objects()).for_each(|object| provided.object(object));
        for patch in codebase.documents().filter(|document| document.role == Role::Patch) {
            if let (Some(kind), Some(name)) = (patch.root.get("kind"), patch.root.at(&["metadata", "name"])) {
                provided.named(kind.text(), name);
            }
        }
        codebase.kustomizations().for_each(|kustomization| provided.kustomization(kustomization));
        provided
    }

    /// Whether the object is there, or is never written down because every cluster has it.
    pub(super) fn has(&self, reference: &Reference<'_>) -> bool {
        let (kind, name) = (&*reference.target.kind, &*reference.name);
        // Where no source of this kind is declared, all of them are declared elsewhere.
        if reference.target.group.contains("fluxcd.io") && !self.names.contains_key(kind) {
            return true;
        }
        if is_built_in(kind, name) || is_of_the_platform(reference) || self.contains(kind, name) {
            return true;
        }
        let unprefixed = self.prefixes.iter().filter_map(|prefix| name.strip_prefix(&**prefix));
        let mut names = unprefixed.chain([name]);
        names.any(|name| {
            let unsuffixed = self.suffixes.iter().filter_map(|suffix| name.strip_suffix(&**suffix));
            self.contains(kind, name) || unsuffixed.into_iter().any(|name| self.contains(kind, name))
        })
    }

    fn contains(&self, kind: &str, name: &str) -> bool {
        let matches =
            |(before, after): &(String, String)| name.starts_with(&**before) && name.ends_with(&**after);
        self.names.get(kind).is_some_and(|names| names.contains(name))
            || self.patterns.get(kind).is_some_and(|patterns| patterns.iter().any(matches))
    }

    fn object(&mut self, object: Object<'a>) {
        if let Some(name) = object.name_node() {
            self.named(object.kind().into(), name);
        }
        // A StatefulSet makes a claim for each template and replica.
        let templates = object.at(&["spec", "volumeClaimTemplates"]).into_iter().flat_map(Node::items);
        for template in templates.filter_map(|template| template.at(&["metadata", "name"])) {
            let before = format!("{}-{}-", template.text(), object.name().unwrap_or_default());
            self.patterns.entry("PersistentVolumeClaim".into()).or_default().push((before, String::new()));
        }
    }

    fn named(&mut self, kind: Cow<'a, str>, name: Node<'a>) {
        let text = name.text();
        let Some(start) = text.find(['$', '{']).or_else(|| name.is_templated().then_some(0)) else {
            self.names.entry(kind).or_default().insert(text);
            return;
        };
        let end = text.rfind('}').map_or(text.len(), |end| end + 1).max(start);
        let pattern = (text[..start].to_owned(), text[end..].to_owned());
        self.patterns.entry(kind).or_default().push(pattern);
    }

    fn kustomization(&mut self, kustomization: Kustomization<'a>) {
        for (generator, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            kustomization.generated(generator).for_each(|name| self.named(kind.into(), name));
        }
        self.prefixes.extend(kustomization.field("namePrefix").map(|entry| entry.value.text()));
        self.suffixes.extend(kustomization.field("nameSuffix").map(|entry| entry.value.text()));
    }
}

/// What a cluster has before anything is applied to it. Sources: Kubernetes' and `OpenShift`'s documentation.
fn is_built_in(kind: &str, name: &str) -> bool {
    let names: &[&str] = match kind {
        "ServiceAccount" => &["default", "builder", "deployer", "pipeline"],
        "Service" => &["kubernetes"],
        "ConfigMap" => &[
            "kube-root-ca.crt",
            "openshift-service-ca.crt",
            "extension-apiserver-authentication",
            "aws-auth",
        ],
        "ClusterRole" => &[
            "cluster-admin",
            "admin",
            "edit",
            "view",
            "basic-user",
            "self-provisioner",
            "cluster-reader",
            "cluster-status",
            "sudoer",
        ],
        _ => &[],
    };
    names.contains(&name)
        || name.starts_with("system:")
        || name.starts_with("openshift-")
        || name.contains("-token-")
        || name.contains("-dockercfg-")
}

/// Namespaces that the platform fills.
fn is_of_the_platform(reference: &Reference<'_>) -> bool {
    let platform = |namespace: &str| {
        namespace.starts_with("kube-") || namespace.starts_with("openshift") || namespace == "default"
    };
    let beside = reference.from.namespace();
    // Inside one's own namespace one knows what there is; pointing into the platform's, one does not.
    reference.namespace.as_deref().is_some_and(platform)
        && (beside != reference.namespace || beside.is_none_or(|namespace| namespace != "default"))
}
