//! Where traffic from outside comes in.

use super::Pattern;
use crate::catalog::FieldPath;
use crate::document::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// How traffic from outside reaches an object that plays the part of a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// It comes in there.
    #[default]
    Here,
    /// It comes in at what the object hangs on, such as a Gateway.
    Parent,
    /// Another route hands it on.
    Route,
}

/// How traffic reaches the objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub enum EntryRule {
    /// All of them alike.
    All(Entry),
    /// It comes in where this field is set; elsewhere another route hands it on.
    Field(Pattern),
}

impl Default for EntryRule {
    fn default() -> EntryRule {
        EntryRule::All(Entry::default())
    }
}

impl EntryRule {
    /// How traffic reaches an object; `None` stands for one that is not in the input.
    pub fn of(&self, object: Option<&Value>) -> Entry {
        match self {
            EntryRule::All(entry) => *entry,
            EntryRule::Field(field) => {
                let is_set = |object| !field.find(object, &FieldPath::root()).is_empty();
                if object.is_none_or(is_set) { Entry::Here } else { Entry::Route }
            }
        }
    }
}

impl<'de> Deserialize<'de> for EntryRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EntryRule, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.as_str() {
            "here" => EntryRule::All(Entry::Here),
            "parent" => EntryRule::All(Entry::Parent),
            "route" => EntryRule::All(Entry::Route),
            field => EntryRule::Field(Pattern::parse(field).map_err(serde::de::Error::custom)?),
        })
    }
}
