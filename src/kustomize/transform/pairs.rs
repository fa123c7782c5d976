//! Keys and texts that a kustomization puts into mappings: labels and annotations.

use super::setting::{Setting, text};
use crate::kustomize::field_spec::{Edit, FieldSpecs, Missing, Unfit, edited_by};
use crate::kustomize::gap::Gap;
use crate::kustomize::resource::Resources;
use crate::kustomize::value::{Key, Value};
use crate::provenance::Operation;

/// Keys and texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs(Vec<(Key, Setting)>);

impl Pairs {
    /// As they are written.
    pub(super) fn of(written: &Value, operation: Operation, gaps: &mut Vec<Gap>) -> Self {
        let mut pairs = Vec::new();
        for entry in written.entries() {
            let Some(value) = text(entry.value, gaps) else { continue };
            let by = value.span();
            pairs.push((entry.key, Setting::new(value, operation, by)));
        }
        Self(pairs)
    }

    /// Puts them into every object, into the fields that the tables have for its kind.
    pub(super) fn apply(&self, resources: &mut Resources, tables: &[&FieldSpecs], gaps: &mut Vec<Gap>) {
        let Some((first, _)) = self.0.first() else { return };
        let mut change = |map: &Value| self.put_into(map);
        let mut edit = Edit { missing: Missing::Map, made_at: first.span, change: &mut change, gaps };
        for index in 0..resources.len() {
            let resource = resources.get(index);
            let gvk = &resource.id().gvk;
            let specs = tables.iter().flat_map(|table| table.of_kind(gvk));
            if let Some(root) = edited_by(specs, &resource.root, &mut edit) {
                resources.get_mut(index).root = root;
            }
        }
    }

    fn put_into(&self, map: &Value) -> Result<Option<Value>, Unfit> {
        if !map.is_map() {
            return Err(Unfit);
        }
        let mut changed: Option<Value> = None;
        for (key, setting) in &self.0 {
            let new = match map.get(&key.text) {
                Some(old) => setting.over(&old),
                None => Some(setting.fresh()),
            };
            let Some(new) = new else { continue };
            if let Some(map) = changed.get_or_insert_with(|| map.clone()).map_mut() {
                map.insert(key.clone(), new);
            }
        }
        Ok(changed)
    }
}
