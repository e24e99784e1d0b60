//! What a pod's containers need while they start, and which container serves it only later: what the rules about
//! start-up deadlocks share.
//!
//! Source: kubernetes.io, "Init Containers", "Sidecar Containers": each entry of `initContainers` must be done, or
//! started, before the next one begins, and all of them before the app containers.

use crate::catalog::{FieldPath, InitTask, Relation, image_base_name};
use crate::facts::lifecycle::{Check, ProbeKind, probes};
use crate::facts::network::LocalPort;
use crate::facts::{Facts, PodFacts, scene::Scene};
use crate::topology::{ContainerKind, NodeIndex, Pod, State, service_ports};

/// Something that a container needs before it may go on, and that only a later container serves.
pub(super) struct Early {
    /// The init container or sidecar that needs it.
    pub from: usize,
    /// The container that serves it, later.
    pub to: usize,
    /// The address: `localhost:5432`, or that of the pod's own Service.
    pub address: String,
    /// Whether the startup probe asks; else the container itself does.
    pub is_probed: bool,
    /// Whether it waits for it; else it works with it.
    pub waits: bool,
    /// Whether waiting for it is all that shows; else it may do without.
    pub is_sure: bool,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// All of it, one a pair of containers.
pub(super) fn needs(scene: &Scene, facts: &Facts) -> Vec<Early> {
    let (Some(pod), Some(found)) = (scene.node().pod.as_deref(), facts.of(scene.index)) else {
        return Vec::new();
    };
    let mut needs: Vec<Early> = Vec::new();
    for from in 0..pod.containers.len() {
        match pod.containers[from].kind {
            ContainerKind::Init => {
                needs.extend(on_localhost(scene, pod, found, from));
                needs.extend(on_own_service(scene, pod, found, from));
            }
            ContainerKind::Sidecar => needs.extend(probed(scene, pod, found, from)),
            ContainerKind::App | ContainerKind::Ephemeral => {}
        }
    }
    let mut seen = Vec::new();
    for need in needs.iter_mut().filter(|need| !need.is_probed) {
        need.is_sure &= !counts_tries(pod, need.from);
    }
    needs.retain(|need| {
        let is_new = !seen.contains(&(need.from, need.to));
        seen.push((need.from, need.to));
        is_new
    });
    needs
}

/// An address on localhost that an init container waits for, or works with.
fn on_localhost(scene: &Scene, pod: &Pod, found: &PodFacts, from: usize) -> Vec<Early> {
    if pod.spec.host_network == Some(true) || goes_on(pod, from) {
        return Vec::new();
    }
    let prepares = found.patterns.parts[from].prepares.as_ref();
    let mut ports = waited_port(scene, pod, found, from).into_iter().collect::<Vec<_>>();
    let named = found.network.unresolved_localhost.iter().chain(&found.network.self_references);
    for one in named.filter(|one| one.from == from) {
        let place = place(scene, pod, from, one);
        let is_sure = match (prepares.map(|prepares| prepares.task), place) {
            (Some(InitTask::WaitFor), Place::Command) => true,
            // A script that waits for another host may have this address for other reasons.
            (Some(InitTask::WaitFor), Place::Variable) if prepares.is_some_and(|one| one.what.is_none()) => {
                true
            }
            (Some(InitTask::Migrate), Place::Command) => true,
            (Some(InitTask::Migrate), Place::Variable) => false,
            (None | Some(InitTask::Fetch), Place::Command) => false,
            // What copies or renders files only carries addresses along.
            _ => continue,
        };
        ports.push((one.port, is_sure, one.field.clone(), one.declared_by));
    }
    let needs = ports.into_iter().filter_map(|(port, is_sure, field, declared_by)| {
        let to = server(scene, pod, found, port).filter(|&to| starts_after(pod, to, from))?;
        let migrates = prepares.is_some_and(|prepares| prepares.task == InitTask::Migrate);
        let is_sure = is_sure || (migrates && found.patterns.parts[to].keeps_data);
        Some(Early {
            from,
            to,
            address: format!("localhost:{port}"),
            is_probed: false,
            waits: !migrates,
            is_sure,
            field,
            declared_by,
        })
    });
    needs.collect()
}

/// Where an address stands.
enum Place {
    Command,
    Variable,
    Elsewhere,
}

fn place(scene: &Scene, pod: &Pod, from: usize, local: &LocalPort) -> Place {
    let path = &pod.containers[from].path;
    let is_in = |key: &str| local.declared_by == scene.index && local.field.is_within(&path.key(key));
    // Of a ConfigMap, keys that are spelled as variables; files are rather for the app.
    let field = local.field.to_string();
    let is_variable =
        |key: &str| key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let is_in_map = local.declared_by != scene.index && field.strip_prefix("data.").is_some_and(is_variable);
    if is_in("command") || is_in("args") {
        Place::Command
    } else if is_in("env") || is_in_map {
        Place::Variable
    } else {
        Place::Elsewhere
    }
}

/// The port on localhost for which a script waits; where it names none, the usual one of its program.
fn waited_port(
    scene: &Scene,
    pod: &Pod,
    found: &PodFacts,
    from: usize,
) -> Option<(i32, bool, FieldPath, NodeIndex)> {
    let prepares = found.patterns.parts[from].prepares.as_ref()?;
    let what = prepares.what.as_ref().filter(|_| prepares.task == InitTask::WaitFor)?;
    let (host, port) = what.split_once(':').unwrap_or((what, ""));
    if !matches!(host, "localhost" | "127.0.0.1") {
        return None;
    }
    let port = match port {
        "" => {
            let image = image_base_name(&pod.containers[from].image);
            i32::from(*scene.catalog.ports().of_image(image).first()?)
        }
        port => port.parse().ok()?,
    };
    Some((port, true, prepares.field.clone(), scene.index))
}

/// A Service that sends its traffic to this very pod alone, and for which an init container waits. Numbered pods may
/// wait for one another, and a name may be known before anything answers.
fn on_own_service(scene: &Scene, pod: &Pod, found: &PodFacts, from: usize) -> Option<Early> {
    let prepares = found.patterns.parts[from].prepares.as_ref()?;
    if prepares.task != InitTask::WaitFor || goes_on(pod, from) || scene.is("apps", "StatefulSet") {
        return None;
    }
    let (host, port) = prepares.what.as_ref()?.split_once(':')?;
    let port: i64 = port.parse().ok()?;
    let mut labels = host.split('.');
    let name = labels.next()?;
    let namespace = labels.next().unwrap_or(&scene.object.identity.namespace);
    let mut identity = scene.object.identity.sibling("", "Service", name);
    identity.namespace = namespace.into();
    let service = scene.topology.find(&identity)?;
    let object = scene.topology.nodes[service].object.as_deref()?;
    let mut selected = scene.topology.from(service).filter(|edge| edge.relation == Relation::Selects);
    if scene.topology.nodes[service].state != State::Present || !selected.all(|edge| edge.to == scene.index) {
        return None;
    }
    let ports = service_ports(&object.value, pod);
    let target = ports.iter().find(|one| one.port == port)?.target.as_ref().ok()?;
    let declares = |at: &usize| {
        let ports = pod.containers[*at].spec.ports.iter().flatten();
        ports.map(|port| i64::from(port.container_port)).any(|port| port == *target)
    };
    let to = (0..pod.containers.len()).find(|at| declares(at) && starts_after(pod, *at, from))?;
    let (address, field) = (format!("{host}:{port}"), prepares.field.clone());
    Some(Early {
        from,
        to,
        address,
        is_probed: false,
        waits: true,
        is_sure: true,
        field,
        declared_by: scene.index,
    })
}

/// A startup probe of a sidecar that asks a port which only a later container has: all containers share one address.
fn probed(scene: &Scene, pod: &Pod, found: &PodFacts, from: usize) -> Option<Early> {
    let container = &pod.containers[from];
    let probe = probes(container).into_iter().find(|probe| probe.kind == ProbeKind::Startup)?;
    let (Check::Http { port, .. } | Check::Tcp { port } | Check::Grpc { port }) = &probe.check else {
        return None;
    };
    let port: i32 = port.parse().ok()?;
    let declares = |at: usize| {
        pod.containers[at].spec.ports.iter().flatten().any(|declared| declared.container_port == port)
    };
    if declares(from) || found.patterns.parts[from].listens.contains(&port) {
        return None;
    }
    let to = (0..pod.containers.len()).find(|&at| declares(at) && starts_after(pod, at, from))?;
    let field = container.path.key("startupProbe");
    let address = format!("port {port}");
    Some(Early {
        from,
        to,
        address,
        is_probed: true,
        waits: true,
        is_sure: true,
        field,
        declared_by: scene.index,
    })
}

/// The container that serves a port: one that declares it, else one that says that it listens, else the only one whose
/// image listens there as it comes. A container that starts before counts as well.
fn server(scene: &Scene, pod: &Pod, found: &PodFacts, port: i32) -> Option<usize> {
    let lasts = |at: &usize| matches!(pod.containers[*at].kind, ContainerKind::App | ContainerKind::Sidecar);
    let declares = |at: &usize| {
        pod.containers[*at].spec.ports.iter().flatten().any(|declared| declared.container_port == port)
    };
    let says = |at: &usize| found.patterns.parts[*at].listens.contains(&port);
    let comes = |at: &usize| {
        let ports = scene.catalog.ports().of_image(image_base_name(&pod.containers[*at].image));
        ports.iter().any(|usual| i32::from(*usual) == port)
    };
    let all = || (0..pod.containers.len()).filter(lasts);
    all().find(declares).or_else(|| all().find(says)).or_else(|| all().find(comes))
}

fn starts_after(pod: &Pod, later: usize, earlier: usize) -> bool {
    match pod.containers[later].kind {
        ContainerKind::App => true,
        ContainerKind::Sidecar => later > earlier,
        ContainerKind::Init | ContainerKind::Ephemeral => false,
    }
}

/// Whether a script starts something itself, or goes on all the same.
fn goes_on(pod: &Pod, at: usize) -> bool {
    let script = script(pod, at);
    let ways = ["|| true", "|| :", "|| exit 0", "|| echo", "; true", " & ", "&\n", "pg_ctl"];
    script.trim_end().ends_with('&') || ways.iter().any(|way| script.contains(way))
}

/// Whether a script counts its tries, and may do without in the end.
fn counts_tries(pod: &Pod, at: usize) -> bool {
    let script = script(pod, at);
    let words: Vec<&str> = script.split_whitespace().collect();
    let is_for = |words: &[&str]| words[0] == "for" && (words[2] == "in" || words[1].starts_with("(("));
    let signs = ["-lt", "-gt", "-le", "-ge", "-eq", "timeout"];
    words.windows(3).any(is_for) || words.iter().any(|word| signs.contains(word))
}

fn script(pod: &Pod, at: usize) -> String {
    let spec = &pod.containers[at].spec;
    let words = spec.command.iter().chain(&spec.args).flatten();
    words.map(String::as_str).collect::<Vec<_>>().join(" ")
}
