//! Names of clusters written where another cluster would have to read them.

mod host;
mod instead;
mod words;

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::codebase::namings::{NameZone, Naming, Sureness};
use crate::finding::{Another, Subject};
use crate::model::identity::{Identity, Origin};
use crate::model::role::Zone;
use crate::model::usage::Usage;
use host::Hosts;
use instead::Injections;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at the places that name clusters.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HardCodedClusterName {
    /// What the name is used for there.
    uses: BTreeSet<Use>,
}

/// What the name of a cluster is used for, as far as it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Use {
    /// Code of one cluster refers to another.
    AnotherCluster,
    /// A command connects to the cluster.
    Command,
    /// Code branches on the name.
    Condition,
    /// A delivery tool is told where to deploy.
    Delivery,
    /// A controller or an agent is told which cluster it is in.
    Controller,
    /// Part of the name of a role or an account in a cloud.
    Role,
    /// Part of the name of a host.
    Host,
    /// There has to be such a line for each cluster.
    List,
    /// A variable holds it, for everything that asks.
    Variable,
    /// Anything else.
    Other,
}

/// Places of one cause: what they are used for, the cluster, the one to which the files belong, and what decides how
/// much they matter.
type Cause = (Use, u32, Option<u32>, bool, Sureness, Zone);

impl Check for HardCodedClusterName {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        if codebase.identities().is_empty() {
            return;
        }
        outcome.looked_at(codebase.judged_texts());
        let injections = Injections::default();
        for (cause, places) in self.causes(codebase) {
            outcome.report_all(violation(codebase, cause, &places, &injections));
        }
    }
}

impl HardCodedClusterName {
    /// Looks at what delivery tools are told that know clusters by other ways than Argo CD.
    pub(super) fn of_delivery() -> Self {
        Self { uses: BTreeSet::from([Use::Delivery]) }
    }

    fn causes<'a>(&self, codebase: &'a Codebase) -> BTreeMap<Cause, Vec<&'a Naming>> {
        let mut causes: BTreeMap<Cause, Vec<&Naming>> = BTreeMap::new();
        let (scattered, mut hosts) = (codebase.scattered_destinations(), Hosts::default());
        for naming in codebase.namings() {
            let used = used_for(naming).filter(|used| self.uses.contains(used));
            let Some(used) =
                used.filter(|_| !naming.is_destination() || !scattered.contains(&naming.cluster))
            else {
                continue;
            };
            if used == Use::Host && hosts.have_lasting_one(codebase, naming) {
                continue;
            }
            let owner = naming.owner.filter(|_| used == Use::AnotherCluster);
            let is_own = naming.zone == NameZone::OwnLayer;
            let zone = codebase.zone(naming.span.file);
            let cause = (used, naming.cluster, owner, is_own, naming.sureness, zone);
            causes.entry(cause).or_default().push(naming);
        }
        causes
    }
}

/// Nothing where the name may stand, and where other rules look.
fn used_for(naming: &Naming) -> Option<Use> {
    match (naming.zone, naming.usage) {
        (NameZone::Shared, usage) => in_shared_code(usage, naming.owner.is_some()),
        (NameZone::OwnLayer, Usage::Condition) => Some(Use::Condition),
        (NameZone::OwnLayer, Usage::Host) => Some(Use::Host),
        (NameZone::Declaration, Usage::List | Usage::Delivery) => Some(Use::List),
        (NameZone::Ignored | NameZone::Declaration | NameZone::Injection | NameZone::OwnLayer, _) => None,
    }
}

/// `is_of_another` says whether the file belongs to another cluster.
fn in_shared_code(usage: Usage, is_of_another: bool) -> Option<Use> {
    Some(match usage {
        Usage::Monitor => return None,
        // A mesh or a federation lists its members.
        Usage::Path | Usage::List | Usage::Peer => Use::List,
        Usage::Variable => Use::Variable,
        _ if is_of_another => Use::AnotherCluster,
        Usage::Command => Use::Command,
        Usage::Condition => Use::Condition,
        Usage::Delivery => Use::Delivery,
        Usage::Controller => Use::Controller,
        Usage::Role => Use::Role,
        Usage::Host => Use::Host,
        Usage::Other => Use::Other,
    })
}

/// One finding for all places: a new name is one piece of work.
fn violation(
    codebase: &Codebase,
    cause: Cause,
    places: &[&Naming],
    injections: &Injections,
) -> Option<Violation> {
    let (used, cluster, owner, is_own, sureness, _) = cause;
    let (first, others) = places.split_first()?;
    let cluster = codebase.identities().get(cluster);
    let owner = owner.map(|owner| codebase.identities().get(owner));
    // Every place is another one of the same name.
    let again = || Subject::new("");
    let violation =
        Violation::at_span(first.span, "").telling(again(), words::sentence(used, cluster, owner));
    let others = others.iter().map(|naming| Another::at(naming.span, "here as well").about(again()));
    let violation = others.fold(violation, Violation::with_another).about_cluster(&cluster.name);
    let violation = with_declaration(violation, cluster);
    let violation = match used {
        Use::Controller | Use::Other | Use::Command => injections.show_beside(violation, codebase),
        _ => violation,
    };
    let violation = if is_own { violation.weaker() } else { violation };
    Some(match sureness {
        Sureness::Sure => violation,
        Sureness::Likely => violation.weaker().less_sure(),
        Sureness::Unsure => violation.weaker().weaker().less_sure().less_sure(),
    })
}

/// Says where the name comes from.
fn with_declaration(violation: Violation, cluster: &Identity) -> Violation {
    match cluster.evidence.first() {
        Some(evidence) if evidence.origin <= Origin::Terraform => {
            violation.with_related(evidence.span, format!("`{}` is declared here", cluster.name))
        }
        _ => violation,
    }
}
