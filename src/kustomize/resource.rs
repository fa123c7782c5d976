//! An object on its way through a build.

use super::build_metadata::Applied;
use super::id::Id;
use super::value::{Key, Value};
use crate::provenance::{Change, Operation, Place, Removed};
use crate::source::Span;
use std::sync::Arc;

/// An object, with what kustomize remembers of it between two steps.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The object itself.
    pub root: Value,
    /// What it is known by now. Whoever changes `kind`, `apiVersion`, name or namespace in `root` calls
    /// [`Resource::renamed`] or [`Resource::refresh`].
    id: Id,
    /// What it was known by, the oldest first. Empty if it still has its first name.
    pub previous: Vec<Id>,
    /// Prefixes it got, the first first.
    pub prefixes: Vec<Arc<str>>,
    /// Suffixes it got, the first first.
    pub suffixes: Vec<Arc<str>>,
    /// Whether a hash of its content goes to the end of its name.
    pub needs_hash: bool,
    /// What to do if there is such an object already. For generated ones.
    pub behavior: Behavior,
    /// The variables of `vars` that take their values from it.
    pub variables: Vec<Arc<str>>,
    /// What was taken away from it.
    pub removed: Vec<Removed>,
    /// What the build did to it as a whole and what concerns no single value, the oldest first.
    pub changes: Vec<Change>,
    /// The name of the generator that made it, if it has one.
    pub generator: Option<Arc<str>>,
    /// The steps that went over it, if somebody wants to know.
    pub applied: Vec<Applied>,
}

/// What a generated object does to one that is already there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Behavior {
    /// There must be none.
    #[default]
    Create,
    /// Its data go over those that are there.
    Merge,
    /// Its data take the place of those that are there.
    Replace,
}

/// The objects of a build, in order. Those that nobody changed are shared with the builds they come from.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    list: Vec<Arc<Resource>>,
}

impl Resource {
    /// An object as it is written.
    pub fn new(root: Value) -> Self {
        let id = Id::of(&root);
        Self {
            root,
            id,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
            behavior: Behavior::Create,
            variables: Vec::new(),
            removed: Vec::new(),
            changes: Vec::new(),
            generator: None,
            applied: Vec::new(),
        }
    }

    /// What it is known by now.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// What it was known by when it was written or generated.
    pub fn original_id(&self) -> &Id {
        self.previous.first().unwrap_or(&self.id)
    }

    /// Everything it was and is known by, the oldest first.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.previous.iter().chain([&self.id])
    }

    /// Writes down what the object is known by, before that is changed.
    pub fn remember_id(&mut self) {
        self.previous.push(self.id.clone());
    }

    /// Reads from the object what it is known by now.
    pub fn refresh(&mut self) {
        self.id = Id::of(&self.root);
    }

    /// Gives the object another name, whose place the caller knows. The old one is remembered.
    pub fn rename(&mut self, name: Value) {
        self.remember_id();
        self.set(&["metadata", "name"], name);
        self.refresh();
    }

    /// Puts a value below a path of keys; missing mappings on the way are made. Nothing happens where something else
    /// than a mapping is in the way.
    pub fn set(&mut self, path: &[&str], value: Value) {
        let span = value.span();
        if let Some(slot) = self.root.make(path, span) {
            *slot = value;
        }
    }

    /// Says that something was taken away from the object.
    pub fn take_note_of_removal(&mut self, pointer: String, removed: &Value, operation: Operation, by: Span) {
        let by = Change { operation, by, before: None };
        self.removed.push(Removed { pointer, span: removed.span(), by });
    }

    /// Where a reader looks for the object: its name, or where it begins.
    pub fn head(&self) -> Place {
        self.root.at(&["metadata", "name"]).map_or_else(|| self.root.place(), |name| name.place())
    }
}

impl Behavior {
    /// `merge` and `replace` are what they say, every other word creates, as for kustomize.
    pub fn of(word: &str) -> Self {
        match word {
            "merge" => Self::Merge,
            "replace" => Self::Replace,
            _ => Self::Create,
        }
    }
}

impl Resources {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Resource>> {
        self.list.iter()
    }

    /// One of them.
    pub fn get(&self, index: usize) -> &Resource {
        &self.list[index]
    }

    /// One of them, ready to be changed: what is shared with other builds is copied first. Only the top is copied,
    /// the tree below is persistent.
    pub fn get_mut(&mut self, index: usize) -> &mut Resource {
        Arc::make_mut(&mut self.list[index])
    }

    /// Adds one at the end, whatever its identity.
    pub fn push(&mut self, resource: Arc<Resource>) {
        self.list.push(resource);
    }

    /// Puts another one at a place.
    pub fn put(&mut self, index: usize, resource: Arc<Resource>) {
        self.list[index] = resource;
    }

    /// Keeps those for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Arc<Resource>) -> bool) {
        self.list.retain(keep);
    }

    /// Sorts them; those with equal keys stay in order.
    pub fn sort_by_cached_key<K: Ord>(&mut self, mut key: impl FnMut(&Resource) -> K) {
        self.list.sort_by_cached_key(|resource| key(resource));
    }

    /// The numbers of those that are or were known by an identity.
    pub fn with_any_id(&self, is_meant: impl Fn(&Id) -> bool) -> Vec<usize> {
        let known = |resource: &Arc<Resource>| resource.ids().any(&is_meant);
        (0..self.len()).filter(|&index| known(&self.list[index])).collect()
    }

    /// The numbers of those that are known by an identity now.
    pub fn with_current_id(&self, is_meant: impl Fn(&Id) -> bool) -> Vec<usize> {
        (0..self.len()).filter(|&index| is_meant(self.get(index).id())).collect()
    }
}

impl<'a> IntoIterator for &'a Resources {
    type Item = &'a Arc<Resource>;
    type IntoIter = std::slice::Iter<'a, Arc<Resource>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Arc<Resource>> for Resources {
    fn from_iter<I: IntoIterator<Item = Arc<Resource>>>(resources: I) -> Self {
        Self { list: resources.into_iter().collect() }
    }
}

/// A key as it is written in a mapping that is made by a step: it stands where the step is declared.
pub fn key(text: &str, span: Span) -> Key {
    Key { text: text.into(), span }
}
