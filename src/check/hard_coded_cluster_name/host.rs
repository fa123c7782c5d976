//! Hosts beside a host.

use crate::codebase::Codebase;
use crate::codebase::namings::Naming;
use crate::model::usage::is_host_key;
use crate::yaml::Node;

/// Whether the document of a host names another one without any cluster in it: then nobody depends on the first.
pub(super) fn has_lasting_host(codebase: &Codebase, naming: &Naming) -> bool {
    let tree = codebase.tree(naming.span.file);
    let mut roots = tree.into_iter().flat_map(|tree| tree.roots());
    let root = roots.find(|root| root.span().contains(naming.span));
    root.is_some_and(|root| hosts(root).any(|host| is_lasting(codebase, host)))
}

fn hosts(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let entries = root.walk().filter(|node| node.is_mapping()).flat_map(Node::entries);
    let values = entries.filter(|entry| is_host_key(&entry.key.text())).map(|entry| entry.value);
    values.flat_map(|value| value.is_sequence().then(|| value.items()).into_iter().flatten().chain([value]))
}

fn is_lasting(codebase: &Codebase, host: Node<'_>) -> bool {
    let text = host.text();
    text.contains('.') && codebase.identities().mentions(&text).next().is_none()
}
