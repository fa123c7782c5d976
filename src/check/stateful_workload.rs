//! Workloads that keep data in the cluster, and so cannot simply be created in the next one.

use super::{Check, Outcome, Violation};
use crate::codebase::Codebase;
use crate::model::kinds::KindPattern;
use crate::model::object::Object;
use crate::model::protection::labels;
use crate::model::stateful::{Grade, mounted_claims};
use crate::model::workload::{Workload, is_job};
use crate::yaml::Node;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Looks at `StatefulSet`s, at the databases of operators, and at what mounts a claim.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StatefulWorkload {
    /// Further kinds that keep data.
    kinds: Vec<KindPattern>,
}

impl Check for StatefulWorkload {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let key = codebase.config().protect_from_label.as_str();
        let claims = claims_of_one_node(codebase);
        for object in codebase.objects() {
            let workload = Workload::of(object);
            let grade = Grade::of(object).or_else(|| self.grade(object));
            outcome.looked_at(usize::from(workload.is_some() || grade.is_some()));
            let found = match grade {
                Some(grade) => Some(stateful_kind(object, grade)),
                None => workload.and_then(|workload| claim(workload, &claims)),
            };
            if let Some(found) = found {
                outcome.report(if labels(object, key).next().is_some() { settled(found) } else { found });
            }
        }
    }
}

impl StatefulWorkload {
    fn grade(&self, object: Object<'_>) -> Option<Grade> {
        let mut kinds = self.kinds.iter();
        kinds.any(|kind| kind.matches(object.group(), object.kind())).then_some(Grade::SingleWriter)
    }
}

fn stateful_kind(object: Object<'_>, grade: Grade) -> Violation {
    let title = object.title();
    let place = object.root().get("kind").unwrap_or(object.head());
    let message = match grade {
        Grade::SingleWriter => format!(
            "{title} keeps data in the cluster: the new cluster starts without it, and two copies of it diverge"
        ),
        Grade::Queue => {
            format!(
                "{title} keeps a log in the cluster: messages are in the old cluster or in the new one, never in both"
            )
        }
        Grade::Rebuildable => format!("{title} starts empty in the new cluster and has to be filled again"),
        Grade::IdentityOnly => {
            format!(
                "{title} gives its pods names of their own: while two clusters exist, each has a pod of that name"
            )
        }
    };
    let violation = Violation::at(place, message).in_object(object, place);
    match grade {
        Grade::SingleWriter | Grade::Queue => violation,
        Grade::Rebuildable => violation
            .weaker()
            .with_help("Write down from where it is filled, or keep it outside the cluster."),
        Grade::IdentityOnly => violation
            .weaker()
            .with_help("A Deployment is easier to move; if the names matter, write down why."),
    }
}

/// The owner has answered the question of factor 8; what remains is worth knowing for the plan.
fn settled(violation: Violation) -> Violation {
    if violation.weaker == 0 { violation.weaker() } else { violation }
}

fn claim(workload: Workload<'_>, claims: &BTreeMap<Cow<'_, str>, Node<'_>>) -> Option<Violation> {
    if is_job(workload.object) {
        return None;
    }
    let (mounted, mode) = mounted_claims(workload.pod_spec()?)
        .find_map(|mounted| claims.get(&mounted.text()).map(|mode| (mounted, *mode)))?;
    let message = format!(
        "{} keeps its data in the claim `{}`, which one node at a time can mount: it stays with the old cluster",
        workload.object.title(),
        mounted.text()
    );
    let violation = Violation::at(mounted, message).in_object(workload.object, mounted);
    Some(violation.with_related(mode.span(), "one node at a time"))
}

/// Names of the claims that one node, or one pod, mounts at a time. A claim on a shared file system may be mounted by
/// both clusters.
fn claims_of_one_node(codebase: &Codebase) -> BTreeMap<Cow<'_, str>, Node<'_>> {
    let claims = codebase.objects_of("", "PersistentVolumeClaim");
    let single = claims.filter_map(|claim| {
        let mut modes = claim.at(&["spec", "accessModes"])?.items();
        let mode = modes.find(|mode| mode.is_text("ReadWriteOnce") || mode.is_text("ReadWriteOncePod"))?;
        Some((claim.name()?, mode))
    });
    single.collect()
}
