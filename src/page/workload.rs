//! The page of an object that makes pods.

use super::knowledge::Knowledge;
use super::prose::{code, concat, joined, listed, muted, plain, text};
use super::{
    Block, Page, Prose, Section, Sort, Table, Tone, container, environment, object, sentence, volume,
};
use crate::catalog::Relation;
use crate::diagram::View;
use crate::diagram::views::{Focus, draw};
use crate::facts::{ContainerRole, probes};
use crate::model::{Object, Subject};
use crate::names::{count, plural};
use crate::topology::{Container, ContainerKind, NodeIndex, Pod, State, isolates};
use std::sync::Arc;

/// The page of a workload.
pub fn page(know: &Knowledge, index: NodeIndex, object: &Object) -> Option<Page> {
    let (pod, _) = know.pod(index)?;
    let mut page = object::frame(know, index, object, Sort::Workload)?;
    page.lead = vec![sentence::workload(know, index)];
    page.children =
        pod.containers.iter().filter_map(|container| container::link(know, index, container)).collect();
    page.keywords = keywords(pod);
    let sections = [
        section("overview", "At a glance", glance(know, index, object, pod)),
        section("diagram", "How it fits together", diagrams(know, index, &[View::Relationship])),
        section("containers", "Containers", containers(know, index, object, pod)),
        section("lifecycle", "Start-up and shut-down", lifecycle(know, index, pod)),
        section("talks-to", "Who talks to whom", talks(know, index, pod)),
        section("reads", "What it reads", reads(know, index, pod)),
        section("storage", "Storage", volume::storage(know, index, object, pod)),
        section("identity", "Identity", identity(know, index, object, pod)),
        section("scheduling", "Placement and rollout", scheduling(know, object, pod)),
        section("references", "Everything it refers to", object::references(know, index)),
        section("source", "Manifest", vec![object::manifest(object)]),
    ];
    page.sections = sections.into_iter().filter(|section| !section.blocks.is_empty()).collect();
    Some(page)
}

/// A section with a fixed anchor.
pub fn section(anchor: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.to_owned(), title: title.to_owned(), blocks }
}

/// The diagrams of these views that have something to say.
pub fn diagrams(know: &Knowledge, index: NodeIndex, views: &[View]) -> Vec<Block> {
    let focus = Focus::Object(index);
    let drawn =
        views.iter().filter_map(|view| draw(*view, &focus, know.topology, know.facts, &Default::default()));
    drawn.map(|diagram| Block::Diagram(Box::new(diagram))).collect()
}

fn keywords(pod: &Pod) -> Vec<String> {
    let mut words = Vec::new();
    for container in &pod.containers {
        words.extend([container.name.clone(), container.image.clone()]);
        words.extend(container.spec.ports.iter().flatten().map(|port| port.container_port.to_string()));
        words.extend(container.spec.env.iter().flatten().map(|variable| variable.name.clone()));
    }
    words.sort();
    words.dedup();
    words.retain(|word| !word.is_empty());
    words
}

/// A strip of short facts.
fn glance(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let mut facts = vec![("Containers".to_owned(), plain(sentence::containers(pod)))];
    if let Some(replicas) = sentence::replicas(object) {
        let scalers = know.topology.to(index).filter(|edge| edge.relation == Relation::Scales);
        let ranges: Vec<Prose> = scalers.map(|edge| autoscaled(know, edge.from)).collect();
        let copies = if ranges.is_empty() { plain(replicas.to_string()) } else { joined(ranges, "and") };
        facts.push(("Copies".to_owned(), copies));
    }
    facts.push(("Service account".to_owned(), account(know, index)));
    let restart = know.facts.of(index).map(|facts| facts.restart_policy.clone()).unwrap_or_default();
    facts.push(("Restart policy".to_owned(), vec![code(restart)]));
    facts.push(("Runs on".to_owned(), runs_on(pod)));
    vec![Block::Facts(facts)]
}

fn autoscaled(know: &Knowledge, scaler: NodeIndex) -> Prose {
    let node = know.node(scaler);
    let number = |path: &str| node.object.as_ref().and_then(|object| object.value.at(path)?.as_i64());
    let (low, high) = (number("spec.minReplicas").unwrap_or(1), number("spec.maxReplicas"));
    let range = high.map_or_else(|| "scaled by ".to_owned(), |high| format!("{low} to {high}, scaled by "));
    concat(vec![plain(range), know.mention(scaler, &node.identity)])
}

fn account(know: &Knowledge, index: NodeIndex) -> Prose {
    let edge = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs);
    match edge {
        Some(edge) => vec![know.name(edge.to)],
        None => vec![code("default")],
    }
}

fn runs_on(pod: &Pod) -> Prose {
    let labels = sentence::node_labels(pod);
    match (&pod.spec.node_name, labels.is_empty()) {
        (Some(node), _) => vec![text("node "), code(node)],
        (None, true) => plain("any node that accepts it"),
        (None, false) => concat(vec![plain("nodes with "), listed(labels, 3)]),
    }
}

fn containers(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let head =
        ["Container", "Role", "Image", "Ports", "Reserves", "May use", "Probes"].map(str::to_owned).to_vec();
    let row = |(position, container): (usize, &Container)| {
        let role = container::role(know, index, position);
        vec![
            vec![know.container(index, position), text(" "), know.source(object, &container.path)],
            plain(role),
            image(container),
            ports(container),
            resources(container, |resources| resources.requests.as_ref(), "nothing"),
            resources(container, |resources| resources.limits.as_ref(), "no limit"),
            probe_words(container),
        ]
    };
    let rows: Vec<_> = pod.containers.iter().enumerate().map(row).collect();
    if rows.is_empty() {
        return vec![Block::Alert { tone: Tone::Warning, text: plain("Its manifest names no container.") }];
    }
    vec![Block::Table(Table { caption: format!("Containers of {}", object.identity.title()), head, rows })]
}

/// The image in a code span.
pub fn image(container: &Container) -> Prose {
    if container.image.is_empty() { vec![muted("none given")] } else { vec![code(&container.image)] }
}

/// The declared ports: `8080 (http)`, `53/UDP`.
pub fn ports(container: &Container) -> Prose {
    let ports = container.spec.ports.iter().flatten().map(|port| {
        let protocol = port.protocol.as_deref().filter(|protocol| *protocol != "TCP");
        let protocol = protocol.map(|protocol| format!("/{protocol}")).unwrap_or_default();
        let mut prose = vec![code(format!("{}{protocol}", port.container_port))];
        prose.extend(port.name.as_ref().map(|name| text(format!(" {name}"))));
        prose
    });
    let ports: Vec<Prose> = ports.collect();
    if ports.is_empty() { vec![muted("none declared")] } else { joined(ports, "and") }
}

/// What a container reserves, or may use at most.
pub fn resources<'a>(
    container: &'a Container,
    which: impl Fn(
        &'a k8s_openapi::api::core::v1::ResourceRequirements,
    ) -> Option<
        &'a std::collections::BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>,
    >,
    none: &str,
) -> Prose {
    let set = container.spec.resources.as_ref().and_then(which);
    let words =
        set.into_iter().flatten().map(|(name, quantity)| plain(sentence::people_quantity(name, &quantity.0)));
    let words: Vec<Prose> = words.collect();
    if words.is_empty() { vec![muted(none)] } else { joined(words, "and") }
}

fn probe_words(container: &Container) -> Prose {
    let words: Vec<Prose> = probes(container).iter().map(|probe| plain(probe.kind.word())).collect();
    if words.is_empty() { vec![muted("none")] } else { joined(words, "and") }
}

fn lifecycle(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Lifecycle]);
    let Some(facts) = know.facts.of(index) else { return blocks };
    let mut items: Vec<Prose> = Vec::new();
    for phase in &facts.start_order {
        let names: Vec<Prose> =
            phase.iter().map(|&container| vec![know.container(index, container)]).collect();
        let last = phase.last().map(|&last| &pod.containers[last]);
        let starts = if names.len() == 1 { " starts" } else { " start" };
        let words = match last.map(|last| last.kind) {
            Some(ContainerKind::Init) => {
                " runs to completion; the next one starts once it has exited with 0.".to_owned()
            }
            Some(ContainerKind::Sidecar) => {
                let probed = last.is_some_and(|last| last.spec.startup_probe.is_some());
                let started = if probed { "its startup probe has succeeded" } else { "its process runs" };
                format!(" starts and keeps running; the next one starts once {started}.")
            }
            _ if names.len() > 1 => format!("{starts} together; none waits until another is ready."),
            _ => format!("{starts}."),
        };
        items.push(concat(vec![listed(names, 6), plain(words)]));
    }
    items.extend(shutdown(pod, facts.grace_s));
    blocks.push(Block::List { ordered: true, items });
    blocks
}

fn shutdown(pod: &Pod, grace_s: i64) -> Vec<Prose> {
    let hooks: Vec<Prose> = pod
        .running()
        .filter(|container| container.spec.lifecycle.as_ref().is_some_and(|hooks| hooks.pre_stop.is_some()))
        .map(|container| vec![code(&*container.key)])
        .collect();
    let hooks = if hooks.is_empty() {
        Prose::new()
    } else {
        concat(vec![
            plain(" The "),
            vec![code("preStop")],
            plain(" hook of "),
            listed(hooks, 4),
            plain(" runs first, within that time."),
        ])
    };
    let time = count(usize::try_from(grace_s).unwrap_or(0), "second", "seconds");
    let mut words = vec![plain(format!(
        "On deletion the pod gets {time} to end: SIGTERM first, SIGKILL for what is left."
    ))];
    words.push(hooks);
    if pod.containers.iter().any(|container| container.kind == ContainerKind::Sidecar) {
        words.push(plain(" Sidecars stop after the last app container, in reverse order."));
    }
    vec![concat(words)]
}

fn talks(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = diagrams(know, index, &[View::Interaction, View::Traffic]);
    let near = &know.node(index).identity;
    let mut items: Vec<Prose> = Vec::new();
    for edge in know.topology.to(index).filter(|edge| edge.relation == Relation::Selects) {
        let from = know.node(edge.from);
        let words = match &*from.identity.kind {
            "Service" => edge.label.as_ref().map_or_else(
                || " sends it traffic.".to_owned(),
                |ports| format!(" sends it traffic: {ports}."),
            ),
            "NetworkPolicy" => {
                let rules = |way| from.object.as_ref().is_some_and(|policy| isolates(policy, way));
                match (rules("Ingress"), rules("Egress")) {
                    (true, true) => " limits who may reach it and whom it may reach.".to_owned(),
                    (false, true) => " limits whom it may reach.".to_owned(),
                    _ => " limits who may reach it.".to_owned(),
                }
            }
            _ => " selects it.".to_owned(),
        };
        items.push(concat(vec![
            know.mention(edge.from, near),
            plain(words),
            plain(" "),
            know.because(edge).into_iter().collect(),
        ]));
    }
    for call in know.facts.of(index).iter().flat_map(|facts| &facts.localhost) {
        let object = know.node(index).object.as_deref();
        let source = object.map(|object| know.source(object, &call.field));
        let mut prose = vec![
            know.container(index, call.from),
            text(" reaches "),
            know.container(index, call.to),
            text(" at "),
            code(format!("localhost:{}", call.port)),
            text(". "),
        ];
        prose.extend(source);
        items.push(prose);
    }
    let limits = |policy: &crate::topology::Node| {
        let object = policy.object.as_ref().filter(|_| &*policy.identity.kind == "NetworkPolicy");
        object.is_some_and(|object| isolates(object, "Ingress"))
    };
    let mut selecting = know.topology.to(index).filter(|edge| edge.relation == Relation::Selects);
    let limited = selecting.any(|edge| limits(know.node(edge.from)));
    if !limited {
        items.push(plain("No NetworkPolicy in these manifests limits who may reach it."));
    }
    if pod.running().count() > 1 && pod.spec.host_network != Some(true) {
        let names = pod.running().map(|container| vec![code(&*container.key)]).collect();
        items.push(concat(vec![
            listed(names, 4),
            plain(" share one IP address and reach each other on localhost."),
        ]));
    }
    if pod.spec.host_network == Some(true) {
        items.push(plain(
            "It uses the network of its node: its ports are the node's ports, and localhost is the node.",
        ));
    }
    blocks.push(Block::List { ordered: false, items });
    blocks
}

fn reads(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Vec<Block> {
    let mut blocks = Vec::new();
    for container in &pod.containers {
        let Some(table) = environment::table(know, index, container) else { continue };
        blocks.push(Block::Heading(format!("Environment of {}", container.key)));
        blocks.push(Block::Table(table));
    }
    let needs = |relation: Relation| {
        matches!(relation, Relation::ReadsEnv | Relation::Mounts | Relation::Claims | Relation::PullsWith)
    };
    let missing = know.topology.from(index).filter(|edge| know.node(edge.to).state == State::Missing);
    let missing = missing.filter(|edge| needs(edge.relation));
    let mut absent: Vec<Prose> = Vec::new();
    for edge in missing {
        let mention = know.mention(edge.to, &know.node(index).identity);
        let words = concat(vec![mention, plain(" "), know.because(edge).into_iter().collect()]);
        if !absent.contains(&words) {
            absent.push(words);
        }
    }
    if !absent.is_empty() {
        blocks.push(Block::Alert { tone: Tone::Note, text: concat(vec![plain("It needs objects that are not in these manifests; without them its containers may not start: "), listed(absent, 8), plain(".")]) });
    }
    blocks
}

fn identity(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let account = account(know, index);
    let mut sentence = concat(vec![plain("It runs as service account "), account]);
    let edge = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs);
    // An edge without a field of its own is the default's.
    let named = edge.filter(|edge| edge.field != pod.path);
    match named {
        None => sentence.push(text(", because its manifest names none.")),
        Some(edge) => {
            sentence.push(text(". "));
            sentence.extend(know.because(edge));
        }
    }
    let mut items = vec![sentence];
    if let Some(edge) = know.topology.from(index).find(|edge| edge.relation == Relation::RunsAs) {
        let bindings = know
            .topology
            .to(edge.to)
            .filter(|edge| know.node(edge.from).identity.kind.ends_with("RoleBinding"));
        for binding in bindings {
            let roles = know.topology.from(binding.from).filter(|edge| edge.relation == Relation::Grants);
            let roles: Vec<Prose> = roles.map(|edge| know.mention(edge.to, &object.identity)).collect();
            if !roles.is_empty() {
                items.push(concat(vec![
                    know.mention(binding.from, &object.identity),
                    plain(" gives it the permissions of "),
                    joined(roles, "and"),
                    plain("."),
                ]));
            }
        }
    }
    if pod.spec.automount_service_account_token == Some(false) {
        items.push(vec![
            text("No token is mounted: its containers cannot talk to the Kubernetes API. "),
            know.source(object, &pod.path.key("automountServiceAccountToken")),
        ]);
    }
    vec![Block::List { ordered: false, items }]
}

fn scheduling(know: &Knowledge, object: &Object, pod: &Pod) -> Vec<Block> {
    let mut items: Vec<Prose> = Vec::new();
    let spec = &pod.spec;
    let source = |key: &str| know.source(object, &pod.path.key(key));
    for (key, value) in spec.node_selector.iter().flatten() {
        items.push(vec![
            text("It runs only on nodes with label "),
            code(format!("{key}={value}")),
            text(". "),
            source("nodeSelector"),
        ]);
    }
    if let Some(name) = &spec.node_name {
        items.push(vec![
            text("It runs on node "),
            code(name),
            text("; the scheduler is not asked. "),
            source("nodeName"),
        ]);
    }
    let keys = spec.tolerations.iter().flatten();
    let (every, keys): (Vec<_>, Vec<_>) =
        keys.partition(|toleration| toleration.key.is_none() && toleration.effect.is_none());
    let keys = keys.into_iter().map(|toleration| {
        let key = toleration.key.clone().unwrap_or_else(|| toleration.effect.clone().unwrap_or_default());
        vec![code(toleration.value.as_ref().map_or_else(|| key.clone(), |value| format!("{key}={value}")))]
    });
    let keys: Vec<Prose> = keys.collect();
    if !every.is_empty() {
        items.push(vec![
            text("It tolerates every taint: no taint of a node keeps it away. "),
            source("tolerations"),
        ]);
    } else if !keys.is_empty() {
        items.push(concat(vec![
            plain("It may also run on nodes that turn other pods away with the taint "),
            super::prose::joined(keys, "or"),
            plain(". "),
            vec![source("tolerations")],
        ]));
    }
    if spec.affinity.is_some() {
        items.push(vec![
            text("It has rules on which nodes and which neighbors it wants. "),
            source("affinity"),
        ]);
    }
    if spec.topology_spread_constraints.is_some() {
        items.push(vec![
            text("Its copies are spread over the cluster. "),
            source("topologySpreadConstraints"),
        ]);
    }
    if let Some(class) = &spec.priority_class_name {
        items.push(vec![
            text("Its priority class is "),
            code(class),
            text(": when room is short, pods of a lower one make way. "),
            source("priorityClassName"),
        ]);
    }
    items.extend(object::explanations(know, object));
    if items.is_empty() {
        return Vec::new();
    }
    vec![Block::List { ordered: false, items }]
}

/// How a container's role is called: `Main container`, `Init container`…
pub fn role_words(kind: ContainerKind, role: ContainerRole) -> &'static str {
    match (kind, role) {
        (ContainerKind::Init, _) => "Init container",
        (ContainerKind::Sidecar, _) => "Sidecar",
        (ContainerKind::Ephemeral, _) => "Ephemeral container",
        (ContainerKind::App, ContainerRole::Main) => "Main container",
        (ContainerKind::App, ContainerRole::Helper) => "Helper container",
        (ContainerKind::App, ContainerRole::Peer) => "Container",
    }
}

/// The key of a container's page.
pub fn subject(know: &Knowledge, index: NodeIndex, container: &Container) -> Subject {
    Subject::Container(know.node(index).identity.clone(), Arc::clone(&container.key))
}

/// `3 Deployments`.
pub fn kinds(number: usize, kind: &str) -> String {
    count(number, kind, &plural(kind))
}
