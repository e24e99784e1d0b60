//! The difference between a pod and a container, side by side, with the figures of one pod.

use super::cast::{self, Actor};
use super::place;
use super::sheet::{Reason, Sheet};
use super::wording::{self, list};
use super::{Budget, Definition, Focus, Of, Scene};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::facts::{ContainerRole, PodFacts};
use crate::names::count;
use crate::names::english;
use crate::topology::{Container, ContainerKind, Node, NodeIndex, Pod};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// How many containers are compared with their pod: a third would say what the second says.
const MOST_CONTAINERS: usize = 2;

pub(super) static VIEW: Definition = Definition { name: "compare", of: Of::Pod, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let (index, only): (NodeIndex, Option<usize>) = match *focus {
        Focus::Object(index) => (index, None),
        Focus::Container(index, container) => (index, Some(container)),
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    let node = &scene.topology.nodes[index];
    let (pod, facts) = (node.pod.as_deref()?, scene.facts.of(index)?);
    let mut sides = Sides { node, pod, facts, sheet: Sheet::default() };
    sides.draw_pod(scene, index);
    // Six statements a container: a small budget has room for fewer of them.
    let most = MOST_CONTAINERS.min(scene.budget.nodes.min(scene.budget.edges).saturating_sub(7) / 6).max(1);
    let chosen = only.map_or_else(|| choose(pod, facts, most), |container| vec![container]);
    for &container in &chosen {
        sides.draw_container(container);
    }
    let rest = pod.containers.len() - chosen.len();
    if rest > 0 {
        let words = count(rest, "other container", "other containers");
        let own = if rest == 1 { "its own page compares it" } else { "their own pages compare them" };
        sides.sheet.leave_out(format!("Not drawn: {words} of this pod; {own}."));
    }
    let (kind, name) = (&node.identity.kind, &node.identity.name);
    let names: Vec<String> = chosen.iter().map(|&index| cast::container_name(pod, index)).collect();
    let names = list(&names, "container", "containers");
    let title = format!("Pod and container in {kind} {name}");
    let description = format!(
        "{} groups {}; it is scheduled, created and removed as a whole. Beside it {names}: each \
         with its own image, processes and limits.",
        english::capital(&wording::the_pod(&node.identity)),
        count(pod.containers.len(), "container", "containers")
    );
    Some(sides.sheet.finish(View::Compare, title, description, Direction::Right, scene.budget))
}

/// The main container first, then its peers, then helpers, in the order of the pod.
fn choose(pod: &Pod, facts: &PodFacts, most: usize) -> Vec<usize> {
    let rank = |index: &usize| match (facts.roles.get(*index), pod.containers[*index].kind) {
        (Some(ContainerRole::Main), _) => 0,
        (_, ContainerKind::App) => 1,
        (_, ContainerKind::Sidecar) => 2,
        _ => 3,
    };
    let mut indexes: Vec<usize> = (0..pod.containers.len()).collect();
    indexes.sort_by_key(rank);
    indexes.truncate(most);
    indexes
}

struct Sides<'a> {
    node: &'a Node,
    pod: &'a Pod,
    facts: &'a PodFacts,
    sheet: Sheet,
}

impl Sides<'_> {
    /// One statement: an arrow with a verb from the pod or the container to what is true of it.
    #[expect(clippy::too_many_arguments, reason = "a statement is a sentence with all its parts")]
    fn state(
        &mut self,
        from: &Id,
        group: &Id,
        verb: &str,
        class: Class,
        label: &str,
        note: &str,
        reason: Reason,
    ) {
        let id = Id::of('a', &[&from.to_string(), verb, label]);
        let said = if note.is_empty() { label.to_owned() } else { format!("{label} ({note})") };
        let id = self.sheet.node(Actor::new(id, class, label, note).called(said), Some(group));
        self.sheet.arrow(from, &id, verb, Line::Solid, reason);
    }

    fn pod_field(&self, key: &str) -> Reason {
        Reason::field(self.node.object.as_deref(), &self.pod.path.key(key))
    }

    fn draw_pod(&mut self, scene: Scene, index: NodeIndex) {
        let (node, pod) = (self.node, self.pod);
        let group = Id::of('g', &[&node.identity.id(), "pod"]);
        self.sheet.group(group.clone(), Class::Pod, "Pod", None, cast::link(node));
        let me = self.sheet.node(cast::pod(scene, index), Some(&group));
        let names: Vec<String> =
            (0..pod.containers.len()).map(|index| cast::container_name(pod, index)).collect();
        let label = count(names.len(), "container", "containers");
        let names = if names.len() <= 4 { list(&names, "", "") } else { String::new() };
        let reason = self.pod_field("containers");
        self.state(&me, &group, "groups", Class::Container, &label, &names, reason);
        if pod.spec.host_network == Some(true) {
            let reason = self.pod_field("hostNetwork");
            self.state(
                &me,
                &group,
                "uses",
                Class::Network,
                "The network of its node",
                "no IP address of its own",
                reason,
            );
        } else {
            let (label, note) = ("One IP address", "all its containers meet on localhost");
            self.state(&me, &group, "shares", Class::Network, label, note, Reason::none());
        }
        let shared: Vec<String> = self
            .facts
            .volumes
            .iter()
            .filter(|usage| usage.is_shared())
            .map(|usage| usage.name.clone())
            .collect();
        let (label, note) = match (shared.len(), self.facts.volumes.len()) {
            (0, 0) => ("No volume".to_owned(), "its containers share no files"),
            (0, all) => (count(all, "volume", "volumes"), "none of them in two containers"),
            _ => (
                list(&shared, "volume", "volumes"),
                if shared.len() == 1 { "shared volume" } else { "shared volumes" },
            ),
        };
        let verb = if shared.is_empty() { "has" } else { "shares" };
        let reason = if self.facts.volumes.is_empty() { Reason::none() } else { self.pod_field("volumes") };
        self.state(&me, &group, verb, Class::Volume, &label, note, reason);
        if pod.spec.share_process_namespace == Some(true) {
            let reason = self.pod_field("shareProcessNamespace");
            self.state(
                &me,
                &group,
                "shares",
                Class::Plain,
                "Processes",
                "its containers see each other's",
                reason,
            );
        }
        let place = place::one(scene, index).actor;
        let note = format!("one node for all its containers; {}", place.said);
        self.state(&me, &group, "is scheduled as a whole on", Class::Node, "One node", &note, Reason::none());
        let note = "never restarted on another node; a new pod takes its place";
        self.state(
            &me,
            &group,
            "is managed by Kubernetes with",
            Class::ControlPlane,
            "One lifecycle",
            note,
            Reason::none(),
        );
    }

    fn draw_container(&mut self, index: usize) {
        let (node, pod) = (self.node, self.pod);
        let container = &pod.containers[index];
        let name = cast::container_name(pod, index);
        let title = match container.kind {
            ContainerKind::App => format!("Container {name}"),
            ContainerKind::Init => format!("Init container {name}"),
            ContainerKind::Sidecar => format!("Sidecar {name}"),
            ContainerKind::Ephemeral => format!("Ephemeral container {name}"),
        };
        let group = Id::of('g', &[&cast::container_id(&node.identity, pod, index).to_string(), "side"]);
        self.sheet.group(
            group.clone(),
            cast::container_class(container),
            &title,
            None,
            cast::container_link(node, container),
        );
        let actor = cast::container(node, pod, self.facts.roles.get(index).copied(), index);
        let me = self.sheet.node(actor, Some(&group));
        let field = |key: &str| Reason::field(node.object.as_deref(), &container.path.key(key));
        match container.image.as_str() {
            "" => self.state(
                &me,
                &group,
                "runs",
                Class::Missing,
                "No image",
                "the manifest names none",
                Reason::none(),
            ),
            image => self.state(
                &me,
                &group,
                "runs",
                Class::Plain,
                image,
                "image: the app with all it needs",
                field("image"),
            ),
        }
        let mounts = self
            .facts
            .volumes
            .iter()
            .filter(|usage| usage.mounts.iter().any(|mount| mount.container == index))
            .count();
        let note = match mounts {
            0 => "from its image; it mounts no volume".to_owned(),
            n => format!("from its image, except {}", count(n, "volume", "volumes")),
        };
        self.state(&me, &group, "isolates", Class::Volume, "Its own files", &note, Reason::none());
        if pod.spec.share_process_namespace == Some(true) {
            let reason = self.pod_field("shareProcessNamespace");
            self.state(
                &me,
                &group,
                "does not isolate",
                Class::Plain,
                "Its processes",
                "the pod shares them",
                reason,
            );
        } else {
            let on_node = pod.spec.host_pid == Some(true);
            let (verb, label, note) = if on_node {
                ("does not isolate", "Its processes", "it sees all of its node")
            } else {
                ("isolates", "Its own processes", "other containers do not see them")
            };
            self.state(&me, &group, verb, Class::Plain, label, note, Reason::none());
        }
        let (label, note) = limits(container);
        let reason = if container.spec.resources.is_some() { field("resources") } else { Reason::none() };
        self.state(&me, &group, "is limited to", Class::Policy, &label, &note, reason);
        let (label, note) = self.restarts(container);
        let reason =
            if pod.spec.restart_policy.is_some() { self.pod_field("restartPolicy") } else { Reason::none() };
        self.state(&me, &group, "has", Class::ControlPlane, &label, &note, reason);
    }

    fn restarts(&self, container: &Container) -> (String, String) {
        let policy =
            container.spec.restart_policy.as_deref().unwrap_or(&self.facts.lifecycle.restart_policy.value);
        let note = match (container.kind, policy) {
            (ContainerKind::Init, "Never") => "runs to completion once; if it fails, the pod fails",
            (ContainerKind::Init, _) => {
                "runs to completion before the app starts; is tried again if it fails"
            }
            (ContainerKind::Sidecar, _) => "restarts alone whenever it ends",
            (ContainerKind::Ephemeral, _) => "never restarts",
            (_, "Never") => "never restarts",
            (_, "OnFailure") => "restarts alone if it fails",
            _ => "restarts alone whenever it ends",
        };
        ("A lifecycle of its own".to_owned(), note.to_owned())
    }
}

/// What the container may use: `500m CPU and 256Mi memory`.
fn limits(container: &Container) -> (String, String) {
    let resources = container.spec.resources.as_ref();
    let words = |quantities: Option<&BTreeMap<String, Quantity>>| {
        let quantities = quantities.into_iter().flatten();
        let words = quantities.map(|(name, quantity)| match name.as_str() {
            "cpu" => format!("{} CPU", quantity.0),
            "memory" => format!("{} memory", quantity.0),
            other => format!("{} {other}", quantity.0),
        });
        words.collect::<Vec<_>>()
    };
    let limits = words(resources.and_then(|resources| resources.limits.as_ref()));
    let requests = words(resources.and_then(|resources| resources.requests.as_ref()));
    let note = match &requests[..] {
        [] => "it reserves nothing".to_owned(),
        requests => format!("it reserves {}", list(requests, "resource", "resources")),
    };
    match &limits[..] {
        [] => ("What the node has".to_owned(), format!("no limit is set; {note}")),
        limits => (list(limits, "resource", "resources"), note),
    }
}
