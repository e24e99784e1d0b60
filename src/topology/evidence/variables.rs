//! The variables that a container starts with, as far as the input says: `envFrom` first, then `env`, which wins.

use super::Reading;
use super::Sources;
use super::expansion::expand;
use super::shelf::Shelf;
use super::variable::{Layer, Variable, of_config_map};
use crate::catalog::FieldPath;
use crate::topology::Container;
use std::rc::Rc;

/// The variables of a container, by name.
pub struct Variables<'a> {
    /// Those of ConfigMaps, which other containers may have, too.
    shared: Vec<Rc<Layer>>,
    own: Layer,
    links: &'a dyn Fn(&str) -> Option<String>,
}

/// A variable whose value may tell of an address or a port, and the addresses in it.
pub struct Told<'a> {
    pub variable: &'a Variable,
    pub reading: &'a Reading,
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
    pub fn told(&self) -> impl Iterator<Item = Told<'_>> {
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
