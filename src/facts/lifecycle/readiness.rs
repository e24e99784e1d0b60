//! When new traffic stops after a container hangs.
//!
//! A model of `k8s.io/kubernetes/pkg/kubelet/prober/worker.go`. What it leaves out: the moment until the EndpointSlice
//! has changed and every node knows.

use super::probe::{ProbeKind, probe};
use super::startup::tried;
use crate::facts::Known;
use crate::topology::Container;

/// When a container that hangs counts as not ready at the latest, in seconds; none without a readiness probe.
///
/// A check over TCP notices only a closed port, and one that asks nothing of the program no hang at all; what it does
/// notice, it notices no later than this.
pub(super) fn removal_max_s(container: &Container) -> Option<Known<i64>> {
    let probe = probe(container, ProbeKind::Readiness)?;
    let (_, latest) = probe.hang_noticed_s();
    Some(Known::new(latest, tried(&probe), container.path.key(probe.kind.field())))
}

#[cfg(test)]
mod tests {
    use super::super::probe::tests::container;
    use super::removal_max_s;
    use serde_json::json;

    #[test]
    fn removal_takes_a_period_more_than_the_failures_between_tries() {
        let removal = |fields| removal_max_s(&container(fields)).map(|known| known.value);
        let often = json!({"periodSeconds": 2, "failureThreshold": 5, "initialDelaySeconds": 3});
        assert_eq!(removal(json!({"readinessProbe": often})), Some(11));
        assert_eq!(removal(json!({"readinessProbe": {}})), Some(31));
        assert_eq!(removal(json!({})), None);
    }
}
