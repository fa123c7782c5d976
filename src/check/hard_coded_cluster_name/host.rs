//! Hosts beside a host.

use crate::codebase::Codebase;
use crate::codebase::namings::Naming;
use crate::model::identity::Strength;
use crate::model::usage::is_host_key;
use crate::source::Span;
use crate::yaml::{Node, Tree};
use std::collections::BTreeMap;

/// Whether documents name a host that outlives their cluster, found out once for each.
#[derive(Default)]
pub(super) struct Hosts(BTreeMap<Span, bool>);

impl Hosts {
    /// Whether the document of a host names another one without any cluster in it: then nobody depends on the first.
    pub(super) fn have_lasting_one(&mut self, codebase: &Codebase, naming: &Naming) -> bool {
        let tree = codebase.tree(naming.span.file);
        let mut roots = tree.into_iter().flat_map(Tree::roots);
        let Some(root) = roots.find(|root| root.span().contains(naming.span)) else { return false };
        let is_lasting = || hosts(root).any(|host| is_lasting(codebase, host));
        *self.0.entry(root.span()).or_insert_with(is_lasting)
    }
}

fn hosts(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let entries = root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries);
    let values = entries.filter(|entry| is_host_key(&entry.key.text())).map(|entry| entry.value);
    values.flat_map(|value| value.is_sequence().then(|| value.items()).into_iter().flatten().chain([value]))
}

fn is_lasting(codebase: &Codebase, host: Node<'_>) -> bool {
    let text = host.text();
    let mut mentions = codebase.identities().mentions(&text);
    text.contains('.') && mentions.all(|mention| mention.strength == Strength::Environment)
}
