//! How a new version replaces the old one, as a sequence with this workload's own numbers of pods.

use super::cast;
use super::sheet::Reason;
use super::tale::Tale;
use super::wording::count_of;
use super::{Budget, Definition, Focus, Of, Scene};
use crate::catalog::FieldPath;
use crate::diagram::{Class, Diagram, Frame, Id, View};
use crate::facts::controller::{Amount, Rollout, StatefulPods, Strategy};
use crate::topology::{Node, NodeIndex};

/// How many pods of a StatefulSet take part one by one.
const MOST_PODS: i64 = 4;

pub(super) static VIEW: Definition = Definition { name: "rollout", of: Of::Pod, budget: Budget::USUAL, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let index: NodeIndex = match *focus {
        Focus::Object(index) | Focus::Container(index, _) => index,
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    let controller = scene.facts.controller(index)?;
    let known = controller.rollout.as_ref()?;
    let rollout = &known.value;
    if rollout.replicas == Some(0) {
        return None;
    }
    let mut update = Update::new(&scene.topology.nodes[index], rollout, &known.field);
    let description = match (&controller.stateful, rollout.strategy) {
        (Some(pods), _) => update.stateful_set(pods),
        (None, Strategy::RollingUpdate) if rollout.replicas.is_none() => {
            let pod = scene.facts.of(index);
            let port = pod.and_then(|pod| controller.port_that_stops_surge(pod));
            update.daemon_set(port.map(|port| port.value))
        }
        (None, Strategy::RollingUpdate) => update.rolling(),
        (None, Strategy::Recreate) => update.recreate(),
        (None, Strategy::OnDelete) => update.on_delete("the pod of a node"),
    };
    let identity = &update.node.identity;
    let title = format!("Update of {} {}", identity.kind, identity.name);
    Some(update.tale.finish(View::Rollout, title, description, scene.budget))
}

/// One update, while it is told.
struct Update<'a> {
    node: &'a Node,
    rollout: &'a Rollout,
    tale: Tale,
    user: Id,
    api: Id,
    /// The field that says how.
    how: Reason,
}

impl<'a> Update<'a> {
    fn new(node: &'a Node, rollout: &'a Rollout, field: &FieldPath) -> Update<'a> {
        let mut tale = Tale::default();
        let named = |letter: char, name: &str| Id::of(letter, &[&node.identity.id(), name]);
        let user = tale.cast(named('u', "user"), Class::Person, "User", "a user", None);
        let api = named('u', "api");
        let api = tale.cast(api, Class::ControlPlane, "Kubernetes API", "the Kubernetes API", None);
        let text = format!("Apply a new version of {} {}", node.identity.kind, node.identity.name);
        tale.call(&user, &api, &text, Reason::none());
        let how = Reason::field(node.object.as_deref(), field);
        Update { node, rollout, tale, user, api, how }
    }

    /// A pod or several, as one participant.
    fn pods(&mut self, label: &str, said: &str) -> Id {
        let id = Id::of('p', &[&self.node.identity.id(), label]);
        self.tale.cast(id, Class::Pod, label, said, cast::link(self.node))
    }

    fn reason(&self) -> Reason {
        self.how.clone()
    }

    /// The old pods and the new ones.
    fn both(&mut self) -> (Id, Id) {
        (self.pods("Old pods", "the old pods"), self.pods("New pods", "the new pods"))
    }

    fn done(&mut self, text: &str) {
        let (user, api) = (self.user.clone(), self.api.clone());
        self.tale.answer(&api, &user, text);
    }

    /// Some at a time, in whole pods.
    fn rolling(&mut self) -> String {
        let (old, new) = self.both();
        let api = self.api.clone();
        let wanted = self.rollout.replicas.unwrap_or_default();
        let (more, fewer) =
            (self.rollout.surge().unwrap_or_default(), self.rollout.unavailable().unwrap_or_default());
        let (least, most) =
            (self.rollout.min_available.unwrap_or_default(), self.rollout.max_total.unwrap_or_default());
        let start = match more {
            1 if wanted == 1 => format!("Start the new pod beside the old one: at most {}", run(most)),
            0 => format!("Start new pods in their place: at most {}", run(most)),
            more => format!("Start new pods, at most {more} more than {wanted}: at most {}", run(most)),
        };
        let left = match least {
            0 => "none has to stay available".to_owned(),
            least => format!("at least {} available", stay(least)),
        };
        let stop = format!("Stop old pods: {left}");
        if fewer > 0 {
            let text = format!("Stop {} at once: {left}", pods(fewer));
            self.tale.call(&api, &old, &text, self.reason());
        }
        let all = if wanted == 1 { "the pod runs".to_owned() } else { format!("all {wanted} pods run") };
        self.tale.open(Frame::Loop, &format!("Until {all} the new version"));
        self.tale.call(&api, &new, &start, self.reason());
        self.tale.answer(&new, &api, "Ready");
        self.tale.call(&api, &old, &stop, self.reason());
        self.tale.answer(&old, &api, "Gone");
        self.tale.close();
        self.done("The new version is rolled out");
        let most = run(most);
        match least {
            0 => format!(
                "At most {most} while the new version replaces the old one; none has to stay available."
            ),
            least => {
                format!(
                    "At least {} available and at most {most} while the new version replaces the old one.",
                    stay(least)
                )
            }
        }
    }

    /// All old ones first.
    fn recreate(&mut self) -> String {
        let (old, new) = self.both();
        let api = self.api.clone();
        let wanted = pods(self.rollout.replicas.unwrap_or_default());
        self.tale.call(&api, &old, &format!("Stop all of them: {wanted}"), self.reason());
        self.tale.answer(&old, &api, "Gone");
        self.tale.note(&[&old, &new], "No pod is available");
        self.tale.call(&api, &new, &format!("Start {wanted}"), self.reason());
        self.tale.answer(&new, &api, "Ready");
        self.done("The new version is rolled out");
        "All old pods stop before new ones start: for a time none is available.".to_owned()
    }

    /// Only when someone deletes a pod.
    fn on_delete(&mut self, which: &str) -> String {
        let (old, new) = self.both();
        let (user, api) = (self.user.clone(), self.api.clone());
        self.tale.note(&[&api, &old], "Nothing changes: the old pods go on");
        self.tale.open(Frame::Loop, &format!("When someone deletes {which}"));
        self.tale.call(&user, &api, "Delete the pod", self.reason());
        self.tale.call(&api, &old, "Stop it", Reason::none());
        self.tale.answer(&old, &api, "Gone");
        self.tale.call(&api, &new, "Start it again with the new version", self.reason());
        self.tale.answer(&new, &api, "Ready");
        self.tale.close();
        "A pod gets the new version only after someone deletes it.".to_owned()
    }

    /// Node by node; without end where the new pod waits for a port of the node that the old one has.
    fn daemon_set(&mut self, blocked: Option<i32>) -> String {
        let (old, new) = self.both();
        let api = self.api.clone();
        let surge = self.rollout.max_surge.clone().filter(|surge| !surge.is_zero());
        let at_once = surge.clone().or_else(|| self.rollout.max_unavailable.clone());
        let at_once = match at_once {
            Some(Amount::Pods(number)) => format!("at most {} at a time", count_of(number, "node", "nodes")),
            Some(Amount::Percent(share)) if share == "100%" => "all at the same time".to_owned(),
            Some(Amount::Percent(share)) => format!("at most {share} of the nodes at a time"),
            None => "node by node".to_owned(),
        };
        self.tale.open(Frame::Loop, &format!("On each node, {at_once}"));
        if let Some(port) = blocked {
            self.tale.call(&api, &new, "Start beside the old pod", self.reason());
            let waits = format!("Waits for port {port} of the node, which the old pod has");
            self.tale.note(&[&old, &new], &waits);
            self.tale.close();
            return format!(
                "The update never ends: the new pod waits for port {port} of the node, which the old one has."
            );
        }
        if surge.is_some() {
            self.tale.call(&api, &new, "Start beside the old pod", self.reason());
            self.tale.answer(&new, &api, "Ready");
            self.tale.call(&api, &old, "Stop", self.reason());
            self.tale.answer(&old, &api, "Gone");
        } else {
            self.tale.call(&api, &old, "Stop", self.reason());
            self.tale.answer(&old, &api, "Gone");
            self.tale.note(&[&old, &new], "The node is without this pod");
            self.tale.call(&api, &new, "Start", self.reason());
            self.tale.answer(&new, &api, "Ready");
        }
        self.tale.close();
        self.done("The new version is rolled out");
        format!("The new version replaces the old one on each node, {at_once}.")
    }

    /// From the highest number down.
    fn stateful_set(&mut self, pods: &StatefulPods) -> String {
        if self.rollout.strategy == Strategy::OnDelete {
            return self.on_delete("a pod");
        }
        let changed = pods.count - pods.kept;
        let at_once = self.rollout.unavailable().unwrap_or(1);
        // The first ones and, behind a gap, the last one.
        let shown: Vec<i64> = match changed {
            all if all <= MOST_PODS + 1 => (0..all).collect(),
            all => (0..MOST_PODS - 1).chain([all - 1]).collect(),
        };
        let place = |down: i64| pods.count - 1 - down;
        let names: Vec<String> = shown.iter().map(|&down| pods.pod_name(place(down))).collect();
        let ids: Vec<Id> = names.iter().map(|pod| self.pods(pod, &format!("pod {pod}"))).collect();
        let kept = self.kept(pods);
        let skipped = changed - i64::try_from(shown.len()).unwrap_or(changed);
        for (position, id) in ids.iter().enumerate() {
            if skipped > 0 && position + 1 == ids.len() {
                let words = count_of(skipped, "more pod", "more pods");
                self.tale.note(&[&self.api.clone(), id], &format!("Then {words} in the same way"));
                let words = count_of(skipped, "pod", "pods");
                self.tale.leave_out(format!("Not drawn one by one: {words} between the first and the last."));
            }
            self.replace(id);
        }
        if at_once > 1 {
            let note = format!("Up to {at_once} at a time where the cluster supports maxUnavailable");
            self.tale.note(&[&self.api.clone()], &note);
        }
        let Some((first, last)) = names.first().zip(names.last()) else {
            self.done("No pod changes");
            return format!("The partition keeps all pods at the old version: {kept}.");
        };
        self.done("The new version is rolled out");
        match changed {
            1 => format!("Only {first} gets the new version: it stops, then it starts again."),
            _ => format!(
                "The pods get the new version from {first} down to {last}: each stops, then starts again."
            ),
        }
    }

    /// One pod of a StatefulSet.
    fn replace(&mut self, id: &Id) {
        let api = self.api.clone();
        self.tale.call(&api, id, "Stop", self.reason());
        self.tale.answer(id, &api, "Gone");
        self.tale.call(&api, id, "Start again with the new version, same name", self.reason());
        self.tale.answer(id, &api, "Ready");
    }

    /// The pods that the partition leaves alone, in words; drawn as one participant.
    fn kept(&mut self, pods: &StatefulPods) -> String {
        let words = match pods.kept {
            0 => return String::new(),
            1 => pods.pod_name(0),
            2 => format!("{} and {}", pods.pod_name(0), pods.pod_name(1)),
            many => format!("{} to {}", pods.pod_name(0), pods.pod_name(many - 1)),
        };
        let id = self.pods(&words, &format!("pods {words}"));
        self.tale.note(&[&id], "Old version stays, because of the partition");
        words
    }
}

fn pods(number: i64) -> String {
    count_of(number, "pod", "pods")
}

fn stay(number: i64) -> String {
    count_of(number, "pod stays", "pods stay")
}

fn run(number: i64) -> String {
    count_of(number, "pod runs", "pods run")
}
