//! What Kubernetes notices of it: probes, and the budgets that then hold up a drain.

use crate::catalog::Relation;
use crate::document::Value;
use crate::facts::impact::{Reached, Then, When};
use crate::facts::lifecycle::{Check, Probe, ProbeKind, Sight, probes};
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, text};
use crate::topology::{NodeIndex, Pod};

/// What Kubernetes notices of a workload that is hit, as sentences behind the one that says so.
pub(super) fn of(know: &Knowledge, one: &Reached) -> Prose {
    let Some(index) = one.object() else { return Prose::new() };
    let Some((pod, _)) = know.pod(index).filter(|_| one.when() == Some(When::Now)) else {
        return Prose::new();
    };
    let happens = |wanted: Then| one.effects.iter().any(|(then, when)| (*then, *when) == (wanted, When::Now));
    if happens(Then::NotReady) {
        let mut said = match one.path.first().is_some_and(|step| step.is_probed) {
            true => vec![text(" Its probe asks for it, so Services leave it out.")],
            false => Prose::new(),
        };
        said.extend(budget(know, index));
        return said;
    }
    let is_served = know.topology.to(index).any(|edge| edge.relation == Relation::Selects);
    match happens(Then::LosesCalls) && one.hops() <= 2 && is_served {
        true => readiness(pod),
        false => Prose::new(),
    }
}

/// Whether it goes on getting traffic: what its readiness probes ask.
fn readiness(pod: &Pod) -> Prose {
    let ready: Vec<Probe> =
        pod.running().flat_map(probes).filter(|probe| probe.kind == ProbeKind::Readiness).collect();
    let asking = ready.iter().find(|probe| probe.check.sight() == Sight::Program);
    match (&ready[..], asking.map(|probe| &probe.check)) {
        ([], _) => vec![text(" It has no readiness probe, so it stays ready.")],
        (_, None) => vec![text(" It stays ready: its readiness probe asks for nothing else.")],
        (_, Some(Check::Http { path, .. })) => {
            vec![
                text(" Whether it stays ready is up to what "),
                code(format!("GET {path}")),
                text(" checks."),
            ]
        }
        (_, Some(_)) => vec![text(" Whether it stays ready is up to what its readiness probe checks.")],
    }
}

/// The budgets that hold up the drain of a node while its pods run and are not ready.
///
/// Source: `k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go`, `shouldEnforceResourceVersion` and the check of
/// `UnhealthyPodEvictionPolicy` in `Create`.
fn budget(know: &Knowledge, index: NodeIndex) -> Prose {
    let always = |index: NodeIndex| {
        let object = know.node(index).object.as_deref();
        let policy = object.and_then(|object| object.value.at("spec.unhealthyPodEvictionPolicy"));
        policy.and_then(Value::as_str) == Some("AlwaysAllow")
    };
    let mut budgets = know.topology.to(index).filter(|edge| edge.relation == Relation::Protects);
    match budgets.find(|edge| !always(edge.from)) {
        None => Prose::new(),
        Some(edge) => vec![
            text(" Meanwhile PodDisruptionBudget "),
            know.name(edge.from),
            text(" may hold up the drain of a node."),
        ],
    }
}
