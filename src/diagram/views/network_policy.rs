//! Whom the NetworkPolicies let in and out: the pods that they isolate, and who may reach them on which ports.

mod namespaces;

use super::cast::{self, Actor};
use super::sheet::{Reason, Sheet};
use super::{Budget, Definition, Focus, Of, Scene, denial};
use crate::catalog::{FieldPath, Relation};
use crate::diagram::{Class, Diagram, Direction as Flow, Id, Line, View};
use crate::document::{Identity, PLAIN_ENVIRONMENT};
use crate::facts::reach::{
    CallVerdict, Direction, Peer, Policy, Rule, Who, on_ports, peer_words, plain_words, pods_words,
};
use crate::names::count;
use crate::names::english;
use crate::topology::{HOST, NodeIndex, State};
use std::collections::{BTreeMap, BTreeSet};

/// How many policies of a whole environment are drawn one by one; more are drawn by namespace.
const MOST_POLICIES: usize = 12;

/// How many policies are drawn as boxes of their own; of more, only what they let through is drawn.
const MOST_RULERS: usize = 8;

/// How many policies of a namespace or of a workload are drawn.
const MOST_DRAWN: usize = 24;

/// How many calls that are denied are drawn.
const MOST_DENIED: usize = 12;

/// How many objects that one peer means are drawn one by one.
const MOST_MEANT: usize = 3;

/// How many arrows that lead to anyone are drawn; more of them say the same, and cross all others.
const MOST_OPEN: usize = 3;

pub(super) static VIEW: Definition =
    Definition { name: "network-policy", of: Of::Everything, budget: Budget { nodes: 36, edges: 44 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let policies = in_scope(scene, focus);
    if policies.is_empty() {
        return None;
    }
    let of_one_namespace = {
        let namespace = |policy: &Policy| &scene.topology.nodes[policy.index].identity.namespace;
        policies.iter().all(|policy| namespace(policy) == namespace(policies[0]))
    };
    if matches!(focus, Focus::All(_)) && policies.len() > MOST_POLICIES && !of_one_namespace {
        return Some(namespaces::draw(scene, title(scene, focus), &policies));
    }
    let center = match focus {
        Focus::Object(index) | Focus::Container(index, _) => {
            Some(*index).filter(|index| scene.facts.policies().get(*index).is_none())
        }
        _ => None,
    };
    let rulers = policies.len() <= MOST_RULERS;
    let is_open = |policy: &&&Policy| {
        let mut rules = policy.rules(Direction::Egress).into_iter().flatten();
        rules.any(|rule| rule.peers.is_none() && !rule.is_void())
    };
    let mut map = Map {
        scene,
        center,
        rulers,
        sheet: Sheet::default(),
        isolated: BTreeSet::new(),
        open: (policies.iter().filter(is_open).count() > MOST_OPEN).then(BTreeSet::new),
        denies: false,
    };
    for policy in policies.iter().take(MOST_DRAWN) {
        map.draw(policy);
    }
    if let Some(more) = policies.len().checked_sub(MOST_DRAWN).filter(|more| *more > 0) {
        let more = count(more, "NetworkPolicy", "NetworkPolicies");
        map.sheet.leave_out(format!("Not drawn: {more} more; the page of each draws its own rules."));
    }
    if let Some(open) = map.open.as_ref().filter(|open| !open.is_empty()) {
        let boxes = count(open.len(), "box", "boxes");
        map.sheet.leave_out(format!("Not drawn: arrows from {boxes} to anyone; the table lists them."));
    }
    map.draw_denied(&policies);
    let description = map.describe(&policies);
    Some(map.sheet.finish(View::NetworkPolicy, title(scene, focus), description, Flow::Right, scene.budget))
}

/// The policies that the focus is about, by identity.
fn in_scope<'a>(scene: Scene<'a>, focus: &Focus) -> Vec<&'a Policy> {
    let all = scene.facts.policies();
    let of = |policy: &Policy| &scene.topology.nodes[policy.index].identity;
    match focus {
        Focus::All(environment) => {
            all.all().filter(|policy| of(policy).environment == *environment).collect()
        }
        Focus::Namespace(environment, namespace) => {
            let here = |identity: &Identity| {
                identity.environment == *environment && identity.namespace == *namespace
            };
            all.all().filter(|policy| here(of(policy))).collect()
        }
        Focus::Application(at) => {
            let members = scene.application(*at).members.iter();
            let mut policies: BTreeMap<NodeIndex, &Policy> = BTreeMap::new();
            for &member in members {
                policies.extend(all.get(member).map(|policy| (member, policy)));
                for direction in Direction::BOTH {
                    let isolating = all.isolating(scene.topology, member, None, direction);
                    policies.extend(isolating.map(|(policy, _)| (policy.index, policy)));
                }
            }
            policies.into_values().collect()
        }
        Focus::Object(index) | Focus::Container(index, _) => match all.get(*index) {
            Some(policy) => vec![policy],
            None => {
                let isolating = Direction::BOTH.into_iter().flat_map(|direction| {
                    all.isolating(scene.topology, *index, None, direction).map(|(policy, _)| policy)
                });
                let by_index: BTreeMap<NodeIndex, &Policy> =
                    isolating.map(|policy| (policy.index, policy)).collect();
                by_index.into_values().collect()
            }
        },
    }
}

fn title(scene: Scene, focus: &Focus) -> String {
    match focus {
        Focus::All(environment) if **environment == *PLAIN_ENVIRONMENT => {
            "Whom the NetworkPolicies let talk to whom".to_owned()
        }
        Focus::All(environment) => {
            format!("Whom the NetworkPolicies of environment {environment} let talk to whom")
        }
        Focus::Namespace(_, namespace) => {
            format!("Whom the NetworkPolicies of namespace {namespace} let talk to whom")
        }
        Focus::Application(at) => {
            let name = scene.application(*at).shown();
            format!("Who may reach application {name}, and whom it may reach")
        }
        Focus::Object(index) | Focus::Container(index, _) => {
            let identity = &scene.topology.nodes[*index].identity;
            let what = format!("{} {}", identity.kind, identity.name);
            if scene.facts.policies().get(*index).is_some() {
                format!("What {what} lets through")
            } else {
                format!("Who may reach {what}, and whom it may reach")
            }
        }
    }
}

/// The workloads that a policy selects.
fn selected<'a>(scene: Scene<'a>, policy: &Policy) -> impl Iterator<Item = NodeIndex> + 'a {
    let edges = scene.topology.from(policy.index).filter(|edge| edge.relation == Relation::Selects);
    edges.map(|edge| edge.to)
}

/// What each peer of a policy means in the input, by the field of the peer.
fn meant(scene: Scene, policy: &Policy) -> BTreeMap<FieldPath, Vec<NodeIndex>> {
    let mut meant: BTreeMap<FieldPath, Vec<NodeIndex>> = BTreeMap::new();
    for edge in scene.topology.from(policy.index).filter(|edge| edge.relation == Relation::Allows) {
        meant.entry(edge.field.clone()).or_default().push(edge.to);
    }
    meant
}

/// The objects that one peer means.
fn of_peer<'a>(meant: &'a BTreeMap<FieldPath, Vec<NodeIndex>>, peer: &Peer) -> &'a [NodeIndex] {
    let keys = ["podSelector", "namespaceSelector", "ipBlock"];
    let found = keys.iter().find_map(|key| meant.get(&peer.field.key(key)));
    found.map(Vec::as_slice).unwrap_or_default()
}

/// What a policy does to the pods that it selects: `lets nobody reach`, `limits what goes out of`.
fn effect(policy: &Policy) -> &'static str {
    let passes =
        |direction| policy.rules(direction).map(|rules: &[Rule]| rules.iter().any(|rule| !rule.is_void()));
    match (passes(Direction::Ingress), passes(Direction::Egress)) {
        (None, None) => "selects",
        (Some(true), None) => "limits who may reach",
        (Some(false), None) => "lets nobody reach",
        (None, Some(true)) => "limits what goes out of",
        (None, Some(false)) => "lets nothing out of",
        (Some(false), Some(false)) => "lets nothing into or out of",
        (Some(true), Some(true)) => "limits what goes into and out of",
        (Some(true), Some(false)) => "limits who may reach, and lets nothing out of",
        (Some(false), Some(true)) => "lets nobody reach, and limits what goes out of",
    }
}

struct Map<'a> {
    scene: Scene<'a>,
    /// The workload that the diagram is about, if it is about one.
    center: Option<NodeIndex>,
    /// Whether the policies themselves are drawn.
    rulers: bool,
    sheet: Sheet,
    isolated: BTreeSet<NodeIndex>,
    /// Who may reach anyone, where those are too many to draw their arrows.
    open: Option<BTreeSet<Id>>,
    /// Whether a call that is denied is drawn.
    denies: bool,
}

impl Map<'_> {
    fn draw(&mut self, policy: &Policy) {
        let node = &self.scene.topology.nodes[policy.index];
        let pods = self.draw_pods(policy);
        let reason = Reason::field(node.object.as_deref(), &FieldPath::of("spec.podSelector"));
        let ruler = cast::object(node);
        if self.rulers {
            let ruler = self.sheet.node(ruler, None);
            self.sheet.arrow(&ruler, &pods, effect(policy), Line::Solid, reason);
        } else {
            let to = self.sheet.said(&pods);
            self.sheet.row((ruler.said, ruler.node.link), effect(policy), to, reason);
        }
        let meant = meant(self.scene, policy);
        for direction in Direction::BOTH {
            for rule in policy.rules(direction).into_iter().flatten().filter(|rule| !rule.is_void()) {
                match &rule.peers {
                    None if direction == Direction::Egress && self.open.is_some() => {
                        let reason = Reason::field(node.object.as_deref(), &rule.field);
                        let verb = plain_words(&format!("may reach {}", on_ports(rule)));
                        let from = self.sheet.said(&pods);
                        self.sheet.row(from, &verb, ("anyone".to_owned(), None), reason);
                        self.open.as_mut().map(|open| open.insert(pods.clone()));
                    }
                    None => {
                        let anyone = self.anyone(&node.identity);
                        self.arrow(policy, (&pods, &anyone), (direction, rule), &rule.field, Line::Solid);
                    }
                    Some(peers) => {
                        for peer in peers.iter().filter(|peer| !peer.who.is_nobody()) {
                            for (id, line) in self.draw_peer(policy, peer, of_peer(&meant, peer)) {
                                self.arrow(policy, (&pods, &id), (direction, rule), &peer.field, line);
                            }
                        }
                    }
                }
            }
        }
    }

    /// The calls that the manifests show and the policies turn away.
    fn draw_denied(&mut self, policies: &[&Policy]) {
        let drawn: BTreeSet<NodeIndex> = policies.iter().map(|policy| policy.index).collect();
        let topology = self.scene.topology;
        let center = self.center;
        let is_here = |call: &&CallVerdict| match center {
            Some(center) => call.is_denied() && (call.from == center || call.kept_from.contains(&center)),
            None => call.is_denied() && call.because.iter().any(|reason| drawn.contains(&reason.policy)),
        };
        let mut left = MOST_DENIED;
        for call in self.scene.facts.crossings().calls().filter(is_here) {
            self.denies = true;
            let ends = if call.kept_from.is_empty() { vec![call.to] } else { call.kept_from.clone() };
            for end in ends.into_iter().filter(|&end| center.is_none_or(|it| it == call.from || it == end)) {
                if left == 0 {
                    self.sheet.leave_out(
                        "Not drawn: more calls that are denied; the page of each workload names its own."
                            .to_owned(),
                    );
                    return;
                }
                left -= 1;
                let (from, to) = (self.draw_end(call.from), self.draw_end(end));
                let port = call.port.map(|port| format!(" on port {port}")).unwrap_or_default();
                let verb = format!("may not call{port}");
                let through = match end == call.to {
                    true => String::new(),
                    false => format!(" of {}", cast::object(&topology.nodes[call.to]).said),
                };
                let by = denial::policies(self.scene, call.because.iter());
                let row = format!("{verb}{through} (denied by {by})");
                let deciding = call.because.iter().find(|reason| drawn.contains(&reason.policy));
                let reason = deciding.or(call.because.first()).map(|reason| {
                    Reason::field(topology.nodes[reason.policy].object.as_deref(), &reason.field)
                });
                self.sheet.told_arrow(&from, &to, (&verb, &row), Line::Dashed, reason.unwrap_or_default());
            }
        }
    }

    fn draw_end(&mut self, index: NodeIndex) -> Id {
        let node = &self.scene.topology.nodes[index];
        let actor = match node.pod.as_deref() {
            Some(pod) => cast::folded_workload(self.scene, index, pod),
            None => cast::object(node),
        };
        self.sheet.node(actor, None)
    }

    /// An arrow from whoever opens the connection.
    fn arrow(
        &mut self,
        policy: &Policy,
        (pods, peer): (&Id, &Id),
        (direction, rule): (Direction, &Rule),
        field: &FieldPath,
        line: Line,
    ) {
        let object = self.scene.topology.nodes[policy.index].object.as_deref();
        let reason = Reason::field(object, field);
        let verb = plain_words(&format!("may reach {}", on_ports(rule)));
        let (from, to) = if direction == Direction::Ingress { (peer, pods) } else { (pods, peer) };
        if from == to {
            let (from, to) = (self.sheet.said(from), self.sheet.said(to));
            self.sheet.row(from, &verb, to, reason);
        } else {
            self.sheet.arrow(from, to, &verb, line, reason);
        }
    }

    /// The pods that a policy selects: the workload itself where it is one, else a box that stands for all of them.
    fn draw_pods(&mut self, policy: &Policy) -> Id {
        let topology = self.scene.topology;
        let picked: Vec<NodeIndex> = match self.center {
            Some(center) => vec![center],
            None => selected(self.scene, policy).collect(),
        };
        if policy.ingress.is_some() || policy.egress.is_some() {
            self.isolated.extend(&picked);
        }
        if let [only] = picked[..] {
            let node = &topology.nodes[only];
            let actor = match node.pod.as_deref() {
                Some(pod) => cast::folded_workload(self.scene, only, pod),
                None => cast::object(node),
            };
            return self.sheet.node(actor, None);
        }
        let identity = &topology.nodes[policy.index].identity;
        let pods = plain_words(&pods_words(Some(&policy.pods)));
        let words = format!("{pods} in namespace {}", identity.namespace);
        let (class, note) = match picked.len() {
            0 => (Class::Missing, "none in these manifests".to_owned()),
            many => {
                let many = many + topology.unlisted(policy.index).selects;
                (Class::Pod, format!("{many} workloads"))
            }
        };
        let id = self.in_words(identity, words, class, &note);
        let from = self.sheet.said(&id);
        for index in picked {
            let node = &topology.nodes[index];
            let reason = Reason::field(
                topology.nodes[policy.index].object.as_deref(),
                &FieldPath::of("spec.podSelector"),
            );
            self.sheet.row(from.clone(), "stands for", (cast::object(node).said, cast::link(node)), reason);
        }
        id
    }

    /// Whom one peer means: the objects themselves where they are few, else a box that says it in words.
    fn draw_peer(&mut self, policy: &Policy, peer: &Peer, meant: &[NodeIndex]) -> Vec<(Id, Line)> {
        let topology = self.scene.topology;
        if !meant.is_empty() && meant.len() <= MOST_MEANT {
            let actors = meant.iter().map(|&index| {
                let node = &topology.nodes[index];
                let kind = &*node.identity.kind;
                let actor = match node.pod.as_deref() {
                    Some(pod) => cast::folded_workload(self.scene, index, pod),
                    None if kind == HOST => cast::object(node).noted(outside(&peer.who)),
                    None if kind == "Namespace" => {
                        cast::object(node).noted("all pods of this namespace".to_owned())
                    }
                    None => cast::object(node),
                };
                // A namespace that is in the input by its objects alone is not missing.
                if kind == "Namespace" && node.state != State::Present {
                    let link = crate::model::Subject::Namespace(
                        node.identity.environment.clone(),
                        node.identity.name.clone(),
                    );
                    let mut actor = actor.linked(Some(link));
                    actor.node.class = Class::Namespace;
                    return actor.called(format!("namespace {}", node.identity.name));
                }
                actor
            });
            let actors: Vec<Actor> = actors.collect();
            return actors.into_iter().map(|actor| (self.sheet.node(actor, None), Line::Solid)).collect();
        }
        let identity = &topology.nodes[policy.index].identity;
        let here = format!("in namespace {}", identity.namespace);
        let words = plain_words(&peer_words(peer)).replace("in this namespace", &here);
        let (class, note, line) = match meant.len() {
            0 => (Class::Missing, "none in these manifests".to_owned(), Line::Dashed),
            many => {
                (Class::Pod, count(many, "workload or namespace", "workloads or namespaces"), Line::Solid)
            }
        };
        vec![(self.in_words(identity, words, class, &note), line)]
    }

    /// A box for pods that stand as words; whoever means the same pods has the same box.
    fn in_words(&mut self, near: &Identity, words: String, class: Class, note: &str) -> Id {
        let id = Id::of('q', &[&near.environment, &words]);
        self.sheet.node(Actor::new(id, class, &english::capital(&words), note).called(words), None)
    }

    fn anyone(&mut self, identity: &Identity) -> Id {
        let id = Id::of('u', &[&identity.environment, "anyone"]);
        let actor = Actor::new(id, Class::Person, "Anyone", "inside and outside of the cluster");
        self.sheet.node(actor.called("anyone".to_owned()), None)
    }

    fn describe(&self, policies: &[&Policy]) -> String {
        // Of several policies, nobody knows whether what is not listed is listed of another one.
        let unlisted = match policies {
            [only] => self.scene.topology.unlisted(only.index).selects,
            _ => 0,
        };
        let isolated = match self.isolated.len() + unlisted {
            0 => "no pod in these manifests".to_owned(),
            many => format!("the pods of {}", count(many, "workload", "workloads")),
        };
        let (policies, verb, their) = match policies.len() {
            1 => ("1 NetworkPolicy".to_owned(), "isolates", "its"),
            many => (count(many, "NetworkPolicy", "NetworkPolicies"), "isolate", "their"),
        };
        let denied = if self.denies { ", or, where it says so, a call that is denied" } else { "" };
        format!("{policies} {verb} {isolated}; an arrow is a connection that {their} rules allow{denied}.")
    }
}

/// What a block of addresses leaves out.
fn outside(who: &Who) -> String {
    match who {
        Who::Block { except, .. } if except.len() == 1 => format!("addresses outside, except {}", except[0]),
        Who::Block { except, .. } if !except.is_empty() => {
            format!("addresses outside, except {}", count(except.len(), "range", "ranges"))
        }
        _ => "addresses outside".to_owned(),
    }
}
