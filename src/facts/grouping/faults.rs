//! Fault isolation: what one container loses or breaks should not touch the others.

use super::{Case, SplitReason};
use crate::facts::known::Known;

/// Whether data sits next to programs without data, or many programs go up and down together.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    let keeps = |&member: &usize| case.patterns.parts[member].keeps_data;
    let store = case.members.iter().copied().find(keeps);
    let stateless = case.members.iter().any(|member| !keeps(member));
    if let Some(store) = store.filter(|_| stateless) {
        let name = case.name(store);
        let copies = case.scene.number("spec.replicas").filter(|copies| *copies > 1);
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
    let [first, _, _, ..] = case.members else { return None };
    let why = format!("when one of {} is not ready, none gets traffic", case.names(case.members));
    Some(Known::new(SplitReason::FaultIsolation, why, case.pod.containers[*first].path.clone()))
}
