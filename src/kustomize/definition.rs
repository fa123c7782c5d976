//! `crds`: definitions of custom resources that say which of their fields hold names of other objects.

use super::configuration::{BackReference, Configuration};
use super::field_spec::{FieldSpec, FieldSpecs};
use super::gap::Gap;
use super::id::Gvk;
use super::value::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The configuration with the fields that definitions add. They are read as the `OpenAPI` generator of Go writes them.
pub fn configured(configuration: Configuration, files: &[Value], gaps: &mut Vec<Gap>) -> Configuration {
    let mut definitions = BTreeMap::new();
    for entry in files.iter().flat_map(Value::entries) {
        definitions.insert(entry.key.text.to_string(), entry.value);
    }
    let mut configuration = Arc::new(configuration);
    for name in definitions.keys() {
        let Some(gvk) = object(name, &definitions) else { continue };
        let mut found =
            Found { definitions: &definitions, gvk, seen: HashSet::new(), references: Vec::new() };
        found.follow(name, "");
        for (target, spec) in found.references {
            let mut referrers = FieldSpecs::default();
            referrers.add(spec, gaps);
            let mut added = Configuration::clone(&configuration);
            added.refer(&BackReference { target, referrers }, gaps);
            configuration = Arc::new(added);
        }
    }
    Arc::unwrap_or_clone(configuration)
}

/// What kind of object a definition is for: its name ends in version and kind, and it has what every object has.
fn object(name: &str, definitions: &BTreeMap<String, Value>) -> Option<Gvk> {
    let properties = definitions.get(name)?.at(&["Schema", "properties"])?;
    let is_object = ["apiVersion", "kind", "metadata"].iter().all(|key| properties.get(key).is_some());
    let (_, kind) = name.rsplit_once('.')?;
    let is_listed = definitions.contains_key(&format!("{name}List"));
    (is_object && is_listed).then(|| Gvk { kind: kind.into(), ..Gvk::default() })
}

struct Found<'a> {
    definitions: &'a BTreeMap<String, Value>,
    gvk: Gvk,
    /// Definitions on the way, so that one that holds itself is followed once.
    seen: HashSet<String>,
    references: Vec<(Gvk, FieldSpec)>,
}

impl Found<'_> {
    fn follow(&mut self, name: &str, path: &str) {
        let Some(definition) = self.definitions.get(name) else { return };
        if self.seen.len() > MAX_DEPTH || !self.seen.insert(name.to_owned()) {
            return;
        }
        for property in definition.at(&["Schema", "properties"]).iter().flat_map(Value::entries) {
            let path = if path.is_empty() {
                property.key.text.to_string()
            } else {
                format!("{path}/{}", property.key.text)
            };
            self.references.extend(self.reference(&property.value, &path));
            let items = property.value.at(&["items", "$ref"]);
            if let Some(next) = property.value.get("$ref").or(items) {
                self.follow(&next.text(), &path);
            }
        }
        self.seen.remove(name);
    }

    fn reference(&self, property: &Value, path: &str) -> Option<(Gvk, FieldSpec)> {
        let kind = property.text_of(&["x-kubernetes-object-ref-kind"])?;
        let version = property.text_of(&["x-kubernetes-object-ref-api-version"])?;
        let key =
            property.text_of(&["x-kubernetes-object-ref-name-key"]).unwrap_or_else(|| "name".to_owned());
        let path = format!("{path}/{key}");
        Some((Gvk::new(&version, &kind), FieldSpec::new(self.gvk.clone(), &path, false)))
    }
}

/// Definitions in definitions.
const MAX_DEPTH: usize = 64;
