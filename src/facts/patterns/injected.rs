//! Containers that the manifest does not name: an admission webhook adds them when the pod is created.

use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::topology::{Labels, NodeIndex, Pod};

/// A container that is added when the pod is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injection {
    /// The name that it usually gets.
    pub name: &'static str,
    /// Who adds it.
    pub by: &'static str,
    /// What it does, as words that follow `it`.
    pub does: &'static str,
}

const ISTIO: Injection =
    Injection { name: "istio-proxy", by: "Istio", does: "carries the pod's traffic for the service mesh" };
const LINKERD: Injection = Injection {
    name: "linkerd-proxy",
    by: "Linkerd",
    does: "carries the pod's traffic for the service mesh",
};
const VAULT: Injection =
    Injection { name: "vault-agent", by: "Vault", does: "writes secrets into a volume of the pod" };

/// The containers that labels and annotations of the pod or its namespace ask for.
///
/// Sources: `istio/istio`, pkg/kube/inject/inject.go, `injectRequired`: the pod's label counts before its annotation
/// and before the namespace's label, and pods on the node's network get none; `linkerd/linkerd2`,
/// pkg/inject/inject.go, `injectValue`; `hashicorp/vault-k8s`, agent-inject/agent/annotations.go.
pub(super) fn find(scene: &Scene, pod: &Pod) -> Vec<Known<Injection>> {
    let mut namespace = scene.node().identity.sibling("", "Namespace", &scene.node().identity.namespace);
    namespace.namespace = "".into();
    let namespace = scene.topology.find(&namespace);
    let mut found = Vec::new();
    let has = |name: &str| pod.containers.iter().any(|container| container.name == name);
    if pod.spec.host_network != Some(true) {
        found.extend(istio(scene, pod, namespace).filter(|_| !has(ISTIO.name)));
        found.extend(linkerd(scene, pod, namespace).filter(|_| !has(LINKERD.name)));
    }
    found.extend(vault(pod).filter(|_| !has(VAULT.name)));
    found
}

fn istio(scene: &Scene, pod: &Pod, namespace: Option<NodeIndex>) -> Option<Known<Injection>> {
    let key = "sidecar.istio.io/inject";
    let own = own_value(&pod.labels, pod, "labels", key)
        .or_else(|| own_value(&pod.annotations, pod, "annotations", key));
    match own {
        Some((value, field)) => is_true(&value).then(|| asked(ISTIO, "the pod's", key, &value, field)),
        None => {
            let enabled = of_namespace(scene, namespace, "labels", "istio-injection", &["enabled"]);
            enabled.map(|(why, field, node)| Known::new(ISTIO, why, field).said_by(node))
        }
    }
}

fn linkerd(scene: &Scene, pod: &Pod, namespace: Option<NodeIndex>) -> Option<Known<Injection>> {
    let key = "linkerd.io/inject";
    match own_value(&pod.annotations, pod, "annotations", key) {
        Some((value, field)) => {
            let on = matches!(value.as_str(), "enabled" | "ingress");
            on.then(|| asked(LINKERD, "the pod's", key, &value, field))
        }
        None => {
            let enabled = of_namespace(scene, namespace, "annotations", key, &["enabled", "ingress"]);
            enabled.map(|(why, field, node)| Known::new(LINKERD, why, field).said_by(node))
        }
    }
}

fn vault(pod: &Pod) -> Option<Known<Injection>> {
    let key = "vault.hashicorp.com/agent-inject";
    let (value, field) = own_value(&pod.annotations, pod, "annotations", key)?;
    is_true(&value).then(|| asked(VAULT, "the pod's", key, &value, field))
}

/// What Go's `strconv.ParseBool` takes for true, and YAML's spelling of it.
fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True" | "yes" | "y" | "on")
}

fn asked(injection: Injection, whose: &str, key: &str, value: &str, field: FieldPath) -> Known<Injection> {
    Known::new(injection, format!("{whose} {} is {}", quoted(key), quoted(value)), field)
}

/// The value of a label or annotation of the pod, with its field.
fn own_value(values: &Labels, pod: &Pod, list: &str, key: &str) -> Option<(String, FieldPath)> {
    let value = values.get(key)?.clone();
    let spec = pod.path.to_string();
    let metadata = FieldPath::of(spec.strip_suffix("spec").unwrap_or_default()).key("metadata");
    Some((value, metadata.key(list).key(key)))
}

fn of_namespace(
    scene: &Scene,
    namespace: Option<NodeIndex>,
    list: &str,
    key: &str,
    on: &[&str],
) -> Option<(String, FieldPath, NodeIndex)> {
    let node = namespace?;
    let object = scene.topology.nodes[node].object.as_deref()?;
    let value = object.value.get("metadata")?.get(list)?.get(key)?.scalar_text()?;
    let field = FieldPath::of("metadata").key(list).key(key);
    let name = quoted(&object.identity.name);
    let why = format!("{} of Namespace {name} is {}", quoted(key), quoted(&value));
    on.contains(&value.as_str()).then_some((why, field, node))
}
