//! How an update replaces the pods of a DaemonSet, node by node.

use super::amount::Share;
use super::rollout::{Rollout, Strategy, share};
use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::scene::Scene;
use serde::Serialize;

/// A number of pods, or a percentage where how many there are depends on the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// So many pods.
    Pods(i64),
    /// Of each hundred nodes that should run a pod, so many, as written: `10%`. It rounds up.
    Percent(String),
}

impl Amount {
    /// The number of pods, where it is one.
    pub fn pods(&self) -> Option<i64> {
        match self {
            Amount::Pods(number) => Some(*number),
            Amount::Percent(_) => None,
        }
    }

    /// Whether it is none at all.
    pub fn is_zero(&self) -> bool {
        match self {
            Amount::Pods(number) => *number == 0,
            Amount::Percent(text) => text.trim_end_matches('%').bytes().all(|digit| digit == b'0'),
        }
    }
}

impl From<Share> for Amount {
    fn from(share: Share) -> Amount {
        match share {
            Share::Pods(number) => Amount::Pods(number),
            Share::Percent(_) => Amount::Percent(share.words()),
        }
    }
}

/// Source: `k8s.io/kubernetes/pkg/apis/apps/v1/defaults.go`, `SetDefaults_DaemonSet`;
/// `pkg/controller/daemon/util/daemonset_util.go`, `SurgeCount` and `UnavailableCount`.
pub(super) fn rollout(scene: &Scene) -> Option<Known<Rollout>> {
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
