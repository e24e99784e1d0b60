//! The page of one container.

use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, listed, muted, plain, text};
use super::workload::{image, ports, resources, role_words, section, subject};
use super::{Block, Inline, Link, Manifest, Page, Prose, Sort, Table, Target, environment, object};
use crate::catalog::Relation;
use crate::diagram::View;
use crate::diagram::views::{Focus, draw};
use crate::facts::{Access, ContainerRole, PodFacts, Probe, ProbeKind, probes};
use crate::model::Object;
use crate::names::count;
use crate::topology::{Container, ContainerKind, NodeIndex, Pod, service_ports};
use k8s_openapi::api::core::v1 as api;
use std::sync::Arc;

/// The page of a container.
pub fn page(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Option<Page> {
    let (pod, facts) = know.pod(index)?;
    let container = pod.containers.get(position)?;
    let path = know.page(&subject(know, index, container))?.clone();
    let mut crumbs = object::crumbs(know, object);
    let workload = know.page(&crate::model::Subject::Object(object.identity.clone()))?.clone();
    let name = format!("{} ({})", object.identity.name, object.identity.kind);
    crumbs.push(Link { text: name, code: false, to: Target { page: workload, anchor: String::new() } });
    let focus = Focus::Container(index, position);
    let diagram = draw(View::Relationship, &focus, know.topology, know.facts, &Default::default());
    let reads = environment::table(know, index, container).map(Block::Table);
    let sections = [
        section("overview", "At a glance", vec![glance(container)]),
        section(
            "diagram",
            "What it touches",
            diagram.map(|diagram| Block::Diagram(Box::new(diagram))).into_iter().collect(),
        ),
        section("talks-to", "Who reaches it", reached(know, index, pod, position)),
        section("reads", "Environment", reads.into_iter().collect()),
        section("storage", "Files", files(know, index, object, pod, position)),
        section("lifecycle", "Start, health, and end", lifecycle(know, object, container, facts)),
        section("containers", "Its siblings", siblings(know, index, pod, position)),
        section("source", "Its lines of the manifest", vec![lines(object, container)]),
    ];
    Some(Page {
        path,
        sort: Sort::Container,
        title: container.key.to_string(),
        kicker: role_words(container.kind, facts.roles[position]).to_owned(),
        crumbs,
        children: Vec::new(),
        source: Some(know.line(object, container.line)),
        lead: vec![lead(know, index, object, position)],
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        keywords: vec![container.image.clone()],
        namespace: object.identity.namespace.to_string(),
    })
}

/// A link to the page of a container.
pub fn link(know: &Knowledge, index: NodeIndex, container: &Container) -> Option<Link> {
    let page = know.page(&subject(know, index, container))?.clone();
    Some(Link { text: container.key.to_string(), code: true, to: Target { page, anchor: String::new() } })
}

/// How a container's role is called in a table.
pub fn role(know: &Knowledge, index: NodeIndex, position: usize) -> String {
    let Some((pod, facts)) = know.pod(index) else { return String::new() };
    role_words(pod.containers[position].kind, facts.roles[position]).to_owned()
}

/// The role sentence.
fn lead(know: &Knowledge, index: NodeIndex, object: &Object, position: usize) -> Prose {
    let Some((pod, facts)) = know.pod(index) else { return Prose::new() };
    let container = &pod.containers[position];
    let workload = concat(vec![plain(format!("{} ", object.identity.kind)), vec![know.name(index)]]);
    let opening = match (container.kind, facts.roles[position]) {
        (ContainerKind::Init, _) => plain(
            "Runs to completion before the app containers and every later init container, each time a pod of ",
        ),
        (ContainerKind::Sidecar, _) => plain(
            "A sidecar: it starts before the app containers and runs as long as they do, in each pod of ",
        ),
        (ContainerKind::Ephemeral, _) => {
            plain("An ephemeral container, added to look into a running pod of ")
        }
        (ContainerKind::App, ContainerRole::Main) if pod.apps().count() == 1 && pod.containers.len() == 1 => {
            plain("The only container of ")
        }
        (ContainerKind::App, ContainerRole::Main) => plain("The main container of "),
        (ContainerKind::App, ContainerRole::Helper) => {
            plain("Runs beside the main container in each pod of ")
        }
        (ContainerKind::App, ContainerRole::Peer) => plain(format!(
            "One of {} that run side by side in each pod of ",
            count(pod.apps().count(), "container", "containers")
        )),
    };
    let closing = if container.kind == ContainerKind::Init { " starts." } else { "." };
    let mut prose = concat(vec![opening, workload, plain(closing)]);
    let services = served(know, index, pod, position);
    if !services.is_empty() {
        let services = services.into_iter().map(|(service, ports)| {
            concat(vec![know.mention(service, &object.identity), plain(format!(" on port {ports}"))])
        });
        prose.extend(concat(vec![
            plain(" It gets traffic from "),
            listed(services.collect(), 4),
            plain("."),
        ]));
    }
    let before: Vec<Prose> = facts
        .start_order
        .iter()
        .take_while(|phase| !phase.contains(&position))
        .flatten()
        .map(|&earlier| {
            let word = if pod.containers[earlier].kind == ContainerKind::Init {
                " has finished"
            } else {
                " has started"
            };
            vec![know.container(index, earlier), text(word)]
        })
        .collect();
    if !before.is_empty() {
        prose.extend(concat(vec![plain(" It starts after "), listed(before, 4), plain(".")]));
    }
    prose
}

/// The Services that lead to a port which the container declares, each with its ports.
fn served(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<(NodeIndex, String)> {
    let container = &pod.containers[position];
    let declared: Vec<i64> =
        container.spec.ports.iter().flatten().map(|port| i64::from(port.container_port)).collect();
    // A lone container is the only one that can listen, declared or not.
    let alone = pod.running().count() == 1 && container.kind == ContainerKind::App;
    let mut services = Vec::new();
    for edge in know.topology.to(index).filter(|edge| edge.relation == Relation::Selects) {
        let Some(service) = know
            .node(edge.from)
            .object
            .as_ref()
            .filter(|_| &*know.node(edge.from).identity.kind == "Service")
        else {
            continue;
        };
        let ports = service_ports(&service.value, pod).into_iter();
        let ports =
            ports.filter(|port| port.target.as_ref().is_ok_and(|target| alone || declared.contains(target)));
        let mut ports: Vec<String> = ports.map(|port| port.port.to_string()).collect();
        ports.dedup();
        if !ports.is_empty() {
            services.push((
                edge.from,
                super::prose::words(&joined(ports.into_iter().map(plain).collect(), "and")),
            ));
        }
    }
    services.dedup();
    services
}

fn glance(container: &Container) -> Block {
    let words = |list: &Option<Vec<String>>| {
        list.as_ref().filter(|list| !list.is_empty()).map(|list| vec![code(list.join(" "))])
    };
    let mut facts = vec![("Image".to_owned(), image(container))];
    facts.extend(super::images::parts(&container.image));
    let command = words(&container.spec.command).unwrap_or_else(|| vec![muted("the image's own")]);
    facts.push(("Command".to_owned(), command));
    if let Some(args) = words(&container.spec.args) {
        facts.push(("Arguments".to_owned(), args));
    }
    if let Some(folder) = &container.spec.working_dir {
        facts.push(("Working folder".to_owned(), vec![code(folder)]));
    }
    facts.push(("Ports".to_owned(), ports(container)));
    facts.push(("Reserves".to_owned(), resources(container, |set| set.requests.as_ref(), "nothing")));
    facts.push((
        "May use at most".to_owned(),
        resources(container, |set| set.limits.as_ref(), "what the node has to spare"),
    ));
    facts.push(("Image is pulled".to_owned(), vec![code(pull_policy(container))]));
    Block::Facts(facts)
}

/// The pull policy, with Kubernetes' default: `Always` for `latest` or no tag, else `IfNotPresent`.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_Container`.
fn pull_policy(container: &Container) -> String {
    let image = super::images::Image::read(&container.image);
    let latest = image.digest.is_none() && image.tag.as_deref().is_none_or(|tag| tag == "latest");
    let default = if latest { "Always" } else { "IfNotPresent" };
    container.spec.image_pull_policy.clone().unwrap_or_else(|| default.to_owned())
}

fn reached(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<Block> {
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    for (service, ports) in served(know, index, pod, position) {
        items.push(concat(vec![
            know.mention(service, near),
            plain(format!(" sends it traffic on port {ports}.")),
        ]));
    }
    for call in know.facts.of(index).iter().flat_map(|facts| &facts.localhost) {
        let address = code(format!("localhost:{}", call.port));
        let source = know.node(index).object.as_deref().map(|object| know.source(object, &call.field));
        let mut prose = match (call.from == position, call.to == position) {
            (true, _) => {
                vec![text("It reaches "), know.container(index, call.to), text(" at "), address, text(". ")]
            }
            (_, true) => vec![know.container(index, call.from), text(" reaches it at "), address, text(". ")],
            _ => continue,
        };
        prose.extend(source);
        items.push(prose);
    }
    if items.is_empty() && pod.containers[position].kind != ContainerKind::Init {
        items.push(plain("No Service in these manifests leads to a port of this container."));
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

fn files(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let mut rows = Vec::new();
    for usage in &facts.volumes {
        for mount in usage.mounts.iter().filter(|mount| mount.container == position) {
            let what = match usage.volume.map(|volume| &pod.volumes[volume]) {
                Some(volume) => super::volume::volume_words(know, index, object, volume),
                None => vec![Inline::Strong("not declared in the pod".to_owned())],
            };
            let access = if mount.access == Access::ReadOnly { "may read" } else { "may read and write" };
            let mut volume = vec![code(&usage.name)];
            volume.extend(mount.sub_path.iter().flat_map(|part| [text(", only "), code(part)]));
            rows.push(vec![vec![code(&mount.path)], volume, what, plain(access)]);
        }
    }
    if rows.is_empty() {
        let security = pod.containers[position].spec.security_context.as_ref();
        let read_only = security.is_some_and(|security| security.read_only_root_filesystem == Some(true));
        let words = if read_only {
            "It mounts no volume, and its root file system is read-only: it cannot write files."
        } else {
            "It mounts no volume: what it writes is gone when it restarts."
        };
        return vec![Block::Paragraph(plain(words))];
    }
    let head = ["Path", "Volume", "What it is", "Access"].map(str::to_owned).to_vec();
    let caption = format!("Volumes that {} mounts", pod.containers[position].key);
    vec![Block::Table(Table { caption, head, rows })]
}

fn lifecycle(know: &Knowledge, object: &Object, container: &Container, facts: &PodFacts) -> Vec<Block> {
    let (grace_s, restart_policy) = (facts.grace_s, facts.restart_policy.as_str());
    let mut items: Vec<Prose> = Vec::new();
    for probe in probes(container) {
        let source = know.source(object, &container.path.key(probe.kind.field()));
        items.push(concat(vec![probe_sentence(&probe, restart_policy), plain(" "), vec![source]]));
    }
    if items.is_empty() && matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        let then = match restart_policy {
            "Never" => "and does not start it again when that ends",
            "OnFailure" => "and starts it again only when that fails",
            _ => "and starts it again only when that ends",
        };
        items.push(plain(format!(
            "It has no probes: Kubernetes takes it as ready once its process runs, {then}."
        )));
    }
    let hooks = container.spec.lifecycle.as_ref();
    for (name, hook, words) in [
        (
            "postStart",
            hooks.and_then(|hooks| hooks.post_start.as_ref()),
            "Right after it starts, Kubernetes runs ",
        ),
        (
            "preStop",
            hooks.and_then(|hooks| hooks.pre_stop.as_ref()),
            "Before SIGTERM, within the grace period, Kubernetes runs ",
        ),
    ] {
        if let Some(hook) = hook {
            let source = know.source(object, &container.path.key("lifecycle").key(name));
            items.push(concat(vec![plain(words), hook_words(hook), plain(". "), vec![source]]));
        }
    }
    if matches!(container.kind, ContainerKind::App | ContainerKind::Sidecar) {
        let time = count(usize::try_from(grace_s).unwrap_or(0), "second", "seconds");
        items.push(plain(format!("When its pod is deleted, it has {time} to end before it is killed.")));
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List { ordered: false, items }] }
}

fn probe_sentence(probe: &Probe, restart_policy: &str) -> Prose {
    let then =
        if restart_policy == "Never" { "killed, and not started again" } else { "killed and started again" };
    let every = format!(" every {}", seconds(probe.period_s));
    let tries = count(usize::try_from(probe.failures).unwrap_or(0), "failed try", "failed tries in a row");
    let effect = match probe.kind {
        ProbeKind::Startup => format!(
            " until it succeeds; the other probes wait for that. After {tries} the container is {then}."
        ),
        ProbeKind::Readiness => {
            format!("; after {tries} this pod gets no new traffic until it succeeds again.")
        }
        ProbeKind::Liveness => format!("; after {tries} the container is {then}."),
    };
    let delay = if probe.delay_s > 0 {
        format!(", first after about {}", seconds(probe.delay_s))
    } else {
        String::new()
    };
    let opening = match probe.kind {
        ProbeKind::Startup => "Startup: Kubernetes tries ",
        ProbeKind::Readiness => "Readiness: Kubernetes tries ",
        ProbeKind::Liveness => "Liveness: Kubernetes tries ",
    };
    concat(vec![plain(opening), vec![code(probe.check.words())], plain(format!("{every}{delay}{effect}"))])
}

fn seconds(number: i32) -> String {
    if number == 1 { "second".to_owned() } else { format!("{number} s") }
}

fn hook_words(hook: &api::LifecycleHandler) -> Prose {
    if let Some(exec) = &hook.exec {
        return vec![code(exec.command.clone().unwrap_or_default().join(" "))];
    }
    if let Some(http) = &hook.http_get {
        let path = http.path.clone().unwrap_or_else(|| "/".to_owned());
        return vec![code(format!("GET {path}")), text(" on port "), code(crate::facts::port(&http.port))];
    }
    match &hook.sleep {
        Some(sleep) => plain(format!("a sleep of {} s", sleep.seconds)),
        None => plain("nothing"),
    }
}

/// Which volumes it shares, and with whom.
fn shared_files(know: &Knowledge, index: NodeIndex, position: usize) -> Vec<Prose> {
    let volumes = know.facts.of(index).map(|facts| facts.volumes.as_slice()).unwrap_or_default().iter();
    let mine = volumes.filter(|usage| usage.mounts.iter().any(|mount| mount.container == position));
    let sentences = mine.filter_map(|usage| {
        let mut others: Vec<usize> = usage.mounts.iter().map(|mount| mount.container).collect();
        others.retain(|other| *other != position);
        others.dedup();
        let others: Vec<Prose> = others.into_iter().map(|other| vec![know.container(index, other)]).collect();
        let sentence = vec![
            plain("It shares volume "),
            vec![code(&usage.name)],
            plain(" with "),
            listed(others.clone(), 6),
            plain("."),
        ];
        (!others.is_empty()).then(|| concat(sentence))
    });
    let sentences: Vec<Prose> = sentences.collect();
    if sentences.is_empty() { vec![plain("It shares no files with them.")] } else { sentences }
}

fn siblings(know: &Knowledge, index: NodeIndex, pod: &Pod, position: usize) -> Vec<Block> {
    let container = &pod.containers[position];
    let others: Vec<Prose> = (0..pod.containers.len())
        .filter(|&other| other != position)
        .map(|other| vec![know.container(index, other)])
        .collect();
    if others.is_empty() {
        return Vec::new();
    }
    let network = if pod.spec.host_network == Some(true) { "the node's network" } else { "one IP address" };
    let mut items =
        vec![concat(vec![plain(format!("It shares {network} with ")), listed(others, 6), plain(".")])];
    items.extend(shared_files(know, index, position));
    if pod.spec.share_process_namespace == Some(true) {
        items.push(plain("The containers of the pod see each other's processes."));
    } else if pod.spec.host_pid == Some(true) {
        items.push(plain(
            "It sees every process of its node; its file system, environment, and limits are its own.",
        ));
    } else if container.kind != ContainerKind::Init {
        items.push(plain(
            "It has its own file system, processes, environment, and limits, and restarts alone.",
        ));
    }
    vec![Block::List { ordered: false, items }]
}

fn lines(object: &Object, container: &Container) -> Block {
    let last = container.path.find(&object.value).map_or(container.line, object::last_line);
    Block::Manifest(Manifest {
        file: Arc::clone(&object.file),
        first_line: container.line,
        last_line: last,
        anchors: true,
    })
}
