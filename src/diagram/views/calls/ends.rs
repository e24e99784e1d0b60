//! Where the arrows of a diagram of calls may end, apart from who answers: at the caller itself, or in a Secret.

use super::{Focus, Scene};
use crate::catalog::Relation;
use crate::topology::{Edge, NodeIndex, SecretAddress};

/// Whether a Service leads to the caller alone, so that there is no arrow to draw.
pub(super) fn is_own(scene: Scene, edge: &Edge) -> bool {
    let mut behind = scene.topology.from(edge.to).filter(|one| one.relation == Relation::Selects);
    behind.next().is_some_and(|one| one.to == edge.from) && behind.next().is_none()
}

/// The addresses in Secrets that the focus has to do with; in a whole environment there are too many.
pub(super) fn in_secrets<'a>(scene: Scene<'a>, focus: &Focus) -> Vec<&'a SecretAddress> {
    let topology = scene.topology;
    let is_asked = |index: NodeIndex| {
        let identity = &topology.nodes[index].identity;
        match focus {
            Focus::All(_) => false,
            Focus::Namespace(environment, namespace) => {
                identity.environment == *environment && identity.namespace == *namespace
            }
            Focus::Application(at) => scene.is_in(*at, index),
            Focus::Object(own) | Focus::Container(own, _) => *own == index,
        }
    };
    let workloads = topology.workloads().map(|(index, ..)| index).filter(|&index| is_asked(index));
    let found = workloads.flat_map(|index| topology.secret_addresses(index));
    let is_of = |one: &&SecretAddress| match focus {
        Focus::Container(_, container) => one.container == *container,
        _ => true,
    };
    found.filter(is_of).filter(|one| !topology.is_hidden(one.secret)).collect()
}
