//! `namePrefix` and `nameSuffix`.

use super::setting::text;
use crate::kustomize::compose::Composed;
use crate::kustomize::configuration::Configuration;
use crate::kustomize::field_spec::{Edit, FieldSpecs, Missing, Unfit, edited_by};
use crate::kustomize::gap::{Gap, GapKind};
use crate::kustomize::id::Gvk;
use crate::kustomize::resource::{Resource, Resources};
use crate::kustomize::value::Value;
use crate::provenance::{Change, Operation};
use crate::yaml::Shape;

/// A text in front of or behind the names of all objects.
#[derive(Debug, Clone)]
pub struct Affix {
    text: Value,
    end: End,
    /// The fields of a transformer file, which take the place of those of the configuration.
    own: Option<FieldSpecs>,
}

/// Which end of a name a text is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `namePrefix`.
    Front,
    /// `nameSuffix`.
    Back,
}

impl Affix {
    /// The value of `namePrefix` or `nameSuffix`; nothing if it is empty.
    pub fn of_field(written: &Value, end: End, gaps: &mut Vec<Gap>) -> Option<Self> {
        let text = text(written.clone(), gaps)?;
        (!text.text().is_empty()).then_some(Self { text, end, own: None })
    }

    /// A `PrefixTransformer` or `SuffixTransformer`; nothing if its text is empty.
    pub fn of_object(object: &Value, end: End, gaps: &mut Vec<Gap>) -> Option<Self> {
        let key = if end == End::Front { "prefix" } else { "suffix" };
        let own = object.get("fieldSpecs").map(|fields| FieldSpecs::of(&fields, gaps));
        let affix = Self::of_field(&object.get(key)?, end, gaps)?;
        Some(Self { own: Some(own.unwrap_or_default()), ..affix })
    }

    /// Whether it goes to the front of names.
    pub fn is_prefix(&self) -> bool {
        self.end == End::Front
    }

    /// Gives every object its new name and remembers the old one.
    pub fn apply(&self, resources: &mut Resources, configuration: &Configuration, gaps: &mut Vec<Gap>) {
        let table = self.own.as_ref().unwrap_or(match self.end {
            End::Front => &configuration.name_prefix,
            End::Back => &configuration.name_suffix,
        });
        for index in 0..resources.len() {
            let original = &resources.get(index).original_id().gvk;
            if keeps_its_name(original) || table.of_kind(original).next().is_none() {
                continue;
            }
            if has_long_name(resources.get(index)) {
                let message = "the names get too long: no more is put to them";
                if !gaps.iter().any(|gap| gap.kind == GapKind::Limit && gap.message == message) {
                    gaps.push(Gap::new(GapKind::Limit, self.text.span(), message));
                }
                return;
            }
            let renames = table.of_kind(original).filter(|spec| spec.is_at(&["metadata", "name"])).count();
            let root = self.edited(resources.get(index), table, gaps);
            self.put(resources.get_mut(index), root, renames);
        }
    }

    fn edited(&self, resource: &Resource, table: &FieldSpecs, gaps: &mut Vec<Gap>) -> Option<Value> {
        let mut change = |old: &Value| self.affixed(old);
        let made_at = self.text.span();
        let mut edit = Edit { missing: Missing::Scalar, made_at, change: &mut change, gaps };
        let original = &resource.original_id().gvk;
        let specs = table.of_kind(&resource.id().gvk).filter(|spec| original.is_selected_by(&spec.gvk));
        edited_by(specs, &resource.root, &mut edit)
    }

    fn affixed(&self, old: &Value) -> Result<Option<Value>, Unfit> {
        if old.shape() != Shape::Scalar {
            return Err(Unfit);
        }
        let mut name = Composed::default();
        let order = if self.end == End::Front { [&self.text, old] } else { [old, &self.text] };
        for part in order {
            name.push(part);
        }
        let place = old.place();
        let change = Change { operation: Operation::Name, by: self.text.span(), before: Some(place.span) };
        let changes = place.changes().iter().copied().chain([change]).collect();
        // The object is where its old name is; the pieces say where the rest comes from.
        Ok(Some(name.into_value(place.span, changes)))
    }

    fn put(&self, resource: &mut Resource, root: Option<Value>, renames: usize) {
        for _ in 0..renames {
            let affixes =
                if self.end == End::Front { &mut resource.prefixes } else { &mut resource.suffixes };
            affixes.push((&*self.text.text()).into());
            resource.remember_id();
        }
        if let Some(root) = root {
            resource.root = root;
            resource.refresh();
        }
    }
}

/// Kubernetes takes names of 253 bytes. Long chains of overlays would make names that nobody can hold.
fn has_long_name(resource: &Resource) -> bool {
    resource.id().name.len() > 1_000
}

/// Kustomize never renames these.
fn keeps_its_name(gvk: &Gvk) -> bool {
    match &*gvk.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => &*gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transform::testing::Case;

    fn built(kustomization: &str, objects: &str) -> Case {
        let mut case = Case::new(kustomization, objects);
        let mut gaps = Vec::new();
        for (key, end) in [("namePrefix", End::Front), ("nameSuffix", End::Back)] {
            let affix = Affix::of_field(&case.field(key), end, &mut gaps).expect("written below");
            affix.apply(&mut case.resources, &Configuration::built_in(), &mut gaps);
        }
        assert!(gaps.is_empty());
        case
    }

    const BOTH: &str = "namePrefix: \"p-\"\nnameSuffix: -s\n";

    #[test]
    fn names_are_pieced_together_and_old_ones_remembered() {
        let case = built(BOTH, "kind: X\nmetadata: {name: 'a'}\n");
        let resource = case.resources.get(0);
        let name = resource.root.at(&["metadata", "name"]).expect("it has one");
        assert_eq!(case.pieces(&name), ["p-", "a", "-s"]);
        assert_eq!(case.written(name.span()), "'a'");
        assert_eq!(resource.ids().map(|id| &*id.name).collect::<Vec<_>>(), ["a", "p-a", "p-a-s"]);
        assert_eq!((&*resource.prefixes[0], &*resource.suffixes[0]), ("p-", "-s"));
    }

    #[test]
    fn some_kinds_keep_their_names() {
        let object = |version: &str, kind: &str| {
            let case = built(BOTH, &format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n"));
            let resource = case.resources.get(0);
            assert_eq!(resource.previous.is_empty(), &*resource.id().name == "a");
            resource.id().name.to_string()
        };
        assert_eq!(object("v1", "Namespace"), "a");
        assert_eq!(object("x/v1", "Namespace"), "a");
        assert_eq!(object("apiextensions.k8s.io/v1", "CustomResourceDefinition"), "a");
        assert_eq!(object("apiregistration.k8s.io/v1", "APIService"), "a");
        assert_eq!(object("x/v1", "APIService"), "p-a-s");
    }

    #[test]
    fn a_transformer_file_says_which_fields() {
        let transformer = "prefix: p-\nfieldSpecs: [{path: spec/a, kind: X}]\n";
        let mut case = Case::new(transformer, "kind: X\nmetadata: {name: a}\nspec: {a: b}\n");
        let affix =
            Affix::of_object(&case.kustomization, End::Front, &mut Vec::new()).expect("it has a prefix");
        affix.apply(&mut case.resources, &Configuration::built_in(), &mut Vec::new());
        let resource = case.resources.get(0);
        assert_eq!(resource.root.text_of(&["spec", "a"]).as_deref(), Some("p-b"));
        assert!(resource.previous.is_empty() && resource.prefixes.is_empty());
    }
}
