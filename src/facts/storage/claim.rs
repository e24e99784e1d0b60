//! The claim behind a volume: what it asks for, and what backs it.

use super::super::known::{Known, quoted};
use super::super::scene::Scene;
use super::matching;
use crate::catalog::{FieldPath, Relation};
use crate::document::Value;
use crate::model::Object;
use crate::topology::{Node, NodeIndex, State, Volume};
use serde::Serialize;

/// The claim behind a volume.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Who makes it.
    pub origin: ClaimOrigin,
    /// Its name; of a claim that Kubernetes makes, that of its template.
    pub name: String,
    /// Its node in the topology; `None` for a claim that Kubernetes makes.
    pub node: Option<NodeIndex>,
    /// The size that it asks for, as written; `None` where it names none or is not in the input.
    pub size: Option<String>,
    /// How it may be used: `ReadWriteOnce`, …, as written; empty where it is not in the input.
    pub access_modes: Vec<String>,
    /// What makes its disk.
    pub class: ClaimClass,
    /// The StorageClass, if it is a node of the topology; the default one only where the input has it.
    pub class_node: Option<NodeIndex>,
    /// Whether nothing makes disks of its class: it takes one that someone has made.
    pub is_made_by_hand: bool,
    /// Whether pods get a raw device instead of a file system.
    pub is_block: bool,
    /// The PersistentVolume that it is bound to, if the input names one; else one of the input that satisfies it.
    pub volume: Option<NodeIndex>,
    /// Whether that volume only satisfies it: nothing names it, but Kubernetes takes it before it makes a disk.
    pub is_matched: bool,
    /// Whether its disk is inside of one node; `None` where the input does not say.
    pub is_local: Option<Known<bool>>,
    /// What becomes of its disk when it is deleted (`Delete`, `Retain`); `None` where the input does not say.
    pub reclaim: Option<Known<String>>,
    /// The field that asks for it, in the object of the pod or of the claim itself.
    pub field: FieldPath,
}

/// Who makes a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimOrigin {
    /// Someone, as an object of its own, which the pod names.
    Named,
    /// The StatefulSet, one for each of its pods.
    PerPod,
    /// Kubernetes, together with the pod.
    WithPod,
}

/// What makes the disk of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimClass {
    /// The StorageClass of this name.
    Named(String),
    /// The cluster's default StorageClass, if it has one.
    Default,
    /// Nothing: it takes a volume that exists already.
    Existing,
    /// The claim is not in the input.
    Unknown,
}

impl Claim {
    /// Whether all its access modes let only the pods of one node use it at a time.
    pub fn is_of_one_node(&self) -> bool {
        let single = |mode: &String| matches!(mode.as_str(), "ReadWriteOnce" | "ReadWriteOncePod");
        !self.access_modes.is_empty() && self.access_modes.iter().all(single)
    }

    /// Whether only one pod in the whole cluster may use it at a time.
    pub fn is_of_one_pod(&self) -> bool {
        !self.access_modes.is_empty() && self.access_modes.iter().all(|mode| mode == "ReadWriteOncePod")
    }
}

/// Where a claim named its StorageClass before there was a field for it.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// The provisioner that makes no disk: someone has to make PersistentVolumes of its class.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// Provisioners that make disks out of folders or partitions of one node.
const LOCAL_PROVISIONERS: [&str; 9] = [
    "docker.io/hostpath",
    "k8s.io/minikube-hostpath",
    "kubernetes.io/host-path",
    "kubernetes.io/no-provisioner",
    "local.csi.openebs.io",
    "microk8s.io/hostpath",
    "openebs.io/local",
    "rancher.io/local-path",
    "topolvm.io",
];

/// The claim behind a volume; `None` for a volume of another source.
pub(super) fn read(scene: &Scene, volume: &Volume) -> Option<Claim> {
    let value = volume.path.find(&scene.object.value)?;
    match volume.source {
        "ephemeral" => {
            let template = value.at("ephemeral.volumeClaimTemplate");
            let field = volume.path.key("ephemeral");
            Some(made(scene, ClaimOrigin::WithPod, &volume.name, template, field))
        }
        "persistentVolumeClaim" => match value.get("persistentVolumeClaim") {
            Some(source) => named(scene, source.get("claimName")?.scalar_text()?, volume),
            None => {
                let field = volume.path.clone();
                Some(made(scene, ClaimOrigin::PerPod, &volume.name, Some(value), field))
            }
        },
        _ => None,
    }
}

/// A claim that Kubernetes makes from a template.
fn made(scene: &Scene, origin: ClaimOrigin, name: &str, template: Option<&Value>, field: FieldPath) -> Claim {
    let mut claim = Claim { origin, node: None, ..absent(name.to_owned(), field) };
    if let Some(template) = template {
        fill(scene, &mut claim, template);
    }
    claim
}

/// A claim that the pod names.
fn named(scene: &Scene, name: String, volume: &Volume) -> Option<Claim> {
    let identity = scene.object.identity.sibling("", "PersistentVolumeClaim", &name);
    let node = scene.topology.find(&identity);
    let field = volume.path.key("persistentVolumeClaim").key("claimName");
    let mut claim = Claim { node, ..absent(name, field) };
    let Some(index) = node else { return Some(claim) };
    let Some(object) = present(scene, index) else { return Some(claim) };
    fill(scene, &mut claim, &object.value);
    let binds = |relation: Relation| relation == Relation::Binds;
    let to = scene.topology.from(index).find(|edge| binds(edge.relation)).map(|edge| edge.to);
    let from = || scene.topology.to(index).find(|edge| binds(edge.relation)).map(|edge| edge.from);
    claim.volume = to.or_else(from);
    if claim.volume.is_none() {
        claim.volume =
            class_of(scene, &claim).and_then(|class| matching::volume(scene, index, &object.value, class));
        claim.is_matched = claim.volume.is_some();
    }
    if let Some(disk) = claim.volume {
        fill_from_disk(scene, &mut claim, disk);
    }
    Some(claim)
}

fn absent(name: String, field: FieldPath) -> Claim {
    Claim {
        origin: ClaimOrigin::Named,
        name,
        node: None,
        size: None,
        access_modes: Vec::new(),
        class: ClaimClass::Unknown,
        class_node: None,
        is_made_by_hand: false,
        is_block: false,
        volume: None,
        is_matched: false,
        is_local: None,
        reclaim: None,
        field,
    }
}

/// What a claim, or the template of one, says. One that names no class gets the default one, if the input says which that
/// is. An annotation of old counts before the field.
///
/// Source: `k8s.io/kubernetes/plugin/pkg/admission/storage/storageclass/setdefault/admission.go`;
/// `k8s.io/component-helpers/storage/volume/helpers.go`, `GetPersistentVolumeClaimClass`.
fn fill(scene: &Scene, claim: &mut Claim, written: &Value) {
    let Some(spec) = written.get("spec") else { return };
    claim.size = spec.at("resources.requests.storage").and_then(Value::scalar_text);
    let modes = spec.get("accessModes").map(Value::items).unwrap_or_default();
    claim.access_modes = modes.iter().filter_map(Value::scalar_text).collect();
    claim.is_block = spec.get("volumeMode").and_then(Value::as_str) == Some("Block");
    let annotations = written.at("metadata.annotations");
    let annotated = annotations.and_then(|annotations| annotations.get(CLASS_ANNOTATION));
    claim.class = match annotated.or(spec.get("storageClassName")).filter(|name| !name.is_null()) {
        None => ClaimClass::Default,
        Some(name) => match name.scalar_text() {
            Some(name) if !name.is_empty() => ClaimClass::Named(name),
            _ => ClaimClass::Existing,
        },
    };
    let environment = &*scene.object.identity.environment;
    let mut classes = scene.topology.of_kind(environment, "storage.k8s.io", "StorageClass");
    let class = match &claim.class {
        ClaimClass::Named(name) => classes.find(|(_, node)| *node.identity.name == **name),
        ClaimClass::Default => classes.find(|(_, node)| is_default(node)),
        ClaimClass::Existing | ClaimClass::Unknown => None,
    };
    let Some((index, class)) = class else { return };
    claim.class_node = Some(index);
    let Some(object) = class.object.as_deref() else { return };
    let name = quoted(&class.identity.name);
    let text = |key: &str| object.value.get(key).and_then(Value::as_str);
    claim.is_made_by_hand = text("provisioner") == Some(NO_PROVISIONER);
    if !claim.is_made_by_hand {
        let reclaim = text("reclaimPolicy").unwrap_or("Delete").to_owned();
        let why = format!("StorageClass {name} says so");
        claim.reclaim = Some(Known::new(reclaim, why, FieldPath::of("reclaimPolicy")).said_by(index));
    }
    if let Some(provisioner) = text("provisioner").filter(|name| LOCAL_PROVISIONERS.contains(name)) {
        let why = if claim.is_made_by_hand {
            format!("disks of StorageClass {name} are made by hand, as a rule inside of one node")
        } else {
            format!("provisioner {} makes disks inside of one node", quoted(provisioner))
        };
        claim.is_local = Some(Known::new(true, why, FieldPath::of("provisioner")).said_by(index));
    }
}

/// The class that a volume must have, empty for none; `None` where the cluster decides.
fn class_of(scene: &Scene, claim: &Claim) -> Option<String> {
    match &claim.class {
        ClaimClass::Named(name) => Some(name.clone()),
        ClaimClass::Existing => Some(String::new()),
        ClaimClass::Default => Some(scene.topology.nodes[claim.class_node?].identity.name.to_string()),
        ClaimClass::Unknown => None,
    }
}

fn is_default(node: &Node) -> bool {
    let annotation = |object: &Object| {
        object.annotation("storageclass.kubernetes.io/is-default-class").map(|value| value == "true")
    };
    node.object.as_deref().and_then(annotation) == Some(true)
}

/// What the PersistentVolume says that a claim is bound to: it counts more than its class.
fn fill_from_disk(scene: &Scene, claim: &mut Claim, disk: NodeIndex) {
    let Some(object) = present(scene, disk) else { return };
    let Some(spec) = object.value.get("spec") else { return };
    let name = quoted(&object.identity.name);
    let local = ["local", "hostPath"].into_iter().find(|source| spec.get(source).is_some());
    let (value, why) = match local {
        Some(_) => (true, format!("PersistentVolume {name} is a folder or a disk of one node")),
        None => (false, format!("PersistentVolume {name} is not inside of a node")),
    };
    let field = FieldPath::of("spec").key(local.unwrap_or_default());
    let field = if local.is_some() { field } else { FieldPath::of("spec") };
    claim.is_local = Some(Known::new(value, why, field).said_by(disk));
    let field = FieldPath::of("spec.persistentVolumeReclaimPolicy");
    let policy = field.find(&object.value).and_then(Value::as_str).unwrap_or("Retain").to_owned();
    let why = format!("PersistentVolume {name} says so");
    claim.reclaim = Some(Known::new(policy, why, field).said_by(disk));
}

fn present<'a>(scene: &Scene<'a>, index: NodeIndex) -> Option<&'a Object> {
    let node = &scene.topology.nodes[index];
    node.object.as_deref().filter(|_| node.state == State::Present)
}
