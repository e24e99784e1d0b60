//! Many NetworkPolicies by namespace: one box for all pods of a namespace.

use super::{Actor, Scene, cast, meant, of_peer, selected};
use crate::catalog::FieldPath;
use crate::diagram::views::sheet::{Reason, Sheet};
use crate::diagram::{Class, Diagram, Direction as Flow, Id, Line, View};
use crate::facts::reach::{Direction, Peer, Policy, Who};
use crate::model::Subject;
use crate::names::count;
use crate::topology::{CROWD, HOST, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Draws the policies of one environment.
pub(super) fn draw(scene: Scene, title: String, policies: &[&Policy]) -> Diagram {
    let mut map = Map { scene, sheet: Sheet::default(), boxes: BTreeMap::new() };
    map.draw_isolated(policies);
    for policy in policies {
        map.draw_peers(policy);
    }
    let namespaces: BTreeSet<_> =
        policies.iter().map(|policy| &scene.topology.nodes[policy.index].identity.namespace).collect();
    let description = format!(
        "{} isolate pods of {}; an arrow is a connection that some rule allows to some pods.",
        count(policies.len(), "NetworkPolicy", "NetworkPolicies"),
        count(namespaces.len(), "namespace", "namespaces")
    );
    map.sheet.leave_out(
        "Not drawn: ports, and what is allowed within each namespace; the page of each workload says it."
            .to_owned(),
    );
    map.sheet.finish(View::NetworkPolicy, title, description, Flow::Right, scene.budget)
}

struct Map<'a> {
    scene: Scene<'a>,
    sheet: Sheet,
    boxes: BTreeMap<Arc<str>, Id>,
}

impl<'a> Map<'a> {
    /// The box of each namespace that has policies, and how much of it is isolated.
    fn draw_isolated(&mut self, policies: &[&Policy]) {
        let mut isolated: BTreeMap<&'a Arc<str>, (NodeIndex, BTreeSet<NodeIndex>)> = BTreeMap::new();
        for policy in policies {
            let namespace = &self.scene.topology.nodes[policy.index].identity.namespace;
            let (_, members) = isolated.entry(namespace).or_insert_with(|| (policy.index, BTreeSet::new()));
            members.extend(selected(self.scene, policy));
        }
        for (namespace, (policy, members)) in isolated {
            let words = count(members.len(), "workload isolated", "workloads isolated");
            let id = self.namespace(policy, namespace, &words);
            let from = self.sheet.said(&id);
            let to = (count(members.len(), "workload", "workloads"), None);
            self.sheet.row(from, "isolates", to, Reason::none());
        }
    }

    fn namespace(&mut self, near: NodeIndex, namespace: &Arc<str>, note: &str) -> Id {
        if let Some(id) = self.boxes.get(namespace) {
            return id.clone();
        }
        let environment = &self.scene.topology.nodes[near].identity.environment;
        let subject = Subject::Namespace(Arc::clone(environment), Arc::clone(namespace));
        let actor = Actor::new(Id::of('s', &[environment, namespace]), Class::Namespace, namespace, note)
            .called(format!("namespace {namespace}"))
            .linked(Some(subject));
        let id = self.sheet.node(actor, None);
        self.boxes.insert(Arc::clone(namespace), id.clone());
        id
    }

    fn draw_peers(&mut self, policy: &Policy) {
        let node = &self.scene.topology.nodes[policy.index];
        let own = self.namespace(policy.index, &node.identity.namespace, "");
        let meant = meant(self.scene, policy);
        for direction in Direction::BOTH {
            for rule in policy.rules(direction).into_iter().flatten().filter(|rule| !rule.is_void()) {
                let Some(peers) = &rule.peers else {
                    let anyone = self.single(
                        policy.index,
                        "Anyone",
                        Class::Person,
                        "inside and outside of the cluster",
                    );
                    self.arrow(policy, (&own, &anyone), direction, &rule.field);
                    continue;
                };
                for peer in peers.iter().filter(|peer| !peer.who.is_nobody()) {
                    for id in self.draw_peer(policy, peer, of_peer(&meant, peer)) {
                        self.arrow(policy, (&own, &id), direction, &peer.field);
                    }
                }
            }
        }
    }

    fn draw_peer(&mut self, policy: &Policy, peer: &Peer, meant: &[NodeIndex]) -> BTreeSet<Id> {
        if matches!(peer.who, Who::Block { .. }) {
            return BTreeSet::from([self.single(
                policy.index,
                "Addresses outside",
                Class::External,
                "of the cluster",
            )]);
        }
        if meant.is_empty() {
            return BTreeSet::from([self.single(
                policy.index,
                "Other pods",
                Class::Missing,
                "not in these manifests",
            )]);
        }
        let mut boxes = BTreeSet::new();
        for &index in meant {
            let identity = &self.scene.topology.nodes[index].identity;
            let namespace = match &*identity.kind {
                "Namespace" => &identity.name,
                CROWD | HOST if identity.namespace.is_empty() => {
                    let node = &self.scene.topology.nodes[index];
                    boxes.insert(self.sheet.node(cast::object(node), None));
                    continue;
                }
                _ => &identity.namespace,
            };
            boxes.insert(self.namespace(policy.index, namespace, ""));
        }
        boxes
    }

    /// A box that is there once.
    fn single(&mut self, near: NodeIndex, label: &str, class: Class, note: &str) -> Id {
        let environment = &self.scene.topology.nodes[near].identity.environment;
        let actor = Actor::new(Id::of('u', &[environment, label]), class, label, note);
        self.sheet.node(actor.called(label.to_lowercase()), None)
    }

    fn arrow(&mut self, policy: &Policy, (own, peer): (&Id, &Id), direction: Direction, field: &FieldPath) {
        let object = self.scene.topology.nodes[policy.index].object.as_deref();
        let reason = Reason::field(object, field);
        let (from, to) = if direction == Direction::Ingress { (peer, own) } else { (own, peer) };
        let is_namespace = self.boxes.values().any(|id| id == to);
        let verb = if is_namespace { "may reach some pods of" } else { "may reach" };
        if from == to {
            let (from, to) = (self.sheet.said(from), self.sheet.said(to));
            self.sheet.row(from, verb, to, reason);
        } else {
            self.sheet.arrow(from, to, verb, Line::Solid, reason);
        }
    }
}
