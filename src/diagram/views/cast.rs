//! How the things of the topology look on a diagram: class, label, note, link, and what tables call them.

use super::Scene;
use super::wording::{self, list, volume_source};
use crate::catalog::{Role, image_base_name};
use crate::diagram::{Class, Id, Node};
use crate::document::Identity;
use crate::facts::ContainerRole;
use crate::facts::storage::VolumeUse;
use crate::model::Subject;
use crate::names::{count, plural};
use crate::topology::{self, CROWD, Container, ContainerKind, HOST, NodeIndex, Pod, State, is_pod_checked};
use std::sync::Arc;

/// A node that is not on a sheet yet, with the words that tables and sentences call it by.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    /// The node; its parent is set when it is drawn.
    pub node: Node,
    /// Its name in tables: `Service web`.
    pub said: String,
}

impl Actor {
    /// A node of the given look.
    pub fn new(id: Id, class: Class, label: &str, note: &str) -> Actor {
        let (label, note) = (label.to_owned(), note.to_owned());
        let said = label.clone();
        Actor { node: Node { id, class, label, note, parent: None, link: None }, said }
    }

    /// The same, called `said` in tables.
    pub fn called(mut self, said: String) -> Actor {
        self.said = said;
        self
    }

    /// The same, leading to a page.
    pub fn linked(mut self, link: Option<Subject>) -> Actor {
        self.node.link = link;
        self
    }

    /// The same with another note.
    pub fn noted(mut self, note: String) -> Actor {
        self.node.note = note;
        self
    }
}

/// The shape of an object.
pub(super) fn class(node: &topology::Node) -> Class {
    match (node.state, node.role) {
        (State::Missing, _) => Class::Missing,
        (State::External, role) if role != Role::Node => Class::External,
        (_, role) => role_class(role, &node.identity.kind),
    }
}

fn role_class(role: Role, kind: &str) -> Class {
    match role {
        Role::Workload if kind == "Pod" => Class::Pod,
        Role::Workload => Class::Workload,
        Role::Route => Class::Route,
        Role::Service => Class::Service,
        Role::Config => Class::Config,
        Role::Secret => Class::Secret,
        Role::Storage => Class::Claim,
        Role::Access => Class::Access,
        Role::Policy => Class::Policy,
        Role::Node => Class::Node,
        Role::Namespace => Class::Namespace,
        Role::Other => Class::Plain,
    }
}

/// The page of an object, if it has one.
pub(super) fn link(node: &topology::Node) -> Option<Subject> {
    (node.state == State::Present).then(|| Subject::Object(node.identity.clone()))
}

/// An object, its kind and how podviz knows of it as the note.
pub(super) fn object(node: &topology::Node) -> Actor {
    let identity = &node.identity;
    let kind = &*identity.kind;
    let note = match node.state {
        State::Present => kind.to_owned(),
        State::Missing => format!("{kind}, not in these manifests"),
        State::Inferred if kind == CROWD => "pods picked by labels".to_owned(),
        State::Inferred => match &node.maker {
            Some(maker) => format!("{kind}, made by {} {}", maker.kind, maker.name),
            None => format!("{kind}, made by Kubernetes"),
        },
        State::External if kind == HOST => "outside the cluster".to_owned(),
        State::External if node.is_ambient => format!("{kind} of the cluster"),
        State::External => format!("{kind}, not in these manifests"),
    };
    let said = if kind == HOST { identity.name.to_string() } else { format!("{kind} {}", identity.name) };
    let said = if node.state == State::Missing { format!("{said} (missing)") } else { said };
    Actor::new(object_id(identity), class(node), &identity.name, &note).called(said).linked(link(node))
}

/// The id of an object.
pub(super) fn object_id(identity: &Identity) -> Id {
    Id::of('n', &[&identity.id()])
}

/// A workload as a box that stands for all its pods: `Deployment: 3 pods of 2 containers`.
pub(super) fn folded_workload(scene: Scene, index: NodeIndex, pod: &Pod) -> Actor {
    let node = &scene.topology.nodes[index];
    let kind = &node.identity.kind;
    let note = match &**kind {
        "Pod" => match scene.topology.alike(index).len() {
            0 => format!("Pod of {}", wording::containers(pod)),
            many => format!("one of {many} Pods alike, each of {}", wording::containers(pod)),
        },
        _ => format!("{kind}: {}", wording::pods_of_containers(scene, index, pod)),
    };
    object(node).noted(note)
}

/// The pod that a workload makes, as a box of its own.
pub(super) fn pod(scene: Scene, index: NodeIndex) -> Actor {
    let node = &scene.topology.nodes[index];
    let identity = &node.identity;
    let (note, said) = match &*identity.kind {
        "Pod" => {
            let note = match scene.topology.alike(index).len() {
                0 => "pod".to_owned(),
                many => format!("one of {many} pods alike"),
            };
            (note, format!("Pod {}", identity.name))
        }
        kind => {
            (format!("{kind}: {}", wording::pods(scene, index)), format!("pod of {kind} {}", identity.name))
        }
    };
    Actor::new(Id::of('p', &[&identity.id()]), Class::Pod, &identity.name, &note)
        .called(said)
        .linked(link(node))
}

/// The id of a container; its place in the pod is part of it only where its name does not tell it from the others.
pub(super) fn container_id(identity: &Identity, pod: &Pod, index: usize) -> Id {
    let Container { name, key, .. } = &pod.containers[index];
    if **key != **name {
        Id::of('c', &[&identity.id(), name, &index.to_string()])
    } else {
        Id::of('c', &[&identity.id(), name])
    }
}

/// The name of a container for people; one without a name is called by its place.
pub(super) fn container_name(pod: &Pod, index: usize) -> String {
    match pod.containers[index].name.as_str() {
        "" => format!("container {} without a name", index + 1),
        name => name.to_owned(),
    }
}

/// The shape of a container.
pub(super) fn container_class(container: &Container) -> Class {
    match container.kind {
        ContainerKind::Init => Class::InitContainer,
        ContainerKind::Sidecar => Class::Sidecar,
        ContainerKind::App | ContainerKind::Ephemeral => Class::Container,
    }
}

/// The page of a container, if it has one.
pub(super) fn container_link(node: &topology::Node, container: &Container) -> Option<Subject> {
    let there = node.state == State::Present;
    there.then(|| Subject::Container(node.identity.clone(), Arc::clone(&container.key)))
}

/// A container: its part, its image and its ports as the note.
pub(super) fn container(
    node: &topology::Node,
    pod: &Pod,
    role: Option<ContainerRole>,
    index: usize,
) -> Actor {
    let container = &pod.containers[index];
    let alone = pod.containers.len() == 1;
    let part = match (container.kind, role) {
        (ContainerKind::App, Some(ContainerRole::Main)) if !alone => "main container",
        (kind, _) => kind.words(),
    };
    let image = image_base_name(&container.image);
    let ports: Vec<String> =
        container.spec.ports.iter().flatten().map(|port| port.container_port.to_string()).collect();
    let ports = match &ports[..] {
        [] => None,
        [port] => Some(format!("port {port}")),
        ports if ports.len() <= 4 => Some(format!("ports {}", list(ports, "port", "ports"))),
        ports => Some(count(ports.len(), "port", "ports")),
    };
    let image = Some(image).filter(|image| !image.is_empty() && *image != container.name);
    let more: Vec<String> = image.map(|image| format!("image {image}")).into_iter().chain(ports).collect();
    let note = if more.is_empty() { part.to_owned() } else { format!("{part}: {}", more.join(", ")) };
    let name = container_name(pod, index);
    let said = format!("{} {name}", container.kind.words());
    Actor::new(container_id(&node.identity, pod, index), container_class(container), &name, &note)
        .called(said)
        .linked(container_link(node, container))
}

/// A volume of a pod: where its files come from as the note.
pub(super) fn volume(node: &topology::Node, pod: &Pod, usage: &VolumeUse) -> Actor {
    let id = volume_id(&node.identity, &usage.name);
    let said = format!("volume {}", usage.name);
    match usage.volume.and_then(|index| pod.volumes.get(index)) {
        Some(volume) => {
            let note = format!("volume: {}", volume_source(volume, node.object.as_deref()));
            Actor::new(id, Class::Volume, &usage.name, &note).called(said)
        }
        None => {
            let (class, note) = if is_pod_checked(&node.identity) {
                (Class::Missing, "volume that the pod does not declare")
            } else {
                (Class::Volume, "volume that is added to the pod")
            };
            Actor::new(id, class, &usage.name, note).called(said)
        }
    }
}

/// The id of a volume.
pub(super) fn volume_id(identity: &Identity, name: &str) -> Id {
    Id::of('v', &[&identity.id(), name])
}

/// The network namespace that the containers of a pod share.
pub(super) fn network(node: &topology::Node, pod: &Pod) -> Actor {
    let host = pod.spec.host_network == Some(true);
    let note = if host { "the node's own addresses and ports" } else { "one IP address, one localhost" };
    let label = if host { "Network of the node" } else { "Network namespace" };
    let said = if host { "the node's network namespace" } else { "one network namespace" };
    Actor::new(Id::of('w', &[&node.identity.id()]), Class::Network, label, note).called(said.to_owned())
}

/// The cluster.
pub(super) fn cluster(environment: &str) -> Actor {
    let link = Some(Subject::Cluster(environment.into()));
    let note = if environment == crate::document::PLAIN_ENVIRONMENT { "" } else { environment };
    Actor::new(Id::of('k', &[environment]), Class::Cluster, "Kubernetes cluster", note)
        .called("the cluster".to_owned())
        .linked(link)
}

/// An application, with more on it as the note.
pub(super) fn application(application: &topology::Application, note: &str) -> Actor {
    let topology::Application { environment, namespace, name, .. } = application;
    let id = Id::of('a', &[environment, namespace, name]);
    Actor::new(id, Class::Application, application.shown(), &format!("application: {note}"))
        .called(format!("application {}", application.shown()))
        .linked(Some(application.key()))
}

/// Several objects of one kind as one box: `14` with the note `ConfigMaps`.
pub(super) fn several(id: Id, class: Class, number: usize, kind: &str, note: &str) -> Actor {
    let label = if number == 1 { format!("1 {kind}") } else { count(number, kind, &plural(kind)) };
    Actor::new(id, class, &label, note).called(label)
}
