//! The namespaces in which a selector looks.

use super::Pattern;
use serde::{Deserialize, Deserializer};

/// In which namespaces a selector picks objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmptyReach {
    /// In every namespace, as an empty label selector does.
    #[default]
    All,
    /// In its own.
    Own,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Word(String),
    Field(WrittenField),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    field: Pattern,
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
