//! Containers that the manifest does not name: an admission webhook adds them when the pod is created.

use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::topology::{NodeIndex, Pod};

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

/// What one annotation of the pod, set to true, asks for.
///
/// Sources: `dapr/dapr`, pkg/injector/annotations and pkg/injector/consts; `hashicorp/consul-k8s`,
/// control-plane/connect-inject/constants; `GoogleCloudPlatform/gcs-fuse-csi-driver`, pkg/webhook.
const BY_ANNOTATION: [(&str, Injection); 4] = [
    ("vault.hashicorp.com/agent-inject", VAULT),
    (
        "dapr.io/enabled",
        Injection {
            name: "daprd",
            by: "Dapr",
            does: "gives the pod state, messages and calls to others on localhost",
        },
    ),
    (
        "consul.hashicorp.com/connect-inject",
        Injection {
            name: "consul-dataplane",
            by: "Consul",
            does: "carries the pod's traffic for the service mesh",
        },
    ),
    (
        "gke-gcsfuse/volumes",
        Injection {
            name: "gke-gcsfuse-sidecar",
            by: "GKE",
            does: "mounts buckets of Cloud Storage as volumes",
        },
    ),
];
const KUMA: Injection =
    Injection { name: "kuma-sidecar", by: "Kuma", does: "carries the pod's traffic for the service mesh" };

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
        found.extend(kuma(scene, pod, namespace).filter(|_| !has(KUMA.name)));
    }
    let asked_for = BY_ANNOTATION.iter().filter_map(|&(key, injection)| by_annotation(pod, key, injection));
    found.extend(asked_for.filter(|known| !has(known.value.name)));
    found
}

/// Revisions have webhooks of their own, for namespaces and pods with their label, where nothing asks for the default one.
///
/// Source: `istio/istio`, manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml.
fn istio(scene: &Scene, pod: &Pod, namespace: Option<NodeIndex>) -> Option<Known<Injection>> {
    let key = "sidecar.istio.io/inject";
    let own = own_value(pod, "labels", key).or_else(|| own_value(pod, "annotations", key));
    if let Some((value, field)) = own {
        return is_true(&value).then(|| asked(ISTIO, key, &value, field));
    }
    if let Some(found) = of_namespace(scene, namespace, "labels", "istio-injection") {
        return (found.value == "enabled").then(|| found.known(ISTIO));
    }
    let revision = "istio.io/rev";
    if let Some(found) = of_namespace(scene, namespace, "labels", revision) {
        return (!found.value.is_empty()).then(|| found.known(ISTIO));
    }
    let (value, field) = own_value(pod, "labels", revision).filter(|(value, _)| !value.is_empty())?;
    Some(asked(ISTIO, revision, &value, field))
}

fn linkerd(scene: &Scene, pod: &Pod, namespace: Option<NodeIndex>) -> Option<Known<Injection>> {
    let key = "linkerd.io/inject";
    let on = ["enabled", "ingress"];
    match own_value(pod, "annotations", key) {
        Some((value, field)) => on.contains(&value.as_str()).then(|| asked(LINKERD, key, &value, field)),
        None => of_namespace(scene, namespace, "annotations", key)
            .filter(|found| on.contains(&found.value.as_str()))
            .map(|found| found.known(LINKERD)),
    }
}

fn by_annotation(pod: &Pod, key: &str, injection: Injection) -> Option<Known<Injection>> {
    let (value, field) = own_value(pod, "annotations", key)?;
    is_true(&value).then(|| asked(injection, key, &value, field))
}

/// Source: `kumahq/kuma`, pkg/plugins/runtime/k8s/webhooks/injector/injector.go, `needToInject`.
fn kuma(scene: &Scene, pod: &Pod, namespace: Option<NodeIndex>) -> Option<Known<Injection>> {
    let key = "kuma.io/sidecar-injection";
    let on = ["enabled", "true"];
    match own_value(pod, "labels", key).or_else(|| own_value(pod, "annotations", key)) {
        Some((value, field)) => on.contains(&value.as_str()).then(|| asked(KUMA, key, &value, field)),
        None => of_namespace(scene, namespace, "labels", key)
            .filter(|found| on.contains(&found.value.as_str()))
            .map(|found| found.known(KUMA)),
    }
}

/// What Go's `strconv.ParseBool` takes for true, and YAML's spelling of it.
fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True" | "yes" | "y" | "on")
}

fn asked(injection: Injection, key: &str, value: &str, field: FieldPath) -> Known<Injection> {
    Known::new(injection, format!("the pod's {} is {}", quoted(key), quoted(value)), field)
}

/// The value of a label or annotation of the pod, with its field.
fn own_value(pod: &Pod, list: &str, key: &str) -> Option<(String, FieldPath)> {
    let values = if list == "labels" { &pod.labels } else { &pod.annotations };
    let value = values.get(key)?.clone();
    let spec = pod.path.to_string();
    let metadata = FieldPath::of(spec.strip_suffix("spec").unwrap_or_default()).key("metadata");
    Some((value, metadata.key(list).key(key)))
}

/// A label or an annotation of the pod's namespace.
struct OfNamespace {
    value: String,
    why: String,
    field: FieldPath,
    node: NodeIndex,
}

impl OfNamespace {
    fn known(self, injection: Injection) -> Known<Injection> {
        Known::new(injection, self.why, self.field).said_by(self.node)
    }
}

fn of_namespace(scene: &Scene, namespace: Option<NodeIndex>, list: &str, key: &str) -> Option<OfNamespace> {
    let node = namespace?;
    let object = scene.topology.nodes[node].object.as_deref()?;
    let value = object.value.get("metadata")?.get(list)?.get(key)?.scalar_text()?;
    let field = FieldPath::of("metadata").key(list).key(key);
    let name = quoted(&object.identity.name);
    let why = format!("{} of Namespace {name} is {}", quoted(key), quoted(&value));
    Some(OfNamespace { value, why, field, node })
}
