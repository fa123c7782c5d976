//! Native checks: one file each, in which the check reads like its sentence.
//!
//! A check knows no severity, no factor and no output. It says what it looked at and what it objects to.

mod address_literal;
mod ambiguous_yaml;
mod api_endpoint_without_alias;
mod cloud_endpoint_literal;
mod cloud_hosts;
mod cluster_named_twice;
mod cluster_without_spec;
mod credential;
mod credential_literal;
mod dangling_reference;
mod delivery_selects_cluster_by_name;
mod environment_read_from_cluster_name;
mod export_into_codebase;
pub mod expression;
mod fixed_load_balancer_name;
mod hard_coded_cluster_name;
mod image_without_version;
mod job_without_protection_label;
mod kubernetes_version;
mod kustomization_cannot_be_built;
mod live_status;
mod missing;
mod monitor_filters_on_cluster_name;
mod namespace_not_backed_up;
mod no_backup;
mod node_name_literal;
mod object_in_one_environment_only;
mod own_repository;
mod plaintext_secret;
pub mod registry;
mod remote_source_unpinned;
mod series_without_environment_label;
mod shared_dns_owner;
mod shared_object_store;
mod spot;
mod stateful_workload;
mod timeless_cluster_name;
mod token;
mod unknown_protection_value;
mod waiver_not_understood;

use crate::codebase::Codebase;
use crate::finding::{Another, Credential, Label, ObjectId, Parts, Sentence, Subject, Wording};
use crate::model::object::Object;
use crate::model::waiver;
use crate::problem::Problem;
use crate::source::Span;
use crate::yaml::Node;
pub use missing::Missing;
use std::collections::HashMap;
pub use waiver_not_understood::{Fault, FaultKind};

pub use credential::{credentials_by_shape, credentials_in};

/// A question asked of the whole codebase. Its serde fields are the parameters a rule page gives in `with:`.
pub trait Check: Send + Sync {
    /// Looks, and says what it saw. Order does not matter: the runner sorts.
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome);

    /// Whether it knows credentials that no report may show, which it must say even if nobody wants its findings.
    fn conceals(&self) -> bool {
        false
    }

    /// Whether it speaks of waivers, which are known when all other rules have spoken.
    fn judges_waivers(&self) -> bool {
        false
    }

    /// Says what it objects to in waivers that accept nothing.
    fn judge_waivers(&self, _: &[Fault], _: &mut Outcome) {}
}

/// What a check saw.
#[derive(Debug, Default)]
pub struct Outcome {
    looked_at: usize,
    violations: Vec<Violation>,
    troubles: Vec<Problem>,
    credentials: Vec<Credential>,
}

impl Outcome {
    /// Says that so many places were looked at. A factor for which nothing was looked at is not assessed.
    pub fn looked_at(&mut self, places: usize) {
        self.looked_at += places;
    }

    /// Objects to something.
    pub fn report(&mut self, mut violation: Violation) {
        violation.parts().reword();
        self.violations.push(violation);
    }

    /// Objects to several things, or to the one thing that there may be.
    pub fn report_all(&mut self, violations: impl IntoIterator<Item = Violation>) {
        violations.into_iter().for_each(|violation| self.report(violation));
    }

    /// Says that a credential stands here, which no report may show.
    pub fn conceal(&mut self, span: Span, text: &str) {
        self.credentials.push(Credential { span, text: text.to_owned() });
    }

    /// Says that the check itself failed at a place: there is no answer, and that is not silent.
    pub fn trouble(&mut self, trouble: Problem) {
        self.troubles.push(trouble);
    }

    /// How many places were looked at.
    pub fn places(&self) -> usize {
        self.looked_at
    }

    /// What was objected to, where the check failed, and what no report may show.
    pub fn into_parts(self) -> (Vec<Violation>, Vec<Problem>, Vec<Credential>) {
        (self.violations, self.troubles, self.credentials)
    }

    /// What two parts of one check saw.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.looked_at += other.looked_at;
        self.violations.extend(other.violations);
        self.troubles.extend(other.troubles);
        self.credentials.extend(other.credentials);
        self
    }
}

/// Each object once, where several builds make their own copies of one that is written in one place. What a copy accepts,
/// the others do not, so one that accepts nothing stands for all.
fn once_each<'a>(objects: impl IntoIterator<Item = Object<'a>>) -> Vec<Object<'a>> {
    let mut numbers: HashMap<Span, usize> = HashMap::new();
    let mut each: Vec<Object<'a>> = Vec::new();
    for object in objects {
        let number = *numbers.entry(object.root().span()).or_insert(each.len());
        match each.get_mut(number) {
            None => each.push(object),
            Some(known) if known.annotation(waiver::ANNOTATION).is_some() => *known = object,
            Some(_) => {}
        }
    }
    each
}

/// One more place that is wrong, in an object.
fn another<'a>(object: Object<'a>, node: Node<'a>, message: impl Into<String>) -> Another {
    Another {
        object: Some(object.id(node)),
        allowed_by: allowed_by(object),
        ..Another::at(node.span(), message)
    }
}

fn allowed_by(object: Object<'_>) -> Option<Span> {
    object.annotation(waiver::ANNOTATION).map(|entry| entry.value.span())
}

/// Something a check objects to. The rule adds its name, factor, severity and confidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the offending value was written.
    pub span: Span,
    /// What is written and why it hurts.
    pub message: String,
    /// What to do, where the rule's own help is not exact enough.
    pub help: Option<String>,
    /// The object it belongs to.
    pub object: Option<ObjectId>,
    /// The numbers of the builds that the object is part of.
    pub builds: Vec<u32>,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// The places that are as wrong as `span`, shown or not: whoever asks about one of them hears of the violation.
    pub also: Vec<Another>,
    /// What the message is made of, if it names or counts its places.
    pub wording: Wording,
    /// The annotation `k8factor/allow` of the object, if it has one.
    pub allowed_by: Option<Span>,
    /// The cluster that it is about, by its name.
    pub cluster: Option<String>,
    /// How many steps weaker than the rule's severity this case is.
    pub weaker: u8,
    /// How many steps less sure than the rule's confidence.
    pub less_sure: u8,
    /// What is not there, for an objection to an absence. Where something was not read that could hold it, the runner
    /// holds the objection back.
    pub missing: Option<Missing>,
}

impl Violation {
    /// An objection to a node.
    pub fn at(node: Node<'_>, message: impl Into<String>) -> Self {
        Self::at_span(node.span(), message)
    }

    /// An objection to a part of a file.
    pub fn at_span(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
            object: None,
            builds: Vec::new(),
            related: Vec::new(),
            also: Vec::new(),
            wording: Wording::default(),
            allowed_by: None,
            cluster: None,
            weaker: 0,
            less_sure: 0,
            missing: None,
        }
    }

    /// Says which object the node belongs to.
    #[must_use]
    pub fn in_object<'a>(mut self, object: Object<'a>, node: Node<'a>) -> Self {
        self.object = Some(object.id(node));
        self.builds = object.builds().to_vec();
        self.allowed_by = allowed_by(object);
        self.with_history(node)
    }

    /// Shows how a value that was built came to be.
    fn with_history(self, node: Node<'_>) -> Self {
        let Some(place) = node.place() else { return self };
        let pieces =
            place.pieces(0).into_iter().map(|piece| (piece.span, "part of it is written here".to_owned()));
        let changes = place.changes().iter().flat_map(|change| {
            let before = change.before.map(|span| (span, "written here at first".to_owned()));
            before.into_iter().chain([(change.by, format!("changed here by {}", change.operation))])
        });
        let mut shown = vec![self.span];
        pieces.chain(changes).fold(self, |violation, (span, message)| {
            if shown.iter().any(|known| known.contains(span)) {
                return violation;
            }
            shown.push(span);
            violation.with_related(span, message)
        })
    }

    /// Shows one more place that explains, and is not wrong itself.
    #[must_use]
    pub fn with_related(mut self, span: Span, message: impl Into<String>) -> Self {
        // One place may stand in many builds.
        if span == self.span {
            return self;
        }
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// Makes the message of what stands at its places: at the first, and at those that are added.
    #[must_use]
    pub fn telling(mut self, subject: impl Into<Option<Subject>>, sentence: Sentence) -> Self {
        self.wording = Wording { subject: subject.into(), sentence };
        self
    }

    /// Shows one more place that is as wrong as the first.
    #[must_use]
    pub fn with_another(self, place: Another) -> Self {
        self.with_related(place.span, place.message.clone()).also_at(place)
    }

    /// Adds a place that is as wrong as the first, without showing it: it would be one too many.
    #[must_use]
    pub fn also_at(mut self, place: Another) -> Self {
        if place.span != self.span {
            self.also.push(place);
        }
        self
    }

    /// Adds many places that are as wrong as the first, and shows no more than `shown` of them.
    #[must_use]
    pub fn with_others(self, others: impl IntoIterator<Item = Another>, shown: usize) -> Self {
        others.into_iter().enumerate().fold(self, |violation, (index, place)| {
            if index < shown { violation.with_another(place) } else { violation.also_at(place) }
        })
    }

    /// Its places and the words for them.
    pub fn parts(&mut self) -> Parts<'_> {
        let Self { span, message, object, allowed_by, wording, related, also, .. } = self;
        Parts { span, message, object, allowed_by, wording, related, also }
    }

    /// Says which cluster it is about.
    #[must_use]
    pub fn about_cluster(mut self, name: &str) -> Self {
        self.cluster = Some(name.to_owned());
        self
    }

    /// Says what to do in this case.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that the objection is to an absence, and of what.
    #[must_use]
    pub fn for_want_of(mut self, missing: Missing) -> Self {
        self.missing = Some(missing);
        self
    }

    /// One step weaker than the rule says.
    #[must_use]
    pub fn weaker(mut self) -> Self {
        self.weaker += 1;
        self
    }

    /// One step less sure than the rule says.
    #[must_use]
    pub fn less_sure(mut self) -> Self {
        self.less_sure += 1;
        self
    }
}
