//! Storage: which container mounts which volume and how, what each volume survives, which claims back them, and what
//! is likely to go wrong with them.

mod claim;
mod lifetime;
mod matching;
mod mount;
mod trap;

use super::controller::bounds;
use super::known::{Known, quoted};
use super::ledger::Ledger;
use super::scene::Scene;
use crate::topology::{ContainerKind, Pod};
pub use claim::{Claim, ClaimClass, ClaimOrigin};
pub use lifetime::{Lifetime, Survival};
pub use mount::{Access, Mount, VolumeUse};
use serde::Serialize;
pub use trap::StorageTrap;

/// How many volumes a reason names one by one.
const MOST_NAMED: usize = 3;

/// Every volume that is declared or mounted, in the order of the pod, undeclared ones last.
pub(super) fn uses(scene: &Scene, pod: &Pod) -> Vec<VolumeUse> {
    let mut uses = mount::uses(scene.object, pod);
    for usage in &mut uses {
        let Some(volume) = usage.volume.and_then(|index| pod.volumes.get(index)) else { continue };
        usage.claim = claim::read(scene, volume);
        usage.lifetime = Some(lifetime::derive(scene, volume, usage.claim.as_ref()));
    }
    uses
}

/// What is likely to go wrong with the volumes of a pod, in their order.
pub(super) fn traps(scene: &Scene, pod: &Pod, uses: &[VolumeUse]) -> Vec<Known<StorageTrap>> {
    trap::derive(scene, pod, uses)
}

/// Takes down which volumes the containers share, and how long each volume lives.
pub(super) fn tell(uses: &[VolumeUse], scene: &Scene, pod: &Pod, ledger: &mut Ledger) {
    ledger.object(scene.index, "shared_volumes", &shared(uses, pod));
    let field = pod.path.key("volumes");
    let why =
        if uses.is_empty() { "the pod has no volume" } else { "their sources decide how long they live" };
    let mut volumes: Vec<VolumeEntry> = uses.iter().map(|usage| VolumeEntry::of(usage, pod)).collect();
    volumes.sort_by(|a, b| a.volume.cmp(b.volume));
    ledger.object(scene.index, "volumes", &Known::new(volumes, why, field));
}

/// A volume that several containers mount.
#[derive(Serialize)]
struct SharedVolume<'a> {
    volume: &'a str,
    writers: Vec<&'a str>,
    readers: Vec<&'a str>,
}

fn shared<'a>(uses: &'a [VolumeUse], pod: &'a Pod) -> Known<Vec<SharedVolume<'a>>> {
    let names = |containers: Vec<usize>| {
        let mut names: Vec<&str> = containers.into_iter().map(|index| &*pod.containers[index].key).collect();
        names.sort_unstable();
        names
    };
    let mut shared: Vec<&VolumeUse> = uses.iter().filter(|usage| usage.is_shared()).collect();
    shared.sort_by(|a, b| a.name.cmp(&b.name));
    let field = match shared.first().and_then(|usage| pod.volumes.get(usage.volume?)) {
        Some(volume) if shared.len() == 1 => volume.path.clone(),
        _ => pod.path.key("volumes"),
    };
    let mut reasons: Vec<String> = shared.iter().take(MOST_NAMED).map(|usage| reason(usage, pod)).collect();
    if shared.len() > MOST_NAMED {
        reasons.push(crate::names::count(shared.len() - MOST_NAMED, "more volume", "more volumes"));
    }
    let why = if shared.is_empty() {
        "no volume is mounted by more than one container".to_owned()
    } else {
        reasons.join("; ")
    };
    let entry = |usage: &&'a VolumeUse| SharedVolume {
        volume: &usage.name,
        writers: names(usage.writers()),
        readers: names(usage.readers()),
    };
    Known::new(shared.iter().map(entry).collect(), why, field)
}

fn reason(usage: &VolumeUse, pod: &Pod) -> String {
    let names = |containers: &[usize]| {
        let names: Vec<String> = containers.iter().map(|&index| quoted(&pod.containers[index].key)).collect();
        names.join(", ")
    };
    let (writers, readers) = (usage.writers(), usage.readers());
    let name = quoted(&usage.name);
    match (&writers[..], &readers[..]) {
        ([], readers) => format!("{name} is only read, by {}", names(readers)),
        (writers, []) => format!("{name} may be written by {}", names(writers)),
        (writers, readers) => {
            format!("{name} may be written by {} and only read by {}", names(writers), names(readers))
        }
    }
}

/// What is told of one volume.
#[derive(Serialize)]
struct VolumeEntry<'a> {
    volume: &'a str,
    #[serde(rename = "type")]
    source: Option<&'static str>,
    survives: Option<Survives>,
}

#[derive(Serialize)]
struct Survives {
    container_restart: Survival,
    pod_deletion: Survival,
    node_loss: Survival,
    workload_deletion: Survival,
}

impl<'a> VolumeEntry<'a> {
    fn of(usage: &'a VolumeUse, pod: &Pod) -> VolumeEntry<'a> {
        let survives = usage.lifetime.as_ref().map(|lifetime| Survives {
            container_restart: lifetime.container_restart.value,
            pod_deletion: lifetime.pod_deletion.value,
            node_loss: lifetime.node_loss.value,
            workload_deletion: lifetime.workload_deletion.value,
        });
        let source = usage.volume.and_then(|index| pod.volumes.get(index)).map(|volume| volume.source);
        VolumeEntry { volume: &usage.name, source, survives }
    }
}

/// How many copies of the pod may run at the same time, as far as the manifests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copies {
    /// At most so many.
    AtMost(i64),
    /// One on each node.
    PerNode,
}

impl Copies {
    fn of(scene: &Scene) -> Copies {
        use crate::catalog::Relation;
        let number = |field: &str| scene.number(field);
        match &*scene.object.identity.kind {
            "DaemonSet" => Copies::PerNode,
            "Pod" => Copies::AtMost(1),
            "Job" => Copies::AtMost(number("spec.parallelism").unwrap_or(1)),
            "CronJob" => Copies::AtMost(number("spec.jobTemplate.spec.parallelism").unwrap_or(1)),
            _ => {
                let mut scalers = scene.to(Relation::Scales);
                let most = scalers.find_map(|edge| bounds(&scene.topology.nodes[edge.from])?.most);
                Copies::AtMost(most.or_else(|| scene.topology.nodes[scene.index].copies()).unwrap_or(1))
            }
        }
    }

    fn are_several(self) -> bool {
        match self {
            Copies::AtMost(most) => most > 1,
            Copies::PerNode => true,
        }
    }
}

/// Whether the kubelet may run a container of this kind beside the others for as long as the pod lives.
fn stays(kind: ContainerKind) -> bool {
    matches!(kind, ContainerKind::App | ContainerKind::Sidecar)
}

#[cfg(test)]
mod tests {
    use super::StorageTrap;
    use crate::catalog::Catalog;
    use crate::document::Limits;
    use crate::model::{Grouping, take_inventory};
    use crate::source::load;
    use crate::topology::connect;

    /// The traps of the first pod of a manifest.
    fn traps(yaml: &str) -> Vec<StorageTrap> {
        let catalog = Catalog::embedded();
        let documents = load("app.yaml", yaml.as_bytes(), &Limits::default()).documents;
        let (inventory, _) = take_inventory(documents, &catalog, &Grouping::plain("default"));
        let (topology, _) = connect(&inventory, &catalog);
        let facts = crate::facts::derive(&topology, &catalog);
        let (index, ..) = topology.workloads().next().unwrap();
        facts.of(index).unwrap().storage_traps.iter().map(|known| known.value.clone()).collect()
    }

    fn with_claim(kind: &str, spec: &str, mode: &str) -> Vec<StorageTrap> {
        traps(&format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n{spec}  template: {{spec: {{\
             containers: [{{name: app, image: app, volumeMounts: [{{name: data, mountPath: /d}}]}}], \
             volumes: [{{name: data, persistentVolumeClaim: {{claimName: disk}}}}]}}}}\n---\n\
             apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: disk}}\nspec: {{accessModes: [{mode}]}}\n"
        ))
    }

    #[test]
    fn copies_and_updates_wait_for_a_claim_of_one_node() {
        let (volume, claim) = ("data".to_owned(), "disk".to_owned());
        let node = StorageTrap::OneNodeClaim { volume: volume.clone(), claim: claim.clone() };
        let pod = StorageTrap::OnePodClaim { volume: volume.clone(), claim: claim.clone() };
        let update = StorageTrap::UpdateWaitsForDisk { volume, claim, always: false };
        let rows = [
            ("Deployment", "  replicas: 2\n", "ReadWriteOnce", Some(&node)),
            ("Deployment", "  replicas: 2\n", "ReadWriteOncePod", Some(&pod)),
            ("Deployment", "  replicas: 2\n", "ReadWriteMany", None),
            ("Deployment", "", "ReadWriteOnce", Some(&update)),
            ("Deployment", "  strategy: {type: Recreate}\n", "ReadWriteOnce", None),
            ("Deployment", "  strategy: {rollingUpdate: {maxSurge: 0}}\n", "ReadWriteOnce", None),
            ("Deployment", "  strategy: {rollingUpdate: {maxSurge: 1%}}\n", "ReadWriteOnce", Some(&update)),
            ("StatefulSet", "", "ReadWriteOnce", None),
            ("StatefulSet", "  replicas: 3\n", "ReadWriteOnce", Some(&node)),
            ("DaemonSet", "", "ReadWriteOnce", Some(&node)),
        ];
        for (kind, spec, mode, expected) in rows {
            let expected: Vec<StorageTrap> = expected.into_iter().cloned().collect();
            assert_eq!(with_claim(kind, spec, mode), expected, "{kind} {spec} {mode}");
        }
    }

    #[test]
    fn volumes_have_traps_of_their_own() {
        let found = traps(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: app\n    image: app\n    \
             volumeMounts:\n    - {name: cache, mountPath: /c}\n    - {name: conf, mountPath: /etc/a, subPath: a}\n    \
             - {name: ghost, mountPath: /g}\n    - {name: disk, mountPath: /d}\n  volumes:\n  \
             - {name: cache, emptyDir: {medium: Memory}}\n  - {name: conf, configMap: {name: conf}}\n  \
             - {name: disk, persistentVolumeClaim: {claimName: gone}}\n  - {name: idle, emptyDir: {}}\n",
        );
        let text = |text: &str| text.to_owned();
        let expected = [
            StorageTrap::Memory { volume: text("cache"), size_limit: None },
            StorageTrap::FrozenFiles { volume: text("conf"), container: 0, path: text("/etc/a") },
            StorageTrap::MissingClaim { volume: text("disk"), claim: text("gone") },
            StorageTrap::Unused { volume: text("idle") },
            StorageTrap::Undeclared { volume: text("ghost"), containers: vec![0] },
        ];
        assert_eq!(found, expected);
    }
}
