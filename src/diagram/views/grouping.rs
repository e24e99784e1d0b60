//! A pod of several programs as it is, and taken apart: two diagrams to compare.

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet};
use super::wording::{list, the_pod};
use super::{Budget, Scene};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::facts::grouping::{Proposal, SplitPart};
use crate::facts::{Facts, PodFacts};
use crate::names::count;
use crate::names::english;
use crate::topology::{Node, NodeIndex, Pod, Topology};

/// The pod of a workload as it is, then the workloads of a proposal, each with the containers and who calls whom.
/// Nothing where the index is not that of a workload.
pub fn before_and_after(
    topology: &Topology,
    facts: &Facts,
    index: NodeIndex,
    proposal: &Proposal,
) -> Vec<Diagram> {
    let scene = Scene { topology, facts, budget: Budget::default() };
    let node = topology.nodes.get(index);
    let pod = node.and_then(|node| Some((node, node.pod.as_deref()?, facts.of(index)?)));
    let Some((node, pod, facts)) = pod else { return Vec::new() };
    let sides = Sides { scene, index, node, pod, facts, proposal };
    vec![sides.before(), sides.after()]
}

struct Sides<'a> {
    scene: Scene<'a>,
    index: NodeIndex,
    node: &'a Node,
    pod: &'a Pod,
    facts: &'a PodFacts,
    proposal: &'a Proposal,
}

impl Sides<'_> {
    fn before(&self) -> Diagram {
        let mut sheet = Sheet::default();
        let identity = self.node.identity.id();
        let group = Id::of('g', &[&identity, "before"]);
        let title = the_pod(&self.node.identity);
        sheet.group(group.clone(), Class::Pod, &english::capital(&title), None, cast::link(self.node));
        let pod = sheet.node(cast::pod(self.scene, self.index), Some(&group));
        for part in &self.proposal.parts {
            for &container in &part.containers {
                let actor = self.container(container, "before");
                let id = sheet.node(actor, Some(&group));
                let reason = Reason::field(self.node.object.as_deref(), &self.pod.containers[container].path);
                sheet.arrow(&pod, &id, "contains", Line::Solid, reason);
            }
        }
        for call in &self.facts.patterns.calls {
            let (from, to) = (self.id(call.from, "before"), self.id(call.to, "before"));
            let object = self.scene.topology.nodes[call.declared_by].object.as_deref();
            let reason = Reason::field(object, &call.field);
            sheet.arrow(&from, &to, &format!("calls localhost:{}", call.port), Line::Dashed, reason);
        }
        let number = count(self.facts.grouping.members.len(), "program", "programs");
        let description =
            format!("As it is: {title} holds {number}, which are scaled, updated and restarted together.");
        let title = format!("{} {} as it is", self.node.identity.kind, self.node.identity.name);
        sheet.finish(View::Relationship, title, description, Direction::Right, self.scene.budget)
    }

    fn after(&self) -> Diagram {
        let mut sheet = Sheet::default();
        for part in &self.proposal.parts {
            let group = self.group(&mut sheet, part);
            for &container in &part.containers {
                sheet.node(self.container(container, &part.name), Some(&group));
            }
        }
        for part in self.proposal.parts.iter().filter(|part| !part.ports.is_empty()) {
            let service = sheet.node(self.service(part), None);
            let ports: Vec<String> = part.ports.iter().map(i32::to_string).collect();
            let word = if ports.len() == 1 {
                "port "
            } else if ports.len() <= 4 {
                "ports "
            } else {
                ""
            };
            let verb = format!("sends traffic to {word}{}", list(&ports, "port", "ports"));
            let answers = part.containers.iter().copied().find(|&container| {
                let declared = &self.facts.patterns.parts[container].listens;
                part.ports.iter().any(|port| declared.contains(port)) && container == part.member
            });
            let to = self.id(answers.unwrap_or(part.member), &part.name);
            sheet.arrow(&service, &to, &verb, Line::Solid, Reason::none());
        }
        let part_of =
            |container: usize| self.proposal.parts.iter().find(|part| part.containers.contains(&container));
        for &(from, to, port) in &self.proposal.calls {
            let (Some(caller), Some(called)) = (part_of(from), part_of(to)) else { continue };
            let service = Id::of('n', &[&self.node.identity.id(), "after", &called.name]);
            let verb = format!("calls port {port} of");
            sheet.arrow(&self.id(from, &caller.name), &service, &verb, Line::Dashed, Reason::none());
        }
        let names: Vec<String> = self.proposal.parts.iter().map(|part| part.name.clone()).collect();
        let workloads = count(names.len(), "workload", "workloads");
        let description = format!(
            "Taken apart: {workloads}, {}, which are scaled, updated and restarted one by one, and meet through Services.",
            list(&names, "part", "parts")
        );
        let title = format!("{} {} taken apart", self.node.identity.kind, self.node.identity.name);
        sheet.finish(View::Calls, title, description, Direction::Right, self.scene.budget)
    }

    fn group(&self, sheet: &mut Sheet, part: &SplitPart) -> Id {
        let id = Id::of('g', &[&self.node.identity.id(), "after", &part.name]);
        let copies = match part.replicas.and_then(|copies| usize::try_from(copies).ok()) {
            Some(copies) => count(copies, "pod", "pods"),
            None => "1 pod per node".to_owned(),
        };
        let label = format!("{} {}: {copies}", part.kind, part.name);
        sheet.group(id, Class::Workload, &label, None, None)
    }

    fn service(&self, part: &SplitPart) -> Actor {
        let id = Id::of('n', &[&self.node.identity.id(), "after", &part.name]);
        Actor::new(id, Class::Service, &part.name, "Service").called(format!("Service {}", part.name))
    }

    fn container(&self, container: usize, side: &str) -> Actor {
        let role = self.facts.roles.get(container).copied();
        let mut actor = cast::container(self.node, self.pod, role, container);
        actor.node.id = self.id(container, side);
        actor
    }

    fn id(&self, container: usize, side: &str) -> Id {
        Id::of('c', &[&self.node.identity.id(), side, &container.to_string()])
    }
}
