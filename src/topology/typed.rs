//! From a pod's manifest to its typed form, leniently: a field of the wrong type costs itself, not the pod.

use super::completed;
use super::container::{Container, ContainerKind, ContainerSpec};
use super::given::Given;
use super::pod::{Pod, Volume};
use super::selector::labels;
use super::unnamed;
use crate::catalog::{FieldPath, KindRule};
use crate::document::{Entry, Value};
use crate::model::Object;
use crate::problem::{Code, Level, Problem, Problems};
use k8s_openapi::api::core::v1 as api;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_path_to_error::Segment;

/// How many fields of one pod may be wrong; parts of it in which there are more are given up.
const MOST_WRONG_FIELDS: usize = 200;

const INIT: &str = "initContainers";
const EPHEMERAL: &str = "ephemeralContainers";

/// The lists of a pod's containers, in the order in which podviz tells of them.
const CONTAINERS: [&str; 3] = [INIT, "containers", EPHEMERAL];

/// The pod that an object makes or is, if its kind makes pods and its manifest has one.
pub fn read_pod(object: &Object, rule: &KindRule, problems: &mut Problems) -> Option<Pod> {
    let mut pod = read_template(object, FieldPath::of(rule.pods.template()?), problems)?;
    unnamed::name(&mut pod, rule.unnamed.as_ref());
    let (name, namespace) = (&object.identity.name, &object.identity.namespace);
    let given = rule.pod_labels.iter().map(|(key, value)| (key.clone(), value.fill("", name, namespace)));
    pod.labels.extend(given);
    pod.given = Given::of(object);
    completed::complete(object, &mut pod);
    Some(Pod { copies: rule.copies.as_deref().map(FieldPath::of), ..pod })
}

/// The pod of the template at a path: a mapping with `metadata` and `spec`.
pub(super) fn read_template(object: &Object, template: FieldPath, problems: &mut Problems) -> Option<Pod> {
    let value = template.find(&object.value)?;
    let path = template.key("spec");
    let Some(spec_value) = value.get("spec").filter(|spec| spec.is_map()) else {
        problems.push(no_spec(object, value, &path));
        return None;
    };
    let pod = read_spec(object, spec_value, path, value.get("metadata"), problems);
    Some(Pod { volumes: claim_templates(object, pod.volumes), ..pod })
}

/// The pod of a spec that stands, or would stand, at `path`.
pub(super) fn read_spec(
    object: &Object,
    value: &Value,
    path: FieldPath,
    metadata: Option<&Value>,
    problems: &mut Problems,
) -> Pod {
    let mut reading = Reading { object, problems, left: MOST_WRONG_FIELDS };
    let mut containers = reading.containers(value, &path);
    let spec = reading.spec(value, &path);
    Pod {
        unread_ports: unread_ports(&mut containers),
        containers,
        volumes: volumes(&spec, value, &path),
        labels: labels(metadata.and_then(|metadata| metadata.get("labels"))),
        annotations: labels(metadata.and_then(|metadata| metadata.get("annotations"))),
        given: Given::default(),
        inherits: None,
        copies: None,
        steps: 0,
        path,
        spec,
    }
}

fn no_spec(object: &Object, template: &Value, path: &FieldPath) -> Problem {
    let reason = format!("{}: `{path}` must be a mapping, so its pod is left out", object.identity.title());
    Problem::new(Level::Error, Code::InvalidField, reason)
        .at_place(object.place(template.line), template.column)
        .help(format!("describe the pod's containers under `{path}`"))
}

/// Reads one pod.
struct Reading<'a> {
    object: &'a Object,
    problems: &'a mut Problems,
    /// How many more fields may be wrong.
    left: usize,
}

impl Reading<'_> {
    /// The spec without its containers, which are read one by one: a pod may have very many.
    fn spec(&mut self, value: &Value, path: &FieldPath) -> api::PodSpec {
        let is_apart = |entry: &&Entry| CONTAINERS.contains(&&*entry.key) && entry.value.is_list();
        let entries = value.entries().iter().filter(|entry| !is_apart(entry));
        let json = entries.map(|entry| (entry.key.to_string(), entry.value.to_json())).collect();
        self.read(Json::Object(json), value, path)
    }

    /// The containers in the order of [`Pod::containers`].
    fn containers(&mut self, value: &Value, path: &FieldPath) -> Vec<Container> {
        let mut containers = Vec::new();
        for list in CONTAINERS {
            let items = value.get(list).map(Value::items).unwrap_or_default();
            let list_path = path.key(list);
            for (index, item) in items.iter().enumerate() {
                let path = list_path.item(index, item);
                let (name, image, spec) = match list {
                    EPHEMERAL => {
                        let read: api::EphemeralContainer = self.read(item.to_json(), item, &path);
                        (read.name.clone(), read.image.clone(), ContainerSpec::from(read))
                    }
                    _ => {
                        let mut read: api::Container = self.read(item.to_json(), item, &path);
                        (std::mem::take(&mut read.name), read.image.take(), ContainerSpec::from(read))
                    }
                };
                let kind = match (list, spec.restart_policy.as_deref()) {
                    (INIT, Some("Always")) => ContainerKind::Sidecar,
                    (INIT, _) => ContainerKind::Init,
                    (EPHEMERAL, _) => ContainerKind::Ephemeral,
                    _ => ContainerKind::App,
                };
                let (key, line) = (name.as_str().into(), item.line);
                containers.push(Container {
                    key,
                    name,
                    // OpenShift has a blank where a trigger is to put the image.
                    image: image.filter(|image| !image.trim().is_empty()).unwrap_or_default(),
                    kind,
                    spec,
                    path,
                    line,
                });
            }
        }
        containers.shrink_to_fit();
        unnamed::tell_apart(&mut containers);
        containers
    }

    /// Reads a part; a field of the wrong type is reported, taken out or turned into a string, and the rest read again.
    fn read<T: DeserializeOwned + Default>(&mut self, mut json: Json, value: &Value, path: &FieldPath) -> T {
        spell_quantities(&mut json);
        loop {
            let error = match serde_path_to_error::deserialize::<_, T>(&json) {
                Ok(part) => return part,
                Err(error) => error,
            };
            let Some(left) = self.left.checked_sub(1) else { break };
            self.left = left;
            let steps: Vec<Segment> = error.path().iter().cloned().collect();
            let Some((good, wrong)) = follow(value, &steps) else { break };
            let wanted = wanted(&error.inner().to_string());
            let field = path.then(&good);
            let keeps = wanted == Some("a string") && wrong.scalar_text().is_some();
            // What a tool puts in later is not wrong.
            if !wrong.is_placeholder() {
                self.problems.push(wrong_type(self.object, wrong, &field, wanted, keeps));
            }
            let text = wrong.scalar_text().filter(|_| keeps);
            if !mend(&mut json, &steps, text) {
                break;
            }
        }
        T::default()
    }
}

/// Takes out the ports without a number, and gives their names.
fn unread_ports(containers: &mut [Container]) -> Vec<String> {
    let mut names = Vec::new();
    for container in containers.iter_mut().filter(|one| one.kind != ContainerKind::Ephemeral) {
        if let Some(ports) = &mut container.spec.ports {
            ports.retain(|port| {
                let is_read = port.container_port != 0;
                if !is_read {
                    names.push(port.name.clone().unwrap_or_default());
                }
                is_read
            });
        }
    }
    names
}

fn wrong_type(
    object: &Object,
    value: &Value,
    field: &FieldPath,
    wanted: Option<&str>,
    keeps: bool,
) -> Problem {
    let wanted = wanted.unwrap_or("of another type");
    let title = object.identity.title();
    let (level, code, reason) = if keeps {
        (
            Level::Warning,
            Code::ScalarType,
            format!("{title}: `{field}` must be a string; put quotes around it"),
        )
    } else {
        let reason = format!("{title}: `{field}` must be {wanted}; the pod is documented without it");
        (Level::Error, Code::InvalidField, reason)
    };
    Problem::new(level, code, reason).at_place(object.place(value.line), value.column)
}

/// What serde wanted, from its message, which names types but never quotes a value here.
fn wanted(message: &str) -> Option<&'static str> {
    let expected = message.rsplit_once("expected ")?.1;
    let table = [
        ("a string", &["a string", "Quantity", "string"][..]),
        ("a whole number", &["i32", "i64", "IntOrString"]),
        ("true or false", &["a boolean"]),
        ("a list", &["a sequence"]),
        ("a mapping", &["a map", "struct"]),
    ];
    let row = table.iter().find(|(_, words)| words.iter().any(|word| expected.starts_with(word)));
    Some(row.map_or("a mapping", |(wanted, _)| wanted))
}

/// The value that the steps lead to, or the last one on the way that is there.
fn follow<'a>(root: &'a Value, steps: &[Segment]) -> Option<(FieldPath, &'a Value)> {
    let (mut path, mut value) = (FieldPath::root(), root);
    for step in steps {
        let (next_path, next) = match step {
            Segment::Map { key } => (path.key(key), value.get(key)),
            Segment::Seq { index } => {
                let item = value.items().get(*index)?;
                (path.item(*index, item), Some(item))
            }
            _ => break,
        };
        let Some(next) = next else { break };
        (path, value) = (next_path, next);
    }
    Some((path, value))
}

/// Puts `text` where the steps lead, or takes that field out. Says whether there was anything to change.
fn mend(json: &mut Json, steps: &[Segment], text: Option<String>) -> bool {
    let steps: Vec<&Segment> =
        steps.iter().take_while(|step| matches!(step, Segment::Map { .. } | Segment::Seq { .. })).collect();
    let Some((last, way)) = steps.split_last() else { return false };
    let mut parent = json;
    for step in way {
        let next = match step {
            Segment::Map { key } => parent.get_mut(key),
            Segment::Seq { index } => parent.get_mut(index),
            _ => None,
        };
        let Some(next) = next else { return false };
        parent = next;
    }
    match (last, parent, text) {
        (Segment::Map { key }, Json::Object(map), Some(text)) => {
            map.insert(key.clone(), Json::String(text)).is_some()
        }
        (Segment::Map { key }, Json::Object(map), None) => map.shift_remove(key).is_some(),
        (Segment::Seq { index }, Json::Array(list), Some(text)) if *index < list.len() => {
            list[*index] = Json::String(text);
            true
        }
        // An empty mapping keeps the indexes of its neighbors; where a string is wanted, an empty string does.
        (Segment::Seq { index }, Json::Array(list), None) if *index < list.len() => {
            let filler = if list[*index].is_object() {
                Json::String(String::new())
            } else {
                Json::Object(<_>::default())
            };
            let changed = list[*index] != filler;
            list[*index] = filler;
            changed
        }
        _ => false,
    }
}

/// Kubernetes takes a number wherever it takes a quantity; the typed form wants the quantity's text.
fn spell_quantities(json: &mut Json) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let holds_quantities = matches!(key.as_str(), "limits" | "requests" | "overhead");
                match value {
                    Json::Object(quantities) if holds_quantities => {
                        quantities.values_mut().for_each(spell_quantity);
                    }
                    Json::Number(_) if matches!(key.as_str(), "sizeLimit" | "divisor") => {
                        spell_quantity(value);
                    }
                    _ => spell_quantities(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(spell_quantities),
        _ => {}
    }
}

fn spell_quantity(value: &mut Json) {
    if let Json::Number(number) = value {
        *value = Json::String(number.to_string());
    }
}

fn volumes(spec: &api::PodSpec, value: &Value, path: &FieldPath) -> Vec<Volume> {
    let items = value.get("volumes").map(Value::items).unwrap_or_default();
    let path = path.key("volumes");
    let volumes = spec.volumes.iter().flatten().enumerate().map(|(index, volume)| {
        let (path, line) = match items.get(index) {
            Some(item) => (path.item(index, item), item.line),
            None => (path.clone(), value.line),
        };
        Volume { name: volume.name.clone(), source: volume_source(items.get(index)), path, line }
    });
    volumes.collect()
}

/// The volumes of a StatefulSet's pods: each claim template makes one, in place of the pod's own of the same name.
fn claim_templates(object: &Object, own: Vec<Volume>) -> Vec<Volume> {
    let path = FieldPath::of("spec.volumeClaimTemplates");
    let templates = path.find(&object.value).map(Value::items).unwrap_or_default();
    let mut volumes: Vec<Volume> = Vec::new();
    for (index, template) in templates.iter().enumerate() {
        let Some(name) = template.at("metadata.name").and_then(Value::scalar_text) else { continue };
        let path = path.item(index, template.get("metadata").unwrap_or(template));
        volumes.push(Volume { name, source: "persistentVolumeClaim", path, line: template.line });
    }
    let replaced = |volume: &Volume| volumes.iter().any(|claim| claim.name == volume.name);
    let rest: Vec<Volume> = own.into_iter().filter(|volume| !replaced(volume)).collect();
    volumes.extend(rest);
    volumes
}

/// The sources of volumes, complete for Kubernetes 1.37.
const VOLUME_SOURCES: [&str; 30] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// The source that a volume names; one that names none is an `emptyDir`.
fn volume_source(volume: Option<&Value>) -> &'static str {
    let named = |source: &&&str| volume.is_some_and(|volume| volume.get(source).is_some());
    VOLUME_SOURCES.iter().find(named).unwrap_or(&"emptyDir")
}
