//! The pods that operators make for objects which describe none, in the tree of where everything runs.

use super::{Depth, Plan};
use crate::diagram::views::Scene;
use crate::diagram::views::cast::{self, Actor};
use crate::diagram::views::sheet::{Reason, Sheet};
use crate::diagram::{Class, Id, Line};
use crate::model::Subject;
use crate::names::count;
use crate::topology::{Crew, Node, NodeIndex};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many objects of one namespace are drawn one by one.
const MOST_OF_A_NAMESPACE: usize = 8;

impl<'a> Plan<'a> {
    /// The tree of one object whose pods an operator makes.
    pub(super) fn of_crew(scene: Scene<'a>, crew: (NodeIndex, &'a Node)) -> Plan<'a> {
        let identity = &crew.1.identity;
        Plan {
            scene,
            environment: Arc::clone(&identity.environment),
            title: format!("Architecture of {} {}", identity.kind, identity.name),
            workloads: Vec::new(),
            crews: vec![crew],
            alone: true,
            applications: BTreeMap::new(),
            places: BTreeMap::new(),
            sheet: Sheet::default(),
        }
    }

    /// What the tree shows, in sentences.
    pub(super) fn description(&self) -> String {
        let crews = self.crews_said();
        match (self.workloads.is_empty(), crews.is_empty()) {
            (true, _) => crews,
            (false, true) => self.workloads_said(),
            (false, false) => format!("{} {crews}", self.workloads_said()),
        }
    }

    /// Draws each object whose pods an operator makes, or one box for those of a namespace.
    pub(super) fn draw_crews(&mut self, depth: Depth) {
        let mut namespaces: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for &(_, node) in &self.crews {
            namespaces.entry(&node.identity.namespace).or_default().push(node);
        }
        for (namespace, nodes) in namespaces {
            let framed = depth != Depth::Namespaces;
            let group = if framed { self.sheet.namespace(&nodes[0].identity) } else { None };
            if framed && (nodes.len() <= MOST_OF_A_NAMESPACE || self.alone) {
                for node in nodes {
                    let pods: Vec<String> = node.crew.iter().map(Crew::counted).collect();
                    let note = format!("{}: {}", node.identity.kind, pods.join(", "));
                    let id = self.sheet.node(cast::object(node).noted(note), group.as_ref());
                    self.host_crew(&id);
                }
                continue;
            }
            let id = Id::of('f', &[&self.environment, namespace, "crews"]);
            let words = count(nodes.len(), "object", "objects");
            let label = if framed { words.clone() } else { namespace.to_owned() };
            let note = format!("{words} whose pods operators make");
            let link = Subject::Namespace(Arc::clone(&self.environment), Arc::from(namespace));
            let said = format!("{note}, in namespace {namespace}");
            let actor = Actor::new(id, Class::Workload, &label, &note).called(said).linked(Some(link));
            let id = self.sheet.node(actor, group.as_ref());
            self.host_crew(&id);
            self.sheet.leave_out(format!(
                "Not drawn one by one: {words} of namespace {namespace} whose pods operators make; its page lists them."
            ));
        }
    }

    /// Nothing in these manifests says on which nodes they run.
    fn host_crew(&mut self, guest: &Id) {
        let cluster = cast::cluster(&self.environment).node.id;
        let id = Id::of('m', &[&self.environment, "crews"]);
        let actor =
            Actor::new(id, Class::Node, "nodes", "which, the operators decide").called("nodes".to_owned());
        let pool = self.sheet.node(actor, None);
        self.sheet.arrow(&cluster, &pool, "manages", Line::Dashed, Reason::none());
        self.sheet.arrow(&pool, guest, "hosts", Line::Dashed, Reason::none());
    }

    /// How many objects there are whose pods operators make, as a sentence; nothing where there are none.
    fn crews_said(&self) -> String {
        match &self.crews[..] {
            [] => String::new(),
            [(_, node)] => {
                let pods: Vec<String> = node.crew.iter().map(Crew::counted).collect();
                let (kind, name) = (&node.identity.kind, &node.identity.name);
                format!("For {kind} {name}, an operator makes the pods: {}.", pods.join(", "))
            }
            crews => format!("Operators make the pods of {}.", count(crews.len(), "object", "objects")),
        }
    }
}
