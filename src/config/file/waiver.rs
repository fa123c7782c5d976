//! What the configuration says about findings that are accepted.

use super::word::{Day, Name, Pattern, text};
use crate::config::waiver::{ListedWaiver, ObjectPattern};
use crate::finding::RuleId;
use crate::yaml::{List, Placed};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Findings that are accepted.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WaiverEntry {
    /// The rule, or a list of rules.
    rule: RuleNames,
    /// Patterns as in `.gitignore`: the files it is about. Without any it is about all files.
    path: Option<List<Pattern>>,
    /// The objects it is about: `Kind/name` or `Kind/namespace/name`, with `*` for any letters.
    object: Option<ObjectText>,
    /// Why the findings are accepted. Without a reason it accepts nothing.
    reason: Option<Reason>,
    /// The last day on which it counts, such as `2027-03-31`.
    until: Option<Day>,
}

/// What an entry means.
pub(super) fn listed(entry: Placed<WaiverEntry>) -> ListedWaiver {
    let WaiverEntry { rule, path, object, reason, until } = entry.value;
    let reason = reason.map(|reason| reason.0.trim().to_owned());
    ListedWaiver {
        rules: rule.0.iter().map(|name| RuleId::new(&name.value.0)).collect(),
        rule_places: rule.0.into_iter().map(|name| name.place).collect(),
        path: path.map(super::patterns),
        object: object.map(|object| object.0),
        reason: reason.filter(|reason| !reason.is_empty()),
        until: until.map(|day| day.0),
        place: entry.place,
    }
}

/// One rule or several.
#[derive(Debug)]
struct RuleNames(Vec<Placed<Name>>);

impl<'de> Deserialize<'de> for RuleNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let List(names) = List::deserialize(deserializer)?;
        if names.is_empty() {
            return Err(D::Error::custom("at least one rule is needed here"));
        }
        Ok(Self(names))
    }
}

#[derive(Debug)]
struct ObjectText(ObjectPattern);

impl<'de> Deserialize<'de> for ObjectText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text(deserializer, "an object, such as `Deployment/web`")?;
        ObjectPattern::parse(&text).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Debug)]
struct Reason(String);

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a reason in words").map(Self)
    }
}

#[cfg(test)]
mod schema {
    use super::super::schema::word;
    use super::{Name, ObjectText, Placed, Reason, RuleNames};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    word!(ObjectText, "`Kind/name` or `Kind/namespace/name`, with `*` for any letters.", {
        "type": "string", "pattern": "^[^/\\s]+/[^/\\s]+(/[^/\\s]+)?$"
    });
    word!(Reason, "Why the findings are accepted.", {"type": "string"});

    impl JsonSchema for RuleNames {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "RuleNames".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let name = generator.subschema_for::<Placed<Name>>();
            json_schema!({"anyOf": [name, {"type": "array", "items": name, "minItems": 1}]})
        }
    }
}
