//! Which objects traffic passes on its way to the focus, or through it.

use super::{Focus, Scene};
use crate::catalog::{Relation, Role};
use crate::facts::{is_exposed, lets_traffic_in};
use crate::topology::{Node, NodeIndex, State};
use std::collections::BTreeSet;

/// The ways that traffic takes.
#[derive(Default)]
pub(super) struct Flow {
    /// The environment.
    pub environment: String,
    /// The edges of the topology that traffic takes, sorted.
    pub hops: BTreeSet<usize>,
    /// Those of them that it takes from their end to their start, such as from a Gateway to the route that names it.
    pub backwards: BTreeSet<usize>,
    /// Where clients outside of the cluster come in.
    pub outside: BTreeSet<NodeIndex>,
    /// Services that only pods in the cluster reach.
    pub inside: BTreeSet<NodeIndex>,
    /// The names of Services in the focus that no client outside reaches and that are not drawn.
    pub internal: Vec<String>,
    routes: BTreeSet<NodeIndex>,
    services: BTreeSet<NodeIndex>,
    ends: BTreeSet<NodeIndex>,
    wide: bool,
}

impl Flow {
    /// Everything that is drawn: routes, then Services, then where they lead.
    pub fn objects(&self) -> Vec<NodeIndex> {
        let first = self.routes.iter().chain(self.services.difference(&self.routes));
        let ends = self.ends.iter().filter(|end| !self.routes.contains(end) && !self.services.contains(end));
        first.chain(ends).copied().collect()
    }

    /// Whether it spans more than one namespace.
    pub fn is_wide(&self) -> bool {
        self.wide
    }

    /// Follows a route forward to its Services, and back to the gateways that it hangs on.
    fn follow_route(&mut self, scene: Scene, route: NodeIndex, only: Option<NodeIndex>) {
        if !self.routes.insert(route) && only.is_none() {
            return;
        }
        let topology = scene.topology;
        for edge in scene.outgoing(route) {
            let (index, edge) = edge;
            let to = &topology.nodes[edge.to];
            match edge.relation {
                Relation::RoutesTo if only.is_none_or(|only| only == edge.to) => {
                    self.hops.insert(index);
                    match to.role {
                        Role::Service => _ = self.services.insert(edge.to),
                        Role::Route if to.state == State::Present => self.follow_route(scene, edge.to, None),
                        _ => _ = self.ends.insert(edge.to),
                    }
                }
                Relation::References if is_gateway(to) => {
                    self.hops.insert(index);
                    self.backwards.insert(index);
                    self.follow_gateway(scene, edge.to);
                }
                _ => {}
            }
        }
    }

    /// A route may hang on a listener set, and that on a gateway.
    fn follow_gateway(&mut self, scene: Scene, gateway: NodeIndex) {
        if !self.routes.insert(gateway) {
            return;
        }
        for (index, edge) in scene.outgoing(gateway) {
            if edge.relation == Relation::References && is_gateway(&scene.topology.nodes[edge.to]) {
                self.hops.insert(index);
                self.backwards.insert(index);
                self.follow_gateway(scene, edge.to);
            }
        }
    }

    /// From every Service to what it selects or stands for.
    fn follow_services(&mut self, scene: Scene, only: Option<NodeIndex>) {
        for service in self.services.clone() {
            for (index, edge) in scene.outgoing(service) {
                let leads = matches!(edge.relation, Relation::Selects | Relation::RoutesTo);
                if leads && only.is_none_or(|only| only == edge.to) {
                    self.hops.insert(index);
                    self.ends.insert(edge.to);
                }
            }
        }
    }

    /// Where it begins: routes that hang on nothing else, exposed Services, and Services that nothing leads to.
    fn find_entries(&mut self, scene: Scene) {
        let from_gateway: BTreeSet<NodeIndex> =
            self.backwards.iter().map(|&hop| scene.topology.edges[hop].from).collect();
        let routed: BTreeSet<NodeIndex> =
            self.hops.difference(&self.backwards).map(|&hop| scene.topology.edges[hop].to).collect();
        self.outside.extend(self.routes.difference(&from_gateway).filter(|route| !routed.contains(route)));
        for &service in &self.services {
            let node = &scene.topology.nodes[service];
            if is_exposed(node) {
                self.outside.insert(service);
            } else if !routed.contains(&service) {
                self.inside.insert(service);
            }
        }
    }
}

impl Scene<'_> {
    /// The edges that start at a node, with their indexes.
    fn outgoing(&self, node: NodeIndex) -> Vec<(usize, &crate::topology::Edge)> {
        // Edges are sorted by the node they start at.
        let edges = &self.topology.edges;
        let first = edges.partition_point(|edge| edge.from < node);
        edges[first..]
            .iter()
            .take_while(|edge| edge.from == node)
            .enumerate()
            .map(|(n, edge)| (first + n, edge))
            .collect()
    }
}

/// Follows the traffic of the focus; `None` where there is none.
pub(super) fn trace(scene: Scene, focus: &Focus) -> Option<Flow> {
    let mut flow = Flow::default();
    match focus {
        Focus::All(environment) => trace_area(scene, &mut flow, environment, &|_, _| true),
        Focus::Namespace(environment, namespace) => {
            let here = |_: NodeIndex, node: &Node| node.identity.namespace == *namespace;
            trace_area(scene, &mut flow, environment, &here);
        }
        Focus::Application(at) => {
            let environment = &scene.application(*at).environment;
            trace_area(scene, &mut flow, environment, &|index, _| scene.is_in(*at, index));
        }
        Focus::Object(index) | Focus::Container(index, _) => trace_object(scene, &mut flow, *index),
    }
    flow.find_entries(scene);
    // A Service that leads nowhere is worth a picture only in its own focus.
    let objects = flow.objects();
    if objects.is_empty() || (flow.hops.is_empty() && flow.outside.is_empty()) {
        return None;
    }
    flow.environment = scene.topology.nodes[objects[0]].identity.environment.to_string();
    let namespaces: BTreeSet<&str> = objects
        .iter()
        .map(|&index| &*scene.topology.nodes[index].identity.namespace)
        .filter(|name| !name.is_empty())
        .collect();
    flow.wide = namespaces.len() > 1;
    Some(flow)
}

fn trace_area(scene: Scene, flow: &mut Flow, environment: &str, here: &dyn Fn(NodeIndex, &Node) -> bool) {
    let topology = scene.topology;
    let all = || topology.present().filter(|(_, node)| &*node.identity.environment == environment);
    for (index, node) in
        all().filter(|(index, node)| node.role == Role::Route && lets_traffic_in(topology, *index))
    {
        let targets: Vec<NodeIndex> = topology
            .from(index)
            .filter(|edge| edge.relation == Relation::RoutesTo)
            .map(|edge| edge.to)
            .collect();
        if here(index, node) && !targets.is_empty() {
            flow.follow_route(scene, index, None);
        } else {
            let near = targets.into_iter().filter(|&target| here(target, &topology.nodes[target]));
            near.for_each(|target| flow.follow_route(scene, index, Some(target)));
        }
    }
    let services = || all().filter(|(index, node)| node.role == Role::Service && here(*index, node));
    flow.services.extend(services().filter(|(_, node)| is_exposed(node)).map(|(index, _)| index));
    flow.follow_services(scene, None);
    let internal = services().filter(|(index, _)| !flow.services.contains(index));
    flow.internal = internal.map(|(_, node)| node.identity.name.to_string()).collect();
}

fn trace_object(scene: Scene, flow: &mut Flow, index: NodeIndex) {
    let topology = scene.topology;
    let node = &topology.nodes[index];
    match node.role {
        Role::Workload => {
            let edges = topology.to(index).filter(|edge| edge.relation == Relation::Selects);
            let services = edges.map(|edge| edge.from);
            flow.services.extend(services.filter(|&service| topology.nodes[service].role == Role::Service));
            back_to_routes(scene, flow);
            flow.follow_services(scene, Some(index));
        }
        Role::Service => {
            flow.services.insert(index);
            back_to_routes(scene, flow);
            flow.follow_services(scene, None);
        }
        Role::Route if is_gateway(node) => {
            flow.follow_gateway(scene, index);
            let routes: Vec<NodeIndex> = topology
                .to(index)
                .filter(|edge| topology.nodes[edge.from].role == Role::Route)
                .map(|edge| edge.from)
                .collect();
            for route in routes {
                flow.follow_route(scene, route, None);
            }
            flow.follow_services(scene, None);
        }
        Role::Route if lets_traffic_in(topology, index) => {
            flow.follow_route(scene, index, None);
            back_to_first_routes(scene, flow, index);
            flow.follow_services(scene, None);
            // An IngressClass has no traffic of its own.
            if flow.hops.is_empty() {
                flow.routes.clear();
            }
        }
        _ => {}
    }
}

fn back_to_routes(scene: Scene, flow: &mut Flow) {
    for service in flow.services.clone() {
        let edges = scene.topology.to(service).filter(|edge| edge.relation == Relation::RoutesTo);
        let routes: Vec<NodeIndex> = edges.map(|edge| edge.from).collect();
        for route in routes {
            if scene.topology.nodes[route].role == Role::Route && lets_traffic_in(scene.topology, route) {
                flow.follow_route(scene, route, Some(service));
                back_to_first_routes(scene, flow, route);
            }
        }
    }
}

/// From a route back to the routes that lead to it.
fn back_to_first_routes(scene: Scene, flow: &mut Flow, route: NodeIndex) {
    let edges = scene.topology.to(route).filter(|edge| edge.relation == Relation::RoutesTo);
    for before in edges.map(|edge| edge.from).collect::<Vec<_>>() {
        let is_route = scene.topology.nodes[before].role == Role::Route;
        if is_route && !flow.routes.contains(&before) && lets_traffic_in(scene.topology, before) {
            flow.follow_route(scene, before, Some(route));
            back_to_first_routes(scene, flow, before);
        }
    }
}

/// Whether routes hang on an object: a Gateway or what adds listeners to one.
fn is_gateway(node: &Node) -> bool {
    let gateway = matches!(&*node.identity.kind, "Gateway" | "ListenerSet" | "XListenerSet");
    gateway && (node.role == Role::Route || node.state == State::Missing)
}
