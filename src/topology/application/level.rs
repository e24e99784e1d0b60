//! Where applications are a level of their own: where there is more than one, and not each workload is one.

use super::Group;
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// Which groups are shown. One that is a whole namespace, or the whole environment, is not: its page is there already.
/// Guessed ones are shown only where they put workloads together, or stand beside declared ones.
pub(super) fn kept(topology: &Topology, groups: &[Group]) -> Vec<bool> {
    let place = |index: NodeIndex| {
        let identity = &topology.nodes[index].identity;
        (&*identity.environment, &*identity.namespace)
    };
    let places = |group: &Group| group.workloads.iter().map(|&index| place(index)).collect::<BTreeSet<_>>();
    let mut here: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut of_environment: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let places = places(group);
        for (environment, _) in places.iter().take(1) {
            *of_environment.entry(environment).or_default() += 1;
        }
        places.into_iter().for_each(|place| here.entry(place).or_default().push(at));
    }
    let tells = |at: &usize| groups[*at].by.is_declared() || groups[*at].workloads.len() > 1;
    let is_level = |place: &(&str, &str)| {
        here.get(place).is_some_and(|groups| groups.len() > 1 && groups.iter().any(tells))
    };
    let is_kept = |group: &Group| {
        let places = places(group);
        let spans = places.len() > 1;
        let is_all = places.iter().any(|(environment, _)| of_environment.get(environment) == Some(&1));
        (spans && !is_all) || places.iter().any(is_level)
    };
    groups.iter().map(is_kept).collect()
}
