//! What is said of a name, by what it is used for.

use super::Use;
use crate::finding::Sentence;
use crate::model::identity::Identity;

/// How a message speaks of a cluster's name at several places.
pub(super) fn sentence(used: Use, cluster: &Identity, owner: Option<&Identity>) -> Sentence {
    let (does, hurts) = match used {
        Use::AnotherCluster => (String::new(), "when one of them is replaced, the other breaks"),
        Use::Command => (
            "is written into a command that connects to a cluster".to_owned(),
            "on the day of the move it still reaches the old one",
        ),
        Use::Condition => (
            "decides what code does".to_owned(),
            "in the next cluster, which has another name, the other branch runs",
        ),
        Use::Delivery => (
            "is named as the place to deploy to".to_owned(),
            "the next cluster gets nothing before this is edited",
        ),
        Use::Controller => (
            "is what a controller, an agent or another tool is given as its cluster".to_owned(),
            "in the next cluster it still acts for the old one",
        ),
        Use::Role => (
            "is part of the name of a role in the cloud".to_owned(),
            "the next cluster has a role of its own, and this still names that of the old one",
        ),
        Use::Host => (
            "is part of the name of a host".to_owned(),
            "everybody who uses it has to learn a new address on the day of the move",
        ),
        Use::List => (
            "is named to tell it from other clusters".to_owned(),
            "such lines are added for the next cluster and taken out for this one",
        ),
        Use::Variable => (
            "is what a variable holds".to_owned(),
            "it has to be edited here on the day of the move, or set by the caller",
        ),
        Use::Other => (
            "is the name of a cluster, written into code that the next cluster uses as well".to_owned(),
            "there it still means the old one",
        ),
    };
    let does = match owner {
        Some(owner) => format!("is another cluster than `{}`, to which this file belongs", owner.name),
        None => does,
    };
    Sentence::Counted {
        start: format!("`{}` {does}", cluster.name),
        one_more: " (and at 1 more place)",
        more: " (and at {} more places)",
        end: format!("; {hurts}"),
    }
}
