//! The containers of a pod, side by side.

use crate::facts::lifecycle::probes;
use crate::facts::resources::Resources;
use crate::model::Object;
use crate::page::container;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, joined, muted, plain, text};
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
            ports(container),
            resources(&needs[position].requests.value, "nothing"),
            resources(&needs[position].limits.value, "no limit"),
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

/// What a container or a pod reserves, or may use at most.
pub fn resources(amounts: &Resources, none: &str) -> Prose {
    let words: Vec<Prose> = amounts.words().into_iter().map(plain).collect();
    if words.is_empty() { vec![muted(none)] } else { joined(words, "and") }
}

fn probe_words(container: &Container) -> Prose {
    let words: Vec<Prose> = probes(container).iter().map(|probe| plain(probe.kind.word())).collect();
    if words.is_empty() { vec![muted("none")] } else { joined(words, "and") }
}
