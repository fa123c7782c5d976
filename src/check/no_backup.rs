//! `no-backup`: data lives in the cluster, and nothing in the codebase saves it.

use super::{Check, Missing, Outcome, Violation, another, once_each};
use crate::codebase::Codebase;
use crate::codebase::backups::Evidence;
use crate::finding::{Sentence, Subject};
use crate::model::cluster::Spec;
use crate::model::environment::stage_of;
use crate::model::injected::is_injected;
use crate::model::object::Object;
use crate::model::role::Zone;
use crate::model::stateful::data_of;
use crate::yaml::Node;
use serde::Deserialize;

/// Looks for any declaration of a backup, once for the whole codebase.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NoBackup {}

impl Check for NoBackup {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let cluster = main_cluster(codebase);
        let data = data(codebase);
        if cluster.is_none() && data.is_empty() {
            return;
        }
        let evidence = codebase.backup_evidence();
        if evidence != Evidence::Mentioned {
            outcome.looked_at(data.len() + usize::from(cluster.is_some()));
        }
        if evidence == Evidence::None {
            let violation = if data.is_empty() {
                bare_cluster(codebase, cluster)
            } else {
                unsaved(codebase, cluster, &data)
            };
            if let Some(violation) = violation {
                // Texts that nobody understood were searched for words already.
                outcome.report(violation.for_want_of(Missing::anywhere().or_in_scripts().in_no_text()));
            }
        }
    }
}

/// Objects that keep data, with words for it.
type Data<'a> = Vec<(Object<'a>, &'static str)>;

/// Data that nothing saves.
fn unsaved(codebase: &Codebase, cluster: Option<Spec<'_>>, data: &Data<'_>) -> Option<Violation> {
    let (first, _) = data.first()?;
    let place = cluster.and_then(Spec::name).unwrap_or_else(|| first.head());
    let etcd = cluster.is_some_and(Spec::saves_etcd);
    let but = if etcd { ": the snapshots of etcd hold no volumes and fit this cluster only" } else { "" };
    let sentence = Sentence::Counted {
        start: String::new(),
        one_more: " and 1 more object keep their data in the cluster",
        more: " and {} more objects keep their data in the cluster",
        end: format!(", and nothing in the codebase saves it{but}"),
    };
    let is_told_here = |object: &Object<'_>| object.head().span() == place.span();
    let told_here = data.iter().find(|(object, _)| is_told_here(object));
    let others = data.iter().filter(|(object, _)| !is_told_here(object)).map(|(object, words)| {
        another(*object, object.head(), format!("{words} that nothing saves")).about(title(*object, words))
    });
    let violation =
        Violation::at(place, "").telling(told_here.map(|(object, words)| title(*object, words)), sentence);
    let violation = violation.with_others(others, MOST_SHOWN);
    // Manifests alone may run in a cluster that somebody else saves.
    Some(if cluster.is_some() || delivers(codebase) { violation } else { violation.weaker() })
}

fn title(object: Object<'_>, words: &str) -> Subject {
    let title = object.title();
    Subject::new(title.clone()).or_alone(format!("{title} keeps {words} in the cluster"))
}

/// A cluster without anything that runs in it: its applications are declared elsewhere, maybe its backup too.
fn bare_cluster(codebase: &Codebase, cluster: Option<Spec<'_>>) -> Option<Violation> {
    let cluster = cluster.filter(|cluster| !cluster.saves_etcd())?;
    // Whatever else is declared here can be applied again from here: the codebase is its backup.
    if codebase.workloads().any(|workload| workload.object.zone() == Zone::Deployed) || delivers(codebase) {
        return None;
    }
    let name = cluster.name()?;
    let message = format!("nothing in the codebase saves what runs in the cluster `{}`", name.text());
    Some(Violation::at(name, message).weaker())
}

/// Data outside of examples.
fn data(codebase: &Codebase) -> Data<'_> {
    let keeps_data = |object: &Object<'_>| object.zone() == Zone::Deployed && data_of(*object).is_some();
    let objects = once_each(codebase.objects().filter(keeps_data));
    objects.into_iter().filter_map(|object| Some((object, data_of(object)?))).collect()
}

/// The cluster to report at: one of production before the others. Clusters on a laptop and templates of clusters
/// do not count.
fn main_cluster(codebase: &Codebase) -> Option<Spec<'_>> {
    let clusters = codebase.clusters().filter(|cluster| !cluster.format.local);
    let mut clusters: Vec<_> = clusters.filter(|cluster| is_real(codebase, *cluster)).collect();
    let stage = |cluster: &Spec<'_>| cluster.name().and_then(|name| stage_of(&name.text()));
    clusters.sort_by_key(|cluster| std::cmp::Reverse(stage(cluster)));
    clusters.into_iter().next()
}

fn is_real(codebase: &Codebase, cluster: Spec<'_>) -> bool {
    let name = cluster.name().and_then(Node::as_str);
    // A kustomization beside a spec does not list it: the tool that builds the cluster reads it.
    codebase.zone(cluster.root.span().file).is_meant() && name.is_some_and(|name| !is_injected(&name))
}

/// Whether something in the codebase delivers it to a cluster.
fn delivers(codebase: &Codebase) -> bool {
    let flux = codebase.flux_kustomizations().chain(codebase.flux_repositories());
    codebase.applications().chain(flux).next().is_some()
}

/// Further places shown for one finding.
const MOST_SHOWN: usize = 5;
