//! Where an object describes pods.

use super::{Pattern, Template};
use schemars::JsonSchema;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// Where an object of a kind describes pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(with = "Forms")]
pub enum Pods {
    /// Nowhere.
    #[default]
    None,
    /// The path of its one pod template, a mapping with `metadata` and `spec`; `.` for a Pod itself.
    Template(String),
    /// In several places, each of which becomes an object of its own.
    Several(Vec<PodsAt>),
}

/// Fields that each describe a pod.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodsAt {
    /// The fields: each a pod template, or with `containers` a mapping in a form of its own.
    pub path: Pattern,
    /// The key of its name, in the mapping or in one around it, the innermost first; its number counts where there is none.
    /// `*`, if the key under which the mapping around it stands is its name, in lower case.
    #[serde(default = "name_key")]
    pub name: String,
    /// What the object is called; `{name}.{value}` if absent.
    #[serde(default, rename = "as")]
    pub name_as: Option<Template>,
    /// The kind, of the same group, that it is shown as; it needs a file of its own.
    pub kind: String,
    /// Labels that its pods get beside those of the description; `{name}` is the name of the whole, `{value}` its own.
    #[serde(default)]
    pub labels: BTreeMap<String, Template>,
    /// In a form of its own: where the app containers are, each a mapping. Where there is none, there is no pod.
    #[serde(default)]
    pub containers: Vec<Pattern>,
    /// In a form of its own: app containers that run one after another, each a mapping. They come before the others.
    #[serde(default)]
    pub steps: Vec<Pattern>,
    /// The key of the number of its pods, found as the name is.
    #[serde(default)]
    pub copies: Option<String>,
    /// In a form of its own: when its containers start again, where the description does not say.
    #[serde(default, rename = "restartPolicy")]
    pub restart_policy: Option<String>,
    /// The path of the mapping in the object whose fields of a pod count where the description has none of its own.
    #[serde(default)]
    pub inherits: Option<String>,
}

fn name_key() -> String {
    "name".to_owned()
}

impl Pods {
    /// The path of the one pod template.
    pub fn template(&self) -> Option<&str> {
        match self {
            Pods::Template(path) => Some(path),
            Pods::None | Pods::Several(_) => None,
        }
    }

    /// The several places.
    pub fn places(&self) -> &[PodsAt] {
        match self {
            Pods::Several(places) => places,
            Pods::None | Pods::Template(_) => &[],
        }
    }
}

/// Where an object of a kind describes pods: the path of its one pod template, or several places.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the forms of the schema; Pods is what they are read as")]
enum Forms {
    Template(String),
    Several(Vec<PodsAt>),
}

impl<'de> Deserialize<'de> for Pods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pods, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads both forms where they stand, so that a fault knows its line.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Pods;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path, or a list of places")
    }

    fn visit_str<E: serde::de::Error>(self, path: &str) -> Result<Pods, E> {
        Ok(Pods::Template(path.to_owned()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Pods, E> {
        Ok(Pods::None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Pods, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Pods::Several)
    }
}
