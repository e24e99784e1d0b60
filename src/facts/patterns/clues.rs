//! The clues that a pod's manifest gives on the part that each container plays: image, ports, addresses, volumes, names.

use crate::catalog::{FieldPath, ImageClass, ImagePart, Relation, image_base_name};
use crate::facts::network::{Listener, Localhost};
use crate::facts::scene::Scene;
use crate::facts::storage::{Access, Mount, VolumeUse};
use crate::topology::address::outside;
use crate::topology::{
    Container, ContainerKind, LocalAddress, NodeIndex, Pod, expand_in_shell, service_ports,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the manifest of a pod says about its containers.
pub(super) struct Clues<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The name of the workload.
    pub workload: &'a str,
    /// What is known of each container.
    pub containers: Vec<Clue<'a>>,
    /// Who talks to whom over localhost.
    pub calls: Vec<Localhost>,
    /// Who mounts which volume.
    pub volumes: &'a [VolumeUse],
    /// Of each container, by their indexes: the calls it makes, the calls to it, the volumes it mounts.
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    mounted: Vec<BTreeSet<usize>>,
    /// Of each volume: the containers that run as long as the pod and mount it, and those of them that may write.
    users: Vec<BTreeSet<usize>>,
    writers: Vec<BTreeSet<usize>>,
    /// Of each volume: all containers that may write.
    written: Vec<BTreeSet<usize>>,
    /// Of each container: the port on which it shows metrics.
    metrics: Vec<Option<i32>>,
}

/// What is known of one container.
pub(super) struct Clue<'a> {
    /// The container.
    pub container: &'a Container,
    /// The class of its image.
    pub class: Option<&'a ImageClass>,
    /// The last part of its image's repository.
    pub base: &'a str,
    /// Its environment, command and arguments, each with its field.
    pub texts: Vec<(FieldPath, String)>,
    /// The ports it declares, or says that it listens on.
    pub listens: BTreeSet<i32>,
    /// The Services that send traffic to one of its ports.
    pub services: Vec<NodeIndex>,
    /// The addresses outside of the pod that it names, each with its field.
    pub remotes: Vec<(FieldPath, String)>,
}

impl<'a> Clues<'a> {
    /// Collects the clues; `calls` are those that declared ports show.
    pub fn new(scene: &Scene<'a>, pod: &'a Pod, volumes: &'a [VolumeUse], calls: &[Localhost]) -> Clues<'a> {
        let mut containers: Vec<Clue> =
            pod.containers.iter().enumerate().map(|(index, one)| Clue::new(scene, index, one)).collect();
        let edges = scene.to(Relation::Selects).filter_map(|edge| {
            let service = scene.topology.nodes[edge.from].object.as_deref()?;
            (&*service.identity.kind == "Service").then_some((edge.from, service))
        });
        for (index, service) in edges {
            let ports = service_ports(&service.value, pod);
            let targets: Vec<i64> = ports.into_iter().filter_map(|port| port.target.ok()).collect();
            for clue in containers.iter_mut().filter(|clue| clue.runs()) {
                if targets.iter().any(|target| clue.listens.iter().any(|port| i64::from(*port) == *target)) {
                    clue.services.push(index);
                }
            }
        }
        let workload = &*scene.node().identity.name;
        let calls = more_calls(scene, pod, &containers, calls);
        let number = containers.len();
        let (mut outgoing, mut incoming) = (vec![Vec::new(); number], vec![Vec::new(); number]);
        for (index, call) in calls.iter().enumerate() {
            outgoing[call.from].push(index);
            incoming[call.to].push(index);
        }
        let mut mounted = vec![BTreeSet::new(); number];
        let (mut users, mut writers, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for (index, usage) in volumes.iter().enumerate() {
            usage.mounts.iter().for_each(|mount| {
                mounted[mount.container].insert(index);
            });
            let running = || usage.mounts.iter().filter(|mount| containers[mount.container].runs());
            let may_write = |mount: &&Mount| mount.access == Access::ReadWrite;
            users.push(running().map(|mount| mount.container).collect());
            let all = usage.mounts.iter().filter(may_write);
            written.push(all.map(|mount| mount.container).collect());
            writers.push(running().filter(may_write).map(|mount| mount.container).collect());
        }
        let annotated = pod.annotations.get("prometheus.io/port").and_then(|port| port.parse().ok());
        let metrics = containers.iter().map(|clue| clue.metrics_port(annotated)).collect();
        Clues {
            pod,
            workload,
            containers,
            calls,
            volumes,
            outgoing,
            incoming,
            mounted,
            users,
            writers,
            written,
            metrics,
        }
    }

    /// The calls of others to this container on localhost; those of containers that run as long as the pod first.
    pub fn callers(&self, me: usize) -> impl Iterator<Item = &Localhost> {
        let of = move |runs: bool| {
            let mine = self.incoming[me].iter().map(|&call| &self.calls[call]);
            mine.filter(move |call| self.containers[call.from].runs() == runs)
        };
        of(true).chain(of(false))
    }

    /// The calls of this container on localhost.
    pub fn calls_of(&self, me: usize) -> impl Iterator<Item = &Localhost> {
        self.outgoing[me].iter().map(|&call| &self.calls[call])
    }

    /// Whether the workload is called after this container or its image.
    pub fn bears_the_name(&self, me: usize) -> bool {
        let clue = &self.containers[me];
        clue.container.name == self.workload || clue.base == self.workload
    }

    /// A volume that this container only reads and another running one writes: the volume and the writer. A volume
    /// that `preferred` writes counts before others.
    pub fn reads_what_others_write(
        &self,
        me: usize,
        preferred: Option<usize>,
    ) -> Option<(&VolumeUse, usize)> {
        let read = || self.mounted[me].iter().copied().filter(|&volume| !self.written[volume].contains(&me));
        let by_preferred = preferred.and_then(|preferred| {
            let volume = read().find(|&volume| self.writers[volume].contains(&preferred))?;
            Some((volume, preferred))
        });
        let by_any = || read().find_map(|volume| Some((volume, self.writers[volume].first().copied()?)));
        let (volume, writer) = by_preferred.or_else(by_any)?;
        Some((&self.volumes[volume], writer))
    }

    /// A volume that this container and another running one mount, and one of them may write.
    pub fn shares_files(&self, me: usize) -> Option<(&VolumeUse, usize)> {
        self.mounted[me].iter().find_map(|&volume| {
            let other = self.users[volume].iter().copied().find(|other| *other != me)?;
            (!self.writers[volume].is_empty()).then_some((&self.volumes[volume], other))
        })
    }

    /// Where a container mounts a volume.
    pub fn mount(&self, me: usize, volume: &str) -> FieldPath {
        let container = self.containers[me].container;
        let mounts = container.spec.volume_mounts.iter().flatten();
        match mounts.enumerate().find(|(_, mount)| mount.name == volume) {
            Some((index, _)) => container.path.key("volumeMounts").named_item(index, volume),
            None => container.path.key("volumeDevices"),
        }
    }

    /// The port on which this container shows metrics, as far as its name, number or the pod's annotations say so.
    pub fn metrics_port(&self, me: usize) -> Option<i32> {
        self.metrics[me]
    }

    /// Whether another container shows metrics too.
    pub fn others_show_metrics(&self, me: usize) -> bool {
        let all = self.metrics.iter().flatten().take(2).count();
        all > usize::from(self.metrics[me].is_some())
    }
}

impl<'a> Clue<'a> {
    fn new(scene: &Scene<'a>, index: usize, container: &'a Container) -> Clue<'a> {
        let texts = texts(container);
        let declared = container.spec.ports.iter().flatten().map(|port| port.container_port);
        let local = scene.topology.local_addresses(scene.index).iter();
        let said = local.filter(|one| one.listens && one.container == index).map(|one| i32::from(one.port));
        let remotes = texts
            .iter()
            .flat_map(|(field, text)| outside(text).into_iter().map(|host| (field.clone(), host)));
        Clue {
            container,
            class: scene.catalog.image(&container.image),
            base: image_base_name(&container.image),
            listens: declared.chain(said).collect(),
            services: Vec::new(),
            remotes: remotes.collect(),
            texts,
        }
    }

    fn metrics_port(&self, annotated: Option<i32>) -> Option<i32> {
        let shows = |name: Option<&str>, port: i32| {
            name.is_some_and(|name| name.contains("metrics") || name.starts_with("prom"))
                || (9100..=9999).contains(&port)
                || annotated == Some(port)
        };
        let mut ports = self.container.spec.ports.iter().flatten();
        ports.find(|port| shows(port.name.as_deref(), port.container_port)).map(|port| port.container_port)
    }

    /// Whether it runs as long as the pod.
    pub fn runs(&self) -> bool {
        matches!(self.container.kind, ContainerKind::App | ContainerKind::Sidecar)
    }

    /// What its image says that it does.
    pub fn part(&self) -> Option<ImagePart> {
        self.class.map(|class| class.part)
    }

    /// Whether it is a program that keeps data.
    pub fn keeps_data(&self) -> bool {
        // A client of a database is often run from the database's own image.
        let is_client = self.container.spec.command.as_ref().is_some_and(|command| {
            let shell = ["sh", "/bin/sh", "bash", "/bin/bash"];
            command.first().is_some_and(|first| shell.contains(&first.as_str()))
                && self.container.spec.ports.as_ref().is_none_or(Vec::is_empty)
        });
        self.part() == Some(ImagePart::Store) && !is_client
    }

    /// The words of its name and of its image's name.
    pub fn words(&self) -> BTreeSet<String> {
        let names = [self.container.name.as_str(), self.base];
        let words = names.iter().flat_map(|name| name.split(['-', '_', '.']));
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
    }
}

/// What a container says in its environment, command and arguments, with the field of each; `$(NAME)` of its own
/// environment is filled in.
fn texts(container: &Container) -> Vec<(FieldPath, String)> {
    let path = container.path.key("env");
    let variables = container.spec.env.iter().flatten().enumerate();
    let env: Vec<(FieldPath, String)> = variables
        .filter_map(|(index, variable)| {
            let value = variable.value.clone()?;
            Some((path.named_item(index, &variable.name).key("value"), value))
        })
        .collect();
    let values: BTreeMap<&str, &str> = container
        .spec
        .env
        .iter()
        .flatten()
        .filter_map(|variable| Some((variable.name.as_str(), variable.value.as_deref()?)))
        .collect();
    let known = |name: &str| values.get(name).map(|value| (*value).to_owned());
    let list = |key: &str, items: &Option<Vec<String>>| {
        let path = container.path.key(key);
        let items = items.iter().flatten().enumerate();
        items
            .map(|(index, text)| (path.named_item(index, ""), expand_in_shell(text, known)))
            .collect::<Vec<_>>()
    };
    let (command, args) = (list("command", &container.spec.command), list("args", &container.spec.args));
    env.into_iter().chain(command).chain(args).collect()
}

/// The calls that declared ports show, and those to a port that another container says it listens on.
fn more_calls(scene: &Scene, pod: &Pod, containers: &[Clue], calls: &[Localhost]) -> Vec<Localhost> {
    let mut calls = calls.to_vec();
    if pod.spec.host_network == Some(true) && calls.is_empty() && pod.running().count() < 2 {
        return calls;
    }
    let mut known: BTreeSet<(usize, i32)> = calls.iter().map(|call| (call.from, call.port)).collect();
    let mut listening: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (container, clue) in containers.iter().enumerate().filter(|(_, clue)| clue.runs()) {
        clue.listens.iter().for_each(|port| listening.entry(*port).or_default().push(container));
    }
    for LocalAddress { container: from, port, field, declared_by, .. } in
        scene.topology.local_addresses(scene.index).iter().filter(|one| !one.listens)
    {
        let (from, port) = (*from, i32::from(*port));
        let Some(clue) = containers.get(from).filter(|clue| clue.runs()) else { continue };
        let own = clue.container.spec.ports.iter().flatten().any(|own| own.container_port == port);
        let others = listening.get(&port).into_iter().flatten();
        let to = others.copied().find(|other| *other != from).filter(|_| !own);
        if let Some(to) = to.filter(|_| known.insert((from, port))) {
            let (listener, field, declared_by) = (Listener::Said, field.clone(), *declared_by);
            calls.push(Localhost { from, to, port, listener, field, declared_by });
        }
    }
    calls
}
