//! A key that a ConfigMap or a Secret of the input does not have.

use super::near::near;
use super::open::is_open;
use super::{Findings, Rule};
use crate::catalog::{FieldPath, Relation, Step};
use crate::document::Value;
use crate::facts::config::{ConfigRead, ConfigWay};
use crate::facts::{Facts, quoted, scene::Scene};
use crate::names::english;
use crate::problem::Level;
use crate::topology::{NodeIndex, State};
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    code: "missing-key",
    level: Level::Error,
    meaning: "A container needs a key that a ConfigMap or a Secret of these manifests does not have: it does not start. A warning \
              where the object is a Secret, which somebody may complete, and where a mount with `subPath` finds an empty folder in the place of a \
              file; a note where the object has no key at all.",
    check,
};

/// What is read of one object, and what of it is not there.
struct Lack<'a> {
    read: &'a ConfigRead,
    node: NodeIndex,
    key: String,
    effect: Effect,
}

enum Effect {
    /// A variable: its container does not start.
    Variable(String),
    /// An entry of `items`: the volume cannot be mounted.
    Volume(String),
    /// A part of a volume: the kubelet makes an empty folder of that name.
    Folder(String),
}

/// Source: `k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables` ("couldn't find key"), `makeMounts`
/// (a `subPath` that is not there is made as a folder); `pkg/volume/configmap/configmap.go` and
/// `pkg/volume/secret/secret.go`, `MakePayload` ("references non-existent config key").
fn check(scene: &Scene, facts: &Facts, findings: &mut Findings) {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else { return };
    let mut told = BTreeSet::new();
    for lack in found.config.iter().flat_map(|read| lacks(scene, read)) {
        let Lack { read, node, key, effect } = lack;
        let kind = if read.is_secret { "Secret" } else { "ConfigMap" };
        let holder = format!("{kind} {}", quoted(&read.name));
        let container = quoted(&pod.containers[read.container].key);
        let is_of_pod = matches!(effect, Effect::Volume(_));
        if !told.insert((read.field.clone(), key.clone(), (!is_of_pod).then_some(read.container))) {
            continue;
        }
        let reason = match &effect {
            Effect::Variable(variable) => format!(
                "{container} does not start: variable {} is key {} of {holder}, which has no such key.",
                quoted(variable),
                quoted(&key)
            ),
            Effect::Volume(volume) => format!(
                "Its pods do not start: volume {} takes key {} of {holder}, which has no such key.",
                quoted(volume),
                quoted(&key)
            ),
            Effect::Folder(path) => format!(
                "{container} finds an empty folder at {}, not a file: {holder} has no key {}.",
                quoted(path),
                quoted(&key)
            ),
        };
        let keys = keys(scene, node).unwrap_or_default();
        let help = match near(&key, keys.iter().map(String::as_str)) {
            Some(meant) => {
                format!("Correct the key to {}, or add {} to {holder}.", quoted(meant), quoted(&key))
            }
            None if keys.is_empty() => format!("Add key {} to {holder}.", quoted(&key)),
            None => {
                let names: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
                format!(
                    "Add key {} to {holder}, or name one that it has: {}.",
                    quoted(&key),
                    english::list_up_to(4, &names)
                )
            }
        };
        let is_sure = !read.is_secret && !matches!(effect, Effect::Folder(_)) && scene.is_pod_checked();
        let level = match is_sure {
            // What is empty is there to be filled.
            _ if keys.is_empty() => Level::Note,
            true => Level::Error,
            false => Level::Warning,
        };
        let finding = findings.add(reason, help, read.field.clone());
        finding.at_level(level).because(node, FieldPath::of("data"));
        if !is_of_pod {
            finding.of_container(read.container);
        }
    }
}

/// The keys that one reading wants in vain.
fn lacks<'a>(scene: &Scene, read: &'a ConfigRead) -> Vec<Lack<'a>> {
    let Some(node) = read.node.filter(|_| !read.is_optional) else { return Vec::new() };
    let Some(keys) = keys(scene, node).filter(|_| !is_filled(scene, node)) else { return Vec::new() };
    // What is still to be filled in names no key.
    let lacks = |key: &str| !key.is_empty() && !is_open(key) && !keys.contains(key);
    let lack = |key: &str, effect| Lack { read, node, key: key.to_owned(), effect };
    match &read.way {
        ConfigWay::Variable { variable, key } if lacks(key) => {
            vec![lack(key, Effect::Variable(variable.clone()))]
        }
        ConfigWay::Files { volume, keys: wanted, .. } if !wanted.is_empty() => {
            let absent = wanted.iter().filter(|key| lacks(key));
            absent.map(|key| lack(key, Effect::Volume(volume.clone()))).collect()
        }
        ConfigWay::Files { path, sub_path: Some(part), .. }
            if !keys.is_empty() && !part.contains('/') && !is_projected(read) && lacks(part) =>
        {
            vec![lack(part, Effect::Folder(path.clone()))]
        }
        _ => Vec::new(),
    }
}

/// Whether it is one of several sources of a volume: a file may come from another one.
fn is_projected(read: &ConfigRead) -> bool {
    read.field.steps().iter().any(|step| matches!(step, Step::Key(key) if &**key == "projected"))
}

/// The keys of a ConfigMap or a Secret of the input; `None` for what is not in it.
fn keys(scene: &Scene, node: NodeIndex) -> Option<BTreeSet<String>> {
    let node = &scene.topology.nodes[node];
    let object = node.object.as_deref().filter(|_| node.state == State::Present)?;
    let maps = ["data", "binaryData", "stringData"].into_iter().filter_map(|key| object.value.get(key));
    Some(maps.flat_map(Value::entries).map(|entry| entry.key.to_string()).collect())
}

/// Whether something else writes keys into it: another definition, the maker of what another object describes, or a controller of the cluster.
///
/// Source: kubernetes.io, "ServiceAccount token Secrets"; cert-manager.io, "trust-manager"; docs.openshift.com, "Injecting
/// the cluster-wide trusted CA bundle" and "Service CA certificates".
fn is_filled(scene: &Scene, node: NodeIndex) -> bool {
    let produced = scene.topology.to(node).any(|edge| edge.relation == Relation::Produces);
    let Some(object) = scene.topology.nodes[node].object.as_deref() else { return produced };
    // Which of several definitions is applied, only people know.
    if object.is_contested {
        return true;
    }
    let injects = |field: &str| {
        let entries = object.value.at(field).map(Value::entries).unwrap_or_default();
        entries.iter().any(|entry| entry.key.contains("/inject") || entry.key.contains("reflect"))
    };
    let is_token =
        object.value.get("type").and_then(Value::as_str) == Some("kubernetes.io/service-account-token");
    produced || is_token || injects("metadata.labels") || injects("metadata.annotations")
}
