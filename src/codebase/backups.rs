//! Who saves what, over the whole codebase.

use super::Codebase;
use crate::model::backup::{
    Schedule, declares_backup, is_named_in_path, is_named_in_text, may_save, saved_by, saves,
};
use crate::model::role::{Role, Zone};
use crate::model::script::scripts;
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
        if sources().any(|source| self.is_backup_script(source)) {
            return Evidence::Declared;
        }
        // A file that nobody could read still tells its name, and one that is no valid YAML its words.
        if sources().any(mentions) || self.skipped().iter().any(|skipped| is_named_in_path(&skipped.path)) {
            return Evidence::Mentioned;
        }
        Evidence::None
    }

    fn is_backup_script(&self, source: &Source) -> bool {
        match source.kind() {
            FileKind::Terraform => declares_backup(source.text()),
            kind if kind.is_script() => {
                let scripts = scripts(source, self.tree(source.id()));
                scripts.iter().any(|script| may_save(&script.text) && script.pipelines().iter().any(saves))
            }
            _ => false,
        }
    }

    /// Values of Velero's chart stand in a `HelmRelease`, an `Application`, a kustomization or a file of their own.
    fn schedules_in_values(&self) -> impl Iterator<Item = Schedule<'_>> {
        let velero = Finder::new("velero");
        let schedules = Finder::new("schedules:");
        // A file is searched once, not once for each of the thousands of documents that it may hold.
        let sources = self.sources().iter().filter(move |source| {
            let text = source.text().as_bytes();
            let named = source.path().contains("velero") || velero.find(text).is_some();
            self.zone(source.id()) == Zone::Deployed && schedules.find(text).is_some() && named
        });
        let documents = sources.flat_map(|source| self.documents_of(source.id()));
        let documents = documents.filter(|document| document.role != Role::Patch);
        let mappings = documents.flat_map(|document| document.root.walk());
        mappings.filter(|node| node.shape() == Shape::Mapping).flat_map(Schedule::of_values)
    }
}

/// Whether a file tells that somebody thought of backups. The words are generous: a rule that objects to their absence
/// stays quiet where one of them stands.
fn mentions(source: &Source) -> bool {
    is_named_in_path(source.path()) || is_named_in_text(source.text())
}
