//! What Argo CD and Flux are told to bring to a cluster, over the whole codebase.

use super::Codebase;
use crate::model::delivery::{APPLICATIONS, ARGO, Delivery, FLUX_KUSTOMIZATION, FLUX_SOURCES, Source};
use crate::model::object::Object;
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::BTreeMap;

impl Codebase {
    /// The Applications and `ApplicationSets` of Argo CD.
    pub fn applications(&self) -> impl Iterator<Item = Object<'_>> {
        APPLICATIONS.into_iter().flat_map(|kind| self.objects_of(ARGO, kind))
    }

    /// The Kustomizations of Flux, each of which brings a folder to a cluster.
    pub fn flux_kustomizations(&self) -> impl Iterator<Item = Object<'_>> {
        self.objects_of(FLUX_KUSTOMIZATION.0, FLUX_KUSTOMIZATION.1)
    }

    /// The git repositories of Flux.
    pub fn flux_repositories(&self) -> impl Iterator<Item = Object<'_>> {
        self.objects_of(FLUX_SOURCES, "GitRepository")
    }

    /// Every folder of a repository that is brought to a cluster.
    pub fn deliveries(&self) -> Vec<Delivery<'_>> {
        let of_argo = self.applications().flat_map(Source::all).filter_map(|source| {
            let (object, url, path) = (source.object, source.url.value.as_str()?, source.path()?);
            Some(Delivery { object, url, path, source: Some(source) })
        });
        let mut urls: BTreeMap<Cow<'_, str>, Cow<'_, str>> = BTreeMap::new();
        for repository in self.flux_repositories() {
            let (Some(name), Some(url)) = (repository.name(), repository.at(&["spec", "url"])) else {
                continue;
            };
            urls.entry(name).or_insert(url.text());
        }
        let of_flux = self.flux_kustomizations().filter_map(|object| {
            let name = object.at(&["spec", "sourceRef", "name"]).map(Node::text).unwrap_or_default();
            let (url, path) = (urls.get(&name)?.clone(), object.at(&["spec", "path"])?);
            Some(Delivery { object, url, path, source: None })
        });
        of_argo.chain(of_flux).collect()
    }
}
