//! Who saves what, over the whole codebase.

use super::Codebase;
use crate::model::backup::{Schedule, is_backup_command, is_named_in_path, is_named_in_text, saved_by};
use crate::model::role::{Role, Zone};
use crate::source::{FileKind, Source};
use crate::yaml::Shape;
use memchr::memmem::Finder;

/// What the codebase says about backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Nothing at all.
    None,
    /// It is named somewhere.
    Mentioned,
    /// An object, a value of a chart, a script or a pipeline saves data.
    Declared,
}

impl Codebase {
    /// The Velero schedules that are deployed, from objects and from values of its chart.
    pub fn backup_schedules(&self) -> Vec<Schedule<'_>> {
        let objects = self.objects_of("velero.io", "Schedule");
        let objects = objects.filter(|object| object.zone() == Zone::Deployed);
        let mut schedules: Vec<_> = objects.filter_map(Schedule::of_object).collect();
        schedules.extend(self.schedules_in_values());
        schedules
    }

    /// Whether templates hold schedules, which nobody can read here.
    pub fn has_backup_schedules_in_templates(&self) -> bool {
        let templates = self.sources().iter().filter(|source| self.zone(source.id()) == Zone::Template);
        templates.into_iter().any(|source| source.text().contains("velero.io/"))
    }

    /// What the codebase says about backups, in whatever form.
    pub fn backup_evidence(&self) -> Evidence {
        let mut objects = self.all_objects().filter(|object| object.zone().is_used());
        if objects.any(|object| saved_by(object).is_some()) || self.schedules_in_values().next().is_some() {
            return Evidence::Declared;
        }
        let sources = || self.sources().iter().filter(|source| self.zone(source.id()).is_used());
        if sources().any(|source| is_script(source) && is_backup_command(source.text())) {
            return Evidence::Declared;
        }
        // A file that nobody could read still tells its name, and one that is no valid YAML its words.
        if sources().any(mentions) || self.skipped().iter().any(|skipped| is_named_in_path(&skipped.path)) {
            return Evidence::Mentioned;
        }
        Evidence::None
    }

    /// Values of Velero's chart stand in a `HelmRelease`, an `Application`, a kustomization or a file of their own.
    fn schedules_in_values(&self) -> impl Iterator<Item = Schedule<'_>> {
        let velero = Finder::new("velero");
        let schedules = Finder::new("schedules:");
        let documents = self.documents().filter(move |document| {
            let text = document.source.text().as_bytes();
            let named = document.source.path().contains("velero") || velero.find(text).is_some();
            document.zone == Zone::Deployed
                && document.role != Role::Patch
                && schedules.find(text).is_some()
                && named
        });
        let mappings = documents.flat_map(|document| document.root.walk());
        mappings.filter(|node| node.shape() == Shape::Mapping).flat_map(Schedule::of_values)
    }
}

fn is_script(source: &Source) -> bool {
    matches!(source.kind(), FileKind::Shell | FileKind::Makefile | FileKind::Ci(_) | FileKind::Terraform)
}

/// Whether a file tells that somebody thought of backups. The words are generous: a rule that objects to their absence
/// stays quiet where one of them stands.
fn mentions(source: &Source) -> bool {
    is_named_in_path(source.path()) || is_named_in_text(source.text())
}
