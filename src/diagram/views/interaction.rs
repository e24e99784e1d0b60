//! How the parts work together: the cluster hosts a node, the node runs the pod, the pod contains containers that
//! share a network and volumes, and talk to each other on localhost.

use super::cast::{self, Actor};
use super::fold;
use super::place;
use super::sheet::{Reason, Sheet};
use super::wording::the_pod;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::facts::storage::{Access, VolumeUse};
use crate::names::count;
use crate::topology::NodeIndex;
use std::collections::BTreeSet;

pub(super) static VIEW: Definition =
    Definition { name: "interaction", of: Of::Pod, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let index: NodeIndex = match *focus {
        Focus::Object(index) | Focus::Container(index, _) => index,
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    let node = &scene.topology.nodes[index];
    let (pod, facts) = (node.pod.as_deref()?, scene.facts.of(index)?);
    let identity = &node.identity;
    let mut sheet = Sheet::default();
    let cluster = sheet.node(cast::cluster(&identity.environment), None);
    let place = place::one(scene, index);
    let line = place.line;
    let place = sheet.node(place.actor, None);
    sheet.arrow(&cluster, &place, "hosts", line, Reason::none());
    let group = Id::of('g', &[&identity.id()]);
    sheet.group(group.clone(), Class::Pod, "Pod", None, cast::link(node));
    let pod_id = sheet.node(cast::pod(scene, index), Some(&group));
    sheet.arrow(&place, &pod_id, "runs", line, Reason::none());

    let most = scene.most_of_a_pod();
    let (drawn, rest) = fold::containers(pod, most);
    for &container in &drawn {
        let actor = cast::container(node, pod, facts.roles.get(container).copied(), container);
        let reason = Reason::field(node.object.as_deref(), &pod.containers[container].path);
        let id = sheet.node(actor, Some(&group));
        sheet.arrow(&pod_id, &id, "contains", Line::Solid, reason);
    }
    if !rest.is_empty() {
        let words = count(rest.len(), "more container", "more containers");
        let id = Id::of('f', &[&identity.id(), "containers"]);
        let id = sheet.node(Actor::new(id, Class::Container, &words, ""), Some(&group));
        sheet.arrow(&pod_id, &id, "contains", Line::Solid, Reason::none());
        sheet.leave_out(format!("Not drawn one by one: {words}; the pod's page lists them."));
    }
    let network = sheet.node(cast::network(node, pod), Some(&group));
    let verb = if pod.spec.host_network == Some(true) { "uses" } else { "shares" };
    sheet.arrow(&pod_id, &network, verb, Line::Solid, Reason::none());

    let (shared, own): (Vec<&VolumeUse>, Vec<&VolumeUse>) =
        facts.volumes.iter().partition(|usage| usage.is_shared());
    for usage in shared.iter().take(most) {
        let id = sheet.node(cast::volume(node, pod, usage), Some(&group));
        let path = usage.volume.and_then(|index| pod.volumes.get(index)).map(|volume| &volume.path);
        let reason = path.map(|path| Reason::field(node.object.as_deref(), path)).unwrap_or_default();
        sheet.arrow(&pod_id, &id, "shares", Line::Solid, reason);
        let users: BTreeSet<(usize, Access)> =
            usage.mounts.iter().map(|mount| (mount.container, mount.access)).collect();
        for (container, access) in users {
            let verb = if access == Access::ReadOnly { "reads" } else { "writes and reads" };
            let container = cast::container_id(identity, pod, container);
            sheet.arrow(&container, &id, verb, Line::Solid, Reason::none());
        }
    }
    if shared.len() > most {
        let words = count(shared.len() - most, "shared volume", "shared volumes");
        sheet.leave_out(format!("Not drawn: {words} more; the pod's page lists them under Storage."));
    }
    if !own.is_empty() {
        let words = count(own.len(), "volume", "volumes");
        sheet.leave_out(format!(
            "Not drawn: {words} that fewer than two containers mount; the pod's page lists them under Storage."
        ));
    }
    for call in &facts.network.localhost {
        let from = cast::container_id(identity, pod, call.from);
        let to = cast::container_id(identity, pod, call.to);
        let verb = format!("talks on localhost:{} to", call.port);
        sheet.arrow(
            &from,
            &to,
            &verb,
            Line::Dashed,
            Reason::field(scene.topology.nodes[call.declared_by].object.as_deref(), &call.field),
        );
    }
    let (kind, name) = (&identity.kind, &identity.name);
    let title = format!("How the containers of {kind} {name} work together");
    let volumes = match shared.len() {
        0 => "no volume".to_owned(),
        n => count(n, "volume", "volumes"),
    };
    let talk = match facts.network.localhost.len() {
        0 => String::new(),
        n => format!(" Their fields show {} on localhost.", count(n, "call", "calls")),
    };
    let containers = count(pod.containers.len(), "container", "containers");
    let shares = match (pod.containers.len(), pod.spec.host_network) {
        (1, _) => "shares nothing with another container".to_owned(),
        (_, Some(true)) => format!("use the network of their node and share {volumes}"),
        _ => format!("share one network namespace and {volumes}"),
    };
    let which = if pod.containers.len() == 1 { "which" } else { "which together" };
    let description = format!(
        "A node of the cluster runs {}; it contains {containers}, {which} {shares}.{talk}",
        the_pod(identity)
    );
    Some(sheet.finish(View::Interaction, title, description, Direction::Right, scene.budget))
}
