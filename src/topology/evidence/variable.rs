//! The variables that a container starts with, as far as the input says: `envFrom` first, then `env`, which wins.

use super::expansion::expand;
use super::{Sources, data};
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::model::Object;
use crate::topology::Container;
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
    key: String,
}

/// The variables of a container, by name.
pub struct Variables<'a> {
    list: Vec<Variable>,
    by_name: BTreeMap<String, usize>,
    links: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Variables<'a> {
    /// The variables of a container.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`: a value may name the variables
    /// before it and those that Services give.
    pub fn of(container: &Container, sources: &Sources<'a>) -> Variables<'a> {
        let mut all = Variables { list: Vec::new(), by_name: BTreeMap::new(), links: sources.service_link };
        for from in container.spec.env_from.iter().flatten() {
            let Some(map) = &from.config_map_ref else { continue };
            let Some(map) = (sources.config_map)(&map.name) else { continue };
            let prefix = from.prefix.as_deref().unwrap_or_default();
            for (key, value) in data(map) {
                all.push(of_config_map(format!("{prefix}{key}"), map, key, value));
            }
        }
        let path = container.path.key("env");
        for (index, env) in container.spec.env.iter().flatten().enumerate() {
            let item = path.named_item(index, &env.name);
            let map = env.value_from.as_ref().and_then(|from| from.config_map_key_ref.as_ref());
            let known = map.and_then(|key| {
                let map = (sources.config_map)(&key.name)?;
                Some(of_config_map(env.name.clone(), map, &key.key, map.value.get("data")?.get(&key.key)?))
            });
            // Where `valueFrom` says it, no value does.
            let written = env.value.as_ref().filter(|_| env.value_from.is_none());
            let field_ref = env.value_from.as_ref().and_then(|from| from.field_ref.as_ref());
            let namespace = field_ref.filter(|field| field.field_path == "metadata.namespace");
            let value = written
                .map(|value| expand(value, |name| all.known(name)))
                .or_else(|| namespace.map(|_| sources.namespace.to_owned()));
            let field = item.key("value");
            all.push(known.unwrap_or_else(|| Variable {
                name: env.name.clone(),
                value,
                field,
                declared_by: None,
                key: String::new(),
            }));
        }
        all
    }

    /// All of them that count: of two with one name the last.
    pub fn all(&self) -> impl Iterator<Item = &Variable> {
        let counts = |(index, variable): &(usize, &Variable)| self.by_name.get(&variable.name) == Some(index);
        self.list.iter().enumerate().filter(counts).map(|(_, variable)| variable)
    }

    /// The variable of a name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.by_name.get(name).map(|&index| &self.list[index])
    }

    /// The value of a name; of the container itself, or else what Kubernetes gives for a Service.
    pub fn known(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Some(variable) => variable.value.clone(),
            None => (self.links)(name),
        }
    }

    fn push(&mut self, variable: Variable) {
        self.by_name.insert(variable.name.clone(), self.list.len());
        self.list.push(variable);
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

fn of_config_map(name: String, map: &Object, key: &str, value: &Value) -> Variable {
    Variable {
        name,
        value: value.scalar_text(),
        field: FieldPath::of("data").key(key),
        declared_by: Some(map.identity.clone()),
        key: key.to_owned(),
    }
}
