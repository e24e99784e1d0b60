//! The pods that operators make for objects which describe none.

use super::{Condition, Template};
use crate::catalog::Pattern;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A workload that an operator makes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its kind, such as `StatefulSet`.
    pub kind: String,
    /// Its name; `{name}` is the object's name.
    #[serde(rename = "as")]
    pub name_as: Template,
}

/// Pods that are alike, and what is documented of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrewRule {
    /// What runs in them, as words for one and for many: `[PostgreSQL server, PostgreSQL servers]`.
    pub what: [String; 2],
    /// The workload that the operator makes for them; selectors then lead there, else to the object itself.
    #[serde(default)]
    pub workload: Option<Workload>,
    /// Their labels; `{name}` is the object's name.
    #[serde(default)]
    pub labels: BTreeMap<String, Template>,
    /// Labels that each of them has with one of several values.
    #[serde(default)]
    pub varies: BTreeMap<String, Vec<Template>>,
    /// The fields with more labels for them: mappings. Those of `labels` and `varies` win.
    #[serde(default, rename = "labels-from")]
    pub labels_from: Vec<Pattern>,
    /// The field with their number; several numbers add up.
    #[serde(default)]
    pub copies: Option<Pattern>,
    /// The field that their number is multiplied by, where it is set: that of shards.
    #[serde(default)]
    pub times: Option<Pattern>,
    /// How many there are where the field is absent; nobody knows where this is absent, too.
    #[serde(default)]
    pub default: Option<i64>,
    /// The ports that they are known to listen on, by name.
    #[serde(default)]
    pub ports: BTreeMap<String, u16>,
    /// The operator makes them only where a field is like this.
    #[serde(default)]
    pub when: Option<Condition>,
    /// The operator makes none where a field is like this.
    #[serde(default)]
    pub unless: Option<Condition>,
}
