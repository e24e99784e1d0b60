//! From a pod's manifest to its typed form, leniently: a field of the wrong type costs itself, not the pod.

use super::pod::{Container, ContainerKind, Pod, Volume};
use super::given::Given;
use super::selector::labels;
use super::unnamed;
use crate::catalog::{FieldPath, KindRule};
use crate::document::Value;
use crate::model::Object;
use crate::problem::{Code, Level, Problem, Problems};
use k8s_openapi::api::core::v1 as api;
use serde_json::Value as Json;
use serde_path_to_error::Segment;

/// How many fields of one pod may be wrong before the rest of it is given up.
const MOST_WRONG_FIELDS: usize = 200;

/// The pod that an object makes or is, if its kind makes pods and its manifest has one.
pub fn read_pod(object: &Object, rule: &KindRule, problems: &mut Problems) -> Option<Pod> {
    let mut pod = read_template(object, FieldPath::of(rule.pods.template()?), problems)?;
    unnamed::name(&mut pod, rule.unnamed.as_ref());
    pod.given = Given::of(object);
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
    let mut spec = lenient_spec(object, value, &path, problems);
    let unread_ports = unread_ports(&mut spec);
    Pod {
        unread_ports,
        containers: containers(&mut spec, value, &path),
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

/// Reads the spec; a field of the wrong type is reported, taken out or turned into a string, and the rest read again.
fn lenient_spec(object: &Object, value: &Value, path: &FieldPath, problems: &mut Problems) -> api::PodSpec {
    let mut json = value.to_json();
    spell_quantities(&mut json);
    for _ in 0..MOST_WRONG_FIELDS {
        let error = match serde_path_to_error::deserialize::<_, api::PodSpec>(&json) {
            Ok(spec) => return spec,
            Err(error) => error,
        };
        let steps: Vec<Segment> = error.path().iter().cloned().collect();
        let Some((good, wrong)) = follow(value, &steps) else { break };
        let wanted = wanted(&error.inner().to_string());
        let field = path.then(&good);
        let keeps = wanted == Some("a string") && wrong.scalar_text().is_some();
        // What a tool puts in later is not wrong.
        if !wrong.is_placeholder() {
            problems.push(wrong_type(object, wrong, &field, wanted, keeps));
        }
        let text = wrong.scalar_text().filter(|_| keeps);
        if !mend(&mut json, &steps, text) {
            break;
        }
    }
    api::PodSpec::default()
}

/// Takes out the ports without a number, and gives their names.
fn unread_ports(spec: &mut api::PodSpec) -> Vec<String> {
    let mut names = Vec::new();
    for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
        container.ports.iter_mut().for_each(|ports| {
            ports.retain(|port| {
                let is_read = port.container_port != 0;
                if !is_read {
                    names.push(port.name.clone().unwrap_or_default());
                }
                is_read
            });
        });
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

/// Takes the containers out of a spec: a second copy of each would be most of what a large pod needs.
fn containers(spec: &mut api::PodSpec, value: &Value, path: &FieldPath) -> Vec<Container> {
    let place = |list: &str, index: usize| {
        let items = value.get(list).map(Value::items).unwrap_or_default();
        let path = path.key(list);
        match items.get(index) {
            Some(item) => (path.item(index, item), item.line),
            None => (path, value.line),
        }
    };
    let build = |list: &str, index: usize, kind: ContainerKind, spec: api::Container| {
        let (path, line) = place(list, index);
        let (name, image) = (spec.name.clone(), spec.image.clone().unwrap_or_default());
        Container { key: name.as_str().into(), name, image, kind, spec, path, line }
    };
    let inits = spec.init_containers.take().into_iter().flatten().enumerate().map(|(index, container)| {
        let always = container.restart_policy.as_deref() == Some("Always");
        let kind = if always { ContainerKind::Sidecar } else { ContainerKind::Init };
        build("initContainers", index, kind, container)
    });
    let apps = std::mem::take(&mut spec.containers)
        .into_iter()
        .enumerate()
        .map(|(index, app)| build("containers", index, ContainerKind::App, app));
    let ephemeral =
        spec.ephemeral_containers.take().into_iter().flatten().enumerate().map(|(index, container)| {
            build("ephemeralContainers", index, ContainerKind::Ephemeral, as_container(container))
        });
    let mut containers: Vec<Container> = inits.chain(apps).chain(ephemeral).collect();
    unnamed::tell_apart(&mut containers);
    containers
}

/// An ephemeral container has the fields of a container that make sense in a running pod.
fn as_container(e: api::EphemeralContainer) -> api::Container {
    api::Container {
        name: e.name,
        image: e.image,
        command: e.command,
        args: e.args,
        env: e.env,
        env_from: e.env_from,
        security_context: e.security_context,
        volume_mounts: e.volume_mounts,
        working_dir: e.working_dir,
        ..api::Container::default()
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
