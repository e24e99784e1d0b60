//! The containers of a pod, side by side.

use crate::document::Value;
use crate::facts::Known;
use crate::facts::lifecycle::probes;
use crate::facts::patterns::Injection;
use crate::facts::resources::Resources;
use crate::model::Object;
use crate::page::container;
use crate::page::knowledge::Knowledge;
use crate::page::places::MOST_CONTAINERS;
use crate::page::prose::{code, concat, joined, marked, muted, plain, text};
use crate::page::room::without_pages;
use crate::page::{Block, Prose, Table, Tone};
use crate::topology::{Container, NodeIndex, Pod};

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let head =
        ["Container", "Role", "Image", "Ports", "Reserves", "May use", "Probes"].map(str::to_owned).to_vec();
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let needs = &facts.resources.containers;
    let row = |(position, container): (usize, &Container)| {
        let role = container::role(know, index, position);
        vec![
            vec![know.container(index, position), text(" "), know.source(object, &container.path)],
            plain(role),
            image(container),
            ports(object, container),
            resources(&needs[position].requests.value, "nothing"),
            resources(&needs[position].limits.value, "no limit"),
            probe_words(container),
        ]
    };
    let rows: Vec<_> = pod.containers.iter().enumerate().map(row).collect();
    if rows.is_empty() {
        return vec![Block::Alert { tone: Tone::Warning, text: plain("Its manifest names no container.") }];
    }
    let caption = format!("Containers of {}", object.identity.title());
    let number = rows.len();
    let mut blocks = vec![Block::Table(Table { caption, head, rows })];
    blocks.extend((number > MOST_CONTAINERS).then(|| Block::Paragraph(without_pages(number))));
    blocks.extend(injected(know, index, object));
    blocks
}

/// The containers that will be added when the pod is created.
fn injected(know: &Knowledge, index: NodeIndex, object: &Object) -> Vec<Block> {
    let injected = know.facts.of(index).map(|facts| facts.patterns.injected.as_slice()).unwrap_or_default();
    let sentence = |injection: &Known<Injection>| {
        let Injection { name, by, does } = injection.value;
        let by_other = injection.declared_by.and_then(|node| know.node(node).object.as_deref());
        concat(vec![
            vec![
                text(format!("{by} adds container ")),
                code(name),
                text(" when the pod is created, because "),
            ],
            marked(&injection.why),
            plain(format!(": it {does}. It is not in these manifests. ")),
            vec![know.source(by_other.unwrap_or(object), &injection.field)],
        ])
    };
    injected.iter().map(|injection| Block::Paragraph(sentence(injection))).collect()
}

/// The image in a code span.
pub fn image(container: &Container) -> Prose {
    if container.image.is_empty() { vec![muted("none given")] } else { vec![code(&container.image)] }
}

/// The declared ports: `8080 (http)`, `53/UDP`.
pub fn ports(object: &Object, container: &Container) -> Prose {
    let ports = container.spec.ports.iter().flatten().map(|port| {
        let protocol = port.protocol.as_deref().filter(|protocol| *protocol != "TCP");
        let protocol = protocol.map(|protocol| format!("/{protocol}")).unwrap_or_default();
        let mut prose = vec![code(format!("{}{protocol}", port.container_port))];
        prose.extend(port.name.as_ref().map(|name| text(format!(" {name}"))));
        prose
    });
    let mut ports: Vec<Prose> = ports.collect();
    let list = container.path.key("ports").find(&object.value).map(Value::items).unwrap_or_default();
    let open = list.iter().filter_map(|port| port.get("containerPort")).filter(|port| port.is_placeholder());
    ports.extend(open.filter_map(Value::scalar_text).map(|written| substituted(&written)));
    if ports.is_empty() { vec![muted("none declared")] } else { joined(ports, "and") }
}

/// A value that a tool puts in later: "`${PORT}` (set by substitution, unknown here)".
pub fn substituted(written: &str) -> Prose {
    vec![code(written), muted(" (set by substitution, unknown here)")]
}

/// What a container or a pod reserves, or may use at most.
pub fn resources(amounts: &Resources, none: &str) -> Prose {
    let mut words: Vec<Prose> = amounts.words().into_iter().map(plain).collect();
    words.extend(
        amounts.open().map(|(name, written)| concat(vec![substituted(written), plain(format!(" {name}"))])),
    );
    if words.is_empty() { vec![muted(none)] } else { joined(words, "and") }
}

fn probe_words(container: &Container) -> Prose {
    let words: Vec<Prose> = probes(container).iter().map(|probe| plain(probe.kind.word())).collect();
    if words.is_empty() { vec![muted("none")] } else { joined(words, "and") }
}
