//! Fault isolation: what one container loses or breaks should not touch the others.

use super::{Case, SplitReason};
use crate::facts::known::Known;
use std::collections::BTreeSet;

/// Whether data sits next to programs without data, or many programs go up and down together.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    let keeps = |&member: &usize| case.patterns.parts[member].keeps_data;
    // What works on the files of the store, such as a backup, is no program without data.
    let without = |store: usize| {
        let together = case.shared_volumes().filter(|(_, containers)| containers.contains(&store));
        let together: BTreeSet<usize> = together.flat_map(|(_, containers)| containers).collect();
        case.members.iter().any(|member| !keeps(member) && !together.contains(member))
    };
    let store = case.members.iter().copied().find(keeps);
    if let Some(store) = store.filter(|&store| without(store)) {
        let name = case.name(store);
        // The pods of a StatefulSet have data of their own on purpose.
        let counts = !case.scene.is("apps", "StatefulSet");
        let copies = case.scene.number("spec.replicas").filter(|copies| *copies > 1 && counts);
        let why = match copies {
            Some(copies) => {
                format!(
                    "{name} keeps data and the others do not; {copies} copies are {copies} separate stores"
                )
            }
            None => format!("{name} keeps data and the others do not"),
        };
        return Some(Known::new(
            SplitReason::FaultIsolation,
            why,
            case.pod.containers[store].path.key("image"),
        ));
    }
    let probed: Vec<usize> = case.members.iter().copied().filter(|&member| is_probed(case, member)).collect();
    if let ([first, _, ..], [_, _]) = (&probed[..], case.members) {
        let why = format!("when one of {} fails its probe, both get no traffic", case.names(&probed));
        return Some(Known::new(SplitReason::FaultIsolation, why, case.pod.containers[*first].path.clone()));
    }
    let [first, _, _, ..] = case.members else { return None };
    let why = format!("when one of {} is not ready, none gets traffic", case.names(case.members));
    Some(Known::new(SplitReason::FaultIsolation, why, case.pod.containers[*first].path.clone()))
}

/// Whether Kubernetes asks the container itself how it is.
fn is_probed(case: &Case, member: usize) -> bool {
    let spec = &case.pod.containers[member].spec;
    spec.readiness_probe.is_some() || spec.liveness_probe.is_some()
}
