//! Objects that clusters bring along.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which objects of a kind clusters bring along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "this must be `true`, `false`, or a list of names")]
pub enum Ambient {
    /// None.
    #[default]
    None,
    /// All, or none.
    All(bool),
    /// Those of these names: `name` in any namespace, or `namespace/name`.
    Names(Vec<String>),
}

impl Ambient {
    /// Whether clusters bring along the object of this name.
    pub fn has(&self, namespace: &str, name: &str) -> bool {
        match self {
            Ambient::None => false,
            Ambient::All(all) => *all,
            Ambient::Names(names) => names.iter().any(|one| match one.split_once('/') {
                Some(place) => place == (namespace, name),
                None => one == name,
            }),
        }
    }
}
