//! The service account that a pod runs as, and whether its containers find a token for the Kubernetes API.

use crate::catalog::{FieldPath, Relation};
use crate::document::{Identity, Value};
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use crate::topology::{ContainerKind, NodeIndex, Pod};

/// Where Kubernetes mounts the token.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/admission/serviceaccount/admission.go`, `DefaultAPITokenMountPath`.
pub const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Who a pod is to the Kubernetes API.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name of its ServiceAccount, in its own namespace.
    pub name: Known<String>,
    /// The identity of that ServiceAccount.
    pub identity: Identity,
    /// Its node; `None` where the pod means `default` and the input has no such object.
    pub node: Option<NodeIndex>,
    /// Whether Kubernetes mounts a token into the containers.
    pub token_mounted: Known<bool>,
    /// The tokens that the pod's own volumes bring along: which container finds one, where, and for whom.
    pub own_tokens: Vec<OwnToken>,
}

/// A token that a `projected` volume brings along.
#[derive(Clone, Debug)]
pub struct OwnToken {
    /// The container that mounts it, by its index.
    pub container: usize,
    /// The file.
    pub path: String,
    /// Who accepts it, where that is not the Kubernetes API.
    pub audience: Option<String>,
    /// The source in the volume.
    pub field: FieldPath,
}

/// Derives it: the pod's `automountServiceAccountToken` decides over the ServiceAccount's, and without either a token
/// is mounted.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/admission/serviceaccount/admission.go`, `shouldAutomount`, `Admit`.
pub(super) fn derive(scene: &Scene, pod: &Pod) -> Account {
    let name = account_name(pod);
    let identity = scene.object.identity.sibling("", "ServiceAccount", &name.value);
    let runs_as =
        scene.from(Relation::RunsAs).find(|edge| scene.topology.nodes[edge.to].identity == identity);
    let node = runs_as.map(|edge| edge.to).or_else(|| scene.topology.find(&identity));
    let token_mounted = token_mounted(scene, pod, &name.value, node);
    Account { token_mounted, own_tokens: own_tokens(pod), name, identity, node }
}

fn account_name(pod: &Pod) -> Known<String> {
    let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    if let Some(name) = given(&pod.spec.service_account_name) {
        return Known::new(name, "`serviceAccountName` names it", pod.path.key("serviceAccountName"));
    }
    if let Some(name) = given(&pod.spec.service_account) {
        return Known::new(name, "`serviceAccount` names it", pod.path.key("serviceAccount"));
    }
    let why = "no field names one";
    Known::new("default".to_owned(), why, pod.path.key("serviceAccountName"))
}

fn token_mounted(scene: &Scene, pod: &Pod, name: &str, node: Option<NodeIndex>) -> Known<bool> {
    let key = "automountServiceAccountToken";
    if let Some(mounted) = pod.spec.automount_service_account_token {
        return Known::new(mounted, format!("the pod's {} says so", quoted(key)), pod.path.key(key));
    }
    let object = node.and_then(|node| Some((node, scene.topology.nodes[node].object.as_deref()?)));
    let said =
        object.and_then(|(node, object)| Some((node, object.value.get(key).and_then(Value::as_bool)?)));
    if let Some((node, mounted)) = said {
        let why = format!("ServiceAccount {} says so", quoted(name));
        return Known::new(mounted, why, FieldPath::of(key)).said_by(node);
    }
    let why = if object.is_some() {
        format!("neither the pod nor ServiceAccount {} forbids it", quoted(name))
    } else {
        format!(
            "the pod does not forbid it (inferred: ServiceAccount {} is not in these manifests)",
            quoted(name)
        )
    };
    Known::new(true, why, pod.path.key(key))
}

/// The tokens in `projected` volumes that containers mount.
fn own_tokens(pod: &Pod) -> Vec<OwnToken> {
    let mut tokens = Vec::new();
    let base = pod.path.key("volumes");
    for (at, volume) in pod.spec.volumes.iter().flatten().enumerate() {
        let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        let found =
            sources.enumerate().filter_map(|(n, source)| Some((n, source.service_account_token.as_ref()?)));
        for (number, token) in found {
            let sources = base.named_item(at, &volume.name).key("projected").key("sources");
            let field = sources.named_item(number, "").key("serviceAccountToken");
            for (container, path) in mounts(pod, &volume.name) {
                let path = format!("{}/{}", path.trim_end_matches('/'), token.path);
                let audience = token.audience.clone().filter(|audience| !audience.is_empty());
                tokens.push(OwnToken { container, path, audience, field: field.clone() });
            }
        }
    }
    tokens
}

fn mounts<'a>(pod: &'a Pod, volume: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    pod.containers.iter().enumerate().flat_map(move |(index, container)| {
        let mounts = container.spec.volume_mounts.iter().flatten();
        mounts.filter(move |mount| mount.name == volume).map(move |mount| (index, mount.mount_path.as_str()))
    })
}

impl Account {
    /// Whether Kubernetes mounts its token into a container: not into ephemeral ones, and not where the container
    /// mounts something else at that path.
    pub fn is_mounted_into(&self, pod: &Pod, position: usize) -> bool {
        let Some(container) = pod.containers.get(position) else { return false };
        let taken = |path: &str| path.trim_end_matches('/') == TOKEN_PATH;
        self.token_mounted.value
            && container.kind != ContainerKind::Ephemeral
            && !container.spec.volume_mounts.iter().flatten().any(|mount| taken(&mount.mount_path))
    }
}
