//! A Kubernetes object, or anything that is written like one: `apiVersion`, `kind`, `metadata`.

use super::role::Zone;
use crate::finding::ObjectId;
use crate::source::FileId;
use crate::yaml::{Entry, Node, Step};
use std::borrow::Cow;

/// A view of one object. Written and built objects look the same.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    root: Node<'a>,
    kind: &'a TypeMeta,
    zone: Zone,
    built: Option<Built<'a>>,
}

/// How an object that kustomize built is written, and where it is built.
#[derive(Debug, Clone, Copy)]
pub struct Built<'a> {
    /// The numbers of the builds it is part of.
    pub builds: &'a [u32],
    /// Its name before kustomize changed it.
    pub name: &'a str,
    /// Its namespace before kustomize set it; empty if there was none.
    pub namespace: &'a str,
}

/// Group, version and kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeMeta {
    api_version: Box<str>,
    kind: Box<str>,
}

impl TypeMeta {
    /// What a document says it is; nothing unless both `apiVersion` and `kind` are written as text.
    pub fn of(root: Node<'_>) -> Option<Self> {
        let api_version = root.get("apiVersion")?.as_str()?;
        let kind = root.get("kind")?.as_str()?;
        Some(Self { api_version: api_version.into(), kind: kind.into() })
    }

    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// `Deployment`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether this is `kind` of `group`, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }
}

impl<'a> Object<'a> {
    /// The object whose root this is.
    pub fn new(root: Node<'a>, kind: &'a TypeMeta, zone: Zone) -> Self {
        Self { root, kind, zone, built: None }
    }

    /// The same object as something that kustomize built.
    #[must_use]
    pub fn built(self, built: Built<'a>) -> Self {
        Self { built: Some(built), ..self }
    }

    /// The numbers of the builds it is part of; none for an object as it is written.
    pub fn builds(self) -> &'a [u32] {
        self.built.map_or(&[], |built| built.builds)
    }

    /// How it is written, if kustomize built it.
    pub fn as_written(self) -> Option<Built<'a>> {
        self.built
    }

    /// The whole object.
    pub fn root(self) -> Node<'a> {
        self.root
    }

    /// The file it is written in.
    pub fn file(self) -> FileId {
        self.root.span().file
    }

    /// What part of the codebase it stands in.
    pub fn zone(self) -> Zone {
        self.zone
    }

    /// `Deployment`.
    pub fn kind(self) -> &'a str {
        self.kind.kind()
    }

    /// `apps`; empty for the core group.
    pub fn group(self) -> &'a str {
        self.kind.group()
    }

    /// Whether this is `kind` of `group`, in any version.
    pub fn is(self, group: &str, kind: &str) -> bool {
        self.kind.is(group, kind)
    }

    /// The value below a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        self.root.at(path)
    }

    /// `metadata`.
    pub fn metadata(self) -> Option<Node<'a>> {
        self.root.get("metadata")
    }

    /// `spec`.
    pub fn spec(self) -> Option<Node<'a>> {
        self.root.get("spec")
    }

    /// The node of `metadata.name`.
    pub fn name_node(self) -> Option<Node<'a>> {
        self.metadata()?.get("name")
    }

    /// `metadata.name`, where it is written as text.
    pub fn name(self) -> Option<Cow<'a, str>> {
        self.name_node()?.as_str()
    }

    /// `metadata.namespace`, where it is written as text.
    pub fn namespace(self) -> Option<Cow<'a, str>> {
        self.metadata()?.get("namespace")?.as_str()
    }

    /// A label with its key.
    pub fn label(self, key: &str) -> Option<Entry<'a>> {
        self.metadata()?.get("labels")?.entry(key)
    }

    /// An annotation with its key.
    pub fn annotation(self, key: &str) -> Option<Entry<'a>> {
        self.metadata()?.get("annotations")?.entry(key)
    }

    /// The best place for a finding about the object as a whole: its name, else its kind.
    pub fn head(self) -> Node<'a> {
        self.name_node().or_else(|| self.root.get("kind")).unwrap_or(self.root)
    }

    /// Words for a message: ``Deployment `web` ``. A built object has the name that is written, which a reader can find.
    pub fn title(self) -> String {
        let written = self.built.map(|built| Cow::Borrowed(built.name)).filter(|name| !name.is_empty());
        match written.or_else(|| self.name()) {
            Some(name) => format!("{} `{name}`", self.kind()),
            None => format!("{} without a name", self.kind()),
        }
    }

    /// The identity of the object with a pointer to one of its nodes. A built object is known by what is written: that
    /// is the same in every build.
    pub fn id(self, node: Node<'a>) -> ObjectId {
        let generated = || self.metadata()?.get("generateName")?.as_str().map(Cow::into_owned);
        let (namespace, name) = match self.built {
            Some(Built { namespace, name, .. }) => {
                (Some(namespace.to_owned()).filter(|n| !n.is_empty()), Some(name.to_owned()))
            }
            None => (self.namespace().map(Cow::into_owned), self.name().map(Cow::into_owned)),
        };
        ObjectId {
            api_version: self.kind.api_version().to_owned(),
            kind: self.kind().to_owned(),
            namespace,
            name: name.or_else(generated).unwrap_or_default(),
            pointer: pointer(self.root, node),
        }
    }
}

/// JSON pointer from a node to one below it; empty where there is none. It is read from its end, so that the siblings
/// on the way cost nothing.
pub fn pointer(from: Node<'_>, to: Node<'_>) -> String {
    let mut steps: Vec<Cow<'_, str>> = Vec::new();
    let mut at = to;
    while from.holds(to) && !at.is(from) {
        let Some((above, step)) = at.step() else { break };
        match step {
            Step::Key if at.is(to) => steps.push(at.text()),
            // No pointer leads into a key.
            Step::Key => steps.clear(),
            Step::Value(key) => steps.push(key.text()),
            Step::Item(index) => steps.push(index.to_string().into()),
        }
        at = above;
    }
    let escaped = steps.iter().rev().map(|step| step.replace('~', "~0").replace('/', "~1"));
    escaped.flat_map(|step| ["/".to_owned(), step]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml::{Tree, parse};

    fn tree(text: &str) -> Tree {
        parse(Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into()), text.into())
    }

    #[test]
    fn pointers_name_keys_and_items() {
        let tree = tree("a: [b, {c/d: e}]\n? {f: g}\n: h\n");
        let root = tree.roots().next().expect("written above");
        let pointers: Vec<_> = root.walk().map(|node| pointer(root, node)).collect();
        // Nothing leads into the key that is a mapping itself.
        let expected = ["", "/a", "/a", "/a/0", "/a/1", "/a/1/c~1d", "/a/1/c~1d", "/", "", "", "/"];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn no_pointer_leads_upwards() {
        let tree = tree("a: {b: c}\nd: e\n");
        let root = tree.roots().next().expect("written above");
        let (a, d) = (root.get("a").expect("written above"), root.get("d").expect("written above"));
        assert_eq!(pointer(a, root) + &pointer(a, d), "");
    }
}
