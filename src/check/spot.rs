//! A written place, and all the clusters to which it comes: builds and documents may lead to one place many times.

use super::{Violation, another};
use crate::codebase::Codebase;
use crate::codebase::clusters_of::Clusters;
use crate::codebase::settings::Setting;
use crate::finding::Another;
use crate::model::object::Object;
use crate::source::Span;
use crate::yaml::Node;

/// A place where something is written, with what it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Spot<'c> {
    /// The exact place, inside of a text where it stands in one.
    pub(super) span: Span,
    /// The clusters that it comes to.
    pub(super) clusters: Clusters,
    object: Option<Object<'c>>,
    /// The node that is written there, or the text around it.
    node: Node<'c>,
    builds: Vec<u32>,
}

impl<'c> Spot<'c> {
    /// A place in a setting. `node` is what an objection is about.
    pub(super) fn new(codebase: &Codebase, setting: &Setting<'_, 'c>, node: Node<'_>) -> Self {
        let clusters = setting.clusters(codebase).clone();
        let builds = setting.object.map(|object| object.builds().to_vec()).unwrap_or_default();
        // What was read out of a text is gone after the visit.
        let same = node.reached_from(setting.outer);
        Self {
            span: node.span(),
            clusters,
            object: setting.object,
            node: same.unwrap_or(setting.outer),
            builds,
        }
    }

    /// A place inside of a node.
    pub(super) fn within(codebase: &Codebase, setting: &Setting<'_, 'c>, node: Node<'_>, span: Span) -> Self {
        Self { span, ..Self::new(codebase, setting, node) }
    }

    /// Takes in what is known of the same place from another build.
    pub(super) fn merge(&mut self, other: Self) {
        self.clusters = std::mem::take(&mut self.clusters).with(other.clusters);
        self.builds.extend(other.builds);
        self.builds.sort_unstable();
        self.builds.dedup();
    }

    /// An objection to it.
    pub(super) fn violation(&self, message: impl Into<String>) -> Violation {
        let violation = Violation::at_span(self.span, message);
        let mut violation = match self.object {
            Some(object) => violation.in_object(object, self.node),
            None => violation,
        };
        violation.builds.clone_from(&self.builds);
        violation
    }

    /// One more place of an objection to another one.
    pub(super) fn another(&self, message: impl Into<String>) -> Another {
        match self.object {
            Some(object) => Another { span: self.span, ..another(object, self.node, message) },
            None => Another::at(self.span, message),
        }
    }
}
