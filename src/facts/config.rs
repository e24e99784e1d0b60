//! What each container reads of ConfigMaps and Secrets, and how: as environment variables or as files, which keys, and
//! whether it sees a change without a restart.
//!
//! Source: kubernetes.io, "ConfigMaps", "Mounted ConfigMaps are updated automatically"; "Secrets", "Using Secrets".

use super::scene::Scene;
use super::storage::VolumeUse;
use crate::catalog::FieldPath;
use crate::document::Value;
use crate::topology::{Container, NodeIndex, Pod};

/// One way in which a container reads a ConfigMap or a Secret.
#[derive(Clone, Debug)]
pub struct ConfigRead {
    /// The index of the container.
    pub container: usize,
    /// Whether it is a Secret; else it is a ConfigMap.
    pub is_secret: bool,
    /// The name of the object.
    pub name: String,
    /// Its node; `None` where it is optional and not in the input.
    pub node: Option<NodeIndex>,
    /// How it is read.
    pub way: ConfigWay,
    /// Whether the container starts without it.
    pub is_optional: bool,
    /// The field that reads it.
    pub field: FieldPath,
}

/// How configuration is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigWay {
    /// One key, as an environment variable.
    Variable {
        /// The name of the variable.
        variable: String,
        /// The key.
        key: String,
    },
    /// Every key, as an environment variable of the same name behind a prefix, which may be empty.
    Variables {
        /// The prefix.
        prefix: String,
    },
    /// As files.
    Files {
        /// The volume.
        volume: String,
        /// Where it is mounted.
        path: String,
        /// The keys that become files; empty for all.
        keys: Vec<String>,
        /// The part of the volume that is mounted, if not all of it.
        sub_path: Option<String>,
    },
}

impl ConfigRead {
    /// Whether the container sees a change of the object without a restart.
    pub fn is_live(&self) -> bool {
        matches!(self.way, ConfigWay::Files { sub_path: None, .. })
    }
}

/// Everything that the containers of a pod read, in the order of the containers, variables first.
pub(super) fn derive(scene: &Scene, pod: &Pod, volumes: &[VolumeUse]) -> Vec<ConfigRead> {
    let mut reads = Vec::new();
    for (index, container) in pod.containers.iter().enumerate() {
        variables(scene, index, container, &mut reads);
    }
    for usage in volumes {
        files(scene, pod, usage, &mut reads);
    }
    reads.sort_by_key(|read| read.container);
    reads
}

fn node(scene: &Scene, is_secret: bool, name: &str) -> Option<NodeIndex> {
    let kind = if is_secret { "Secret" } else { "ConfigMap" };
    scene.topology.find(&scene.object.identity.sibling("", kind, name))
}

fn variables(scene: &Scene, container: usize, spec: &Container, reads: &mut Vec<ConfigRead>) {
    let mut add = |is_secret: bool, name: &str, optional: Option<bool>, way: ConfigWay, field: FieldPath| {
        if !name.is_empty() {
            let (node, is_optional) = (node(scene, is_secret, name), optional == Some(true));
            let name = name.to_owned();
            reads.push(ConfigRead { container, is_secret, name, node, way, is_optional, field });
        }
    };
    for (index, from) in spec.spec.env_from.iter().flatten().enumerate() {
        let field = spec.path.key("envFrom").named_item(index, "");
        let way = ConfigWay::Variables { prefix: from.prefix.clone().unwrap_or_default() };
        if let Some(map) = &from.config_map_ref {
            add(false, &map.name, map.optional, way.clone(), field.key("configMapRef"));
        }
        if let Some(secret) = &from.secret_ref {
            add(true, &secret.name, secret.optional, way, field.key("secretRef"));
        }
    }
    for (index, variable) in spec.spec.env.iter().flatten().enumerate() {
        let Some(from) = &variable.value_from else { continue };
        let field = spec.path.key("env").named_item(index, &variable.name).key("valueFrom");
        let way = |key: &str| ConfigWay::Variable { variable: variable.name.clone(), key: key.to_owned() };
        if let Some(key) = &from.config_map_key_ref {
            add(false, &key.name, key.optional, way(&key.key), field.key("configMapKeyRef"));
        }
        if let Some(key) = &from.secret_key_ref {
            add(true, &key.name, key.optional, way(&key.key), field.key("secretKeyRef"));
        }
    }
}

/// One ConfigMap or Secret in a volume.
struct Source {
    is_secret: bool,
    name: String,
    keys: Vec<String>,
    is_optional: bool,
    field: FieldPath,
}

fn files(scene: &Scene, pod: &Pod, usage: &VolumeUse, reads: &mut Vec<ConfigRead>) {
    let Some(volume) = usage.volume.and_then(|index| pod.volumes.get(index)) else { return };
    let Some(value) = volume.path.find(&scene.object.value) else { return };
    let written = match volume.source {
        "configMap" | "secret" => {
            let name = if volume.source == "secret" { "secretName" } else { "name" };
            let path = volume.path.key(volume.source);
            value
                .get(volume.source)
                .and_then(|from| source(from, volume.source, name, path))
                .into_iter()
                .collect()
        }
        "projected" => {
            let list = volume.path.key("projected").key("sources");
            let items = list.find(&scene.object.value).map(Value::items).unwrap_or_default();
            let of = |(index, item): (usize, &Value)| {
                let path = list.item(index, item);
                let of_kind = |kind: &str| source(item.get(kind)?, kind, "name", path.key(kind));
                of_kind("configMap").or_else(|| of_kind("secret"))
            };
            items.iter().enumerate().filter_map(of).collect::<Vec<Source>>()
        }
        _ => Vec::new(),
    };
    for source in written {
        let node = node(scene, source.is_secret, &source.name);
        for mount in &usage.mounts {
            reads.push(ConfigRead {
                container: mount.container,
                is_secret: source.is_secret,
                name: source.name.clone(),
                node,
                way: ConfigWay::Files {
                    volume: usage.name.clone(),
                    path: mount.path.clone(),
                    keys: source.keys.clone(),
                    sub_path: mount.sub_path.clone(),
                },
                is_optional: source.is_optional,
                field: source.field.clone(),
            });
        }
    }
}

fn source(value: &Value, kind: &str, name: &str, field: FieldPath) -> Option<Source> {
    let items = value.get("items").map(Value::items).unwrap_or_default();
    Some(Source {
        is_secret: kind == "secret",
        name: value.get(name)?.scalar_text().filter(|name| !name.is_empty())?,
        keys: items.iter().filter_map(|item| item.get("key")?.scalar_text()).collect(),
        is_optional: value.get("optional").and_then(Value::as_bool) == Some(true),
        field,
    })
}
