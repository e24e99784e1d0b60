//! The variables that a container starts with, as far as the input says: `envFrom` first, then `env`, which wins.

use super::expansion::expand;
use super::shelf::Shelf;
use super::{Reading, Sources, data, port};
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::model::Object;
use crate::topology::Container;
use std::collections::BTreeMap;
use std::rc::Rc;

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

/// A key of a Secret that a container gets as a variable.
#[derive(Clone, Debug)]
pub struct SecretKey {
    /// The variable.
    pub variable: String,
    /// The Secret.
    pub secret: String,
    /// The key there.
    pub key: String,
    /// The field that names it.
    pub field: FieldPath,
}

/// The keys of Secrets that a container gets as variables. Their values are never looked at.
pub fn secret_keys(container: &Container, sources: &Sources<'_, '_>) -> Vec<SecretKey> {
    let mut found = Vec::new();
    let path = container.path.key("envFrom");
    for (index, from) in container.spec.env_from.iter().flatten().enumerate() {
        let Some(secret) = &from.secret_ref else { continue };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        let field = path.named_item(index, "").key("secretRef").key("name");
        found.extend((sources.secret_keys)(&secret.name).into_iter().map(|key| SecretKey {
            variable: format!("{prefix}{key}"),
            secret: secret.name.clone(),
            key,
            field: field.clone(),
        }));
    }
    let path = container.path.key("env");
    for (index, env) in container.spec.env.iter().flatten().enumerate() {
        let from = env.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref());
        let Some(from) = from else { continue };
        found.push(SecretKey {
            variable: env.name.clone(),
            secret: from.name.clone(),
            key: from.key.clone(),
            field: path.named_item(index, &env.name).key("valueFrom").key("secretKeyRef").key("key"),
        });
    }
    found
}

/// Variables that come from one place.
#[derive(Default)]
pub(super) struct Layer {
    list: Vec<Variable>,
    by_name: BTreeMap<String, usize>,
    /// Those whose value may tell of an address or a port, in their order.
    told: Vec<(usize, Reading)>,
}

/// A variable whose value may tell of an address or a port, and the addresses in it.
pub(super) struct Told<'a> {
    pub variable: &'a Variable,
    pub reading: &'a Reading,
}

/// The variables of a container, by name.
pub struct Variables<'a> {
    /// Those of ConfigMaps, which other containers may have, too.
    shared: Vec<Rc<Layer>>,
    own: Layer,
    links: &'a dyn Fn(&str) -> Option<String>,
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

    fn push(&mut self, variable: Variable) {
        if let Some(value) = &variable.value {
            let reading = Reading::of(&variable.name, value);
            if !reading.is_empty() || port(value).is_some() {
                self.told.push((self.list.len(), reading));
            }
        }
        self.by_name.insert(variable.name.clone(), self.list.len());
        self.list.push(variable);
    }

    fn get(&self, name: &str) -> Option<&Variable> {
        self.by_name.get(name).map(|&index| &self.list[index])
    }
}

impl<'a> Variables<'a> {
    /// The variables of a container.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`: a value may name the variables
    /// before it and those that Services give.
    pub fn of<'b>(container: &Container, sources: &Sources<'b, 'a>, shelf: &mut Shelf<'b>) -> Variables<'a> {
        let mut all = Variables { shared: Vec::new(), own: Layer::default(), links: sources.service_link };
        for from in container.spec.env_from.iter().flatten() {
            let Some(map) = &from.config_map_ref else { continue };
            let Some(map) = (sources.config_map)(&map.name) else { continue };
            all.shared.push(shelf.layer(map, from.prefix.as_deref().unwrap_or_default()));
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
            all.own.push(known.unwrap_or_else(|| Variable {
                name: env.name.clone(),
                value,
                field,
                declared_by: None,
                key: String::new(),
            }));
        }
        all
    }

    /// All of them that count, of two with one name the last, and that may tell of an address or a port.
    pub(super) fn told(&self) -> impl Iterator<Item = Told<'_>> {
        let layers = self.shared.iter().map(|layer| &**layer).chain([&self.own]);
        let told = layers.flat_map(|layer| {
            let told = layer.told.iter();
            told.map(|(at, reading)| Told { variable: &layer.list[*at], reading })
        });
        told.filter(|told| {
            self.get(&told.variable.name).is_some_and(|last| std::ptr::eq(last, told.variable))
        })
    }

    /// The variable of a name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        let shared = || self.shared.iter().rev().find_map(|layer| layer.get(name));
        self.own.get(name).or_else(shared)
    }

    /// The value of a name; of the container itself, or else what Kubernetes gives for a Service.
    pub fn known(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Some(variable) => variable.value.clone(),
            None => (self.links)(name),
        }
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
