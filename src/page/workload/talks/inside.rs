//! Who talks to whom inside a pod, over localhost.

use crate::catalog::FieldPath;
use crate::facts::network::{Listener, LocalPort, Localhost};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, plain, text};
use crate::page::{Inline, Prose};
use crate::topology::{ContainerKind, NodeIndex};

/// A sentence for each address on localhost that a container names; with `only`, those that it has to do with.
pub fn items(know: &Knowledge, index: NodeIndex, only: Option<usize>) -> Vec<Prose> {
    let Some((pod, facts)) = know.pod(index) else { return Vec::new() };
    let network = &facts.network;
    let name = |container: usize| match only == Some(container) {
        true => text("it"),
        false => know.container(index, container),
    };
    let about = |from: usize, to: usize| only.is_none_or(|only| only == from || only == to);
    let source = |field: &FieldPath, declared_by: NodeIndex| -> Option<Inline> {
        know.node(declared_by).object.as_deref().map(|object| know.source(object, field))
    };
    let reaches = |call: &Localhost| {
        let from = if only == Some(call.from) { text("It") } else { name(call.from) };
        let address = code(format!("localhost:{}", call.port));
        let mut prose = vec![from, text(" reaches "), name(call.to), text(" at "), address];
        prose.extend(match call.listener {
            Listener::Image => plain(" (inferred: its image listens there unless told otherwise)"),
            Listener::Declared | Listener::Said => Prose::new(),
        });
        prose.push(text(". "));
        prose.extend(source(&call.field, call.declared_by));
        prose
    };
    let names = |port: &LocalPort, rest: &str| {
        let from = if only == Some(port.from) { text("It") } else { name(port.from) };
        let address = code(format!("localhost:{}", port.port));
        let mut prose = vec![from, text(" names "), address, text(format!(": {rest} "))];
        prose.extend(source(&port.field, port.declared_by));
        prose
    };
    let edges = network.localhost.iter().filter(|call| about(call.from, call.to)).map(reaches);
    let own = network.self_references.iter().filter(|port| about(port.from, port.from));
    let own = own.map(|port| names(port, "that is its own port."));
    let lost = network.unresolved_localhost.iter().filter(|port| about(port.from, port.from));
    let lost = lost.map(|port| {
        let rest = match pod.containers[port.from].kind {
            ContainerKind::Init => "no container that runs at that time is known to listen there.",
            _ => "no other container of the pod is known to listen there.",
        };
        names(port, rest)
    });
    edges.chain(own).chain(lost).collect()
}
