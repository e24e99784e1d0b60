//! One variable of a container, and the variables that come from one place.

use super::{Reading, data, port};
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::model::Object;
use std::collections::BTreeMap;

/// One variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, with other variables in it expanded; `None` where it comes from a Secret, most fields of the pod, or what
    /// is not in the input.
    pub value: Option<String>,
    /// The field that holds the value.
    pub field: FieldPath,
    /// The ConfigMap that holds it.
    pub declared_by: Option<Identity>,
    /// The key there.
    pub key: String,
}

/// Variables that come from one place.
#[derive(Default)]
pub(super) struct Layer {
    pub list: Vec<Variable>,
    by_name: BTreeMap<String, usize>,
    /// Those whose value may tell of an address or a port, in their order.
    pub told: Vec<(usize, Reading)>,
}

impl Layer {
    /// The keys of a ConfigMap, each with a prefix in front.
    pub fn of_config_map(map: &Object, prefix: &str) -> Layer {
        let mut layer = Layer::default();
        for (key, value) in data(map) {
            layer.push(of_config_map(format!("{prefix}{key}"), map, key, value));
        }
        layer
    }

    /// Adds one; of two with one name the last counts.
    pub fn push(&mut self, variable: Variable) {
        if let Some(value) = &variable.value {
            let reading = Reading::of(&variable.name, value);
            if !reading.is_empty() || port(value).is_some() {
                self.told.push((self.list.len(), reading));
            }
        }
        self.by_name.insert(variable.name.clone(), self.list.len());
        self.list.push(variable);
    }

    /// The variable of a name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.by_name.get(name).map(|&index| &self.list[index])
    }
}

impl Variable {
    /// Where it stands, in the words of the facts.
    pub fn via(&self) -> String {
        match &self.declared_by {
            Some(map) => format!("ConfigMap {}/{} key {}", map.namespace, map.name, self.key),
            None => format!("env {}", self.name),
        }
    }

    /// `NAME=value`.
    pub fn written(&self) -> String {
        format!("{}={}", self.name, self.value.as_deref().unwrap_or_default())
    }
}

/// The variable of a key of a ConfigMap.
pub fn of_config_map(name: String, map: &Object, key: &str, value: &Value) -> Variable {
    Variable {
        name,
        value: value.scalar_text(),
        field: FieldPath::of("data").key(key),
        declared_by: Some(map.identity.clone()),
        key: key.to_owned(),
    }
}
