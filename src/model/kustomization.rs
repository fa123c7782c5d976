//! A kustomization file as written. Nothing is built here.

use crate::source::{FileId, Source};
use crate::yaml::{Entry, Node};
use std::borrow::Cow;

/// A view of one kustomization or component.
#[derive(Debug, Clone, Copy)]
pub struct Kustomization<'a> {
    root: Node<'a>,
    source: &'a Source,
}

/// A path or an address in a kustomization, with the place where it is written.
#[derive(Debug, Clone)]
pub struct Reference<'a> {
    /// The scalar.
    pub node: Node<'a>,
    /// Its text.
    pub text: Cow<'a, str>,
}

/// What `images:` says of one image.
#[derive(Debug, Clone, Copy)]
pub struct ImageOverride<'a> {
    /// The whole entry.
    pub node: Node<'a>,
}

impl<'a> Kustomization<'a> {
    /// The kustomization in this file. The root node is that of its first document.
    pub fn new(root: Node<'a>, source: &'a Source) -> Self {
        Self { root, source }
    }

    /// Whether a document is for kustomize: the Flux object of the same kind is another thing.
    pub fn is_one(root: Node<'_>) -> bool {
        let Some(api_version) = root.get("apiVersion") else {
            return root
                .get("kind")
                .is_none_or(|kind| kind.is_text("Kustomization") || kind.is_text("Component"));
        };
        api_version.text().starts_with("kustomize.config.k8s.io/")
    }

    /// The file.
    pub fn file(self) -> FileId {
        self.source.id()
    }

    /// The folder of the file, relative to the checked root.
    pub fn folder(self) -> &'a str {
        self.source.folder()
    }

    /// The whole file.
    pub fn root(self) -> Node<'a> {
        self.root
    }

    /// A field. Keys are compared as Go's JSON decoder does: without regard to case.
    pub fn field(self, name: &str) -> Option<Entry<'a>> {
        let exact = self.root.entry(name);
        exact.or_else(|| {
            self.root.entries().find(|entry| {
                entry.key.raw().len() >= name.len() && entry.key.text().eq_ignore_ascii_case(name)
            })
        })
    }

    /// `resources`, the older `bases`, and `components`: everything that is built in.
    pub fn inputs(self) -> impl Iterator<Item = Reference<'a>> {
        ["resources", "bases", "components"].into_iter().flat_map(move |name| self.list(name))
    }

    /// Files that change objects: `patches`, `patchesStrategicMerge`, `patchesJson6902`.
    pub fn patch_files(self) -> impl Iterator<Item = Reference<'a>> {
        let paths = ["patches", "patchesJson6902"].into_iter().flat_map(move |name| self.paths(name));
        paths.chain(self.list("patchesStrategicMerge").filter(|item| !item.text.contains('\n')))
    }

    /// Those of the files that say in the kustomization what they change: the name in the file counts for nothing then.
    pub fn patch_files_with_target(self) -> impl Iterator<Item = Reference<'a>> {
        let list = self.field("patches").map(|entry| entry.value);
        let items = list.into_iter().flat_map(Node::items).filter(|item| item.get("target").is_some());
        items.filter_map(|item| Reference::of(item.get("path")?))
    }

    /// Patches written inside the kustomization, as texts.
    pub fn inline_patches(self) -> impl Iterator<Item = Node<'a>> {
        let lists = ["patches", "patchesJson6902"].into_iter().filter_map(move |name| self.field(name));
        let written = lists.flat_map(|entry| entry.value.items()).filter_map(|patch| patch.get("patch"));
        let merges = self.field("patchesStrategicMerge").into_iter().flat_map(|entry| entry.value.items());
        written.chain(merges.filter(|patch| patch.text().contains('\n')))
    }

    /// Files that steer the build and are no objects of the cluster.
    pub fn build_files(self) -> impl Iterator<Item = Reference<'a>> {
        let names = ["configurations", "generators", "transformers", "validators", "crds"];
        names.into_iter().flat_map(move |name| self.list(name)).chain(self.paths("replacements"))
    }

    /// Files of which `ConfigMap`s are made. Those of Secrets are often kept out of git on purpose.
    pub fn generator_files(self) -> impl Iterator<Item = Reference<'a>> {
        let list = self.field("configMapGenerator").map(|entry| entry.value);
        let files = list.into_iter().flat_map(Node::items).filter_map(|item| item.get("files"));
        let files = files.flat_map(Node::items).filter_map(Reference::of);
        files.map(|file| match file.text.split_once('=') {
            Some((_, path)) => Reference { node: file.node, text: Cow::Owned(path.to_owned()) },
            None => file,
        })
    }

    /// `images`, and the older `imageTags`.
    pub fn images(self) -> impl Iterator<Item = ImageOverride<'a>> {
        let lists = ["images", "imageTags"].into_iter().filter_map(move |name| self.field(name));
        lists.flat_map(|entry| entry.value.items()).map(|node| ImageOverride { node })
    }

    /// Names of the `ConfigMap`s (`configMapGenerator`) or Secrets (`secretGenerator`) it generates.
    pub fn generated(self, generator: &str) -> impl Iterator<Item = Node<'a>> {
        let list = self.field(generator).map(|entry| entry.value);
        list.into_iter().flat_map(Node::items).filter_map(|item| item.get("name"))
    }

    /// `namespace`, where it is set.
    pub fn namespace(self) -> Option<Node<'a>> {
        self.field("namespace").map(|entry| entry.value)
    }

    fn list(self, name: &str) -> impl Iterator<Item = Reference<'a>> + use<'a> {
        let list = self.field(name).map(|entry| entry.value);
        list.into_iter().flat_map(Node::items).filter_map(Reference::of)
    }

    fn paths(self, name: &str) -> impl Iterator<Item = Reference<'a>> + use<'a> {
        let list = self.field(name).map(|entry| entry.value);
        list.into_iter().flat_map(Node::items).filter_map(|item| Reference::of(item.get("path")?))
    }
}

impl<'a> Reference<'a> {
    fn of(node: Node<'a>) -> Option<Self> {
        let text = node.as_str()?;
        Some(Self { node, text })
    }

    /// Whether it is fetched from elsewhere: a URL or a git address.
    pub fn is_remote(&self) -> bool {
        is_remote(&self.text)
    }
}

/// Whether an entry of `resources` is fetched from elsewhere: a URL or a git address.
pub fn is_remote(text: &str) -> bool {
    let scheme = ["https://", "http://", "ssh://", "git::", "git@", "file://"];
    let host = text.split(['/', '?']).next().unwrap_or_default();
    scheme.iter().any(|prefix| text.starts_with(prefix))
        || text.contains("?ref=")
        || text.contains("//") && host.contains('.') && !host.starts_with('.')
        || ["github.com/", "github.com:", "gitlab.com/", "bitbucket.org/"].iter().any(|h| text.starts_with(h))
}

impl<'a> ImageOverride<'a> {
    /// The image it applies to. Kustomize takes it for a regular expression.
    pub fn name(self) -> Option<Cow<'a, str>> {
        self.node.get("name")?.as_str()
    }

    /// `newTag`, where it is set.
    pub fn new_tag(self) -> Option<Node<'a>> {
        self.node.get("newTag").filter(|tag| !tag.is_null())
    }

    /// `digest`, where it is set.
    pub fn digest(self) -> Option<Node<'a>> {
        self.node.get("digest").filter(|digest| !digest.is_null())
    }

    /// Whether it decides the version of the image.
    pub fn sets_version(self) -> bool {
        self.new_tag().is_some() || self.digest().is_some()
    }
}
