//! How an update replaces the pods of a workload: how many may be missing and how many may run meanwhile.

use super::amount::{Amount, Rounding, Share};
use super::replicas::Replicas;
use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use serde::Serialize;

/// How an update replaces pods. Pods that are shutting down come on top of all counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rollout {
    /// How old pods make room for new ones.
    pub strategy: Strategy,
    /// How many pods more than wanted may run meanwhile; of a DaemonSet, on how many nodes an old and a new pod may
    /// run side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Amount>,
    /// How many pods fewer than wanted may be available meanwhile, because of the update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Amount>,
    /// How many pods stay available at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<i64>,
    /// How many pods run at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_total: Option<i64>,
    /// How many pods are wanted; unknown for a DaemonSet.
    #[serde(skip)]
    pub replicas: Option<i64>,
}

/// How old pods make room for new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Strategy {
    /// Some at a time.
    RollingUpdate,
    /// All old ones stop before any new one starts.
    Recreate,
    /// A pod is replaced only after someone deletes it.
    OnDelete,
}

impl Strategy {
    /// As it is spelled in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::RollingUpdate => "RollingUpdate",
            Strategy::Recreate => "Recreate",
            Strategy::OnDelete => "OnDelete",
        }
    }

    /// The strategy of this name among those that a kind knows; rolling by default.
    pub(super) fn read(name: Option<&str>, other: Strategy) -> Option<Strategy> {
        match name {
            None | Some("" | "RollingUpdate") => Some(Strategy::RollingUpdate),
            Some(name) if name == other.name() => Some(other),
            Some(_) => None,
        }
    }
}

impl Rollout {
    /// A rollout in whole pods: of `wanted` pods, `surge` more and `unavailable` fewer.
    fn rolling(wanted: i64, surge: i64, unavailable: i64) -> Rollout {
        Rollout {
            strategy: Strategy::RollingUpdate,
            max_surge: Some(Amount::Pods(surge)),
            max_unavailable: Some(Amount::Pods(unavailable)),
            min_available: Some(wanted.saturating_sub(unavailable).max(0)),
            max_total: Some(wanted.saturating_add(surge)),
            replicas: Some(wanted),
        }
    }

    /// How many pods more than wanted may run, where that is a number of pods.
    pub fn surge(&self) -> Option<i64> {
        self.max_surge.as_ref().and_then(Amount::pods)
    }

    /// How many pods fewer than wanted may be available, where that is a number of pods.
    pub fn unavailable(&self) -> Option<i64> {
        self.max_unavailable.as_ref().and_then(Amount::pods)
    }
}

/// Derives it; `None` for kinds without updates, and where Kubernetes would turn the strategy away.
pub(super) fn derive(scene: &Scene, replicas: Option<&Replicas>) -> Option<Known<Rollout>> {
    let wanted = replicas.map(|replicas| &replicas.least);
    if scene.is("apps", "Deployment") {
        deployment(scene, wanted?)
    } else if scene.is("apps", "StatefulSet") {
        stateful_set(scene, wanted?)
    } else if scene.is("apps", "DaemonSet") {
        daemon_set(scene)
    } else {
        None
    }
}

/// Source: `k8s.io/kubernetes/pkg/controller/deployment/util/deployment_util.go`, `ResolveFenceposts` (surge rounds up,
/// unavailability down, and where both come out as 0 one pod may be unavailable) and `MaxUnavailable` (never more than
/// there are); `pkg/apis/apps/v1/defaults.go` (25% each).
fn deployment(scene: &Scene, wanted: &Known<i64>) -> Option<Known<Rollout>> {
    let field = FieldPath::of("spec.strategy");
    let pods = wanted.value;
    let strategy = Strategy::read(scene.text("spec.strategy.type"), Strategy::Recreate)?;
    if strategy == Strategy::Recreate {
        let rollout = Rollout {
            strategy,
            max_surge: None,
            max_unavailable: None,
            min_available: Some(0),
            max_total: Some(pods),
            replicas: Some(pods),
        };
        let why = format!("all pods stop before new ones start; {}", wanted.why);
        return Some(Known::new(rollout, why, field));
    }
    let surge = share(scene, "spec.strategy.rollingUpdate.maxSurge", Share::Percent(25))?;
    let unavailable = share(scene, "spec.strategy.rollingUpdate.maxUnavailable", Share::Percent(25))?;
    let (more, fewer) = (surge.of(pods, Rounding::Up), unavailable.of(pods, Rounding::Down));
    let both_zero = more == 0 && fewer == 0;
    let fewer = if both_zero { 1 } else { fewer }.min(pods);
    let limit = |key: &str, share: Share, way: &str, number: i64, rounded: &str| match share {
        Share::Pods(said) if said > number => format!("{} is {said}, of only {pods}", quoted(key)),
        Share::Pods(said) => format!("{} is {said}", quoted(key)),
        Share::Percent(_) => format!("{} of {pods} is {number} {way}, rounded {rounded}", share.words()),
    };
    let why = match (pods, both_zero) {
        (0, _) => "there is no pod to replace".to_owned(),
        (_, true) => {
            format!(
                "{} and {} both come out as 0, so 1 may be missing",
                quoted("maxSurge"),
                quoted("maxUnavailable")
            )
        }
        (_, false) => {
            let more = limit("maxSurge", surge, "more", more, "up");
            format!("{more}; {}", limit("maxUnavailable", unavailable, "fewer", fewer, "down"))
        }
    };
    Some(Known::new(Rollout::rolling(pods, more, fewer), format!("{why}; {}", wanted.why), field))
}

/// A percentage rounds down here, to 1 at least, whatever the documentation of the field says.
///
/// Source: `k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_utils.go`, `getStatefulSetMaxUnavailable`. No pod
/// is ever made beside the one that it replaces.
fn stateful_set(scene: &Scene, wanted: &Known<i64>) -> Option<Known<Rollout>> {
    let field = FieldPath::of("spec.updateStrategy");
    let pods = wanted.value;
    let strategy = Strategy::read(scene.text("spec.updateStrategy.type"), Strategy::OnDelete)?;
    if strategy == Strategy::OnDelete {
        let rollout = Rollout {
            strategy,
            max_surge: None,
            max_unavailable: None,
            min_available: Some(pods),
            max_total: Some(pods),
            replicas: Some(pods),
        };
        let why = format!("an update alone deletes no pod; {}", wanted.why);
        return Some(Known::new(rollout, why, field));
    }
    let path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
    let share = share(scene, path, Share::Pods(1))?;
    let fewer = share.of(pods, Rounding::Down).max(1).min(pods);
    let idle = scene.catalog.kubernetes.idle_in_object(&scene.object.identity, &scene.object.value);
    let is_idle = idle.iter().any(|(field, _)| field.to_string() == path);
    let fewer = if is_idle { pods.min(1) } else { fewer };
    let why = match scene.at(path).filter(|value| !value.is_null()) {
        Some(_) if is_idle => {
            format!("{} does not count in Kubernetes {}", quoted("maxUnavailable"), scene.catalog.kubernetes)
        }
        Some(_) => format!("{} is {} of {pods}", quoted("maxUnavailable"), share.words()),
        None => format!("{} is 1 by default", quoted("maxUnavailable")),
    };
    let why = format!("{why}; {}", wanted.why);
    Some(Known::new(Rollout::rolling(pods, 0, fewer), why, field))
}

/// Source: `k8s.io/kubernetes/pkg/apis/apps/v1/defaults.go`, `SetDefaults_DaemonSet`;
/// `pkg/controller/daemon/util/daemonset_util.go`, `SurgeCount` and `UnavailableCount`.
fn daemon_set(scene: &Scene) -> Option<Known<Rollout>> {
    let field = FieldPath::of("spec.updateStrategy");
    let strategy = Strategy::read(scene.text("spec.updateStrategy.type"), Strategy::OnDelete)?;
    let mut rollout = Rollout {
        strategy,
        max_surge: None,
        max_unavailable: None,
        min_available: None,
        max_total: None,
        replicas: None,
    };
    if strategy == Strategy::OnDelete {
        return Some(Known::new(rollout, "a node keeps its pod until someone deletes it", field));
    }
    let surge = share(scene, "spec.updateStrategy.rollingUpdate.maxSurge", Share::Pods(0))?;
    let unavailable = share(scene, "spec.updateStrategy.rollingUpdate.maxUnavailable", Share::Pods(1))?;
    let said = |key: &str, share: Share| {
        let is_set = scene.at(&format!("spec.updateStrategy.rollingUpdate.{key}")).is_some();
        let words = share.words();
        format!("{} is {words}{}", quoted(key), if is_set { "" } else { " by default" })
    };
    let why = format!("{}, {}", said("maxUnavailable", unavailable), said("maxSurge", surge));
    (rollout.max_surge, rollout.max_unavailable) = (Some(surge.into()), Some(unavailable.into()));
    Some(Known::new(rollout, why, field))
}

/// The number of pods in a field, or the default where it is not set; `None` where Kubernetes would turn it away.
pub(super) fn share(scene: &Scene, field: &str, default: Share) -> Option<Share> {
    match scene.at(field).filter(|value| !value.is_null()) {
        Some(value) => Share::read(value),
        None => Some(default),
    }
}
