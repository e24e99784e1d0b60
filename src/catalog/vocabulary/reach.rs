//! The namespaces in which a selector looks.

use super::Pattern;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// In which namespaces a selector picks objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(with = "Written")]
pub enum Reach {
    /// In that of the object that selects; in every one, if its kind stands in none.
    #[default]
    Own,
    /// In every one.
    All,
    /// In those that a field names: a list of names, `any`, `matchNames`, or a label selector of Namespaces. In its own
    /// where the field is absent.
    Field(Pattern, EmptyReach),
}

/// Where a selector picks if the field about its namespaces is an empty mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmptyReach {
    /// In every namespace, as an empty label selector does.
    #[default]
    All,
    /// In its own.
    Own,
}

/// In which namespaces a selector picks objects.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "this must be `own`, `all`, a field, or a mapping with `field` and `empty`")]
enum Written {
    /// `own`, `all`, or the field that names them.
    Word(String),
    /// The field that names them, and what it means if it is an empty mapping.
    Field(WrittenField),
}

/// A field about namespaces.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    /// The field.
    field: Pattern,
    /// Where a selector picks if the field is an empty mapping.
    #[serde(default)]
    empty: EmptyReach,
}

impl<'de> Deserialize<'de> for Reach {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reach, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Word(word) if word == "own" => Reach::Own,
            Written::Word(word) if word == "all" => Reach::All,
            Written::Word(field) => {
                Reach::Field(Pattern::parse(&field).map_err(serde::de::Error::custom)?, EmptyReach::default())
            }
            Written::Field(written) => Reach::Field(written.field, written.empty),
        })
    }
}
