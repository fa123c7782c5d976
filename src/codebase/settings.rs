//! Everything in which something is set up: objects, values of charts, configuration in texts inside of these.

use super::Codebase;
use super::clusters_of::Clusters;
use crate::model::cluster::Spec;
use crate::model::object::Object;
use crate::model::role::Role;
use crate::source::FileId;
use crate::yaml::{Node, Shape};
use regex::Regex;
use std::cell::OnceCell;

/// A place where something is set up.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'n, 'c> {
    /// An object, a document, or what a text in one of them holds.
    pub root: Node<'n>,
    /// The object that it is, or that holds the text.
    pub object: Option<Object<'c>>,
    /// The root as the codebase has it; where a text was read, the text.
    pub outer: Node<'c>,
    /// The name in the spec of a cluster that the document is.
    cluster: Option<Node<'c>>,
    clusters: &'n OnceCell<Clusters>,
}

impl Setting<'_, '_> {
    /// The file in which it is written.
    pub fn file(&self) -> FileId {
        self.object.map_or_else(|| self.outer.span().file, Object::file)
    }

    /// The clusters that it comes to, found out once for all that is written in it.
    pub fn clusters(&self, codebase: &Codebase) -> &Clusters {
        self.clusters.get_or_init(|| match self.object {
            Some(object) => codebase.clusters_of(object),
            None => match self.cluster {
                Some(name) => Clusters::of_spec(name),
                None => codebase.clusters_of_file(self.file()),
            },
        })
    }

    /// Whether this is what a text in an object or in a document holds.
    pub fn is_text(&self) -> bool {
        self.outer.shape() == Shape::Scalar
    }
}

/// Finds the words that a visitor asks for.
struct Finder {
    words: Regex,
    /// For each file, whether it has any.
    files: Vec<bool>,
}

impl Finder {
    /// Nothing where no file has a word.
    fn new(codebase: &Codebase, words: &[&str]) -> Option<Self> {
        let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        let words = Regex::new(&words.join("|")).ok()?;
        let files: Vec<bool> =
            codebase.sources().iter().map(|source| words.is_match(source.text())).collect();
        files.contains(&true).then_some(Self { words, files })
    }

    fn has_file(&self, file: FileId) -> bool {
        self.files[file.index()]
    }

    /// Whether the node has a word. What a build made of itself is in no file.
    fn is_in(&self, node: Node<'_>) -> bool {
        let mut parts = node.parts();
        let is_match = |part: Node<'_>| self.words.is_match(part.raw());
        parts.next().is_some_and(is_match)
            || parts.any(|part| self.has_file(part.span().file) && is_match(part))
    }
}

impl Codebase {
    /// Shows everything that has one of these words in it: judged objects, values and other data, and the texts in all
    /// of them that are configuration themselves. Texts are read for the visit only.
    pub fn visit_settings<'c>(&'c self, words: &[&str], visit: &mut dyn FnMut(Setting<'_, 'c>)) {
        let Some(finder) = Finder::new(self, words) else { return };
        // What a build composes may have its words from other files than its own.
        let objects =
            self.objects().filter(|object| !object.builds().is_empty() || finder.has_file(object.file()));
        for object in objects {
            visit_root(object.root(), Some(object), None, &finder, visit);
        }
        let documents = self.documents().filter(|document| document.zone.is_judged());
        for document in documents.filter(|document| finder.has_file(document.source.id())) {
            let root = match document.role {
                Role::Data => Some(document.root),
                // Its patches are judged in what is built of them.
                Role::Kustomization => document.root.get("helmCharts"),
                Role::Object | Role::Patch => None,
            };
            if let Some(root) = root {
                visit_root(root, None, document.spec().and_then(Spec::name), &finder, visit);
            }
        }
    }
}

fn visit_root<'c>(
    root: Node<'c>,
    object: Option<Object<'c>>,
    cluster: Option<Node<'c>>,
    finder: &Finder,
    visit: &mut dyn FnMut(Setting<'_, 'c>),
) {
    if !finder.is_in(root) {
        return;
    }
    let clusters = &OnceCell::new();
    visit(Setting { root, object, outer: root, cluster, clusters });
    let texts = root.walk().filter(|node| may_be_configuration(*node, finder));
    for outer in texts {
        visit_text(outer, Setting { root: outer, object, outer, cluster, clusters }, finder, DEEPEST, visit);
    }
}

/// A text, and the texts in it.
fn visit_text<'c>(
    text: Node<'_>,
    setting: Setting<'_, 'c>,
    finder: &Finder,
    deepest: usize,
    visit: &mut dyn FnMut(Setting<'_, 'c>),
) {
    let Some(tree) = text.embedded() else { return };
    for root in tree.roots().filter(|root| root.shape() != Shape::Scalar) {
        visit(Setting { root, ..setting });
        if deepest > 0 {
            let inner = root.walk().filter(|node| may_be_configuration(*node, finder));
            inner.for_each(|inner| visit_text(inner, setting, finder, deepest - 1, visit));
        }
    }
}

/// Values in an Application may hold the text of a configuration file; nobody goes deeper.
const DEEPEST: usize = 1;

fn may_be_configuration(node: Node<'_>, finder: &Finder) -> bool {
    let is_text = node.shape() == Shape::Scalar && !node.is_alias();
    is_text && finder.words.is_match(node.raw()) && node.text().contains('\n')
}
