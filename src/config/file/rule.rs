//! What the configuration says about rules: `rules`, and `rules` in an override.

use super::word::{LEVELS, Level, Name};
use crate::config::choice::RuleChoice;
use crate::finding::RuleId;
use crate::yaml::Placed;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Names of rules, each with what it is set to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules(pub(crate) Vec<RuleChoice>);

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RulesVisitor)
    }
}

struct RulesVisitor;

impl<'de> Visitor<'de> for RulesVisitor {
    type Value = Rules;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping from names of rules to severities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rules, A::Error> {
        let mut rules = Vec::new();
        while let Some(name) = map.next_key::<Placed<Name>>()? {
            let setting: Setting = map.next_value()?;
            rules.push(RuleChoice {
                rule: RuleId::new(&name.value.0),
                place: name.place,
                level: setting.severity,
                with: setting.with.map(|with| with.node),
            });
        }
        Ok(Rules(rules))
    }
}

/// A mapping that stands in the file. Its values are read when it is known which parameters the rule has.
#[expect(clippy::zero_sized_map_values, reason = "a set would be read from a list")]
type Parameters = Placed<BTreeMap<String, IgnoredAny>>;

/// What one rule is set to.
struct Setting {
    severity: Option<Level>,
    with: Option<Parameters>,
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl<'de> Visitor<'de> for SettingVisitor {
    type Value = Setting;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{LEVELS}, or a mapping with `severity` and `with`,")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Setting, E> {
        if value {
            return Err(E::custom(format!("`true` says no severity. Write {LEVELS}")));
        }
        Ok(Setting { severity: Some(Level::Off), with: None })
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Setting, E> {
        Ok(Setting { severity: Some(Level::of(word)?), with: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
        let Long { severity, with } = Long::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Setting { severity, with })
    }
}

/// What one rule is set to, in the long form.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Long {
    /// How much its findings matter, or `off`.
    severity: Option<Level>,
    /// Parameters of its check. What is not named here stays as the page of the rule says.
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, serde_json::Value>>"))]
    with: Option<Parameters>,
}

#[cfg(test)]
mod schema {
    use super::{Level, Long, Rules};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl JsonSchema for Rules {
        fn schema_name() -> Cow<'static, str> {
            "Rules".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let level = generator.subschema_for::<Level>();
            let long = generator.subschema_for::<Long>();
            json_schema!({
                "description": "Names of rules, each with what it is set to.",
                "type": "object",
                "additionalProperties": {"anyOf": [level, long]},
            })
        }
    }
}
