//! One step of a kustomization: something that changes what was gathered.

use super::accumulation::Accumulation;
use super::patch::{Log, Patches};
use super::replacement;
use super::transform::affix::Affix;
use super::transform::annotations::Annotations;
use super::transform::images::Images;
use super::transform::labels::Labels;
use super::transform::namespace::Namespace;
use super::transform::replicas::Replicas;
use super::value::Value;

/// A step. Which fields it comes from, and in what order, the recipe knows.
#[derive(Debug, Clone)]
pub enum Step {
    /// Patches of any kind.
    Patches(Patches),
    /// `namespace`.
    Namespace(Namespace),
    /// `namePrefix` or `nameSuffix`.
    Affix(Affix),
    /// One entry of `labels`, or `commonLabels`.
    Labels(Labels),
    /// `commonAnnotations`.
    Annotations(Annotations),
    /// One entry of `replicas`.
    Replicas(Replicas),
    /// `images`.
    Images(Images),
    /// `replacements`.
    Replacements(Vec<Value>),
}

impl Step {
    /// What kustomize calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Patches(_) => "PatchTransformer",
            Self::Namespace(_) => "NamespaceTransformer",
            Self::Affix(affix) if affix.is_prefix() => "PrefixTransformer",
            Self::Affix(_) => "SuffixTransformer",
            Self::Labels(_) => "LabelTransformer",
            Self::Annotations(_) => "AnnotationsTransformer",
            Self::Replicas(_) => "ReplicaCountTransformer",
            Self::Images(_) => "ImageTagTransformer",
            Self::Replacements(_) => "ReplacementTransformer",
        }
    }

    /// Changes what was gathered.
    pub fn apply(&self, gathered: &mut Accumulation) {
        let Accumulation { resources, configuration, gaps, removed, .. } = gathered;
        match self {
            Self::Patches(patches) => {
                let mut log = Log { gaps: std::mem::take(gaps), removed: std::mem::take(removed) };
                patches.apply(resources, &mut log);
                (*gaps, *removed) = (log.gaps, log.removed);
            }
            Self::Namespace(namespace) => namespace.apply(resources, configuration, gaps),
            Self::Affix(affix) => affix.apply(resources, configuration, gaps),
            Self::Labels(labels) => labels.apply(resources, configuration, gaps),
            Self::Annotations(annotations) => annotations.apply(resources, configuration, gaps),
            Self::Replicas(replicas) => replicas.apply(resources, configuration, gaps),
            Self::Images(images) => images.apply(resources, configuration, gaps),
            Self::Replacements(replacements) => replacement::replace(replacements, resources, gaps),
        }
    }
}
